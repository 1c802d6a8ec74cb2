package command

import (
	"slices"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// impact reads "TEXT", with answers such as users:1200 in it.
func (a *asker) impact(p phrase) Intent {
	_, facts, rest := a.marks(p)
	if text := rest.text(); text != "" || len(facts) > 0 {
		return a.do(incident.SetImpact{Text: text, Facts: facts})
	}
	form := a.newForm(wordImpact, a.here.Number, "")
	in := a.area(wordImpact, a.here.Impact)
	in.Optional = len(a.c.Playbook.Facts) > 0
	form.Inputs = []chat.Input{in}
	for i, f := range a.c.Playbook.Facts {
		if len(form.Inputs) < 10 {
			form.Inputs = append(form.Inputs, factInput(i, f, a.fact(f.ID)))
		}
	}
	return a.open(form)
}

// fact is the answer that is known already.
func (a *asker) fact(id string) string {
	i := slices.IndexFunc(a.here.Facts, func(f incident.FactFound) bool { return f.Fact.ID == id })
	if i < 0 {
		return ""
	}
	return a.here.Facts[i].Text
}

func (a *asker) sentImpact() Intent {
	c := incident.SetImpact{Text: a.value("text"), Facts: a.sentFacts()}
	if c.Text == "" && len(c.Facts) == 0 {
		return a.wrong("text", "wrong.text")
	}
	return a.do(c)
}

// cause reads "KIND [TEXT]".
func (a *asker) cause(p phrase) Intent {
	if len(p) == 0 {
		return a.open(a.newForm(wordCause, a.here.Number, ""),
			chat.Input{
				ID: "cause", Kind: chat.Choice, Label: a.w.Text("input.cause"), Value: a.here.Cause.Cause.ID,
				Options: options(causeChoices(a.c.Playbook)),
			},
			chat.Input{ID: "text", Kind: chat.Area, Label: a.w.Text("input.identify"), Value: a.here.Cause.Text, Optional: true})
	}
	from := causeChoices(a.c.Playbook)
	found, took, near := choose(p, from)
	if took == 0 {
		return a.which(wordCause, "which.cause", p, from, near)
	}
	return a.do(incident.NameCause{Cause: found.id, Text: p[took:].text()})
}

func (a *asker) sentCause() Intent {
	id := a.value("cause")
	if !slices.ContainsFunc(causeChoices(a.c.Playbook), func(c choice) bool { return c.id == id }) {
		return a.wrong("cause", "wrong.choice")
	}
	return a.do(incident.NameCause{Cause: id, Text: a.value("text")})
}

// flag reads "NAME [amount]".
func (a *asker) flag(p phrase) Intent {
	if len(p) == 0 {
		return a.flagForm(wordFlag, "", false)
	}
	from := flagChoices(a.c.Playbook)
	found, took, near := choose(p, from)
	if took == 0 {
		return a.which(wordFlag, "which.flag", p, from, near)
	}
	amount := p[took:].text()
	if amount == "" && a.wantsAmount(found.id) {
		return a.flagForm(wordFlag, found.id, false)
	}
	return a.do(incident.RaiseFlag{Flag: found.id, Value: amount})
}

func (a *asker) wantsAmount(id string) bool {
	for _, f := range a.c.Playbook.Flags {
		if f.ID == id {
			return f.Above != nil
		}
	}
	return false
}

// unflag reads "NAME WHY".
func (a *asker) unflag(p phrase) Intent {
	if len(p) == 0 {
		return a.flagForm(wordUnflag, "", true)
	}
	from := flagChoices(a.c.Playbook)
	found, took, near := choose(p, from)
	switch {
	case took == 0:
		return a.which(wordUnflag, "which.flag", p, from, near)
	case len(p) == took:
		return a.flagForm(wordUnflag, found.id, true)
	}
	return a.do(incident.ClearFlag{Flag: found.id, Why: p[took:].text()})
}

func (a *asker) flagForm(name, id string, why bool) Intent {
	second := chat.Input{
		ID: "text", Kind: chat.Line, Label: a.w.Text("input.amount"), Hint: a.w.Text("input.amount.hint"), Optional: true,
	}
	if why {
		second = chat.Input{ID: "text", Kind: chat.Line, Label: a.w.Text("input.why")}
	}
	return a.open(a.newForm(name, a.here.Number, ""), chat.Input{
		ID: "flag", Kind: chat.Choice, Label: a.w.Text("input.flag"), Value: id, Options: options(flagChoices(a.c.Playbook)),
	}, second)
}

func (a *asker) sentFlag(name string) Intent {
	id, text := a.value("flag"), a.value("text")
	switch {
	case !slices.ContainsFunc(flagChoices(a.c.Playbook), func(c choice) bool { return c.id == id }):
		return a.wrong("flag", "wrong.choice")
	case name == wordUnflag && text == "":
		return a.wrong("text", "wrong.text")
	case name == wordUnflag:
		return a.do(incident.ClearFlag{Flag: id, Why: text})
	case text == "" && a.wantsAmount(id):
		return a.wrong("text", "wrong.amount")
	}
	return a.do(incident.RaiseFlag{Flag: id, Value: text})
}
