package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// rule is one thing that the project has agreed on and a machine can check.
type rule struct {
	name  string
	why   string // printed with every finding, so that nobody has to guess
	check func(*project) []finding
}

var rules = []rule{
	{"layout", "the top level is the first thing a stranger sees; code lives in five folders, each with one job", checkLayout},
	{"known", "a package has one idea and one place on the map in policy_table_test.go; put it there first", checkKnown},
	{"arrows", "workflows decides, bot runs, store remembers, adapters talk, cmd wires; an arrow the other way ties them into a knot", checkArrows},
	{"support", "fakes and suites that leak into the product are shipped to people who run it", checkSupport},
	{"pure", "what decides must give the same answer on a replay a year from now, so it gets values in and gives values out", checkPure},
	{"clock", "only cmd reads the clock; the whole bot runs on a virtual one in tests, in drills and in simulate", checkClock},
	{"comment", "a package without a first sentence has no idea of what it is for", checkComment},
	{"file-length", "a file is a story; a story of more than 500 lines is two", checkFileLength},
	{"function-length", "nobody keeps more than 80 lines in mind", checkFunctionLength},
	{"reason", "a skipped test proves nothing and a sleeping one is broken on a busy machine; where it must be, the line says why", checkReason},
	{"error-text", "an error names the operation, the thing and the cause; that something failed is known already", checkErrorText},
	{"leftover", "what is left for later is said in the tracker, where people look for it", checkLeftover},
	{"outside", "the project stands alone: a path that leads out of it works on one machine only", checkOutside},
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	p, err := readProject(filepath.Join("..", ".."))
	require.NoError(t, err)
	require.NotEmpty(t, p.sources, "no Go file found; the policy looks in the wrong folder")
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if found := r.check(p); len(found) > 0 {
				t.Errorf("%s\nwhy: %s", lines(found), r.why)
			}
		})
	}
}

// TestPolicyFires plays every rule against a small project that breaks it, in testdata/policy, and
// expects the findings that stand in its file "want". What the fixtures do right is proof as well:
// anything found too much fails.
func TestPolicyFires(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			p, want := fixture(t, r.name)
			require.NotEmpty(t, want, "the fixture expects nothing, so it proves nothing")
			require.Equal(t, want, lines(r.check(p)))
		})
	}
}

func TestPolicyFixturesAllBelongToARule(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/policy/*.txtar")
	require.NoError(t, err)
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txtar")
		known := slices.ContainsFunc(rules, func(r rule) bool { return r.name == name })
		require.True(t, known, "%s belongs to no rule", f)
	}
}

// TestPolicyTableIsSound keeps the map itself honest: every arrow ends in a known package, the product
// imports no support, what is pure imports only what is pure or mere words, and there is no way around
// in a circle.
func TestPolicyTableIsSound(t *testing.T) {
	t.Parallel()
	words := []string{"bot/chat", "bot/hook", "bot/words"}
	for _, from := range places {
		require.NotEmpty(t, from.purpose, from.dir)
		for _, dir := range from.may {
			if dir == "*" {
				continue
			}
			to, ok := placeOf(dir)
			require.True(t, ok, "%s may import %s, which is not on the map", from.dir, dir)
			require.False(t, to.support && !from.support, "%s may import the support package %s", from.dir, dir)
			require.True(t, !from.pure || to.pure || slices.Contains(words, dir), "%s is pure, %s is not", from.dir, dir)
			require.False(t, leadsTo(dir, from.dir), "%s and %s lead to each other", from.dir, dir)
		}
	}
}

func leadsTo(from, to string) bool {
	p, _ := placeOf(from)
	return slices.ContainsFunc(p.may, func(dir string) bool { return dir == to || leadsTo(dir, to) })
}

// fixture reads a project that breaks the rule, and what the rule should find in it.
func fixture(t *testing.T, name string) (*project, string) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "policy", name+".txtar"))
	require.NoError(t, err, "every rule has a fixture that shows it at work")
	files := map[string][]byte{}
	want := ""
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = strings.TrimSpace(string(f.Data))
			continue
		}
		files[f.Name] = stretch(f.Data)
	}
	p, err := newProject(files)
	require.NoError(t, err)
	return p, want
}

// stretch turns a line "#lines N" of a fixture into N lines, so that a long file stays short to read.
func stretch(data []byte) []byte {
	var out strings.Builder
	for line := range strings.Lines(string(data)) {
		n := 0
		if _, err := fmt.Sscanf(strings.TrimSpace(line), "#lines %d", &n); err == nil {
			out.WriteString(strings.Repeat("\t_ = 0\n", n))
			continue
		}
		out.WriteString(line)
	}
	return []byte(out.String())
}

func lines(found []finding) string {
	slices.SortFunc(found, func(a, b finding) int {
		return strings.Compare(fmt.Sprintf("%s:%06d", a.path, a.line), fmt.Sprintf("%s:%06d", b.path, b.line))
	})
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.String()
	}
	return strings.Join(out, "\n")
}

func readProject(root string) (*project, error) {
	names, err := listFiles(root)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // deleted, not yet committed
		}
		if err != nil {
			return nil, fmt.Errorf("read project: %w", err)
		}
		files[name] = data
	}
	return newProject(files)
}
