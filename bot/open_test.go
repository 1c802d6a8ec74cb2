package bot

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func TestOpenIncidentsAreKnownAfterARestartAndClosedOnesAreNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := 1; n <= 3; n++ {
		w.declare(n, "P1")
	}
	w.do(2, incident.Cancel{Why: "a drill"})
	require.Equal(t, []int{3, 1}, w.open.numbers(0), "newest first")
	w.start()
	require.Equal(t, []int{3, 1}, w.open.numbers(0))
	require.Equal(t, []int{3}, w.open.numbers(1))
	open, err := w.open.states(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, open, 2)
	w.do(2, incident.Reopen{Why: "it was none"})
	require.Equal(t, []int{3, 2, 1}, w.open.numbers(0))
	w.start()
	require.Equal(t, []int{3, 2, 1}, w.open.numbers(0))
}

// do has ana command something.
func (w *world) do(number int, c incident.Command) decision {
	w.t.Helper()
	d, err := w.decide(w.t.Context(), w.open.incident(number), matter{
		commands: []incident.Command{c}, by: stream.Person{ID: "ana", Name: "Ana"}, from: "person",
	})
	require.NoError(w.t, err)
	require.Nil(w.t, d.refusal, "%+v", d.refusal)
	return d
}

func TestMemoryAndLogAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.declare(1, "P0")
	for _, c := range []incident.Command{
		incident.Acknowledge{},
		incident.SetImpact{Text: "no orders"},
		incident.Note{Text: "looked at it"},
		incident.Identify{Text: "a bad deploy"},
		incident.Update{Text: "we are on it"},
		incident.Mitigate{Text: "rolled back"},
	} {
		d := w.do(1, c)
		require.Equal(t, w.state(1), d.is, "what is in memory is what the log tells")
	}
}

func TestABrokenLogIsReadUpToThereAndTakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.declare(1, "P1")
	d := w.do(1, incident.Note{Text: "true"})
	var forged stream.Head // an entry that does not follow
	_, data, err := seal(&forged, stream.Moment{Now: w.clock.Now()}, incident.Noted{Text: "forged"})
	require.NoError(t, err)
	_, err = w.journal.Commit(t.Context(), store.Commit{Stream: Stream(1), Expect: d.is.Seq, Events: [][]byte{data}, Wake: w.clock.Now()})
	require.NoError(t, err)

	w.start()
	f, err := w.open.read(t.Context(), w.open.incident(1))
	require.NoError(t, err)
	require.Equal(t, d.is, f.state)
	require.ErrorContains(t, f.broken, "log of INC-1: entry")
	_, err = w.decide(t.Context(), w.open.incident(1), matter{commands: []incident.Command{incident.Acknowledge{}}})
	var broken *BrokenError
	require.ErrorAs(t, err, &broken)
	n, next, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	require.True(t, next.IsZero(), "a clock that cannot strike does not keep the bot busy")
	w.declare(2, "P1")
	require.Equal(t, incident.PhaseDeclared, w.state(2).Phase, "the others go on")
}

func TestAnIncidentThatDoesNotExistIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.open.read(t.Context(), w.open.incident(99))
	require.ErrorIs(t, err, errUnknown)
	_, err = w.decide(t.Context(), w.open.incident(99), matter{commands: []incident.Command{incident.Acknowledge{}}})
	require.ErrorIs(t, err, errUnknown)
}

func TestADecisionOnOldNewsIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.declare(1, "P1")
	other, err := New(w.cfgForAnother())
	require.NoError(t, err)
	_, err = other.open.read(t.Context(), other.open.incident(1))
	require.NoError(t, err)
	w.do(1, incident.Note{Text: "from one process"})
	d, err := other.decide(t.Context(), other.open.incident(1), matter{commands: []incident.Command{incident.Note{Text: "from another"}}})
	require.NoError(t, err)
	require.Equal(t, w.state(1), d.is)
	require.Len(t, d.is.Notes, 2)
}

// cfgForAnother is the config of a second process on the same journal.
func (w *world) cfgForAnother() Config {
	cfg := w.cfg
	cfg.Metrics = nil
	return cfg
}

func TestKeys(t *testing.T) {
	t.Parallel()
	require.Equal(t, "inc/000042", Stream(42))
	for name, want := range map[string]int{"inc/000042": 42, "inc/1234567": 1234567, "inc/0": 0, "inc/x": 0, "board/42": 0} {
		got, ok := Number(name)
		require.Equal(t, want, got, name)
		require.Equal(t, want != 0, ok, name)
	}
	require.Less(t, pastKey(43), pastKey(42), "newest first")
	at := spot{Room: "C 1", Message: `M"2`}
	back, err := readSpot(at.String())
	require.NoError(t, err)
	require.Equal(t, at, back)
	_, err = readSpot("x")
	require.Error(t, err)
}
