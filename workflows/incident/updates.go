package incident

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// update sends a status-page update. What the writer did not type comes from the state.
func (t *turn) update(c Update) *Refusal {
	if t.s.Phase.Over() {
		return t.active()
	}
	text, r := t.words(c.Text, c.Values)
	if r != nil {
		return r
	}
	status := t.s.Status
	if c.Status != "" {
		if status, r = t.status(c.Status); r != nil {
			return r
		}
	}
	if status != t.s.Status {
		t.emit(StatusSet{Status: status})
	}
	if impact := strings.TrimSpace(c.Values[t.field(t.m.Playbook.Update, playbook.FromImpact)]); impact != "" && impact != t.s.Impact {
		t.emit(ImpactSet{Text: impact})
	}
	t.learn(t.m.Playbook.Update, c.Values)
	next := t.promise("update")
	kept, late := t.kept("update")
	t.emit(Updated{
		N: t.s.Updates + 1, Status: status, Text: text, Title: t.m.Playbook.Update.Title,
		Values: t.fill(t.m.Playbook.Update, text, c.Values, next), Next: next, Kept: kept, Late: late,
	})
	return nil
}

func (t *turn) brief(c Brief) *Refusal {
	if t.s.Phase.Over() {
		return t.active()
	}
	if !t.s.Severity.Brief {
		return refuse("brief.none", "severity", string(t.s.Severity.ID)).way("update")
	}
	text, r := t.words(c.Text, c.Values)
	if r != nil {
		return r
	}
	t.learn(t.m.Playbook.Brief, c.Values)
	next := t.promise("brief")
	kept, late := t.kept("brief")
	t.emit(Briefed{
		N: t.s.Briefs + 1, Text: text, Title: t.m.Playbook.Brief.Title,
		Values: t.fill(t.m.Playbook.Brief, text, c.Values, next), Next: next, Kept: kept, Late: late,
	})
	return nil
}

// lastWords tell those outside how it ended, where they were promised to hear more. No further one is promised.
func (t *turn) lastWords(text string) {
	status := t.s.Status
	for _, s := range t.m.Playbook.Statuses {
		if slices.Contains(s.On, playbook.Resolved) {
			status = Labelled{ID: s.ID, Label: s.Label}
		}
	}
	if t.s.Updates > 0 || !t.promise("update").IsZero() {
		typed := map[string]string{t.field(t.m.Playbook.Update, playbook.FromStatus): status.Label}
		kept, late := t.kept("update")
		t.emit(Updated{
			N: t.s.Updates + 1, Status: status, Text: text, Title: t.m.Playbook.Update.Title,
			Values: t.fill(t.m.Playbook.Update, text, typed, time.Time{}), Kept: kept, Late: late,
		})
	}
	if t.s.Briefs > 0 {
		kept, late := t.kept("brief")
		t.emit(Briefed{
			N: t.s.Briefs + 1, Text: text, Title: t.m.Playbook.Brief.Title,
			Values: t.fill(t.m.Playbook.Brief, text, nil, time.Time{}), Kept: kept, Late: late,
		})
	}
}

// words are what the writer typed, in one line or in fields. Nothing at all is refused.
func (t *turn) words(text string, values map[string]string) (string, *Refusal) {
	text = strings.TrimSpace(text)
	all := text + strings.Join(slices.Collect(maps.Values(values)), "")
	if _, r := clean(all); r != nil {
		return "", r
	}
	return text, nil
}

// status finds a status that may be set by hand. That it is resolved is said by resolving it.
func (t *turn) status(given string) (Labelled, *Refusal) {
	known := make([]string, 0, len(t.m.Playbook.Statuses))
	for _, s := range t.m.Playbook.Statuses {
		known = append(known, s.ID)
		if !matches(given, s.ID, s.Label) {
			continue
		}
		if slices.Contains(s.On, playbook.Resolved) && t.s.Phase != PhaseResolved {
			return Labelled{}, refuse("status.resolved", "status", s.Label).way("resolve")
		}
		return Labelled{ID: s.ID, Label: s.Label}, nil
	}
	return Labelled{}, refuse("status.unknown", "given", given, "known", known)
}

func (t *turn) field(tpl playbook.Template, from playbook.Source) string {
	for _, f := range tpl.Fields {
		if f.Source == from {
			return f.ID
		}
	}
	return ""
}

// promise is the time by which the next one is due if this one goes out now; zero when none is owed.
func (t *turn) promise(what string) time.Time {
	if !t.s.Phase.Active() {
		return time.Time{}
	}
	for _, rule := range t.m.Playbook.Clocks {
		if rule.Promise != what || !t.covers(rule.Severities) {
			continue
		}
		for _, step := range rule.Steps {
			if step.Kind == playbook.Overdue {
				return t.after(rule, step.After)
			}
		}
	}
	return time.Time{}
}

// kept tells how the promise was held that ends now. One that was overdue for as long again as it had
// been given counts as missed.
func (t *turn) kept(what string) (Kept, time.Duration) {
	for _, c := range t.s.Clocks {
		if c.Promise != what || c.Due.IsZero() {
			continue
		}
		late := t.m.Now.Sub(c.Due)
		switch {
		case late <= 0:
			return KeptInTime, 0
		case late > c.Due.Sub(c.Started):
			return KeptMissed, late
		default:
			return KeptLate, late
		}
	}
	return "", 0
}

// Fill is a template filled from the state alone, as forms show it before anybody typed.
func (s State) Fill(p *playbook.Playbook, tpl playbook.Template, now, next time.Time) []Value {
	t := &turn{s: s, m: Moment{Playbook: p}}
	t.m.Now = now
	return t.fill(tpl, "", nil, next)
}

func (t *turn) fill(tpl playbook.Template, text string, typed map[string]string, next time.Time) []Value {
	values := make([]Value, 0, len(tpl.Fields))
	for _, f := range tpl.Fields {
		v := Value{ID: f.ID, Label: f.Label}
		switch f.Source {
		case playbook.FromNow:
			v.Time = t.m.Now
		case playbook.FromNextUpdate:
			v.Time = next
		default:
			v.Text = t.source(f.Source, text)
		}
		if own := strings.TrimSpace(typed[f.ID]); own != "" && v.Time.IsZero() {
			v.Text = own
		}
		if v.Text != "" || !v.Time.IsZero() {
			values = append(values, v)
		}
	}
	return values
}

// source is what a template field says when nobody typed it. Text goes to the field for what is being
// done, since that is what people write when they write one line.
func (t *turn) source(from playbook.Source, text string) string {
	if id, ok := strings.CutPrefix(string(from), "fact:"); ok {
		return t.s.Fact(id)
	}
	switch from {
	case playbook.FromService:
		return first(t.s.Fact("services"), t.s.Title)
	case playbook.FromStatus:
		return t.s.Status.Label
	case playbook.FromImpact:
		return first(t.s.Impact, t.s.Fact("users"))
	case playbook.FromAction:
		return first(text, t.s.Action)
	case playbook.FromSituation:
		return t.situation()
	case playbook.FromCause:
		return t.cause()
	case playbook.FromText:
		return text
	default:
		return ""
	}
}

func (t *turn) situation() string {
	what := first(t.s.Fact("services"), t.s.Title)
	parts := []string{what}
	for _, more := range []string{t.s.Fact("condition"), t.s.Impact, t.s.Fact("users")} {
		if more != "" && !slices.Contains(parts, more) {
			parts = append(parts, more)
		}
	}
	return strings.Join(parts, " – ")
}

// learn records the facts that somebody typed into a template, so that the next form has them.
func (t *turn) learn(tpl playbook.Template, typed map[string]string) {
	facts := map[string]string{}
	for _, f := range tpl.Fields {
		if id, ok := strings.CutPrefix(string(f.Source), "fact:"); ok && typed[f.ID] != "" {
			facts[id] = typed[f.ID]
		}
	}
	if t.checkFacts(facts) == nil { // an answer outside a closed list goes out as it is and is no fact
		t.findFacts(facts)
	}
}

func (t *turn) cause() string {
	switch {
	case t.s.Cause.Cause.Label != "" && t.s.Cause.Text != "":
		return t.s.Cause.Cause.Label + " – " + t.s.Cause.Text
	case t.s.Cause.Cause.Label != "" || t.s.Cause.Text != "":
		return t.s.Cause.Cause.Label + t.s.Cause.Text
	}
	for _, s := range t.m.Playbook.Statuses {
		if slices.Contains(s.On, playbook.Declared) {
			return s.Label
		}
	}
	return ""
}
