package command_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

var (
	ana  = stream.Person{ID: "ana", Name: "Ana"}
	ben  = stream.Person{ID: "ben", Name: "Ben"}
	kim  = stream.Person{ID: "kim", Name: "Kim Ito"}
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// world is a team with its playbook, one open incident and the people who act in it.
type world struct {
	t        testing.TB
	playbook *playbook.Playbook
	s        incident.State
	now      time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	p, err := playbook.Load("nexus-micro")
	require.NoError(t, err)
	w := &world{t: t, playbook: p, now: noon}
	w.do(ana, incident.Declare{Number: 7, Title: "Checkout down", Severity: "P0", Home: "room", Place: "lobby"})
	w.do(ana, incident.RecordRoom{Room: "R7", Name: "inc-7-checkout-down"})
	return w
}

// do makes something happen to the incident.
func (w *world) do(by stream.Person, c incident.Command) {
	w.t.Helper()
	events, refusal := incident.Decide(w.s, c, incident.Moment{
		Moment: stream.Moment{Now: w.now, By: by}, Playbook: w.playbook, From: "person",
		Roster: map[playbook.RoleID][]stream.Person{
			"infrastructure-maintainer": {ana}, "support-responder": {ben}, "executive-summary": {kim},
		},
	})
	require.Nil(w.t, refusal)
	for _, e := range events {
		w.s = incident.Apply(w.s, incident.Recorded{Seq: w.s.Seq + 1, At: w.now, By: by, Event: e})
	}
}

// inside is the context of the incident's own room, outside that of any other.
func (w *world) inside() command.Context {
	c := w.outside()
	c.Here, c.Place = &w.s, "R7"
	return c
}

func (w *world) outside() command.Context {
	return command.Context{
		Now: w.now.Add(5 * time.Minute), Lang: "en", Zone: time.UTC, By: ana, Slash: "/incident", Home: "room", Place: "lobby",
		Playbook: w.playbook, Open: []incident.State{w.s},
		People: map[string]stream.Person{"@ben": ben, "@ana": ana, "<@U3|kim>": kim},
		Users:  map[string]stream.Person{"U2": ben, "U3": kim},
	}
}

func typed(text string) chat.Request { return chat.Request{Kind: chat.Typed, Text: text} }

func pressed(action, value string) chat.Request {
	return chat.Request{Kind: chat.Pressed, Action: action, Value: value}
}

func sent(form, state string, values map[string]string) chat.Request {
	return chat.Request{Kind: chat.Sent, Form: form, State: state, Values: values}
}

// one tells how many of an intent's fields are set.
func one(i command.Intent) int {
	n := 0
	for _, set := range []bool{i.Command != nil, i.Query.Kind != "", i.Form != nil, !i.Say.Empty(), len(i.Errors) > 0} {
		if set {
			n++
		}
	}
	return n
}
