package bolt

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

// A record that vanishes without a trace is missed all the same.
func TestAHiddenRecordIsMissed(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	_, err := j.Commit(t.Context(), store.Commit{
		Stream: "s", Events: [][]byte{[]byte("one")}, Links: []store.Link{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}},
	})
	require.NoError(t, err)
	_, err = j.Commit(t.Context(), store.Commit{
		Stream: "s", Expect: 1, Links: []store.Link{{Key: "a", Value: "3"}, {Key: "b"}, {Key: "c", Value: "4"}},
	})
	require.NoError(t, err)
	_, err = j.Verify(t.Context(), "")
	require.NoError(t, err, "what is replaced and removed is counted right")

	require.NoError(t, j.write(t.Context(), func(tx *txn) error {
		tx.wrote = true
		return tx.bucket(bLinks).Delete([]byte("a"))
	}))
	_, err = j.Verify(t.Context(), "")
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, "links: holds 1 records, 2 were written")
}
