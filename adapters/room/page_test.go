package room_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is the text of all of the page's files with this ending, by name.
func source(t *testing.T, ending string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS("web"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ending {
			return err
		}
		data, err := os.ReadFile(path.Join("web", name))
		all[name] = string(data)
		return err
	}))
	require.NotEmpty(t, all)
	return all
}

func catalogs(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for name, text := range source(t, ".json") {
		words := map[string]string{}
		require.NoError(t, json.Unmarshal([]byte(text), &words), name)
		all[strings.TrimSuffix(path.Base(name), ".json")] = words
	}
	require.ElementsMatch(t, []string{"en", "pt-BR", "fr"}, slices.Collect(maps.Keys(all)))
	return all
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func TestWordsInAllLanguages(t *testing.T) {
	t.Parallel()
	all := catalogs(t)
	for lang, words := range all {
		require.ElementsMatch(t, slices.Collect(maps.Keys(all["en"])), slices.Collect(maps.Keys(words)), "keys of %s", lang)
		for key, text := range words {
			require.NotEmpty(t, text, "%s in %s", key, lang)
			require.ElementsMatch(t, placeholder.FindAllString(all["en"][key], -1), placeholder.FindAllString(text, -1), "placeholders of %s in %s", key, lang)
		}
	}
}

// Every word that the page asks for is there, and none is there that it does not ask for.
func TestWordsAreUsed(t *testing.T) {
	t.Parallel()
	en := catalogs(t)["en"]
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\{\{\.([a-z_]+)\}\}`).FindAllStringSubmatch(source(t, ".html")["page.html"], -1) {
		used[m[1]] = true
	}
	families := regexp.MustCompile("^(error|form|tone|reaction|enter|keys|rooms|menu)_|_(one|other)$")
	scripts := source(t, ".js")
	script := strings.Join(slices.Collect(maps.Values(scripts)), "\n")
	for _, text := range scripts {
		for _, m := range regexp.MustCompile(`\bt\("([a-z_]+)"`).FindAllStringSubmatch(text, -1) {
			require.Contains(t, en, m[1], "a word that a script asks for")
			used[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`\bcount\("([a-z_]+)"`).FindAllStringSubmatch(text, -1) {
			require.Contains(t, en, m[1]+"_one")
			require.Contains(t, en, m[1]+"_other")
		}
	}
	for key := range used {
		require.Contains(t, en, key, "a word that the page asks for")
	}
	for key := range en {
		require.True(t, used[key] || families.MatchString(key) || strings.Contains(script, `"`+key+`"`), "nobody asks for %q", key)
	}
	codes, err := os.ReadFile("refusal.go")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`http\.Status\w+, "([a-z_]+)"`).FindAllStringSubmatch(string(codes), -1) {
		require.Contains(t, en, "error_"+m[1], "words for a refusal")
	}
}

// The page needs nothing from elsewhere, runs nothing that is not in its files, and makes no HTML out of text.
func TestPageKeepsToItself(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{".html", ".css", ".js", ".svg"} {
		for name, text := range source(t, ending) {
			for _, m := range regexp.MustCompile(`(?:https?:|["'(])//[a-z0-9.-]+\.[a-z]{2,}[^\s"')]*`).FindAllString(text, -1) {
				require.Equal(t, "http://www.w3.org/2000/svg", m, "an address elsewhere in %s", name)
			}
			for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "@import", "javascript:"} {
				require.NotContains(t, text, bad, name)
			}
			require.NotRegexp(t, `<[^>]+\s(style|on\w+)=`, text, name)
			require.LessOrEqual(t, strings.Count(text, "\n"), 500, "lines of %s", name)
		}
	}
}

// Colours of text stand out from what they stand on, in both schemes (WCAG 2.2, 1.4.3: 4.5 to 1).
func TestContrast(t *testing.T) {
	t.Parallel()
	css := source(t, ".css")["static/base.css"]
	pairs := strings.Fields(regexp.MustCompile(`(?s)pairs: (.*?)\*/`).FindStringSubmatch(css)[1])
	require.Greater(t, len(pairs), 20)
	light, dark, found := strings.Cut(css, "prefers-color-scheme: dark")
	require.True(t, found)
	colours := func(text string) map[string]string {
		all := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(text, -1) {
			all[m[1]] = m[2]
		}
		return all
	}
	for scheme, all := range map[string]map[string]string{"light": colours(light), "dark": colours(dark)} {
		for _, pair := range pairs {
			ink, ground, _ := strings.Cut(pair, "/")
			require.NotEmpty(t, all[ink], "%s in %s", ink, scheme)
			require.GreaterOrEqual(t, contrast(t, all[ink], all[ground]), 4.5, "%s in %s", pair, scheme)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	require.NoError(t, err)
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

// Every id that a script looks for is in the page.
func TestIdsAreThere(t *testing.T) {
	t.Parallel()
	page := source(t, ".html")["page.html"]
	for name, text := range source(t, ".js") {
		for _, m := range regexp.MustCompile(`\$\("([a-z-]+)"\)`).FindAllStringSubmatch(text, -1) {
			require.True(t, bytes.Contains([]byte(page), fmt.Appendf(nil, `id=%q`, m[1])), "%s looks for #%s", name, m[1])
		}
	}
}
