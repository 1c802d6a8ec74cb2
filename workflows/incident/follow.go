package incident

import (
	"slices"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// follow does what the playbook hangs on an event, in a fixed order: statuses, checklists, clocks,
// escalations, and tasks that settle themselves. Each of them is an event of its own and may be
// followed in turn; the loader refuses playbooks whose rules feed themselves.
func (t *turn) follow(e Event) {
	for _, trigger := range Triggers(e) {
		t.followStatus(trigger)
		t.followChecklists(trigger)
		t.followClocks(trigger)
		t.followEscalations(trigger)
	}
	switch e.(type) {
	case SeverityChanged:
		t.followSeverity()
	case Closed, Cancelled:
		t.stopAllClocks()
	}
	if len(Triggers(e)) > 0 {
		t.settleTasks()
	}
}

func (t *turn) covers(list []playbook.SeverityID) bool {
	return t.m.Playbook.Covers(list, t.s.Severity.ID)
}

func (t *turn) holds(trigger playbook.Trigger) bool {
	_, ok := t.s.Held[trigger]
	return ok
}

func (t *turn) holdsAll(triggers []playbook.Trigger) bool {
	return !slices.ContainsFunc(triggers, func(tr playbook.Trigger) bool { return !t.holds(tr) })
}

func (t *turn) holdsAny(triggers []playbook.Trigger) bool {
	return slices.ContainsFunc(triggers, t.holds)
}

func (t *turn) followStatus(trigger playbook.Trigger) {
	if trigger == playbook.Identified && t.s.Phase == PhaseMonitoring {
		return // the cause may become known during the watch; people outside are not sent back for it
	}
	for _, s := range t.m.Playbook.Statuses {
		if slices.Contains(s.On, trigger) && t.s.Status.ID != s.ID {
			t.emit(StatusSet{Status: Labelled{ID: s.ID, Label: s.Label}})
			return
		}
	}
}

func (t *turn) followEscalations(trigger playbook.Trigger) {
	for _, e := range t.m.Playbook.Escalations {
		if e.On != trigger || !t.covers(e.Severities) {
			continue
		}
		for _, role := range e.To {
			t.page(t.reach(role, ""), e.Why, e.Expect, "")
		}
	}
}

// followSeverity brings the rules up to date with a new severity: what it does not cover any more
// stops, what it covers now begins, from this moment on.
func (t *turn) followSeverity() {
	for _, c := range t.s.Clocks {
		if i := t.clockRule(c.ID); i >= 0 && !t.covers(t.m.Playbook.Clocks[i].Severities) {
			t.stopClock(c)
		}
	}
	for _, c := range t.m.Playbook.Clocks {
		if _, running := t.s.Clock(c.ID); !running && t.shouldRun(c) {
			t.startClock(c)
		}
	}
	for _, c := range t.m.Playbook.Checklists {
		if t.holdsAny(c.On) {
			t.openChecklist(c)
		}
	}
	for _, e := range t.m.Playbook.Escalations {
		if t.holds(e.On) && len(e.Severities) > 0 {
			t.followEscalationOnce(e)
		}
	}
}

// followEscalationOnce pages for a rule that the new severity brought in, unless it has paged before.
func (t *turn) followEscalationOnce(e playbook.Escalation) {
	if !t.covers(e.Severities) {
		return
	}
	for _, role := range e.To {
		paged := slices.ContainsFunc(t.s.Escalations, func(p Escalation) bool { return p.To.Role == role && p.Why == e.Why })
		if !paged {
			t.page(t.reach(role, ""), e.Why, e.Expect, "")
		}
	}
}
