package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

func TestErrorsSayWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`request "r": already committed to stream "inc-1" at 4`: &store.SeenError{ID: "r", Stream: "inc-1", Last: 4},
		`link "alert/1": already taken by "inc-1"`:              &store.TakenError{Link: store.Link{Key: "alert/1", Value: "inc-1"}},
		`corrupt: file: holds no journal`:                       &store.CorruptError{What: "file: holds no journal"},
		`corrupt: stream "inc-1": stream record: cut short`:     &store.CorruptError{Stream: "inc-1", What: "stream record: cut short"},
		`corrupt: stream "inc-1", event 7: wrong checksum`:      &store.CorruptError{Stream: "inc-1", Seq: 7, What: "wrong checksum"},
	} {
		require.EqualError(t, err, want)
	}
	require.ErrorIs(t, &store.SeenError{}, store.ErrSeen)
	require.ErrorIs(t, &store.TakenError{}, store.ErrTaken)
	require.ErrorIs(t, &store.CorruptError{}, store.ErrCorrupt)
}

func TestCheckNamesTheStreamAndTheFault(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]store.Commit{
		"stream without a name: invalid":                             {},
		`stream "a\x00b" with a zero byte: invalid`:                  {Stream: "a\x00b"},
		`commit to "s": item "k" twice: invalid`:                     {Stream: "s", Outbox: []store.Item{{Key: "k"}, {Key: "k"}}},
		`commit to "s": item "k": rank 300: invalid`:                 {Stream: "s", Outbox: []store.Item{{Key: "k", Rank: 300}}},
		`commit to "s": claim "c" without a value or twice: invalid`: {Stream: "s", Claims: []store.Link{{Key: "c"}}},
		`settle "k": outcome 5: invalid`:                             {Stream: "s", Settle: []store.Settlement{{Key: "k", Outcome: 5}}},
		`commit to "s": 1048577 bytes, 1048576 at most: invalid`:     {Stream: "s", Events: [][]byte{make([]byte, store.MaxCommit+1)}},
	} {
		err := c.Check()
		require.ErrorIs(t, err, store.ErrInvalid)
		require.EqualError(t, err, want)
	}
	err := store.CheckName("lane", strings.Repeat("é", 600))
	require.EqualError(t, err, fmt.Sprintf("lane %.40q… of 1200 bytes: invalid", strings.Repeat("é", 600)))
}

func TestWatchersTellEverybodyOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var w store.Watchers
		ctx, cancel := context.WithCancel(t.Context())
		one, two := w.Watch(ctx), w.Watch(t.Context())
		for _, ch := range []<-chan struct{}{one, two} {
			require.Len(t, ch, 1, "a watch begins with a signal")
			<-ch
		}
		w.Signal()
		w.Signal()
		require.Len(t, one, 1)
		<-one
		cancel()
		synctest.Wait()
		w.Signal()
		require.Empty(t, one, "a watch whose context ended still gets signals")
		require.Len(t, two, 1)
	})
}

func TestDamagedSnapshotIsNotRestored(t *testing.T) {
	t.Parallel()
	m := store.NewMemory()
	_, err := m.Commit(t.Context(), store.Commit{Stream: "s", Events: [][]byte{[]byte("event")}})
	require.NoError(t, err)
	var snapshot strings.Builder
	require.NoError(t, m.Snapshot(t.Context(), &snapshot))
	whole := snapshot.String()
	for i := range whole {
		bad := whole[:i] + string(rune(whole[i]^1)) + whole[i+1:]
		_, err := store.RestoreMemory(strings.NewReader(bad))
		require.Error(t, err, "byte %d", i)
	}
	_, err = store.RestoreMemory(strings.NewReader(""))
	require.Error(t, err)
	_, err = store.RestoreMemory(strings.NewReader(whole))
	require.NoError(t, err)
}
