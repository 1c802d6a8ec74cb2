// Where people write: to each other, and to the bot.

import { act, newDelivery } from "./api.js";
import { find } from "./complete.js";
import { $, el, icon, say } from "./dom.js";
import { take, toEnd } from "./messages.js";
import { messages, name, on, room, store } from "./store.js";
import { trouble } from "./toasts.js";
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

let sending = Promise.resolve(); // lines go out one after the other, and nobody waits with writing

function send() {
	const line = { text: box().value, room: store.current, reply, editing, delivery };
	if (line.text.trim() === "") {
		return;
	}
	close();
	lines.push(line.text);
	sent();
	sending = sending.then(() => deliver(line));
}

async function deliver(line) {
	const body = { room: line.room, text: line.text };
	try {
		take(line.editing
			? await act("rewrite", { ...body, message: line.editing.id }, line.delivery)
			: await act("say", { ...body, thread: line.reply?.id ?? "" }, line.delivery));
		if (line.room === store.current && !line.editing) {
			toEnd();
		}
	} catch (error) {
		giveBack(line, error);
	}
}

// giveBack puts a line that was not taken where it came from, unless something else is being written there.
function giveBack(line, error) {
	if (line.room !== store.current || box().value !== "") {
		trouble(new Error(`${error.message} ${line.text}`));
		return;
	}
	if (line.editing) {
		edit(line.editing);
	} else {
		answering(line.reply);
	}
	write(line.text);
	close();
	delivery = line.delivery;
	problem(error.message);
}

function sent() {
	reply = null;
	editing = null;
	about("");
	write("");
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
	// Some keyboards and robots send the character apart from the key that was dealt with above.
	box().addEventListener("keypress", (event) => event.key === "Enter" && !event.shiftKey && event.preventDefault());
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
