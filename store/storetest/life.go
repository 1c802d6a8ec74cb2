package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

var lifeCases = []testCase{
	{"life/restart", "everything survives a restart", checkRestart},
	{"life/watch", "a watch has a signal at once and after what may be new; signals coalesce", checkWatch},
	{"life/ping", "a healthy journal answers Ping", checkPing},
	{"life/snapshot", "a snapshot taken while commits go on opens as a journal with everything before it", checkSnapshot},
	{"life/snapshot fails", "a snapshot whose writer fails or whose context ends says so", checkSnapshotFails},
	{"life/context", "a context that has ended begins nothing", checkContext},
	{"life/closed", "after Close every method answers ErrClosed, and Close is fine twice", checkClosed},
}

func checkRestart(t *testing.T, h *Harness) {
	t.Helper()
	fill(t, h)
	was := portrait(t, h)
	h.Reopen(t)
	require.Equal(t, was, portrait(t, h))
	h.Reopen(t)
	require.Equal(t, was, portrait(t, h))
}

// picture is everything that a journal shows.
type picture struct {
	Streams []store.Stream
	Events  map[string][]store.Record
	Links   []store.Link
	Ready   []store.Item
	Dead    []store.Item
	Due     []store.Alarm
	Depth   store.Depth
}

func portrait(t *testing.T, j store.Journal) picture {
	t.Helper()
	p := picture{
		Streams: all(t, j.Streams(t.Context(), "")), Links: all(t, j.Scan(t.Context(), "")),
		Dead: dead(t, j), Depth: depth(t, j), Events: make(map[string][]store.Record),
	}
	for _, s := range p.Streams {
		p.Events[s.Name] = read(t, j, s.Name, 0)
	}
	var err error
	p.Ready, _, err = j.Ready(t.Context(), minute(1000), 0)
	require.NoError(t, err)
	p.Due, _, err = j.Due(t.Context(), minute(1000), 0)
	require.NoError(t, err)
	return p
}

func checkWatch(t *testing.T, h *Harness) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	one, two := h.Watch(ctx), h.Watch(t.Context())
	<-one
	<-two
	signalled := func(what string, change func()) {
		t.Helper()
		change()
		change2 := len(one)
		require.Equal(t, 1, change2, "no signal after %s", what)
		<-one
		<-two
	}
	signalled("an alarm", func() { must(t, h, store.Commit{Stream: "s", Wake: minute(1)}) })
	signalled("items", func() {
		outbox(t, h, store.Item{Key: "a", Lane: "l"}, store.Item{Key: "b", Lane: "l"}, store.Item{Key: "c", Needs: []string{"room"}})
		outbox(t, h, store.Item{Key: "d"})
	})
	signalled("a link that was needed", func() { link(t, h, "room", "C1") })
	signalled("the lane's next item", func() { settle(t, h, store.Settlement{Key: "a"}) })
	signalled("a retry", func() { settle(t, h, store.Settlement{Key: "b", Outcome: store.Retry, NotBefore: minute(3)}) })
	settle(t, h, store.Settlement{Key: "d", Outcome: store.Dead})
	for len(one) > 0 {
		<-one
		<-two
	}
	signalled("a revival", func() {
		_, err := h.Revive(t.Context(), "d")
		require.NoError(t, err)
	})
	cancel()
	must(t, h, store.Commit{Stream: "s", Wake: minute(2)})
	<-two
}

func checkPing(t *testing.T, h *Harness) {
	t.Helper()
	require.NoError(t, h.Ping(t.Context()))
	must(t, h, store.Commit{Stream: "s", Events: events(1, 1)})
	require.NoError(t, h.Ping(t.Context()))
	require.Len(t, all(t, h.Streams(t.Context(), "")), 1)
}

func checkSnapshot(t *testing.T, h *Harness) {
	t.Helper()
	fill(t, h)
	was := portrait(t, h)
	var buf bytes.Buffer
	require.NoError(t, h.Snapshot(t.Context(), &buf))
	must(t, h, store.Commit{Stream: "after", Events: events(1, 1)})
	copied := h.Restore(t, buf.Bytes())
	require.Equal(t, was, portrait(t, copied))
	_, err := copied.Verify(t.Context(), "")
	require.NoError(t, err)
	must(t, copied, store.Commit{Stream: "s-0", Expect: 10, Events: events(11, 1)})
	require.Len(t, read(t, h, "s-0", 0), 10, "the copy is not a copy")
}

var errFull = errors.New("tape full")

type fullTape struct{}

func (fullTape) Write([]byte) (int, error) { return 0, errFull }

func checkSnapshotFails(t *testing.T, h *Harness) {
	t.Helper()
	fill(t, h)
	require.ErrorIs(t, h.Snapshot(t.Context(), fullTape{}), errFull)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, h.Snapshot(ctx, io.Discard), context.Canceled)
	must(t, h, store.Commit{Stream: "s-0", Expect: 10, Events: events(11, 1)})
}

func checkContext(t *testing.T, h *Harness) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range callAll(ctx, h) {
		require.ErrorIs(t, err, context.Canceled, name)
	}
	require.Empty(t, all(t, h.Streams(t.Context(), "")))
}

func checkClosed(t *testing.T, h *Harness) {
	t.Helper()
	fill(t, h)
	require.NoError(t, h.Close())
	require.NoError(t, h.Close())
	for name, err := range callAll(t.Context(), h) {
		require.ErrorIs(t, err, store.ErrClosed, name)
	}
}

// callAll calls every method that takes a context and returns what they answered.
func callAll(ctx context.Context, j store.Journal) map[string]error {
	answers := make(map[string]error)
	_, answers["Commit"] = j.Commit(ctx, store.Commit{Stream: "s", Events: events(1, 1)})
	answers["CommitAll"] = j.CommitAll(ctx, []store.Commit{{Stream: "s"}})[0].Err
	_, _, _, answers["Seen"] = j.Seen(ctx, "r")
	_, answers["Sweep"] = j.Sweep(ctx, minute(0))
	_, answers["Verify"] = j.Verify(ctx, "")
	_, _, answers["Lookup"] = j.Lookup(ctx, "k")
	_, answers["Next"] = j.Next(ctx, "c")
	_, _, answers["Due"] = j.Due(ctx, minute(0), 0)
	_, _, answers["Ready"] = j.Ready(ctx, minute(0), 0)
	_, answers["Start"] = j.Start(ctx, "k")
	answers["Settle"] = j.Settle(ctx, store.Settlement{Key: "k"})
	_, answers["Revive"] = j.Revive(ctx, "k")
	_, answers["Depth"] = j.Depth(ctx)
	answers["Ping"] = j.Ping(ctx)
	answers["Snapshot"] = j.Snapshot(ctx, io.Discard)
	for _, err := range j.Events(ctx, "s", 0) {
		answers["Events"] = err
	}
	for _, err := range j.All(ctx) {
		answers["All"] = err
	}
	for _, err := range j.Streams(ctx, "") {
		answers["Streams"] = err
	}
	for _, err := range j.Scan(ctx, "") {
		answers["Scan"] = err
	}
	for _, err := range j.Dead(ctx) {
		answers["Dead"] = err
	}
	return answers
}
