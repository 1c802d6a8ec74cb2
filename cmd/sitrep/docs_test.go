package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func document(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(data)
}

// What the readme shows of an incident is what people see: every line stands in the transcript that it names.
func TestReadmeShowsWhatHappens(t *testing.T) {
	t.Parallel()
	_, block, _ := strings.Cut(document(t, "README.md"), "```\n")
	block, _, _ = strings.Cut(block, "```")
	require.Contains(t, block, "/incident declare")
	var played []string
	for line := range strings.Lines(document(t, "cmd/sitrep/testdata/chats/p0-from-declare-to-close.txtar")) {
		played = append(played, strings.TrimSpace(line))
	}
	for line := range strings.Lines(block) {
		require.True(t, slices.Contains(played, strings.TrimSpace(line)), "nobody sees %q", line)
	}
}

func TestReadmeNamesEveryCommand(t *testing.T) {
	t.Parallel()
	readme := document(t, "README.md")
	eachCommand((&program{}).command(), func(c *cobra.Command) {
		require.Regexp(t, "`(sitrep )?"+strings.TrimPrefix(c.CommandPath(), "sitrep ")+"[` ]", readme)
	})
}

// The files that the documents lead to are there.
func TestDocumentsNameRealFiles(t *testing.T) {
	t.Parallel()
	names, err := listFiles(filepath.Join("..", ".."))
	require.NoError(t, err)
	there := func(name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return n == name || strings.HasSuffix(n, "/"+name) })
	}
	for _, m := range regexp.MustCompile("`([a-z_/]+\\.go)`").FindAllStringSubmatch(document(t, "docs/architecture.md"), -1) {
		require.True(t, there(m[1]), "docs/architecture.md names %s", m[1])
	}
	for _, doc := range []string{"README.md", "docs/architecture.md", "CONTRIBUTING.md"} {
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(document(t, doc), -1) {
			require.True(t, there(path.Join(path.Dir(doc), m[1])), "%s leads to %s", doc, m[1])
		}
	}
}
