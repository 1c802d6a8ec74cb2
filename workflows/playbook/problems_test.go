package playbook

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected problems in testdata/problems; read the difference before you commit it")

// base is a small playbook without a problem. A case replaces the top-level keys that it gives itself;
// the rest of base comes after it, so that lines count from the case's first.
const base = `playbook: small
title: Small
language: en
severities:
  - {id: S1, name: Bad, team: [lead, writer]}
  - {id: S2, name: Minor, no_room: true, team: [writer]}
roles:
  - {id: lead, title: Lead, commands: true}
  - {id: writer, title: Writer}
statuses:
  - {id: open, label: Open, on: [declared]}
update:
  title: Update
  role: writer
  fields:
    - {id: text, label: Text, source: text, ask: true}
`

var (
	topKey  = regexp.MustCompile(`(?m)^([a-z]+):`)
	without = regexp.MustCompile(`(?m)^# without: (.*)$`)
)

// complete adds what a case does not give and does not go without.
func complete(text string) string { return completeWith(base, text) }

func completeWith(base, text string) string {
	var given []string
	for _, m := range topKey.FindAllStringSubmatch(text, -1) {
		given = append(given, m[1])
	}
	if m := without.FindStringSubmatch(text); m != nil {
		given = append(given, strings.Fields(m[1])...)
	}
	whole := strings.Builder{}
	whole.WriteString(text)
	keep := false
	for line := range strings.Lines(base) {
		if m := topKey.FindStringSubmatch(line); m != nil {
			keep = !slices.Contains(given, m[1])
		}
		if keep {
			whole.WriteString(line)
		}
	}
	return whole.String()
}

func TestTheBaseOfTheCasesIsFine(t *testing.T) {
	t.Parallel()
	_, err := Parse("base.yaml", []byte(complete("")))
	require.NoError(t, err)
}

// Each archive holds cases as pairs: NAME.yaml, what somebody wrote, and NAME.problems, what they are told.
func TestProblems(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/problems/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			require.NoError(t, err)
			playCases(t, archive)
			if *update {
				require.NoError(t, os.WriteFile(name, txtar.Format(archive), 0o600))
			}
		})
	}
}

func playCases(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	var out []txtar.File
	for _, f := range archive.Files {
		name, isCase := strings.CutSuffix(f.Name, ".yaml")
		if !isCase {
			continue
		}
		got := told(string(f.Data))
		if !*update {
			require.Equal(t, expected(archive, name), got, "%s: run go test -update, if that was intended", f.Name)
		}
		require.NotEmpty(t, got, "%s is a case of a problem, but none was found", f.Name)
		out = append(out, f, txtar.File{Name: name + ".problems", Data: []byte(got)})
	}
	archive.Files = out
}

func told(text string) string {
	_, err := Parse("bad.yaml", []byte(complete(text)))
	if err == nil {
		return ""
	}
	return err.Error() + "\n"
}

func expected(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name+".problems" {
			return string(f.Data)
		}
	}
	return ""
}
