package main

import (
	"runtime"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which sitrep this is",
		Example: "  sitrep version",
		Args:    takes(),
		Run: func(*cobra.Command, []string) {
			p.print("sitrep %s (%s, %s)", version, commit, runtime.Version())
		},
	}
}
