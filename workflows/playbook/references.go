package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

// mention is a place in a playbook that names something of it.
type mention[T ~string] struct {
	key  string // of the value
	list string // of the list it is in; empty when it stands alone
	name *T
	// at are the severities that what mentions it is for; nil: all with a room.
	at []SeverityID
	// also are the special names allowed beside those declared.
	also []RoleID
}

// many are the mentions in a list.
func many[T ~string](key string, list []T, at []SeverityID, also ...RoleID) []mention[T] {
	out := make([]mention[T], 0, len(list))
	for i := range list {
		out = append(out, mention[T]{key: item(key, i), list: key, name: &list[i], at: at, also: also})
	}
	return out
}

// one is a single mention, if there is any.
func one[T ~string](key string, name *T, at []SeverityID, also ...RoleID) []mention[T] {
	if *name == "" {
		return nil
	}
	return []mention[T]{{key: key, name: name, at: at, also: also}}
}

func triggerWord(t Trigger) string { return string(t) }

// references checks everything that names something else.
func (c *checker) references() {
	each(c, c.severityMentions(), c.severityMention)
	each(c, c.roleMentions(), c.roleMention)
	each(c, c.triggerMentions(), c.triggerMention)
	twice(c, "severity", c.severityMentions())
	twice(c, "role", c.roleMentions())
	twice(c, "trigger", c.triggerMentions())
}

// each checks mentions until there are as many problems as will be kept: to look for the nearest name is
// too dear to do it in vain.
func each[T ~string](c *checker, all []mention[T], check func(mention[T])) {
	for _, m := range all {
		if c.read.Enough() {
			return
		}
		check(m)
	}
}

// twice reports what stands in one list more than once.
func twice[T ~string](c *checker, what string, all []mention[T]) {
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && all[end].list == all[start].list && all[start].list != "" {
			end++
		}
		group := all[start:end]
		values, keys := make([]string, len(group)), make([]string, len(group))
		for i, m := range group {
			values[i], keys[i] = string(*m.name), m.key
		}
		c.unique(what, values, keys)
		start = end
	}
}

func (c *checker) severityMentions() []mention[SeverityID] {
	var all []mention[SeverityID]
	for i := range c.Checklists {
		l := &c.Checklists[i]
		all = append(all, many(item("checklists", i)+".severities", l.Severities, nil)...)
		for j := range l.Tasks {
			all = append(all, many(item(item("checklists", i)+".tasks", j)+".severities", l.Tasks[j].Severities, nil)...)
		}
	}
	for i := range c.Clocks {
		all = append(all, many(item("clocks", i)+".severities", c.Clocks[i].Severities, nil)...)
	}
	for i := range c.Gates {
		all = append(all, many(item("gates", i)+".severities", c.Gates[i].Severities, nil)...)
	}
	for i := range c.Escalations {
		all = append(all, many(item("escalations", i)+".severities", c.Escalations[i].Severities, nil)...)
	}
	return all
}

// severityMention checks a severity and writes it as it was declared: rules compare it letter by letter.
func (c *checker) severityMention(m mention[SeverityID]) {
	if len(c.Severities) == 0 {
		return
	}
	if s, ok := c.Severity(string(*m.name)); ok {
		*m.name = s.ID
		return
	}
	c.wrong(m.key, "there is no severity "+strict.Quote(string(*m.name)), strict.Suggest(string(*m.name), c.severityIDs()))
}

func (c *checker) severityIDs() []string {
	return words(c.Severities, func(s Severity) string { return string(s.ID) })
}

func (c *checker) contains(list []SeverityID, s SeverityID) bool {
	return slices.ContainsFunc(list, func(o SeverityID) bool { return strings.EqualFold(string(o), string(s)) })
}

// covers is [Playbook.Covers] for lists that may not be written as declared yet.
func (c *checker) covers(list []SeverityID, s SeverityID) bool {
	if len(list) > 0 {
		return c.contains(list, s)
	}
	return c.Covers(nil, s)
}

func (c *checker) roleMentions() []mention[RoleID] {
	var all []mention[RoleID]
	for i := range c.Severities {
		all = append(all, many(item("severities", i)+".team", c.Severities[i].Team, nil)...)
	}
	for i := range c.Checklists {
		l := &c.Checklists[i]
		all = append(all, one(item("checklists", i)+".role", &l.Role, nil, TheCommander)...)
		for j := range l.Tasks {
			all = append(all, one(item(item("checklists", i)+".tasks", j)+".role", &l.Tasks[j].Role, nil, TheCommander)...)
		}
	}
	for i := range c.Clocks {
		k := &c.Clocks[i]
		all = append(all, one(item("clocks", i)+".owes", &k.Owes, nil, TheCommander)...)
		for j := range k.Steps {
			all = append(all, many(item(item("clocks", i)+".steps", j)+".tell", k.Steps[j].Tell, nil, TheOwner, TheCommander)...)
		}
	}
	for i := range c.Escalations {
		all = append(all, many(item("escalations", i)+".to", c.Escalations[i].To, nil, TheCommander)...)
	}
	all = append(all, one("update.role", &c.Update.Role, nil, TheCommander)...)
	return append(all, one("brief.role", &c.Brief.Role, nil, TheCommander)...)
}

func (c *checker) roleMention(m mention[RoleID]) {
	if _, ok := c.Role(*m.name); ok || len(c.Roles) == 0 || slices.Contains(m.also, *m.name) {
		return
	}
	known := words(c.Roles, func(r Role) string { return string(r.ID) })
	for _, special := range m.also {
		known = append(known, string(special))
	}
	c.wrong(m.key, "there is no role "+strict.Quote(string(*m.name)), strict.Suggest(string(*m.name), known))
}

func (c *checker) triggerMentions() []mention[Trigger] {
	var all []mention[Trigger]
	for i := range c.Statuses {
		all = append(all, many(item("statuses", i)+".on", c.Statuses[i].On, c.everySeverity())...)
	}
	for i := range c.Checklists {
		all = append(all, c.checklistTriggers(i)...)
	}
	for i := range c.Clocks {
		k, key := &c.Clocks[i], item("clocks", i)
		all = append(all, many(key+".starts", k.Starts, k.Severities)...)
		all = append(all, many(key+".restarts", k.Restarts, k.Severities)...)
		all = append(all, many(key+".stops", k.Stops, k.Severities)...)
	}
	for i := range c.Gates {
		all = append(all, many(item("gates", i)+".needs", c.Gates[i].Needs, c.Gates[i].Severities)...)
	}
	for i := range c.Escalations {
		all = append(all, one(item("escalations", i)+".on", &c.Escalations[i].On, c.Escalations[i].Severities)...)
	}
	return all
}

func (c *checker) checklistTriggers(i int) []mention[Trigger] {
	l, key := &c.Checklists[i], item("checklists", i)
	all := many(key+".on", l.On, l.Severities)
	for j := range l.Tasks {
		t, here := &l.Tasks[j], item(key+".tasks", j)
		at := t.Severities
		if len(at) == 0 {
			at = l.Severities
		}
		all = append(all, many(here+".done_by", t.DoneBy, at)...)
		all = append(all, one(here+".if", &t.If, at)...)
	}
	return all
}

// everySeverity names all severities, those without a room too.
func (c *checker) everySeverity() []SeverityID {
	var all []SeverityID
	for _, s := range c.Severities {
		all = append(all, s.ID)
	}
	return all
}

var fixed = []Trigger{
	Declared, Acknowledged, Identified, Mitigated, Monitoring, Regressed, Resolved, Closed, Reopened, Cancelled,
	Updated, Briefed,
}

var namedKinds = []string{"flag", "cause", "fact", "checklist", "clock", "severity"}

// triggerMention checks a trigger, and writes a severity in it as it was declared.
func (c *checker) triggerMention(m mention[Trigger]) {
	kind, id, isNamed := strings.Cut(string(*m.name), ":")
	switch {
	case slices.Contains(fixed, *m.name):
	case !isNamed:
		known := words(fixed, triggerWord)
		for _, k := range namedKinds {
			for _, id := range c.idsOf(k) {
				if id == kind {
					c.wrong(m.key, strict.Quote(kind)+" is no trigger", k+":"+id)
					return
				}
			}
		}
		c.wrong(m.key, strict.Quote(kind)+" is no trigger", strict.Suggest(kind, known))
	case !slices.Contains(namedKinds, kind):
		c.wrong(m.key, strict.Quote(string(*m.name))+" is no trigger", nearestKind(kind, id))
	default:
		c.namedTrigger(m, kind, id)
	}
}

func nearestKind(kind, id string) string {
	if near := strict.Nearest(kind, namedKinds); near != "" {
		return near + ":" + id
	}
	return "one of " + strings.Join(namedKinds, ":ID, ") + ":ID"
}

func (c *checker) namedTrigger(m mention[Trigger], kind, id string) {
	if s, ok := c.Severity(id); ok && kind == "severity" {
		*m.name = Trigger("severity:" + string(s.ID))
		return
	}
	known := c.idsOf(kind)
	if slices.Contains(known, id) {
		return
	}
	fix := strict.Suggest(id, known)
	switch {
	case len(known) == 0:
		fix = fmt.Sprintf("a %s of that id first", kind)
	case slices.Contains(known, fix):
		fix = kind + ":" + fix
	}
	c.wrong(m.key, fmt.Sprintf("there is no %s %s", kind, strict.Quote(id)), fix)
}

// idsOf are the ids that may follow a kind of trigger.
func (c *checker) idsOf(kind string) []string {
	switch kind {
	case "flag":
		return words(c.Flags, func(f Flag) string { return f.ID })
	case "cause":
		return words(c.Causes, func(x Cause) string { return x.ID })
	case "fact":
		return words(c.Facts, func(f Fact) string { return f.ID })
	case "checklist":
		return words(c.Checklists, func(l Checklist) string { return l.ID })
	case "clock":
		return words(c.Clocks, func(k Clock) string { return k.ID })
	default:
		return c.severityIDs()
	}
}
