package playbook

import (
	"slices"
	"strings"
)

// Severity finds a severity by its id, ignoring case.
func (p *Playbook) Severity(id string) (Severity, bool) {
	i := slices.IndexFunc(p.Severities, func(s Severity) bool { return strings.EqualFold(string(s.ID), id) })
	if i < 0 {
		return Severity{}, false
	}
	return p.Severities[i], true
}

// Role finds a role by its id.
func (p *Playbook) Role(id RoleID) (Role, bool) {
	i := slices.IndexFunc(p.Roles, func(r Role) bool { return r.ID == id })
	if i < 0 {
		return Role{}, false
	}
	return p.Roles[i], true
}

// Commander is the role that commands an incident of a severity at its start.
func (p *Playbook) Commander(s Severity) RoleID {
	for _, id := range s.Team {
		if r, ok := p.Role(id); ok && r.Commands {
			return id
		}
	}
	if len(s.Team) == 0 {
		return ""
	}
	return s.Team[0]
}

// Covers tells whether a rule with this list of severities holds for s. An empty list covers every
// severity that has a room.
func (p *Playbook) Covers(list []SeverityID, s SeverityID) bool {
	if len(list) > 0 {
		return slices.Contains(list, s)
	}
	severity, ok := p.Severity(string(s))
	return ok && !severity.NoRoom
}
