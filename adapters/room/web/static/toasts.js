// Short notices at the edge: somebody is paged or named in another room, or something did not work.

import { $, el, icon, say } from "./dom.js";
import { plain } from "./blocks.js";
import { name, on, room, store } from "./store.js";
import { t } from "./words.js";

const STAY = 12_000;
const MOST = 3;

function show(kind, heading, text, href) {
	const toast = el("div", { class: `toast ${kind}` },
		el(href ? "a" : "div", { class: "toast-words", href }, el("strong", {}, el("bdi", { text: heading })), el("span", {}, el("bdi", { text }))),
		el("button", { type: "button", class: "plain", "aria-label": t("dismiss"), on: { click: () => toast.remove() } }, icon("close")));
	const box = $("toasts");
	box.append(toast);
	while (box.childElementCount > MOST) {
		box.firstElementChild.remove();
	}
	toast.querySelector(".toast-words").addEventListener("click", () => toast.remove());
	const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, STAY) : toast.remove());
	setTimeout(leave, STAY);
	say(`${heading}. ${text}`);
}

export const trouble = (error) => show("trouble", t("trouble"), error.message);

function called({ message, fresh }) {
	const at = room(message.room);
	const elsewhere = message.room !== store.current || document.hidden;
	if (!fresh || !elsewhere || message.by === store.me || message.private || !at?.member || message.n <= newest) {
		return;
	}
	if (message.calls || at.direct) {
		const heading = at.direct ? t("toast_direct", { name: name(message.by) }) : t("toast_called", { name: name(message.by), room: at.name });
		show("call", heading, plain(message.body).slice(0, 140), `#${message.room}`);
	}
}

let newest = 0;

// watch begins to tell of what comes from now on; what was there at the start is not news.
export function watch() {
	newest = Math.max(0, ...[...store.rooms.values()].map((r) => r.last));
	on("message", called);
	on("message", ({ message }) => {
		newest = Math.max(newest, message.private ? 0 : message.n);
	});
}
