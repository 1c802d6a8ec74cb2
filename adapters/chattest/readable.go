package chattest

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// readable is s without what nobody sees: control and format characters, empty lines, spaces at the ends
// of lines. Adapters may put such characters in to keep text from becoming markup.
func readable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\u00a0':
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc):
			return -1
		}
		return r
	}, s)
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func requireReads(t testing.TB, want, got, why string) {
	t.Helper()
	require.Equal(t, readable(want), readable(got), why)
}

// requireCut holds got to be want, or as much of its beginning as fits with an ellipsis after it.
func requireCut(t testing.TB, want, got, why string) {
	t.Helper()
	want, got = readable(want), readable(got)
	if got == want {
		return
	}
	kept, cut := strings.CutSuffix(got, "…")
	require.True(t, cut, "%s: what is cut ends with an ellipsis; it ends with %q", why, tail(got))
	require.True(t, strings.HasPrefix(want, strings.TrimSpace(kept)), "%s: what is left is the beginning:\n%s\nof\n%s", why, kept, want)
	require.NotEmpty(t, kept, why)
}

func tail(s string) string {
	r := []rune(s)
	return string(r[max(0, len(r)-20):])
}
