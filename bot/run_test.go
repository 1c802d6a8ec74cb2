package bot

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
)

// running runs a bot on the clock of a bubble until the test ends it.
func running(t *testing.T, w *world) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		return <-done
	}
}

func inRealTime(c *Config) { c.Now, c.After = time.Now, time.After }

func TestRunHearsWakesAndDelivers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, inRealTime)
		require.ErrorContains(t, w.Ready(t.Context()), "room: not connected yet")
		stop := running(t, w)
		require.NoError(t, w.Ready(t.Context()))
		w.types("ana", "general", "declare P0 Checkout is down")
		synctest.Wait()
		require.NotEmpty(t, w.state(1).Room.Room, "the room is open without anybody waiting")
		said := len(w.chat.texts(w.state(1).Room.Room))
		time.Sleep(time.Until(w.state(1).NextWake()) + time.Millisecond)
		synctest.Wait()
		require.Contains(t, w.kinds(1), "clock_struck")
		require.Greater(t, len(w.chat.texts(w.state(1).Room.Room)), said, "the reminder is said")
		require.NoError(t, stop())
	})
}

func TestADeclarationIsTwoCallsDeep(t *testing.T) {
	t.Parallel()
	const call = 150 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, inRealTime)
		w.chat.hold = func(context.Context, chat.Action) { time.Sleep(call) }
		stop := running(t, w)
		began := time.Now()
		w.types("ana", "general", "declare P0 Checkout is down")
		require.Zero(t, time.Since(began), "nobody waits for the chat")
		time.Sleep(2*call + time.Millisecond)
		synctest.Wait()
		r := w.chat.find(t, w.state(1).Room.Room)
		require.Contains(t, r.members, user("ana"), "the declarer is in the room")
		require.Len(t, r.said, 2, "and reads the card and who does what")
		require.Len(t, w.chat.texts("incidents"), 1)
		time.Sleep(call)
		synctest.Wait()
		depth, err := w.journal.Depth(t.Context())
		require.NoError(t, err)
		require.Zero(t, depth.Waiting, "a third call later the card is pinned and all is done")
		require.LessOrEqual(t, len(w.chat.calls), 8)
		require.NoError(t, stop())
	})
}

func TestRunNamesLogsThatAreBroken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		w := newWorld(t, inRealTime)
		w.declare(7, "P1")
		_, err := w.journal.Commit(t.Context(), store.Commit{Stream: Stream(7), Expect: w.last(7), Events: [][]byte{[]byte("{}")}})
		require.NoError(t, err)
		w.start(inRealTime, func(c *Config) { c.Log = zerolog.New(zerolog.SyncWriter(&log)) })
		stop := running(t, w)
		require.NoError(t, stop())
		require.Contains(t, log.String(), "log of INC-7: entry")
	})
}

func TestRunOutlivesAJournalThatCannotBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		journal := &deaf{Journal: store.NewMemory()}
		w := newWorld(t, inRealTime, func(c *Config) { c.Journal, c.Log = journal, zerolog.Nop() })
		w.journal = journal
		stop := running(t, w)
		journal.deaf.Store(true)
		w.types("ana", "general", "declare P1 Checkout is down")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Empty(t, w.chat.calls)
		journal.deaf.Store(false)
		time.Sleep(time.Second)
		synctest.Wait()
		require.NotEmpty(t, w.chat.calls)
		require.NoError(t, stop())
	})
}

// deaf is a journal that does not tell what is ready while it is deaf.
type deaf struct {
	store.Journal
	deaf atomic.Bool
}

func (d *deaf) Ready(ctx context.Context, now time.Time, limit int) ([]store.Item, time.Time, error) {
	if d.deaf.Load() {
		return nil, time.Time{}, errors.New("input/output error")
	}
	return d.Journal.Ready(ctx, now, limit)
}

func TestRunDoesNothingWhileNothingIsToBeDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		journal := &counting{Journal: store.NewMemory()}
		w := newWorld(t, inRealTime, func(c *Config) { c.Journal = journal })
		stop := running(t, w)
		before := journal.due.Load()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		require.LessOrEqual(t, journal.due.Load()-before, int64(24*2), "it wakes to sweep, and does not poll")
		require.NoError(t, stop())
	})
}

// counting counts how often a journal is asked for what is due.
type counting struct {
	store.Journal
	due atomic.Int64
}

func (c *counting) Due(ctx context.Context, now time.Time, limit int) ([]store.Alarm, time.Time, error) {
	c.due.Add(1)
	return c.Journal.Due(ctx, now, limit)
}

func TestRunWaitsForWhatHasBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, inRealTime)
		w.chat.hold = func(ctx context.Context, _ chat.Action) {
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Second):
			}
		}
		stop := running(t, w)
		w.types("ana", "general", "declare P1 Checkout is down")
		synctest.Wait()
		began := time.Now()
		require.NoError(t, stop())
		require.Equal(t, 5*time.Second, time.Since(began))
		require.NotEmpty(t, w.state(1).Room.Room, "what was done is written down")
	})
}

func TestRunCutsOffWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, inRealTime, func(c *Config) { c.Patience = time.Hour })
		w.chat.hold = func(ctx context.Context, _ chat.Action) { <-ctx.Done() }
		stop := running(t, w)
		w.types("ana", "general", "declare P1 Checkout is down")
		synctest.Wait()
		began := time.Now()
		require.NoError(t, stop())
		require.Equal(t, 8*time.Second, time.Since(began))
		depth, err := w.journal.Depth(t.Context())
		require.NoError(t, err)
		require.Positive(t, depth.Waiting, "it is kept for the next start")
	})
}

func TestRunEndsWhenEveryPlatformHasGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, inRealTime)
		w.chat.run = func(context.Context, chat.Hearer, func()) error {
			return errors.New("token revoked: install the app again")
		}
		err := w.Run(t.Context())
		require.ErrorContains(t, err, "room: token revoked: install the app again")
	})
}

func TestRunGoesOnWithThePlatformsThatAreLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		other := newPlace()
		other.name = "slack"
		other.run = func(context.Context, chat.Hearer, func()) error { return errors.New("token revoked") }
		w := newWorld(t, inRealTime, func(c *Config) { c.Platforms = append(c.Platforms, other) })
		stop := running(t, w)
		require.EqualError(t, w.Ready(t.Context()), "slack: token revoked")
		w.types("ana", "general", "declare P1 Checkout is down")
		synctest.Wait()
		require.NotEmpty(t, w.state(1).Room.Room)
		require.NoError(t, stop())
	})
}

func TestNewRefusesWhatCannotRun(t *testing.T) {
	t.Parallel()
	good := newWorld(t).cfgForAnother()
	for name, spoil := range map[string]func(*Config){
		"no journal":                   func(c *Config) { c.Journal = nil },
		"no playbook":                  func(c *Config) { c.Playbook = nil },
		"no clock":                     func(c *Config) { c.Now = nil },
		"platform room is there twice": func(c *Config) { c.Platforms = append(c.Platforms, newPlace()) },
	} {
		cfg := good
		spoil(&cfg)
		_, err := New(cfg)
		require.EqualError(t, err, "start the bot: "+name)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chat.fault = failing(chat.Post, 1, &chat.Error{Class: chat.Limited, Wait: 10 * time.Second})
	w.types("ana", "general", "declare P0 Checkout is down")
	w.types("ana", "general", "ack INC-1")
	w.types("ana", "general", "close INC-1")
	w.after(time.Minute)
	require.NoError(t, testutil.GatherAndCompare(w.registry, strings.NewReader(`
# HELP sitrep_commands_total Commands of people, by what came of them.
# TYPE sitrep_commands_total counter
sitrep_commands_total{command="acknowledge",outcome="done"} 1
sitrep_commands_total{command="close",outcome="refused"} 1
sitrep_commands_total{command="declare",outcome="done"} 1
# HELP sitrep_open_incidents Incidents that are not over.
# TYPE sitrep_open_incidents gauge
sitrep_open_incidents{severity="P0"} 1
# HELP sitrep_outbox_items Actions in the outbox.
# TYPE sitrep_outbox_items gauge
sitrep_outbox_items{state="dead"} 0
sitrep_outbox_items{state="waiting"} 0
`), "sitrep_commands_total", "sitrep_open_incidents", "sitrep_outbox_items"))
	require.InDelta(t, 1, testutil.ToFloat64(w.metrics.sent.WithLabelValues("room", "open", "done")), 0)
	require.InDelta(t, 1, testutil.ToFloat64(w.metrics.sent.WithLabelValues("room", "post", "limited")), 0)
	require.InDelta(t, 10, testutil.ToFloat64(w.metrics.waits.WithLabelValues("room")), 0.5)
}
