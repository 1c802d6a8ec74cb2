package incident

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Apply folds one event into the state and returns the state after it. It leaves the one given untouched
// and never fails: an event is a fact. It reads no playbook.
func Apply(s State, r Recorded) State {
	s.Seq = r.Seq
	s = hold(s, r)
	switch e := r.Event.(type) {
	case Declared:
		return applyDeclared(s, r, e)
	case Acknowledged, Identified, Mitigated, MonitoringStarted, Regressed, Resolved, Closed, Reopened, Cancelled, StatusSet, GateOverridden:
		return applyPhase(s, r)
	case SeverityChanged, RoleGiven, CommandTaken, HandOffOffered, HandOffDeclined, Joined, Escalated, EscalationAnswered:
		return applyPeople(s, r)
	case FactFound, ImpactSet, CauseNamed, FlagRaised, FlagCleared:
		return applyFacts(s, e)
	case ChecklistOpened, TaskAdded, TaskTaken, TaskDone, TaskSkipped, ChecklistSettled:
		return applyTasks(s, r)
	case ClockStarted, ClockStopped, ClockStruck, ClockSnoozed:
		return applyClocks(s, r)
	case Updated, Briefed:
		return applyWords(s, r)
	case Noted, Amended, Retracted:
		return applyLog(s, r)
	default:
		return applyOutside(s, e)
	}
}

// hold keeps book of which triggers hold.
func hold(s State, r Recorded) State {
	fired := Triggers(r.Event)
	gone := cleared(r.Event)
	if len(fired) == 0 && len(gone) == 0 {
		return s
	}
	held := maps.Clone(s.Held)
	if held == nil {
		held = map[playbook.Trigger]time.Time{}
	}
	for _, trigger := range gone {
		delete(held, trigger)
	}
	for _, trigger := range fired {
		held[trigger] = r.At
	}
	s.Held = held
	return s
}

// Triggers are the playbook's triggers that an event fires.
func Triggers(e Event) []playbook.Trigger {
	switch e := e.(type) {
	case Declared:
		return []playbook.Trigger{playbook.Declared, named("severity", string(e.Severity.ID))}
	case Acknowledged:
		return []playbook.Trigger{playbook.Acknowledged}
	case Identified:
		return []playbook.Trigger{playbook.Identified}
	case Mitigated:
		return []playbook.Trigger{playbook.Mitigated}
	case MonitoringStarted:
		return []playbook.Trigger{playbook.Monitoring}
	case Regressed:
		return []playbook.Trigger{playbook.Regressed}
	case Resolved:
		return []playbook.Trigger{playbook.Resolved}
	case Closed:
		return []playbook.Trigger{playbook.Closed}
	case Reopened:
		return []playbook.Trigger{playbook.Reopened}
	case Cancelled:
		return []playbook.Trigger{playbook.Cancelled}
	case Updated:
		return []playbook.Trigger{playbook.Updated}
	case Briefed:
		return []playbook.Trigger{playbook.Briefed}
	case SeverityChanged:
		return []playbook.Trigger{named("severity", string(e.To.ID))}
	default:
		return namedTriggers(e)
	}
}

func namedTriggers(e Event) []playbook.Trigger {
	switch e := e.(type) {
	case FactFound:
		return []playbook.Trigger{named("fact", e.Fact.ID)}
	case CauseNamed:
		return []playbook.Trigger{named("cause", e.Cause.ID)}
	case FlagRaised:
		if e.Fires {
			return []playbook.Trigger{named("flag", e.Flag.ID)}
		}
	case ChecklistSettled:
		return []playbook.Trigger{named("checklist", e.ID)}
	case ClockStruck:
		if e.Step == playbook.End {
			return []playbook.Trigger{named("clock", e.ID)}
		}
	}
	return nil
}

// cleared are the triggers that do not hold any more after an event.
func cleared(e Event) []playbook.Trigger {
	switch e := e.(type) {
	case Regressed:
		return e.Clears
	case Reopened:
		return e.Clears
	case FlagCleared:
		return []playbook.Trigger{named("flag", e.Flag.ID)}
	case SeverityChanged:
		return []playbook.Trigger{named("severity", string(e.From.ID))}
	}
	return nil
}

func named(kind, id string) playbook.Trigger { return playbook.Trigger(kind + ":" + id) }

func applyDeclared(s State, r Recorded, e Declared) State {
	s.Number, s.Title, s.Severity = e.Number, e.Title, e.Severity
	s.Playbook, s.Language, s.Zone = e.Playbook, e.Language, e.Zone
	s.Origin, s.Home, s.Place, s.RoomName = e.Origin, e.Home, e.Place, e.RoomName
	s.Status, s.Roles = e.Status, e.Team
	s.People = union(nil, append([]stream.Person{r.By}, e.People...))
	s.DeclaredBy = r.By
	s.Phase, s.At.Declared = PhaseDeclared, r.At
	s.NextTask = 1
	return s
}

func applyPhase(s State, r Recorded) State {
	switch e := r.Event.(type) {
	case Acknowledged:
		s.Phase, s.At.Acknowledged, s.AcknowledgedBy = PhaseAcknowledged, r.At, r.By
	case Identified:
		s.At.Identified = r.At
		if s.Cause.Cause.ID == "" {
			s.Cause.Text = e.Text // what is known of it, until its kind is named
		}
		if s.Phase != PhaseMonitoring {
			s.Phase, s.Action = PhaseMitigating, e.Text
		}
	case Mitigated:
		s.Phase, s.At.Mitigated = PhaseMitigating, r.At
		s.Action = first(e.Text, s.Action)
	case MonitoringStarted:
		s.Phase, s.At.Monitoring = PhaseMonitoring, r.At
		s.Action = first(e.Text, s.Action)
	case Regressed:
		s = undo(s, e.Clears)
		s.Phase, s.At.Mitigated, s.At.Monitoring, s.Action = PhaseMitigating, time.Time{}, time.Time{}, e.Text
	case Resolved:
		s.Phase, s.At.Resolved, s.Action = PhaseResolved, r.At, e.Text
		if s.At.Mitigated.IsZero() {
			s.At.Mitigated = r.At // what is resolved has no impact any more, said or not
		}
	case Closed:
		s.Phase, s.At.Closed = PhaseClosed, r.At
	case Reopened:
		s = undo(s, e.Clears)
		s.Phase, s.Action = PhaseAcknowledged, e.Why
		s.At.Mitigated, s.At.Monitoring, s.At.Resolved, s.At.Closed = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	case Cancelled:
		s.Phase, s.At.Closed = PhaseCancelled, r.At
	case StatusSet:
		s.Status = e.Status
	case GateOverridden:
		s.Passed = append(slices.Clone(s.Passed), e.Gate.ID)
	}
	return s
}

// undo forgets the checklists that must be gone through again, and every gate passed by override.
func undo(s State, clears []playbook.Trigger) State {
	s.Passed = nil
	s.Checklists = slices.DeleteFunc(slices.Clone(s.Checklists), func(c Checklist) bool {
		return c.ID != "" && slices.Contains(clears, named("checklist", c.ID))
	})
	return s
}

func applyFacts(s State, e Event) State {
	switch e := e.(type) {
	case FactFound:
		s.Facts = put(s.Facts, e, func(f FactFound) bool { return f.Fact.ID == e.Fact.ID })
	case ImpactSet:
		s.Impact = e.Text
	case CauseNamed:
		s.Cause = e
	case FlagRaised:
		s.Flags = put(s.Flags, e, func(f FlagRaised) bool { return f.Flag.ID == e.Flag.ID })
	case FlagCleared:
		s.Flags = slices.DeleteFunc(slices.Clone(s.Flags), func(f FlagRaised) bool { return f.Flag.ID == e.Flag.ID })
	}
	return s
}

func applyWords(s State, r Recorded) State {
	switch e := r.Event.(type) {
	case Updated:
		s.Updates, s.LastUpdate, s.UpdatedAt = e.N, e, r.At
		s.Action = first(e.Text, s.Action)
		s.Promises = count(s.Promises, "update", e.Kept)
	case Briefed:
		s.Briefs, s.LastBrief = e.N, e
		s.Promises = count(s.Promises, "brief", e.Kept)
	}
	return s
}

func count(all map[string]Promises, what string, kept Kept) map[string]Promises {
	if kept == "" {
		return all
	}
	all = maps.Clone(all)
	if all == nil {
		all = map[string]Promises{}
	}
	p := all[what]
	switch kept {
	case KeptInTime:
		p.Kept++
	case KeptLate:
		p.Late++
	case KeptMissed:
		p.Missed++
	}
	all[what] = p
	return all
}

func applyLog(s State, r Recorded) State {
	switch e := r.Event.(type) {
	case Noted:
		s.Notes = append(slices.Clone(s.Notes), LogNote{Seq: r.Seq, By: r.By, Text: e.Text, Decision: e.Decision, Source: e.Source.Message})
	case Amended:
		s.Notes = change(s.Notes, e.Entry, func(n *LogNote) { n.Text = e.Text })
	case Retracted:
		s.Notes = change(s.Notes, e.Entry, func(n *LogNote) { n.Retracted = true })
	}
	return s
}

func change(notes []LogNote, seq uint64, how func(*LogNote)) []LogNote {
	notes = slices.Clone(notes)
	for i := range notes {
		if notes[i].Seq == seq {
			how(&notes[i])
		}
	}
	return notes
}

func applyOutside(s State, e Event) State {
	switch e := e.(type) {
	case RoomOpened:
		s.Room, s.RoomLost = e, false
	case RoomFailed:
		s.RoomLost = true
	case DeliveryFailed:
		s.Failures++
	}
	return s
}

// put replaces the element that is meant, or appends it, in a copy.
func put[E any](list []E, e E, is func(E) bool) []E {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, is); i >= 0 {
		list[i] = e
		return list
	}
	return append(list, e)
}

// union adds the people who are not in the list yet, in a copy. Nobody is never added.
func union(list, more []stream.Person) []stream.Person {
	list = slices.Clone(list)
	for _, p := range more {
		if !p.Zero() && !has(list, p) {
			list = append(list, p)
		}
	}
	return list
}

func has(list []stream.Person, p stream.Person) bool {
	return slices.ContainsFunc(list, func(q stream.Person) bool { return q.ID == p.ID })
}

func first(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}
