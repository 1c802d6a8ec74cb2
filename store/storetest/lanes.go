package storetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

var laneCases = []testCase{
	{"lanes/order", "items of a lane come one at a time, in the order of their commits", checkLaneOrder},
	{"lanes/side by side", "lanes do not wait for each other, and items without a lane for nobody", checkLanesSideBySide},
	{"lanes/rank", "lanes are ordered by rank, then by age", checkRank},
	{"lanes/limit", "the limit keeps the most urgent, and next is then not after now", checkReadyLimit},
	{"lanes/needs", "an item waits, and its lane with it, until all its needs are linked", checkNeeds},
	{"lanes/needs gone", "an item waits again when a need is removed before it was started", checkNeedsGone},
	{"lanes/not before", "an item waits for its NotBefore, its lane with it, and next says when to come back", checkNotBefore},
	{"lanes/replaces", "a newer item drops older ones that it replaces, wherever in their lanes they are", checkReplaces},
	{"lanes/replaces once", "of items of one commit that replace each other the last is left", checkReplacesInside},
	{"lanes/replaces in flight", "an item in flight is not dropped, until its delivery surely had no effect", checkReplacesInFlight},
	{"lanes/replaces unsure", "an item that may have had an effect is not dropped", checkReplacesUnsure},
	{"lanes/replaces dead", "a newer item drops a dead one that it replaces", checkReplacesDead},
	{"lanes/restart", "lanes, needs and moments survive a restart", checkLanesRestart},
}

func checkLaneOrder(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "z/1", Lane: "room"}, store.Item{Key: "a/2", Lane: "room", Rank: store.RankPage})
	outbox(t, h, store.Item{Key: "m/3", Lane: "room"})
	for _, key := range []string{"z/1", "a/2", "m/3"} {
		require.Equal(t, []string{key}, ready(t, h, minute(0)))
		start(t, h, key)
		require.Empty(t, ready(t, h, minute(0)), "the lane must wait for what is in flight")
		settle(t, h, store.Settlement{Key: key, Outcome: store.Retry})
		require.Equal(t, []string{key}, ready(t, h, minute(0)), "a retry must keep its place")
		settle(t, h, store.Settlement{Key: key})
	}
	require.Zero(t, depth(t, h))
}

func checkLanesSideBySide(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "1", Lane: "a"}, store.Item{Key: "2", Lane: "b"}, store.Item{Key: "3", Lane: "a"},
		store.Item{Key: "4"}, store.Item{Key: "5"}, store.Item{Key: "6", Lane: "ab"})
	require.Equal(t, []string{"1", "2", "4", "5", "6"}, ready(t, h, minute(0)))
	started, err := h.Start(t.Context(), "1", "4")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "4"}, keys(started))
	require.Equal(t, []string{"2", "5", "6"}, ready(t, h, minute(0)))
	settle(t, h, store.Settlement{Key: "1"}, store.Settlement{Key: "5"})
	require.Equal(t, []string{"2", "3", "6"}, ready(t, h, minute(0)))
}

func checkRank(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "pin", Lane: "1", Rank: store.RankCosmetic}, store.Item{Key: "old update", Lane: "2", Rank: store.RankUpdate},
		store.Item{Key: "page behind", Lane: "1", Rank: store.RankPage})
	outbox(t, h, store.Item{Key: "a new update", Rank: store.RankUpdate}, store.Item{Key: "page", Rank: store.RankPage},
		store.Item{Key: "later role", Rank: store.RankRole, NotBefore: minute(1)}, store.Item{Key: "role", Rank: store.RankRole})
	require.Equal(t, []string{"page", "later role", "role", "old update", "a new update", "pin"}, ready(t, h, minute(1)))
}

func checkReadyLimit(t *testing.T, h *Harness) {
	t.Helper()
	for i := range 10 {
		outbox(t, h, store.Item{Key: fmt.Sprint(i), Rank: i % 3, NotBefore: minute(i % 2)})
	}
	items, next, err := h.Ready(t.Context(), minute(1), 5)
	require.NoError(t, err)
	require.Equal(t, []string{"0", "3", "6", "9", "1"}, keys(items))
	require.Equal(t, minute(1), next)
	items, next, err = h.Ready(t.Context(), minute(1), 10)
	require.NoError(t, err)
	require.Len(t, items, 10)
	require.Zero(t, next)
	_, err = h.Start(t.Context(), "0", "3", "6", "9", "1")
	require.NoError(t, err)
	items, _, err = h.Ready(t.Context(), minute(1), 2)
	require.NoError(t, err)
	require.Equal(t, []string{"4", "7"}, keys(items), "what is in flight must not use up the limit")
}

func checkNeeds(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "post", Lane: "room", Needs: []string{"room", "card"}}, store.Item{Key: "behind", Lane: "room"},
		store.Item{Key: "open", Payload: []byte("open")}, store.Item{Key: "invite", Needs: []string{"room"}})
	require.Equal(t, []string{"open"}, ready(t, h, minute(0)))
	start(t, h, "open")
	settle(t, h, store.Settlement{Key: "open", Links: []store.Link{{Key: "room", Value: "C1"}}})
	require.Equal(t, "C1", lookup(t, h, "room"))
	require.Equal(t, []string{"invite"}, ready(t, h, minute(0)))
	link(t, h, "card", "7")
	require.Equal(t, []string{"post", "invite"}, ready(t, h, minute(0)))
	settle(t, h, store.Settlement{Key: "post"})
	require.Equal(t, []string{"behind", "invite"}, ready(t, h, minute(0)))
}

func checkNeedsGone(t *testing.T, h *Harness) {
	t.Helper()
	link(t, h, "room", "C1")
	outbox(t, h, store.Item{Key: "k", Needs: []string{"room"}}, store.Item{Key: "timed", Needs: []string{"room"}, NotBefore: minute(1)})
	require.Equal(t, []string{"k"}, ready(t, h, minute(0)))
	link(t, h, "room", "")
	items, next, err := h.Ready(t.Context(), minute(0), 0)
	require.NoError(t, err)
	require.Empty(t, items)
	require.Zero(t, next, "an item that waits for a link does not wait for a moment")
	link(t, h, "room", "C2")
	require.Equal(t, []string{"k", "timed"}, ready(t, h, minute(1)))
}

func checkNotBefore(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "1", Lane: "l", NotBefore: minute(5)}, store.Item{Key: "2", Lane: "l"},
		store.Item{Key: "3", NotBefore: minute(3)}, store.Item{Key: "4"})
	for _, step := range []struct {
		now, next int
		keys      []string
	}{{0, 3, []string{"4"}}, {3, 5, []string{"3", "4"}}, {5, -1, []string{"1", "3", "4"}}} {
		items, next, err := h.Ready(t.Context(), minute(step.now), 0)
		require.NoError(t, err)
		require.Equal(t, step.keys, keys(items))
		if step.next < 0 {
			require.Zero(t, next)
			continue
		}
		require.Equal(t, minute(step.next), next)
	}
}

func checkReplaces(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "topic 1", Lane: "l", Replaces: "topic"}, store.Item{Key: "say", Lane: "l"},
		store.Item{Key: "card 1", Lane: "l", Replaces: "card"})
	outbox(t, h, store.Item{Key: "topic 2", Lane: "l", Replaces: "topic"})
	require.Equal(t, []string{"say"}, ready(t, h, minute(0)))
	outbox(t, h, store.Item{Key: "card 2", Lane: "l", Replaces: "card"})
	require.Equal(t, 3, depth(t, h).Waiting)
	for _, key := range []string{"say", "topic 2", "card 2"} {
		require.Equal(t, []string{key}, ready(t, h, minute(0)))
		settle(t, h, store.Settlement{Key: key})
	}
	started, err := h.Start(t.Context(), "topic 1")
	require.NoError(t, err)
	require.Empty(t, started)
}

func checkReplacesInside(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "1", Replaces: "card"}, store.Item{Key: "2", Replaces: "card"},
		store.Item{Key: "3", Replaces: "cards"}, store.Item{Key: "4", Replaces: "card"})
	require.Equal(t, []string{"3", "4"}, ready(t, h, minute(0)))
}

func checkReplacesInFlight(t *testing.T, h *Harness) {
	t.Helper()
	for i, end := range []store.Settlement{{Outcome: store.Done}, {Outcome: store.Retry}, {Outcome: store.Dead}} {
		was, is := fmt.Sprintf("old %d", i), fmt.Sprintf("new %d", i)
		outbox(t, h, store.Item{Key: was, Lane: "l", Replaces: "card"})
		start(t, h, was)
		outbox(t, h, store.Item{Key: is, Lane: "l", Replaces: "card"})
		require.Empty(t, ready(t, h, minute(0)), "two edits of one card at once")
		end.Key = was
		settle(t, h, end)
		require.Equal(t, []string{is}, ready(t, h, minute(0)))
		require.Empty(t, dead(t, h), "a superseded item is not owed any more")
		settle(t, h, store.Settlement{Key: is})
		require.Zero(t, depth(t, h))
	}
}

func checkReplacesUnsure(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "old", Lane: "l", Replaces: "card"})
	start(t, h, "old")
	settle(t, h, store.Settlement{Key: "old", Outcome: store.Retry, Unsure: true})
	outbox(t, h, store.Item{Key: "new", Lane: "l", Replaces: "card"})
	require.Equal(t, []string{"old"}, ready(t, h, minute(0)))
	require.True(t, start(t, h, "old").Unsure)
	settle(t, h, store.Settlement{Key: "old", Outcome: store.Retry, Unsure: true})
	require.Equal(t, []string{"old"}, ready(t, h, minute(0)))
	settle(t, h, store.Settlement{Key: "old", Outcome: store.Retry})
	require.Equal(t, []string{"new"}, ready(t, h, minute(0)))
}

func checkReplacesDead(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h, store.Item{Key: "old", Replaces: "card"}, store.Item{Key: "say"})
	settle(t, h, store.Settlement{Key: "old", Outcome: store.Dead, Unsure: true}, store.Settlement{Key: "say", Outcome: store.Dead})
	outbox(t, h, store.Item{Key: "new", Replaces: "card"})
	require.Equal(t, []string{"say"}, keys(dead(t, h)))
	n, err := h.Revive(t.Context(), "old")
	require.NoError(t, err)
	require.Zero(t, n)
}

func checkLanesRestart(t *testing.T, h *Harness) {
	t.Helper()
	outbox(t, h,
		store.Item{Key: "1", Lane: "l", Needs: []string{"room"}}, store.Item{Key: "2", Lane: "l"},
		store.Item{Key: "3", NotBefore: minute(5), Rank: 1}, store.Item{Key: "4", Replaces: "card", Rank: 2})
	h.Reopen(t)
	items, next, err := h.Ready(t.Context(), minute(0), 0)
	require.NoError(t, err)
	require.Equal(t, []string{"4"}, keys(items))
	require.Equal(t, minute(5), next)
	link(t, h, "room", "C1")
	outbox(t, h, store.Item{Key: "5", Replaces: "card"})
	require.Equal(t, []string{"1", "5", "3"}, ready(t, h, minute(5)))
	settle(t, h, store.Settlement{Key: "1"})
	require.Equal(t, []string{"2", "5", "3"}, ready(t, h, minute(5)))
}
