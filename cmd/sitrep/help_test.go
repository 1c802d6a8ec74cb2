package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

// eachCommand visits every command that people can see.
func eachCommand(c *cobra.Command, visit func(*cobra.Command)) {
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() && below.Name() != "help" {
			visit(below)
			eachCommand(below, visit)
		}
	}
}

// Every command has help with an example, and every example is one: its command and its flags are there.
func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	t.Parallel()
	root := (&program{}).command()
	eachCommand(root, func(c *cobra.Command) {
		require.NotEmpty(t, c.Short, c.CommandPath())
		require.True(t, strings.HasPrefix(strings.TrimSpace(c.Example), "sitrep "), "%s has no example", c.CommandPath())
		for line := range strings.SplitSeq(strings.ReplaceAll(c.Example, "\\\n", ""), "\n") {
			line, _, _ = strings.Cut(line, " #")
			words := strings.Fields(strings.ReplaceAll(line, "'", ""))
			require.Equal(t, "sitrep", words[0], line)
			meant, rest, err := root.Find(words[1:])
			require.NoError(t, err, line)
			require.False(t, meant.HasSubCommands(), "%q runs nothing", line)
			require.NoError(t, meant.ParseFlags(rest), line)
			require.NoError(t, meant.ValidateArgs(meant.Flags().Args()), line)
		}
		var out bytes.Buffer
		args := slices.Concat(strings.Fields(c.CommandPath())[1:], []string{"--help"})
		require.Equal(t, exitFine, run(args, nil, &out, &out, nil))
		require.Contains(t, out.String(), "Examples:\n  sitrep ", c.CommandPath())
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"check", "demo", "doctor", "log", "room", "run", "setup", "version"}
	for word, want := range map[string]string{
		"dmeo": "demo", "docter": "doctor", "chekc": "check", "ver": "version", "RUN": "run", "lgo": "log",
		"frobnicate": "", "": "", "x": "",
	} {
		got, ok := nearest(word, known)
		require.Equal(t, want, got, word)
		require.Equal(t, want != "", ok, word)
	}
}

func TestNumbersOfIncidents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"7": 7, "INC-7": 7, "inc-0042": 42} {
		n, err := number(text)
		require.NoError(t, err, text)
		require.Equal(t, want, n)
	}
	for _, text := range []string{"", "0", "-1", "7x", "inc-", "seven", "7 8", "inc-inc-7", "99999999999999999999"} {
		_, err := number(text)
		require.Error(t, err, text)
	}
}

func TestFolderSaysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	f := folder("data")
	denied := &fs.PathError{Op: "open", Path: f.journal(), Err: fs.ErrPermission}
	for want, err := range map[string]error{
		"data/sitrep.db: this user may not use it | ls -ld data data/sitrep.db shows whose it is; run sitrep as that user": fmt.Errorf(
			"open journal: %w: %w", store.ErrReadOnly, denied),
		"data/sitrep.db: input/output error | ls -ld data data/sitrep.db": &fs.PathError{Op: "read", Path: f.journal(), Err: syscall.EIO},
	} {
		var said *trouble
		require.ErrorAs(t, f.explain(err), &said)
		require.Equal(t, want, said.Error()+" | "+said.hint)
	}
	require.NoError(t, f.explain(nil))
	unknown := errors.New("something else")
	require.Equal(t, unknown, f.explain(unknown))
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8080": true, ":8080": true, "[::1]:0": true, "localhost:65535": true,
		"nonsense": false, "": false, "127.0.0.1": false, "127.0.0.1:65536": false, "127.0.0.1:-1": false,
		"127.0.0.1:http": false, "http://127.0.0.1:80": false, "a b:80": false,
	} {
		require.Equal(t, want, isAddress(address), address)
	}
}
