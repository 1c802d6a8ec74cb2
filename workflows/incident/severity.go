package incident

import (
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// setSeverity changes how bad it is. Roles the new severity asks for join; roles only the old one
// asked for are released, except the commander's own: command never changes hands unsaid.
func (t *turn) setSeverity(c SetSeverity) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	severity, r := t.severity(c.Severity)
	if r != nil {
		return r
	}
	if severity.ID == t.s.Severity.ID {
		return refuse("severity.same", "severity", string(severity.ID))
	}
	if r := tooLong(c.Why); r != nil {
		return r
	}
	e := SeverityChanged{From: t.s.Severity, To: t.info(severity), Why: strings.TrimSpace(c.Why)}
	e.Joined = t.joining(severity)
	e.Released = t.releasing(severity)
	if !severity.NoRoom && t.s.RoomName == "" {
		e.RoomName = RoomName(t.s.Number, t.s.Title)
	}
	t.emit(e)
	if t.s.Commander.Zero() {
		t.firstCommander(severity)
	}
	return nil
}

func (t *turn) joining(s playbook.Severity) []Holding {
	var joined []Holding
	for _, h := range t.team(s) {
		if _, there := t.s.role(h.Role); !there {
			joined = append(joined, h)
		}
	}
	return joined
}

func (t *turn) releasing(s playbook.Severity) []Holding {
	old, _ := t.m.Playbook.Severity(string(t.s.Severity.ID))
	var released []Holding
	for _, h := range t.s.Roles {
		asked := slices.Contains(old.Team, h.Role) && !slices.Contains(s.Team, h.Role)
		if asked && !has(h.Holders, t.s.Commander) {
			released = append(released, h)
		}
	}
	return released
}
