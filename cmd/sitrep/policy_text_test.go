package main

import (
	"path"
	"regexp"
	"strings"
)

// leftover matches the marks people leave for later. The letters are apart so that this file passes.
var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b[:( ]`)

// machinePath matches a path into somebody's own machine, climb a way up out of the folder.
var (
	machinePath = regexp.MustCompile(`(?:^|[\s"'` + "`" + `(=<])/(?:home|Users|root|work)/[A-Za-z0-9._-]`)
	climb       = regexp.MustCompile(`(?:^|[\s"'` + "`" + `(=<])((?:\.\./)+)[A-Za-z0-9._-]`)
)

func checkLeftover(p *project) []finding {
	return scan(p, func(_, line string) string {
		if m := leftover.FindStringSubmatch(line + " "); m != nil {
			return m[1]
		}
		return ""
	})
}

func checkOutside(p *project) []finding {
	return scan(p, func(dir, line string) string {
		if m := machinePath.FindString(line); m != "" {
			return "path on one machine"
		}
		for _, m := range climb.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(path.Join(dir, m[1]), "..") {
				return "path that leads out of the project"
			}
		}
		return ""
	})
}

// scan shows every line that people wrote to look: the comments of Go files, and all of the prose.
func scan(p *project, look func(dir, line string) string) []finding {
	var found []finding
	add := func(name string, first int, text string) {
		for i, line := range strings.Split(text, "\n") {
			if what := look(path.Dir(name), line); what != "" {
				found = append(found, finding{path: name, line: first + i, text: what})
			}
		}
	}
	for _, name := range p.names {
		if prose(name) {
			add(name, 1, string(p.files[name]))
		}
	}
	for _, s := range p.sources {
		for _, group := range s.ast.Comments {
			for _, c := range group.List {
				add(s.path, s.line(c.Pos()), c.Text)
			}
		}
	}
	return found
}
