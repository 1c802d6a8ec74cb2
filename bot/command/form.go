package command

import (
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// Limits of what platforms show, in characters.
const (
	maxLabel  = 24
	maxOption = 75
	maxHint   = 150
)

// newForm is the form of a command. Its title is the sentence form.NAME.
func (a *asker) newForm(name string, n int, arg string) chat.Form {
	return chat.Form{
		ID: name, State: value(n, arg), Lang: a.w.Lang(), Title: short(a.formTitle(name), maxLabel),
		Submit: a.w.Text("form.send"), Cancel: a.w.Text("form.cancel"),
	}
}

// open opens a form about the incident. A choice of nothing is not asked; when the form is about just
// that, there is nothing to choose.
func (a *asker) open(form chat.Form, inputs ...chat.Input) Intent {
	shown := make([]chat.Input, 0, len(form.Inputs)+len(inputs))
	for _, in := range append(form.Inputs, inputs...) {
		if in.Kind == chat.Choice && len(in.Options) == 0 {
			if in.Optional {
				continue
			}
			return a.say(a.w.Paragraph("ask.none"))
		}
		shown = append(shown, in)
	}
	form.Inputs = shown
	if form.Intro == "" {
		form.Intro = value(a.here.Number, "") + " · " + short(a.here.Title, 100)
	}
	return Intent{Incident: a.here.Number, Form: &form}
}

// sent reads a form that was filled in.
func (a *asker) sent() Intent {
	if a.r.Form == wordDeclare {
		return a.sentDeclare()
	}
	if !a.inside() {
		return a.wrong("", "wrong.incident")
	}
	switch a.r.Form {
	case wordUpdate:
		return a.sentUpdate()
	case wordBrief:
		return a.sentBrief()
	case wordSeverity:
		return a.sentSeverity()
	case wordHandoff, wordJoin, wordRole:
		return a.sentPeople(a.r.Form)
	case wordImpact:
		return a.sentImpact()
	case wordCause:
		return a.sentCause()
	case wordFlag, wordUnflag:
		return a.sentFlag(a.r.Form)
	case formTaskDone, formTaskTake, formTaskSkip, formTaskAdd:
		return a.sentTask(a.r.Form)
	case wordEscalate:
		return a.sentEscalate()
	case wordSnooze:
		return a.sentSnooze()
	case wordAmend, wordRetract:
		return a.sentCorrection(a.r.Form)
	}
	if wordy(a.r.Form, "") != nil {
		return a.sentWords(a.r.Form)
	}
	return a.wrong("", "wrong.form")
}

// value is one answer of the form, trimmed.
func (a *asker) value(input string) string { return strings.TrimSpace(a.r.Values[input]) }

// words is a command that needs nothing but words; without them it opens its form.
func (a *asker) words(name, text string) Intent {
	switch {
	case name == wordBrief:
		return a.brief(text)
	case text != "":
		return a.do(wordy(name, text))
	}
	return a.open(a.newForm(name, a.here.Number, ""), a.area(name, a.prefill(name)))
}

// area is the one question of a form for words. Its label and hint are input.NAME and input.NAME.hint.
func (a *asker) area(name, text string) chat.Input {
	return chat.Input{
		ID: "text", Kind: chat.Area, Label: short(a.w.Text("input."+name), maxLabel),
		Hint: a.w.Text("input." + name + ".hint"), Value: text,
	}
}

// prefill is what a form for words begins with, so that people edit rather than write.
func (a *asker) prefill(name string) string {
	switch name {
	case wordResolve, wordMitigate:
		return a.here.Action
	case wordIdentify:
		return a.here.Cause.Text
	}
	return ""
}

func (a *asker) sentWords(name string) Intent {
	text := a.value("text")
	if text == "" {
		return a.wrong("text", "wrong.text")
	}
	return a.do(wordy(name, text))
}

// wordy is the command made of a word and a text; nil for other words.
func wordy(name, text string) incident.Command {
	switch name {
	case wordIdentify:
		return incident.Identify{Text: text}
	case wordMitigate:
		return incident.Mitigate{Text: text}
	case wordRegression:
		return incident.Regress{Text: text}
	case wordResolve:
		return incident.Resolve{Text: text}
	case wordReopen:
		return incident.Reopen{Why: text}
	case wordCancel:
		return incident.Cancel{Why: text}
	case wordOverride:
		return incident.Override{Why: text}
	case wordLog:
		return incident.Note{Text: text}
	case wordDecision:
		return incident.Note{Text: text, Decision: true}
	}
	return nil
}

// override reads "[GATE] WHY".
func (a *asker) override(p phrase) Intent {
	for _, g := range a.c.Playbook.Gates {
		if strings.EqualFold(g.ID, p.first()) && len(p) > 1 {
			return a.do(incident.Override{Gate: g.ID, Why: p.rest().text()})
		}
	}
	return a.words(wordOverride, p.text())
}

// inputID names the input of the thing at place i of a list: inputs may only be named in letters.
func inputID(prefix string, i int) string {
	return prefix + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}

func factInput(i int, f playbook.Fact, text string) chat.Input {
	in := chat.Input{
		ID: inputID("fact", i), Kind: chat.Line, Label: short(f.Label, maxLabel), Hint: short(f.Ask, maxHint), Value: text, Optional: true,
	}
	if len(f.Options) > 0 {
		in.Kind, in.Value = chat.Choice, ""
		for _, o := range f.Options {
			in.Options = append(in.Options, chat.Option{Value: o.ID, Label: short(o.Label, maxOption)})
			if strings.EqualFold(text, o.ID) || strings.EqualFold(text, o.Label) {
				in.Value = o.ID
			}
		}
	}
	return in
}

// sentFacts are the answers to the playbook's questions.
func (a *asker) sentFacts() map[string]string {
	var facts map[string]string
	for i, f := range a.c.Playbook.Facts {
		if text := a.value(inputID("fact", i)); text != "" {
			if facts == nil {
				facts = map[string]string{}
			}
			facts[f.ID] = text
		}
	}
	return facts
}

// options are choices as a form shows them.
func options(from []choice) []chat.Option {
	list := make([]chat.Option, len(from))
	for i, c := range from {
		list[i] = chat.Option{Value: c.id, Label: short(c.label, maxOption)}
	}
	return list
}

// short cuts a text to so many characters.
func short(text string, limit int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= limit {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:limit-1])) + "…"
}

// formTitle is what a form is called. The form of "cancel" is not the button of that name.
func (a *asker) formTitle(name string) string {
	if name == wordCancel {
		return a.w.Text("form.cancel.title")
	}
	return a.w.Text("form." + name)
}
