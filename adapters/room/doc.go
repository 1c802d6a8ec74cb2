// Package room is a chat in the browser that sitrep serves itself: the chat of the demo, the one that needs
// no account anywhere, and the way out when the team's own chat is down.
//
// A [Room] is a chat.Platform on one side and an http.Handler for /room/ on the other. Behind both is one
// small chat: people, rooms, messages, all in memory and all saved to a [Keep]. The browser's page is plain
// modules over a JSON API; tests and transcripts act as people through the same API.
//
// Nothing here knows of incidents. Start with [Config] and [New]; then do.go (what the bot does), hear.go
// (what people do), api.go (how they reach it) and web/room.js (what they see).
package room
