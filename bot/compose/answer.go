package compose

import (
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// Reader is whom a private answer is for.
type Reader struct {
	Lang  string         // the reader's language
	Zone  *time.Location // the reader's zone; nil is UTC
	Now   time.Time
	Slash string // the slash command, "/incident"
}

// Answer is what only the asker sees of a command that happened.
func Answer(_ Reader, _ incident.Command, _, _ incident.State, _ []incident.Recorded) chat.Message {
	return chat.Message{}
}

// Refused is why a command did not happen, and what would work.
func Refused(_ Reader, _ *incident.Refusal) chat.Message { return chat.Message{} }

// Trouble is what the asker reads when something is wrong with sitrep itself. Code names the sentence
// trouble.CODE.
func Trouble(_ Reader, _ string, _ map[string]any) chat.Message { return chat.Message{} }

// List is the open incidents.
func List(_ Reader, _ []incident.State) chat.Message { return chat.Message{} }

// Found is the incidents that were found for words.
func Found(_ Reader, _ string, _ []incident.State) chat.Message { return chat.Message{} }

// Show is one incident.
func Show(_ Reader, _ incident.State) chat.Message { return chat.Message{} }

// Timeline is what happened, in order.
func Timeline(_ Reader, _ incident.State, _ []incident.Recorded) chat.Message { return chat.Message{} }

// Catchup is what matters to somebody who joins now.
func Catchup(_ Reader, _ incident.State, _ []incident.Recorded) chat.Message { return chat.Message{} }

// Roles is who does what.
func Roles(_ Reader, _ incident.State) chat.Message { return chat.Message{} }

// Tasks is what is to be done.
func Tasks(_ Reader, _ incident.State) chat.Message { return chat.Message{} }

// Home is the bot's home page.
func Home(_ Reader, _ []incident.State) chat.Message { return chat.Message{} }
