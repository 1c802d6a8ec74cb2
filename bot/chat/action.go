package chat

// Verb is what an [Action] does.
type Verb string

// The verbs. A platform that cannot do one of the cosmetic ones (topic, pin, bookmark) answers nil.
const (
	OpenRoom Verb = "open"     // create the room of Spec, the bot in it; Result.Room
	Invite   Verb = "invite"   // bring People into Room; those who cannot come are in Result.Refused
	Remove   Verb = "remove"   // take People out of Room
	Topic    Verb = "topic"    // set Room's topic to Text, unless it is that already
	Post     Verb = "post"     // say Body in Room, under Thread when given; Result.Message
	Edit     Verb = "edit"     // replace Message in Room by Body
	Pin      Verb = "pin"      // pin Message in Room
	Bookmark Verb = "bookmark" // put a link (Text, URL) at the top of Room
	Direct   Verb = "direct"   // say Body to People[0] in private; Result.Room, Result.Message
	Upload   Verb = "upload"   // post File in Room with Body as its words; Result.Message
	Archive  Verb = "archive"  // archive Room; the bot may lose it by that
	Home     Verb = "home"     // show Body on the personal home page of People[0], where there is one
)

// Action is one thing to do on a platform. It is plain data and survives a restart as JSON.
// Fields that a verb does not name are ignored.
type Action struct {
	// Key is unique and stays the same over all tries. It travels to the platform with posts, uploads
	// and rooms, where it can be found again.
	Key     string    `json:"key"`
	Verb    Verb      `json:"verb"`
	Room    RoomID    `json:"room,omitempty"`
	Message MessageID `json:"message,omitempty"`
	Thread  MessageID `json:"thread,omitempty"`
	Pinned  bool      `json:"pinned,omitempty"` // with Post: pin it as well, at once or soon after
	People  []UserID  `json:"people,omitempty"`
	Spec    RoomSpec  `json:"spec,omitzero"`
	Body    Message   `json:"body,omitzero"`
	Text    string    `json:"text,omitempty"`
	URL     string    `json:"url,omitempty"`
	File    File      `json:"file,omitzero"`
}

// RoomSpec describes a room to open.
type RoomSpec struct {
	// Name holds a-z, 0-9 and hyphens, at most 60 characters, unique by its number ("inc-7-checkout-down").
	// When it is taken by a room that this action did not open, the platform appends -2, -3, ….
	Name    string `json:"name"`
	Title   string `json:"title"` // what people read, foreign text
	Topic   string `json:"topic,omitempty"`
	Private bool   `json:"private,omitempty"`
}

// File is a small text file.
type File struct {
	Name string `json:"name"` // with its extension
	Data []byte `json:"data"`
}

// Result is what an action brought about.
type Result struct {
	Room     RoomID
	RoomName string // the name the room really got
	URL      string // a link to the room or message, where the platform has one
	Message  MessageID
	Refused  []Refused
}

// Refused is a person an Invite could not bring in. The others were brought in.
type Refused struct {
	User  UserID
	Cause string // a few words for people: "not in this workspace"
}
