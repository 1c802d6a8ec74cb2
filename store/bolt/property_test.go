package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/store"
)

// TestBoltIsMemory plays random histories to both stores and wants the same answers, restarts included. The names
// are few, so that conflicts, repeated requests, taken claims and replaced items are frequent.
func TestBoltIsMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, "journal.db")
		require.NoError(rt, os.RemoveAll(path))
		p := &pair{path: path, memory: store.NewMemory(), bolt: reopened(rt, path)}
		defer func() { _ = p.bolt.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":       p.compare,
			"commit": p.commit,
			"start":  p.start,
			"settle": p.settle,
			"revive": p.revive,
			"sweep":  p.sweep,
			"next":   p.next,
			"reopen": p.reopen,
		})
		_, err := p.bolt.Verify(context.Background(), "")
		require.NoError(rt, err)
	})
}

func reopened(t require.TestingT, path string) *Journal {
	j, err := Open(path, Options{})
	require.NoError(t, err)
	return j
}

// pair is a history told to two journals.
type pair struct {
	path   string
	memory *store.Memory
	bolt   *Journal
	items  int
}

var ctx = context.Background()

func oneOf(t *rapid.T, kind string, n int) string {
	return fmt.Sprintf("%s-%d", kind, rapid.IntRange(0, n-1).Draw(t, kind))
}

func maybe(t *rapid.T, kind string, n int) string {
	return rapid.SampledFrom([]string{"", oneOf(t, kind, n)}).Draw(t, "maybe "+kind)
}

func moment(t *rapid.T) time.Time {
	n := rapid.IntRange(0, 9).Draw(t, "minute")
	if n == 0 {
		return time.Time{}
	}
	return time.Date(2026, 1, 1, 0, n, 0, n, time.UTC)
}

func some[T any](t *rapid.T, name string, draw func(*rapid.T) T) []T {
	return rapid.SliceOfN(rapid.Custom(draw), 0, 3).Draw(t, name)
}

func (p *pair) item(t *rapid.T) store.Item {
	it := store.Item{
		Key: fmt.Sprintf("item-%d", p.items), Lane: maybe(t, "lane", 3), Replaces: maybe(t, "replaces", 2),
		Rank: rapid.IntRange(0, 3).Draw(t, "rank"), NotBefore: moment(t), Payload: []byte("p"),
		Needs: some(t, "needs", func(t *rapid.T) string { return oneOf(t, "link", 4) }),
	}
	if rapid.IntRange(0, 9).Draw(t, "fresh") > 0 {
		p.items++
	}
	if len(it.Needs) == 0 {
		it.Needs = nil
	}
	return it
}

func drawLink(t *rapid.T) store.Link {
	return store.Link{Key: oneOf(t, "link", 4), Value: maybe(t, "value", 2)}
}

func drawClaim(t *rapid.T) store.Link {
	return store.Link{Key: oneOf(t, "link", 4), Value: oneOf(t, "value", 2)}
}

func (p *pair) drawSettlement(t *rapid.T) store.Settlement {
	return store.Settlement{
		Key: p.drawKey(t), Outcome: store.Outcome(rapid.IntRange(0, 2).Draw(t, "outcome")), NotBefore: moment(t),
		Note: maybe(t, "note", 2), Unsure: rapid.Bool().Draw(t, "unsure"), Links: some(t, "learnt", drawLink),
	}
}

func (p *pair) drawKey(t *rapid.T) string { return oneOf(t, "item", p.items+1) }

func (p *pair) commit(t *rapid.T) {
	c := store.Commit{
		Stream: oneOf(t, "stream", 3), Wake: moment(t), At: moment(t), Seen: maybe(t, "seen", 30),
		Events: some(t, "events", func(t *rapid.T) []byte { return []byte(oneOf(t, "event", 100)) }),
		Outbox: some(t, "outbox", p.item), Links: some(t, "links", drawLink), Claims: some(t, "claims", drawClaim),
		Settle: some(t, "settle", p.drawSettlement),
	}
	for s, err := range p.memory.Streams(ctx, c.Stream) {
		require.NoError(t, err)
		c.Expect = s.Last
	}
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		c.Expect++
	}
	want, wantErr := p.memory.Commit(ctx, c)
	got, err := p.bolt.Commit(ctx, c)
	same(t, wantErr, err)
	require.Equal(t, want, got)
}

// same wants the same kind of answer.
func same(t *rapid.T, want, got error) {
	if want == nil {
		require.NoError(t, got)
		return
	}
	require.EqualError(t, got, want.Error())
	for _, kind := range []error{store.ErrInvalid, store.ErrSeen, store.ErrConflict, store.ErrTaken} {
		if want := fmt.Sprint(errors.Is(want, kind)); want != fmt.Sprint(errors.Is(got, kind)) {
			t.Fatalf("%v: memory %s", got, want)
		}
	}
}

func (p *pair) start(t *rapid.T) {
	keys := some(t, "keys", p.drawKey)
	want, err := p.memory.Start(ctx, keys...)
	require.NoError(t, err)
	got, err := p.bolt.Start(ctx, keys...)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func (p *pair) settle(t *rapid.T) {
	s := some(t, "settlements", p.drawSettlement)
	same(t, p.memory.Settle(ctx, s...), p.bolt.Settle(ctx, s...))
}

func (p *pair) revive(t *rapid.T) {
	keys := some(t, "keys", p.drawKey)
	want, err := p.memory.Revive(ctx, keys...)
	require.NoError(t, err)
	got, err := p.bolt.Revive(ctx, keys...)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func (p *pair) sweep(t *rapid.T) {
	before := moment(t)
	want, err := p.memory.Sweep(ctx, before)
	require.NoError(t, err)
	got, err := p.bolt.Sweep(ctx, before)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func (p *pair) next(t *rapid.T) {
	counter := oneOf(t, "counter", 2)
	want, err := p.memory.Next(ctx, counter)
	require.NoError(t, err)
	got, err := p.bolt.Next(ctx, counter)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func (p *pair) reopen(t *rapid.T) {
	var buf bytes.Buffer
	require.NoError(t, p.memory.Snapshot(ctx, &buf))
	memory, err := store.RestoreMemory(&buf)
	require.NoError(t, err)
	require.NoError(t, p.bolt.Close())
	p.memory, p.bolt = memory, reopened(t, p.path)
}

// compare wants both to look the same from every side.
func (p *pair) compare(t *rapid.T) {
	now, limit := moment(t), rapid.IntRange(0, 3).Draw(t, "limit")
	want, got := look(t, p.memory, now, limit), look(t, p.bolt, now, limit)
	require.Equal(t, want, got)
}

type view struct {
	streams        []store.Stream
	records        []store.Record
	entries        int
	links          []store.Link
	ready, dead    []store.Item
	due            []store.Alarm
	readyAt, dueAt time.Time
	depth          store.Depth
}

func look(t *rapid.T, j store.Journal, now time.Time, limit int) (v view) {
	var err error
	for s, err := range j.Streams(ctx, "") {
		require.NoError(t, err)
		v.streams = append(v.streams, s)
		for r, err := range j.Events(ctx, s.Name, s.Last/2) {
			require.NoError(t, err)
			v.records = append(v.records, r)
		}
	}
	for _, err := range j.All(ctx) {
		require.NoError(t, err)
		v.entries++
	}
	for l, err := range j.Scan(ctx, "") {
		require.NoError(t, err)
		v.links = append(v.links, l)
	}
	for it, err := range j.Dead(ctx) {
		require.NoError(t, err)
		v.dead = append(v.dead, it)
	}
	v.ready, v.readyAt, err = j.Ready(ctx, now, limit)
	require.NoError(t, err)
	v.due, v.dueAt, err = j.Due(ctx, now, limit)
	require.NoError(t, err)
	if len(v.due) == 0 {
		v.due = nil
	}
	v.depth, err = j.Depth(ctx)
	require.NoError(t, err)
	return v
}
