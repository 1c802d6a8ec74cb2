// Package storetest holds every journal to the promises of package store. An implementation's own test says how to
// open and reopen one; the cases are here. When one fails, the promise that it broke is printed with it.
package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

// Harness is one empty journal under test, and what can be done to it from outside.
type Harness struct {
	store.Journal
	// Reopen ends the process, as far as the journal can tell, and starts another: it closes Journal and opens the
	// same storage again. The harness holds the new one afterwards.
	Reopen func(t *testing.T)
	// Restore opens a snapshot as a journal of its own.
	Restore func(t *testing.T, snapshot []byte) store.Journal
	// Damage flips a bit of a stored event. nil when there is nothing that could be damaged.
	Damage func(t *testing.T, stream string, seq uint64)
}

// testCase is a promise and how it is tried.
type testCase struct {
	name    string
	promise string // printed when it breaks
	check   func(t *testing.T, h *Harness)
}

// Run tries every promise on a journal of its own. open returns an empty one and cleans up after it.
func Run(t *testing.T, open func(t *testing.T) *Harness) {
	t.Helper()
	for _, cases := range [][]testCase{commitCases, refusalCases, readCases, clockCases, laneCases, deliveryCases, lifeCases} {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the promise that was broken: %s", c.promise)
					}
				})
				c.check(t, open(t))
			})
		}
	}
}

// must commits and wants it to be taken.
func must(t *testing.T, j store.Journal, c store.Commit) uint64 {
	t.Helper()
	last, err := j.Commit(t.Context(), c)
	require.NoError(t, err)
	return last
}
