// Elements are made by hand, text by text: nothing that anybody wrote is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

// el makes an element. Props are attributes, except class, text, on (listeners) and dataset. Children are nodes,
// strings, or nothing.
export function el(tag, props = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		set(node, name, value);
	}
	node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false && c !== ""));
	return node;
}

function set(node, name, value) {
	if (value === null || value === undefined || value === false) {
		return;
	}
	switch (name) {
	case "class":
		node.className = value;
		break;
	case "text":
		node.textContent = value;
		break;
	case "on":
		for (const [event, listener] of Object.entries(value)) {
			node.addEventListener(event, listener);
		}
		break;
	case "dataset":
		Object.assign(node.dataset, value);
		break;
	default:
		node.setAttribute(name, value === true ? "" : String(value));
	}
}

export const $ = (id) => document.getElementById(id);

const SHAPES = {
	rooms: "M3 5h14M3 10h14M3 15h14",
	send: "M3 10l14-6-5 13-2.5-5.5z",
	close: "M5 5l10 10M15 5L5 15",
	more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
	pin: "M7 3h6M8 3v5l-3 3h10l-3-3V3M10 11v6",
	eye: "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10zM10 12.2a2.2 2.2 0 100-4.4 2.2 2.2 0 000 4.4z",
	people: "M7.5 9.5a3 3 0 100-6 3 3 0 000 6zM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.8a3 3 0 010 5.4M15 12.4c1.8.7 3 2.4 3 4.6",
	reply: "M8 5L3 10l5 5M3 10h9c3 0 5 2 5 5",
	timeline: "M5 3v14M5 6h10M5 11h7M5 16h9",
	edit: "M4 16l1-4L14 3l3 3-9 9zM12 5l3 3",
	file: "M5 2.5h6l4 4v11H5zM11 2.5v4h4",
	down: "M10 4v12M5 11l5 5 5-5",
	link: "M8 12l4-4M9 5.5l2-2a3.5 3.5 0 015 5l-2 2M11 14.5l-2 2a3.5 3.5 0 01-5-5l2-2",
	add: "M10 4v12M4 10h12",
	lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 016 0V9",
	check: "M4 10.5l4 4 8-9",
	leave: "M8 4H4v12h4M12 6l4 4-4 4M16 10H8",
	thumb: "M6 9v8H3V9zM6 9l4-6c1.5 0 2 1 1.7 2.3L11 8h4.3c1 0 1.8 1 1.5 2l-1.6 6c-.2.7-.8 1-1.5 1H6",
	warn: "M10 3L2 17h16zM10 8v4.5M10 14.8h.01",
	heart: "M10 16.5S3 12.3 3 7.6C3 5.4 4.7 4 6.5 4 8 4 9.3 5 10 6.3 10.7 5 12 4 13.5 4 15.3 4 17 5.4 17 7.6c0 4.7-7 8.9-7 8.9z",
	keys: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6 11.5h8",
};

// icon draws one of the shapes above. It says nothing to screen readers: what holds it has a label.
export function icon(name) {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("viewBox", "0 0 20 20");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	const path = document.createElementNS(SVG, "path");
	path.setAttribute("d", SHAPES[name]);
	svg.append(path);
	return svg;
}

const SIGNS = { pushpin: "pin", eyes: "eye", white_check_mark: "check", thumbsup: "thumb", warning: "warn", pray: "heart" };

// reactionIcon draws a reaction, so that it looks the same where there is no font for it.
export const reactionIcon = (name) => icon(SIGNS[name] ?? "more");

// say has screen readers read a text out, politely.
export function say(text) {
	const box = $("announcer");
	const line = el("p", { text });
	box.append(line);
	while (box.childElementCount > 6) {
		box.firstElementChild.remove();
	}
}
