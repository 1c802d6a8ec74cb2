package bot

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/incident"
)

func numbersOf(states []incident.State) []int {
	var n []int
	for _, s := range states {
		n = append(n, s.Number)
	}
	return n
}

func TestFindSearchesOpenAndClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := 1; n <= 4; n++ {
		w.declare(n, "P1")
	}
	w.do(1, incident.SetImpact{Text: "Cards are refused in Lyon"})
	w.do(1, incident.Cancel{Why: "a drill"})
	w.do(2, incident.Cancel{Why: "a drill"})
	w.do(3, incident.SetImpact{Text: "Refused everywhere"})
	for words, want := range map[string][]int{
		"checkout":            {4, 3, 2, 1},
		"CARDS lyon":          {1},
		"refused":             {3, 1},
		"inc-2":               {2},
		"":                    {4, 3, 2, 1},
		"nothing of the kind": nil,
	} {
		hits, err := w.find(t.Context(), words)
		require.NoError(t, err)
		require.Equal(t, want, numbersOf(hits), words)
	}
}

func TestASummaryReadsBackAsTheStateItWasMadeOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.declare(1, "P1")
	w.do(1, incident.SetImpact{Text: "no orders"})
	s := w.do(1, incident.Cancel{Why: "a drill"}).is
	back, err := readSummary(summarize(s))
	require.NoError(t, err)
	require.Equal(t, s.Number, back.Number)
	require.Equal(t, s.Title, back.Title)
	require.Equal(t, s.Phase, back.Phase)
	require.Equal(t, s.Impact, back.Impact)
	require.Equal(t, s.At.Declared, back.At.Declared)
	require.Equal(t, s.At.Closed, back.At.Closed)
	_, err = readSummary("{")
	require.Error(t, err)
}
