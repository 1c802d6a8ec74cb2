// Keys that work everywhere, and the dialog that lists them.

import { $, el } from "./dom.js";
import { inOrder } from "./rooms.js";
import { store } from "./store.js";
import { write } from "./composer.js";
import { t } from "./words.js";

const LIST = [
	["/", "keys_command"], ["?", "keys_help"], ["Alt ↑ ↓", "keys_rooms"], ["Alt Shift ↓", "keys_unread"], ["Tab", "keys_complete"],
	["Enter", "keys_send"], ["Shift Enter", "keys_line"], ["Esc", "keys_messages"], ["↑ ↓", "keys_walk"], ["Enter", "keys_menu"], ["P", "keys_pin"], ["R", "keys_reply"],
];

const typing = (node) => node?.matches?.("input, textarea, select, [contenteditable]");

function go(by, wanted = () => true) {
	const all = inOrder().filter((r) => !r.archived);
	const at = all.findIndex((r) => r.id === store.current);
	for (let i = 1; i <= all.length; i++) {
		const r = all[(at + by * i + all.length * i) % all.length];
		if (wanted(r)) {
			location.hash = r.id;
			return;
		}
	}
}

function keyed(event) {
	if (document.querySelector("dialog[open]")) {
		return;
	}
	if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
		event.preventDefault();
		go(event.key === "ArrowUp" ? -1 : 1, event.shiftKey ? (r) => r.unread > 0 : undefined);
		return;
	}
	if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) {
		return;
	}
	if (event.key === "/") {
		event.preventDefault();
		$("composer").focus();
		write("/");
	} else if (event.key === "?") {
		event.preventDefault();
		$("keys").showModal();
	}
}

export function listen() {
	$("keys-list").replaceChildren(...LIST.map(([keys, key]) =>
		el("div", {}, el("dt", {}, keys.split(" ").map((k) => el("kbd", { text: k }))), el("dd", { text: t(key) }))));
	document.addEventListener("keydown", keyed);
	$("show-keys").addEventListener("click", () => $("keys").showModal());
	for (const dialog of document.querySelectorAll("dialog.sheet")) {
		dialog.querySelector(".shut").addEventListener("click", () => dialog.close());
		dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
	}
}
