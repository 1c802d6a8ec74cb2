// What this page knows, and who wants to hear when it changes. Everything is kept by id, so what arrives
// twice is there once.

const listeners = new Map();

export const store = {
	open: false,
	me: "",
	since: "",
	command: "/incident",
	commands: [],
	reactions: [],
	people: new Map(),
	rooms: new Map(),
	messages: new Map(), // by room, then by id
	pins: new Map(), // by room: messages that may be older than those loaded
	more: new Map(), // by room: whether there are earlier messages
	home: {},
	current: "",
};

export function on(event, listener) {
	listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

export function emit(event, detail) {
	for (const listener of listeners.get(event) ?? []) {
		listener(detail);
	}
}

// begin takes over what the server says at the start, or after it was away.
export function begin(state) {
	Object.assign(store, {
		open: state.open, me: state.me ?? "", since: state.since, command: state.command, commands: state.commands,
		reactions: state.reactions, home: state.home ?? {},
	});
	store.people = new Map(state.people.map((p) => [p.id, p]));
	store.rooms = new Map((state.rooms ?? []).map((r) => [r.id, r]));
	store.messages.clear();
	store.pins.clear();
	store.more.clear();
}

export function name(person) {
	return store.people.get(person)?.name ?? person;
}

export function room(id = store.current) {
	return store.rooms.get(id);
}

// messages are those known of a room, oldest first.
export function messages(id = store.current) {
	return [...(store.messages.get(id)?.values() ?? [])].sort((a, b) => a.n - b.n);
}

export function takePage(id, page) {
	const known = store.messages.get(id) ?? new Map();
	for (const m of page.messages) {
		known.set(m.id, m);
	}
	store.messages.set(id, known);
	store.more.set(id, page.more);
	store.pins.set(id, new Map(page.pins.map((m) => [m.id, m])));
}

// takeMessage takes a message over. True: it is new here. A room that was never looked at keeps none.
export function takeMessage(m) {
	const known = store.messages.get(m.room);
	const fresh = !known?.has(m.id);
	known?.set(m.id, m);
	const pins = store.pins.get(m.room);
	if (m.pinned || pins?.has(m.id)) {
		pins?.set(m.id, m);
	}
	emit("message", { message: m, fresh });
	return fresh;
}

export function takeRoom(r) {
	store.rooms.set(r.id, r);
	emit("room", r);
}

export function dropRoom(id) {
	if (store.rooms.delete(id)) {
		emit("gone", id);
	}
}
