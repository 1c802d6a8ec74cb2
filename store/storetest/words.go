package storetest

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

// minute returns a moment in the life of the tests.
func minute(n int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
}

// events are n payloads that tell which they are.
func events(from, n int) [][]byte {
	var all [][]byte
	for i := range n {
		all = append(all, fmt.Appendf(nil, "event %d", from+i))
	}
	return all
}

// read returns the events of a stream, and wants them to be readable.
func read(t *testing.T, j store.Journal, stream string, after uint64) []store.Record {
	t.Helper()
	return all(t, j.Events(t.Context(), stream, after))
}

// all empties a sequence that must not fail.
func all[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var values []T
	for v, err := range seq {
		require.NoError(t, err)
		values = append(values, v)
	}
	return values
}

// ready returns the keys that Ready offers.
func ready(t *testing.T, j store.Journal, now time.Time) []string {
	t.Helper()
	items, _, err := j.Ready(t.Context(), now, 0)
	require.NoError(t, err)
	return keys(items)
}

func keys(items []store.Item) []string {
	names := make([]string, 0, len(items))
	for _, it := range items {
		names = append(names, it.Key)
	}
	return names
}

// outbox commits items to a new stream named after the first.
func outbox(t *testing.T, j store.Journal, items ...store.Item) {
	t.Helper()
	must(t, j, store.Commit{Stream: "of " + items[0].Key, Outbox: items, At: minute(0)})
}

// start starts one item and wants it to be startable.
func start(t *testing.T, j store.Journal, key string) store.Item {
	t.Helper()
	items, err := j.Start(t.Context(), key)
	require.NoError(t, err)
	require.Len(t, items, 1, "item %q cannot be started", key)
	return items[0]
}

// settle settles and wants it to be taken.
func settle(t *testing.T, j store.Journal, s ...store.Settlement) {
	t.Helper()
	require.NoError(t, j.Settle(t.Context(), s...))
}

// link sets a link by a commit.
func link(t *testing.T, j store.Journal, key, value string) {
	t.Helper()
	must(t, j, store.Commit{Stream: "links", Links: []store.Link{{Key: key, Value: value}}})
}

// lookup returns the value of a link, empty when there is none.
func lookup(t *testing.T, j store.Journal, key string) string {
	t.Helper()
	value, ok, err := j.Lookup(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, ok, value != "")
	return value
}

// dead returns the dead items.
func dead(t *testing.T, j store.Journal) []store.Item {
	t.Helper()
	return all(t, j.Dead(t.Context()))
}

// depth measures the outbox.
func depth(t *testing.T, j store.Journal) store.Depth {
	t.Helper()
	d, err := j.Depth(t.Context())
	require.NoError(t, err)
	return d
}
