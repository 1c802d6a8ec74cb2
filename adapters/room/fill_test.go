package room

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func pageFile(t *testing.T, name string) string {
	t.Helper()
	data, err := web.ReadFile("web/" + name)
	require.NoError(t, err)
	return string(data)
}

// Holes are filled with escaped words, which is right in text and in quoted attributes, and nowhere else.
func TestHolesAreWhereEscapingHolds(t *testing.T) {
	t.Parallel()
	quoted := regexp.MustCompile(` [a-z-]+="[^"<>]*"`)
	for _, name := range []string{"page.html", "note.html"} {
		page := pageFile(t, name)
		require.NotRegexp(t, `(?i)<style|<script[^>]*>[^<]|javascript:| on[a-z]+=| (href|src|style)="[^"]*\{\{`, page, name)
		require.NotRegexp(t, `<[^>]*\{\{[^>]*>`, quoted.ReplaceAllString(page, ""), "%s has a hole in a tag, outside of quotes", name)
		require.NotContains(t, hole.ReplaceAllString(page, ""), "{{", name)
	}
}

func TestEveryHoleIsFilledInEveryLanguage(t *testing.T) {
	t.Parallel()
	page := pageFile(t, "page.html")
	for lang, words := range catalogs() {
		for _, m := range hole.FindAllStringSubmatch(page, -1) {
			require.True(t, m[1] == "Lang" || words[m[1]] != "", "%s has no word for %s", lang, m[1])
		}
		filled := string(fill([]byte(page), lang, words))
		require.NotContains(t, filled, "{{")
		require.Contains(t, filled, `<html lang="`+lang+`">`)
	}
}

func TestWordsAreNoMarkup(t *testing.T) {
	t.Parallel()
	got := fill([]byte(`<p title="{{.a}}">{{.a}}{{.Lang}}{{.gone}}</p>`), "en", map[string]string{"a": `"<b>&'{{.Lang}}`})
	require.Equal(t, `<p title="&#34;&lt;b&gt;&amp;&#39;{{.Lang}}">&#34;&lt;b&gt;&amp;&#39;{{.Lang}}en</p>`, string(got))
}
