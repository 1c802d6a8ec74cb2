// A message's blocks as elements. Only spans of the kinds below become more than text.

import { el } from "./dom.js";
import { name, store } from "./store.js";
import { clock, moment, t } from "./words.js";

const foreign = (text) => el("bdi", { text });

const SPANS = {
	bold: (s) => el("strong", {}, foreign(s.text)),
	code: (s) => el("code", { text: s.text }),
	person: (s) => el("span", { class: s.user ? `person${s.user === store.me ? " me" : ""}` : "", title: s.user ? name(s.user) : null, text: `@${s.text}` }),
	group: (s) => el("span", { class: "person", text: `@${s.text}` }),
	room: (s) => (store.rooms.has(s.room) ? el("a", { href: `#${s.room}`, text: `#${s.text}` }) : el("span", { text: `#${s.text}` })),
	link: (s) => (/^https?:\/\//i.test(s.url) ? el("a", { href: s.url, target: "_blank", rel: "noopener noreferrer" }, foreign(s.text)) : foreign(s.text)),
	clock: (s) => timeOf(s),
};

function timeOf(s) {
	const at = new Date(s.time);
	if (!s.time || Number.isNaN(at.getTime())) {
		return foreign(s.text);
	}
	// The words around it may name the day where the incident is, so its own time stands first.
	const here = clock(at);
	return el("time", { datetime: s.time, title: moment(at) }, foreign(s.text),
		s.text.includes(here) ? null : el("span", { class: "quiet", text: ` (${t("for_you", { time: here })})` }));
}

export function spans(list = []) {
	return list.map((s) => (SPANS[s.kind] ?? ((w) => foreign(w.text)))(s));
}

const BLOCKS = {
	heading: (b) => el("h3", { class: "b-heading" }, spans(b.spans)),
	text: (b) => el("p", { class: "b-text" }, spans(b.spans)),
	small: (b) => el("p", { class: "b-small" }, spans(b.spans)),
	quote: (b) => el("blockquote", { class: "b-quote" }, spans(b.spans)),
	fields: (b) => el("dl", { class: "b-fields" }, (b.fields ?? []).map((f) => el("div", {}, el("dt", {}, foreign(f.label)), el("dd", {}, spans(f.value))))),
	list: (b) => el("ul", { class: "b-list" }, (b.items ?? []).map((item) => el("li", {}, spans(item)))),
};

// blocks renders a message. press(button, element) is called for a pressed button.
export function blocks(message, press) {
	return (message.blocks ?? []).map((b) => {
		if (b.kind === "buttons") {
			return el("div", { class: "b-buttons" }, (b.buttons ?? []).map((button) => pressable(button, press)));
		}
		return (BLOCKS[b.kind] ?? BLOCKS.text)(b);
	});
}

function pressable(button, press) {
	return el("button", {
		type: "button", class: `button ${button.style ?? ""}`, text: button.label,
		dataset: { key: `press ${button.action} ${button.value ?? ""}` },
		on: { click: (event) => press(button, event.currentTarget) },
	});
}

// isCard tells whether a message is set in a frame: it has a heading, buttons or fields.
export const isCard = (message) => (message.blocks ?? []).some((b) => ["heading", "buttons", "fields"].includes(b.kind));

// tone says in a word what the colour of a message means.
export function tone(message) {
	return ["good", "caution", "critical"].includes(message.tone)
		? el("span", { class: `tone ${message.tone}`, text: t(`tone_${message.tone}`) })
		: null;
}

const PLAIN = { person: (s) => `@${s.text}`, group: (s) => `@${s.text}`, room: (s) => `#${s.text}` };

const plainSpans = (list = []) => list.map((s) => (PLAIN[s.kind] ?? ((w) => w.text ?? ""))(s)).join("");

// plain is a message as one run of words, for toasts and screen readers. Buttons are left out.
export function plain(message) {
	return (message.blocks ?? []).flatMap((b) => [
		plainSpans(b.spans), ...(b.items ?? []).map(plainSpans), ...(b.fields ?? []).map((f) => `${f.label}: ${plainSpans(f.value)}`),
	]).filter(Boolean).join(". ");
}

// title is how a message begins.
export const title = (message) => plain({ blocks: (message.blocks ?? []).slice(0, 1) });
