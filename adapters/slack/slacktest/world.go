package slacktest

import (
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// World is the small chat of [chattest.World] on the fake Slack, in HTTP mode.
type World struct {
	*Server
	platform *slack.Platform
	clock    *clock
	people   map[string]string

	mu   sync.Mutex
	read int // pings that were reported
	said map[string]int
}

// SocketWorld is the same in Socket Mode, where the connection can break.
type SocketWorld struct{ *World }

// clock is the world's time: that of the test, moved on by what was advanced.
type clock struct {
	mu   sync.Mutex
	base func() time.Time
	plus time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.plus)
}

// Setup says what kind of world to make. The zero value is a usual one at a fixed time.
type Setup struct {
	Now    func() time.Time
	Log    zerolog.Logger
	Server Options // Now and HandlerURL are filled in
}

// NewWorld makes a world in HTTP mode. It is torn down when the test ends.
func NewWorld(t testing.TB, setup Setup) *World {
	t.Helper()
	w := newWorld(t, setup)
	w.build(t, setup, false)
	front := httptest.NewServer(w.platform.Handler())
	t.Cleanup(front.Close)
	w.DeliverTo(front.URL)
	return w
}

// NewSocketWorld makes a world in Socket Mode.
func NewSocketWorld(t testing.TB, setup Setup) *SocketWorld {
	t.Helper()
	w := newWorld(t, setup)
	w.build(t, setup, true)
	return &SocketWorld{w}
}

var team = []User{
	{ID: "U0ANA", Handle: "ana", Name: "Ana Souza", Email: "ana@example.org", Locale: "pt-BR", Zone: "America/Sao_Paulo"},
	{ID: "U0BEN", Handle: "ben", Name: "Ben Okafor", Email: "ben@example.org", Locale: "en-US", Zone: "Europe/Paris"},
	{ID: "U0CHLOE", Handle: "chloe", Name: "Chloé Martin", Locale: "fr-FR", Zone: "Europe/Paris"},
	{ID: "U0DORA", Handle: "dora", Name: "Dora Novak", Locale: "en-GB", Zone: "Europe/Prague"},
	{ID: "U0EMIL", Handle: "emil", Name: "Emil Berg", Locale: "en-US"},
	{ID: "U0FAY", Handle: "fay", Name: "Fay Wong", Locale: "en-US"},
	{ID: "U0GUS", Handle: "gus", Name: "Gus Lima", Locale: "en-US"},
	{ID: "U0HUGO", Handle: "hugo", Name: "Hugo Blanc", Locale: "en-US"},
}

func newWorld(t testing.TB, setup Setup) *World {
	t.Helper()
	w := &World{clock: &clock{base: setup.Now}, people: map[string]string{}, said: map[string]int{}}
	if setup.Now == nil {
		w.clock.base = func() time.Time { return epoch }
	}
	opts := setup.Server
	opts.Now = w.clock.now
	if opts.Scopes == nil {
		opts.Scopes, opts.Events = slack.Scopes(), slack.Events()
	}
	w.Server = New(t, opts)
	var everybody []string
	for _, u := range team {
		w.people[u.Handle] = w.AddUser(u)
		everybody = append(everybody, u.ID)
	}
	everybody = append(everybody, w.BotUser)
	w.people["robot"] = w.AddUser(User{ID: "U0ROBOT", Handle: "robot", Name: "Robot", Bot: true})
	w.people["outsider"] = w.AddUser(User{ID: "U0OUTSIDER", Handle: "outsider", Name: "Olga", External: true, Team: "T0OTHER"})
	for _, name := range []string{"incidents", "leadership", "status", "general"} {
		w.AddChannel(name, false, everybody...)
	}
	return w
}

func (w *World) build(t testing.TB, setup Setup, socket bool) {
	t.Helper()
	cfg := slack.Config{
		BotToken: w.BotToken, APIURL: w.APIURL(), Now: w.clock.now, Log: setup.Log, Recheck: time.Millisecond, Backoff: time.Millisecond,
	}
	if socket {
		cfg.AppToken = w.AppToken
	} else {
		cfg.SigningSecret = w.SigningSecret
	}
	platform, err := slack.New(cfg)
	if err != nil {
		t.Fatalf("slack world: %v", err)
	}
	w.platform = platform
}

// Platform implements [chattest.World].
func (w *World) Platform() chat.Platform { return w.platform }

// quiet waits until Slack has delivered everything and the platform has done what follows.
func (w *World) quiet() {
	w.Settle()
	w.platform.Quiesce()
	w.Settle()
}

// User implements [chattest.World].
func (w *World) User(t testing.TB, person string) chat.UserID {
	t.Helper()
	id, ok := w.people[person]
	if !ok {
		t.Fatalf("nobody is called %q here", person)
	}
	return chat.UserID(id)
}

// Room implements [chattest.World].
func (w *World) Room(t testing.TB, name string) chat.RoomID {
	t.Helper()
	return chat.RoomID(w.room(t, "", name))
}

// room is a channel's id; [chattest.Bot] is the private one of a person.
func (w *World) room(t testing.TB, person, name string) string {
	t.Helper()
	if name == chattest.Bot {
		return w.Direct(string(w.User(t, person)))
	}
	ch := w.Channel(name)
	if ch == nil {
		t.Fatalf("there is no channel %q", name)
	}
	return ch.ID
}

// Members implements [chattest.World].
func (w *World) Members(t testing.TB, channel string) []string {
	t.Helper()
	names := []string{}
	for _, id := range w.Channel(w.room(t, "", channel)).Members {
		if id != w.BotUser {
			names = append(names, w.nameOf(id))
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil
	}
	return names
}

func (w *World) nameOf(id string) string {
	for name, other := range w.people {
		if other == id {
			return name
		}
	}
	if id == w.BotUser {
		return "sitrep"
	}
	return id
}

// Topic implements [chattest.World].
func (w *World) Topic(t testing.TB, channel string) string {
	t.Helper()
	w.quiet()
	return strings.ReplaceAll(unentities.Replace(w.Channel(w.room(t, "", channel)).Topic), "\u2060", "")
}

// Channels implements [chattest.World].
func (w *World) Channels(testing.TB) []string {
	var names []string
	for _, id := range w.Server.Channels() {
		if ch := w.Channel(id); ch != nil && !ch.Archived && ch.Name != "" {
			names = append(names, ch.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Woken implements [chattest.World].
func (w *World) Woken(testing.TB) []string {
	w.quiet()
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.Pings()
	var names []string
	for _, p := range all[w.read:] {
		switch p.Kind {
		case "user":
			names = append(names, w.nameOf(p.Target))
		case "group":
			names = append(names, w.groupPeople(p.Target)...)
		case "everyone":
			names = append(names, "all")
		default:
			names = append(names, p.Kind)
		}
	}
	w.read = len(all)
	slices.Sort(names)
	return slices.Compact(names)
}

func (w *World) groupPeople(id string) []string {
	w.Server.mu.Lock()
	defer w.Server.mu.Unlock()
	var names []string
	if g := w.groups[id]; g != nil {
		for _, member := range g.members {
			names = append(names, w.users[member].Handle)
		}
	}
	return names
}

// Group implements [chattest.Grouped].
func (w *World) Group(t testing.TB, people ...string) chat.UserID {
	t.Helper()
	var ids []string
	for _, name := range people {
		ids = append(ids, string(w.User(t, name)))
	}
	return chat.UserID(w.AddGroup("architects", ids...))
}

// Advance implements [chattest.Clocked].
func (w *World) Advance(d time.Duration) {
	w.clock.mu.Lock()
	w.clock.plus += d
	w.clock.mu.Unlock()
	w.Wake()
}

// Cut implements [chattest.Cuttable]. It returns when the platform is back.
func (w *SocketWorld) Cut(t testing.TB) {
	t.Helper()
	w.quiet()
	_, ever := w.Sockets()
	w.DropSockets()
	w.AwaitSockets(ever + 1)
}
