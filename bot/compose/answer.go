package compose

import (
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// Reader is whom a private answer is for.
type Reader struct {
	Lang  string         // the reader's language
	Zone  *time.Location // the reader's zone; nil is UTC
	Now   time.Time
	Slash string // the slash command, "/incident"
	// Here tells that the reader is in the incident's own room, where what happened is said anyway:
	// answers that would only repeat it are empty.
	Here bool
}

// teller tells about s what only the reader sees. It mentions nobody.
func (r Reader) teller(s incident.State) teller {
	return teller{w: words.For(r.Lang), zone: r.Zone, s: s, ref: r.Now}
}

// Answer is what only the asker sees of a command that happened: one line, more for a declaration, and
// nothing where the room they are in says it.
func Answer(r Reader, c incident.Command, _, is incident.State, events []incident.Recorded) chat.Message {
	t := r.teller(is)
	if len(events) == 0 {
		return t.w.Say(t.w.Paragraph("answer.nothing", "incident", number(is.Number)))
	}
	if declare, ok := c.(incident.Declare); ok {
		return t.declared(declare)
	}
	key, args := t.confirmed(c, events)
	if r.Here && is.Room.Room != "" && key != "answer.log" && key != "answer.flag.quiet" {
		return chat.Message{}
	}
	return t.w.Say(t.w.Paragraph(key, append(args, "incident", number(is.Number))...))
}

// confirmed is the sentence that tells the asker that a command happened.
func (t teller) confirmed(c incident.Command, events []incident.Recorded) (key string, args []any) {
	switch c := c.(type) {
	case incident.Acknowledge:
		return "answer.ack", nil
	case incident.Update:
		return "answer.update", []any{"n", t.s.Updates, "next", t.when(t.s.LastUpdate.Next)}
	case incident.Brief:
		return "answer.brief", []any{"n", t.s.Briefs, "next", t.when(t.s.LastBrief.Next)}
	case incident.SetSeverity:
		return "answer.severity", []any{"severity", severity(t.s.Severity)}
	case incident.HandOff:
		return "answer.handoff", []any{"to", t.name(c.To)}
	case incident.Take, incident.Accept:
		return "answer.command", nil
	case incident.Snooze:
		return "answer.snooze", []any{"until", t.when(events[0].At.Add(c.For))}
	case incident.Note:
		return "answer.log", []any{"entry", entry(events[0].Seq)}
	case incident.RaiseFlag:
		return flagged(events), nil
	}
	return "answer.done", nil
}

// flagged tells apart a flag that brought somebody in from one that did not.
func flagged(events []incident.Recorded) string {
	for _, r := range events {
		if e, ok := r.Event.(incident.FlagRaised); ok && !e.Fires {
			return "answer.flag.quiet"
		}
	}
	return "answer.done"
}

// declared echoes what was understood of a new incident.
func (t teller) declared(c incident.Declare) chat.Message {
	s := t.s
	key := "answer.declared"
	if s.RoomName == "" {
		key = "answer.backlog"
	}
	list := []chat.Field{t.field("severity", text(severity(s.Severity))...)}
	if s.RoomName != "" {
		list = append(list, t.field("room", text("#"+s.RoomName)...))
	}
	if !s.Commander.Zero() {
		list = append(list, t.field("commander", t.name(s.Commander)))
	}
	if team := t.names(holders(s.Roles)); len(team) > 0 {
		list = append(list, t.field("team", team...))
	}
	if len(c.People) > 0 {
		list = append(list, t.field("invited", t.names(c.People)...))
	}
	if s.Origin.Label != "" {
		list = append(list, t.field("origin", text(s.Origin.Label)...))
	}
	blocks := []chat.Block{
		t.w.Paragraph(key, "incident", bold(number(s.Number)), "title", s.Title),
		{Kind: chat.Fields, Fields: list},
	}
	if missing := t.unfilled(); len(missing) > 0 {
		blocks = append(blocks, t.w.Paragraph("brief.missing", "roles", t.w.Join(missing...)))
	}
	if c.Severity == "" {
		blocks = append(blocks, t.w.Block(chat.Small, "answer.usual", "severity", string(s.Severity.ID)))
	}
	return t.w.Say(blocks...)
}

// unfilled are the roles that nobody holds.
func (t teller) unfilled() []any {
	var list []any
	for _, h := range t.s.Roles {
		if len(h.Holders) == 0 {
			list = append(list, t.role(h))
		}
	}
	return list
}

// Trouble is what the asker reads when something is wrong with sitrep itself. Code names the sentence
// trouble.CODE; an unknown one is told as "unexpected".
func Trouble(r Reader, code string, args map[string]any) chat.Message {
	t := r.teller(incident.State{})
	key := "trouble." + code
	if !t.w.Has(key) {
		key = "trouble.unexpected"
	}
	m := t.w.Say(t.w.Paragraph(key, t.pairs(args, "")...))
	m.Tone = chat.Caution
	return m
}
