package bot

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// declare opens an incident through the engine, without a chat.
func (w *world) declare(number int, severity string) incident.State {
	w.t.Helper()
	d, err := w.decide(w.t.Context(), w.open.incident(number), matter{
		commands: []incident.Command{incident.Declare{
			Number: number, Title: fmt.Sprintf("Checkout down %d", number), Severity: severity, Home: "room", Place: "R-general",
		}},
		by: stream.Person{ID: "ana", Name: "Ana"}, from: "person",
	})
	require.NoError(w.t, err)
	require.Nil(w.t, d.refusal)
	return d.is
}

func TestClocksStrikeWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.declare(1, "P0")
	require.False(t, s.NextWake().IsZero())
	n, next, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, s.NextWake(), next)

	w.clock.advance(next.Sub(w.clock.Now()) - time.Millisecond)
	n, _, err = w.Wake(t.Context())
	require.NoError(t, err)
	require.Zero(t, n, "not a moment too early")
	w.clock.advance(time.Millisecond)
	n, next, err = w.Wake(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.True(t, next.After(w.clock.Now()))
	require.Contains(t, w.kinds(1), "clock_struck")
}

func TestLateIsNotMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for number := range 20 {
		w.declare(number+1, "P0")
	}
	w.clock.advance(9 * time.Hour)
	w.start()
	n, next, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.Equal(t, 20, n, "each incident is woken once after a downtime")
	require.True(t, next.IsZero() || next.After(w.clock.Now()))
	n, _, err = w.Wake(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestAnAlarmWithoutAClockIsCleared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.begin(1, "room")
	_, err := w.journal.Commit(t.Context(), store.Commit{Stream: Stream(1), Expect: 1, Wake: w.clock.Now()})
	require.NoError(t, err)
	n, next, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.True(t, next.IsZero())
}

func TestAnEngineThatAsksForThePastIsPutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.clock.Now()
	require.Equal(t, now.Add(stall), w.later(1, now, now))
	require.Equal(t, now.Add(1), w.later(1, now.Add(1), now))
	require.True(t, w.later(1, time.Time{}, now).IsZero())
}

func TestOtherStreamsMayHaveAlarmsToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.journal.Commit(t.Context(), store.Commit{Stream: "board/7", Events: [][]byte{{1}}, Wake: w.clock.Now()})
	require.NoError(t, err)
	n, _, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}
