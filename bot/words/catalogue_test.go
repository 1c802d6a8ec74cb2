package words_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/sitrep-bot/sitrep/bot/words"
)

// catalogue is a file as it is written: each key with its forms.
type catalogue map[string]map[string]string

func readCatalogue(t *testing.T, lang string) catalogue {
	t.Helper()
	data, err := os.ReadFile(lang + ".yaml")
	require.NoError(t, err)
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal(data, &raw))
	c := catalogue{}
	for key, v := range raw {
		c[key] = map[string]string{}
		switch v := v.(type) {
		case string:
			c[key]["other"] = v
		case map[string]any:
			for form, text := range v {
				c[key][form] = fmt.Sprint(text)
			}
		default:
			t.Fatalf("%s: %s is a %T", lang, key, v)
		}
	}
	return c
}

var placeholder = regexp.MustCompile(`\.([a-z]+)\b[^{]*?}}`)

// placeholders are the names a sentence fills in, in its words and in its conditions.
func placeholders(forms map[string]string) []string {
	names := map[string]bool{}
	for _, text := range forms {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestAllLanguagesSayTheSameThings(t *testing.T) {
	t.Parallel()
	en := readCatalogue(t, "en")
	require.Greater(t, len(en), 300)
	for _, lang := range words.Languages()[1:] {
		other := readCatalogue(t, lang)
		require.ElementsMatch(t, slices.Collect(maps.Keys(en)), slices.Collect(maps.Keys(other)), "%s has other keys than en", lang)
		for key, forms := range en {
			require.Equal(t, placeholders(forms), placeholders(other[key]), "%s: %s fills in something else than en", lang, key)
			require.Equal(t, len(forms) > 1, len(other[key]) > 1, "%s: %s counts in one language only", lang, key)
		}
	}
}

func TestEverySentenceIsTold(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		w := words.For(lang)
		for key, forms := range readCatalogue(t, lang) {
			args := []any{}
			for _, name := range placeholders(forms) {
				if name != "count" {
					args = append(args, name, "«"+name+"»")
				}
			}
			for _, n := range []int{0, 1, 2, 17, 1_000_000} {
				said := w.Text(key, append(args, "count", n)...)
				require.NotEqual(t, key, said, "%s: %s", lang, key)
				require.NotContains(t, said, "{{", "%s: %s", lang, key)
				require.NotContains(t, said, "<no value>", "%s: %s", lang, key)
			}
			require.NotPanics(t, func() { w.Text(key) }, "with nothing to fill in")
		}
	}
}

// The tone is calm. A sentence begins with a capital and has no spaces to spare.
func TestTheTone(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		for key, forms := range readCatalogue(t, lang) {
			for form, text := range forms {
				where := fmt.Sprintf("%s: %s (%s): %q", lang, key, form, text)
				require.NotContains(t, text, "!", where)
				require.NotContains(t, text, "  ", where)
				require.NotContains(t, text, "...", "an ellipsis is one character: "+where)
				require.False(t, strings.ContainsFunc(text, func(r rune) bool { return r >= 0xE000 && r <= 0xF8FF }), where)
				if lang == "fr" && !strings.HasPrefix(key, "format.") {
					require.NotRegexp(t, ` [:;?»]`, text, "a colon follows a space that does not break: "+where)
					require.NotContains(t, regexp.MustCompile(`{{.*?}}`).ReplaceAllString(text, ""), "'", where)
				}
			}
		}
	}
}

// Platforms cut what is longer.
func TestLabelsFitTheirPlaces(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		for key, forms := range readCatalogue(t, lang) {
			group, _, _ := strings.Cut(key, ".")
			limited := group == "button" || group == "form" || group == "input" && !strings.HasSuffix(key, ".hint")
			if limited {
				require.LessOrEqual(t, utf8.RuneCountInString(forms["other"]), 24, "%s: %s: %q", lang, key, forms["other"])
			}
			if strings.HasSuffix(key, ".hint") {
				require.LessOrEqual(t, utf8.RuneCountInString(forms["other"]), 150, "%s: %s", lang, key)
			}
		}
	}
}

// english are words that stand in almost every English sentence and in no other one.
var english = []string{
	"the", "is", "are", "was", "of", "it", "you", "your", "and", "this", "that", "with", "who", "what", "by", "not",
	"there", "when", "which", "nobody", "already", "until", "since", "here",
}

func TestNoEnglishIsLeftInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages()[1:] {
		for key, forms := range readCatalogue(t, lang) {
			for _, text := range forms {
				text = regexp.MustCompile(`{{.*?}}`).ReplaceAllString(text, " ")
				for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
					require.NotContains(t, english, word, "%s: %s: %q", lang, key, text)
				}
			}
		}
	}
}

// A sentence that reads the same in two languages was forgotten, unless it has hardly any words.
func TestSentencesAreTranslated(t *testing.T) {
	t.Parallel()
	en := readCatalogue(t, "en")
	for _, lang := range words.Languages()[1:] {
		for key, forms := range readCatalogue(t, lang) {
			text := regexp.MustCompile(`{{.*?}}`).ReplaceAllString(forms["other"], " ")
			letters := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
			if len(letters) > 2 {
				require.NotEqual(t, en[key]["other"], forms["other"], "%s: %s", lang, key)
			}
		}
	}
}
