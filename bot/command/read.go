package command

import (
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// asker is somebody who wants something, with what it is read against.
type asker struct {
	c Context
	r chat.Request
	w *words.Catalogue
	// here is the incident it is about; the zero state where there is none.
	here incident.State
}

// Read is what the asker wants. A request of kind Reacted, Marked or Retold that means nothing to the
// bot gives the zero intent; every other one says something.
func Read(r chat.Request, c Context) Intent {
	if c.Playbook == nil {
		c.Playbook = &playbook.Playbook{}
	}
	a := &asker{c: c, r: r, w: words.For(c.Lang)}
	if n, ok := Address(r); ok && (c.Here == nil || c.Here.Number != n) {
		return a.unknownIncident(n)
	}
	if c.Here != nil {
		a.here = *c.Here
	}
	switch r.Kind {
	case chat.Typed:
		return a.typed(r.Text)
	case chat.Pressed:
		return a.pressed()
	case chat.Sent:
		return a.sent()
	case chat.Reacted, chat.Marked:
		return a.marked()
	case chat.Retold:
		return a.retold()
	case chat.Shortcut:
		return a.declareForm(declaration{})
	case chat.Opened:
		return Intent{Query: Query{Kind: HomePage}}
	}
	return Intent{}
}

// typed reads a command line.
func (a *asker) typed(text string) Intent {
	p := split(text, a.c.People)
	if i, _, ok := locate(p); ok {
		p = p.without(i)
	}
	if len(p) == 0 {
		return a.alone()
	}
	v, ok := verbOf(p.first())
	if !ok || p[0].who != nil {
		return a.unknownWord(p)
	}
	if rest := p.rest(); len(rest) == 1 && asksHelp(rest.first()) {
		return a.help(v.name)
	}
	if !v.apart && !a.inside() {
		return a.whichIncident(v, p)
	}
	return a.obey(v, p.rest())
}

// asksHelp tells whether a word behind a command asks what the command does. Nobody must be woken by asking.
func asksHelp(word string) bool {
	v, ok := verbOf(word)
	return word == "--help" || word == "-h" || word == "-?" || word == "?" || ok && v.name == wordHelp
}

// pressed reads a button as what would have been typed.
func (a *asker) pressed() Intent {
	v, ok := verbOf(a.r.Action)
	if !ok {
		return a.say(a.w.Paragraph("ask.stale"))
	}
	p := split(argument(a.r.Value), a.c.People)
	switch {
	case !v.apart && !a.inside():
		return a.whichIncident(v, append(phrase{{text: v.name}}, p...))
	case v.name == wordEscalate && len(p) == 0:
		return a.escalateForm()
	}
	return a.obey(v, p)
}

// inside tells whether there is an incident that this is about.
func (a *asker) inside() bool { return a.here.Phase != incident.PhaseNone }

// obey turns a command and what follows it into an intent.
func (a *asker) obey(v verb, p phrase) Intent { //nolint:cyclop // a flat switch over a closed set
	switch v.name {
	case wordDeclare:
		return a.declare(p)
	case wordAck:
		return a.do(incident.Acknowledge{})
	case wordUpdate:
		return a.update(p)
	case wordSeverity:
		return a.severity(p)
	case wordMonitor:
		return a.do(incident.Monitor{Text: p.text()})
	case wordClose:
		return a.do(incident.Close{})
	case wordOverride:
		return a.override(p)
	case wordTake:
		return a.do(incident.Take{})
	case wordHandoff:
		return a.handoff(p)
	case wordRole:
		return a.role(p)
	case wordJoin:
		return a.join(p)
	case wordImpact:
		return a.impact(p)
	case wordCause:
		return a.cause(p)
	case wordFlag:
		return a.flag(p)
	case wordUnflag:
		return a.unflag(p)
	case wordTask:
		return a.task(p)
	case wordEscalate:
		return a.escalate(p)
	case wordSnooze:
		return a.snooze(p)
	case wordLog, wordDecision:
		return a.log(v.name, p)
	case wordAmend, wordRetract:
		return a.correct(v.name, p)
	case wordRoles, wordTimeline, wordList, wordShow, wordCatchup:
		return a.ask(questions[v.name])
	case wordFind:
		return a.find(p)
	case wordHelp:
		return a.help(p.first())
	default:
		return a.words(v.name, p.text())
	}
}

// questions are the commands that only ask.
var questions = map[string]QueryKind{
	wordRoles: Roles, wordTimeline: Timeline, wordList: List, wordShow: Show, wordCatchup: Catchup,
}

func (a *asker) do(c incident.Command) Intent {
	return Intent{Incident: a.here.Number, Command: c}
}

func (a *asker) ask(kind QueryKind) Intent {
	return Intent{Incident: a.here.Number, Query: Query{Kind: kind, Incident: a.here.Number}}
}

func (a *asker) say(blocks ...chat.Block) Intent {
	return Intent{Incident: a.here.Number, Say: a.w.Say(blocks...)}
}

// wrong keeps a form open with one sentence at one of its inputs.
func (a *asker) wrong(input, key string, args ...any) Intent {
	return Intent{Incident: a.here.Number, Errors: map[string]string{input: a.w.Text(key, args...)}}
}

// line is a command as it can be pasted. The incident's number is in it when it was asked elsewhere.
func (a *asker) line(n int, verb, rest string) string {
	parts := []string{a.c.Slash, verb}
	if n > 0 && (a.c.Here == nil || a.here.Room.Room != a.c.Place) {
		parts = append(parts, value(n, ""))
	}
	if rest != "" {
		parts = append(parts, rest)
	}
	return strings.Join(parts, " ")
}

// user is somebody chosen in a form.
func (a *asker) user(id string) (stream.Person, bool) {
	p, ok := a.c.Users[id]
	return p, ok && !p.Zero()
}
