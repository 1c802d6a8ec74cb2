package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// people are the persons of every world, and the names that others read.
var people = []string{"ana", "ben", "chloe", "dora", "emil", "fay", "gus", "hugo"}

// usualRoles say who holds the roles of the shipped playbooks in transcripts, unless the script says otherwise.
var usualRoles = map[string]string{
	"infrastructure-maintainer": "ana", "devops-automator": "ben", "backend-architect": "chloe",
	"frontend-developer": "dora", "support-responder": "emil", "executive-summary": "fay", "developer": "gus",
	"evidence-collector": "hugo", "api-tester": "ben", "workflow-optimizer": "dora", "sprint-prioritizer": "gus",
	"studio-producer": "hugo", "project-shepherd": "fay", "legal-compliance": "chloe", "finance-tracker": "dora",
}

// opening is when every transcript begins: a Monday morning.
var opening = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// stage plays one script in one world.
type stage struct {
	t        *testing.T
	world    chattest.World
	journal  store.Journal
	script   script
	platform chat.Platform
	bot      atomic.Pointer[bot.Bot]
	seen     map[string]chattest.Seen
	channels []string
	looked   bool
	forms    map[string]*chattest.OpenForm // the last one that each person got

	mu    sync.Mutex
	now   time.Time
	heard chan chat.RequestKind
}

func newStage(t *testing.T, s script, w chattest.World) *stage {
	t.Helper()
	st := &stage{
		t: t, world: w, journal: store.NewMemory(), script: s, seen: map[string]chattest.Seen{},
		forms: map[string]*chattest.OpenForm{},
		now:   opening, heard: make(chan chat.RequestKind, 1000),
	}
	st.platform = w.Platform()
	st.start()
	st.connect()
	st.look()
	return st
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.now
}

func (st *stage) set(now time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if w, ok := st.world.(chattest.Clocked); ok {
		w.Advance(now.Sub(st.now))
	}
	st.now = now
}

// connect runs the world's platform until the test ends. The bot behind it may be another one later.
func (st *stage) connect() {
	st.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(st.t.Context()))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- st.platform.Run(ctx, st, sync.OnceFunc(func() { close(ready) })) }()
	select {
	case <-ready:
	case err := <-done:
		require.NoError(st.t, err, "the platform does not start")
	}
	st.t.Cleanup(func() {
		cancel()
		require.NoError(st.t, <-done, "the platform ends in peace")
	})
}

// start makes a bot on the journal, as if the one before had been killed.
func (st *stage) start() {
	st.t.Helper()
	name := st.script.header["playbook"]
	if name == "" {
		name = "nexus-micro"
	}
	pb, err := playbook.Load(name)
	require.NoError(st.t, err)
	platform := st.platform.Name()
	b, err := bot.New(bot.Config{
		Journal: st.journal, Platforms: []chat.Platform{st.platform}, Playbook: pb, Roles: st.roles(), People: st.persons(platform),
		Channels: map[chat.Name]bot.Channels{platform: {Announce: "incidents", Stakeholders: "leadership", Status: "status"}},
		Budgets:  map[chat.Name]bot.Budget{platform: {PerSecond: 1e6, Burst: 1e6, RoomPerSecond: 1e6, RoomBurst: 1e6}},
		Now:      st.clock, Zone: paris(st.t), Log: zerolog.New(zerolog.NewTestWriter(st.t)).Level(zerolog.ErrorLevel),
	})
	require.NoError(st.t, err)
	st.bot.Store(b)
	st.quiesce()
}

func (st *stage) roles() map[playbook.RoleID][]string {
	roles := map[playbook.RoleID][]string{}
	for role, who := range usualRoles {
		roles[playbook.RoleID(role)] = []string{who}
	}
	for role, who := range st.script.roles {
		roles[playbook.RoleID(role)] = strings.Fields(who)
	}
	return roles
}

func (st *stage) persons(platform chat.Name) []bot.Person {
	var list []bot.Person
	for _, id := range people {
		list = append(list, bot.Person{
			ID: id, Name: id, Language: "en", Zone: paris(st.t), Handles: map[chat.Name]string{platform: string(st.world.User(st.t, id))},
		})
	}
	return list
}

// Hear passes a request on to the bot of the moment, and lets the stage know that it was heard.
func (st *stage) Hear(ctx context.Context, r chat.Request) chat.Answer {
	answer := st.bot.Load().Hear(ctx, r)
	st.heard <- r.Kind
	return answer
}

func (st *stage) quiesce() time.Time {
	st.t.Helper()
	next, err := st.bot.Load().Quiesce(st.t.Context())
	require.NoError(st.t, err)
	return next
}

// play does one step and tells what became visible.
func (st *stage) play(s step) []string {
	st.t.Helper()
	if !s.do {
		return nil
	}
	seen := st.perform(s)
	if s.verb != "wait" {
		st.quiesce()
	}
	return append(seen, st.look()...)
}

func (st *stage) perform(s step) []string {
	st.t.Helper()
	room := st.room(s.room)
	switch s.verb {
	case "types":
		return st.private(s.person, st.world.Type(st.t, s.person, room, s.text))
	case "says":
		st.world.Say(st.t, s.person, room, s.text)
	case "presses":
		return st.private(s.person, st.world.Press(st.t, s.person, room, s.text))
	case "submits":
		return st.private(s.person, st.world.Submit(st.t, s.person, st.filled(s)))
	case "reacts":
		st.drain()
		st.world.React(st.t, s.person, room, s.text, s.extra)
		st.await(chat.Reacted)
	case "marks":
		// Where there is no such action people use the pushpin, which answers nobody.
		if _, can := st.world.Mark(st.t, s.person, room, s.text); !can {
			st.drain()
			st.world.React(st.t, s.person, room, s.text, "pushpin")
			st.await(chat.Reacted)
		}
	case "wait":
		return st.wait(s.wait)
	case "restart":
		st.start()
	case "fault":
		require.True(st.t, st.world.Fault(st.t, faultOf(s.text)), "this platform cannot be made to fail so; name the others under only:")
	case "members":
		return []string{strings.Join(st.world.Members(st.t, st.room(strings.TrimPrefix(s.text, "#"))), ", ")}
	case "topic":
		return []string{st.world.Topic(st.t, st.room(strings.TrimPrefix(s.text, "#")))}
	}
	return nil
}

// filled are the values of a step by input id. Scripts name inputs by their labels, as people read them.
func (st *stage) filled(s step) map[string]string {
	st.t.Helper()
	form := st.forms[s.person]
	require.NotNil(st.t, form, "%s has no form open", s.person)
	values := map[string]string{}
	for label, value := range s.values() {
		id := label
		for other, l := range form.Labels {
			if strings.EqualFold(l, label) {
				id = other
			}
		}
		values[id] = value
	}
	return values
}

// room is a channel's name; inc-1 stands for the only room whose name begins so.
func (st *stage) room(short string) string {
	if !strings.HasPrefix(short, "inc-") {
		return short
	}
	for _, name := range st.world.Channels(st.t) {
		if name == short || strings.HasPrefix(name, short+"-") {
			return name
		}
	}
	return short
}

// wait lets time pass. What is due happens at its own minute, and is shown under it.
func (st *stage) wait(d time.Duration) []string {
	st.t.Helper()
	until := st.clock().Add(d)
	var lines []string
	for {
		next := st.quiesce()
		if news := st.look(); len(news) > 0 {
			lines = append(lines, st.clock().In(paris(st.t)).Format("15:04"))
			lines = append(lines, news...)
		}
		if next.IsZero() || next.After(until) {
			st.set(until)
			return lines
		}
		st.set(next)
	}
}

func (st *stage) drain() {
	for {
		select {
		case <-st.heard:
		default:
			return
		}
	}
}

// await waits until a request of a kind was heard that the platform brings in its own time.
func (st *stage) await(kind chat.RequestKind) {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(st.t.Context(), 10*time.Second)
	defer cancel()
	for {
		select {
		case got := <-st.heard:
			if got == kind {
				return
			}
		case <-ctx.Done():
			require.FailNow(st.t, fmt.Sprintf("no request of kind %s came within 10 s", kind))
		}
	}
}

// unknownRows are the rows of a script that are not delivered, so that a typing error does not hide a hole.
func unknownRows(s script, delivered []string) []string {
	return slices.DeleteFunc(slices.Clone(s.rows), func(row string) bool { return slices.Contains(delivered, row) })
}

// paris is the zone of those whose zone nobody knows.
func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	return zone
}
