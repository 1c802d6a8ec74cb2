package command

import (
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// Completion is one command for lists that complete what is being typed.
type Completion struct {
	Word  string // the command word
	Hint  string // what follows it
	About string // what it does
}

// Completions are all commands in a language.
func Completions(_ string, _ *playbook.Playbook) []Completion { return nil }

// Address is the incident that a request names: "INC-7" in its text, or in its button or form.
func Address(_ chat.Request) (number int, ok bool) { return 0, false }

// Read is what the asker wants.
func Read(_ chat.Request, _ Context) Intent { return Intent{} }
