package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/store/bolt"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// The benchmarks here measure the whole program. docs/benchmarks.md tells what each of them promises, and next to
// what each figure is measured: machines differ, the ratio to a floor on the same machine at the same time does not.

// usualBot is the bot of the transcripts on one platform: nexus-micro, whose P0 brings in a team of six, and the
// machine's own clock.
func usualBot(b *testing.B, journal store.Journal, p chat.Platform, id func(person string) string) bot.Config {
	b.Helper()
	book, err := playbook.Load("nexus-micro")
	require.NoError(b, err)
	c := machineClock()
	cfg := bot.Config{
		Journal: journal, Platforms: []chat.Platform{p}, Playbook: book, Roles: map[playbook.RoleID][]string{},
		Channels: map[chat.Name]bot.Channels{p.Name(): {Announce: "incidents", Stakeholders: "leadership", Status: "status"}},
		Now:      c.Now, After: c.After, Log: zerolog.New(os.Stderr).Level(zerolog.ErrorLevel),
	}
	for role, who := range usualRoles {
		cfg.Roles[playbook.RoleID(role)] = []string{who}
	}
	for _, who := range people {
		cfg.People = append(cfg.People, bot.Person{ID: who, Name: who, Language: "en", Handles: map[chat.Name]string{p.Name(): id(who)}})
	}
	return cfg
}

// itself is the id of a person where ids are names.
func itself(person string) string { return person }

// openBolt opens a journal on the disk.
func openBolt(b *testing.B, dir string) store.Journal {
	b.Helper()
	journal, err := bolt.Open(folder(dir).journal(), bolt.Options{})
	require.NoError(b, err)
	return journal
}

// boltIn is openBolt for a journal that is closed when the benchmark ends.
func boltIn(b *testing.B, dir string) store.Journal {
	b.Helper()
	journal := openBolt(b, dir)
	b.Cleanup(func() { require.NoError(b, journal.Close()) })
	return journal
}

// live runs a bot until stop is called. It returns when the platform is connected and everybody in the config was
// looked up.
func live(b *testing.B, cfg bot.Config) (house *bot.Bot, stop func()) {
	b.Helper()
	connected := make(chan struct{})
	cfg.Platforms = heralds(cfg.Platforms, func() { close(connected) })
	house, err := bot.New(cfg)
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- house.Run(ctx) }()
	select {
	case <-connected:
	case err := <-ended:
		require.NoError(b, err, "the bot does not start")
	}
	until(b, "the channels to be looked up", func() bool { return links(b, cfg.Journal, "channel/") == 3 })
	return house, func() {
		cancel()
		require.NoError(b, <-ended)
	}
}

func links(b *testing.B, journal store.Journal, prefix string) int {
	b.Helper()
	n := 0
	for _, err := range journal.Scan(context.Background(), prefix) {
		require.NoError(b, err)
		n++
	}
	return n
}

// until looks again and again until something is so.
func until(b *testing.B, what string, done func() bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-ctx.Done():
			b.Fatalf("waited a minute for %s", what)
		}
	}
}

// delivered tells whether nothing waits in the outbox.
func delivered(b *testing.B, journal store.Journal) bool {
	b.Helper()
	depth, err := journal.Depth(context.Background())
	require.NoError(b, err)
	require.Zero(b, depth.Dead, "actions were given up")
	return depth.Waiting == 0
}

// typed is a slash command of ana's.
func typed(p chat.Name, id, text string) chat.Request {
	return chat.Request{
		Delivery: "bench/" + id, Platform: p, Kind: chat.Typed, Text: text,
		By: chat.User{ID: "ana", Handle: "ana", Name: "ana"}, Room: "C000GENERAL", RoomName: "general",
	}
}

// declared opens incidents, many at a time, and says and does all that follows as fast as the platform can.
// before runs before each of them; it may be nil.
func declared(b *testing.B, cfg bot.Config, open int, before func()) {
	b.Helper()
	p := cfg.Platforms[0].Name()
	cfg.Workers, cfg.Patience = 256, time.Minute
	cfg.Budgets = map[chat.Name]bot.Budget{p: {PerSecond: 1e6, Burst: 1e6, RoomPerSecond: 1e6, RoomBurst: 1e6}}
	house, err := bot.New(cfg)
	require.NoError(b, err)
	side(open, 64, func(n int) {
		if before != nil {
			before()
		}
		house.Hear(context.Background(), typed(p, fmt.Sprintf("declare/%d", n), fmt.Sprintf("declare P1 Checkout is down in shop %d", n)))
	})
	_, err = house.Quiesce(context.Background())
	require.NoError(b, err)
	require.True(b, delivered(b, cfg.Journal))
	require.Equal(b, open, links(b, cfg.Journal, "open/"))
}

// side does n things, so many at a time.
func side(n, width int, do func(int)) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range min(n, width) {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				do(int(i) - 1)
			}
		})
	}
	all.Wait()
}

// hall is a chat platform that does everything at once and keeps nothing, so that what is measured is the bot.
type hall struct {
	name chat.Name
	said atomic.Int64
}

// Name implements chat.Platform.
func (h *hall) Name() chat.Name { return h.name }

// Run implements chat.Platform.
func (h *hall) Run(ctx context.Context, _ chat.Hearer, ready func()) error {
	ready()
	<-ctx.Done()
	return nil
}

// Do implements chat.Platform.
func (h *hall) Do(_ context.Context, a chat.Action, _ bool) (chat.Result, error) {
	r := chat.Result{Room: a.Room, Message: chat.MessageID(fmt.Sprintf("m%d", h.said.Add(1)))}
	if a.Verb == chat.OpenRoom {
		r.Room, r.RoomName = chat.RoomID("C-"+a.Spec.Name), a.Spec.Name
	}
	return r, nil
}

// Person implements chat.Platform.
func (h *hall) Person(_ context.Context, handle string) (chat.User, error) {
	return chat.User{ID: chat.UserID(handle), Handle: handle, Name: handle}, nil
}

// Place implements chat.Platform.
func (h *hall) Place(_ context.Context, name string) (chat.RoomID, error) {
	return chat.RoomID("C-" + name), nil
}

// spread are durations, of which one looks at the middle and at the end.
type spread []time.Duration

func (s spread) at(share float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func (s spread) middle() time.Duration { return s.at(0.5) }

// report puts a duration among the figures, in milliseconds.
func report(b *testing.B, d time.Duration, name string) {
	b.Helper()
	b.ReportMetric(float64(d)/float64(time.Millisecond), name)
}

// ratio tells how many times as long as a floor something took.
func ratio(d, floor time.Duration) float64 { return float64(d) / float64(max(floor, 1)) }

// syncTime is how long the disk takes for a page and a sync, as it is now.
func syncTime(b *testing.B) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	require.NoError(b, err)
	defer func() { require.NoError(b, f.Close()) }()
	page, all := make([]byte, 4096), spread{}
	for n := range 64 {
		began := time.Now()
		_, err := f.WriteAt(page, int64(n%8)*4096)
		require.NoError(b, err)
		require.NoError(b, f.Sync())
		all = append(all, time.Since(began))
	}
	return all.middle()
}
