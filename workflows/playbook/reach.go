package playbook

import (
	"fmt"
	"slices"
	"strings"
)

// rule is a part of the playbook that fires a trigger of its own: a checklist when it is settled, a clock at its end.
type rule struct {
	fires Trigger
	key   string
	on    []Trigger    // any of these sets it going
	waits []Trigger    // what its outcome hangs on besides
	at    []SeverityID // nil: all with a room
}

func (c *checker) rules() []rule {
	var all []rule
	for i, l := range c.Checklists {
		s := rule{fires: Trigger("checklist:" + l.ID), key: item("checklists", i), on: l.On, at: l.Severities}
		for _, t := range l.Tasks {
			s.waits = append(s.waits, t.DoneBy...)
			if t.If != "" {
				s.waits = append(s.waits, t.If)
			}
		}
		all = append(all, s)
	}
	for i, k := range c.Clocks {
		if ends(k) {
			all = append(all, rule{
				fires: Trigger("clock:" + k.ID), key: item("clocks", i), on: k.Starts, waits: k.Restarts, at: k.Severities,
			})
		}
	}
	return all
}

// reach checks what can never happen: rules that feed themselves, rules that wait for something that does
// not occur at their severities, and gates that nothing opens.
func (c *checker) reach() {
	if len(c.Severities) == 0 || len(c.Severities) > maxSeverities {
		return
	}
	r := &reach{checker: c, rules: c.rules(), known: map[moment]map[Trigger]bool{}}
	r.looped = c.loops(r.rules)
	for _, m := range c.triggerMentions() {
		if !c.declared(*m.name) {
			r.undeclared = append(r.undeclared, *m.name)
		}
	}
	for _, m := range c.triggerMentions() {
		if !r.looped[*m.name] && !strings.HasSuffix(m.list, ".needs") {
			r.mention(m)
		}
	}
	for i, g := range c.Gates {
		r.gate(item("gates", i), g)
	}
}

// reach answers which triggers can occur.
type reach struct {
	*checker
	rules      []rule
	looped     map[Trigger]bool
	undeclared []Trigger
	known      map[moment]map[Trigger]bool
}

// moment is where the question is asked: at a severity, before a trigger or, without one, at any time.
type moment struct {
	severity SeverityID
	before   Trigger
}

// happen are the triggers that can occur at a severity before a gate's trigger. What was not declared counts
// as occurring: that mistake is reported already.
func (r *reach) happen(s Severity, before Trigger) map[Trigger]bool {
	at := moment{s.ID, before}
	if occurs, ok := r.known[at]; ok {
		return occurs
	}
	starts := map[Trigger][]Trigger{}
	for _, rule := range r.rules {
		if r.covers(rule.at, s.ID) {
			for _, t := range rule.on {
				starts[t] = append(starts[t], rule.fires)
			}
		}
	}
	occurs := map[Trigger]bool{}
	todo := append(r.byPeople(s), r.undeclared...)
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if occurs[t] || slices.Contains(after[before], t) {
			continue
		}
		occurs[t] = true
		todo = append(todo, starts[t]...)
	}
	r.known[at] = occurs
	return occurs
}

// byPeople are the triggers that people bring about at a severity, without any rule.
func (c *checker) byPeople(s Severity) []Trigger {
	var all []Trigger
	for _, t := range fixed {
		if t != Briefed || s.Brief {
			all = append(all, t)
		}
	}
	for _, kind := range []string{"flag", "cause", "fact"} {
		for _, id := range c.idsOf(kind) {
			all = append(all, Trigger(kind+":"+id))
		}
	}
	return append(all, Trigger("severity:"+string(s.ID)))
}

// declared tells whether a trigger is a fixed one or names something of the playbook.
func (c *checker) declared(t Trigger) bool {
	kind, id, isNamed := strings.Cut(string(t), ":")
	if !isNamed {
		return slices.Contains(fixed, t)
	}
	return slices.Contains(namedKinds, kind) && slices.Contains(c.idsOf(kind), id)
}

// mention reports a trigger that occurs at none of the severities it is mentioned for.
func (r *reach) mention(m mention[Trigger]) {
	var at []string
	for _, s := range r.Severities {
		if !r.covers(m.at, s.ID) {
			continue
		}
		if r.happen(s, "")[*m.name] {
			return
		}
		at = append(at, string(s.ID))
	}
	if len(at) > 0 {
		r.wrong(m.key, fmt.Sprintf("%s never happens at %s: %s", *m.name, strings.Join(at, ", "), r.whyNever(*m.name)), "a trigger that happens there, or leave it out")
	}
}

// whyNever says why a trigger does not occur.
func (c *checker) whyNever(t Trigger) string {
	kind, id, _ := strings.Cut(string(t), ":")
	switch kind {
	case string(Briefed):
		return "it has no briefs"
	case "severity":
		return "that is another severity"
	case "clock":
		i := slices.IndexFunc(c.Clocks, func(k Clock) bool { return k.ID == id })
		if i >= 0 && !ends(c.Clocks[i]) {
			return "this clock has no step of kind end"
		}
		return "this clock does not start there"
	default:
		return "this checklist does not open there"
	}
}

// after are the triggers that cannot have happened yet where a gate stands.
var after = map[Trigger][]Trigger{
	Monitoring: {Monitoring, Regressed},
	Resolved:   {Resolved, Closed, Reopened},
	Closed:     {Closed},
}

// gate reports what a gate needs and cannot get.
func (r *reach) gate(key string, g Gate) {
	for i, need := range g.Needs {
		if r.looped[need] || !r.declared(need) {
			continue
		}
		for _, s := range r.Severities {
			if r.covers(g.Severities, s.ID) && !r.happen(s, g.Before)[need] {
				r.wrong(item(key+".needs", i), fmt.Sprintf("nothing can open this gate at %s: %s does not happen before %s there", s.ID, need, g.Before),
					"what can happen by then, or severities for the gate")
				break
			}
		}
	}
}

// loops reports rules that feed themselves and returns the triggers that are caught in it.
func (c *checker) loops(all []rule) map[Trigger]bool {
	w := &walk{c: c, rules: map[Trigger]rule{}, state: map[Trigger]int{}, looped: map[Trigger]bool{}}
	for _, r := range all {
		w.rules[r.fires] = r
	}
	for _, r := range all {
		w.visit(r.fires)
	}
	return w.looped
}

// walk goes along what rules depend on, deep first.
type walk struct {
	c      *checker
	rules  map[Trigger]rule
	state  map[Trigger]int // 0 new, 1 on the path, 2 done
	path   []Trigger
	looped map[Trigger]bool
}

func (w *walk) visit(t Trigger) {
	r, ok := w.rules[t]
	if !ok || w.state[t] == 2 {
		return
	}
	if w.state[t] == 1 {
		w.found(t)
		return
	}
	w.state[t] = 1
	w.path = append(w.path, t)
	for _, list := range [][]Trigger{r.on, r.waits} {
		for _, next := range list {
			w.visit(next)
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.state[t] = 2
}

// found reports the loop that ends in t, once, at its first rule.
func (w *walk) found(t Trigger) {
	loop := w.path[slices.Index(w.path, t):]
	if w.looped[t] {
		return
	}
	names := []string{string(t)}
	for _, step := range slices.Backward(loop) { // the path leads from what waits to what it waits for
		w.looped[step] = true
		names = append(names, string(step))
	}
	w.c.wrong(w.rules[t].key, "feeds itself: "+strings.Join(names, " → "), "triggers that come from outside this circle")
}
