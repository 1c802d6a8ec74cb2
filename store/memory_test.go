package store_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/store/storetest"
)

func TestMemoryKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) *storetest.Harness {
		h := &storetest.Harness{Journal: store.NewMemory(), Restore: restore}
		h.Reopen = func(t *testing.T) {
			t.Helper()
			var buf bytes.Buffer
			require.NoError(t, h.Snapshot(t.Context(), &buf))
			require.NoError(t, h.Close())
			h.Journal = restore(t, buf.Bytes())
		}
		return h
	})
}

func restore(t *testing.T, snapshot []byte) store.Journal {
	t.Helper()
	m, err := store.RestoreMemory(bytes.NewReader(snapshot))
	require.NoError(t, err)
	return m
}
