package strict

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDurationsReadWhatTheyWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(1, int64(MaxDuration/time.Second)).Draw(t, "seconds")) * time.Second
		got, what, _ := ParseDuration(WriteDuration(d))
		require.Empty(t, what)
		require.Equal(t, d, got)
	})
}

func TestNearestName(t *testing.T) {
	t.Parallel()
	known := []string{"acknowledged", "declared", "api-tester", "qa"}
	for word, want := range map[string]string{
		"akcnowledged": "acknowledged", "DECLARED": "declared", "dcelared": "declared", "api-testers": "api-tester",
		"aq": "qa", "entirely-else": "", "": "", "xyz": "", strings.Repeat("a", 5000): "",
	} {
		require.Equal(t, want, Nearest(word, known), word)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[a-c]{0,6}`).Draw(t, "a"), rapid.StringMatching(`[a-c]{0,6}`).Draw(t, "b")
		require.Equal(t, distance(a, b), distance(b, a))
		require.Equal(t, a == b, distance(a, b) == 0)
	})
}
