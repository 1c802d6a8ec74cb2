// How the page asks the server. Everything that people do carries an id of its own, which stays the same when
// it has to be sent again: the server does it once.

import { store } from "./store.js";
import { t } from "./words.js";

export class Refused extends Error {
	constructor(code) {
		super(t(`error_${code}`));
		this.code = code;
	}
}

async function read(response) {
	const body = await response.json().catch(() => ({ error: "unclear" }));
	if (!response.ok) {
		throw new Refused(body.error ?? "unclear");
	}
	return body;
}

async function call(path, options) {
	let response;
	try {
		response = await fetch(path, options);
	} catch {
		throw new Refused("offline");
	}
	return read(response);
}

const asking = (params = {}) => new URLSearchParams({ ...(store.open && store.me ? { as: store.me } : {}), ...params });

export const getState = (as) => call(`/room/api/state?${new URLSearchParams(as ? { as } : {})}`);

export const getMessages = (room, before = "") => call(`/room/api/messages?${asking({ room, before })}`);

export const liveURL = () => `/room/api/live?${asking({ since: store.since })}`;

export const fileURL = (m, view) => `/room/file/${m.room}/${m.id}?${asking(view ? { view: "1" } : {})}`;

export const newDelivery = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16)).join("");

// act does something. Without an answer it is tried once more, as the same delivery.
export async function act(what, body, delivery = newDelivery()) {
	const options = {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ ...body, as: store.me, delivery }),
	};
	try {
		return await call(`/room/api/${what}`, options);
	} catch (error) {
		if (error.code !== "offline") {
			throw error;
		}
		return call(`/room/api/${what}`, options);
	}
}
