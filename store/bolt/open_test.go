package bolt

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/sitrep-bot/sitrep/store"
)

func TestSecondOpenerIsToldAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, Options{})
	for _, o := range []Options{{LockWait: 60 * time.Millisecond}, {LockWait: 60 * time.Millisecond, ReadOnly: true}} {
		_, err := Open(path, o)
		require.ErrorIs(t, err, store.ErrLocked)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "stop the other sitrep")
	}
	require.NoError(t, j.Close())
	mustOpen(t, path, Options{})
}

func TestReadOnlyJournalReadsAndRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, Options{})
	oneOfEverything(t, j)
	require.NoError(t, j.Close())
	one, two := mustOpen(t, path, Options{ReadOnly: true}), mustOpen(t, path, Options{ReadOnly: true})
	for _, j := range []*Journal{one, two} {
		n, err := j.Verify(t.Context(), "")
		require.NoError(t, err)
		require.Positive(t, n)
		value, ok, err := j.Lookup(t.Context(), "link/s/1")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, "1", value)
		require.NoError(t, j.Snapshot(t.Context(), &bytes.Buffer{}))
	}
	for name, err := range writes(one) {
		require.ErrorIs(t, err, store.ErrReadOnly, name)
	}
	require.NoError(t, one.Close())
	for name, err := range writes(one) {
		require.ErrorIs(t, err, store.ErrClosed, name)
	}
}

// writes tries everything that writes.
func writes(j *Journal) map[string]error {
	ctx := context.Background()
	_, commit := j.Commit(ctx, store.Commit{Stream: "s", Expect: 1})
	_, next := j.Next(ctx, "c")
	_, sweep := j.Sweep(ctx, time.Time{})
	_, start := j.Start(ctx, "s/1")
	_, revive := j.Revive(ctx, "dead")
	return map[string]error{
		"commit": commit, "next": next, "sweep": sweep, "start": start, "revive": revive, "ping": j.Ping(ctx),
		"settle": j.Settle(ctx, store.Settlement{Key: "s/1"}),
		"all":    j.CommitAll(ctx, []store.Commit{{Stream: "s"}})[0].Err,
	}
}

func TestOpenTellsWhatTheFileIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	_, err := Open(filepath.Join(dir, "none", "journal.db"), Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Open(filepath.Join(dir, "none.db"), Options{ReadOnly: true})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Open(write("text", bytes.Repeat([]byte("no journal "), 5000)), Options{})
	require.ErrorIs(t, err, store.ErrCorrupt)

	_, err = Open(write("empty", nil), Options{ReadOnly: true})
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, "it is empty")

	foreign := filepath.Join(dir, "foreign")
	db, err := bbolt.Open(foreign, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = Open(foreign, Options{ReadOnly: true})
	require.ErrorIs(t, err, store.ErrCorrupt)

	require.NoError(t, os.Truncate(foreign, int64(os.Getpagesize())+1))
	for _, o := range []Options{{}, {ReadOnly: true}} {
		_, err = Open(foreign, o)
		require.ErrorIs(t, err, store.ErrCorrupt)
		require.ErrorContains(t, err, "too short for a journal")
	}

	newer := filepath.Join(dir, "newer")
	j := mustOpen(t, newer, Options{})
	require.NoError(t, j.write(t.Context(), func(t *txn) error { return t.putText(bMeta, keyFormat, "sitrep journal 9") }))
	require.NoError(t, j.Close())
	_, err = Open(newer, Options{})
	require.ErrorContains(t, err, `file has format "sitrep journal 9", this sitrep reads "sitrep journal 1"`)
	_, err = Open(newer, Options{LockWait: 60 * time.Millisecond})
	require.NotErrorIs(t, err, store.ErrLocked, "a refused file stays locked")
}

func TestCutFileIsNotBelieved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, Options{})
	for seq := range uint64(200) {
		_, err := j.Commit(t.Context(), crashCommit("s", seq))
		require.NoError(t, err)
	}
	var copied bytes.Buffer
	require.NoError(t, j.Snapshot(t.Context(), &copied))
	for _, keep := range []int{1, 4096, 8192, copied.Len() / 4, copied.Len() / 2} {
		cut := filepath.Join(t.TempDir(), "cut.db")
		require.NoError(t, os.WriteFile(cut, copied.Bytes()[:keep], 0o600))
		damaged, err := Open(cut, Options{ReadOnly: true})
		if err != nil {
			continue
		}
		_, err = damaged.Verify(t.Context(), "")
		require.ErrorIs(t, err, store.ErrCorrupt, "%d of %d bytes are left", keep, copied.Len())
		require.NoError(t, damaged.Close())
	}
}
