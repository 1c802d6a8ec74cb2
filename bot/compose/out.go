// Package compose says what has happened: it turns events into actions for the chat, and states into
// private answers, in the right language. It is pure and derives everything from its arguments.
//
// Start with [Events] (what everybody sees) and [Answer] (what the asker sees).
//
// Ids in what it composes are logical. A person span's User is a stream.Person's ID; rooms are the
// places below. The deliverer replaces both by the platform's ids before a platform sees them.
package compose

import "github.com/sitrep-bot/sitrep/bot/chat"

// The places an action can go to. An incident without a room of its own has InRoom where it was declared.
const (
	InRoom       chat.RoomID = "room"         // the incident's room
	InPlace      chat.RoomID = "place"        // where it was declared
	Announce     chat.RoomID = "announce"     // the channel of that name in the config
	Stakeholders chat.RoomID = "stakeholders" // likewise
	StatusPage   chat.RoomID = "status"       // likewise
)

// The messages that are found again.
const (
	Card         chat.MessageID = "card"         // the incident's card in its room
	Announcement chat.MessageID = "announcement" // its line in the announce channel
)

// Ranks order what waits: lower goes first.
const (
	RankPage     = 0 // wakes somebody, or opens the room everything waits for
	RankRole     = 1 // tells a role what it owes
	RankUpdate   = 2 // tells people what happened
	RankCosmetic = 3 // card edits, topic, pin
)

// Out is one action on its way to a platform, with what the deliverer needs to know about it.
type Out struct {
	// Action is what to do; its ids are logical and its Key is empty until it is committed.
	Action chat.Action `json:"action"`
	// As remembers the resulting message under this name: Card, Announcement. Empty: forgotten.
	As chat.MessageID `json:"as,omitempty"`
	// Rank is one of the ranks above.
	Rank int `json:"rank"`
	// Lane names the line it stands in within its stream: those in one lane go out in order, lanes side by side.
	Lane string `json:"lane"`
	// Replaces drops an older action of the stream that carries the same and has not started.
	Replaces string `json:"replaces,omitempty"`
	// What says in a few words what it does, in the room's language, for when it fails for good.
	What string `json:"what,omitempty"`
}
