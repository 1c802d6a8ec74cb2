package chat

import "context"

// Ids are opaque: they mean something to one platform only and are never parsed outside its adapter.
type (
	// Name says which platform: "slack", "mattermost" or "room".
	Name string
	// UserID is a person's id on one platform.
	UserID string
	// RoomID is a channel's id on one platform.
	RoomID string
	// MessageID is the id of one message; it means something only together with its room.
	MessageID string
)

// Platform is one chat platform. It is safe for concurrent use.
type Platform interface {
	// Name is the same for the life of the platform.
	Name() Name

	// Run connects, calls ready once when requests can arrive and actions can be done, and hears people
	// until ctx ends; it reconnects by itself and returns nil when ctx is done. It returns an error only
	// when trying again cannot help (a revoked token); the error says what to do.
	// After a lost connection it catches up on what can be caught up, as far as the platform allows.
	Run(ctx context.Context, hearer Hearer, ready func()) error

	// Do carries out one action. A nil error means that people can see it. When again is true an
	// earlier try may have had its effect: the platform looks for the action's key first and, when it
	// finds it, returns that result without doing it twice. The error is an [*Error].
	// Doing an idempotent action twice (invite, topic, pin, edit) is not an error.
	Do(ctx context.Context, a Action, again bool) (Result, error)

	// Person looks up a person by the handle or id an admin wrote into the config.
	// Class Missing when there is no such person.
	Person(ctx context.Context, handle string) (User, error)

	// Place looks up a channel by the name or id an admin wrote into the config ("incidents").
	// Class Missing when there is no such channel or the bot cannot see it.
	Place(ctx context.Context, name string) (RoomID, error)
}

// Hearer hears requests. Hear returns within milliseconds and never waits for the network: when it
// returns, the request is durable, and the platform may acknowledge it.
type Hearer interface {
	Hear(ctx context.Context, r Request) Answer
}

// User is a person as a platform knows them.
type User struct {
	ID     UserID
	Handle string // what people type after @, without the @
	Name   string // what people read; falls back to Handle
	Locale string // BCP 47, such as "pt-BR"; empty when the platform does not say
	Zone   string // IANA time zone; empty when the platform does not say
	Bot    bool   // an app or bot account
}
