package compose

import (
	"slices"
	"strconv"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// tell adds event i to the message for the room, as far as it is worth a word there.
func (s *scene) tell(i int) { //nolint:cyclop // a flat switch over a closed set
	r := s.events[i]
	switch e := r.Event.(type) {
	case incident.StatusSet, incident.ClockStarted, incident.ClockStopped, incident.RoomOpened:
		// The card shows it.
	case incident.Mitigated:
		if !s.follows(i, incident.MonitoringStarted{}) && !s.follows(i, incident.Resolved{}) {
			s.plain(r)
		}
	case incident.Resolved:
		s.resolved(r)
	case incident.Reopened, incident.Regressed:
		s.tone = chat.Caution
		s.plain(r)
		s.callBack(r)
	case incident.SeverityChanged:
		s.severityChanged(r, e)
	case incident.RoleGiven:
		s.bring(e.Holding.Holders...)
		s.press(RankRole)
		s.plain(r)
	case incident.HandOffOffered:
		s.press(RankRole)
		s.plain(r)
		s.offer(primary(s.button("handoff", "accept", "accept")), s.button("handoff", "decline", "decline"))
	case incident.HandOffDeclined:
		s.press(RankRole)
		s.plain(r)
	case incident.Joined:
		s.bring(e.People...)
		if len(s.events) == 1 {
			s.plain(r)
		}
	case incident.Escalated:
		s.escalation(i, r, e)
	case incident.ImpactSet:
		if !s.with(incident.Updated{}) && !s.summed() {
			s.plain(r)
		}
	case incident.FactFound:
		s.found(i, r)
	case incident.Identified:
		if !s.with(incident.CauseNamed{}) {
			s.plain(r)
		}
	case incident.Noted:
		if e.Source.Message == "" {
			s.plain(r)
		}
	case incident.GateOverridden:
		s.tone = chat.Caution
		s.plain(r)
	case incident.NotReached, incident.DeliveryFailed, incident.RoomFailed:
		s.tone = chat.Caution
		s.plain(r)
	default:
		s.tellWork(r)
	}
}

// callBack tells the team that its work has begun again.
func (s *scene) callBack(r incident.Recorded) {
	people := holders(append([]incident.Holding{{Holders: []stream.Person{s.s.Commander}}}, s.s.Roles...))
	people = slices.DeleteFunc(people, func(p stream.Person) bool { return p.Zero() || p.ID == r.By.ID })
	if len(people) > 0 {
		s.press(RankRole)
		s.say(s.w.Paragraph("said.callback", "people", s.everybody(people)))
	}
}

// tellWork adds what happened to tasks, clocks and messages.
func (s *scene) tellWork(r incident.Recorded) {
	switch e := r.Event.(type) {
	case incident.ChecklistOpened:
		s.checklist(e)
	case incident.TaskDone:
		if !e.Auto {
			s.plain(r)
		}
	case incident.TaskAdded:
		s.press(RankRole)
		s.plain(r)
		s.offer(s.button("task", "done "+strconv.Itoa(e.Task.N), "tick", "n", e.Task.N))
	case incident.ChecklistSettled:
		s.settled(e)
	case incident.ClockStruck:
		s.clockStruck(r, e)
	case incident.ClockSnoozed:
		s.snoozed(r)
	case incident.Updated:
		s.updated(r, e)
	case incident.Briefed:
		s.briefed(r, e)
	default:
		s.plain(r)
	}
}

// found tells all facts of a decision together, unless its summary tells them.
func (s *scene) found(i int, r incident.Recorded) {
	var list []chat.Field
	first := true
	for j, o := range s.events {
		if e, ok := o.Event.(incident.FactFound); ok {
			list = append(list, chat.Field{Label: e.Fact.Label, Value: text(short(e.Text, 300))})
			first = first && j >= i
		}
	}
	switch {
	case !first || s.summed():
	case len(list) == 1:
		s.plain(r)
	default:
		s.say(s.w.Paragraph("said.found", "who", s.name(r.By)), chat.Block{Kind: chat.Fields, Fields: list})
	}
}

// summed tells whether the decision ends a triage, whose summary tells what is known.
func (s *scene) summed() bool {
	return s.s.At.Mitigated.IsZero() && slices.ContainsFunc(s.events, func(r incident.Recorded) bool {
		e, ok := r.Event.(incident.ChecklistSettled)
		return ok && e.Says != ""
	})
}

// plain adds the event's own sentence.
func (s *scene) plain(r incident.Recorded) {
	key, foreign, args := s.sentence(r)
	if key != "" {
		s.say(s.told(key, foreign, args...)...)
	}
}

// follows tells whether an event of the same kind as like comes after event i.
func (s *scene) follows(i int, like incident.Event) bool {
	return slices.ContainsFunc(s.events[i+1:], func(r incident.Recorded) bool { return r.Event.Kind() == like.Kind() })
}

// with tells whether the decision holds an event of that kind.
func (s *scene) with(like incident.Event) bool {
	return slices.ContainsFunc(s.events, func(r incident.Recorded) bool { return r.Event.Kind() == like.Kind() })
}

// severityChanged says it with who joins and who is released.
func (s *scene) severityChanged(r incident.Recorded, e incident.SeverityChanged) {
	if e.To.Rank < e.From.Rank {
		s.tone = tone(s.s)
	}
	s.plain(r)
	if s.was.RoomName == "" {
		return // everybody is told and brought in with the room
	}
	list := chat.Block{Kind: chat.List}
	for _, h := range e.Joined {
		if len(h.Holders) == 0 {
			list.Items = append(list.Items, s.w.Spans("card.role.nobody", "role", s.role(h)))
			continue
		}
		s.press(RankRole)
		s.bring(h.Holders...)
		list.Items = append(list.Items, s.w.Spans("brief.role",
			"people", s.everybody(h.Holders), "role", bold(s.role(h)), "does", h.Does))
	}
	if len(list.Items) > 0 {
		s.say(s.w.Paragraph("severity.joined"), list)
	}
	if len(e.Released) > 0 {
		released := make([]any, len(e.Released))
		for i, h := range e.Released {
			released[i] = s.role(h)
		}
		s.say(s.w.Paragraph("severity.released", "roles", s.w.Join(released...)))
	}
}

// escalation pages: it brings the people in and says what is expected of them.
func (s *scene) escalation(i int, r incident.Recorded, e incident.Escalated) {
	s.press(RankPage)
	s.tone = chat.Critical
	s.plain(r)
	again := i+1 < len(s.events) && sameExpectation(e, s.events[i+1].Event)
	if e.Expect != "" && !again {
		s.say(s.w.Paragraph("escalate.expect", "expect", e.Expect))
	}
	if len(e.To.Holders) > 0 {
		s.bring(e.To.Holders...)
		s.offer(primary(s.button("ack", "", "onit")))
	}
}

// sameExpectation tells whether the next event pages for the same thing, so that it is said once.
func sameExpectation(e incident.Escalated, next incident.Event) bool {
	other, ok := next.(incident.Escalated)
	return ok && other.Expect == e.Expect
}

// clockStruck reminds whoever has to hear it, with the buttons that settle it.
func (s *scene) clockStruck(r incident.Recorded, e incident.ClockStruck) {
	if e.Step == playbook.Escalate {
		return // each page says it itself
	}
	key, _, args := s.sentence(r)
	if e.Step == playbook.Overdue && s.falls(e) {
		key = "said.clock.fell"
		args = append(args, "role", s.roleTitle(e.Owes, ""))
	}
	s.press(RankRole)
	s.say(s.w.Paragraph(key, args...))
	if e.Step == playbook.End {
		s.offer(primary(s.button("resolve", "", "resolve")), s.button("regression", "", "regression"))
		return
	}
	if e.Step == playbook.Overdue {
		s.tone = chat.Caution
	}
	c, _ := s.s.Clock(e.ID)
	switch {
	case c.Promise == "update":
		s.offer(primary(s.button("update", "", "post.update")))
	case c.Promise == "brief":
		s.offer(primary(s.button("brief", "", "post.brief")))
	case s.s.Phase == incident.PhaseDeclared:
		s.offer(primary(s.button("ack", "", "ack")))
	}
	s.offer(s.button("snooze", "10m", "snooze"))
}

// falls tells whether somebody else than the role that owes it has to hear of an overdue promise.
func (s *scene) falls(e incident.ClockStruck) bool {
	if e.Owes == "" || e.Owes == playbook.TheCommander {
		return false
	}
	return !slices.ContainsFunc(e.Told, func(h incident.Holding) bool { return h.Role == e.Owes })
}

// snoozed says it once for all clocks.
func (s *scene) snoozed(r incident.Recorded) {
	var labels []string
	for _, o := range s.events {
		if e, ok := o.Event.(incident.ClockSnoozed); ok {
			labels = append(labels, e.Label)
			if o.Seq < r.Seq {
				return
			}
		}
	}
	e, _ := r.Event.(incident.ClockSnoozed)
	s.say(s.w.Paragraph("said.snoozed", "who", s.name(r.By), "clock", s.w.JoinTexts(slices.Compact(labels)), "until", s.when(e.Until)))
}
