// What stands above the messages: where one is, who is here, and the pinned card.

import { act } from "./api.js";
import { blocks, spans, title, tone } from "./blocks.js";
import { $, el, icon } from "./dom.js";
import { showForm } from "./form.js";
import { about, byName } from "./rooms.js";
import { name, on, room, store } from "./store.js";
import { trouble } from "./toasts.js";
import { count, t } from "./words.js";

export function draw() {
	const r = room();
	if (!r) {
		return;
	}
	$("room-name").replaceChildren(r.private && !r.direct ? icon("lock") : "", el("bdi", { text: byName(r) }));
	$("room-topic").replaceChildren(el("bdi", { text: r.direct ? t("room_bot_topic") : r.incident ? about(r) : r.topic }));
	$("show-people").hidden = r.direct;
	$("people-count").replaceChildren(el("span", { class: "only-wide", text: count("people", r.members.length) }), el("span", { class: "only-phone", "aria-hidden": "true", text: r.members.length }));
	$("show-people").setAttribute("aria-label", count("people", r.members.length));
	$("bookmarks").replaceChildren(...r.bookmarks.map((b) =>
		el("a", { href: b.url, target: "_blank", rel: "noopener noreferrer" }, icon("link"), el("bdi", { text: b.text || b.url }))));
	$("bookmarks").hidden = r.bookmarks.length === 0;
	drawPinned();
}

let drawn = "";

// The pinned card folds up; whether it does is remembered by room while the window is open.
function drawPinned() {
	const box = $("pinned");
	const inside = box.contains(document.activeElement) ? document.activeElement.dataset.key ?? "summary" : "";
	const r = room();
	const pins = r?.direct ? [] : (r?.pins ?? []).map((id) => store.pins.get(r.id)?.get(id)).filter(Boolean);
	const all = r?.direct && (store.home.blocks ?? []).length > 0 ? [{ body: store.home, home: true }] : pins;
	const fresh = JSON.stringify([r?.id, all.slice(-1)]);
	if (fresh === drawn) {
		return; // what stays the same stays under the pointer
	}
	drawn = fresh;
	box.replaceChildren(...all.slice(-1).map((m) => card(r, m)));
	box.hidden = all.length === 0;
	if (inside) {
		(box.querySelector(`[data-key="${CSS.escape(inside)}"]`) ?? box.querySelector("summary"))?.focus();
	}
}

function card(r, m) {
	const key = `pinned ${r.id}`;
	const words = el("div", { class: "card-body", lang: m.body.lang || null }, blocks(m.body, (button) => press(r, m, button)));
	const details = el("details", { class: `pinned ${m.body.tone ?? ""}` },
		el("summary", {}, icon("pin"), el("span", { class: "unseen", text: t(m.home ? "home" : "pinned") }), el("span", { class: "pinned-title" }, el("bdi", { text: title(m.body) }), second(m)), tone(m.body)),
		words);
	details.open = sessionStorage.getItem(key) === "open";
	details.addEventListener("toggle", () => sessionStorage.setItem(key, details.open ? "open" : "shut"));
	return details;
}

// second is the line below the title: how it stands, without opening the card.
function second(m) {
	const rest = (m.body.blocks ?? []).slice(1);
	const line = rest.find((b) => b.kind === "text")?.spans;
	const facts = rest.find((b) => b.kind === "fields")?.fields?.slice(0, 3).flatMap((f, i) => [...(i > 0 ? [{ text: " · " }] : []), ...f.value]);
	return line || facts ? el("span", { class: "pinned-line" }, spans(line ?? facts)) : null;
}

async function press(r, m, button) {
	try {
		const answer = await act("press", { room: r.id, message: m.id, action: button.action, value: button.value ?? "" });
		if (answer.form) {
			showForm(answer.form);
		}
	} catch (error) {
		trouble(error);
	}
}

function showPeople() {
	const r = room();
	$("people-list").replaceChildren(...r.members.map((id) => el("li", {}, avatar(id), el("span", {}, el("bdi", { text: name(id) })), el("span", { class: "quiet", text: `@${id}` }))));
	$("people").showModal();
}

// avatar is a person's initials. It repeats the name that stands beside it, so it says nothing by itself.
export function avatar(id) {
	const person = store.people.get(id);
	if (id === "sitrep") {
		return el("img", { class: "avatar", src: "/room/static/icon.svg", alt: "", width: 36, height: 36 });
	}
	const initials = (person?.name ?? id).split(/\s+/).map((w) => [...w][0]).join("").slice(0, 2).toUpperCase();
	const hue = [...id].reduce((sum, c) => sum + c.codePointAt(0), 0) % 6;
	return el("span", { class: `avatar hue-${hue}`, "aria-hidden": "true", text: initials });
}

export function listen() {
	$("show-people").addEventListener("click", showPeople);
	for (const event of ["enter", "home", "refresh", "page"]) {
		on(event, draw);
	}
	on("room", (r) => r.id === store.current && draw());
	on("message", ({ message }) => message.room === store.current && message.pinned && drawPinned());
	on("connected", () => {
		$("connection").hidden = true;
	});
	on("disconnected", () => {
		$("connection").hidden = false;
		$("connection").textContent = t("disconnected");
	});
}
