// Command sitrep is a chat-ops incident bot: it opens a room, puts the right team in it, keeps the
// promises about updates, escalates what stays silent, and writes everything down.
//
// Start with program.command in command.go, which names every command; demo.go and run.go put the parts of the
// project together.
package main

import (
	"io"
	"os"
	"runtime/debug"
)

// Set by the linker; see the Makefile.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	// The bot sleeps most of its life and then works for a moment. Half the usual garbage costs it nothing that
	// anybody could notice. GOGC in the environment wins.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv))
}

// run is the whole program. Results go to stdout, everything else to stderr. It returns the exit code:
// 0 all is well, 1 a problem was found or something went wrong, 2 wrong usage.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	p := &program{out: stdout, err: stderr, env: env}
	root := p.command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return p.tell(root.Execute())
}
