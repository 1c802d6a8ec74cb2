package chat

import "time"

// RequestKind is how a person asked.
type RequestKind string

// The kinds.
const (
	Typed    RequestKind = "typed"    // a slash command; Text is what follows it
	Pressed  RequestKind = "pressed"  // a button; Action and Value
	Sent     RequestKind = "sent"     // a form; Form, State and Values
	Reacted  RequestKind = "reacted"  // a reaction was put on On; Text is its name: "pushpin"
	Marked   RequestKind = "marked"   // the message action "Add to timeline" on On
	Shortcut RequestKind = "shortcut" // the global shortcut that opens the declare form
	Opened   RequestKind = "opened"   // the person opened the bot's home page
	Retold   RequestKind = "retold"   // On was edited after it had been marked or reacted to
)

// Request is what a person wants, in the platform's ids. All text is as the person wrote it, unescaped.
type Request struct {
	// Delivery is the platform's id of this delivery, or one made of what identifies it. A redelivery
	// carries the same. It is never empty.
	Delivery string
	Platform Name
	Kind     RequestKind
	By       User
	Room     RoomID // where it was asked; empty on a home page
	RoomName string
	Private  bool // asked in a direct message with the bot
	Text     string
	// People are those mentioned in Text. Token is the exact piece of Text that stands for the person.
	People []Mention
	Action string
	Value  string
	Form   string
	State  string
	Values map[string]string
	On     *Original // with Pressed: the message the button was on, as far as the platform tells
	At     time.Time // when the person did it, by the platform's clock; zero when it does not say
}

// Mention is a person named in a text.
type Mention struct {
	Token string
	User  User
}

// Original is a message that a request is about.
type Original struct {
	Message MessageID
	Author  User
	Text    string // plain words, mentions as @handle
	At      time.Time
	URL     string
}

// Answer is what only the asker sees, at once. The zero value shows nothing.
type Answer struct {
	Message Message           // a private answer
	Form    *Form             // opens this form; wins over Message where both cannot be
	Errors  map[string]string // with Sent: keeps the form open, one text an input; key "" is the whole form
	Home    *Message          // with Opened: the home page
}
