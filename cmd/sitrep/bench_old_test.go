package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

const (
	oldOpen    = 1000      // incidents that are open, in the young house and in the old one
	oldEntries = 1_000_000 // entries of the incidents that are closed, in the old one
	oldClosed  = 100_000   // and how many they are at least
	molded     = 123_456   // a number that stands for that of every closed incident
)

// BenchmarkOld compares a house in which nothing was ever closed with one whose log holds 100,000 closed incidents
// with a million entries or more. Both have 1,000 open ones, with their rooms, and lie on the disk.
//
// start: the program from its first instruction to "ready", beside one that only opens a port. verify: reading and
// checking every entry, beside reading the file. list, command, tick: what people and clocks ask of a bot, in both
// houses by turns; x-young is near 1 when closed incidents cost nothing.
func BenchmarkOld(b *testing.B) {
	h := newHouses(b)
	b.Run("start", h.start)
	b.Run("verify", h.verify)
	t := twins{young: enter(b, h.young), old: enter(b, h.old)}
	b.Run("tick", t.tick)
	b.Run("command", func(b *testing.B) { t.ask(b, "log INC-%d looked at it") })
	b.Run("show", func(b *testing.B) { t.ask(b, "show INC-%d") })
	b.Run("list", func(b *testing.B) { t.ask(b, "list") })
}

// houses are two data folders.
type houses struct {
	young, old string
	entries    int // in the old one
}

func newHouses(b *testing.B) *houses {
	b.Helper()
	h := &houses{young: filepath.Join(b.TempDir(), "young"), old: filepath.Join(b.TempDir(), "old")}
	furnish(b, h.young, oldOpen)
	require.NoError(b, os.CopyFS(h.old, os.DirFS(h.young)))
	journal := openBolt(b, h.old)
	h.entries = age(b, journal)
	require.NoError(b, journal.Close())
	size := func(dir string) int64 {
		info, err := os.Stat(folder(dir).journal())
		require.NoError(b, err)
		return info.Size() >> 20
	}
	b.Logf("young: %d MB; old: %d MB, %d entries of closed incidents", size(h.young), size(h.old), h.entries)
	return h
}

// furnish makes a data folder with so many open incidents, their rooms in the browser room.
func furnish(b *testing.B, dir string, open int) {
	b.Helper()
	require.NoError(b, folder(dir).make())
	journal := openBolt(b, dir)
	keep, err := room.OpenFile(folder(dir).room())
	require.NoError(b, err)
	// Far ahead of the machine's clock, so that nothing is due when the program starts on this folder.
	now := func() time.Time { return opening.AddDate(20, 0, 0) }
	r, err := room.New(room.Config{
		People: residents(), Channels: []string{"incidents", "leadership", "status", "general"}, Open: true, Keep: keep, Now: now, Log: zerolog.Nop(),
	})
	require.NoError(b, err)
	cfg := usualBot(b, journal, r, itself)
	cfg.Now = now
	declared(b, cfg, open, nil)
	require.NoError(b, keep.Close())
	require.NoError(b, journal.Close())
}

func residents() []room.Person {
	var all []room.Person
	for _, who := range people {
		all = append(all, room.Person{Handle: who, Name: who})
	}
	return all
}

// age adds closed incidents to a journal, and tells how many entries they have.
func age(b *testing.B, journal store.Journal) int {
	b.Helper()
	m := newMold(b)
	n := max(oldClosed, (oldEntries+len(m.entries)-1)/len(m.entries))
	const batch = 1000
	side(n/batch, 4, func(i int) {
		commits := make([]store.Commit, batch)
		for j := range commits {
			commits[j] = m.cast(b, 200_000+i*batch+j)
		}
		for _, r := range journal.CommitAll(context.Background(), commits) {
			if r.Err != nil {
				b.Error(r.Err)
			}
		}
	})
	return n / batch * batch * len(m.entries)
}

// mold is a closed incident from which others are cast: what is left of it in a journal.
type mold struct {
	entries []stream.Entry
	links   []store.Link
}

// newMold lives one incident from its declaration to its end.
func newMold(b *testing.B) mold {
	b.Helper()
	journal := store.NewMemory()
	p := &hall{name: "room"}
	cfg := usualBot(b, journal, p, itself)
	now := opening
	cfg.Now = func() time.Time { return now }
	for range molded - 1 {
		_, err := journal.Next(b.Context(), "incident")
		require.NoError(b, err)
	}
	house, err := bot.New(cfg)
	require.NoError(b, err)
	for n, line := range []string{"declare P2 Search finds nothing", "cancel INC-123456 It was a drill"} {
		now = now.Add(time.Minute)
		house.Hear(b.Context(), typed(p.Name(), strconv.Itoa(n), line))
		_, err := house.Quiesce(b.Context())
		require.NoError(b, err)
	}
	require.Zero(b, links(b, journal, "open/"), "the incident is over")
	var m mold
	for record, err := range journal.Events(b.Context(), bot.Stream(molded), 0) {
		require.NoError(b, err)
		e, err := stream.Decode(record.Data)
		require.NoError(b, err)
		m.entries = append(m.entries, e)
	}
	for link, err := range journal.Scan(b.Context(), "") {
		require.NoError(b, err)
		if m.renumber(link.Key, 200_000) != link.Key {
			m.links = append(m.links, link)
		}
	}
	require.NotEmpty(b, m.entries)
	require.NotEmpty(b, m.links)
	return m
}

// renumber puts another number of six digits in the place of the mold's. Keys that are ordered from the newest to
// the oldest count from the other end.
func (mold) renumber(text string, n int) string {
	const last = 9_999_999_999
	data := bytes.ReplaceAll([]byte(text), fmt.Append(nil, last-molded), fmt.Append(nil, last-n))
	return string(bytes.ReplaceAll(data, fmt.Append(nil, molded), fmt.Append(nil, n)))
}

// cast is an incident of another number, with a chain of its own.
func (m mold) cast(b *testing.B, n int) store.Commit {
	b.Helper()
	c := store.Commit{Stream: bot.Stream(n), At: opening}
	var head stream.Head
	for _, e := range m.entries {
		sealed, err := head.Seal(stream.Moment{Now: e.At, By: e.By}, told{e.Kind, json.RawMessage(m.renumber(string(e.Data), n))})
		if err != nil {
			b.Error(err)
		}
		head = sealed.Head()
		data, err := sealed.Encode()
		if err != nil {
			b.Error(err)
		}
		c.Events = append(c.Events, data)
	}
	for _, l := range m.links {
		c.Links = append(c.Links, store.Link{Key: m.renumber(l.Key, n), Value: m.renumber(l.Value, n)})
	}
	return c
}

// told is an event as it was recorded.
type told struct {
	kind string
	json.RawMessage
}

// Kind implements stream.Event.
func (t told) Kind() string { return t.kind }

// twins are the bots of both houses, of which the same is asked by turns.
type twins struct {
	young, old *tenant
	asked      int
}

// tenant is a bot in a house, with a clock that is set by hand.
type tenant struct {
	*bot.Bot
	now time.Time
}

// enter is a bot that does nothing by itself.
func enter(b *testing.B, dir string) *tenant {
	b.Helper()
	t := &tenant{now: opening.AddDate(20, 0, 0)}
	cfg := usualBot(b, boltIn(b, dir), &hall{name: "room"}, itself)
	cfg.Now = func() time.Time { return t.now }
	var err error
	t.Bot, err = bot.New(cfg)
	require.NoError(b, err)
	return t
}

func (t *twins) tick(b *testing.B) {
	t.compare(b, func(who *tenant) time.Duration { return who.tick(b) })
}

// tick lets the next clocks strike and tells how long each took.
func (t *tenant) tick(b *testing.B) time.Duration {
	b.Helper()
	_, next, err := t.Wake(b.Context())
	require.NoError(b, err)
	require.False(b, next.IsZero(), "no clock is left")
	t.now = next
	began := time.Now()
	n, _, err := t.Wake(b.Context())
	took := time.Since(began)
	require.NoError(b, err)
	require.Positive(b, n)
	return took / time.Duration(n)
}

// ask has ana ask something, about an incident that is open.
func (t *twins) ask(b *testing.B, line string) {
	b.Helper()
	ask := func(who *tenant) time.Duration {
		t.asked++
		text := line
		if strings.Contains(line, "%d") {
			text = fmt.Sprintf(line, t.asked/2%oldOpen+1)
		}
		began := time.Now()
		who.Hear(b.Context(), typed("room", fmt.Sprintf("old/%d", t.asked), text))
		return time.Since(began)
	}
	for range 100 { // what is read first is in memory then
		ask(t.young)
		ask(t.old)
	}
	t.compare(b, ask)
}

func (t *twins) compare(b *testing.B, do func(*tenant) time.Duration) {
	b.Helper()
	var old, young spread
	for b.Loop() {
		young = append(young, do(t.young))
		old = append(old, do(t.old))
	}
	report(b, old.middle(), "old-ms")
	report(b, young.middle(), "young-ms")
	b.ReportMetric(ratio(old.middle(), young.middle()), "x-young")
}

// verify checks the whole log of the old house, with the program's own command.
func (h *houses) verify(b *testing.B) {
	var took, floor spread
	for b.Loop() {
		floor = append(floor, readFile(b, folder(h.old).journal()))
		began := time.Now()
		var out, errs bytes.Buffer
		code := run([]string{"log", "verify", "--data", h.old}, nil, &out, &errs, os.LookupEnv)
		took = append(took, time.Since(began))
		require.Zero(b, code, "%s", errs.String())
	}
	report(b, took.middle(), "verify-ms")
	report(b, floor.middle(), "read-ms")
	b.ReportMetric(ratio(took.middle(), floor.middle()), "x-read")
	b.ReportMetric(float64(h.entries)/took.middle().Seconds(), "entries/s")
}

func readFile(b *testing.B, path string) time.Duration {
	b.Helper()
	began := time.Now()
	f, err := os.Open(path)
	require.NoError(b, err)
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	require.NoError(b, err)
	return time.Since(began)
}
