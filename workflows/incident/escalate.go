package incident

import (
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// escalate pages a role, people, or the next in line of the matrix.
func (t *turn) escalate(c Escalate) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	why := strings.TrimSpace(c.Why)
	if r := tooLong(why); r != nil {
		return r
	}
	switch {
	case c.Role != "":
		role, r := t.role(c.Role)
		if r != nil {
			return r
		}
		t.page(t.reach(role.ID, ""), why, t.expected(role.ID), "")
	case len(c.People) > 0:
		t.page(Holding{Holders: c.People}, why, "", "")
	default:
		return t.escalateNext(why)
	}
	return nil
}

// escalateNext lets the page happen now that would come next by itself. Why says it in somebody's own words;
// without any it is what the clock would have said.
func (t *turn) escalateNext(why string) *Refusal {
	var next Clock
	var at int
	for _, c := range t.s.Clocks {
		i := slices.IndexFunc(c.Left, func(s StepAt) bool { return s.Kind == playbook.Escalate })
		if i >= 0 && (next.ID == "" || c.Left[i].At.Before(next.Left[at].At)) {
			next, at = c, i
		}
	}
	if next.ID == "" {
		return refuse("escalate.nobody").way("roles")
	}
	steps := slices.Concat(next.Left[at:at+1], next.Left[:at], next.Left[at+1:])
	t.pageNext(next, steps, first(why, next.Label))
	return nil
}

// expected is the action that the playbook expects of a role that is paged by hand.
func (t *turn) expected(role playbook.RoleID) string {
	for _, c := range t.m.Playbook.Clocks {
		for _, s := range c.Steps {
			if s.Kind == playbook.Escalate && slices.Contains(s.Tell, role) && t.covers(c.Severities) {
				return s.Expect
			}
		}
	}
	r, _ := t.m.Playbook.Role(role)
	return r.Does
}

func (t *turn) page(to Holding, why, expect, clock string) {
	t.emit(Escalated{N: len(t.s.Escalations) + 1, To: to, Why: why, Expect: expect, Clock: clock})
}

// answer marks the pages that the asker got as answered. It tells whether there were any.
func (t *turn) answer() bool {
	answered := false
	for _, e := range t.s.Escalations {
		if e.Answered.Zero() && has(e.To.Holders, t.m.By) && t.s.Phase.Active() {
			t.emit(EscalationAnswered{N: e.N, To: e.To})
			answered = true
		}
	}
	return answered
}
