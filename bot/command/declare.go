package command

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// declaration is what was understood of a new incident so far.
type declaration struct {
	title    string
	severity string
	origin   string
	people   []stream.Person
	facts    map[string]string
}

// declare reads "P1 Checkout down @ben", in any order.
func (a *asker) declare(p phrase) Intent {
	var d declaration
	d.origin, d.facts, p = a.marks(p)
	d.severity, p = a.severityIn(p)
	d.people, p = p.edges()
	if d.severity == "" {
		d.severity, p = a.severityIn(p)
	}
	if d.severity == "" && len(p) > 0 && a.looksLikeSeverity(p[0]) {
		a.here = incident.State{} // the lines to paste are about a new incident, wherever this was typed
		return a.which(wordDeclare, "which.severity", p, severityChoices(a.c.Playbook), nil)
	}
	d.title = p.text()
	if d.title == "" {
		return a.declareForm(d)
	}
	if n := utf8.RuneCountInString(d.title); n > incident.MaxTitle {
		return a.longTitle(d, n)
	}
	return a.declared(d)
}

func (a *asker) declared(d declaration) Intent {
	zone := ""
	if a.c.Zone != nil {
		zone = a.c.Zone.String()
	}
	return Intent{Command: incident.Declare{
		Title: d.title, Severity: d.severity, Origin: d.origin, People: d.people,
		Home: a.c.Home, Place: a.c.Place, Zone: zone, Facts: d.facts,
	}}
}

// marks takes words such as origin:alert and services:checkout out of a phrase.
func (a *asker) marks(p phrase) (origin string, facts map[string]string, rest phrase) {
	for _, t := range p {
		name, text, found := strings.Cut(t.text, ":")
		switch {
		case !found || text == "" || t.who != nil || strings.HasPrefix(text, "//"):
			rest = append(rest, t)
		case is("origin", name):
			origin = text
		case slices.ContainsFunc(a.c.Playbook.Facts, func(f playbook.Fact) bool { return strings.EqualFold(f.ID, name) }):
			if facts == nil {
				facts = map[string]string{}
			}
			facts[strings.ToLower(name)] = unquote(text)
		default:
			rest = append(rest, t)
		}
	}
	return origin, facts, rest
}

// looksLikeSeverity tells whether a word is built like the playbook's severities, such as P9 beside P0 to P3:
// somebody meant one, and must not get another in silence.
func (a *asker) looksLikeSeverity(t token) bool {
	letters := strings.TrimRight(t.text, "0123456789")
	if t.who != nil || letters == t.text || letters == "" {
		return false
	}
	return slices.ContainsFunc(a.c.Playbook.Severities, func(s playbook.Severity) bool {
		return strings.EqualFold(strings.TrimRight(string(s.ID), "0123456789"), letters)
	})
}

// severityIn takes the severity out of a phrase: at its beginning, at its end, or the first one inside.
func (a *asker) severityIn(p phrase) (string, phrase) {
	known := func(i int) (playbook.Severity, bool) {
		if i < 0 || p[i].who != nil {
			return playbook.Severity{}, false
		}
		return a.c.Playbook.Severity(strings.TrimRight(p[i].text, ":,"))
	}
	order := []int{0, len(p) - 1}
	for i := range p {
		order = append(order, i)
	}
	for _, i := range order {
		if len(p) == 0 {
			break
		}
		if s, ok := known(i); ok {
			return string(s.ID), p.without(i)
		}
	}
	return "", p
}

// longTitle refuses a title that nobody could read in a list, with one that fits.
func (a *asker) longTitle(d declaration, n int) Intent {
	title := string([]rune(d.title)[:incident.MaxTitle-1])
	if i := strings.LastIndexAny(title, " \n\t"); i > incident.MaxTitle/2 {
		title = title[:i]
	}
	rest := strings.TrimSpace(d.severity + " " + strings.Join(strings.Fields(title), " ") + "…")
	return a.offer(0, wordDeclare, rest, a.w.Paragraph("refusal.title.long", "max", incident.MaxTitle, "length", n))
}

// declareForm asks for a new incident.
func (a *asker) declareForm(d declaration) Intent {
	form := a.newForm(wordDeclare, 0, "")
	form.Inputs = append(form.Inputs, chat.Input{
		ID: "title", Kind: chat.Line, Label: a.w.Text("input.title"), Hint: a.w.Text("input.title.hint"),
		Value: d.title, Max: incident.MaxTitle,
	})
	if list := a.severityOptions(); len(list) > 0 {
		usual := list[min(1, len(list)-1)].Value
		if d.severity != "" {
			usual = d.severity
		}
		form.Inputs = append(form.Inputs, chat.Input{
			ID: "severity", Kind: chat.Choice, Label: a.w.Text("input.severity"), Value: usual, Options: list,
		})
	}
	for i, f := range a.c.Playbook.Facts {
		if f.AtDeclare && len(form.Inputs) < 8 {
			form.Inputs = append(form.Inputs, factInput(i, f, d.facts[strings.ToLower(f.ID)]))
		}
	}
	if list := a.originOptions(); len(list) > 1 {
		form.Inputs = append(form.Inputs, chat.Input{
			ID: "origin", Kind: chat.Choice, Label: a.w.Text("input.origin"), Value: d.origin, Optional: true, Options: list,
		})
	}
	form.Inputs = append(form.Inputs, chat.Input{
		ID: "who", Kind: chat.People, Label: a.w.Text("input.invite"), Hint: a.w.Text("input.invite.hint"), Optional: true,
	})
	return Intent{Form: &form}
}

// sentDeclare reads the form of a new incident.
func (a *asker) sentDeclare() Intent {
	d := declaration{
		title: a.value("title"), severity: a.value("severity"), origin: a.value("origin"), facts: a.sentFacts(),
	}
	switch n := utf8.RuneCountInString(d.title); {
	case d.title == "":
		return a.wrong("title", "wrong.title")
	case n > incident.MaxTitle:
		return a.wrong("title", "refusal.title.long", "max", incident.MaxTitle, "length", n)
	}
	if _, ok := a.c.Playbook.Severity(d.severity); d.severity != "" && !ok {
		return a.wrong("severity", "wrong.choice")
	}
	if id := a.value("who"); id != "" {
		who, ok := a.user(id)
		if !ok {
			return a.wrong("who", "wrong.person")
		}
		d.people = []stream.Person{who}
	}
	return a.declared(d)
}

func (a *asker) severityOptions() []chat.Option {
	list := make([]chat.Option, 0, len(a.c.Playbook.Severities))
	for _, s := range a.c.Playbook.Severities {
		label := string(s.ID)
		if s.Name != "" {
			label += " · " + s.Name
		}
		if s.Means != "" {
			label += " · " + s.Means
		}
		list = append(list, chat.Option{Value: string(s.ID), Label: short(label, maxOption)})
	}
	return list
}

func (a *asker) originOptions() []chat.Option {
	list := make([]chat.Option, 0, len(a.c.Playbook.Origins))
	for _, o := range a.c.Playbook.Origins {
		list = append(list, chat.Option{Value: o.ID, Label: short(o.Label, maxOption)})
	}
	return list
}
