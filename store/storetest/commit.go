package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

var commitCases = []testCase{
	{"commit/whole", "everything of a commit is visible when Commit returns", checkWhole},
	{"commit/numbers", "events get the numbers after Expect, without a gap, and Commit returns the last", checkNumbers},
	{"commit/no events", "a commit without events sets alarm and links and leaves the numbers alone", checkNoEvents},
	{"commit/concurrent", "of commits based on the same event exactly one is taken, and none is lost", checkConcurrent},
	{"commit/side by side", "commits to different streams do not hinder each other", checkSideBySide},
	{"commit/together", "CommitAll takes or refuses each on its own, in order, and answers in place", checkTogether},
	{"commit/links", "links are set, replaced and removed with the commit, in their order", checkLinks},
	{"commit/claims", "a claim is granted once; the second learns who has it; the holder may repeat it", checkClaims},
	{"commit/claim race", "of commits that claim the same link for different things exactly one is taken", checkClaimRace},
	{"commit/settle", "a commit settles deliveries in its own transaction", checkSettleInCommit},
	{"commit/next", "a counter begins at 1, grows, and never gives the same number twice, also after a restart", checkNext},
}

var refusalCases = []testCase{
	{"refuse/conflict", "a commit based on an old event changes nothing and learns where the stream is", checkConflict},
	{"refuse/seen", "a request that was committed changes nothing the second time and learns what it did the first", checkSeen},
	{"refuse/seen before conflict", "a repeated request is told so, although its stream has moved on", checkSeenFirst},
	{"refuse/sweep", "swept requests are forgotten, younger ones are not", checkSweep},
	{"refuse/invalid", "a commit that contradicts itself is refused with ErrInvalid and changes nothing", checkInvalid},
	{"refuse/same key", "an item whose key is in the outbox is refused, and taken again after it has gone", checkSameKey},
}

func checkWhole(t *testing.T, h *Harness) {
	t.Helper()
	last := must(t, h, store.Commit{
		Stream: "inc-1", Events: events(1, 2), Wake: minute(5), Seen: "req-1", At: minute(0),
		Outbox: []store.Item{{Key: "inc-1/2/0", Payload: []byte("say")}},
		Links:  []store.Link{{Key: "room/slack/C9", Value: "inc-1"}},
		Claims: []store.Link{{Key: "alert/f00", Value: "inc-1"}},
	})
	require.EqualValues(t, 2, last)
	require.Len(t, read(t, h, "inc-1", 0), 2)
	require.Equal(t, []string{"inc-1/2/0"}, ready(t, h, minute(0)))
	require.Equal(t, "inc-1", lookup(t, h, "room/slack/C9"))
	require.Equal(t, "inc-1", lookup(t, h, "alert/f00"))
	due, _, err := h.Due(t.Context(), minute(5), 0)
	require.NoError(t, err)
	require.Equal(t, []store.Alarm{{Stream: "inc-1", At: minute(5)}}, due)
	stream, seq, ok, err := h.Seen(t.Context(), "req-1")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "inc-1", stream)
	require.EqualValues(t, 2, seq)
}

func checkNumbers(t *testing.T, h *Harness) {
	t.Helper()
	require.EqualValues(t, 3, must(t, h, store.Commit{Stream: "a", Events: events(1, 3)}))
	require.EqualValues(t, 1, must(t, h, store.Commit{Stream: "b", Events: events(1, 1)}))
	require.EqualValues(t, 5, must(t, h, store.Commit{Stream: "a", Expect: 3, Events: events(4, 2)}))
	for i, r := range read(t, h, "a", 0) {
		require.EqualValues(t, i+1, r.Seq)
		require.Equal(t, fmt.Sprintf("event %d", i+1), string(r.Data))
	}
	require.Len(t, read(t, h, "a", 0), 5)
}

func checkNoEvents(t *testing.T, h *Harness) {
	t.Helper()
	require.Zero(t, must(t, h, store.Commit{Stream: "a", Wake: minute(1)}))
	must(t, h, store.Commit{Stream: "a", Events: events(1, 2), Wake: minute(1)})
	last := must(t, h, store.Commit{Stream: "a", Expect: 2, Wake: minute(3), Links: []store.Link{{Key: "k", Value: "v"}}})
	require.EqualValues(t, 2, last)
	require.Equal(t, []store.Stream{{Name: "a", Last: 2, Wake: minute(3)}}, all(t, h.Streams(t.Context(), "")))
	require.Equal(t, "v", lookup(t, h, "k"))
}

func checkConcurrent(t *testing.T, h *Harness) {
	t.Helper()
	const writers, each = 16, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				insist(t, h, "shared", fmt.Appendf(nil, "%d/%d", w, n))
			}
		})
	}
	wg.Wait()
	seen := make(map[string]bool)
	for i, r := range read(t, h, "shared", 0) {
		require.EqualValues(t, i+1, r.Seq)
		require.False(t, seen[string(r.Data)], "event %s is there twice", r.Data)
		seen[string(r.Data)] = true
	}
	require.Len(t, seen, writers*each, "acknowledged commits are missing")
}

// insist commits one event, deciding anew after every conflict.
func insist(t *testing.T, j store.Journal, stream string, event []byte) {
	t.Helper()
	var last uint64
	for {
		now, err := j.Commit(t.Context(), store.Commit{Stream: stream, Expect: last, Events: [][]byte{event}})
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrConflict) || now == last {
			t.Errorf("commit based on %d answered %d: %v", last, now, err)
			return
		}
		last = now
	}
}

func checkSideBySide(t *testing.T, h *Harness) {
	t.Helper()
	const writers, each = 24, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range uint64(each) {
				_, err := h.Commit(t.Context(), store.Commit{
					Stream: fmt.Sprintf("s-%d", w), Expect: n, Events: events(int(n), 1), Wake: minute(int(n)),
					Outbox: []store.Item{{Key: fmt.Sprintf("s-%d/%d/0", w, n), Lane: fmt.Sprintf("s-%d", w)}},
				})
				if err != nil {
					t.Errorf("stream %d: %v", w, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for w := range writers {
		require.Len(t, read(t, h, fmt.Sprintf("s-%d", w), 0), each)
	}
	require.Equal(t, writers*each, depth(t, h).Waiting)
	require.Len(t, ready(t, h, minute(0)), writers)
	due, _, err := h.Due(t.Context(), minute(each), 0)
	require.NoError(t, err)
	require.Len(t, due, writers)
}

func checkTogether(t *testing.T, h *Harness) {
	t.Helper()
	commits := []store.Commit{
		{Stream: "a", Events: events(1, 2)},
		{Stream: "a", Events: events(1, 2)},
		{Stream: ""},
		{Stream: "a", Expect: 2, Events: events(3, 1), Seen: "r"},
		{Stream: "b", Seen: "r"},
		{Stream: "b", Events: events(1, 1), Wake: minute(1)},
	}
	wants := []struct {
		last uint64
		err  error
	}{{2, nil}, {2, store.ErrConflict}, {0, store.ErrInvalid}, {3, nil}, {3, store.ErrSeen}, {1, nil}}
	results := h.CommitAll(t.Context(), commits)
	require.Len(t, results, len(wants))
	for i, want := range wants {
		require.Equal(t, want.last, results[i].Last, "commit %d", i)
		require.ErrorIs(t, results[i].Err, want.err, "commit %d", i)
	}
	require.Len(t, read(t, h, "a", 0), 3)
	require.Len(t, read(t, h, "b", 0), 1)
	require.Empty(t, h.CommitAll(t.Context(), nil))
}

func checkLinks(t *testing.T, h *Harness) {
	t.Helper()
	link(t, h, "room", "1")
	must(t, h, store.Commit{Stream: "s", Links: []store.Link{{Key: "room", Value: "2"}, {Key: "card", Value: "x"}}})
	require.Equal(t, "2", lookup(t, h, "room"))
	require.Equal(t, "x", lookup(t, h, "card"))
	must(t, h, store.Commit{Stream: "s", Links: []store.Link{{Key: "room"}, {Key: "card"}, {Key: "card", Value: "y"}}})
	require.Empty(t, lookup(t, h, "room"))
	require.Equal(t, "y", lookup(t, h, "card"))
}

func checkClaims(t *testing.T, h *Harness) {
	t.Helper()
	claim := func(stream string) store.Commit {
		return store.Commit{Stream: stream, Claims: []store.Link{{Key: "alert/1", Value: stream}}, Wake: minute(1)}
	}
	must(t, h, claim("inc-1"))
	must(t, h, claim("inc-1"))
	_, err := h.Commit(t.Context(), claim("inc-2"))
	require.ErrorIs(t, err, store.ErrTaken)
	var taken *store.TakenError
	require.ErrorAs(t, err, &taken)
	require.Equal(t, store.Link{Key: "alert/1", Value: "inc-1"}, taken.Link)
	require.Len(t, all(t, h.Streams(t.Context(), "")), 1, "a refused commit left something behind")
	must(t, h, store.Commit{Stream: "inc-1", Links: []store.Link{{Key: "alert/1"}}})
	must(t, h, claim("inc-2"))
	require.Equal(t, "inc-2", lookup(t, h, "alert/1"))
}

func checkClaimRace(t *testing.T, h *Harness) {
	t.Helper()
	const racers = 16
	granted := make([]bool, racers)
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			name := fmt.Sprintf("inc-%d", i)
			_, err := h.Commit(t.Context(), store.Commit{
				Stream: name, Events: events(1, 1), Claims: []store.Link{{Key: "alert", Value: name}},
			})
			granted[i] = err == nil
			if err != nil && !errors.Is(err, store.ErrTaken) {
				t.Errorf("claim: %v", err)
			}
		})
	}
	wg.Wait()
	winners := 0
	for i, ok := range granted {
		if ok {
			winners++
			require.Equal(t, fmt.Sprintf("inc-%d", i), lookup(t, h, "alert"))
		}
	}
	require.Equal(t, 1, winners)
	require.Len(t, all(t, h.Streams(t.Context(), "")), 1)
}

func checkSettleInCommit(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "open", Lane: "l"}, store.Item{Key: "say", Lane: "l"})
	start(t, h, "open")
	_, err := h.Commit(t.Context(), store.Commit{Stream: "s", Expect: 7, Settle: []store.Settlement{{Key: "open"}}})
	require.ErrorIs(t, err, store.ErrConflict)
	require.Equal(t, 2, depth(t, h).Waiting, "a refused commit settled something")
	must(t, h, store.Commit{Stream: "s", Events: events(1, 1), Settle: []store.Settlement{
		{Key: "open", Links: []store.Link{{Key: "room", Value: "C1"}}},
	}})
	require.Equal(t, []string{"say"}, ready(t, h, minute(0)))
	require.Equal(t, "C1", lookup(t, h, "room"))
}

func checkNext(t *testing.T, h *Harness) {
	t.Helper()
	next := func(counter string) uint64 {
		n, err := h.Next(t.Context(), counter)
		require.NoError(t, err)
		return n
	}
	require.EqualValues(t, 1, next("incident"))
	require.EqualValues(t, 1, next("other"))
	was := next("incident")
	require.Greater(t, was, uint64(1))
	h.Reopen(t)
	require.Greater(t, next("incident"), was)
	var mu sync.Mutex
	var wg sync.WaitGroup
	given := make(map[uint64]bool)
	for range 32 {
		wg.Go(func() {
			n, err := h.Next(t.Context(), "incident")
			mu.Lock()
			defer mu.Unlock()
			if err != nil || given[n] {
				t.Errorf("number %d given twice, or %v", n, err)
			}
			given[n] = true
		})
	}
	wg.Wait()
}

func checkConflict(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Events: events(1, 3), Wake: minute(1)})
	for _, expect := range []uint64{0, 2, 4} {
		last, err := h.Commit(t.Context(), store.Commit{
			Stream: "s", Expect: expect, Events: events(9, 1), Wake: minute(9), Seen: "r",
			Outbox: []store.Item{{Key: "k"}}, Links: []store.Link{{Key: "l", Value: "v"}},
		})
		require.ErrorIs(t, err, store.ErrConflict)
		require.EqualValues(t, 3, last)
	}
	require.Equal(t, []store.Stream{{Name: "s", Last: 3, Wake: minute(1)}}, all(t, h.Streams(t.Context(), "")))
	require.Len(t, read(t, h, "s", 0), 3)
	require.Empty(t, lookup(t, h, "l"))
	require.Zero(t, depth(t, h))
	_, _, ok, err := h.Seen(t.Context(), "r")
	require.NoError(t, err)
	require.False(t, ok)
}

func checkSeen(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "inc-1", Events: events(1, 2), Seen: "req", At: minute(0)})
	h.Reopen(t)
	last, err := h.Commit(t.Context(), store.Commit{
		Stream: "inc-2", Events: events(1, 1), Seen: "req", At: minute(1), Outbox: []store.Item{{Key: "k"}},
	})
	require.ErrorIs(t, err, store.ErrSeen)
	require.EqualValues(t, 2, last)
	var seen *store.SeenError
	require.ErrorAs(t, err, &seen)
	require.Equal(t, store.SeenError{ID: "req", Stream: "inc-1", Last: 2}, *seen)
	require.Empty(t, read(t, h, "inc-2", 0))
	require.Zero(t, depth(t, h))
}

func checkSeenFirst(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Events: events(1, 1), Seen: "req", At: minute(0)})
	must(t, h, store.Commit{Stream: "s", Expect: 1, Events: events(2, 4)})
	last, err := h.Commit(t.Context(), store.Commit{Stream: "s", Events: events(1, 1), Seen: "req", At: minute(1)})
	require.ErrorIs(t, err, store.ErrSeen)
	require.NotErrorIs(t, err, store.ErrConflict)
	require.EqualValues(t, 1, last)
}

func checkSweep(t *testing.T, h *Harness) {
	t.Helper()
	for i := range 5 {
		must(t, h, store.Commit{Stream: "s", Wake: minute(i), Seen: fmt.Sprintf("req-%d", i), At: minute(i)})
	}
	n, err := h.Sweep(t.Context(), minute(3))
	require.NoError(t, err)
	require.Equal(t, 3, n)
	for i := range 5 {
		_, _, ok, err := h.Seen(t.Context(), fmt.Sprintf("req-%d", i))
		require.NoError(t, err)
		require.Equal(t, i >= 3, ok, "request of minute %d, swept before minute 3", i)
	}
	n, err = h.Sweep(t.Context(), minute(3))
	require.NoError(t, err)
	require.Zero(t, n)
	must(t, h, store.Commit{Stream: "s", Seen: "req-0", At: minute(9)})
}

func checkInvalid(t *testing.T, h *Harness) {
	t.Helper()
	long := strings.Repeat("x", store.MaxName+1)
	for name, c := range map[string]store.Commit{
		"no stream":       {},
		"long stream":     {Stream: long},
		"zero byte":       {Stream: "a\x00b"},
		"no item key":     {Stream: "s", Outbox: []store.Item{{}}},
		"item twice":      {Stream: "s", Outbox: []store.Item{{Key: "k"}, {Key: "k"}}},
		"rank":            {Stream: "s", Outbox: []store.Item{{Key: "k", Rank: 256}}},
		"negative rank":   {Stream: "s", Outbox: []store.Item{{Key: "k", Rank: -1}}},
		"lane":            {Stream: "s", Outbox: []store.Item{{Key: "k", Lane: "\x00"}}},
		"replaces":        {Stream: "s", Outbox: []store.Item{{Key: "k", Replaces: long}}},
		"empty need":      {Stream: "s", Outbox: []store.Item{{Key: "k", Needs: []string{""}}}},
		"no link key":     {Stream: "s", Links: []store.Link{{Value: "v"}}},
		"claim of none":   {Stream: "s", Claims: []store.Link{{Key: "k"}}},
		"claim twice":     {Stream: "s", Claims: []store.Link{{Key: "k", Value: "a"}, {Key: "k", Value: "b"}}},
		"long request":    {Stream: "s", Seen: long},
		"unknown outcome": {Stream: "s", Settle: []store.Settlement{{Key: "k", Outcome: 9}}},
		"settled link":    {Stream: "s", Settle: []store.Settlement{{Key: "k", Links: []store.Link{{Key: ""}}}}},
		"too heavy":       {Stream: "s", Events: [][]byte{make([]byte, store.MaxCommit), []byte("x")}},
	} {
		_, err := h.Commit(t.Context(), c)
		require.ErrorIs(t, err, store.ErrInvalid, name)
	}
	require.Empty(t, all(t, h.Streams(t.Context(), "")))
	must(t, h, store.Commit{Stream: "s", Events: [][]byte{make([]byte, store.MaxCommit)}})
	_, err := h.Next(t.Context(), "")
	require.ErrorIs(t, err, store.ErrInvalid)
	require.ErrorIs(t, h.Settle(t.Context(), store.Settlement{Key: "k", Outcome: -1}), store.ErrInvalid)
}

func checkSameKey(t *testing.T, h *Harness) {
	t.Helper()
	it := store.Item{Key: "k", Payload: []byte("1")}
	outbox(t, h, it)
	refused := func() {
		t.Helper()
		_, err := h.Commit(t.Context(), store.Commit{Stream: "s", Outbox: []store.Item{it}})
		require.ErrorIs(t, err, store.ErrInvalid)
	}
	refused()
	settle(t, h, store.Settlement{Key: "k", Outcome: store.Dead})
	refused()
	settle(t, h, store.Settlement{Key: "k"})
	must(t, h, store.Commit{Stream: "s", Outbox: []store.Item{it}})
	must(t, h, store.Commit{Stream: "s", Settle: []store.Settlement{{Key: "k"}}, Outbox: []store.Item{it}})
	require.Equal(t, []string{"k"}, ready(t, h, minute(0)))
}
