package playbook

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

func (c *checker) statuses() {
	if !c.required("statuses", len(c.Statuses) > 0, "the labels people outside read, at least one with on: [declared]") {
		return
	}
	named(c, "statuses", "status", c.Statuses, func(s Status) string { return s.ID })
	first := map[Trigger]string{}
	for i, s := range c.Statuses {
		key := item("statuses", i)
		c.label(key+".label", s.Label)
		c.required(key+".on", len(s.On) > 0, "the triggers that set this status")
		for j, t := range s.On {
			if other, taken := first[t]; taken && other != s.ID {
				c.wrong(item(key+".on", j), fmt.Sprintf("%s sets the status %s already", strict.Quote(string(t)), strict.Quote(other)), "each trigger in one status")
			}
			first[t] = s.ID
		}
	}
	if !slices.ContainsFunc(c.Statuses, func(s Status) bool { return slices.Contains(s.On, Declared) }) {
		c.wrong("statuses", "no status is set on declared, so a new incident would have none", "on: [declared] for the first one")
	}
}

func (c *checker) facts() {
	named(c, "facts", "fact", c.Facts, func(f Fact) string { return f.ID })
	for i, f := range c.Facts {
		key := item("facts", i)
		c.label(key+".label", f.Label)
		c.text(key+".ask", f.Ask)
		named(c, key+".options", "option", f.Options, func(o Option) string { return o.ID })
		for j, o := range f.Options {
			c.label(item(key+".options", j)+".label", o.Label)
		}
		if len(f.Options) == 1 {
			c.wrong(key+".options", "one option is no choice", "at least two, or none for free text")
		}
	}
}

var currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)

func (c *checker) flags() {
	named(c, "flags", "flag", c.Flags, func(f Flag) string { return f.ID })
	for i, f := range c.Flags {
		key := item("flags", i)
		c.label(key+".label", f.Label)
		if f.Above == nil {
			continue
		}
		if c.required(key+".above.value", f.Above.Value != 0 || c.read.Given(key+".above.value"), "an amount such as 10000") && f.Above.Value < 0 {
			c.wrong(key+".above.value", "is below zero", "0 or more")
		}
		if c.required(key+".above.currency", f.Above.Currency != "", "a currency such as EUR") && !currencyShape.MatchString(f.Above.Currency) {
			c.wrong(key+".above.currency", strict.Quote(f.Above.Currency)+" is no currency code", "three capital letters such as EUR, USD or BRL")
		}
	}
}

func (c *checker) causes() {
	named(c, "causes", "cause", c.Causes, func(x Cause) string { return x.ID })
	for i, x := range c.Causes {
		c.label(item("causes", i)+".label", x.Label)
		c.text(item("causes", i)+".means", x.Means)
	}
}
