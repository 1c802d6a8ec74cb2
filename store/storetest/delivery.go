package storetest

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

var deliveryCases = []testCase{
	{"delivery/item", "an item comes back as it was committed, with its moment", checkItemWhole},
	{"delivery/tries", "Start counts tries and takes an item out of Ready; who comes second does not get it", checkTries},
	{"delivery/start race", "of many that start an item one gets it", checkStartRace},
	{"delivery/killed", "an item whose process died while it was delivered is offered again, and known to be unsure", checkKilled},
	{"delivery/retry", "a retry waits for its moment, and Note and Unsure are kept", checkRetry},
	{"delivery/dead", "a dead item leaves its lane, keeps its note, and is counted, also after a restart", checkDead},
	{"delivery/revive", "a revived item goes to the end of its lane, to be tried at once", checkRevive},
	{"delivery/settle again", "a settlement may be repeated, and of unknown items is passed over with its links", checkSettleAgain},
	{"delivery/settle together", "settlements of one call take effect together", checkSettleTogether},
	{"delivery/depth", "Depth counts what waits, in flight too, what is dead, and knows the oldest", checkDepth},
}

func checkItemWhole(t *testing.T, h *Harness) {
	t.Helper()
	link(t, h, "room", "C1")
	want := store.Item{
		Key: "inc-1/3/2", Lane: "room/inc-1", Needs: []string{"room"}, Replaces: "card/inc-1", Rank: 3,
		NotBefore: minute(1), Payload: []byte("\x00\xffpayload"),
	}
	given := want
	given.Tries, given.Unsure, given.Note, given.At = 9, true, "ignored", minute(77)
	must(t, h, store.Commit{Stream: "s", At: minute(0), Outbox: []store.Item{given, {Key: "bare"}}})
	want.At = minute(0)
	h.Reopen(t)
	items, _, err := h.Ready(t.Context(), minute(1), 0)
	require.NoError(t, err)
	require.Equal(t, []store.Item{{Key: "bare", At: minute(0)}, want}, items)
}

func checkTries(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "a"}, store.Item{Key: "b"})
	require.Equal(t, 1, start(t, h, "a").Tries)
	started, err := h.Start(t.Context(), "b", "a", "b", "unknown")
	require.NoError(t, err)
	require.Equal(t, []string{"b"}, keys(started))
	require.Empty(t, ready(t, h, minute(0)))
	settle(t, h, store.Settlement{Key: "a", Outcome: store.Retry})
	again := start(t, h, "a")
	require.Equal(t, 2, again.Tries)
	require.False(t, again.Unsure, "the first try surely had no effect")
	settle(t, h, store.Settlement{Key: "a"})
	started, err = h.Start(t.Context(), "a")
	require.NoError(t, err)
	require.Empty(t, started)
}

func checkStartRace(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "a"}, store.Item{Key: "b"}, store.Item{Key: "c"})
	var got atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			items, err := h.Start(t.Context(), "a", "b", "c")
			if err != nil {
				t.Errorf("start: %v", err)
			}
			got.Add(int32(len(items)))
		})
	}
	wg.Wait()
	require.EqualValues(t, 3, got.Load())
}

func checkKilled(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "started", Lane: "l"}, store.Item{Key: "behind", Lane: "l"}, store.Item{Key: "not started"})
	start(t, h, "started")
	h.Reopen(t)
	items, _, err := h.Ready(t.Context(), minute(0), 0)
	require.NoError(t, err)
	require.Equal(t, []string{"started", "not started"}, keys(items))
	require.True(t, items[0].Unsure)
	require.Equal(t, 1, items[0].Tries)
	require.False(t, items[1].Unsure)
	again := start(t, h, "started")
	require.True(t, again.Unsure)
	require.Equal(t, 2, again.Tries)
	settle(t, h, store.Settlement{Key: "started"})
	require.Equal(t, []string{"behind", "not started"}, ready(t, h, minute(0)))
}

func checkRetry(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "k", NotBefore: minute(1)})
	start(t, h, "k")
	settle(t, h, store.Settlement{Key: "k", Outcome: store.Retry, NotBefore: minute(4), Note: "post to C1: 502", Unsure: true})
	require.Empty(t, ready(t, h, minute(3)))
	h.Reopen(t)
	items, next, err := h.Ready(t.Context(), minute(3), 0)
	require.NoError(t, err)
	require.Empty(t, items)
	require.Equal(t, minute(4), next)
	items, _, err = h.Ready(t.Context(), minute(4), 0)
	require.NoError(t, err)
	require.Equal(t, []store.Item{{
		Key: "k", NotBefore: minute(4), At: minute(0), Tries: 1, Unsure: true, Note: "post to C1: 502",
	}}, items)
	settle(t, h, store.Settlement{Key: "k", Outcome: store.Retry, NotBefore: minute(2)})
	require.Equal(t, []string{"k"}, ready(t, h, minute(2)))
}

func checkDead(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "2", Lane: "l", Payload: []byte("p")}, store.Item{Key: "1", Lane: "l"}, store.Item{Key: "3", Lane: "l"})
	start(t, h, "2")
	settle(t, h, store.Settlement{
		Key: "2", Outcome: store.Dead, Note: "post to C1: channel archived", Unsure: true,
		Links: []store.Link{{Key: "room", Value: "C2"}},
	})
	require.Equal(t, "C2", lookup(t, h, "room"))
	require.Equal(t, []string{"1"}, ready(t, h, minute(0)))
	settle(t, h, store.Settlement{Key: "1", Outcome: store.Dead, Note: "no"})
	h.Reopen(t)
	gone := dead(t, h)
	require.Equal(t, []string{"1", "2"}, keys(gone))
	require.Equal(t, "post to C1: channel archived", gone[1].Note)
	require.Equal(t, "p", string(gone[1].Payload))
	require.Equal(t, 1, gone[1].Tries)
	require.True(t, gone[1].Unsure)
	require.Equal(t, store.Depth{Waiting: 1, Dead: 2, Oldest: minute(0)}, depth(t, h))
	settle(t, h, store.Settlement{Key: "2"})
	require.Equal(t, []string{"1"}, keys(dead(t, h)))
}

func checkRevive(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "1", Lane: "l"}, store.Item{Key: "2", Lane: "l"})
	start(t, h, "1")
	settle(t, h, store.Settlement{Key: "1", Outcome: store.Dead, Note: "no", Unsure: true, NotBefore: minute(9)})
	n, err := h.Revive(t.Context(), "1", "2", "unknown", "1")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Empty(t, dead(t, h))
	require.Equal(t, []string{"2"}, ready(t, h, minute(0)))
	settle(t, h, store.Settlement{Key: "2"})
	again := start(t, h, "1")
	require.Equal(t, 1, again.Tries)
	require.True(t, again.Unsure)
	require.Equal(t, "no", again.Note)
}

func checkSettleAgain(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "k"}, store.Item{Key: "dead"})
	done := store.Settlement{Key: "k", Links: []store.Link{{Key: "room", Value: "1"}}}
	settle(t, h, done)
	link(t, h, "room", "2")
	settle(t, h, done, store.Settlement{Key: "unknown", Outcome: store.Dead})
	require.Equal(t, "2", lookup(t, h, "room"))
	settle(t, h, store.Settlement{Key: "dead", Outcome: store.Dead, Note: "first"})
	settle(t, h, store.Settlement{Key: "dead", Outcome: store.Retry, Note: "second", Links: done.Links})
	require.Equal(t, "2", lookup(t, h, "room"))
	require.Equal(t, "first", dead(t, h)[0].Note)
	require.Equal(t, store.Depth{Dead: 1}, depth(t, h))
}

func checkSettleTogether(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "1", Lane: "l"}, store.Item{Key: "2", Lane: "l"}, store.Item{Key: "3", Lane: "l", Needs: []string{"x"}})
	settle(t, h,
		store.Settlement{Key: "2"},
		store.Settlement{Key: "1", Outcome: store.Dead, Links: []store.Link{{Key: "x", Value: "1"}}},
		store.Settlement{Key: "1"})
	require.Equal(t, []string{"3"}, ready(t, h, minute(0)))
	require.Empty(t, dead(t, h))
}

func checkDepth(t *testing.T, h *Harness) {
	t.Helper()
	require.Zero(t, depth(t, h))
	for i := 5; i > 2; i-- {
		must(t, h, store.Commit{Stream: "s", At: minute(i), Outbox: []store.Item{{Key: string(rune('a' + i)), Lane: "l"}}})
	}
	start(t, h, "f")
	require.Equal(t, store.Depth{Waiting: 3, Oldest: minute(3)}, depth(t, h))
	settle(t, h, store.Settlement{Key: "d"}, store.Settlement{Key: "f", Outcome: store.Dead})
	require.Equal(t, store.Depth{Waiting: 1, Dead: 1, Oldest: minute(4)}, depth(t, h))
}
