package compose_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// evil is what people must be able to write without anybody being woken by it.
const evil = "evil<!channel>@all`[x](https://evil.test)"

// spoil puts evil text into every string of a value, as far as people or machines write it.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.CanSet() {
			v.SetString(evil)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[stream.Person]() || v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for _, field := range v.Fields() {
			spoil(field)
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	}
}

func spoilt(e incident.Event) incident.Event {
	v := reflect.New(reflect.TypeOf(e)).Elem()
	v.Set(reflect.ValueOf(e))
	spoil(v)
	out, _ := reflect.TypeAssert[incident.Event](v)
	return out
}

// spansOf are all spans of a message.
func spansOf(m chat.Message) []chat.Span {
	var list []chat.Span
	for _, b := range m.Blocks {
		list = append(list, b.Spans...)
		for _, f := range b.Fields {
			list = append(list, f.Value...)
		}
		for _, item := range b.Items {
			list = append(list, item...)
		}
	}
	return list
}

// requireTame holds a message to it that foreign text is only shown.
func requireTame(t *testing.T, where string, m chat.Message) {
	t.Helper()
	for _, s := range spansOf(m) {
		if !strings.Contains(s.Text, "evil") && !strings.Contains(s.URL, "evil") {
			continue
		}
		shown := s.Kind == chat.Words || s.Kind == chat.Bold || s.Kind == chat.Code
		// A room's name comes from the platform; it is shown, and the link is the id's.
		require.True(t, shown || s.Kind == chat.Room, "%s: foreign text in a %q span", where, s.Kind)
		require.Empty(t, s.URL, where)
		require.Empty(t, s.User, where)
	}
	for _, b := range m.Blocks {
		for _, button := range b.Buttons {
			require.NotContains(t, button.Action+button.Value+button.Label, "evil", where)
		}
	}
}

func TestForeignTextIsOnlyShown(t *testing.T) {
	t.Parallel()
	for _, e := range samples() {
		l := newLife(t, "en")
		l.do(ana, incident.Declare{Number: 7, Title: evil, Severity: "P0", Home: "room", Place: "lobby", Facts: map[string]string{"services": evil}})
		check := func() {
			for _, o := range l.outs {
				requireTame(t, e.Kind(), o.Action.Body)
				require.Regexp(t, `^[a-z0-9-]*$`, o.Action.Spec.Name)
			}
		}
		check()
		l.happen(ana, spoilt(e))
		check()
		r := reader("en")
		for _, m := range []chat.Message{
			compose.Show(r, l.s), compose.Timeline(r, l.s, l.history), compose.Catchup(r, l.s, l.history), compose.Roles(r, l.s),
			compose.Tasks(r, l.s), compose.List(r, []incident.State{l.s}), compose.Found(r, evil, nil), compose.Home(r, []incident.State{l.s}),
			compose.Answer(r, incident.Declare{}, incident.State{}, l.s, l.history),
		} {
			requireTame(t, e.Kind(), m)
		}
	}
}

// messagesOf are all messages of a life, with the private ones about it.
func messagesOf(t *testing.T, lang string) []chat.Message {
	t.Helper()
	var list []chat.Message
	collect := func(l *life) {
		for _, o := range l.outs {
			list = append(list, o.Action.Body)
		}
	}
	for _, e := range samples() {
		l := declaredLife(t, lang)
		collect(l)
		l.happen(ana, e)
		collect(l)
		r := reader(lang)
		list = append(list, compose.Show(r, l.s), compose.Tasks(r, l.s), compose.Home(r, nil), compose.List(r, nil), compose.Catchup(r, l.s, l.history))
	}
	b := newLife(t, lang)
	b.do(ana, incident.Declare{Number: 7, Title: "Typo", Severity: "P3", Place: "lobby"})
	collect(b)
	for _, ref := range refusals() {
		list = append(list, compose.Refused(reader(lang), ref))
	}
	return list
}

// Every button leads to something that the reader of requests understands.
func TestEveryButtonIsUnderstood(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	c := command.Context{Now: noon, Lang: "en", By: ana, Slash: "/incident", Playbook: l.p, Here: &l.s}
	seen := map[string]bool{}
	for _, lang := range words.Languages() {
		for _, m := range messagesOf(t, lang) {
			for _, b := range m.Blocks {
				for _, button := range b.Buttons {
					seen[button.Action] = true
					require.Regexp(t, `^[a-z]+$`, button.Action)
					require.NotEmpty(t, button.Label)
					require.Less(t, len(button.Action)+len(button.Value), 500)
					i := command.Read(chat.Request{Kind: chat.Pressed, Action: button.Action, Value: button.Value}, c)
					require.True(t, i.Command != nil || i.Form != nil || i.Query.Kind != "" || button.Action == "help", "%v: %s", button, i.Say.Plain())
				}
			}
		}
	}
	require.Greater(t, len(seen), 15)
}

// Every way out that the engine names works when it is pasted.
func TestEveryWayOutIsUnderstood(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	c := command.Context{Now: noon, Lang: "en", By: ana, Slash: "/incident", Playbook: l.p, Here: &l.s}
	ways := waysOf(t)
	require.Greater(t, len(ways), 8)
	for _, way := range ways {
		i := command.Read(chat.Request{Kind: chat.Typed, Text: way}, c)
		require.True(t, i.Command != nil || i.Form != nil || i.Query.Kind != "", "%q: %s", way, i.Say.Plain())
	}
}
