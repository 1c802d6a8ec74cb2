package compose

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// Context is what composing depends on beside the incident.
type Context struct {
	Slash string // the slash command, "/incident"
	// Announce, Stakeholders and Status tell which of the channels are configured.
	Announce, Stakeholders, Status bool
	Zone                           *time.Location // the incident's zone; nil is UTC
}

// Events is what everybody sees of one decision: was is the state before its events, is the one after.
func Events(_ Context, _, _ incident.State, _ []incident.Recorded) []Out { return nil }
