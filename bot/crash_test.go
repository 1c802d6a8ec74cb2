package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/store/bolt"
)

var errDead = errors.New("the process is dead")

// fate kills a process at one step: before or after a write to the journal or an action on the chat.
type fate struct {
	mu   sync.Mutex
	left int // steps until death; negative lives for ever
	dead bool
}

// step tells whether the process lives through this step.
func (f *fate) step() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return errDead
	}
	if f.left == 0 {
		f.dead = true
		return errDead
	}
	f.left--
	return nil
}

func (f *fate) isDead() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dead
}

// mortal is a journal as a process sees it that will die.
type mortal struct {
	store.Journal
	fate *fate
}

// through does something between two steps at which the process may die.
func through[T any](f *fate, do func() (T, error)) (T, error) {
	var zero T
	if err := f.step(); err != nil {
		return zero, err
	}
	result, err := do()
	if dead := f.step(); dead != nil {
		return zero, dead
	}
	return result, err
}

func (m *mortal) Commit(ctx context.Context, c store.Commit) (uint64, error) {
	return through(m.fate, func() (uint64, error) { return m.Journal.Commit(ctx, c) })
}

func (m *mortal) Next(ctx context.Context, counter string) (uint64, error) {
	return through(m.fate, func() (uint64, error) { return m.Journal.Next(ctx, counter) })
}

func (m *mortal) Start(ctx context.Context, keys ...string) ([]store.Item, error) {
	return through(m.fate, func() ([]store.Item, error) { return m.Journal.Start(ctx, keys...) })
}

func (m *mortal) Settle(ctx context.Context, s ...store.Settlement) error {
	_, err := through(m.fate, func() (struct{}, error) { return struct{}{}, m.Journal.Settle(ctx, s...) })
	return err
}

// limb is a platform as the same process sees it.
type limb struct {
	*place
	fate *fate
}

func (l *limb) Do(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	return through(l.fate, func() (chat.Result, error) { return l.place.Do(ctx, a, again) })
}

// scene is one thing that happens in the story: somebody types, then time passes.
type scene struct {
	who, line string
	then      time.Duration
}

// story is an incident from declare to close, with reminders in between.
var story = []scene{
	{"ana", "declare P0 Checkout is down", 2 * time.Minute},
	{"ana", "ack", 0},
	{"emil", "impact nobody can pay", 0},
	{"emil", "update We are looking into it.", 16 * time.Minute},
	{"ben", "log pool exhausted", 0},
	{"ana", "identify the new release", 0},
	{"ana", "severity P1 half of the users", 0},
	{"ana", "mitigate rolled back", 0},
	{"ana", "resolve all good", 0},
	{"ana", "cancel it was a drill", time.Minute},
}

// played is what people saw of a story, and how many times the process could have died in it.
type played struct {
	seen  map[string][]string // texts by room, sorted
	keys  map[string]int
	log   []string // kinds
	steps int
}

// play plays the story with a process that dies after so many steps, and another that takes over.
func play(t *testing.T, steps int) played {
	t.Helper()
	return playIn(newWorld(t), steps)
}

func playIn(w *world, steps int) played {
	t := w.t
	t.Helper()
	f := &fate{left: steps}
	w.embody(f)
	for _, s := range story {
		w.act(f, s)
	}
	w.settle()
	number := w.number()
	p := played{seen: make(map[string][]string), keys: w.chat.keys(), log: w.kinds(number), steps: -f.left}
	depth, err := w.journal.Depth(t.Context())
	require.NoError(t, err)
	require.Zero(t, depth.Waiting+depth.Dead, "nothing is left behind")
	same := strings.NewReplacer(fmt.Sprintf("INC-%d", number), "INC-N", fmt.Sprintf("inc-%d-", number), "inc-N-")
	for _, r := range w.chat.rooms {
		for _, s := range r.said {
			name := same.Replace(r.name)
			p.seen[name] = append(p.seen[name], same.Replace(s.text))
		}
	}
	for _, texts := range p.seen {
		slices.Sort(texts)
	}
	return p
}

// number is the number of the only incident.
func (w *world) number() int {
	w.t.Helper()
	for s, err := range w.journal.Streams(w.t.Context(), streamPrefix) {
		require.NoError(w.t, err)
		n, _ := Number(s.Name)
		return n
	}
	return 0
}

// embody gives the bot a life that ends by fate.
func (w *world) embody(f *fate) {
	w.start(func(c *Config) {
		c.Journal = &mortal{Journal: w.journal, fate: f}
		c.Platforms = []chat.Platform{&limb{place: w.chat, fate: f}}
	})
}

// reborn starts a new process on what the dead one has left.
func (w *world) reborn() {
	w.t.Helper()
	if w.reopen != nil {
		w.journal = w.reopen()
		w.start()
		return
	}
	var left bytes.Buffer
	require.NoError(w.t, w.journal.Snapshot(w.t.Context(), &left))
	journal, err := store.RestoreMemory(&left)
	require.NoError(w.t, err)
	w.journal = journal
	w.start()
}

// act has somebody type, again when the process died before it answered, and lets time pass.
func (w *world) act(f *fate, s scene) {
	w.t.Helper()
	living := !f.isDead()
	room := "general"
	for _, r := range w.chat.rooms {
		if strings.HasPrefix(r.name, "inc-") {
			room = r.name
		}
	}
	r := w.request(s.who, room, s.line)
	answer := w.Hear(w.t.Context(), r)
	if living && f.isDead() {
		w.reborn()
		answer = w.Hear(w.t.Context(), r) // the platform never got an answer, and delivers again
		living = false
	}
	require.NotContains(w.t, answer.Message.Plain(), "trouble", s.line)
	w.pass(f, living, 0)
	w.pass(f, living && !f.isDead(), s.then)
}

// pass lets time pass, with another process from the moment at which this one dies.
func (w *world) pass(f *fate, living bool, d time.Duration) {
	w.t.Helper()
	end := w.clock.Now().Add(d)
	for {
		next, err := w.Quiesce(w.t.Context())
		if living && f.isDead() {
			w.reborn()
			living = false
			continue
		}
		require.NoError(w.t, err)
		// What was unsure waits for a few seconds; people do not type faster than that.
		if next.IsZero() || next.After(end.Add(5*time.Second)) {
			break
		}
		w.clock.advance(max(0, next.Sub(w.clock.Now())))
	}
	w.clock.advance(max(0, end.Sub(w.clock.Now())))
}

func TestAKillAtAnyStepLosesNothingAndSaysNothingTwice(t *testing.T) {
	t.Parallel()
	want := play(t, -1)
	require.Greater(t, want.steps, 100)
	require.NotEmpty(t, want.seen["inc-N-checkout-is-down"])
	for k := range want.steps { // the last few may lie beyond the end, because actions side by side share steps
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			got := play(t, k)
			for key, times := range got.keys {
				require.Equal(t, 1, times, "%s is seen once", key)
			}
			require.Equal(t, want.log, got.log)
			require.Equal(t, want.seen, got.seen)
		})
	}
}

func TestAKillLosesNothingOnDiskEither(t *testing.T) {
	t.Parallel()
	want := play(t, -1)
	for k := 7; k < want.steps; k += 29 {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sitrep.db")
			journal, err := bolt.Open(path, bolt.Options{})
			require.NoError(t, err)
			w := newWorld(t, func(c *Config) { c.Journal = journal })
			w.journal = journal
			w.reopen = func() store.Journal {
				require.NoError(t, journal.Close())
				journal, err = bolt.Open(path, bolt.Options{})
				require.NoError(t, err)
				return journal
			}
			got := playIn(w, k)
			require.NoError(t, journal.Close())
			for key, times := range got.keys {
				require.Equal(t, 1, times, "%s is seen once", key)
			}
			require.Equal(t, want.log, got.log)
			require.Equal(t, want.seen, got.seen)
		})
	}
}
