package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// call is one place in the code where a sentence is filled in.
type call struct {
	at   string
	key  string
	args []string
}

// uses are the string literals of the code that speaks, and its calls with a literal key.
type uses struct {
	literals map[string]string // with one place each
	calls    []call
}

// speakers are the packages that use the catalogues.
var speakers = []string{"../command/*.go", "../compose/*.go", "../*.go", "*.go", "../../workflows/incident/*.go"}

func readUses(t *testing.T) uses {
	t.Helper()
	u := uses{literals: map[string]string{}}
	for _, pattern := range speakers {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range names {
			if !strings.HasSuffix(name, "_test.go") {
				u.file(t, name)
			}
		}
	}
	require.Greater(t, len(u.literals), 300)
	return u
}

func (u *uses) file(t *testing.T, name string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if text, ok := literal(n); ok {
			u.literals[text] = set.Position(n.Pos()).String()
		}
		if c, ok := filled(n); ok {
			c.at = set.Position(n.Pos()).String()
			u.calls = append(u.calls, c)
		}
		return true
	})
}

func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// keyAt is where the key stands among the arguments of the methods that fill sentences in.
var keyAt = map[string]int{"Text": 0, "Spans": 0, "Paragraph": 0, "Block": 1, "Button": 2, "wrong": 1}

// filled reads a call such as w.Spans("said.noted", "who", x, "text", y). Calls whose arguments are put
// together elsewhere are left out.
func filled(n ast.Node) (call, bool) {
	e, ok := n.(*ast.CallExpr)
	if !ok || e.Ellipsis.IsValid() {
		return call{}, false
	}
	method, ok := e.Fun.(*ast.SelectorExpr)
	if !ok {
		return call{}, false
	}
	at, ok := keyAt[method.Sel.Name]
	if !ok || len(e.Args) <= at {
		return call{}, false
	}
	key, ok := literal(e.Args[at])
	c := call{key: key}
	for i := at + 1; ok && i < len(e.Args); i += 2 {
		name, named := literal(e.Args[i])
		if !named {
			return call{}, false
		}
		c.args = append(c.args, name)
	}
	return c, ok
}

var keyLike = regexp.MustCompile(`^[a-z]+(\.[a-z]+)+$`)

func TestEveryKeyInTheCodeHasASentence(t *testing.T) {
	t.Parallel()
	en := readCatalogue(t, "en")
	groups := map[string]bool{}
	for key := range en {
		group, _, _ := strings.Cut(key, ".")
		groups[group] = true
	}
	for text, at := range readUses(t).literals {
		group, _, _ := strings.Cut(text, ".")
		if !keyLike.MatchString(text) || !groups[group] || strings.Contains(at, "workflows") {
			continue
		}
		_, whole := en[text]
		_, button := en["button."+text]
		_, label := en["label."+text]
		require.True(t, whole || button || label, "%s: there is no sentence %q", at, text)
	}
}

func TestEveryCallFillsInWhatItsSentenceAsksFor(t *testing.T) {
	t.Parallel()
	en, calls := readCatalogue(t, "en"), readUses(t).calls
	require.Greater(t, len(calls), 100)
	for _, c := range calls {
		forms, ok := en[c.key]
		if !ok {
			continue // the key is only the beginning of one
		}
		for _, name := range placeholders(forms) {
			require.Contains(t, c.args, name, "%s: %s", c.at, c.key)
		}
		for _, name := range c.args {
			require.True(t, name == "count" || slices.Contains(placeholders(forms), name), "%s: %s does not say %q", c.at, c.key, name)
		}
	}
}

// made are the groups whose keys are put together from a word of the code.
var made = []string{"button", "form", "input", "label", "phase", "trouble", "help", "command", "word", "refusal"}

func TestNoSentenceIsLeftOver(t *testing.T) {
	t.Parallel()
	literals := readUses(t).literals
	for key := range readCatalogue(t, "en") {
		group, rest, _ := strings.Cut(key, ".")
		if _, used := literals[key]; used {
			continue
		}
		require.Contains(t, made, group, "%s is said nowhere", key)
		parts := []string{rest, strings.TrimPrefix(rest, "group.")}
		for _, tail := range []string{".hint", ".words", ".about", ".example"} {
			parts = append(parts, strings.TrimSuffix(rest, tail))
		}
		require.True(t, slices.ContainsFunc(parts, func(p string) bool { _, ok := literals[p]; return ok }), "%s is said nowhere", key)
	}
}
