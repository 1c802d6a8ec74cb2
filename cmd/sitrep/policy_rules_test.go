package main

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

func checkLayout(p *project) []finding {
	var found []finding
	seen := map[string]bool{}
	for _, name := range p.names {
		top, _, _ := strings.Cut(name, "/")
		if !seen[top] && !slices.Contains(topLevel, top) {
			found = append(found, finding{path: top, text: "not a part of the top level"})
		}
		seen[top] = true
	}
	return found
}

func checkKnown(p *project) []finding {
	var found []finding
	seen := map[string]bool{}
	for _, s := range p.sources {
		if _, ok := placeOf(s.dir); !ok && !seen[s.dir] {
			found = append(found, finding{path: s.dir, text: "package is not on the map"})
		}
		seen[s.dir] = true
	}
	return found
}

func checkArrows(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		from, ok := placeOf(s.dir)
		if !ok {
			continue
		}
		s.imports(func(importPath string, pos token.Pos) {
			to, isOurs := ours(importPath)
			if isOurs && !mayImport(s, from, to) {
				found = append(found, s.at(pos, "%s may not import %s", from.dir, to))
			}
		})
	}
	return found
}

// mayImport draws the arrows. A test may also use its own package from outside, and every suite and fake.
func mayImport(s *source, from place, to string) bool {
	if slices.Contains(from.may, "*") || slices.Contains(from.may, to) {
		return true
	}
	if !strings.HasSuffix(s.path, "_test.go") {
		known, _ := placeOf(to)
		return known.support && !from.support // told by the rule "support", once
	}
	target, _ := placeOf(to)
	return to == from.dir || target.support || slices.Contains(from.tests, to)
}

func checkSupport(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if s.test() {
			continue
		}
		s.imports(func(importPath string, pos token.Pos) {
			to, isOurs := ours(importPath)
			target, _ := placeOf(to)
			if importPath == "testing" || (isOurs && target.support) {
				found = append(found, s.at(pos, "the product may not import %s", importPath))
			}
		})
	}
	return found
}

func checkPure(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if in, _ := placeOf(s.dir); !in.pure || s.test() {
			continue
		}
		s.imports(func(importPath string, pos token.Pos) {
			if isImpure(importPath) {
				found = append(found, s.at(pos, "import of %s in a pure package", importPath))
			}
		})
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found = append(found, s.at(n.Pos(), "goroutine in a pure package"))
			case *ast.ChanType:
				found = append(found, s.at(n.Pos(), "channel in a pure package"))
			}
			return true
		})
	}
	return found
}

func isImpure(importPath string) bool {
	return slices.ContainsFunc(impure, func(bad string) bool {
		return importPath == bad || (strings.HasSuffix(bad, "/") && strings.HasPrefix(importPath, bad))
	})
}

func checkClock(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if s.test() || strings.HasPrefix(s.path, "cmd/") {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if name, ok := s.selector(n, "time"); ok && slices.Contains(realClock, name) {
				found = append(found, s.at(n.Pos(), "time.%s outside cmd", name))
			}
			return true
		})
	}
	return found
}

func checkComment(p *project) []finding {
	documented, first := map[string]bool{}, map[string]string{}
	for _, s := range p.sources {
		if strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		if first[s.dir] == "" {
			first[s.dir] = s.path
		}
		if s.ast.Doc != nil && opens(s.ast.Doc.Text(), s.ast.Name.Name) {
			documented[s.dir] = true
		}
	}
	var found []finding
	for dir := range first {
		if !documented[dir] {
			found = append(found, finding{path: dir, text: "no package comment that begins with the package's name"})
		}
	}
	return found
}

// opens tells whether a package comment begins as one should: a command may begin with its own name.
func opens(text, name string) bool {
	return strings.HasPrefix(text, "Package "+name+" ") || (name == "main" && text != "")
}

func checkFileLength(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if n := countLines(s.data); n > maxFileLines && !s.generated() {
			found = append(found, finding{path: s.path, text: strconv.Itoa(n) + " lines"})
		}
	}
	return found
}

func checkFunctionLength(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if s.generated() {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				return true
			}
			if long := s.line(f.Body.Rbrace) - s.line(f.Body.Lbrace) - 1; long > maxFunctionLines {
				found = append(found, s.at(f.Pos(), "%s has %d lines", f.Name.Name, long))
			}
			return true
		})
	}
	return found
}

func checkReason(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if !s.test() {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if name, ok := s.selector(callee(n), "testing/synctest"); ok && name == "Test" {
				return false // sleeping in a bubble is how its time goes on
			}
			if what := excused(s, n); what != "" && !s.commented(s.line(n.Pos())) {
				found = append(found, s.at(n.Pos(), "%s without a reason on its line", what))
			}
			return true
		})
	}
	return found
}

// excused names a call that needs an excuse and does not carry one in its own words.
func excused(s *source, n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	if name, ok := s.selector(call.Fun, "time"); ok && name == "Sleep" {
		return "time.Sleep"
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
		return ""
	}
	if x, ok := sel.X.(*ast.Ident); !ok || !slices.Contains([]string{"t", "b", "tb", "f"}, x.Name) {
		return ""
	}
	if len(call.Args) > 0 && len(strings.Fields(literal(call.Args[0]))) >= 3 {
		return ""
	}
	return "t." + sel.Sel.Name
}

func checkErrorText(p *project) []finding {
	var found []finding
	for _, s := range p.sources {
		if s.test() {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || !makesError(s, call.Fun) {
				return true
			}
			text := strings.ToLower(literal(call.Args[0]))
			if slices.ContainsFunc(apologies, func(a string) bool { return strings.HasPrefix(text, a) }) {
				found = append(found, s.at(call.Pos(), "error begins with %q", strings.Join(strings.Fields(text)[:1], " ")))
			}
			return true
		})
	}
	return found
}

func makesError(s *source, fun ast.Expr) bool {
	if name, ok := s.selector(fun, "fmt"); ok {
		return name == "Errorf"
	}
	name, ok := s.selector(fun, "errors")
	return ok && name == "New"
}

func callee(n ast.Node) ast.Node {
	if call, ok := n.(*ast.CallExpr); ok {
		return call.Fun
	}
	return nil
}

// literal is the text of a string literal, or of the first one in a sum of strings.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value) // a number is no text
		return text
	case *ast.BinaryExpr:
		return literal(e.X)
	}
	return ""
}

// prose tells whether a file is read by people and programs as text: everything but Go, sums and data.
func prose(name string) bool {
	if inTestdata(name) || name == "LICENSE" {
		return false
	}
	known := []string{".md", ".yaml", ".yml", ".sh", ".mod", ".html", ".css", ".js", ""}
	return slices.Contains(known, path.Ext(name)) || strings.HasPrefix(path.Base(name), ".")
}
