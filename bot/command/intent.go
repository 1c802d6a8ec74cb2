// Package command turns what people type, press and submit into intents: an engine command, a question,
// a form to open, or a private answer that helps. It is pure: text in, intent out.
//
// Start with [Read]. One story, one file: severity.go here, in workflows/incident and in bot/compose.
package command

import (
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Context is what a request is read against.
type Context struct {
	Now   time.Time
	Lang  string         // the reader's language
	Zone  *time.Location // the reader's zone; nil is UTC
	By    stream.Person
	Bot   bool   // By is a bot account
	Slash string // the slash command, "/incident"
	Home  string // the platform's name
	Place string // the room it was asked in, as the platform names it
	// Here is the incident it is about: addressed by number, or whose room it was asked in; nil elsewhere.
	Here *incident.State
	// Playbook is Here's, else the default one for new incidents.
	Playbook *playbook.Playbook
	// Open are the open incidents, newest first, for "did you mean" and lists to choose from.
	Open []incident.State
	// People are the mentions in the text by their token, and Users the platform's user ids of forms.
	People map[string]stream.Person
	Users  map[string]stream.Person
}

// Intent is what the asker wants. Exactly one of Command, Query, Form, Say and Errors is set.
type Intent struct {
	Incident int // the number of the incident it is about; 0 with Declare
	Command  incident.Command
	Query    Query
	Form     *chat.Form
	Say      chat.Message
	Errors   map[string]string // keeps the form open
}

// Query is a question that changes nothing.
type Query struct {
	Kind     QueryKind
	Incident int
	Words    string // with Find
}

// QueryKind is what is asked.
type QueryKind string

// The questions. The zero value is none.
const (
	List     QueryKind = "list"
	Find     QueryKind = "find"
	Show     QueryKind = "show"
	Timeline QueryKind = "timeline"
	Catchup  QueryKind = "catchup"
	Roles    QueryKind = "roles"
	Tasks    QueryKind = "tasks"
	HomePage QueryKind = "home"
)
