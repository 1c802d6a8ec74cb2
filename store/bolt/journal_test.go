package bolt

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/store/storetest"
)

func TestBoltKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	storetest.Run(t, harness)
}

func harness(t *testing.T) *storetest.Harness {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	h := &storetest.Harness{Journal: mustOpen(t, path, Options{})}
	h.Reopen = func(t *testing.T) {
		t.Helper()
		require.NoError(t, h.Close())
		h.Journal = mustOpen(t, path, Options{})
	}
	h.Restore = func(t *testing.T, snapshot []byte) store.Journal {
		t.Helper()
		name := filepath.Join(t.TempDir(), "restored.db")
		require.NoError(t, os.WriteFile(name, snapshot, 0o600))
		return mustOpen(t, name, Options{})
	}
	h.Damage = func(t *testing.T, stream string, seq uint64) {
		t.Helper()
		damage(t, h.Journal.(*Journal), stream, seq)
	}
	return h
}

// mustOpen opens a journal that is closed with the test.
func mustOpen(t testing.TB, path string, o Options) *Journal {
	t.Helper()
	j, err := Open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	return j
}

// damage flips a bit of an event behind the journal's back.
func damage(t *testing.T, j *Journal, stream string, seq uint64) {
	t.Helper()
	require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(buckets[bLog])
		return b.ForEach(func(k, v []byte) error {
			e, err := decodeEvent(k, v[sumSize:])
			if err != nil || e.stream != stream || e.seq != seq {
				return err
			}
			flipped := append([]byte(nil), v...)
			flipped[len(flipped)-1] ^= 4
			return b.Put(k, flipped)
		})
	}))
}
