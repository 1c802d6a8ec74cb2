package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit codes.
const (
	exitFine  = 0
	exitFound = 1 // a problem was found, or something went wrong
	exitUsage = 2
)

// program is one run of the command line: where it reads and writes.
type program struct {
	out io.Writer // results
	err io.Writer // everything else
	env func(string) (string, bool)
}

// trouble is an error with a way out, as people at a terminal read it.
type trouble struct {
	err  error
	hint string // something to do or to paste; may be empty
	code int
}

func (t *trouble) Error() string { return t.err.Error() }

func (t *trouble) Unwrap() error { return t.err }

// misuse is an error about the command line itself.
func misuse(hint, format string, args ...any) error {
	return &trouble{err: fmt.Errorf(format, args...), hint: hint, code: exitUsage}
}

// hinted adds a way out to an error. Nil stays nil.
func hinted(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &trouble{err: err, hint: hint, code: exitFound}
}

// errFindings stands for problems that were printed already: the program ends with code 1 and says no more.
var errFindings = errors.New("problems were found")

// tell prints how a command ended and returns its exit code.
func (p *program) tell(err error) int {
	if err == nil {
		return exitFine
	}
	if errors.Is(err, errFindings) {
		return exitFound
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		p.say("error", line)
	}
	t := &trouble{code: exitFound}
	if errors.As(err, &t) && t.hint != "" {
		p.say("hint", t.hint)
	}
	return t.code
}

// say prints one line that is not a result.
func (p *program) say(kind, text string) {
	fmt.Fprintf(p.err, "sitrep: %s: %s\n", kind, text)
}

// note tells something that is good to know and needs nothing to be done.
func (p *program) note(format string, args ...any) { p.say("note", fmt.Sprintf(format, args...)) }

// print writes one line of the result.
func (p *program) print(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }
