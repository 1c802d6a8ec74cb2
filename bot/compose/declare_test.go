package compose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func verbs(outs []compose.Out) []chat.Verb {
	list := make([]chat.Verb, len(outs))
	for i, o := range outs {
		list[i] = o.Action.Verb
	}
	return list
}

// to are the messages for one place, as plain text.
func to(outs []compose.Out, place chat.RoomID) string {
	var s []string
	for _, o := range outs {
		if o.Action.Room == place && !o.Action.Body.Empty() {
			s = append(s, o.Action.Body.Plain())
		}
	}
	return strings.Join(s, "\n---\n")
}

func TestADeclarationIsTwoHopsDeep(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	require.Equal(t, []chat.Verb{chat.OpenRoom, chat.Invite, chat.Post, chat.Post, chat.Post}, verbs(l.outs),
		"with the topic that the platform sets along with the room this is under 8 calls")
	lanes := map[string]int{}
	for _, o := range l.outs {
		lanes[o.Lane]++
		require.NotEmpty(t, o.What)
		require.Empty(t, o.Action.Key)
	}
	require.Equal(t, map[string]int{"open": 1, "invite": 1, "card": 1, "room": 1, "announce": 1}, lanes, "nothing waits but for the room")
	open := l.outs[0]
	require.Zero(t, open.Rank)
	require.Equal(t, "inc-7-checkout-down", open.Action.Spec.Name)
	require.Equal(t, "INC-7 · P0 Critical · Checkout down", open.Action.Spec.Topic)
	require.Equal(t, []chat.UserID{"ana", "ben", "cleo", "dan", "kim"}, l.outs[1].Action.People)
	require.Equal(t, compose.Card, l.outs[2].As)
	require.True(t, l.outs[2].Action.Pinned)
	require.Equal(t, compose.Announcement, l.outs[4].As)
}

func TestTheFirstPostTellsEachRoleWhatItDoes(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	var brief chat.Message
	for _, o := range l.outs {
		if o.Lane == "room" {
			brief = o.Action.Body
		}
	}
	mentioned := map[chat.UserID]bool{}
	for _, s := range spansOf(brief) {
		if s.Kind == chat.Person {
			mentioned[s.User] = true
		}
	}
	require.Len(t, mentioned, 5, "each holder is mentioned")
	require.Contains(t, brief.Plain(), "Frontend developer", "a role that nobody holds is said")
	require.Contains(t, brief.Plain(), "Keep the status page current and tell users.")
	require.Contains(t, brief.Plain(), "[Tick 2]")
	for _, s := range spansOf(l.outs[2].Action.Body) {
		require.NotEqual(t, chat.Person, s.Kind, "the card wakes nobody")
	}
}

func TestNobodyIsInvitedForAMachine(t *testing.T) {
	t.Parallel()
	l := newLife(t, "en")
	l.happen(stream.Person{}, declaredBy(t, stream.Person{}))
	for _, o := range l.outs {
		require.NotContains(t, o.Action.People, chat.UserID(""))
	}
}

// declaredBy is the event of a declaration.
func declaredBy(t *testing.T, by stream.Person) incident.Event {
	t.Helper()
	l := newLife(t, "en")
	return l.try(by, incident.Declare{Number: 7, Title: "Checkout down", Severity: "P1", Home: "room"})[0].Event
}

func TestABacklogItemGoesToItsRole(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		l := newLife(t, lang)
		l.do(ana, incident.Declare{Number: 8, Title: "Typo", Severity: "P3", Home: "room", Place: "lobby"})
		require.Equal(t, []chat.Verb{chat.Direct, chat.Post}, verbs(l.outs), "no room, no announcement")
		require.Equal(t, []chat.UserID{"kim"}, l.outs[0].Action.People)
		require.Contains(t, l.outs[0].Action.Body.Plain(), "Typo")
		require.Equal(t, compose.InPlace, l.outs[1].Action.Room)
		require.Contains(t, to(l.outs, compose.InPlace), "Kim Ito")

		l.do(kim, incident.Note{Text: "it is in the sprint"})
		require.Contains(t, to(l.outs, compose.InPlace), "it is in the sprint")

		l.do(ana, incident.SetSeverity{Severity: "P1", Why: "it is on the invoice"})
		require.Equal(t, chat.OpenRoom, l.outs[0].Action.Verb, "now it needs a room")
		require.Contains(t, to(l.outs, compose.InRoom), "it is on the invoice")
		require.True(t, slices.ContainsFunc(l.outs, func(o compose.Out) bool { return o.As == compose.Announcement }))
	}
}

func TestABacklogItemNobodyTakes(t *testing.T) {
	t.Parallel()
	l := newLife(t, "en")
	e, ok := l.try(ana, incident.Declare{Number: 8, Title: "Typo", Severity: "P3", Place: "lobby"})[0].Event.(incident.Declared)
	require.True(t, ok)
	e.Team[0].Holders = nil
	fresh := newLife(t, "en")
	fresh.happen(ana, e)
	require.Equal(t, []chat.Verb{chat.Post}, verbs(fresh.outs))
	require.Contains(t, to(fresh.outs, compose.InPlace), "nobody holds the role")
	e.Place = ""
	silent := newLife(t, "en")
	silent.happen(ana, e)
	require.Empty(t, silent.outs, "there is nobody and no place to tell")
}

func TestWithoutARoomItGoesOnWhereItWasDeclared(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(stream.Person{}, incident.RecordNoRoom{Why: "the workspace is full"})
	require.Contains(t, to(l.outs, compose.InRoom), "No room could be opened for INC-7 (the workspace is full). The incident goes on here.")
	l.do(ana, incident.Join{People: []stream.Person{zoe}})
	require.NotContains(t, verbs(l.outs), chat.Invite, "there is no room to come to")
	l.do(ana, incident.SetSeverity{Severity: "P1"})
	require.NotContains(t, verbs(l.outs), chat.Topic)
	require.NotEmpty(t, to(l.outs, compose.InRoom))
}

func TestChannelsThatAreNotConfigured(t *testing.T) {
	t.Parallel()
	l := newLife(t, "en")
	l.c.Announce, l.c.Stakeholders, l.c.Status = false, false, false
	say := func(c incident.Command) string {
		l.do(ana, c)
		require.Empty(t, to(l.outs, compose.Announce)+to(l.outs, compose.Stakeholders)+to(l.outs, compose.StatusPage))
		return to(l.outs, compose.InRoom)
	}
	say(incident.Declare{Number: 7, Title: "Checkout down", Severity: "P0"})
	require.Contains(t, say(incident.Update{Text: "we look"}), "No channel for status updates is configured")
	require.NotContains(t, say(incident.Update{Text: "we still look"}), "No channel", "once is enough")
	brief := say(incident.Brief{Text: "all is down", Values: map[string]string{"situation": "checkout is down"}})
	require.Contains(t, brief, "No channel for stakeholders is configured")
	require.Contains(t, brief, "Situation: checkout is down", "then the room has the whole brief")
}

func TestNothingIsSaidOfNothing(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	require.Empty(t, compose.Events(l.c, l.s, l.s, nil))
}
