package incident

import (
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func (t *turn) people(c Command) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	switch c := c.(type) {
	case Take:
		return t.take()
	case HandOff:
		return t.handOff(c)
	case Accept:
		return t.accept()
	case Decline:
		return t.decline()
	case GiveRole:
		return t.giveRole(c)
	case Join:
		return t.join(c)
	}
	return refuse("unknown")
}

func (t *turn) take() *Refusal {
	if t.s.Commander.ID == t.m.By.ID {
		return refuse("commander.already")
	}
	t.emit(CommandTaken{From: t.s.Commander, To: t.m.By})
	t.welcome()
	return nil
}

func (t *turn) handOff(c HandOff) *Refusal {
	switch {
	case c.To.Zero():
		return refuse("person.missing")
	case t.s.Commander.ID != t.m.By.ID:
		return refuse("commander.only", "commander", t.s.Commander).way("take")
	case c.To.ID == t.m.By.ID:
		return refuse("handoff.self")
	case c.To.ID == t.s.Offered.ID:
		return refuse("handoff.waiting", "who", c.To)
	}
	t.emit(HandOffOffered{To: c.To})
	if !t.s.Knows(c.To) {
		t.emit(Joined{People: []stream.Person{c.To}})
	}
	return nil
}

func (t *turn) accept() *Refusal {
	if t.s.Offered.Zero() || t.s.Offered.ID != t.m.By.ID {
		return refuse("handoff.notoffered").way("take")
	}
	t.emit(CommandTaken{From: t.s.Commander, To: t.m.By, HandedOff: true})
	return nil
}

func (t *turn) decline() *Refusal {
	if t.s.Offered.Zero() || t.s.Offered.ID != t.m.By.ID {
		return refuse("handoff.notoffered").way("take")
	}
	t.emit(HandOffDeclined{From: t.s.Commander})
	return nil
}

func (t *turn) giveRole(c GiveRole) *Refusal {
	role, r := t.role(c.Role)
	if r != nil {
		return r
	}
	before, _ := t.s.role(role.ID)
	if samePeople(before.Holders, c.People) && len(c.People) > 0 {
		return refuse("role.same", "role", role.Title)
	}
	h := t.holding(role.ID)
	h.Holders = slices.Clone(c.People)
	t.emit(RoleGiven{Holding: h, Before: before.Holders})
	return nil
}

// role finds a role by id, title or the beginning of either, if only one begins so.
func (t *turn) role(given string) (playbook.Role, *Refusal) {
	if strings.EqualFold(strings.TrimSpace(given), string(playbook.TheCommander)) {
		return playbook.Role{}, refuse("role.commander").way("handoff")
	}
	known := make([]string, 0, len(t.m.Playbook.Roles))
	var near []playbook.Role
	for _, role := range t.m.Playbook.Roles {
		if matches(given, string(role.ID), role.Title) {
			return role, nil
		}
		if begins(string(role.ID), given) || begins(role.Title, given) {
			near = append(near, role)
		}
		known = append(known, string(role.ID))
	}
	if len(near) == 1 {
		return near[0], nil
	}
	return playbook.Role{}, refuse("role.unknown", "given", given, "known", known)
}

func begins(word, start string) bool {
	start = strings.TrimSpace(start)
	return start != "" && len(word) >= len(start) && strings.EqualFold(word[:len(start)], start)
}

func (t *turn) join(c Join) *Refusal {
	if len(c.People) == 0 {
		return refuse("person.missing")
	}
	more := slices.DeleteFunc(slices.Clone(c.People), t.s.Knows)
	if len(more) == 0 {
		return refuse("join.already")
	}
	t.emit(Joined{People: more})
	return nil
}

func (t *turn) byAlone() []stream.Person { return []stream.Person{t.m.By} }

// Knows tells whether p belongs to the incident: asked to join, or holder of a role.
func (s State) Knows(p stream.Person) bool {
	return has(s.People, p) || s.Commander.ID == p.ID ||
		slices.ContainsFunc(s.Roles, func(h Holding) bool { return has(h.Holders, p) })
}

func (s State) role(id playbook.RoleID) (Holding, bool) {
	for _, h := range s.Roles {
		if h.Role == id {
			return h, true
		}
	}
	return Holding{}, false
}

func samePeople(a, b []stream.Person) bool {
	return slices.EqualFunc(a, b, func(p, q stream.Person) bool { return p.ID == q.ID })
}

func applyPeople(s State, r Recorded) State {
	switch e := r.Event.(type) {
	case SeverityChanged:
		s.Severity = e.To
		s.Roles = slices.DeleteFunc(slices.Clone(s.Roles), func(h Holding) bool {
			return slices.ContainsFunc(e.Released, func(o Holding) bool { return o.Role == h.Role })
		})
		s.Roles = append(s.Roles, e.Joined...)
		s.RoomName = first(s.RoomName, e.RoomName)
	case RoleGiven:
		s.Roles = put(s.Roles, e.Holding, func(h Holding) bool { return h.Role == e.Holding.Role })
	case CommandTaken:
		s.Commander, s.Offered = e.To, stream.Person{}
	case HandOffOffered:
		s.Offered = e.To
	case HandOffDeclined:
		s.Offered = stream.Person{}
	case Joined:
		s.People = union(s.People, e.People)
	case Escalated:
		s.People = union(s.People, e.To.Holders)
		s.Escalations = append(slices.Clone(s.Escalations), Escalation{N: e.N, To: e.To, Why: e.Why, Expect: e.Expect, At: r.At})
	case EscalationAnswered:
		s.Escalations = slices.Clone(s.Escalations)
		for i := range s.Escalations {
			if s.Escalations[i].N == e.N {
				s.Escalations[i].Answered = r.By
			}
		}
	}
	return s
}
