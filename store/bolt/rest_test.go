package bolt_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/store/bolt"
)

// Giving memory back while others read and write changes nothing for them.
func TestRestDisturbsNobody(t *testing.T) {
	t.Parallel()
	j, err := bolt.Open(filepath.Join(t.TempDir(), "sitrep.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	const rounds = 50
	big := bytes.Repeat([]byte("x"), 10_000)
	done := make(chan error, 1)
	go func() {
		for i := range uint64(rounds) {
			if _, err := j.Commit(t.Context(), store.Commit{Stream: "s", Expect: i, Events: [][]byte{fmt.Appendf(big, "%d", i)}}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range rounds {
		j.Rest()
		for r, err := range j.Events(t.Context(), "s", 0) {
			require.NoError(t, err)
			require.Equal(t, fmt.Appendf(big, "%d", r.Seq-1), r.Data)
		}
	}
	require.NoError(t, <-done)
	j.Rest()
	seen := 0
	for _, err := range j.Events(t.Context(), "s", 0) {
		require.NoError(t, err)
		seen++
	}
	require.Equal(t, rounds, seen)
}
