// A form as a dialog. What was written stays until it was taken, or thrown away on purpose.

import { act, newDelivery } from "./api.js";
import { $, el, icon } from "./dom.js";
import { emit, store } from "./store.js";
import { t } from "./words.js";

const FEW = 4; // up to this many options are all shown at once

let open; // the form that is shown: {token, inputs, …}
let delivery = newDelivery();

// showForm opens a form, or marks the errors in the one that is open.
export function showForm(form, errors = {}) {
	if (!open || open.token !== form.token) {
		open = form;
		draw(form);
	}
	drawErrors(errors ?? {});
	if (!$("form").open) {
		$("form").showModal();
	}
	(first(errors) ?? $("form").querySelector("[name]"))?.focus();
}

const first = (errors) => open.inputs.map((i) => (errors?.[i.id] ? field(i) : null)).find(Boolean);
const field = (input) => $("form-body").querySelector(`[name="${CSS.escape(input.id)}"]`);

function draw(form) {
	delivery = newDelivery();
	$("form").lang = form.lang || document.documentElement.lang;
	$("form-title").textContent = form.title;
	$("form-send").textContent = form.submit;
	$("form-cancel").textContent = form.cancel || t("cancel");
	$("form-intro").textContent = form.intro ?? "";
	$("form-intro").hidden = !form.intro;
	$("form-discard").hidden = true;
	$("form-body").replaceChildren(...form.inputs.map(question));
}

function question(input) {
	const id = `input-${input.id}`;
	const hints = [input.hint ? `${id}-hint` : "", `${id}-error`].filter(Boolean).join(" ");
	const label = [el("span", { text: input.label }), input.optional ? el("span", { class: "quiet", text: ` ${t("optional")}` }) : null];
	const about = [
		input.hint ? el("p", { id: `${id}-hint`, class: "input-hint", text: input.hint }) : null,
		el("p", { id: `${id}-error`, class: "input-error", hidden: true }),
	];
	if (input.kind === "choice" && input.options.length <= FEW) {
		return el("fieldset", { class: "question", "aria-describedby": hints }, el("legend", {}, label), el("div", { class: `choices${input.options.every((o) => [...o.label].length <= 16) ? " short" : ""}` }, input.options.map((o) => radio(input, o))), about);
	}
	return el("div", { class: "question" }, el("label", { for: id }, label), control(input, id, hints), about);
}

function radio(input, o) {
	return el("label", { class: "choice" }, el("input", { type: "radio", name: input.id, value: o.value, checked: o.value === input.value }), el("span", {}, el("bdi", { text: o.label })));
}

function control(input, id, hints) {
	const props = { id, name: input.id, "aria-describedby": hints, "aria-required": String(!input.optional), maxlength: input.max || 3000 };
	let node;
	switch (input.kind) {
	case "area":
		node = el("textarea", { ...props, rows: 3 });
		break;
	case "choice":
		node = select(props, input.options, input);
		break;
	case "people":
		node = select(props, [...store.people.values()].filter((p) => !p.bot).map((p) => ({ value: p.id, label: p.name })), { ...input, optional: true });
		break;
	default:
		node = el("input", { ...props, type: "text", autocomplete: "off" });
	}
	node.value = input.value ?? "";
	return node;
}

function select(props, options, input) {
	const { maxlength, ...rest } = props;
	const none = input.optional || !input.value ? [el("option", { value: "", text: t("nobody_chosen") })] : [];
	return el("select", rest, none, options.map((o) => el("option", { value: o.value, text: o.label })));
}

function values() {
	return Object.fromEntries(open.inputs.map((input) => {
		const checked = $("form-body").querySelector(`[name="${CSS.escape(input.id)}"]:checked`);
		const node = field(input);
		return [input.id, (node?.type === "radio" ? checked?.value : node?.value) ?? ""];
	}));
}

function changedByHand() {
	const now = values();
	return open.inputs.some((input) => now[input.id] !== (input.value ?? ""));
}

// drawErrors puts each error under its input. A % begins one that the page itself has words for.
function drawErrors(errors) {
	const text = (e) => (e?.startsWith("%") ? t(`form_${e.slice(1)}`) : e);
	for (const input of open.inputs) {
		const line = $(`input-${input.id}-error`);
		line.textContent = text(errors[input.id]) ?? "";
		line.hidden = !errors[input.id];
		field(input)?.setAttribute("aria-invalid", String(Boolean(errors[input.id])));
	}
	$("form-problem").textContent = text(errors[""]) ?? "";
	$("form-problem").hidden = !errors[""];
}

async function submit(event) {
	event.preventDefault();
	$("form-send").disabled = true;
	try {
		const answer = await act("submit", { form: open.token, values: values() }, delivery);
		delivery = newDelivery();
		if (answer.form && answer.form.token === open.token) {
			showForm(answer.form, answer.errors);
			return;
		}
		shut();
		emit("answered", answer);
	} catch (error) {
		drawErrors({ "": error.message });
	} finally {
		$("form-send").disabled = false;
	}
}

function shut() {
	open = undefined;
	$("form").close();
}

// leave closes the form, and asks first when something would be lost.
function leave(event) {
	event?.preventDefault();
	if (open && changedByHand() && $("form-discard").hidden) {
		$("form-discard").hidden = false;
		$("form-keep").focus();
		return;
	}
	shut();
	$("composer").focus();
}

export function listen() {
	$("form-form").addEventListener("submit", submit);
	$("form").addEventListener("cancel", leave);
	// A browser lets a page refuse the first Escape only; as a key it can be dealt with each time.
	$("form").addEventListener("keydown", (event) => event.key === "Escape" && leave(event));
	$("form-cancel").addEventListener("click", leave);
	$("form-throw").addEventListener("click", () => {
		shut();
		$("composer").focus();
	});
	$("form-keep").addEventListener("click", () => {
		$("form-discard").hidden = true;
		$("form").querySelector("[name]")?.focus();
	});
	$("form-body").addEventListener("input", () => {
		delivery = newDelivery();
	});
	$("form-close").append(icon("close"));
	$("form-close").addEventListener("click", leave);
}
