package slack_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/adapters/slack"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a & b < c > d": "a &amp; b &lt; c &gt; d", "<!channel>": "&lt;!channel&gt;", "&amp;": "&amp;amp;",
		"@here": "@\u2060here", "x@y": "x@\u2060y", "NUL\x00\x1b[1m": "NUL[1m", "tab\tbed": "tab bed", "two\nlines": "two\nlines",
		"broken \xff": "broken \uFFFD",
	} {
		require.Equal(t, want, slack.Escape(in))
	}
}

func TestCutting(t *testing.T) {
	t.Parallel()
	require.Equal(t, "hello", slack.Cut("hello", 5))
	require.Equal(t, "hell…", slack.Cut("hello!", 5))
	require.Equal(t, "日本…", slack.Cut("日本語です", 3))
	require.Equal(t, "two…", slack.Cut("two words", 5), "no space before the ellipsis")
	require.Equal(t, "…", slack.Cut("hello", 1))
	require.Empty(t, slack.Cut("hello", 0))
	require.Equal(t, "&lt;…", slack.CutEscaped("<<<", 8), "an entity is whole or not there")
	require.Equal(t, "one line", slack.OneLine(" one\n\tline "))
	short, was := slack.CutBytes("été <@U0ANA> x", 12)
	require.True(t, was)
	require.Equal(t, "été…", short, "a token is whole or not there")
	short, was = slack.CutBytes("a &amp; b", 9)
	require.False(t, was)
	require.Equal(t, "a &amp; b", short)
}

func TestCuttingKeepsItsLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab é日😀<&>@\n"))).Draw(t, "text")
		most := rapid.IntRange(1, 40).Draw(t, "most")
		cut := slack.Cut(text, most)
		require.LessOrEqual(t, utf8.RuneCountInString(cut), most)
		require.True(t, cut == text || strings.HasPrefix(text, strings.TrimSuffix(cut, "…")))
		require.LessOrEqual(t, slack.Weight(slack.CutWeight(text, most)), most)
		escaped := slack.CutEscaped(text, most)
		require.LessOrEqual(t, utf8.RuneCountInString(escaped), most)
		require.Empty(t, strings.ReplaceAll(strings.ReplaceAll(strings.Map(only("<>"), escaped), "<", "x"), ">", "x"))
		short, _ := slack.CutBytes(escaped, most)
		require.LessOrEqual(t, len(short), max(most, len("…")))
		require.True(t, utf8.ValidString(short))
	})
}

func only(runes string) func(rune) rune {
	return func(r rune) rune {
		if strings.ContainsRune(runes, r) {
			return r
		}
		return -1
	}
}

func TestWhatLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"https://example.org", "http://example.org/a?b=1&c=2#d", "https://example.org/x(y)_z_"} {
		require.True(t, slack.Leads(good), good)
	}
	for _, bad := range []string{
		"", "example.org", "//example.org", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "https://a b",
		"https://a|b", "https://a>b", "https://a\"b", "https://a\nb", "https://" + strings.Repeat("a", 3000),
	} {
		require.False(t, slack.Leads(bad), bad)
	}
}

func TestWhatMarkupWouldComeAliveIn(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"*b*", "_i_", "~s~", "`c`", ":tada:", "> quote", "https://x", "www.x", "• item"} {
		require.True(t, slack.Lively(text), text)
	}
	for _, text := range []string{"plain", "a, b. c", "50 %", "#general", "été"} {
		require.False(t, slack.Lively(text), text)
	}
}
