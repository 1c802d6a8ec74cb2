package compose

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// teller puts things of an incident into words.
type teller struct {
	w     *words.Catalogue
	zone  *time.Location
	s     incident.State
	ref   time.Time // times on its day are told without their day
	alert bool      // those who are spoken to are mentioned; otherwise they are only named
}

// name is somebody by name, waking nobody.
func (t teller) name(p stream.Person) chat.Span {
	if p.Zero() {
		return chat.Span{Text: t.w.Text("label.sitrep")}
	}
	return chat.Span{Text: cmp.Or(p.Name, p.ID)}
}

// to is somebody who is spoken to.
func (t teller) to(p stream.Person) chat.Span {
	if p.Zero() || !t.alert {
		return t.name(p)
	}
	return words.Person(p.ID, cmp.Or(p.Name, p.ID))
}

// names are people by name.
func (t teller) names(people []stream.Person) []chat.Span {
	return t.list(people, t.name)
}

// everybody are people who are spoken to.
func (t teller) everybody(people []stream.Person) []chat.Span {
	return t.list(people, t.to)
}

func (t teller) list(people []stream.Person, as func(stream.Person) chat.Span) []chat.Span {
	items := make([]any, len(people))
	for i, p := range people {
		items[i] = as(p)
	}
	return t.w.Join(items...)
}

// when is a moment, with its day when that is another one.
func (t teller) when(at time.Time) []chat.Span {
	if at.IsZero() {
		return nil
	}
	return t.w.When(at, t.ref, t.zone)
}

// role is the title of a role.
func (t teller) role(h incident.Holding) string { return t.roleTitle(h.Role, h.Title) }

func (t teller) roleTitle(id playbook.RoleID, title string) string {
	if id == playbook.TheCommander {
		return t.w.Text("label.commander")
	}
	if title != "" {
		return title
	}
	for _, h := range t.s.Roles {
		if h.Role == id && h.Title != "" {
			return h.Title
		}
	}
	return string(id)
}

// severity is a severity with its name: "P1 High".
func severity(s incident.SeverityInfo) string {
	return strings.TrimSpace(string(s.ID) + " " + s.Name)
}

// number is how people call an incident.
func number(n int) string { return "INC-" + strconv.Itoa(n) }

// value is what a button about the incident carries.
func (t teller) value(arg string) string {
	if arg == "" {
		return number(t.s.Number)
	}
	return number(t.s.Number) + "/" + arg
}

// button is a button that does a command about the incident. Its label is button.KEY.
func (t teller) button(action, arg, key string, args ...any) chat.Button {
	return t.w.Button(action, t.value(arg), "button."+key, args...)
}

func row(buttons ...chat.Button) chat.Block {
	return chat.Block{Kind: chat.Buttons, Buttons: buttons}
}

func primary(b chat.Button) chat.Button {
	b.Style = chat.Primary
	return b
}

func bolded(spans ...chat.Span) chat.Block {
	for i := range spans {
		if spans[i].Kind == chat.Words {
			spans[i].Kind = chat.Bold
		}
	}
	return chat.Block{Kind: chat.Text, Spans: spans}
}

func (t teller) field(key string, value ...chat.Span) chat.Field {
	return chat.Field{Label: t.w.Text("label." + key), Value: value}
}

func text(s string) []chat.Span {
	if s == "" {
		return nil
	}
	return []chat.Span{{Text: s}}
}

// long tells whether a foreign text reads better set apart than inside a sentence.
func long(s string) bool {
	return len([]rune(s)) > 160 || strings.Contains(strings.TrimSpace(s), "\n")
}

// told is a sentence with a foreign text at its end: inside it as "text", or set apart when it is long.
func (t teller) told(key, foreign string, args ...any) []chat.Block {
	if !long(foreign) {
		return []chat.Block{t.w.Paragraph(key, append(args, "text", foreign)...)}
	}
	return []chat.Block{
		t.w.Paragraph(key, append(args, "text", "")...),
		{Kind: chat.Quote, Spans: text(foreign)},
	}
}

// short cuts a text to so many characters.
func short(s string, limit int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= limit {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:limit-1])) + "…"
}

// entry is the number of an entry in the log, which is a name and gets no separators.
func entry(seq uint64) string { return strconv.FormatUint(seq, 10) }
