// Command sitrep is a chat-ops incident bot: it opens a room, puts the right team in it, keeps the
// promises about updates, escalates what stays silent, and writes everything down.
package main

import (
	"fmt"
	"os"
	"runtime"
)

// Set by the linker; see the Makefile.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Printf("sitrep %s (%s, %s)\n", version, commit, runtime.Version()) //nolint:forbidigo // a result belongs on stdout
		return
	}
	fmt.Fprintln(os.Stderr, "sitrep: error: unknown command")
	fmt.Fprintln(os.Stderr, "sitrep: hint: sitrep version")
	os.Exit(2)
}
