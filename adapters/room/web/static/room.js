// The page begins here: it learns who one is and what there is, and then each part looks after itself.

import { act, getMessages, getState } from "./api.js";
import * as composer from "./composer.js";
import { $, el, icon } from "./dom.js";
import * as form from "./form.js";
import * as header from "./header.js";
import { avatar } from "./header.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as menu from "./menu.js";
import * as timeline from "./messages.js";
import * as rooms from "./rooms.js";
import { begin, emit, name, on, room, store, takePage } from "./store.js";
import * as toasts from "./toasts.js";
import { t, useWords } from "./words.js";

const as = new URLSearchParams(location.search).get("as") ?? "";

// choose shows the people one can be. Only an open room asks.
function choose(state, unknown) {
	$("choose-list").replaceChildren(...state.people.filter((p) => !p.bot).map((p) =>
		el("li", {}, el("a", { href: `/room/?as=${encodeURIComponent(p.id)}${location.hash}` }, avatar(p.id),
			el("span", {}, el("strong", {}, el("bdi", { text: p.name })), el("span", { class: "quiet", text: `@${p.id}` }))))));
	$("choose-stale").hidden = !unknown;
	$("choose").hidden = false;
	$("choose-title").focus();
}

async function load() {
	try {
		return await getState(as);
	} catch (error) {
		if (error.code === "nobody" && as) {
			const state = await getState("");
			useWords(state.words, state.lang);
			begin(state);
			choose(state, true);
			return null;
		}
		throw error;
	}
}

async function start() {
	const state = await load();
	if (!state) {
		return;
	}
	useWords(state.words, state.lang);
	begin(state);
	if (!store.me) {
		choose(state, false);
		return;
	}
	document.body.classList.add("inside");
	$("app").hidden = false;
	drawMe();
	for (const part of [rooms, header, timeline, menu, composer, form, keys, live]) {
		part.listen();
	}
	listen();
	await enter();
	live.connect();
	toasts.watch();
}

function drawMe() {
	$("me").replaceChildren(avatar(store.me), el("span", { class: "me-name" }, el("span", { class: "unseen", text: t("you_are") }), el("bdi", { text: name(store.me) })));
	$("me-change").hidden = !store.open;
	$("me-leave").hidden = store.open;
}

// enter goes to the room of the address, or to the one that matters most.
async function enter() {
	const [wanted, message] = location.hash.slice(1).split("/");
	const r = store.rooms.get(wanted) ?? room() ?? rooms.inOrder().find((x) => x.unread > 0 && x.member) ?? rooms.inOrder()[0];
	if (!r) {
		return;
	}
	if (wanted && wanted !== r.id && !store.rooms.has(wanted)) {
		toasts.trouble(new Error(t("error_no_room")));
	}
	if (r.id === store.current && message && timeline.show(message)) {
		return;
	}
	await show(r, message);
}

async function show(r, message) {
	const seen = r.unread > 0 ? await lastSeen(r) : 0;
	store.current = r.id;
	try {
		if (!store.messages.has(r.id)) {
			takePage(r.id, await getMessages(r.id));
		}
	} catch (error) {
		toasts.trouble(error);
		return;
	}
	emit("enter");
	timeline.enter(seen || unreadMark(r));
	composer.enter();
	read();
	if (message) {
		timeline.show(message);
	} else if (window.matchMedia("(min-width: 761px)").matches) {
		$("composer").focus();
	}
	if (r.direct) {
		askHome();
	}
}

const askHome = () => act("home", {}).then(timeline.take).catch(() => {}); // the page shows what it has

let stale;

// freshen asks for the list of incidents again, once the news has come in, while somebody looks at it.
function freshen() {
	clearTimeout(stale);
	stale = setTimeout(() => room()?.direct && askHome(), 1000);
}

// lastSeen is the number of the last message that was read, when something is unread.
async function lastSeen(r) {
	if (!store.messages.has(r.id)) {
		takePage(r.id, await getMessages(r.id));
	}
	return unreadMark(r);
}

function unreadMark(r) {
	const others = [...(store.messages.get(r.id)?.values() ?? [])].filter((m) => m.by !== store.me && !m.private).sort((a, b) => a.n - b.n);
	return r.unread > 0 && r.unread < others.length ? others[others.length - r.unread - 1].n : 0;
}

let reading;

// read tells the server how far one has read, once in a while.
function read() {
	const r = room();
	if (!r || document.hidden || r.unread === 0) {
		return;
	}
	clearTimeout(reading);
	reading = setTimeout(() => act("read", { room: r.id, n: r.last }).catch(() => {}), 300); // the next time tells it, too
}

// refresh begins anew after the server was away: everything is asked for again, nothing is doubled.
async function refresh() {
	try {
		const state = await getState(store.open ? store.me : "");
		begin(state);
		if (store.rooms.has(store.current)) {
			takePage(store.current, await getMessages(store.current));
			timeline.draw();
			timeline.toEnd();
		} else {
			await enter();
		}
		rooms.draw();
		header.draw();
	} catch {
		live.connect(); // its own trouble is shown, and it asks again
	}
}

function listen() {
	window.addEventListener("hashchange", enter);
	document.addEventListener("visibilitychange", read);
	on("read", read);
	on("refresh", refresh);
	on("answered", timeline.take);
	on("message", ({ message }) => message.room !== store.current && room()?.direct && freshen());
	on("gone", (id) => id === store.current && enter());
	on("nobody", () => $("ended").showModal());
	$("declare").prepend(icon("add"));
	$("declare").addEventListener("click", () => act("shortcut", {}).then(timeline.take).catch(toasts.trouble));
	$("send").append(icon("send"));
	$("open-rooms").append(icon("rooms"));
	$("close-rooms").append(icon("close"));
	$("jump").prepend(icon("down"));
	$("show-people").prepend(icon("people"));
	$("show-keys").append(icon("keys"));
}

start().catch((error) => {
	$("broken").hidden = false;
	$("broken").textContent = error.message;
});
