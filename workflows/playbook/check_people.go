package playbook

import (
	"fmt"
	"slices"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

func (c *checker) severities() {
	if !c.required("severities", len(c.Severities) > 0, "a list of at least one severity, the worst first") {
		return
	}
	if len(c.Severities) > maxSeverities {
		c.wrong("severities", fmt.Sprintf("has %d severities", len(c.Severities)), fmt.Sprintf("at most %d; nobody can tell more apart", maxSeverities))
	}
	values, keys := make([]string, len(c.Severities)), make([]string, len(c.Severities))
	rooms := false
	for i, s := range c.Severities {
		values[i], keys[i] = string(s.ID), item("severities", i)+".id"
		c.severity(item("severities", i), s)
		rooms = rooms || !s.NoRoom
	}
	c.unique("severity", values, keys)
	if !rooms {
		c.wrong("severities", "none of them has a room", "no_room: false for at least one")
	}
}

// maxSeverities is how many severities a playbook may tell apart.
const maxSeverities = 10

func (c *checker) severity(key string, s Severity) {
	if c.required(key+".id", s.ID != "", "a short name such as P0 or SEV1") && (!severityShape.MatchString(string(s.ID)) || len(s.ID) > maxSeverityID) {
		c.wrong(key+".id", strict.Quote(string(s.ID))+" is no severity's id", "a letter, then letters, digits and hyphens, at most 16 in all")
	}
	c.label(key+".name", s.Name)
	c.text(key+".means", s.Means)
	c.text(key+".response", s.Response)
	for i, e := range s.Examples {
		c.text(item(key+".examples", i), e)
	}
	c.required(key+".team", len(s.Team) > 0, "the roles that join, in the order they are shown")
	if s.NoRoom && s.Brief {
		c.wrong(key+".brief", "a severity without a room has no brief", "brief: false")
	}
	if s.Brief && !c.read.Given("brief") {
		c.wrong(key+".brief", "the playbook has no brief template", "brief: false, or a template under brief:")
	}
}

const maxSeverityID = 16

func (c *checker) roles() {
	if !c.required("roles", len(c.Roles) > 0, "a list of at least one role") {
		return
	}
	named(c, "roles", "role", c.Roles, func(r Role) string { return string(r.ID) })
	for i, r := range c.Roles {
		key := item("roles", i)
		if r.ID == TheOwner || r.ID == TheCommander {
			c.wrong(key+".id", fmt.Sprintf("%q stands for whoever that is at the time and is no role", r.ID), "another id, such as incident-"+string(r.ID))
		}
		c.label(key+".title", r.Title)
		c.text(key+".does", r.Does)
	}
	if !slices.ContainsFunc(c.Roles, func(r Role) bool { return r.Commands }) {
		c.wrong("roles", "no role may command", "commands: true for the role that leads an incident")
	}
}

var origins = []string{"person", "bot", "machine"}

func (c *checker) origins() {
	named(c, "origins", "origin", c.Origins, func(o Origin) string { return o.ID })
	first := map[string]string{}
	for i, o := range c.Origins {
		key := item("origins", i)
		c.label(key+".label", o.Label)
		switch {
		case o.From == "":
		case !slices.Contains(origins, o.From):
			c.wrong(key+".from", strict.Quote(o.From)+" declares nothing", strict.Suggest(o.From, origins))
		case first[o.From] != "":
			c.wrong(key+".from", fmt.Sprintf("what a %s declares gets the origin %s already", o.From, strict.Quote(first[o.From])), "nothing here: leave from out")
		default:
			first[o.From] = o.ID
		}
	}
}
