// Where people write: to each other, and to the bot.

import { act, newDelivery } from "./api.js";
import { find } from "./complete.js";
import { $, el, icon, say } from "./dom.js";
import { take, toEnd } from "./messages.js";
import { messages, name, on, room, store } from "./store.js";
import { count, t } from "./words.js";

const box = () => $("composer");
const list = () => $("options");

let found = null; // what completion offers now
let active = -1; // the option that is marked
let chosen = false; // whether arrow keys marked it: then Enter takes it
let reply = null;
let editing = null;
let delivery = newDelivery();
const lines = []; // what was sent before, for the arrow up

const draftKey = () => `draft ${store.me} ${store.current}`;

function grow() {
	box().style.height = "auto";
	box().style.height = `${Math.min(box().scrollHeight, window.innerHeight * 0.4)}px`;
}

function changed() {
	delivery = newDelivery(); // other words are another message
	sessionStorage.setItem(draftKey(), box().value);
	problem("");
	grow();
	complete();
}

export function write(text, caret = text.length) {
	box().value = text;
	box().setSelectionRange(caret, caret);
	changed();
}

function complete() {
	found = find(box().value, box().selectionStart);
	active = found && found.options.length > 0 ? 0 : -1;
	chosen = false;
	drawOptions();
	if (found?.options.length) {
		say(count("options", found.options.length));
	}
}

function drawOptions() {
	const open = Boolean(found && (found.options.length > 0 || found.hint));
	$("completion").hidden = !open;
	box().setAttribute("aria-expanded", String(open && found.options.length > 0));
	$("hint").textContent = found?.hint ?? "";
	$("hint").hidden = !found?.hint;
	list().replaceChildren(...(found?.options ?? []).map(option));
	mark(active);
}

function option(o, i) {
	return el("li", { id: `option-${i}`, role: "option", "aria-selected": "false",
		on: { pointerdown: (event) => event.preventDefault(), click: () => accept(i) } },
	el("span", { class: "option-word" }, el("bdi", { text: o.label }), o.hint ? el("span", { class: "option-hint", text: ` ${o.hint}` }) : null),
	o.about ? el("span", { class: "option-about", text: o.about }) : null);
}

function mark(i) {
	active = i;
	[...list().children].forEach((li, at) => li.setAttribute("aria-selected", String(at === i)));
	if (i >= 0 && list().children[i]) {
		box().setAttribute("aria-activedescendant", `option-${i}`);
		list().children[i].scrollIntoView({ block: "nearest" });
	} else {
		box().removeAttribute("aria-activedescendant");
	}
}

function accept(i) {
	const text = box().value;
	const { from, to, options } = found;
	const rest = text.slice(to);
	const word = options[i].text;
	write(text.slice(0, from) + word + rest.trimStart(), from + word.length);
	box().focus();
}

function close() {
	found = null;
	drawOptions();
}

function keyed(event) {
	const offers = found && found.options.length > 0;
	if (offers && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
		event.preventDefault();
		const n = found.options.length;
		mark(event.key === "ArrowDown" ? (active + 1) % n : (active - 1 + n) % n);
		chosen = true;
		return;
	}
	if (offers && !event.shiftKey && (event.key === "Tab" || (event.key === "Enter" && chosen))) {
		event.preventDefault();
		accept(active);
		return;
	}
	if (event.key === "Escape") {
		escape(event);
		return;
	}
	if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
		event.preventDefault();
		send();
		return;
	}
	if (event.key === "ArrowUp" && box().value === "" && lines.length > 0) {
		event.preventDefault();
		write(lines.at(-1));
		close();
	}
}

function escape(event) {
	if (found) {
		event.preventDefault();
		close();
	} else if (reply || editing) {
		answering(null);
		edit(null);
	} else {
		document.querySelector('#log article[tabindex="0"]')?.focus();
	}
}

async function send() {
	const text = box().value;
	if (text.trim() === "" || box().getAttribute("aria-busy") === "true") {
		return;
	}
	close();
	const at = { room: store.current, text };
	busy(true);
	try {
		const answer = editing ? await act("rewrite", { ...at, message: editing.id }, delivery) : await act("say", { ...at, thread: reply?.id ?? "" }, delivery);
		lines.push(text);
		sent();
		take(answer);
		toEnd();
	} catch (error) {
		problem(error.message);
	} finally {
		busy(false);
	}
}

function sent() {
	answering(null);
	edit(null);
	write("");
}

function busy(is) {
	box().setAttribute("aria-busy", String(is));
	$("send").disabled = is;
}

function problem(text) {
	$("composer-problem").textContent = text;
	$("composer-problem").hidden = text === "";
}

function answering(m) {
	reply = m;
	about(m && t("replying", { name: name(m.by) }));
}

function edit(m) {
	if (editing && !m) {
		write("");
	}
	editing = m;
	about(m && t("editing"));
	if (m) {
		write(m.text);
		close();
	}
}

function about(text) {
	$("about").replaceChildren(...(text ? [el("span", { text }),
		el("button", { type: "button", class: "plain", "aria-label": t("dismiss"), on: { click: () => { answering(null); edit(null); box().focus(); } } }, icon("close"))] : []));
	$("about").hidden = !text;
}

// enter makes the composer that of the room one has entered.
export function enter() {
	answering(null);
	editing = null;
	box().value = sessionStorage.getItem(draftKey()) ?? "";
	problem("");
	close();
	grow();
	drawPlace();
}

function drawPlace() {
	const r = room();
	if (!r) {
		return;
	}
	$("compose").hidden = !r.member || r.archived;
	$("outside").hidden = r.member && !r.archived;
	$("outside-words").textContent = t(r.archived ? "archived" : "not_member");
	$("join").hidden = r.archived;
	box().placeholder = r.direct ? t("write_bot") : t("write_in", { room: r.name });
	box().setAttribute("aria-label", box().placeholder);
}

async function join() {
	try {
		await act("join", { room: store.current });
		box().focus();
	} catch (error) {
		problem(error.message);
	}
}

function editLast() {
	const mine = messages().filter((m) => m.by === store.me && m.text).at(-1);
	if (mine) {
		edit(mine);
	}
}

export function listen() {
	box().addEventListener("input", changed);
	box().addEventListener("keydown", keyed);
	box().addEventListener("blur", () => setTimeout(() => document.activeElement !== box() && close(), 100));
	box().addEventListener("keydown", (event) => {
		if (event.key === "ArrowUp" && event.altKey === false && event.ctrlKey && box().value === "") {
			editLast();
		}
	});
	$("compose").addEventListener("submit", (event) => {
		event.preventDefault();
		send();
		box().focus();
	});
	$("slash").addEventListener("click", () => {
		write(`${store.command} `);
		box().focus();
	});
	$("join").addEventListener("click", join);
	on("reply", (m) => { edit(null); answering(m); box().focus(); });
	on("edit", (m) => { answering(null); edit(m); box().focus(); });
	on("room", (r) => r.id === store.current && drawPlace());
}
