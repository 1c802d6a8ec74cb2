package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

var clockCases = []testCase{
	{"clock/order", "alarms come earliest first, those after now do not come, and next is the first of them", checkDueOrder},
	{"clock/one per stream", "a stream has one alarm: a commit replaces it, zero clears it", checkOneAlarm},
	{"clock/limit", "limit cuts the answer, and next is then not after now", checkDueLimit},
	{"clock/exact", "a time is kept to the nanosecond, in UTC, also before 1970 and after 2262", checkExactTimes},
	{"clock/restart", "alarms survive a restart", checkDueRestart},
}

func checkDueOrder(t *testing.T, h *Harness) {
	t.Helper()
	for _, n := range []int{7, 3, 9, 1} {
		must(t, h, store.Commit{Stream: fmt.Sprintf("s-%d", n), Wake: minute(n)})
	}
	due, next, err := h.Due(t.Context(), minute(0), 0)
	require.NoError(t, err)
	require.Empty(t, due)
	require.Equal(t, minute(1), next)
	due, next, err = h.Due(t.Context(), minute(7), 0)
	require.NoError(t, err)
	require.Equal(t, []store.Alarm{{Stream: "s-1", At: minute(1)}, {Stream: "s-3", At: minute(3)}, {Stream: "s-7", At: minute(7)}}, due)
	require.Equal(t, minute(9), next)
	_, next, err = h.Due(t.Context(), minute(9), 0)
	require.NoError(t, err)
	require.Zero(t, next)
}

func checkOneAlarm(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Wake: minute(1)})
	must(t, h, store.Commit{Stream: "s", Wake: minute(4)})
	due, next, err := h.Due(t.Context(), minute(1), 0)
	require.NoError(t, err)
	require.Empty(t, due)
	require.Equal(t, minute(4), next)
	must(t, h, store.Commit{Stream: "s", Events: events(1, 1)})
	due, next, err = h.Due(t.Context(), minute(99), 0)
	require.NoError(t, err)
	require.Empty(t, due)
	require.Zero(t, next)
}

func checkDueLimit(t *testing.T, h *Harness) {
	t.Helper()
	for n := range 5 {
		must(t, h, store.Commit{Stream: fmt.Sprintf("s-%d", n), Wake: minute(n)})
	}
	due, next, err := h.Due(t.Context(), minute(3), 2)
	require.NoError(t, err)
	require.Len(t, due, 2)
	require.Equal(t, minute(2), next)
	due, next, err = h.Due(t.Context(), minute(3), 4)
	require.NoError(t, err)
	require.Len(t, due, 4)
	require.Equal(t, minute(4), next)
}

func checkExactTimes(t *testing.T, h *Harness) {
	t.Helper()
	zone := time.FixedZone("far", 5*3600+1800)
	for i, at := range []time.Time{
		time.Date(1066, 10, 14, 9, 0, 0, 1, time.UTC),
		time.Date(2026, 3, 1, 12, 0, 0, 123456789, zone),
		time.Date(2500, 1, 1, 0, 0, 0, 999999999, time.UTC),
	} {
		must(t, h, store.Commit{Stream: "s", Wake: at})
		due, _, err := h.Due(t.Context(), at, 0)
		require.NoError(t, err)
		require.Equal(t, []store.Alarm{{Stream: "s", At: at.UTC()}}, due, "time %d", i)
		due, next, err := h.Due(t.Context(), at.Add(-1), 0)
		require.NoError(t, err)
		require.Empty(t, due)
		require.Equal(t, at.UTC(), next)
	}
}

func checkDueRestart(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Wake: minute(1)})
	must(t, h, store.Commit{Stream: "t", Wake: minute(2)})
	h.Reopen(t)
	due, next, err := h.Due(t.Context(), minute(1), 0)
	require.NoError(t, err)
	require.Equal(t, []store.Alarm{{Stream: "s", At: minute(1)}}, due)
	require.Equal(t, minute(2), next)
}
