package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sitrep-bot/sitrep/bot/words"
)

// command is the whole command line.
func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "sitrep",
		Short: "A chat-ops incident bot for Slack, Mattermost and the browser",
		Long: "Sitrep opens a room for an incident, puts the right team in it, keeps the promises about updates,\n" +
			"escalates what stays silent, and writes everything down.",
		Example: "  sitrep demo                      # try it: no account, no config\n" +
			"  sitrep check --config config.yaml\n" +
			"  sitrep run --config config.yaml",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		p.demoCommand(), p.runCommand(), p.checkCommand(), p.doctorCommand(),
		p.group("setup", "Prepare a chat platform for sitrep", p.setupSlackCommand(), p.setupMattermostCommand()),
		p.group("log", "Read the incident log of a running or stopped bot",
			p.logListCommand(), p.logShowCommand(), p.logVerifyCommand(), p.logExportCommand()),
		p.group("room", "Look after the browser room of a running bot", p.roomLinkCommand()),
		p.versionCommand(),
	)
	p.strict(root)
	return root
}

// group is a command that only holds others.
func (p *program) group(name, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: name, Short: short, Example: commands[0].Example}
	g.AddCommand(commands...)
	return g
}

// strict makes a command and all below it answer wrong usage with the nearest right one.
func (p *program) strict(c *cobra.Command) {
	c.SetFlagErrorFunc(wrongFlag)
	if c.HasSubCommands() {
		c.Args = cobra.ArbitraryArgs
		c.RunE = chooseBelow
	}
	for _, below := range c.Commands() {
		p.strict(below)
	}
}

// chooseBelow runs when none of the commands of a group was named.
func chooseBelow(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	var names []string
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() {
			names = append(names, below.Name())
		}
	}
	hint := c.CommandPath() + " --help"
	if near, ok := nearest(args[0], names); ok {
		hint = c.CommandPath() + " " + near
	}
	return misuse(hint, "unknown command %q", c.CommandPath()+" "+args[0])
}

// wrongFlag makes a flag error one with a way out.
func wrongFlag(c *cobra.Command, err error) error {
	hint := c.CommandPath() + " --help"
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near, ok := nearest(unknown.GetSpecifiedName(), names); ok {
			hint = c.CommandPath() + " --" + near
		}
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := invalid.GetFlag()
		return misuse(withFlag(c, f), "--%s %q is not %s", f.Name, invalid.GetValue(), kindOf(f))
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return misuse(withFlag(c, bare.GetFlag()), "--%s has nothing behind it", bare.GetFlag().Name)
	}
	return misuse(hint, "%w", err)
}

// withFlag is the command with the flag as it is when nobody gives it, or its help when that is nothing.
func withFlag(c *cobra.Command, f *pflag.Flag) string {
	if f.DefValue == "" {
		return c.CommandPath() + " --help"
	}
	return fmt.Sprintf("%s --%s=%s", c.CommandPath(), f.Name, f.DefValue)
}

// kindOf says in words what a flag takes.
func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "float64", "int":
		return "a number"
	case "bool":
		return "true or false"
	}
	return "a " + f.Value.Type()
}

// nearest is the known word that somebody most likely meant: the only one that begins so, else the one with the
// fewest letters changed.
func nearest(word string, known []string) (string, bool) {
	low := strings.ToLower(word)
	begin := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return !strings.HasPrefix(strings.ToLower(k), low) })
	if len(low) >= 2 && len(begin) == 1 {
		return begin[0], true
	}
	best, least := "", 2+len(low)/3
	for _, k := range known {
		if d := words.Distance(low, strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// takes says what follows a command. A name in brackets may be left out.
func takes(names ...string) cobra.PositionalArgs {
	needed := slices.IndexFunc(append(slices.Clone(names), "["), func(n string) bool { return n[0] == '[' })
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < needed:
			return misuse(firstExample(c), "%s is missing", names[len(args)])
		case len(args) > len(names):
			return misuse(c.CommandPath()+" --help", "%q is one word too many", args[len(names)])
		}
		return nil
	}
}

func firstExample(c *cobra.Command) string {
	line, _, _ := strings.Cut(strings.TrimSpace(c.Example), "\n")
	line, _, _ = strings.Cut(line, "  #")
	return strings.TrimSpace(line)
}

// needFlag refuses to run a command without a flag that it cannot do without.
func needFlag(c *cobra.Command, name, value string) error {
	if value != "" {
		return nil
	}
	return misuse(firstExample(c), "--%s is missing", name)
}

// number reads an incident's number: 7, INC-7 or inc-7.
func number(text string) (int, error) {
	digits := strings.TrimPrefix(strings.ToLower(text), "inc-")
	n := 0
	if _, err := fmt.Sscanf(digits+" ", "%d ", &n); err != nil || n <= 0 || strings.Trim(digits, "0123456789") != "" {
		return 0, misuse("sitrep log list", "%q is not an incident; write its number, such as INC-7", text)
	}
	return n, nil
}
