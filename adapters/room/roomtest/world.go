package roomtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Names are the people of the world, robot left out.
var Names = []string{"ana", "ben", "chloe", "dora", "emil", "fay", "gus", "hugo"}

// start is when a world's own clock begins.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// World is a browser room with people in it. It implements [chattest.World].
type World struct {
	Chat *room.Room
	URL  string // of the server, without a path

	client *http.Client
	keep   *brittle

	mu     sync.Mutex
	now    time.Time
	forms  map[string]*chattest.OpenForm
	tokens map[string]string
	woken  map[chat.MessageID]bool // looked at by Woken before
	last   sent
}

// sent is the newest request, for sending it again.
type sent struct {
	what string
	body []byte
}

var (
	_ chattest.World       = (*World)(nil)
	_ chattest.Clocked     = (*World)(nil)
	_ chattest.Redelivers  = (*World)(nil)
	_ chattest.Grouped     = (*World)(nil)
	_ chattest.Homed       = (*World)(nil)
	_ chattest.Shortcutted = (*World)(nil)
	_ chattest.Rewritable  = (*World)(nil)
)

// New is a world with a server of its own, which stops with the test. Each change may alter the room's
// configuration before it opens: another clock, a keep on disk, completions.
func New(t testing.TB, changes ...func(*room.Config)) *World {
	t.Helper()
	w := &World{
		keep: &brittle{Keep: room.NewMemory()}, now: start, forms: map[string]*chattest.OpenForm{},
		tokens: map[string]string{}, woken: map[chat.MessageID]bool{},
	}
	cfg := room.Config{
		People: people(), Channels: []string{"incidents", "leadership", "status", "general"}, Open: true, Keep: w.keep, Now: w.clock,
		Groups: []room.Group{{ID: "architects", Name: "architects", Members: []string{"chloe", "dora"}}}, Log: zerolog.Nop(),
	}
	for _, change := range changes {
		change(&cfg)
	}
	if cfg.Keep != room.Keep(w.keep) {
		w.keep.Keep, cfg.Keep = cfg.Keep, w.keep
	}
	var err error
	w.Chat, err = room.New(cfg)
	require.NoError(t, err, "open the room")
	server := httptest.NewServer(w.Chat.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	w.URL, w.client = server.URL, server.Client()
	return w
}

func people() []room.Person {
	locales := map[string]string{"ana": "pt-BR", "chloe": "fr"}
	zones := map[string]string{"ana": "America/Sao_Paulo"}
	list := []room.Person{{Handle: "robot", Bot: true}}
	for _, name := range Names {
		p := room.Person{Handle: name, Name: strings.ToUpper(name[:1]) + name[1:], Locale: "en", Zone: "Europe/Paris"}
		if locales[name] != "" {
			p.Locale = locales[name]
		}
		if zones[name] != "" {
			p.Zone = zones[name]
		}
		list = append(list, p)
	}
	return list
}

func (w *World) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Advance moves the world's own clock.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Platform implements [chattest.World].
func (w *World) Platform() chat.Platform { return w.Chat }

// User implements [chattest.World].
func (w *World) User(t testing.TB, person string) chat.UserID {
	t.Helper()
	if person != "robot" && person != "outsider" {
		require.Contains(t, Names, person, "people of the world")
	}
	return chat.UserID(person)
}

// Group implements [chattest.Grouped].
func (w *World) Group(t testing.TB, people ...string) chat.UserID {
	t.Helper()
	require.Equal(t, []string{"chloe", "dora"}, people, "the only group of this world is the architects")
	return "architects"
}

// Room implements [chattest.World].
func (w *World) Room(t testing.TB, name string) chat.RoomID {
	t.Helper()
	return w.view(t, name).ID
}

// Members implements [chattest.World].
func (w *World) Members(t testing.TB, channel string) []string {
	t.Helper()
	names := []string{}
	for _, id := range w.view(t, channel).Members {
		if id != "robot" {
			names = append(names, string(id))
		}
	}
	slices.Sort(names)
	return names
}

// Topic implements [chattest.World].
func (w *World) Topic(t testing.TB, channel string) string {
	t.Helper()
	return w.view(t, channel).Topic
}

// Channels implements [chattest.World].
func (w *World) Channels(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, person := range Names {
		for _, r := range w.state(t, person).Rooms {
			if !r.Direct && !r.Archived && !slices.Contains(names, r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Messages implements [chattest.World].
func (w *World) Messages(t testing.TB, channel string) []chattest.Seen {
	t.Helper()
	r := w.view(t, channel)
	var seen []chattest.Seen
	for _, m := range w.messages(t, r.seer, r.ID) {
		if !m.Private {
			seen = append(seen, w.seen(t, r.seer, m))
		}
	}
	return seen
}

// Directs implements [chattest.World].
func (w *World) Directs(t testing.TB, person string) []chattest.Seen {
	t.Helper()
	var seen []chattest.Seen
	for _, m := range w.messages(t, person, w.at(t, person, chattest.Bot)) {
		if m.By == "sitrep" && !m.Private {
			seen = append(seen, w.seen(t, person, m))
		}
	}
	return seen
}

// Woken implements [chattest.World].
func (w *World) Woken(t testing.TB) []string {
	t.Helper()
	names := []string{}
	for _, person := range Names {
		for _, r := range w.state(t, person).Rooms {
			for _, m := range w.messages(t, person, r.ID) {
				if m.By != "sitrep" || w.woken[m.ID] {
					continue
				}
				w.woken[m.ID] = true
				for _, id := range m.Wakes {
					names = append(names, string(id))
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Home implements [chattest.Homed].
func (w *World) Home(t testing.TB, person string) chattest.Seen {
	t.Helper()
	home := w.state(t, person).Home
	return chattest.Seen{By: "sitrep", Text: home.Plain(), Buttons: labels(home)}
}

// Fault implements [chattest.World]. What can go wrong in a room is its disk.
func (w *World) Fault(_ testing.TB, f chattest.Fault) bool {
	switch f.Kind {
	case chattest.LostAnswer:
		w.keep.fail(f.Count, true)
	case chattest.NotReached, chattest.ServerError:
		w.keep.fail(f.Count, false)
	default:
		return false
	}
	return true
}

func decode(t testing.TB, data []byte, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(data, into), "%s", data)
}
