package playbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

// FuzzParse holds that whatever is in a file, it becomes a playbook or problems that can be read: with
// a place inside the file, on one line each.
func FuzzParse(f *testing.F) {
	for _, name := range Shipped() {
		text, err := Text(name)
		require.NoError(f, err)
		f.Add(text)
	}
	archives, err := filepath.Glob("testdata/problems/*.txtar")
	require.NoError(f, err)
	for _, name := range archives {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		for _, file := range txtar.Parse(data).Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				f.Add([]byte(complete(string(file.Data))))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		book, err := Parse("fuzz.yaml", data)
		if err == nil {
			require.NotNil(t, book)
			return
		}
		require.Nil(t, book)
		lines := 2
		for _, end := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} {
			lines += strings.Count(string(data), end)
		}
		if !strings.ContainsAny(string(data), "\r\u0085\u2028\u2029") {
			lines--
		}
		var problems Problems
		require.ErrorAs(t, err, &problems)
		require.NotEmpty(t, problems)
		require.LessOrEqual(t, len(problems), strict.MaxProblems+1)
		for _, p := range problems {
			require.NotEmpty(t, p.What)
			require.NotContains(t, p.String(), "\n")
			require.LessOrEqual(t, p.Line, lines)
		}
	})
}
