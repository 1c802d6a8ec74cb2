package mattermost

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/shared/markdown"
	"github.com/stretchr/testify/require"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Checkout down":      "Checkout down",
		"@channel":           "@" + gap + "channel",
		"@@here":             "@" + gap + "@" + gap + "here",
		"#general ~general":  "#" + gap + "general ~" + gap + "general",
		"https://evil.test":  "https:" + gap + "//evil.test",
		"HTTPS://evil.test":  "HTTPS:" + gap + "//evil.test",
		"www.evil.test":      "www" + gap + ".evil.test",
		"x@evil.test":        "x@" + gap + "evil.test",
		"*a* _b_ `c`":        "\\*a\\* \\_b\\_ \\`c\\`",
		"[x](y)":             `\[x\](y)`,
		"![x](y)":            "!" + gap + `\[x\](y)`,
		`a\b`:                `a\\b`,
		":tada: at 10:30":    ":" + gap + "tada: at 10:30",
		":) :-) <3":          ":" + gap + ") :" + gap + "-) <" + gap + "3",
		"&amp;":              "&" + gap + "amp;",
		"- a\n+ b\n1. c\n=":  gap + "- a\n" + gap + "+ b\n" + gap + "1. c\n" + gap + "=",
		"> a":                `\> a`,
		"    four":           "\u00a0\u00a0\u00a0\u00a0four",
		"\tone":              "\u00a0\u00a0\u00a0\u00a0one",
		"a\x00b\u202ec\r\nd": "abc\nd",
		"a | b":              `a \| b`,
		"$x$":                "$" + gap + "x$" + gap,
		"12:30":              "12:30",
		"":                   "",
	} {
		require.Equal(t, want, escape(text, true), "%q", text)
	}
	require.Equal(t, "- a", escape("- a", false), "in the middle of a line a hyphen is one")
	require.Equal(t, "\uFFFDx", escape("\xffx", true))
}

func TestCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, "abc", cut("abc", 3))
	require.Equal(t, "ab…", cut("abcd", 3))
	require.Equal(t, "é😀…", cut("é😀日本", 3))
	require.Equal(t, "ab…", cut(`ab\*c`, 4), "half an escape goes")
	require.Equal(t, `ab\\…`, cut(`ab\\cd`, 5), "a whole one stays")
	require.Equal(t, "…", cut("abc", 1))
	require.Empty(t, cut("abc", 0))
}

func TestCode(t *testing.T) {
	t.Parallel()
	require.Equal(t, "`/incident handoff @ana`", code("/incident handoff @ana"), "what is shown can be typed")
	require.Equal(t, gap+"`` a`b ``", code("a`b"))
	require.Equal(t, gap+"```` ``` ````", code("```"))
	require.Equal(t, "`a b`", code("a\nb"))
	require.Empty(t, code("  "))
}

var live = regexp.MustCompile(`(?i)@[a-z0-9_.-]|https?://|www\.|(^|\s)#[a-z]|~[a-z0-9]|:[a-z0-9_+-]+:`)

// Whatever the text, the server's own parser finds nothing in it but text, and none of what clients and
// notifications look for.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{
		"@all", "\\@channel", "`@here", "[a](http://x)", "![a](b)", "<http://x>", "a\n===\nb", "    code", "```\nx\n```", "- a\n- b",
		"> q", "1) x", "www.x.yz", "[a]: http://x\n\n[a]", "a  \nb", "| a |\n|---|\n", "~~~\nx", "*_*", ":a:b:", "\t- x", "&#64;all", "@\\all", "\x00@all",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := escape(text, true)
		require.True(t, utf8.ValidString(out))
		require.NotContains(t, out, "\x00")
		require.NotRegexp(t, live, out)
		markdown.Inspect(out, func(node any) bool {
			switch node.(type) {
			case *markdown.InlineLink, *markdown.InlineImage, *markdown.ReferenceLink, *markdown.ReferenceImage, *markdown.Autolink,
				*markdown.CodeSpan, *markdown.Emoji, *markdown.List, *markdown.BlockQuote, *markdown.FencedCode, *markdown.IndentedCode:
				t.Errorf("%q became %T: %q", text, node, out)
			}
			return true
		})
		for n := range min(40, utf8.RuneCountInString(out)) {
			short := cut(out, n)
			require.LessOrEqual(t, utf8.RuneCountInString(short), n)
			slashes := len(strings.TrimSuffix(short, "…")) - len(strings.TrimRight(strings.TrimSuffix(short, "…"), `\`))
			require.Zero(t, slashes%2, "%q cut to %q", out, short)
		}
	})
}
