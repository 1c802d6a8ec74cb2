package main

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/store"
)

const (
	pending  = 10_000               // incidents whose clocks run
	ringing  = 2_500                // of them strike while somebody looks …
	interval = 4 * time.Millisecond // … one after the other
	settling = 8 * time.Second      // before the first one strikes; the bot reads all incidents meanwhile
)

// BenchmarkReminders measures the clocks of 10,000 open incidents in a running bot on a disk.
//
// late: 250 incidents a second strike for ten seconds; how late each was when its reminder was durable, beside bare
// timers for the same moments and a sync of the disk. start: from opening the journal until it is known which clock strikes next. idle:
// what a bot asks its journal while nothing is due.
func BenchmarkReminders(b *testing.B) {
	w := newWaiting(b)
	b.Run("start", w.start)
	b.Run("idle", w.idle)
	b.Run("late", w.late)
}

// waiting is a bot's data with incidents whose first clocks strike one after the other.
type waiting struct {
	dir   string
	first time.Time // when the first one strikes
}

func newWaiting(b *testing.B) *waiting {
	b.Helper()
	w := &waiting{dir: b.TempDir()}
	journal := openBolt(b, w.dir)
	cfg := usualBot(b, journal, &hall{name: "room"}, itself)
	var n atomic.Int64 // each incident is declared a little later than the one before
	cfg.Now = func() time.Time { return opening.Add(time.Duration(n.Load()) * interval) }
	declared(b, cfg, pending, func() { n.Add(1) })
	due, next, err := journal.Due(b.Context(), cfg.Now(), 0)
	require.NoError(b, err)
	require.Empty(b, due)
	w.first = next
	require.NoError(b, journal.Close())
	return w
}

// clock is one that shows the time before the first incident strikes, and then keeps the machine's time.
func (w *waiting) clock(before time.Duration) *clock {
	return &clock{speed: 1, base: w.first.Add(-before), began: time.Now()}
}

func (w *waiting) start(b *testing.B) {
	c := w.clock(time.Hour)
	var took, synced spread
	for b.Loop() {
		began := time.Now()
		journal := openBolt(b, w.dir)
		cfg := usualBot(b, journal, &hall{name: "room"}, itself)
		cfg.Now, cfg.After = c.Now, c.After
		house, err := bot.New(cfg)
		require.NoError(b, err)
		n, next, err := house.Wake(b.Context())
		took = append(took, time.Since(began))
		require.NoError(b, err)
		require.Zero(b, n)
		require.Equal(b, w.first, next)
		b.StopTimer()
		require.NoError(b, journal.Close())
		synced = append(synced, syncTime(b))
		b.StartTimer()
	}
	report(b, took.middle(), "next-known-ms")
	report(b, synced.middle(), "sync-ms")
	b.ReportMetric(ratio(took.middle(), synced.middle()), "x-sync")
}

func (w *waiting) idle(b *testing.B) {
	c := w.clock(time.Hour)
	journal := &asked{Journal: openBolt(b, w.dir)}
	cfg := usualBot(b, journal, &hall{name: "room"}, itself)
	cfg.Now, cfg.After = c.Now, c.After
	_, stop := live(b, cfg)
	until(b, "the bot to come to rest", func() bool { return delivered(b, journal) })
	<-time.After(time.Second)
	var questions int64
	began := time.Now()
	for b.Loop() {
		before := journal.times.Load()
		<-time.After(2 * time.Second)
		questions += journal.times.Load() - before
	}
	b.ReportMetric(float64(questions)/time.Since(began).Seconds(), "questions/s")
	stop()
	require.NoError(b, journal.Close())
}

func (w *waiting) late(b *testing.B) {
	if b.N > 1 {
		b.Skip("the clocks strike once")
	}
	synced := syncTime(b)
	journal := &asked{Journal: openBolt(b, w.dir), struck: make(map[string]time.Time)}
	due := make(map[string]time.Time)
	end := w.first.Add(ringing * interval)
	alarms, _, err := journal.Due(b.Context(), end, 0)
	require.NoError(b, err)
	for _, a := range alarms {
		due[a.Stream] = a.At
	}
	c := w.clock(settling)
	journal.now = c.Now
	cfg := usualBot(b, journal, &hall{name: "room"}, itself)
	cfg.Now, cfg.After = c.Now, c.After
	_, stop := live(b, cfg)
	b.ResetTimer()
	alone := bareTimers(c, slices.SortedFunc(maps.Values(due), time.Time.Compare))
	until(b, "all clocks to strike", func() bool { return journal.strikes() >= len(due) })
	b.StopTimer()
	stop()
	require.NoError(b, journal.Close())
	var late spread
	for stream, at := range due {
		require.Contains(b, journal.struck, stream)
		late = append(late, journal.struck[stream].Sub(at))
	}
	require.Greater(b, len(late), ringing*9/10)
	report(b, late.middle(), "p50-late-ms")
	report(b, late.at(0.99), "p99-late-ms")
	report(b, alone.at(0.99), "timer-p99-ms")
	report(b, synced, "sync-ms")
	b.ReportMetric(ratio(late.at(0.99), alone.at(0.99)+synced), "p99-x-timer-and-sync")
}

// bareTimers waits for the same moments and does nothing: how late a machine is that has the same to do beside it.
func bareTimers(c *clock, moments []time.Time) spread {
	var late spread
	for _, at := range moments {
		<-c.After(at.Sub(c.Now()))
		late = append(late, c.Now().Sub(at))
	}
	return late
}

// asked is a journal that counts what it is asked about what is to be done, and notes when the alarm of each stream
// was first answered.
type asked struct {
	store.Journal
	times atomic.Int64
	now   func() time.Time

	mu     sync.Mutex
	struck map[string]time.Time
}

// Due implements store.Clock.
func (a *asked) Due(ctx context.Context, now time.Time, limit int) ([]store.Alarm, time.Time, error) {
	a.times.Add(1)
	return a.Journal.Due(ctx, now, limit)
}

// Ready implements store.Outbox.
func (a *asked) Ready(ctx context.Context, now time.Time, limit int) ([]store.Item, time.Time, error) {
	a.times.Add(1)
	return a.Journal.Ready(ctx, now, limit)
}

// Commit implements store.Log.
func (a *asked) Commit(ctx context.Context, c store.Commit) (uint64, error) {
	last, err := a.Journal.Commit(ctx, c)
	a.note(c, err)
	return last, err
}

// CommitAll implements store.Log.
func (a *asked) CommitAll(ctx context.Context, commits []store.Commit) []store.Result {
	results := a.Journal.CommitAll(ctx, commits)
	for i, r := range results {
		a.note(commits[i], r.Err)
	}
	return results
}

func (a *asked) note(c store.Commit, err error) {
	if a.struck == nil || err != nil || len(c.Events) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.struck[c.Stream]; !ok {
		a.struck[c.Stream] = a.now()
	}
}

func (a *asked) strikes() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.struck)
}
