package bolt

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

// benchEvent is the size of a usual event.
var benchEvent = make([]byte, 400)

// BenchmarkAppend commits one event at a time from a number of writers, each to a stream of its own, and compares
// the rate with that of a bare loop of one page and one sync. The two take turns on the same disk, so that whatever
// else the disk has to do slows both.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			const turns = 8
			dir := b.TempDir()
			j := mustOpen(b, filepath.Join(dir, "journal.db"), Options{})
			floor, lasts := 0.0, make([]uint64, writers)
			b.ResetTimer()
			for turn := range turns {
				b.StopTimer()
				floor += syncRate(b, dir) / turns
				b.StartTimer()
				appendAll(b, j, lasts, b.N*(turn+1)/turns-b.N*turn/turns)
			}
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "commits/s")
			b.ReportMetric(rate/floor, "x_fdatasync")
		})
	}
}

// appendAll shares n commits among as many writers as there are streams, whose last numbers it moves on.
func appendAll(b *testing.B, j *Journal, lasts []uint64, n int) {
	b.Helper()
	var wg sync.WaitGroup
	for w := range lasts {
		share := n*(w+1)/len(lasts) - n*w/len(lasts)
		wg.Go(func() {
			for range share {
				c := store.Commit{Stream: fmt.Sprintf("inc-%04d", w), Expect: lasts[w], Events: [][]byte{benchEvent}}
				last, err := j.Commit(context.Background(), c)
				if err != nil {
					b.Errorf("append: %v", err)
					return
				}
				lasts[w] = last
			}
		})
	}
	wg.Wait()
}

// syncRate tells how often per second the disk takes a page and a sync.
func syncRate(b *testing.B, dir string) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "floor"))
	require.NoError(b, err)
	defer func() { require.NoError(b, f.Close()) }()
	const pages = 64
	block := make([]byte, 4096)
	for n := range pages {
		_, err := f.WriteAt(block, int64(n)*4096)
		require.NoError(b, err)
	}
	require.NoError(b, fdatasync(f))
	began, n := time.Now(), 0
	for ; time.Since(began) < 100*time.Millisecond; n++ {
		_, err := f.WriteAt(block, int64(n%pages)*4096)
		require.NoError(b, err)
		require.NoError(b, fdatasync(f))
	}
	return float64(n) / time.Since(began).Seconds()
}

// alarms sets n alarms, step apart, in commits that share syncs.
func alarms(b *testing.B, j *Journal, n int, step time.Duration) {
	b.Helper()
	side(b, n, func(i int) error {
		_, err := j.Commit(context.Background(), store.Commit{
			Stream: fmt.Sprintf("inc-%06d", i), Events: [][]byte{benchEvent}, Wake: benchStart.Add(time.Duration(i) * step),
		})
		return err
	})
}

var benchStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// side does n things from many goroutines.
func side(b *testing.B, n int, do func(int) error) {
	b.Helper()
	const workers = 1024
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				if err := do(i); err != nil {
					b.Errorf("%d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkDue asks for the next alarm among 10,000 pending ones, of which one is due.
func BenchmarkDue(b *testing.B) {
	j := mustOpen(b, filepath.Join(b.TempDir(), "journal.db"), Options{})
	alarms(b, j, 10_000, time.Second)
	for b.Loop() {
		due, _, err := j.Due(context.Background(), benchStart, 0)
		if err != nil || len(due) != 1 {
			b.Fatalf("%d due, %v", len(due), err)
		}
	}
}

// BenchmarkDrain finds 100,000 alarms due at once and answers each with a commit of its own, which clears it and does
// or does not append an event.
func BenchmarkDrain(b *testing.B) {
	for name, events := range map[string][][]byte{"clear": nil, "event": {benchEvent}} {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			for b.Loop() {
				b.StopTimer()
				j := mustOpen(b, filepath.Join(b.TempDir(), "journal.db"), Options{})
				alarms(b, j, n, 0)
				b.StartTimer()
				drain(b, j, n, events)
				b.StopTimer()
				require.NoError(b, j.Close())
				b.StartTimer()
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "alarms/s")
		})
	}
}

func drain(b *testing.B, j *Journal, want int, events [][]byte) {
	b.Helper()
	due, _, err := j.Due(context.Background(), benchStart, 0)
	if err != nil || len(due) != want {
		b.Fatalf("%d due, %v", len(due), err)
	}
	commits := make([]store.Commit, 0, len(due))
	for _, a := range due {
		commits = append(commits, store.Commit{Stream: a.Stream, Expect: 1, Events: events})
	}
	for _, r := range j.CommitAll(context.Background(), commits) {
		if r.Err != nil {
			b.Fatal(r.Err)
		}
	}
	if due, _, err = j.Due(context.Background(), benchStart, 0); err != nil || len(due) != 0 {
		b.Fatalf("%d left, %v", len(due), err)
	}
}

// BenchmarkMillion works on a log of a million events in 33,334 streams: opening it, finding what is due, reading
// one stream, reading everything.
func BenchmarkMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "journal.db")
	million(b, path)
	b.Run("open", func(b *testing.B) { benchOpen(b, path) })
	b.Run("cold fold", func(b *testing.B) { benchCold(b, path) })
	j := mustOpen(b, path, Options{})
	b.Run("stream", func(b *testing.B) { benchStream(b, j) })
	b.Run("append", func(b *testing.B) { benchLone(b, j) })
	b.Run("fold", func(b *testing.B) {
		for b.Loop() {
			foldAll(b, j)
		}
	})
}

const (
	millionStreams = 33_334
	millionEvents  = 30
)

// million builds the log, thirty events a commit and streams mixed, as a bot leaves it behind in years.
func million(b *testing.B, path string) {
	b.Helper()
	j := mustOpen(b, path, Options{})
	for round := range uint64(3) {
		side(b, millionStreams, func(i int) error {
			c := store.Commit{Stream: fmt.Sprintf("inc-%06d", i), Expect: round * 10, At: benchStart}
			for range 10 {
				c.Events = append(c.Events, benchEvent)
			}
			if i%1000 == 0 {
				c.Wake = benchStart
			}
			_, err := j.Commit(context.Background(), c)
			return err
		})
	}
	require.NoError(b, j.Close())
}

// benchOpen opens, asks what is due, and closes.
func benchOpen(b *testing.B, path string) {
	b.Helper()
	for b.Loop() {
		j, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if due, _, err := j.Due(context.Background(), benchStart, 0); err != nil || len(due) != millionStreams/1000+1 {
			b.Fatalf("%d due, %v", len(due), err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchStream(b *testing.B, j *Journal) {
	b.Helper()
	for i := 0; b.Loop(); i++ {
		n := 0
		for _, err := range j.Events(context.Background(), fmt.Sprintf("inc-%06d", i*7919%millionStreams), 0) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n < millionEvents {
			b.Fatalf("%d events", n)
		}
	}
}

func benchLone(b *testing.B, j *Journal) {
	b.Helper()
	var last uint64
	for s, err := range j.Streams(context.Background(), "lone") {
		require.NoError(b, err)
		last = s.Last
	}
	for ; b.Loop(); last++ {
		c := store.Commit{Stream: "lone", Expect: last, Events: [][]byte{benchEvent}}
		if _, err := j.Commit(context.Background(), c); err != nil {
			b.Fatal(err)
		}
	}
}

// benchCold opens and reads everything after the kernel has forgotten the file, where it can be made to.
func benchCold(b *testing.B, path string) {
	b.Helper()
	for b.Loop() {
		b.StopTimer()
		dropCache(path)
		b.StartTimer()
		j, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		foldAll(b, j)
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func foldAll(b *testing.B, j *Journal) {
	b.Helper()
	n := 0
	for _, err := range j.All(context.Background()) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n < millionStreams*millionEvents {
		b.Fatalf("%d events", n)
	}
}
