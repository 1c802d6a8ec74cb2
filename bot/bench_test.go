package bot

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store/bolt"
)

// loaded is a bot on a disk with so many open incidents and nothing left to say about them.
func loaded(b *testing.B, open int) *world {
	b.Helper()
	journal, err := bolt.Open(filepath.Join(b.TempDir(), "sitrep.db"), bolt.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, journal.Close()) })
	w := &world{t: b, chat: newPlace(), clock: newClock(), journal: journal}
	w.start(func(c *Config) { c.Log = zerolog.Nop() })
	var wg sync.WaitGroup
	slots := make(chan struct{}, 64)
	for n := range open {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			w.declare(n+1, "P0")
		})
	}
	wg.Wait()
	return w
}

// BenchmarkHear measures a command from the platform's hand to its durable answer, one at a time and many at
// once, with 1,000 open incidents.
func BenchmarkHear(b *testing.B) {
	w := loaded(b, 1000)
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			var mu sync.Mutex
			var took []time.Duration
			var asked atomic.Int64
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := asked.Add(1)
					r := w.request("ana", "general", fmt.Sprintf("log INC-%d looked at it", n%1000+1))
					began := time.Now()
					w.Hear(context.Background(), r)
					d := time.Since(began)
					mu.Lock()
					took = append(took, d)
					mu.Unlock()
				}
			})
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkWake measures clocks that strike at once, an incident each.
func BenchmarkWake(b *testing.B) {
	w := loaded(b, 1000)
	b.ResetTimer()
	woken := 0
	for range b.N {
		b.StopTimer()
		_, next, err := w.Wake(b.Context())
		require.NoError(b, err)
		if next.IsZero() {
			b.Skip("no clock is left")
		}
		w.clock.advance(next.Sub(w.clock.Now()))
		b.StartTimer()
		n, _, err := w.Wake(b.Context())
		require.NoError(b, err)
		woken += n
	}
	b.ReportMetric(float64(woken)/float64(b.N), "incidents/op")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(max(1, woken)), "µs/incident")
}

// BenchmarkStart measures a bot that starts with 1,000 open incidents, until it can hear.
func BenchmarkStart(b *testing.B) {
	w := loaded(b, 1000)
	cfg := w.cfgForAnother()
	b.ResetTimer()
	for range b.N {
		bot, err := New(cfg)
		require.NoError(b, err)
		require.Len(b, bot.open.numbers(0), 1000)
	}
}

// BenchmarkPreload measures reading all of 1,000 open incidents with their chains checked.
func BenchmarkPreload(b *testing.B) {
	w := loaded(b, 1000)
	cfg := w.cfgForAnother()
	b.ResetTimer()
	for range b.N {
		bot, err := New(cfg)
		require.NoError(b, err)
		open, err := bot.open.states(b.Context(), 0)
		require.NoError(b, err)
		require.Len(b, open, 1000)
	}
}
