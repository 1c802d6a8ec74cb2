package chattest

import (
	"testing"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Clocked is a [World] whose stand-in keeps its own time (rate limits, expiry).
type Clocked interface {
	// Advance moves that time.
	Advance(d time.Duration)
}

// Redelivers is a [World] in which the platform can deliver a request twice, as if the first
// acknowledgement had been lost.
type Redelivers interface {
	// Redeliver delivers the newest request once more, byte for byte as far as the platform would.
	Redeliver(t testing.TB)
}

// Cuttable is a [World] in which the connection that brings requests can break.
type Cuttable interface {
	// Cut breaks it. The platform finds out and comes back by itself.
	Cut(t testing.TB)
}

// Grouped is a [World] with chat groups that can be mentioned.
type Grouped interface {
	// Group is the id of a group that holds these people; [World.Woken] names them when it is mentioned.
	Group(t testing.TB, people ...string) chat.UserID
}

// Homed is a [World] in which people have a home page with the bot.
type Homed interface {
	// OpenHome has person open it and returns what it shows then.
	OpenHome(t testing.TB, person string) Seen
	// Home is what it shows now.
	Home(t testing.TB, person string) Seen
}

// Shortcutted is a [World] with a global shortcut.
type Shortcutted interface {
	// Shortcut has person use it, outside any room.
	Shortcut(t testing.TB, person string) Private
}

// Rewritable is a [World] in which people can edit what they wrote.
type Rewritable interface {
	// Rewrite has person replace their newest message in channel that contains words.
	Rewrite(t testing.TB, person, channel, words, text string)
}
