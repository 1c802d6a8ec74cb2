package words

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	all, err := readSentences([]byte(`
plain: "Nothing to fill"
empty: ""
filled: "{{.who}} did {{.what}}"
asked: "Done{{if .why}}: {{.why}}{{if .by}} ({{.by}}){{end}}{{else}}.{{end}}"
counted: {one: "{{.count}} task", other: "{{.count}} tasks"}
`))
	require.NoError(t, err)
	say := func(key, lang string, count any, pairs ...string) string {
		data := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			data[pairs[i]] = pairs[i+1]
		}
		var b strings.Builder
		write(&b, all[key].form(language.Make(lang), count), data)
		return b.String()
	}
	require.Equal(t, "Nothing to fill", say("plain", "en", nil))
	require.Empty(t, say("empty", "en", nil))
	require.Equal(t, "Ana did {{.x}}", say("filled", "en", nil, "who", "Ana", "what", "{{.x}}"), "what fills a placeholder is no template")
	require.Equal(t, "Ana did <no value>", say("filled", "en", nil, "who", "Ana"))
	require.Equal(t, "Done.", say("asked", "en", nil, "why", ""))
	require.Equal(t, "Done: it works (Ben)", say("asked", "en", nil, "why", "it works", "by", "Ben"))
	for lang, want := range map[string]string{"en": "0 tasks", "fr": "0 task", "pt-BR": "0 task"} {
		require.Equal(t, want, say("counted", lang, 0, "count", "0"), lang)
	}
	require.Equal(t, "1 task", say("counted", "en", 1, "count", "1"))
	require.Equal(t, "7 tasks", say("counted", "fr", 7, "count", "7"))
	require.Equal(t, "some tasks", say("counted", "en", "some", "count", "some"))
}

func TestWhatASentenceCannotSay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`key: 3`:                     "other is no form of a sentence",
		`key: {one: "a"}`:            `the form "other" is missing`,
		`key: {many: "a", few: 3}`:   "is no form of a sentence",
		`key: {others: "a"}`:         "others is no form of a sentence",
		`key: "{{.a"`:                "unclosed action",
		`key: "{{.a.b}}"`:            "is no placeholder",
		`key: "{{.a | .b}}"`:         "is no placeholder",
		`key: "{{if .a.b}}c{{end}}"`: "is no condition",
		`key: "{{if .a}}{{range .b}}{{end}}{{end}}"`:        "neither a placeholder nor a condition",
		`key: "{{if .a}}{{else}}{{with .b}}{{end}}{{end}}"`: "neither a placeholder nor a condition",
		"key: [": "",
	} {
		_, err := readSentences([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}
