package chat

import "time"

// Message is what people read, free of any platform's markup. The zero value says nothing.
//
// A platform shows the blocks in order and cuts what does not fit in its own units, at a rune, with an
// ellipsis; buttons are never cut away. Lang is the language of the words (BCP 47).
type Message struct {
	Lang   string  `json:"lang,omitempty"`
	Tone   Tone    `json:"tone,omitempty"`
	Blocks []Block `json:"blocks,omitempty"`
}

// Tone is how a message looks at first sight: a colour or an icon, never the only carrier of meaning.
type Tone string

// The tones.
const (
	Plainly  Tone = ""
	Good     Tone = "good"
	Caution  Tone = "caution"
	Critical Tone = "critical"
)

// BlockKind is the shape of a [Block].
type BlockKind string

// The shapes.
const (
	Heading BlockKind = "heading" // Spans, one line; at most one in a message and the first block
	Text    BlockKind = "text"    // Spans, a paragraph
	Small   BlockKind = "small"   // Spans, a quiet line under what it explains
	Quote   BlockKind = "quote"   // Spans, foreign text set apart; line breaks stay
	Fields  BlockKind = "fields"  // Fields, label and value, in pairs where there is room
	List    BlockKind = "list"    // Items, one span line each
	Buttons BlockKind = "buttons" // Buttons in a row
)

// Block is one piece of a message.
type Block struct {
	Kind    BlockKind `json:"kind"`
	Spans   []Span    `json:"spans,omitempty"`
	Fields  []Field   `json:"fields,omitempty"`
	Items   [][]Span  `json:"items,omitempty"`
	Buttons []Button  `json:"buttons,omitempty"`
}

// Field is a label with its value.
type Field struct {
	Label string `json:"label"`
	Value []Span `json:"value"`
}

// SpanKind is what a [Span] is.
type SpanKind string

// The kinds. Only Person and Group wake people, and only Link leads anywhere.
const (
	Words  SpanKind = ""       // Text, data: shown as it is, wakes nobody, links nowhere
	Bold   SpanKind = "bold"   // Text, data, set bold
	Code   SpanKind = "code"   // Text, data, set in a fixed face
	Person SpanKind = "person" // mentions User; Text is the name where User is unknown or empty
	Group  SpanKind = "group"  // mentions a chat group by its platform id in User; Text its name
	Link   SpanKind = "link"   // Text leads to URL (http or https only)
	Room   SpanKind = "room"   // refers to Room; Text its name, without #
	Clock  SpanKind = "clock"  // a time of day: Time in the reader's zone where the platform can, else Text
)

// Span is a run of text with one meaning.
type Span struct {
	Kind SpanKind  `json:"kind,omitempty"`
	Text string    `json:"text,omitempty"`
	User UserID    `json:"user,omitempty"`
	Room RoomID    `json:"room,omitempty"`
	URL  string    `json:"url,omitempty"`
	Time time.Time `json:"time,omitzero"`
}

// Style is how a button looks.
type Style string

// The styles.
const (
	Normal  Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// Button makes a [Request] of kind Press. Action and Value come back as they are; Action has the form
// [a-z]+ and the two together stay under 500 bytes. A button says nothing secret: people can read and
// forge it, so what it does is checked against the person who pressed it.
type Button struct {
	Action string `json:"action"`
	Value  string `json:"value,omitempty"`
	Label  string `json:"label"`
	Style  Style  `json:"style,omitempty"`
}

// Form is a small dialog. A platform that has none shows the command to type instead.
type Form struct {
	ID     string  `json:"id"`              // comes back in the request; has the form [a-z]+
	State  string  `json:"state,omitempty"` // comes back as it is; under 1,000 bytes; nothing secret
	Lang   string  `json:"lang,omitempty"`
	Title  string  `json:"title"`  // at most 24 characters
	Submit string  `json:"submit"` // at most 24 characters
	Cancel string  `json:"cancel"` // at most 24 characters
	Intro  string  `json:"intro,omitempty"`
	Inputs []Input `json:"inputs"` // at most 10
}

// InputKind is the shape of an [Input].
type InputKind string

// The shapes.
const (
	Line   InputKind = "line"   // one line of text
	Area   InputKind = "area"   // several lines
	Choice InputKind = "choice" // one of Options
	People InputKind = "people" // one person; the value is a UserID
)

// Input is one question of a form.
type Input struct {
	ID       string    `json:"id"` // [a-z]+
	Kind     InputKind `json:"kind"`
	Label    string    `json:"label"` // at most 24 characters
	Hint     string    `json:"hint,omitempty"`
	Value    string    `json:"value,omitempty"` // prefilled
	Optional bool      `json:"optional,omitempty"`
	Max      int       `json:"max,omitempty"` // in characters; 0 means 3,000
	Options  []Option  `json:"options,omitempty"`
}

// Option is one answer of a choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"` // at most 75 characters
}
