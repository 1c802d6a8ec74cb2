package playbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
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
		var problems Problems
		require.ErrorAs(t, err, &problems)
		require.NotEmpty(t, problems)
		require.LessOrEqual(t, len(problems), maxProblems+1)
		for _, p := range problems {
			require.NotEmpty(t, p.What)
			require.NotContains(t, p.String(), "\n")
			require.LessOrEqual(t, p.Line, strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data)), "\n")+1+strings.Count(string(data), "\u0085")+strings.Count(string(data), "\u2028")+strings.Count(string(data), "\u2029"))
		}
	})
}
