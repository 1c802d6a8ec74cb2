package command

import (
	"strconv"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// log reads "TEXT [at HH:MM]", for notes and decisions.
func (a *asker) log(name string, p phrase) Intent {
	c := incident.Note{Decision: name == wordDecision}
	if n := len(p); n > 2 && is("at", p[n-2].text) {
		if at, ok := clockTime(p[n-1].text, a.c.Now, a.c.Zone); ok {
			c.When, p = at, p[:n-2]
		}
	}
	c.Text = p.text()
	if c.Text == "" {
		return a.words(name, "")
	}
	return a.do(c)
}

// correct reads "N TEXT", for amending and retracting entry N.
func (a *asker) correct(name string, p phrase) Intent {
	n, ok := number(strings.TrimRight(p.first(), ".:,"))
	if !ok {
		return a.correctionForm(name, "")
	}
	text := p.rest().text()
	if text == "" {
		return a.correctionForm(name, strconv.Itoa(n))
	}
	return a.do(correction(name, n, text))
}

func correction(name string, n int, text string) incident.Command {
	if name == wordRetract {
		return incident.Retract{N: uint64(max(n, 0)), Why: text}
	}
	return incident.Amend{N: uint64(max(n, 0)), Text: text}
}

// correctionForm asks which of the newest entries, and for the words. An amendment begins with the
// entry's own.
func (a *asker) correctionForm(name, n string) Intent {
	text, known := "", false
	list := make([]chat.Option, 0, len(a.here.Notes))
	for i := len(a.here.Notes) - 1; i >= 0 && len(list) < 100; i-- {
		note := a.here.Notes[i]
		if note.Retracted {
			continue
		}
		seq := strconv.FormatUint(note.Seq, 10)
		list = append(list, chat.Option{Value: seq, Label: short(seq+". "+note.Text, maxOption)})
		if seq == n {
			text, known = note.Text, true
		}
	}
	if !known {
		n = ""
	}
	second := chat.Input{ID: "text", Kind: chat.Area, Label: a.w.Text("input.amend"), Value: text}
	if name == wordRetract {
		second = chat.Input{ID: "text", Kind: chat.Line, Label: a.w.Text("input.why")}
	}
	return a.open(a.newForm(name, a.here.Number, ""),
		chat.Input{ID: "entry", Kind: chat.Choice, Label: a.w.Text("input.entry"), Value: n, Options: list}, second)
}

func (a *asker) sentCorrection(name string) Intent {
	n, ok := number(a.value("entry"))
	switch {
	case !ok:
		return a.wrong("entry", "wrong.choice")
	case a.value("text") == "":
		return a.wrong("text", "wrong.text")
	}
	return a.do(correction(name, n, a.value("text")))
}

// pins are the names of the reaction that puts a message into the log.
var pins = map[string]bool{"pushpin": true, "round_pushpin": true, "📌": true, "📍": true}

// marked reads a reaction or a message action. A reaction elsewhere, or another one, means nothing.
func (a *asker) marked() Intent {
	reaction := a.r.Kind == chat.Reacted
	switch {
	case a.r.On == nil || reaction && !pins[strings.Trim(a.r.Text, ":")]:
		return Intent{}
	case !a.inside() && reaction:
		return Intent{}
	case !a.inside():
		return a.say(a.w.Paragraph("ask.mark"))
	case strings.TrimSpace(a.r.On.Text) == "":
		return Intent{}
	}
	return a.do(incident.Note{
		Text: clip(a.r.On.Text, incident.MaxText), When: a.r.On.At,
		Source: incident.Source{
			Room: string(a.r.Room), Message: string(a.r.On.Message), Author: a.author(), URL: a.r.On.URL,
		},
	})
}

// author is who wrote the message: the person the bot knows, or the name the platform gives.
func (a *asker) author() stream.Person {
	u := a.r.On.Author
	if p, ok := a.user(string(u.ID)); ok {
		return p
	}
	name := u.Name
	if name == "" {
		name = u.Handle
	}
	return stream.Person{ID: string(u.ID), Name: name}
}

// retold amends the entry that was made from a message which has been edited since.
func (a *asker) retold() Intent {
	if a.r.On == nil || !a.inside() {
		return Intent{}
	}
	text := strings.TrimSpace(clip(a.r.On.Text, incident.MaxText))
	for _, n := range a.here.Notes {
		if n.Source != "" && n.Source == string(a.r.On.Message) && !n.Retracted && text != "" && text != n.Text {
			return a.do(incident.Amend{N: n.Seq, Text: text})
		}
	}
	return Intent{}
}

// clip cuts a text to so many characters and keeps its lines.
func clip(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
