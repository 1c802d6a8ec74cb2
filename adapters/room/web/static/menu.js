// What one can do with a message: a menu that arrow keys walk through.

import { act } from "./api.js";
import { $, el, icon, reactionIcon } from "./dom.js";
import { react, take } from "./messages.js";
import { emit, store } from "./store.js";
import { trouble } from "./toasts.js";
import { t } from "./words.js";

let opener;

export function openMenu(m, button) {
	closeMenu();
	opener = button;
	opener.setAttribute("aria-expanded", "true");
	const menu = $("menu");
	menu.replaceChildren(...items(m));
	menu.hidden = false;
	place(menu, button.getBoundingClientRect());
	menu.querySelector("[role^=menuitem]")?.focus();
}

// place puts the menu beside its button, inside the window.
function place(menu, at) {
	const { offsetWidth: width, offsetHeight: height } = menu;
	menu.style.left = `${Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8))}px`;
	menu.style.top = `${at.bottom + height + 8 > window.innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
}

function items(m) {
	const list = [];
	if (!m.private) {
		list.push(el("div", { class: "menu-row", role: "group", "aria-label": t("menu_react") }, store.reactions.map((r) => {
			const mine = (m.reactions ?? []).some((x) => x.name === r.name && x.people.includes(store.me));
			return el("button", { type: "button", role: "menuitemcheckbox", "aria-checked": String(mine), tabindex: "-1", title: t(`reaction_${r.name}`), "aria-label": t(`reaction_${r.name}`),
				on: { click: () => choose(() => react(m, r.name, !mine)) } }, reactionIcon(r.name));
		})));
		list.push(item("timeline", "menu_mark", () => mark(m)), item("reply", "menu_reply", () => emit("reply", m)));
	}
	if (m.by === store.me && m.text) {
		list.push(item("edit", "menu_edit", () => emit("edit", m)));
	}
	list.push(item("link", "menu_copy", () => copy(m)));
	return list;
}

function item(shape, key, run) {
	return el("button", { type: "button", role: "menuitem", tabindex: "-1", on: { click: () => choose(run) } }, icon(shape), t(key));
}

// choose closes the menu, gives the focus back and does what was chosen.
function choose(run) {
	const back = opener;
	closeMenu();
	back?.focus();
	run();
}

async function mark(m) {
	try {
		take(await act("mark", { room: m.room, message: m.id }));
	} catch (error) {
		trouble(error);
	}
}

async function copy(m) {
	const url = new URL(location.href);
	url.hash = `${m.room}/${m.id}`;
	url.search = "";
	try {
		await navigator.clipboard.writeText(url.href);
	} catch {
		trouble(new Error(t("error_clipboard")));
	}
}

export function closeMenu() {
	$("menu").hidden = true;
	opener?.setAttribute("aria-expanded", "false");
	opener = undefined;
}

function keyed(event) {
	const all = [...$("menu").querySelectorAll("[role^=menuitem]")];
	const at = all.indexOf(document.activeElement);
	const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
	if (to !== undefined) {
		event.preventDefault();
		all.at(to % all.length).focus();
	} else if (event.key === "Escape" || event.key === "Tab") {
		event.preventDefault();
		event.stopPropagation();
		choose(() => {});
	}
}

export function listen() {
	$("menu").addEventListener("keydown", keyed);
	document.addEventListener("pointerdown", (event) => {
		if (!$("menu").hidden && !event.target.closest("#menu, .menu-button")) {
			closeMenu();
		}
	});
	for (const moved of ["wheel", "touchmove"]) { // by hand: the focus scrolls, too
		$("scroll").addEventListener(moved, () => $("menu").hidden || closeMenu(), { passive: true });
	}
	window.addEventListener("resize", closeMenu);
}
