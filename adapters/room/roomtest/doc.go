// Package roomtest puts people into a browser room: a [World] for conformance suites and transcripts, in
// which everybody acts through the API that the page in the browser uses.
package roomtest
