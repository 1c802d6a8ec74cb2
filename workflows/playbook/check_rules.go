package playbook

import (
	"fmt"
	"slices"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

func (c *checker) checklists() {
	named(c, "checklists", "checklist", c.Checklists, func(l Checklist) string { return l.ID })
	for i, l := range c.Checklists {
		key := item("checklists", i)
		c.label(key+".title", l.Title)
		c.text(key+".says", l.Says)
		c.required(key+".on", len(l.On) > 0, "the triggers that open it, such as [declared]")
		if c.required(key+".tasks", len(l.Tasks) > 0, "at least one task") {
			c.tasks(key+".tasks", l)
		}
	}
}

func (c *checker) tasks(key string, l Checklist) {
	named(c, key, "task", l.Tasks, func(t Task) string { return t.ID })
	for i, t := range l.Tasks {
		c.must(item(key, i)+".text", t.Text)
		for j, s := range t.Severities {
			if _, known := c.Severity(string(s)); known && len(l.Severities) > 0 && !c.contains(l.Severities, s) {
				c.wrong(item(item(key, i)+".severities", j), fmt.Sprintf("the checklist does not open at %s", s), "one of those of the checklist")
			}
		}
	}
}

var gated = []Trigger{Monitoring, Resolved, Closed}

func (c *checker) gates() {
	named(c, "gates", "gate", c.Gates, func(g Gate) string { return g.ID })
	for i, g := range c.Gates {
		key := item("gates", i)
		c.label(key+".label", g.Label)
		if c.required(key+".before", g.Before != "", strict.OneOf(words(gated, triggerWord))) && !slices.Contains(gated, g.Before) {
			c.wrong(key+".before", strict.Quote(string(g.Before))+" cannot be held back", strict.Suggest(string(g.Before), words(gated, triggerWord)))
		}
		c.required(key+".needs", len(g.Needs) > 0, "what must hold, such as [checklist:verification]")
	}
}

func (c *checker) escalations() {
	named(c, "escalations", "escalation", c.Escalations, func(e Escalation) string { return e.ID })
	for i, e := range c.Escalations {
		key := item("escalations", i)
		c.required(key+".on", e.On != "", "the trigger that pages, such as flag:data-breach")
		c.required(key+".to", len(e.To) > 0, "the roles to page")
		c.must(key+".why", e.Why)
		c.must(key+".expect", e.Expect)
	}
}

func (c *checker) templates() {
	if c.required("update", c.read.Given("update"), "the template of a status update") {
		c.template("update", c.Update)
	}
	if c.read.Given("brief") {
		c.template("brief", c.Brief)
		if !slices.ContainsFunc(c.Severities, func(s Severity) bool { return s.Brief }) {
			c.wrong("brief", "no severity has briefs", "brief: true for a severity, or leave the template out")
		}
	}
}

var sources = []string{
	string(FromNow), string(FromService), string(FromStatus), string(FromImpact), string(FromAction),
	string(FromNextUpdate), string(FromSituation), string(FromCause), string(FromText),
}

func (c *checker) template(key string, t Template) {
	c.label(key+".title", t.Title)
	c.required(key+".role", t.Role != "", "the role that writes it")
	if !c.required(key+".fields", len(t.Fields) > 0, "at least one field") {
		return
	}
	named(c, key+".fields", "field", t.Fields, func(f Field) string { return f.ID })
	asks := false
	for i, f := range t.Fields {
		here := item(key+".fields", i)
		c.label(here+".label", f.Label)
		if c.required(here+".source", f.Source != "", strict.OneOf(append(slices.Clone(sources), "fact:ID"))) {
			c.source(here+".source", string(f.Source))
		}
		asks = asks || f.Ask
	}
	if !asks {
		c.wrong(key+".fields", "nobody is asked for anything", "ask: true for the fields that a person writes")
	}
}

func (c *checker) source(key, source string) {
	known := slices.Clone(sources)
	for _, id := range words(c.Facts, func(f Fact) string { return f.ID }) {
		known = append(known, "fact:"+id)
	}
	if !slices.Contains(known, source) {
		c.wrong(key, strict.Quote(source)+" is no source", strict.Suggest(source, known))
	}
}
