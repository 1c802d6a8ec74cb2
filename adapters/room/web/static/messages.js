// The messages of a room: drawn once, then changed one by one.

import { act, fileURL, getMessages } from "./api.js";
import { blocks, isCard, plain, tone } from "./blocks.js";
import { $, el, icon, reactionIcon, say } from "./dom.js";
import { showForm } from "./form.js";
import { avatar } from "./header.js";
import { openMenu } from "./menu.js";
import { emit, messages, name, on, room, store, takeMessage, takePage } from "./store.js";
import { trouble } from "./toasts.js";
import { clock, count, day, moment, t } from "./words.js";

const TOGETHER = 5 * 60_000; // what one person says within this time stands under one name
const NEAR = 120; // pixels from the end that count as being there

let unreadFrom = 0; // the line "new" stands before the first message after this number
let missed = 0;

const log = () => $("log");
const atEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < NEAR;

// enter draws a room from the start.
export function enter(seen) {
	unreadFrom = seen;
	missed = 0;
	draw();
	const line = log().querySelector(".new-line");
	if (line) {
		line.scrollIntoView({ block: "center" });
	} else {
		toEnd();
	}
}

export function draw() {
	const list = messages();
	const nodes = [];
	list.forEach((m, i) => nodes.push(...row(m, list[i - 1])));
	log().replaceChildren(...nodes);
	$("earlier").hidden = !store.more.get(store.current);
	$("empty").hidden = list.length > 0;
	rove(log().lastElementChild?.matches("article") ? log().lastElementChild : null);
	drawJump();
}

// row is a message with the lines that stand before it.
function row(m, before) {
	const nodes = [];
	const at = new Date(m.at);
	if (!before || new Date(before.at).toDateString() !== at.toDateString()) {
		nodes.push(el("div", { class: "day", role: "separator" }, el("span", { text: day(at) })));
	}
	if (unreadFrom > 0 && m.n > unreadFrom && (!before || before.n <= unreadFrom) && m.by !== store.me) {
		nodes.push(el("div", { class: "new-line", role: "separator" }, el("span", { text: t("new") })));
	}
	nodes.push(article(m, nodes.length === 0 && together(m, before)));
	return nodes;
}

function together(m, before) {
	return before && before.by === m.by && !before.private && !m.private && !m.thread && new Date(m.at) - new Date(before.at) < TOGETHER && !isCard(m.body) && !isCard(before.body);
}

function article(m, follows) {
	const at = new Date(m.at);
	const kinds = ["message", follows ? "follows" : "", m.private ? "private" : "", m.calls ? "calls" : "", m.pinned ? "is-pinned" : ""];
	const node = el("article", { class: kinds.filter(Boolean).join(" "), tabindex: "-1", dataset: { id: m.id, n: m.n }, "aria-label": `${name(m.by)}, ${clock(at)}` },
		follows ? el("span", { class: "gutter", "aria-hidden": "true", text: clock(at) }) : avatar(m.by),
		el("div", { class: "said" },
			follows ? null : byline(m, at),
			m.reply ? el("a", { class: "reply-to", href: `#${m.room}/${m.thread}` }, icon("reply"), el("span", { class: "unseen", text: t("in_reply_to") }), el("bdi", { text: m.reply })) : null,
			m.asked ? el("p", { class: "asked" }, el("bdi", { text: m.asked })) : null,
			body(m), file(m), marks(m)),
		el("div", { class: "tools" }, tools(m)));
	return node;
}

function byline(m, at) {
	return el("header", { class: "byline" },
		el("span", { class: "by" }, el("bdi", { text: name(m.by) })),
		store.people.get(m.by)?.bot ? el("span", { class: "bot", text: t("bot") }) : null,
		el("time", { datetime: m.at, title: moment(at), text: clock(at) }),
		m.private ? el("span", { class: "only-you" }, icon("eye"), t("only_you")) : null);
}

function body(m) {
	const framed = isCard(m.body);
	return el("div", { class: `${framed ? `card ${m.body.tone ?? ""}` : "plain-body"}`, lang: m.body.lang || null },
		framed ? tone(m.body) : null, blocks(m.body, (button, node) => press(m, button, node)),
		m.edited && m.text ? el("span", { class: "edited", text: t("edited") }) : null);
}

function file(m) {
	if (!m.file) {
		return null;
	}
	return el("div", { class: "file" }, icon("file"),
		el("a", { href: fileURL(m, true), target: "_blank", rel: "noopener" }, el("bdi", { text: m.file.name })),
		el("span", { class: "quiet", text: t("file_size", { size: Math.max(1, Math.round(m.file.size / 1024)) }) }),
		el("a", { class: "button small", href: fileURL(m, false), download: m.file.name, "aria-label": t("download_name", { name: m.file.name }), text: t("download") }));
}

function marks(m) {
	const list = (m.reactions ?? []).map((r) => {
		const mine = r.people.includes(store.me);
		const who = r.people.map(name).join(", ");
		return el("button", { type: "button", class: "reaction", "aria-pressed": String(mine), title: who, dataset: { key: `react ${r.name}` },
			"aria-label": t("reaction_by", { reaction: t(`reaction_${r.name}`), people: who }), on: { click: () => react(m, r.name, !mine) } },
		reactionIcon(r.name), el("span", { "aria-hidden": "true", text: r.people.length }));
	});
	if (m.marked) {
		list.push(el("span", { class: "marked" }, icon("timeline"), t("on_timeline")));
	}
	return list.length > 0 ? el("div", { class: "marks" }, list) : null;
}

function tools(m) {
	if (!room()?.member || room()?.archived) {
		return [];
	}
	const open = (event) => openMenu(m, event.currentTarget);
	return [el("button", { type: "button", class: "plain menu-button", tabindex: "-1", "aria-haspopup": "menu", "aria-expanded": "false", dataset: { key: "menu" },
		"aria-label": t("menu_of", { name: name(m.by) }), on: { click: open } }, icon("more"))];
}

export async function press(m, button, node) {
	node?.setAttribute("aria-busy", "true");
	try {
		take(await act("press", { room: m.room, message: m.id, action: button.action, value: button.value ?? "" }));
	} catch (error) {
		trouble(error);
	} finally {
		node?.removeAttribute("aria-busy");
	}
}

export async function react(m, reaction, on) {
	try {
		take(await act("react", { room: m.room, message: m.id, reaction, on }));
	} catch (error) {
		trouble(error);
	}
}

// take shows what the server answered to something this person did.
export function take(answer) {
	if (answer.message) {
		takeMessage(answer.message);
	}
	if (answer.home) {
		store.home = answer.home;
		emit("home");
	}
	if (answer.form) {
		showForm(answer.form, answer.errors);
	}
}

// arrived puts one message where it belongs, instead of its older self.
function arrived({ message: m, fresh }) {
	if (m.room !== store.current || !store.messages.has(m.room)) {
		return;
	}
	const stay = atEnd() || m.by === store.me || m.private;
	const old = log().querySelector(`article[data-id="${CSS.escape(m.id)}"]`);
	if (old) {
		replace(old, m);
	} else {
		insert(m);
	}
	if (fresh && m.by !== store.me) {
		say(`${m.private ? `${t("only_you")} ` : ""}${name(m.by)}: ${plain(m.body).slice(0, 300)}`);
	}
	if (stay && (fresh || atEnd())) {
		toEnd();
	} else if (fresh) {
		missed += 1;
	}
	if (fresh && !document.hidden && stay) {
		emit("read");
	}
	drawJump();
}

function replace(old, m) {
	const list = messages();
	const fresh = article(m, old.classList.contains("follows") && together(m, list[list.findIndex((x) => x.id === m.id) - 1]));
	const key = old.contains(document.activeElement) ? document.activeElement.dataset.key ?? "self" : "";
	fresh.tabIndex = old.tabIndex;
	old.replaceWith(fresh);
	if (key === "self") {
		fresh.focus();
	} else if (key) {
		(fresh.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? fresh).focus();
	}
}

function insert(m) {
	const list = messages();
	const at = list.findIndex((x) => x.id === m.id);
	if (at < list.length - 1) {
		draw(); // it came out of order
		return;
	}
	$("empty").hidden = true;
	const [...nodes] = row(m, list[at - 1]);
	log().append(...nodes);
	if (!log().querySelector('article[tabindex="0"]')) {
		rove(nodes.at(-1));
	}
}

export function toEnd() {
	missed = 0;
	$("scroll").scrollTop = $("scroll").scrollHeight;
	drawJump();
}

function drawJump() {
	const button = $("jump");
	button.hidden = atEnd() && missed === 0;
	button.classList.toggle("missed", missed > 0);
	$("jump-words").textContent = missed > 0 ? count("missed", missed) : t("jump");
}

async function earlier() {
	const first = messages()[0];
	const height = $("scroll").scrollHeight;
	try {
		takePage(store.current, await getMessages(store.current, first?.n ?? ""));
		draw();
		$("scroll").scrollTop = $("scroll").scrollHeight - height;
	} catch (error) {
		trouble(error);
	}
}

// rove makes one message the one that Tab reaches.
export function rove(node) {
	log().querySelector('article[tabindex="0"]')?.setAttribute("tabindex", "-1");
	node?.setAttribute("tabindex", "0");
}

// show brings one message before the eyes, and the focus with it.
export function show(id) {
	const node = log().querySelector(`article[data-id="${CSS.escape(id)}"]`);
	if (node) {
		node.scrollIntoView({ block: "center" });
		rove(node);
		node.focus();
	}
	return Boolean(node);
}

const byNode = (node) => store.messages.get(store.current)?.get(node.dataset.id);

function step(node, to) {
	const all = [...log().querySelectorAll("article")];
	const next = { ArrowUp: all[all.indexOf(node) - 1], ArrowDown: all[all.indexOf(node) + 1], Home: all[0], End: all.at(-1) }[to];
	if (next) {
		rove(next);
		next.focus();
	}
}

function keyed(event) {
	const node = event.target;
	if (!node.matches("article")) {
		return;
	}
	const m = byNode(node);
	const keys = {
		ArrowUp: () => step(node, "ArrowUp"), ArrowDown: () => step(node, "ArrowDown"), Home: () => step(node, "Home"), End: () => step(node, "End"),
		Enter: () => node.querySelector(".menu-button")?.click(), m: () => node.querySelector(".menu-button")?.click(),
		p: () => react(m, "pushpin", true), r: () => emit("reply", m), Escape: () => $("composer").focus(),
	};
	if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
		event.preventDefault();
		keys[event.key]();
	}
}

export function listen() {
	on("message", arrived);
	log().addEventListener("keydown", keyed);
	log().addEventListener("focusin", (event) => rove(event.target.closest("article")));
	$("earlier").addEventListener("click", earlier);
	$("jump").addEventListener("click", () => {
		toEnd();
		emit("read");
		$("composer").focus();
	});
	$("scroll").addEventListener("scroll", () => {
		if (atEnd()) {
			missed = 0;
			emit("read");
		}
		drawJump();
	}, { passive: true });
}
