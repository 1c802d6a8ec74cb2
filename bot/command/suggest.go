package command

import (
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
)

// maxValue is how long a button's action and value may be together, in bytes.
const maxValue = 480

// suggestion is a command that would work, with its button.
type suggestion struct {
	n    int // the incident
	verb string
	rest string
	raw  string // rest as it was typed, with the platform's mentions; empty when it is the same
	name string // the button's label; empty: the command word
}

// suggest shows commands ready to paste, each with a button that does the same. A text with mentions gets
// no button, since a mention means nothing there.
func (a *asker) suggest(list ...suggestion) []chat.Block {
	lines, row := chat.Block{Kind: chat.List}, chat.Block{Kind: chat.Buttons}
	for _, s := range list {
		shown := s.rest
		if s.raw != "" {
			shown = s.raw
		}
		lines.Items = append(lines.Items, []chat.Span{words.Code(a.line(s.n, s.verb, shown))})
		v := value(s.n, s.rest)
		if s.raw != "" && s.raw != s.rest || len(s.verb)+len(v) > maxValue || strings.Contains(s.rest, "…") || len(row.Buttons) == 5 {
			continue
		}
		label := s.name
		if label == "" {
			label = short(s.verb+" "+s.rest, maxLabel)
		}
		row.Buttons = append(row.Buttons, chat.Button{Action: s.verb, Value: v, Label: label})
	}
	return []chat.Block{lines, row}
}

// offer says what is in the way, and one command that would work.
func (a *asker) offer(n int, verb, rest string, reason chat.Block) Intent {
	return a.say(append([]chat.Block{reason, a.w.Paragraph("ask.instead")}, a.suggest(suggestion{n: n, verb: verb, rest: rest})...)...)
}

// unknownWord answers a word that is no command with the ones that may have been meant.
func (a *asker) unknownWord(p phrase) Intent {
	raw, rest := p.rest().raw(), p.rest().text()
	var list []suggestion
	for _, v := range nearVerbs(a.w, p.first()) {
		s := suggestion{n: a.here.Number, verb: v.name, rest: rest, raw: raw}
		if v.apart {
			s.n = 0
		}
		list = append(list, s)
	}
	if len(list) == 0 && len(p) > 1 {
		list = append(list, a.asSentence(p))
	}
	if len(list) == 0 {
		list = append(list, suggestion{verb: wordHelp})
	}
	reason := a.w.Paragraph("ask.unknown", "given", words.Code(short(p.first(), 60)))
	return a.say(append([]chat.Block{reason, a.w.Paragraph("ask.meant")}, a.suggest(list...)...)...)
}

// asSentence takes words without a command for what people most likely wanted to say: here something for
// the log, elsewhere a new incident.
func (a *asker) asSentence(p phrase) suggestion {
	s := suggestion{n: a.here.Number, verb: wordLog, rest: p.text(), raw: p.raw()}
	if !a.inside() {
		s.n, s.verb = 0, wordDeclare
	}
	return s
}

// which answers a word that the playbook does not have with those it has, nearest first.
func (a *asker) which(verb, key string, p phrase, from, near []choice) Intent {
	if len(from) == 0 {
		return a.say(a.w.Paragraph("ask.none"))
	}
	if len(near) == 0 {
		near = sorted(p.first(), from)
	}
	_, rest := p.people()
	more := rest.rest().raw()
	lines, row := chat.Block{Kind: chat.List}, chat.Block{Kind: chat.Buttons}
	for i, c := range near[:min(len(near), 12)] {
		text := strings.TrimSpace(c.id + " " + more)
		lines.Items = append(lines.Items, a.w.Spans("which.item",
			"line", words.Code(a.line(a.here.Number, verb, text)), "label", c.label))
		v := value(a.here.Number, text)
		if i < 4 && len(rest) == len(p) && len(verb)+len(v) <= maxValue {
			row.Buttons = append(row.Buttons, chat.Button{Action: verb, Value: v, Label: short(c.label, maxLabel)})
		}
	}
	return a.say(a.w.Paragraph(key, "given", words.Code(short(p.first(), 60))), lines, row)
}

// unknownPerson answers a name that is nobody's with the people of the incident, nearest first.
func (a *asker) unknownPerson(verb, before string, p phrase) Intent {
	given := strings.TrimPrefix(p.first(), "@")
	names := map[string]bool{}
	var known []string
	add := func(name string) {
		if name != "" && !names[name] {
			names[name], known = true, append(known, name)
		}
	}
	add(a.here.Commander.Name)
	for _, h := range a.here.Roles {
		for _, who := range h.Holders {
			add(who.Name)
		}
	}
	for _, who := range a.here.People {
		add(who.Name)
	}
	known = words.Nearest(given, known)
	blocks := []chat.Block{a.w.Paragraph("ask.person", "given", words.Code(short(p.first(), 60)))}
	if len(known) > 0 {
		blocks = append(blocks, a.w.Paragraph("ask.people", "names", a.w.JoinTexts(known[:min(len(known), 5)])))
	}
	line := words.Code(a.line(a.here.Number, verb, strings.TrimSpace(before+" @…")))
	return a.say(append(blocks, a.w.Paragraph("ask.mention", "line", line))...)
}

// whichIncident answers a command that needs an incident with those that are open.
func (a *asker) whichIncident(v verb, p phrase) Intent {
	if len(a.c.Open) == 0 {
		reason := a.w.Paragraph("ask.noneopen")
		return a.say(append([]chat.Block{reason}, a.suggest(suggestion{verb: wordDeclare, name: a.w.Text("button.declare")})...)...)
	}
	raw, rest := p.rest().raw(), p.rest().text()
	lines, row := chat.Block{Kind: chat.List}, chat.Block{Kind: chat.Buttons}
	for _, s := range a.c.Open[:min(len(a.c.Open), 10)] {
		parts := strings.TrimSpace(strings.Join([]string{a.c.Slash, v.name, value(s.Number, ""), raw}, " "))
		lines.Items = append(lines.Items, a.w.Spans("ask.incident.item",
			"line", words.Code(parts), "severity", string(s.Severity.ID), "title", short(s.Title, 80)))
		if len(row.Buttons) < 5 && raw == rest && len(v.name)+len(value(s.Number, rest)) <= maxValue {
			row.Buttons = append(row.Buttons, chat.Button{Action: v.name, Value: value(s.Number, rest), Label: value(s.Number, "")})
		}
	}
	return a.say(a.w.Paragraph("ask.incident"), lines, row)
}

// unknownIncident answers a number that no incident has.
func (a *asker) unknownIncident(n int) Intent {
	if a.r.Kind == chat.Sent {
		return a.wrong("", "wrong.incident")
	}
	blocks := []chat.Block{a.w.Paragraph("ask.nosuch", "number", value(n, ""))}
	if len(a.c.Open) > 0 {
		list := make([]any, 0, len(a.c.Open))
		for _, s := range a.c.Open[:min(len(a.c.Open), 10)] {
			list = append(list, value(s.Number, "")+" "+short(s.Title, 60))
		}
		blocks = append(blocks, a.w.Paragraph("ask.open", "list", a.w.Join(list...)))
	}
	return a.say(append(blocks, a.suggest(suggestion{verb: wordList})...)...)
}

// find reads the words to look for.
func (a *asker) find(p phrase) Intent {
	if len(p) == 0 {
		return a.ask(List)
	}
	return Intent{Query: Query{Kind: Find, Words: p.text()}}
}
