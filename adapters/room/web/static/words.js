// The page's own words, in the browser's language, and how it writes times.

let catalog = {};
let lang = "en";

export function useWords(words, language) {
	catalog = words;
	lang = language;
}

// t is the text for a key, with {name} replaced by what params has under that name.
export function t(key, params = {}) {
	const text = catalog[key];
	if (text === undefined) {
		return key;
	}
	return text.replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
}

// count picks key_one or key_other; the languages of the page need no more.
export function count(key, n) {
	const form = new Intl.PluralRules(lang).select(n) === "one" ? "one" : "other";
	return t(`${key}_${form}`, { n });
}

const formats = new Map();

function format(name, options) {
	if (!formats.has(name)) {
		formats.set(name, new Intl.DateTimeFormat(lang, options));
	}
	return formats.get(name);
}

export const clock = (date) => format("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
export const day = (date) => format("day", { weekday: "long", day: "numeric", month: "long" }).format(date);
export const moment = (date) => format("moment", { dateStyle: "full", timeStyle: "long", hourCycle: "h23" }).format(date);
