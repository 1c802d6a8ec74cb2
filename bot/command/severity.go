package command

import (
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// severity reads "P1 [why]" and "to P1 [why]".
func (a *asker) severity(p phrase) Intent {
	if len(p) > 1 && is("to", p.first()) {
		p = p.rest()
	}
	if len(p) == 0 {
		return a.severityForm()
	}
	from := severityChoices(a.c.Playbook)
	found, took, near := choose(p, from)
	if took == 0 {
		return a.which(wordSeverity, "which.severity", p, from, near)
	}
	return a.do(incident.SetSeverity{Severity: found.id, Why: p[took:].text()})
}

func (a *asker) severityForm() Intent {
	return a.open(a.newForm(wordSeverity, a.here.Number, ""),
		chat.Input{
			ID: "severity", Kind: chat.Choice, Label: a.w.Text("input.severity"),
			Value: string(a.here.Severity.ID), Options: a.severityOptions(),
		},
		chat.Input{ID: "text", Kind: chat.Line, Label: a.w.Text("input.why"), Optional: true})
}

func (a *asker) sentSeverity() Intent {
	s, ok := a.c.Playbook.Severity(a.value("severity"))
	if !ok {
		return a.wrong("severity", "wrong.choice")
	}
	return a.do(incident.SetSeverity{Severity: string(s.ID), Why: a.value("text")})
}
