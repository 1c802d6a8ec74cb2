// Completion: what can follow in the line that somebody types. Pure, so it can be thought about alone.

import { store } from "./store.js";
import { t } from "./words.js";

const MOST = 8;

// find tells what could stand where the caret is: {from, to, hint, options: [{text, label, about}]}, or null.
export function find(text, caret) {
	const before = text.slice(0, caret);
	const person = /(^|\s)@([\p{L}\p{N}._-]*)$/u.exec(before);
	if (person) {
		return people(person[2], caret - person[2].length - 1, caret);
	}
	if (!before.startsWith("/") || before.includes("\n")) {
		return null;
	}
	const words = before.split(/\s+/);
	if (words.length === 1) {
		return slash(before, caret);
	}
	if (words[0].toLowerCase() !== store.command) {
		return null;
	}
	return words.length === 2 ? command(words[1], caret) : argument(words, caret);
}

function people(start, from, to) {
	const wanted = start.toLowerCase();
	const found = [...store.people.values()].filter((p) => !p.bot && (p.id.startsWith(wanted) || p.name.toLowerCase().split(/\s+/).some((w) => w.startsWith(wanted))));
	return answer(from, to, "", found.map((p) => ({ text: `@${p.id} `, label: `@${p.id}`, about: p.name })));
}

function slash(start, caret) {
	if (!store.command.startsWith(start.toLowerCase())) {
		return null;
	}
	return answer(0, caret, "", [{ text: `${store.command} `, label: store.command, about: t("command_about") }]);
}

function command(start, caret) {
	const wanted = start.toLowerCase();
	const exact = store.commands.filter((c) => c.word.startsWith(wanted));
	const loose = store.commands.filter((c) => !c.word.startsWith(wanted) && wanted.length > 1 && (c.word.includes(wanted) || c.about.toLowerCase().includes(wanted)));
	const options = [...exact, ...loose].map((c) => ({ text: `${c.word} `, label: c.word, hint: c.hint ?? "", about: c.about }));
	return answer(caret - start.length, caret, "", options);
}

function argument(words, caret) {
	const known = store.commands.find((c) => c.word === words[1].toLowerCase());
	if (!known) {
		return null;
	}
	const start = words.at(-1);
	const options = words.length === 3 ? (known.args ?? []).filter((a) => a.toLowerCase().startsWith(start.toLowerCase())) : [];
	return answer(caret - start.length, caret, `${store.command} ${known.word} ${known.hint ?? ""}`, options.map((a) => ({ text: `${a} `, label: a, about: "" })));
}

function answer(from, to, hint, options) {
	if (options.length === 0 && hint === "") {
		return null;
	}
	return { from, to, hint, options: options.slice(0, MOST) };
}
