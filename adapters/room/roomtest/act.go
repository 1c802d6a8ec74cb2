package roomtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Type implements [chattest.World].
func (w *World) Type(t testing.TB, person, channel, line string) chattest.Private {
	t.Helper()
	return w.act(t, person, "say", map[string]any{"room": w.at(t, person, channel), "text": line})
}

// Say implements [chattest.World].
func (w *World) Say(t testing.TB, person, channel, text string) {
	t.Helper()
	w.act(t, person, "say", map[string]any{"room": w.at(t, person, channel), "text": text})
}

// Press implements [chattest.World].
func (w *World) Press(t testing.TB, person, channel, label string) chattest.Private {
	t.Helper()
	at := w.at(t, person, channel)
	var found map[string]any
	for _, m := range w.messages(t, person, at) {
		for _, b := range m.Body.Blocks {
			for _, button := range b.Buttons {
				if button.Label == label {
					found = map[string]any{"room": at, "message": m.ID, "action": button.Action, "value": button.Value}
				}
			}
		}
	}
	require.NotNil(t, found, "%s sees no button %q in %s", person, label, channel)
	return w.act(t, person, "press", found)
}

// Submit implements [chattest.World].
func (w *World) Submit(t testing.TB, person string, values map[string]string) chattest.Private {
	t.Helper()
	open := w.forms[person]
	require.NotNil(t, open, "%s has no form open", person)
	filled := maps.Clone(open.Values)
	for id, value := range values {
		require.Contains(t, filled, id, "inputs of %q", open.Title)
		filled[id] = value
	}
	return w.act(t, person, "submit", map[string]any{"form": w.tokens[person], "values": filled})
}

// React implements [chattest.World].
func (w *World) React(t testing.TB, person, channel, words, reaction string) {
	t.Helper()
	at, m := w.holding(t, person, channel, words)
	w.act(t, person, "react", map[string]any{"room": at, "message": m, "reaction": reaction, "on": true})
}

// Mark implements [chattest.World].
func (w *World) Mark(t testing.TB, person, channel, words string) (chattest.Private, bool) {
	t.Helper()
	at, m := w.holding(t, person, channel, words)
	return w.act(t, person, "mark", map[string]any{"room": at, "message": m}), true
}

// Rewrite implements [chattest.Rewritable].
func (w *World) Rewrite(t testing.TB, person, channel, words, text string) {
	t.Helper()
	at, m := w.holding(t, person, channel, words)
	w.act(t, person, "rewrite", map[string]any{"room": at, "message": m, "text": text})
}

// Shortcut implements [chattest.Shortcutted].
func (w *World) Shortcut(t testing.TB, person string) chattest.Private {
	t.Helper()
	return w.act(t, person, "shortcut", map[string]any{})
}

// OpenHome implements [chattest.Homed].
func (w *World) OpenHome(t testing.TB, person string) chattest.Seen {
	t.Helper()
	w.act(t, person, "home", map[string]any{})
	return w.Home(t, person)
}

// Join has person join a room that they can see.
func (w *World) Join(t testing.TB, person, channel string) {
	t.Helper()
	w.act(t, person, "join", map[string]any{"room": w.at(t, person, channel)})
}

// Redeliver implements [chattest.Redelivers].
func (w *World) Redeliver(t testing.TB) {
	t.Helper()
	w.post(t, w.last.what, w.last.body)
}

// act sends what a page would and returns what only this person sees then.
func (w *World) act(t testing.TB, person, what string, body map[string]any) chattest.Private {
	t.Helper()
	body["as"] = person
	body["delivery"] = delivery()
	encoded, err := json.Marshal(body)
	require.NoError(t, err)
	w.last = sent{what: what, body: encoded}
	var answer answerView
	decode(t, w.post(t, what, encoded), &answer)
	return w.private(person, answer)
}

func (w *World) private(person string, a answerView) chattest.Private {
	var p chattest.Private
	if a.Message != nil && a.Message.Private {
		p.Text, p.Buttons = a.Message.Body.Plain(), labels(a.Message.Body)
	}
	p.Errors = a.Errors
	if a.Form == nil {
		delete(w.forms, person)
		return p
	}
	p.Form = &chattest.OpenForm{Title: a.Form.Title, Submit: a.Form.Submit, Values: map[string]string{}, Labels: map[string]string{}}
	for _, in := range a.Form.Inputs {
		p.Form.Values[in.ID], p.Form.Labels[in.ID] = in.Value, in.Label
	}
	w.forms[person], w.tokens[person] = p.Form, a.Form.Token
	return p
}

// holding is the newest message in a channel that contains words, and where that is.
func (w *World) holding(t testing.TB, person, channel, words string) (chat.RoomID, chat.MessageID) {
	t.Helper()
	at := w.at(t, person, channel)
	var found chat.MessageID
	for _, m := range w.messages(t, person, at) {
		if strings.Contains(m.Text, words) || strings.Contains(m.Body.Plain(), words) {
			found = m.ID
		}
	}
	require.NotEmpty(t, found, "%s sees no message with %q in %s", person, words, channel)
	return at, found
}

// post sends a body to the API, which must take it.
func (w *World) post(t testing.TB, what string, body []byte) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/room/api/"+what, strings.NewReader(string(body)))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	return w.send(t, req)
}
