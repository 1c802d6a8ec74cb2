package compose

import (
	"slices"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// tone is how an incident looks at first sight.
func tone(s incident.State) chat.Tone {
	switch {
	case s.Phase == incident.PhaseResolved || s.Phase == incident.PhaseClosed:
		return chat.Good
	case s.Phase == incident.PhaseCancelled:
		return chat.Plainly
	case s.Severity.Rank == 0 && s.Phase != incident.PhaseMonitoring:
		return chat.Critical
	default:
		return chat.Caution
	}
}

// card is the one true summary of an incident in its room. It names people without mentioning them, and
// depends on nothing but the state, so that an unchanged card is never edited.
func (t teller) card() chat.Message {
	m := t.w.Say(
		chat.Block{Kind: chat.Heading, Spans: text(number(t.s.Number) + " · " + t.s.Title)},
		chat.Block{Kind: chat.Fields, Fields: t.facts()},
		t.team(),
		t.clocks(),
		row(t.cardButtons()...),
	)
	m.Tone = tone(t.s)
	return m
}

// facts are the pairs of label and value that make a summary.
func (t teller) facts() []chat.Field {
	s := t.s
	list := []chat.Field{
		t.field("severity", text(severity(s.Severity))...),
		t.field("status", t.status()...),
	}
	add := func(key string, value []chat.Span) {
		if len(value) > 0 {
			list = append(list, t.field(key, value...))
		}
	}
	if !s.Commander.Zero() {
		add("commander", []chat.Span{t.name(s.Commander)})
	}
	add("declared", t.dated(s.At.Declared))
	add("resolved", t.dated(s.At.Resolved))
	add("origin", text(s.Origin.Label))
	add("impact", text(short(s.Impact, 300)))
	for _, f := range s.Facts {
		list = append(list, chat.Field{Label: f.Fact.Label, Value: text(short(f.Text, 200))})
	}
	add("cause", text(short(causeText(s), 300)))
	if s.Phase.Active() {
		add("action", text(short(s.Action, 300)))
	}
	for _, f := range s.Flags {
		list = append(list, t.field("flag", t.w.Spans("label.flagged", "flag", f.Flag.Label, "amount", t.amount(f))...))
	}
	add("next", t.nextUpdate())
	return list
}

// status is the label that people outside read, with the phase where the label does not say it.
func (t teller) status() []chat.Span {
	phase := t.w.Text("phase." + string(t.s.Phase))
	if t.s.Status.Label == "" || t.s.Status.Label == phase {
		return text(phase)
	}
	return t.w.Spans("label.status.phase", "status", t.s.Status.Label, "phase", phase)
}

func causeText(s incident.State) string {
	switch {
	case s.Cause.Cause.Label != "" && s.Cause.Text != "":
		return s.Cause.Cause.Label + " – " + s.Cause.Text
	case s.Cause.Cause.Label != "":
		return s.Cause.Cause.Label
	}
	return s.Cause.Text
}

// nextUpdate is the promise people outside were given.
func (t teller) nextUpdate() []chat.Span {
	for _, c := range t.s.Clocks {
		if c.Promise != "update" || c.Due.IsZero() {
			continue
		}
		if c.Overdue {
			return t.w.Spans("card.overdue", "due", t.when(c.Due))
		}
		return t.w.Spans("card.by", "due", t.when(c.Due))
	}
	return nil
}

// team is who does what, in the order of the playbook.
func (t teller) team() chat.Block {
	list := chat.Block{Kind: chat.List}
	for _, h := range t.s.Roles {
		item := t.w.Spans("card.role", "role", t.role(h), "people", t.names(h.Holders))
		if len(h.Holders) == 0 {
			item = t.w.Spans("card.role.nobody", "role", t.role(h))
		}
		list.Items = append(list.Items, item)
	}
	return list
}

// clocks are the time limits that run, the nearest first.
func (t teller) clocks() chat.Block {
	type line struct {
		at    time.Time
		spans []chat.Span
	}
	var lines []line
	for _, c := range t.s.Clocks {
		if at, key := limit(c); key != "" {
			lines = append(lines, line{at, t.w.Spans(key, "clock", c.Label, "at", t.when(at))})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	list := chat.Block{Kind: chat.List}
	for _, l := range lines {
		list.Items = append(list.Items, l.spans)
	}
	return list
}

// limit is the moment of a clock that people wait for, with the sentence that tells it.
func limit(c incident.Clock) (at time.Time, key string) {
	switch {
	case c.Overdue:
		return c.Due, "card.clock.overdue"
	case !c.Due.IsZero():
		return c.Due, "card.clock.due"
	}
	for _, step := range c.Left {
		if step.Kind == playbook.End {
			return step.At, "card.clock.end"
		}
		if step.Kind == playbook.Escalate {
			return step.At, "card.clock.escalate"
		}
	}
	return time.Time{}, ""
}

// cardButtons are the steps that the phase asks for.
func (t teller) cardButtons() []chat.Button {
	update, tasks := t.button("update", "", "update"), t.button("task", "", "task")
	switch t.s.Phase {
	case incident.PhaseDeclared:
		return []chat.Button{primary(t.button("ack", "", "ack")), update, tasks, t.button("severity", "", "severity")}
	case incident.PhaseAcknowledged:
		return []chat.Button{primary(update), tasks, t.button("impact", "", "impact"), t.button("cause", "", "cause"), t.button("mitigate", "", "mitigate")}
	case incident.PhaseMitigating:
		return []chat.Button{primary(update), tasks, t.button("monitor", "", "monitor"), t.button("resolve", "", "resolve")}
	case incident.PhaseMonitoring:
		return []chat.Button{primary(update), tasks, t.button("resolve", "", "resolve"), t.button("regression", "", "regression")}
	case incident.PhaseResolved:
		return []chat.Button{primary(t.button("close", "", "close")), t.button("reopen", "", "reopen"), t.button("timeline", "", "timeline")}
	default:
		return []chat.Button{t.button("reopen", "", "reopen"), t.button("timeline", "", "timeline")}
	}
}

// announcement is the incident's line in the announce channel.
func (t teller) announcement() chat.Message {
	s := t.s
	where := t.w.Block(chat.Small, "announce.more", "commander", t.commanderName(), "since", t.when(s.At.Declared),
		"room", chat.Span{Kind: chat.Room, Room: InRoom, Text: s.RoomName})
	if !s.HasRoom() {
		where = t.w.Block(chat.Small, "announce.noroom", "commander", t.commanderName(), "since", t.when(s.At.Declared))
	}
	m := t.w.Say(
		chat.Block{Kind: chat.Text, Spans: t.w.Spans("announce.line", "incident", bold(number(s.Number)),
			"severity", severity(s.Severity), "title", bold(s.Title), "status", t.status())},
		where,
	)
	m.Tone = tone(s)
	return m
}

func (t teller) commanderName() any {
	if t.s.Commander.Zero() {
		return ""
	}
	return t.name(t.s.Commander)
}

func bold(s string) chat.Span { return chat.Span{Kind: chat.Bold, Text: s} }

// topic is the topic of the room. It holds what seldom changes.
func topic(s incident.State) string {
	return short(number(s.Number)+" · "+severity(s.Severity)+" · "+s.Title, 240)
}
