package slacktest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// watch runs something a person does and collects what only they see from it.
func (w *World) watch(t testing.TB, person string, do func(user string) *Reply) chattest.Private {
	t.Helper()
	user := string(w.User(t, person))
	before, form := len(w.Ephemerals(user)), w.OpenView(user)
	asides := w.asides(user)
	reply := do(user)
	w.quiet()
	if reply != nil && reply.Failure != "" {
		t.Fatalf("slack showed %s: %s", person, reply.Failure)
	}
	var seen chattest.Private
	for _, e := range w.Ephemerals(user)[before:] {
		seen.Text, seen.Buttons = joined(seen.Text, decorated(e.Lines)), append(seen.Buttons, labels(e.Blocks)...)
	}
	for _, m := range w.asidesFrom(user, asides) {
		seen.Text = joined(seen.Text, decorated(m.Lines))
	}
	if after := w.OpenView(user); after != nil {
		w.view(&seen, form, after)
	}
	return seen
}

// asides counts the private messages that carry no key: answers that had no other way.
func (w *World) asides(user string) int { return len(w.asidesFrom(user, 0)) }

func (w *World) asidesFrom(user string, from int) []Message {
	var found []Message
	for _, m := range w.Server.Messages(w.Direct(user)) {
		if m.Bot && m.Metadata == nil {
			found = append(found, m)
		}
	}
	return found[from:]
}

// view tells an open modal: a form, or a notice when it asks nothing.
func (w *World) view(seen *chattest.Private, before, after *Form) {
	if len(after.Values) == 0 && after.CallbackID == "" {
		if before == nil || before.ID != after.ID || before.JSON["hash"] != after.JSON["hash"] {
			seen.Text = joined(seen.Text, decorated(after.Lines))
		}
		return
	}
	seen.Form = &chattest.OpenForm{
		Title: after.Title, Submit: textOf(after.JSON["submit"]), Values: maps.Clone(after.Values), Labels: map[string]string{},
	}
	blocks, _ := after.JSON["blocks"].([]any)
	for _, b := range blocks {
		if isInput(b) {
			o := b.(obj)
			seen.Form.Labels[o["block_id"].(string)] = textOf(o["label"])
		}
	}
	seen.Errors = after.Errors
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

// decorated is lines without the icon of the message's tone, which is decoration.
func decorated(lines []string) string {
	text := strings.Join(lines, "\n")
	for _, tone := range []chat.Tone{chat.Good, chat.Caution, chat.Critical} {
		text = strings.TrimPrefix(text, slack.ToneIcon(tone))
	}
	return text
}

func labels(blocks []any) []string {
	var found []string
	for _, b := range blocks {
		block, _ := b.(obj)
		elements, _ := block["elements"].([]any)
		for _, e := range elements {
			if o, _ := e.(obj); o["type"] == "button" {
				found = append(found, textOf(o["text"]))
			}
		}
	}
	return found
}

// Type implements [chattest.World].
func (w *World) Type(t testing.TB, person, channel, line string) chattest.Private {
	t.Helper()
	return w.watch(t, person, func(user string) *Reply { return w.Server.Type(user, w.room(t, person, channel), line) })
}

// Press implements [chattest.World].
func (w *World) Press(t testing.TB, person, channel, label string) chattest.Private {
	t.Helper()
	return w.watch(t, person, func(user string) *Reply {
		room := w.room(t, person, channel)
		ts := ""
		for _, m := range w.Server.Messages(room) {
			if slices.Contains(labels(m.Blocks), label) {
				ts = max(ts, m.TS)
			}
		}
		for _, e := range w.Ephemerals(user) {
			if e.Channel == room && slices.Contains(labels(e.Blocks), label) {
				ts = max(ts, e.TS)
			}
		}
		if ts == "" {
			t.Fatalf("%s sees no button %q in %s", person, label, channel)
		}
		return w.Server.Press(user, room, ts, label)
	})
}

// Submit implements [chattest.World].
func (w *World) Submit(t testing.TB, person string, values map[string]string) chattest.Private {
	t.Helper()
	return w.watch(t, person, func(user string) *Reply {
		form := w.OpenView(user)
		if form == nil {
			t.Fatalf("%s has no form open", person)
		}
		filled := map[string]string{}
		for key, value := range values {
			if id, isPerson := w.people[value]; isPerson && asksPerson(form, key) {
				value = id
			}
			filled[key] = value
		}
		return w.Server.Submit(user, filled)
	})
}

func asksPerson(form *Form, key string) bool {
	blocks, _ := form.JSON["blocks"].([]any)
	for _, b := range blocks {
		o, _ := b.(obj)
		element, _ := o["element"].(obj)
		if o["block_id"] == key {
			return element["type"] == "users_select"
		}
	}
	return false
}

// find is the newest message in a channel with these words, of one person or of anybody.
func (w *World) find(t testing.TB, room, words, by string) string {
	t.Helper()
	ts := ""
	for _, m := range w.Server.Messages(room) {
		if strings.Contains(m.Plain(), words) && m.System == "" && (by == "" || m.User == by) {
			ts = m.TS
		}
	}
	if ts == "" {
		t.Fatalf("no message holds %q", words)
	}
	return ts
}

// React implements [chattest.World].
func (w *World) React(t testing.TB, person, channel, words, reaction string) {
	t.Helper()
	room := w.room(t, person, channel)
	w.Server.React(string(w.User(t, person)), room, w.find(t, room, words, ""), reaction)
	w.quiet()
}

// Mark implements [chattest.World].
func (w *World) Mark(t testing.TB, person, channel, words string) (chattest.Private, bool) {
	t.Helper()
	return w.watch(t, person, func(user string) *Reply {
		room := w.room(t, person, channel)
		return w.Server.Mark(user, room, w.find(t, room, words, ""), "timeline_add")
	}), true
}

// Say implements [chattest.World].
func (w *World) Say(t testing.TB, person, channel, text string) {
	t.Helper()
	w.Server.Say(string(w.User(t, person)), w.room(t, person, channel), text)
	w.quiet()
}

// Rewrite implements [chattest.Rewritable].
func (w *World) Rewrite(t testing.TB, person, channel, words, text string) {
	t.Helper()
	room := w.room(t, person, channel)
	w.Server.Rewrite(room, w.find(t, room, words, string(w.User(t, person))), text)
	w.quiet()
}

// Shortcut implements [chattest.Shortcutted].
func (w *World) Shortcut(t testing.TB, person string) chattest.Private {
	t.Helper()
	return w.watch(t, person, func(user string) *Reply { return w.RunShortcut(user, "declare") })
}

// OpenHome implements [chattest.Homed].
func (w *World) OpenHome(t testing.TB, person string) chattest.Seen {
	t.Helper()
	w.Server.OpenHome(string(w.User(t, person)))
	w.quiet()
	return w.Home(t, person)
}

// Home implements [chattest.Homed].
func (w *World) Home(t testing.TB, person string) chattest.Seen {
	t.Helper()
	home := w.Server.Home(string(w.User(t, person)))
	if home == nil {
		return chattest.Seen{}
	}
	blocks, _ := home.JSON["blocks"].([]any)
	return chattest.Seen{By: "sitrep", Text: decorated(home.Lines), Buttons: labels(blocks)}
}

// Redeliver implements [chattest.Redelivers].
func (w *World) Redeliver(t testing.TB) {
	t.Helper()
	all := w.Deliveries()
	for _, d := range slices.Backward(all) {
		if d.Kind != "events_api" {
			w.Server.Redeliver(d.ID)
			w.quiet()
			return
		}
	}
	t.Fatal("nothing was delivered yet")
}
