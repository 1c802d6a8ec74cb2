package bot

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// world is a bot with a chat in memory and a clock that stands.
type world struct {
	*Bot
	t        testing.TB
	chat     *place
	clock    *clock
	journal  store.Journal
	registry *prometheus.Registry
	asked    atomic.Int64
	reopen   func() store.Journal // another process opens the journal
}

func newWorld(t testing.TB, with ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, chat: newPlace(), clock: newClock(), journal: store.NewMemory()}
	w.start(with...)
	return w
}

// start makes a bot, the first or one after the other has died.
func (w *world) start(with ...func(*Config)) {
	w.t.Helper()
	book, err := nexusMicro()
	require.NoError(w.t, err)
	w.registry = prometheus.NewRegistry()
	cfg := Config{
		Journal: w.journal, Platforms: []chat.Platform{w.chat}, Playbook: book, People: people(),
		Roles:    roles(),
		Channels: map[chat.Name]Channels{"room": {Announce: "incidents", Stakeholders: "leadership", Status: "status"}},
		Now:      w.clock.Now, Log: zerolog.New(zerolog.NewTestWriter(w.t)).Level(zerolog.WarnLevel),
		Metrics: NewMetrics(w.registry), Patience: time.Minute,
	}
	for _, change := range with {
		change(&cfg)
	}
	w.Bot, err = New(cfg)
	require.NoError(w.t, err)
}

// nexusMicro is read once: a playbook is read-only.
var nexusMicro = sync.OnceValues(func() (*playbook.Playbook, error) { return playbook.Load("nexus-micro") })

func people() []Person {
	var all []Person
	for _, id := range []string{"ana", "ben", "chloe", "dora", "emil"} {
		all = append(all, Person{ID: id, Handles: map[chat.Name]string{"room": id}})
	}
	return append(all, Person{ID: "gus", Name: "Gus"}) // without an account here
}

func roles() map[playbook.RoleID][]string {
	return map[playbook.RoleID][]string{
		"infrastructure-maintainer": {"ana"}, "devops-automator": {"ben"}, "backend-architect": {"chloe"},
		"frontend-developer": {"dora"}, "support-responder": {"emil"}, "executive-summary": {"ana"},
		"studio-producer": {"gus"},
	}
}

// types has a person type a command in a room, by its name.
func (w *world) types(who, room, text string) chat.Answer {
	w.t.Helper()
	return w.Hear(w.t.Context(), w.request(who, room, text))
}

func (w *world) request(who, room, text string) chat.Request {
	w.t.Helper()
	return chat.Request{
		Delivery: fmt.Sprintf("d%d", w.asked.Add(1)), Platform: "room", Kind: chat.Typed, Text: text,
		By:   chat.User{ID: user(who), Handle: who, Name: who},
		Room: w.chat.find(w.t, room).id, RoomName: room, At: w.clock.Now(),
	}
}

// settle lets the bot do all it can do now.
func (w *world) settle() time.Time {
	w.t.Helper()
	next, err := w.Quiesce(w.t.Context())
	require.NoError(w.t, err)
	return next
}

// after moves the clock, stopping whenever the bot has something to do.
func (w *world) after(d time.Duration) {
	w.t.Helper()
	end := w.clock.Now().Add(d)
	for {
		next := w.settle()
		if next.IsZero() || next.After(end) {
			w.clock.advance(end.Sub(w.clock.Now()))
			w.settle()
			return
		}
		w.clock.advance(max(0, next.Sub(w.clock.Now())))
	}
}

// begin writes an incident into the log as if it had been declared, with nothing said about it yet.
func (w *world) begin(number int, home string) incident.State {
	w.t.Helper()
	return w.beginIn(number, home, fmt.Sprintf("inc-%d-checkout-down", number))
}

func (w *world) beginIn(number int, home, room string) incident.State {
	w.t.Helper()
	declared := incident.Declared{
		Number: number, Title: "Checkout down", Severity: incident.SeverityInfo{ID: "P1", Name: "High"},
		Playbook: "nexus-micro", Language: "en", Home: home, Place: "R-general",
		RoomName: room,
	}
	var head stream.Head
	m := stream.Moment{Now: w.clock.Now(), By: stream.Person{ID: "ana", Name: "Ana"}}
	r, data, err := seal(&head, m, declared)
	require.NoError(w.t, err)
	d := decision{is: incident.Apply(incident.State{}, r), events: []incident.Recorded{r}}
	_, err = w.journal.Commit(w.t.Context(), store.Commit{
		Stream: Stream(number), Events: [][]byte{data}, Links: status(number, d), At: w.clock.Now(),
	})
	require.NoError(w.t, err)
	return d.is
}

// send puts actions of an incident into the outbox, as a decision of it would.
func (w *world) send(s incident.State, outs ...compose.Out) {
	w.t.Helper()
	var items []store.Item
	for _, out := range outs {
		it, err := item(s, out, 1000, int(w.asked.Add(1)), false)
		require.NoError(w.t, err)
		items = append(items, it)
	}
	last, err := w.journal.Commit(w.t.Context(), store.Commit{Stream: Stream(s.Number), Expect: w.last(s.Number), Outbox: items, At: w.clock.Now()})
	require.NoError(w.t, err)
	require.NotZero(w.t, last)
}

func (w *world) last(number int) uint64 {
	w.t.Helper()
	for s, err := range w.journal.Streams(w.t.Context(), Stream(number)) {
		require.NoError(w.t, err)
		return s.Last
	}
	return 0
}

// state is an incident read afresh from the log.
func (w *world) state(number int) incident.State {
	w.t.Helper()
	f, err := fold(w.t.Context(), w.journal, number, folded{})
	require.NoError(w.t, err)
	require.NoError(w.t, f.broken)
	return f.state
}

// kinds are the kinds of the entries of an incident.
func (w *world) kinds(number int) []string {
	w.t.Helper()
	all, err := w.history(w.t.Context(), number)
	require.NoError(w.t, err)
	kinds := make([]string, 0, len(all))
	for _, r := range all {
		kinds = append(kinds, r.Event.Kind())
	}
	return kinds
}

func words(text string) chat.Message {
	return chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: text}}}}}
}

// post is a message into the incident's room.
func post(lane, text string) compose.Out {
	return compose.Out{
		Action: chat.Action{Verb: chat.Post, Room: compose.InRoom, Body: words(text)},
		Lane:   lane, Rank: compose.RankUpdate, What: "say " + text,
	}
}

func openRoom(s incident.State) compose.Out {
	return compose.Out{
		Action: chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: s.RoomName, Title: s.Title}},
		Rank:   compose.RankPage, What: "open the room",
	}
}
