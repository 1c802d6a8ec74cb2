package compose

import (
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// updated puts a status update where users read it, and into the room.
func (s *scene) updated(r incident.Recorded, e incident.Updated) {
	if !s.ends() {
		s.say(s.w.Paragraph("said.updated", "who", s.name(r.By), "n", e.N, "status", e.Status.Label, "text", ""),
			chat.Block{Kind: chat.Fields, Fields: s.values(e.Values)})
		s.late(e.Kept, e.Late)
	}
	if !s.c.Status {
		if e.N == 1 {
			s.say(s.w.Block(chat.Small, "update.nowhere"))
		}
		return
	}
	m := s.w.Say(
		chat.Block{Kind: chat.Heading, Spans: s.w.Spans("update.heading", "title", e.Title, "service", service(s.s, e.Values))},
		chat.Block{Kind: chat.Fields, Fields: s.values(e.Values)},
		chat.Block{Kind: chat.Small, Spans: text(number(s.s.Number))},
	)
	m.Tone = tone(s.s)
	s.post(StatusPage, laneStatus, RankUpdate, m, "what.update")
}

// ends tells whether the decision ends the incident. The room hears that in one sentence, not in two.
func (s *scene) ends() bool { return s.with(incident.Resolved{}) || s.with(incident.Cancelled{}) }

// service is what an update is about: its own field of that name, else the title.
func service(s incident.State, values []incident.Value) string {
	if own := valueOf(values, "service"); own != "" {
		return short(own, 80)
	}
	return short(s.Title, 80)
}

// briefed puts an executive brief where stakeholders read it, and into the room.
func (s *scene) briefed(r incident.Recorded, e incident.Briefed) {
	if !s.ends() {
		s.say(s.w.Paragraph("said.briefed", "who", s.name(r.By), "n", e.N, "text", ""))
		s.late(e.Kept, e.Late)
	}
	fields := chat.Block{Kind: chat.Fields, Fields: s.values(e.Values)}
	said := chat.Block{Kind: chat.Text, Spans: text(e.Text)}
	if repeats(e.Values, e.Text) {
		said = chat.Block{}
	}
	if !s.c.Stakeholders {
		s.say(said, fields, s.w.Block(chat.Small, "brief.nowhere"))
		return
	}
	m := s.w.Say(
		chat.Block{Kind: chat.Heading, Spans: s.w.Spans("brief.heading", "title", e.Title,
			"incident", number(s.s.Number), "severity", severity(s.s.Severity))},
		said, fields,
	)
	m.Tone = tone(s.s)
	s.post(Stakeholders, laneStakeholders, RankUpdate, m, "what.stakeholders")
}

// repeats tells whether one of the values says the text already.
func repeats(values []incident.Value, said string) bool {
	for _, v := range values {
		if v.Text == said {
			return true
		}
	}
	return said == ""
}

// values are the filled lines of a template; moments are told as times.
func (t teller) values(values []incident.Value) []chat.Field {
	list := make([]chat.Field, 0, len(values))
	for _, v := range values {
		f := chat.Field{Label: v.Label, Value: text(v.Text)}
		switch {
		case v.Time.IsZero():
		case v.Time.After(t.ref):
			f.Value = t.w.Spans("card.by", "due", t.when(v.Time))
		default:
			f.Value = t.dated(v.Time)
		}
		list = append(list, f)
	}
	return list
}

// dated is a moment with its day and zone.
func (t teller) dated(at time.Time) []chat.Span {
	if at.IsZero() {
		return nil
	}
	return t.w.Dated(at, t.zone)
}

// late says how a promise was held when it was not kept in time.
func (s *scene) late(kept incident.Kept, by time.Duration) {
	if kept == incident.KeptLate || kept == incident.KeptMissed {
		s.say(s.w.Block(chat.Small, "update.late", "late", s.w.Duration(by)))
	}
}
