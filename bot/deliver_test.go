package bot

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
)

func TestDeliverOpensTheRoomFirstAndThenEverythingSideBySide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.begin(1, "room")
	card := post("card", "the card")
	card.As = compose.Card
	w.send(
		s, post("log", "first"), post("log", "second"), card, openRoom(s),
		compose.Out{Action: chat.Action{Verb: chat.Pin, Room: compose.InRoom, Message: compose.Card}, Rank: compose.RankCosmetic},
		compose.Out{Action: chat.Action{Verb: chat.Invite, Room: compose.InRoom, People: []chat.UserID{"ana", "ben"}}},
	)

	n, _, err := w.Deliver(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n, "only the room can be opened at first")

	n, _, err = w.Deliver(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 3, "card, first word and invitation do not wait for each other")

	w.settle()
	r := w.chat.find(t, "inc-1-checkout-down")
	require.Equal(t, []chat.UserID{"U-ana", "U-ben"}, r.members)
	require.Subset(t, w.chat.texts(string(r.id)), []string{"first", "second", "the card"})
	require.Less(t, indexOf(r, "first"), indexOf(r, "second"), "posts of one lane stay in order")
	require.True(t, r.said[indexOf(r, "the card")].pinned)
	require.Equal(t, string(r.id), w.state(1).Room.Room, "the log knows the room")
}

func indexOf(r room, text string) int {
	for i, s := range r.said {
		if s.text == text {
			return i
		}
	}
	return -1
}

func TestDeliverRunsLanesSideBySide(t *testing.T) {
	t.Parallel()
	const lanes = 8
	w := newWorld(t)
	s := w.beginIn(1, "room", "")
	arrived, release := make(chan struct{}, lanes), make(chan struct{})
	w.chat.hold = func(context.Context, chat.Action) {
		arrived <- struct{}{}
		<-release
	}
	for i := range lanes {
		w.send(s, post(fmt.Sprint(i), fmt.Sprint("lane ", i)))
	}
	go func() {
		for range lanes {
			<-arrived // would wait for ever if they stood in one line
		}
		close(release)
	}()
	n, _, err := w.Deliver(t.Context())
	require.NoError(t, err)
	require.Equal(t, lanes, n)
	require.Len(t, w.chat.texts("general"), lanes, "an incident without a room speaks where it was declared")
}

func TestDeliverKeepsSlotsForPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Workers = 4 })
	s := w.beginIn(1, "room", "")
	for i := range 6 {
		w.send(s, post(fmt.Sprint(i), fmt.Sprint("news ", i)))
	}
	keys, _, err := w.choose(t.Context(), w.clock.Now())
	require.NoError(t, err)
	require.Len(t, keys, 3, "news take three of four slots")
	page := post("page", "wake up")
	page.Rank = compose.RankPage
	w.send(s, page)
	keys, _, err = w.choose(t.Context(), w.clock.Now())
	require.NoError(t, err)
	require.Len(t, keys, 3)
	it, err := w.journal.Start(t.Context(), keys[0])
	require.NoError(t, err)
	p, err := readParcel(it[0])
	require.NoError(t, err)
	require.Equal(t, "wake up", p.Action.Body.Plain(), "the page goes first")
}

// readings counts how often the outbox is read.
type readings struct {
	store.Journal
	times int
}

func (r *readings) Ready(ctx context.Context, now time.Time, limit int) ([]store.Item, time.Time, error) {
	r.times++
	return r.Journal.Ready(ctx, now, limit)
}

func TestAFullOutboxIsReadAsOftenAsSomethingMayGo(t *testing.T) {
	t.Parallel()
	journal := &readings{}
	w := newWorld(t, func(c *Config) {
		c.Budgets = map[chat.Name]Budget{"room": {PerSecond: 1, Burst: 2, RoomPerSecond: 100, RoomBurst: 100}}
		journal.Journal, c.Journal = c.Journal, journal
	})
	s := w.beginIn(1, "room", "")
	var outs []compose.Out
	for n := range 300 {
		outs = append(outs, post(fmt.Sprint(n), "hello"))
	}
	w.send(s, outs...)
	n, next, err := w.Deliver(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, 1, journal.times)
	require.True(t, next.IsZero() || next.After(w.clock.Now()))
	for range 10 { // whatever else happens meanwhile
		n, next, err = w.Deliver(t.Context())
		require.NoError(t, err)
		require.Zero(t, n)
		require.Equal(t, 1, journal.times, "nothing may go, so nothing is looked at")
	}
	w.clock.advance(next.Sub(w.clock.Now()))
	n, _, err = w.Deliver(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n, "the next one goes when the budget allows it")
	require.Equal(t, 2, journal.times)
}

func TestDeliverSpendsTheBudgetOfARoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Budgets = map[chat.Name]Budget{"room": {PerSecond: 100, Burst: 100, RoomPerSecond: 1, RoomBurst: 2}}
	})
	s := w.beginIn(1, "room", "")
	for i := range 5 {
		w.send(s, post(fmt.Sprint(i), fmt.Sprint(i)))
	}
	next := w.settle()
	require.Len(t, w.chat.texts("general"), 2, "the burst goes out at once")
	require.WithinDuration(t, w.clock.Now().Add(time.Second), next, 5*time.Millisecond)
	w.after(3100 * time.Millisecond)
	require.Len(t, w.chat.texts("general"), 5, "the rest one a second")
}

func TestDeliverLooksBeyondARoomThatHasHadEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Budgets = map[chat.Name]Budget{"room": {PerSecond: 1000, Burst: 1000, RoomPerSecond: 0.001, RoomBurst: 1}}
	})
	s := w.beginIn(1, "room", "")
	for i := range 3 * glance {
		w.send(s, post(fmt.Sprint(i), fmt.Sprint(i)))
	}
	w.send(s, compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.StatusPage, Body: words("update")}, Rank: compose.RankUpdate})
	w.settle()
	require.Len(t, w.chat.texts("general"), 1)
	require.Equal(t, []string{"update"}, w.chat.texts("status"), "a full room does not stand in the way of another")
}

func TestDeliverDropsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.beginIn(1, "room", "")
	for i := range 4 {
		topic := post("topic", fmt.Sprint("version ", i))
		topic.Replaces = "topic"
		w.send(s, topic)
	}
	w.settle()
	require.Equal(t, []string{"version 3"}, w.chat.texts("general"))
}

func TestDeliverResolvesPeopleAndRoomsEverywhereInAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.begin(1, "room")
	who := func(id, name string) chat.Span {
		return chat.Span{Kind: chat.Person, User: chat.UserID(id), Text: name}
	}
	body := chat.Message{Blocks: []chat.Block{
		{Kind: chat.Text, Spans: []chat.Span{who("ana", "Ana"), {Text: " in "}, {Kind: chat.Room, Room: compose.InRoom, Text: "inc-1"}}},
		{Kind: chat.Fields, Fields: []chat.Field{{Label: "Role", Value: []chat.Span{who("ben", "Ben"), who("gus", "Gus")}}}},
		{Kind: chat.List, Items: [][]chat.Span{{who("room/U-zoe", "Zoe")}, {who("slack/U9", "Uma")}}},
	}}
	w.send(s, openRoom(s), compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.Announce, Body: body}})
	w.settle()
	r := w.chat.find(t, "incidents")
	require.Len(t, r.said, 1)
	require.Equal(t, []chat.UserID{"U-ana", "U-ben", "U-zoe"}, r.said[0].mentions, "whoever has no account here stays a name")
	require.Equal(t, "@Ana in #inc-1\nRole: @Ben@Gus\n• @Zoe\n• @Uma", r.said[0].text)
	require.Equal(t, w.state(1).Room.Room, string(lastCall(w, chat.Post).Body.Blocks[0].Spans[2].Room))

	looked := w.chat.lookups
	w.send(s, compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.Announce, Body: body}})
	w.settle()
	require.Equal(t, looked, w.chat.lookups, "nothing is looked up twice")
	w.start()
	w.send(s, compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.Announce, Body: body}})
	w.settle()
	require.Equal(t, looked, w.chat.lookups, "not even by the next process")
}

func lastCall(w *world, verb chat.Verb) chat.Action {
	w.chat.mu.Lock()
	defer w.chat.mu.Unlock()
	for _, a := range slices.Backward(w.chat.calls) {
		if a.Verb == verb {
			return a
		}
	}
	return chat.Action{}
}

func TestDeliverTellsWhoCouldNotBeReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.begin(1, "room")
	w.send(s, openRoom(s),
		compose.Out{Action: chat.Action{Verb: chat.Invite, Room: compose.InRoom, People: []chat.UserID{"ana", "gus", "room/U-fay"}}},
		compose.Out{Action: chat.Action{Verb: chat.Direct, People: []chat.UserID{"gus"}, Body: words("hello")}},
	)
	w.settle()
	require.Equal(t, []chat.UserID{"U-ana"}, w.chat.find(t, "inc-1-checkout-down").members)
	require.Zero(t, w.chat.did(chat.Direct))
	kinds := w.kinds(1)
	require.Equal(t, 3, count(kinds, "not_reached"), "gus twice, fay once: %v", kinds)
}

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}
