// The live connection: what changes arrives by itself, and after a break the page takes up where it left off.

import { getState, liveURL } from "./api.js";
import { dropRoom, emit, on, store, takeMessage, takeRoom } from "./store.js";

const PATIENCE = 50_000; // the server shows a sign of life every 20 seconds
const PAUSES = [500, 1000, 2000, 4000, 8000, 15_000];

let source;
let watch;
let tries = 0;

const HANDLERS = {
	message: (data) => {
		takeRoom(data.room);
		takeMessage(data.message);
	},
	room: takeRoom,
	gone: dropRoom,
	home: (data) => {
		store.home = data ?? {};
		emit("home");
	},
	reset: () => emit("reset"),
	alive: () => {},
};

export function connect() {
	source?.close();
	source = new EventSource(liveURL());
	source.onopen = heard;
	source.onerror = lost;
	for (const [kind, handle] of Object.entries(HANDLERS)) {
		source.addEventListener(kind, (event) => {
			heard();
			if (event.lastEventId) {
				store.since = event.lastEventId;
			}
			handle(JSON.parse(event.data));
		});
	}
	patient();
}

function heard() {
	tries = 0;
	emit("connected");
	patient();
}

function patient() {
	clearTimeout(watch);
	watch = setTimeout(lost, PATIENCE);
}

function lost() {
	source.close();
	clearTimeout(watch);
	emit("disconnected");
	const pause = PAUSES[Math.min(tries, PAUSES.length - 1)];
	tries += 1;
	watch = setTimeout(again, pause);
}

// again asks first whether this person is still somebody here; a stream cannot tell that.
async function again() {
	try {
		await getState(store.open ? store.me : "");
		connect();
	} catch (error) {
		if (error.code === "nobody") {
			emit("nobody");
			return;
		}
		lost();
	}
}

// Who comes back to the page, or gets the network back, does not want to wait for the next try.
function hurry() {
	if (tries > 0 && document.visibilityState === "visible") {
		clearTimeout(watch);
		again();
	}
}

export function listen() {
	document.addEventListener("visibilitychange", hurry);
	window.addEventListener("online", hurry);
	on("reset", () => emit("refresh"));
}
