// The list of rooms, and the drawer it becomes on a phone.

import { $, el, icon } from "./dom.js";
import { on, store } from "./store.js";
import { count, t } from "./words.js";

const GROUPS = [
	{ key: "rooms_incidents", holds: (r) => r.incident && !r.archived && r.member },
	{ key: "rooms_bot", holds: (r) => r.direct },
	{ key: "rooms_channels", holds: (r) => !r.incident && !r.direct && !r.archived },
	{ key: "rooms_others", holds: (r) => r.incident && !r.archived && !r.member },
	{ key: "rooms_archived", holds: (r) => r.archived },
];

export const byName = (r) => (r.direct ? t("room_bot") : r.name);

// byTitle is what a room is about, in the words of whoever declared it.
const byTitle = (r) => (r.incident && r.title ? r.title : byName(r));

// about is a room's topic without what its title says already.
export function about(r) {
	const bare = r.title.replace(/^INC-\d+\s*/, "");
	const short = r.topic?.replace(bare, "").replace(/[\s·]+$/, "");
	return short || r.topic || r.title;
}

// inOrder are the rooms as they are listed, for going from one to the next.
export const inOrder = () => GROUPS.flatMap(({ holds }) => [...store.rooms.values()].filter(holds));

let drawn = "";

export function draw() {
	const fresh = JSON.stringify([store.current, inOrder().map((r) => [r.id, r.name, r.topic, r.unread, r.called, r.member, r.archived])]);
	if (fresh === drawn) {
		return; // what stays the same stays under the pointer
	}
	drawn = fresh;
	const focused = document.activeElement?.closest("#rooms a")?.dataset.room;
	$("rooms").replaceChildren(...GROUPS.map(group).filter(Boolean));
	if (focused) {
		$("rooms").querySelector(`a[data-room="${CSS.escape(focused)}"]`)?.focus();
	}
	retitle();
}

function group({ key, holds }) {
	const list = [...store.rooms.values()].filter(holds);
	if (list.length === 0) {
		return null;
	}
	return el("section", { class: "rooms-group", "aria-labelledby": key },
		el("h2", { id: key, text: t(key) }), el("ul", {}, list.map(entry)));
}

function entry(r) {
	const current = r.id === store.current;
	const link = el("a", { href: `#${r.id}`, "aria-current": current ? "page" : null, class: r.unread > 0 && !current ? "unread" : "", dataset: { room: r.id } },
		el("span", { class: "rooms-name" }, r.private && !r.direct ? icon("lock") : null, el("bdi", { text: byTitle(r) })),
		r.incident && r.topic ? el("span", { class: "rooms-topic" }, el("bdi", { text: about(r) })) : null);
	if (r.unread > 0 && !current) {
		link.append(el("span", { class: `badge${r.called ? " called" : ""}` },
			el("span", { "aria-hidden": "true", text: r.unread > 99 ? "99+" : r.unread }),
			el("span", { class: "unseen", text: ` ${r.called ? t("called") : ""} ${count("unread", r.unread)}` })));
	}
	return el("li", {}, link);
}

// retitle puts what waits into the window's title.
function retitle() {
	const waiting = [...store.rooms.values()].filter((r) => r.id !== store.current && r.member).reduce((n, r) => n + (r.called ? r.unread : 0), 0);
	const r = store.rooms.get(store.current);
	document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${r ? `${byName(r)} · ` : ""}sitrep`;
}

const narrow = window.matchMedia("(max-width: 760px)");

export function drawer(open) {
	const shown = open && narrow.matches;
	document.body.classList.toggle("drawer", shown);
	$("open-rooms").setAttribute("aria-expanded", String(shown));
	$("main").inert = shown;
	$("side").inert = narrow.matches && !shown;
	if (shown) {
		($("rooms").querySelector("[aria-current]") ?? $("rooms").querySelector("a"))?.focus();
	}
}

function closeDrawer() {
	if (document.body.classList.contains("drawer")) {
		drawer(false);
		$("open-rooms").focus();
	}
}

export function listen() {
	$("open-rooms").addEventListener("click", () => drawer(true));
	$("close-rooms").addEventListener("click", closeDrawer);
	$("shade").addEventListener("click", closeDrawer);
	$("side").addEventListener("keydown", (event) => {
		if (event.key === "Escape") {
			closeDrawer();
		}
	});
	$("rooms").addEventListener("click", (event) => {
		if (event.target.closest("a")) {
			drawer(false);
		}
	});
	narrow.addEventListener("change", () => drawer(false));
	drawer(false);
	on("room", draw);
	on("gone", draw);
	on("enter", draw);
	on("refresh", draw);
}
