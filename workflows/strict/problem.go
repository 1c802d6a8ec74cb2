package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MaxProblems is how many problems one file is told at once. Whoever has more begins with these.
const MaxProblems = 100

// Problem is one thing that is wrong with a file, and what to write instead.
type Problem struct {
	File   string
	Line   int    // counted from 1; 0 when the file as a whole is meant
	Column int    // counted from 1, in characters
	Path   string // as people count: clocks[update].steps[2].after is the second step of the clock "update"
	What   string // what is wrong
	Fix    string // what to write; empty when it is not known
}

// String is the problem on one line: file:line:column: path: what; write: fix.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.What)
	if p.Fix != "" {
		b.WriteString("; write: " + p.Fix)
	}
	return b.String()
}

// Problems are all the problems of one file, in the order of its lines. As an error it prints one a line.
type Problems []Problem

// Error lists the problems for a terminal.
func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps))
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Err is the problems as an error, nil when there is none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// report collects problems. Beyond MaxProblems it only remembers that there were more.
type report struct {
	file string
	list Problems
	more bool
}

// full tells that nothing more will be kept, so that nobody looks for the nearest name in vain.
func (r *report) full() bool { return len(r.list) >= MaxProblems }

func (r *report) add(at Place, what, fix string) {
	if r.full() {
		r.more = true
		return
	}
	r.list = append(r.list, Problem{
		File: r.file, Line: at.Line, Column: at.Column, Path: at.Path, What: what, Fix: fix,
	})
}

// problems is a sorted copy of the list, or nil when there is none.
func (r *report) problems() Problems {
	if len(r.list) == 0 {
		return nil
	}
	list := slices.Clone(r.list)
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if r.more {
		list = append(list, Problem{File: r.file, What: fmt.Sprintf("has more than these %d problems", MaxProblems)})
	}
	return list
}
