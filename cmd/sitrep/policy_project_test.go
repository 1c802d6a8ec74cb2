package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// project is the whole source tree in memory, as the rules see it.
type project struct {
	files   map[string][]byte // by slash-separated path below the root
	names   []string          // the keys of files, sorted
	sources []*source         // the Go files among them that some build uses
}

// source is one parsed Go file.
type source struct {
	path string
	dir  string
	data []byte
	ast  *ast.File
	fset *token.FileSet
}

// finding is one place that breaks a rule. Line 0 means the file or folder as a whole.
type finding struct {
	path string
	line int
	text string
}

func (f finding) String() string {
	if f.line == 0 {
		return f.path + ": " + f.text
	}
	return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.text)
}

func newProject(files map[string][]byte) (*project, error) {
	p := &project{files: files}
	for name := range files {
		p.names = append(p.names, name)
	}
	slices.Sort(p.names)
	for _, name := range p.names {
		if path.Ext(name) != ".go" || inTestdata(name) {
			continue
		}
		s, err := parse(name, files[name])
		if err != nil {
			return nil, err
		}
		if unused(s) {
			delete(files, name)
			continue
		}
		p.sources = append(p.sources, s)
	}
	p.names = slices.DeleteFunc(p.names, func(n string) bool { _, ok := files[n]; return !ok })
	return p, nil
}

func parse(name string, data []byte) (*source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, data, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parse source: %w", err)
	}
	return &source{path: name, dir: path.Dir(name), data: data, ast: file, fset: fset}, nil
}

// unused tells whether no ordinary build takes the file: it asks for the tag ignore or deps.
func unused(s *source) bool {
	for _, group := range s.ast.Comments {
		for _, c := range group.List {
			if c.Pos() > s.ast.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			expr, err := constraint.Parse(c.Text)
			if err == nil && !expr.Eval(func(tag string) bool { return tag != "ignore" && tag != "deps" }) &&
				expr.Eval(func(string) bool { return true }) {
				return true
			}
		}
	}
	return false
}

// listFiles names what git knows or would take; without git, everything that is not a build product.
func listFiles(root string) ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil && len(out) > 0 {
		names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
		slices.Sort(names)
		return slices.Compact(names), nil
	}
	var names []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name) // both come from the same walk
		if d.IsDir() && slices.Contains([]string{".git", "bin", "dist", "data", ".cache"}, rel) {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	return names, nil
}

func inTestdata(name string) bool { return strings.Contains("/"+name, "/testdata/") }

func placeOf(dir string) (place, bool) {
	i := slices.IndexFunc(places, func(p place) bool { return p.dir == dir })
	if i < 0 {
		return place{}, false
	}
	return places[i], true
}

// test tells whether the file is only ever part of a test.
func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") || s.support() }

func (s *source) support() bool {
	p, _ := placeOf(s.dir)
	return p.support
}

func (s *source) generated() bool { return ast.IsGenerated(s.ast) }

func (s *source) line(pos token.Pos) int { return s.fset.Position(pos).Line }

func (s *source) at(pos token.Pos, format string, args ...any) finding {
	return finding{path: s.path, line: s.line(pos), text: fmt.Sprintf(format, args...)}
}

// imports calls f with every import path of the file.
func (s *source) imports(f func(path string, pos token.Pos)) {
	for _, spec := range s.ast.Imports {
		name, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		f(name, spec.Pos())
	}
}

// ours is the folder of an import path of this module.
func ours(importPath string) (string, bool) {
	return strings.CutPrefix(importPath, modulePath+"/")
}

// nameOf is the name under which the file imports a package of the standard library, "" when it does not.
func (s *source) nameOf(importPath string) string {
	for _, spec := range s.ast.Imports {
		if spec.Path.Value != strconv.Quote(importPath) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}

// selector tells the name taken from a package: "Now" for time.Now. A local variable of the package's
// name is told apart by the parser having resolved it.
func (s *source) selector(n ast.Node, importPath string) (string, bool) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok || x.Obj != nil || x.Name != s.nameOf(importPath) {
		return "", false
	}
	return sel.Sel.Name, true
}

// commented tells whether a comment stands on the line.
func (s *source) commented(line int) bool {
	for _, group := range s.ast.Comments {
		if s.line(group.Pos()) <= line && line <= s.line(group.End()) {
			return true
		}
	}
	return false
}

// countLines is the number of lines an editor shows.
func countLines(data []byte) int {
	n := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		n++
	}
	return n
}
