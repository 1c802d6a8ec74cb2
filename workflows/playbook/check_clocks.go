package playbook

import (
	"fmt"
	"slices"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

func (c *checker) clocks() {
	named(c, "clocks", "clock", c.Clocks, func(k Clock) string { return k.ID })
	for i, k := range c.Clocks {
		key := item("clocks", i)
		c.label(key+".label", k.Label)
		c.required(key+".starts", len(k.Starts) > 0, "the triggers that start it, such as [declared]")
		if k.Business && c.Calendar == nil {
			c.wrong(key+".business", "the playbook has no calendar", "business: false, or a calendar with the business hours")
		}
		if !c.required(key+".steps", len(k.Steps) > 0, "at least one step, such as {after: 15m, kind: near, tell: [owner]}") {
			continue
		}
		if len(k.Stops) == 0 && !ends(k) {
			c.wrong(key+".stops", "it never stops", "the triggers that stop it, such as [resolved, cancelled], or a step of kind end")
		}
		c.steps(key, k)
		c.promise(key, k)
	}
	c.promisesOnce()
}

// ends tells whether a clock can strike its last and fire its trigger.
func ends(k Clock) bool {
	return slices.ContainsFunc(k.Steps, func(s Step) bool { return s.Kind == End })
}

func (c *checker) steps(key string, k Clock) {
	for i, s := range k.Steps {
		here := item(key+".steps", i)
		if c.required(here+".after", c.read.Given(here+".after"), "how long after the start, such as 15m") && s.After <= 0 {
			c.wrong(here+".after", "is no time at all", "something longer, such as 15m")
		}
		c.kind(here, s)
		c.told(here, k, s)
		if i > 0 {
			c.order(here, k.Steps[i-1], s)
		}
	}
}

var stepKinds = []string{string(Near), string(Overdue), string(Escalate), string(End)}

func (c *checker) kind(key string, s Step) {
	if c.required(key+".kind", s.Kind != "", strict.OneOf(stepKinds)) && !slices.Contains(stepKinds, string(s.Kind)) {
		c.wrong(key+".kind", strict.Quote(string(s.Kind))+" is no kind of step", strict.Suggest(string(s.Kind), stepKinds))
	}
	switch {
	case s.Kind == Escalate && s.Expect == "":
		c.required(key+".expect", false, "what is expected of those who are paged")
	case s.Kind != Escalate && s.Expect != "":
		c.wrong(key+".expect", "only escalate steps expect something", "kind: escalate, or leave expect out")
	}
	c.text(key+".expect", s.Expect)
}

// told checks who a step tells. Only overdue and end may tell nobody: the room reads them anyway.
func (c *checker) told(key string, k Clock, s Step) {
	if s.Kind == Near || s.Kind == Escalate {
		c.required(key+".tell", len(s.Tell) > 0, "the roles it tells, such as [owner] or [commander]")
	}
	if i := slices.Index(s.Tell, TheOwner); i >= 0 && k.Owes == "" {
		c.wrong(item(key+".tell", i), "nobody owes what this clock waits for", "commander, a role, or owes: for the clock")
	}
}

// order checks a step against the one before it.
func (c *checker) order(key string, before, s Step) {
	switch {
	case before.After <= 0 || s.After <= 0:
		// Each is reported already.
	case s.After < before.After:
		c.wrong(key+".after", "comes after a step at "+strict.WriteDuration(before.After), "the steps in the order of time")
	case s.After == before.After && s.Kind == before.Kind:
		c.wrong(key+".after", "strikes together with the step before it", "one step that tells both")
	case before.Kind == End:
		c.wrong(key+".kind", "comes after the end", "the end as the last step")
	case s.Kind == Near && (before.Kind == Overdue || before.Kind == Escalate):
		c.wrong(key+".kind", fmt.Sprintf("a reminder comes after %s", before.Kind), "near before everything else")
	}
}

// promised says what a promise is kept by, and which template it is about.
var promised = map[string]Trigger{"update": Updated, "brief": Briefed}

func (c *checker) promise(key string, k Clock) {
	if k.Promise == "" {
		return
	}
	kept, known := promised[k.Promise]
	if !known {
		c.wrong(key+".promise", strict.Quote(k.Promise)+" is nothing that is promised", strict.Suggest(k.Promise, []string{"update", "brief"}))
		return
	}
	if !slices.ContainsFunc(k.Steps, func(s Step) bool { return s.Kind == Overdue }) {
		c.wrong(key+".steps", "a promise needs the time it is due", "a step of kind overdue")
	}
	if !slices.Contains(k.Restarts, kept) {
		c.wrong(key+".restarts", "nothing renews the promise", fmt.Sprintf("[%s]", kept))
	}
	if k.Owes == "" {
		c.required(key+".owes", false, "the role that keeps the promise")
	}
}

// promisesOnce makes sure that there is one "next update by" at a time.
func (c *checker) promisesOnce() {
	for _, s := range c.Severities {
		first := map[string]string{}
		for i, k := range c.Clocks {
			if k.Promise == "" || !c.covers(k.Severities, s.ID) {
				continue
			}
			if other, taken := first[k.Promise]; taken {
				c.wrong(item("clocks", i)+".promise", fmt.Sprintf("at %s the clock %s promises it already", s.ID, strict.Quote(other)), "severities that do not overlap")
				break
			}
			first[k.Promise] = k.ID
		}
	}
}
