package command

import (
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// update reads "[STATUS] TEXT". Without text it opens the form.
func (a *asker) update(p phrase) Intent {
	status, text := a.statusIn(p)
	if text == "" {
		return a.updateForm(status)
	}
	return a.do(incident.Update{Status: status, Text: text})
}

// statusIn takes the status off the beginning, when a whole label or id stands there.
func (a *asker) statusIn(p phrase) (status, text string) {
	from := statusChoices(a.c.Playbook)
	for n := min(len(p), 4); n > 0; n-- {
		for _, c := range from {
			if c.is(p[:n].text()) {
				return c.id, p[n:].text()
			}
		}
	}
	return "", p.text()
}

func (a *asker) updateForm(status string) Intent {
	form := a.newForm(wordUpdate, a.here.Number, "")
	if list := options(statusChoices(a.c.Playbook)); len(list) > 0 {
		if status == "" {
			status = a.here.Status.ID
		}
		form.Inputs = append(form.Inputs, chat.Input{
			ID: "status", Kind: chat.Choice, Label: a.w.Text("input.status"), Value: status, Options: list,
		})
	}
	form.Inputs = append(form.Inputs, a.fieldInputs(a.c.Playbook.Update)...)
	return a.open(form)
}

// brief reads "TEXT". Without it it opens the form.
func (a *asker) brief(text string) Intent {
	if text != "" {
		return a.do(incident.Brief{Text: text})
	}
	form := a.newForm(wordBrief, a.here.Number, "")
	form.Inputs = a.fieldInputs(a.c.Playbook.Brief)
	return a.open(form)
}

// fieldInputs are the questions of a template, filled with what is known. A template that asks nothing
// gets one free text.
func (a *asker) fieldInputs(t playbook.Template) []chat.Input {
	known := map[string]string{}
	for _, v := range a.here.Fill(a.c.Playbook, t, a.c.Now, time.Time{}) {
		known[v.ID] = v.Text
	}
	var list []chat.Input
	for i, f := range t.Fields {
		if !asked(f) || len(list) == 8 {
			continue
		}
		kind := chat.Area
		if f.Source == playbook.FromService {
			kind = chat.Line
		}
		list = append(list, chat.Input{
			ID: inputID("field", i), Kind: kind, Label: short(f.Label, maxLabel), Value: known[f.ID], Optional: f.Source != playbook.FromAction,
		})
	}
	if len(list) == 0 {
		return []chat.Input{a.area(wordUpdate, a.here.Action)}
	}
	return list
}

// asked tells whether the form asks for a field. The status has an input of its own.
func asked(f playbook.Field) bool {
	return f.Ask && f.Source != playbook.FromStatus && f.Source != playbook.FromNow && f.Source != playbook.FromNextUpdate
}

// sentFields are the fields of a template as they were filled in, and the line that says what is being
// done now.
func (a *asker) sentFields(t playbook.Template) (text string, values map[string]string) {
	text, values = a.value("text"), map[string]string{}
	for i, f := range t.Fields {
		typed := a.value(inputID("field", i))
		if !asked(f) || typed == "" {
			continue
		}
		values[f.ID] = typed
		if text == "" && (f.Source == playbook.FromText || f.Source == playbook.FromAction) {
			text = typed
		}
	}
	return text, values
}

func (a *asker) sentUpdate() Intent {
	c := incident.Update{Status: a.value("status")}
	c.Text, c.Values = a.sentFields(a.c.Playbook.Update)
	if _, text := a.statusIn(split(c.Status, nil)); c.Status != "" && text != "" {
		return a.wrong("status", "wrong.choice")
	}
	if field, missing := a.unsaid(a.c.Playbook.Update, c.Values); missing {
		return a.wrong(field, "wrong.text")
	}
	return a.do(c)
}

func (a *asker) sentBrief() Intent {
	var c incident.Brief
	c.Text, c.Values = a.sentFields(a.c.Playbook.Brief)
	if field, missing := a.unsaid(a.c.Playbook.Brief, c.Values); missing {
		return a.wrong(field, "wrong.text")
	}
	return a.do(c)
}

// unsaid finds the input that must not stay empty: what is being done now, since that is what readers want
// to know; in a template that does not ask for it, something at all.
func (a *asker) unsaid(t playbook.Template, values map[string]string) (input string, missing bool) {
	input = "text"
	for i, f := range t.Fields {
		if !asked(f) {
			continue
		}
		if f.Source == playbook.FromAction {
			return inputID("field", i), values[f.ID] == ""
		}
		if input == "text" {
			input = inputID("field", i)
		}
	}
	return input, len(values) == 0 && a.value("text") == ""
}

// escalate reads "[TARGET] [WHY]". Without a word it pages the next in line.
func (a *asker) escalate(p phrase) Intent {
	who, rest := p.edges()
	if len(who) > 0 {
		return a.do(incident.Escalate{People: who, Why: rest.text()})
	}
	if len(rest) == 0 {
		if !a.nextInLine() {
			return a.escalateForm()
		}
		return a.do(incident.Escalate{})
	}
	from := a.roles()
	found, took, near := choose(rest, from)
	switch {
	case took == 0 && (len(near) > 0 && len(rest) == 1 || mistyped(rest.first(), from)):
		return a.which(wordEscalate, "which.role", p, from, near)
	case took == 0 && strings.HasPrefix(rest.first(), "@"):
		return a.unknownPerson(wordEscalate, "", rest)
	case took == 0:
		return a.do(incident.Escalate{Why: rest.text()})
	case found.id == string(playbook.TheCommander) && !a.here.Commander.Zero():
		who = append(who, a.here.Commander)
		return a.do(incident.Escalate{People: who, Why: rest[took:].text()})
	}
	return a.do(incident.Escalate{Role: found.id, Why: rest[took:].text()})
}

// nextInLine tells whether anybody would be paged by time alone.
func (a *asker) nextInLine() bool {
	for _, c := range a.here.Clocks {
		for _, s := range c.Left {
			if s.Kind == playbook.Escalate {
				return true
			}
		}
	}
	return false
}

func (a *asker) escalateForm() Intent {
	list := options(roleChoices(a.c.Playbook))
	return a.open(a.newForm(wordEscalate, a.here.Number, ""),
		chat.Input{ID: "role", Kind: chat.Choice, Label: a.w.Text("input.role"), Optional: true, Options: list},
		chat.Input{ID: "who", Kind: chat.People, Label: a.w.Text("input.who"), Optional: true},
		chat.Input{ID: "text", Kind: chat.Line, Label: a.w.Text("input.why"), Optional: true})
}

func (a *asker) sentEscalate() Intent {
	c := incident.Escalate{Role: a.value("role"), Why: a.value("text")}
	if id := a.value("who"); id != "" {
		who, ok := a.user(id)
		if !ok {
			return a.wrong("who", "wrong.person")
		}
		c.Role, c.People = "", append(c.People, who)
	}
	if c.Role == "" && len(c.People) == 0 && !a.nextInLine() {
		return a.wrong("role", "wrong.choice")
	}
	return a.do(c)
}
