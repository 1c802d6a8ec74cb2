package compose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// waysOf are the ways out in the engine's source: what its method way is called with.
func waysOf(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../../workflows/incident/*.go")
	require.NoError(t, err)
	var ways []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if method, ok := call.Fun.(*ast.SelectorExpr); ok && method.Sel.Name == "way" {
				ways = append(ways, said(call.Args[0]))
			}
			return true
		})
	}
	return ways
}

// said is an expression as the text it makes, with an example for what is filled in.
func said(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.BinaryExpr:
		return said(e.X) + said(e.Y)
	case *ast.SelectorExpr:
		return map[string]string{"ID": "revenue-impact", "Currency": "EUR"}[e.Sel.Name]
	default:
		return "example"
	}
}
