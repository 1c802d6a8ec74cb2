package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// dataFlags say whose log is meant.
type dataFlags struct{ config, data string }

func (d *dataFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&d.config, "config", "", "the config file of the bot")
	c.Flags().StringVar(&d.data, "data", "", "the data folder, without a config")
}

// after is a command with the same flags.
func (d *dataFlags) after(command string) string {
	if d.data != "" {
		return command + " --data " + d.data
	}
	return command + " --config " + d.config
}

func (d *dataFlags) folder(p *program, c *cobra.Command) (folder, error) {
	switch {
	case d.config != "" && d.data != "":
		return "", misuse(c.CommandPath()+" --help", "--config and --data are both given; one says enough")
	case d.data != "":
		return folder(d.data), nil
	case d.config != "":
		return p.dataOf(d.config)
	}
	return "", misuse(firstExample(c), "--config or --data is missing")
}

// logCommand is a command that reads the log.
func (p *program) logCommand(c *cobra.Command, names []string, do func(context.Context, records, []string) error) *cobra.Command {
	from := dataFlags{}
	c.Args = takes(names...)
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		f, err := from.folder(p, c)
		if err != nil {
			return err
		}
		log, err := openRecords(c.Context(), f)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, log.close()) }()
		err = do(c.Context(), log, args)
		if errors.Is(err, errNoIncident) {
			return hinted(err, from.after("sitrep log list"))
		}
		return err
	}
	from.add(c)
	return c
}

func (p *program) logListCommand() *cobra.Command {
	return p.logCommand(&cobra.Command{
		Use: "list", Short: "List all incidents", Example: "  sitrep log list --config config.yaml",
	}, nil, func(ctx context.Context, log records, _ []string) error { return p.logList(ctx, log) })
}

func (p *program) logShowCommand() *cobra.Command {
	return p.logCommand(&cobra.Command{
		Use: "show ID", Short: "Show every entry of an incident", Example: "  sitrep log show INC-7 --config config.yaml",
	}, []string{"ID"}, func(ctx context.Context, log records, args []string) error {
		n, err := number(args[0])
		if err != nil {
			return err
		}
		return p.logShow(ctx, log, n)
	})
}

func (p *program) logVerifyCommand() *cobra.Command {
	return p.logCommand(&cobra.Command{
		Use: "verify [ID]", Short: "Check that nothing in the log was changed or lost, and name the first bad entry",
		Example: "  sitrep log verify --config config.yaml\n  sitrep log verify INC-7 --data ./data",
	}, []string{"[ID]"}, func(ctx context.Context, log records, args []string) error {
		if len(args) == 0 {
			return p.logVerifyAll(ctx, log)
		}
		n, err := number(args[0])
		if err != nil {
			return err
		}
		return p.logVerifyOne(ctx, log, n)
	})
}

var errNoIncident = errors.New("no such incident")

// history is the log of one incident, as far as it can be believed.
type history struct {
	number  int
	entries []stream.Entry
	raw     [][]byte // the same, as they are stored
	state   incident.State
}

// readHistory reads the log of an incident and checks that every entry follows the one before. What was read until
// the error is right.
func readHistory(ctx context.Context, log records, number int) (history, error) {
	h := history{number: number}
	var head stream.Head
	for record, err := range log.events(ctx, number) {
		if err != nil {
			return h, badEntry(number, err)
		}
		e, err := stream.Decode(record.Data)
		if err != nil {
			return h, fmt.Errorf("INC-%d: entry %d: %w", number, head.Seq+1, err)
		}
		if head, err = head.Follow(e); err != nil {
			return h, fmt.Errorf("INC-%d: %w", number, err)
		}
		event, err := incident.Read(e)
		if err != nil {
			return h, fmt.Errorf("INC-%d: %w", number, err)
		}
		h.state = incident.Apply(h.state, incident.Recorded{Seq: e.Seq, At: e.At, By: e.By, Event: event})
		h.entries, h.raw = append(h.entries, e), append(h.raw, record.Data)
	}
	if len(h.entries) == 0 {
		return h, fmt.Errorf("INC-%d: %w", number, errNoIncident)
	}
	return h, nil
}

// badEntry says in people's words which entry the store does not believe.
func badEntry(number int, err error) error {
	var damage *store.CorruptError
	if !errors.As(err, &damage) {
		return err
	}
	if damage.Seq == 0 {
		return fmt.Errorf("INC-%d: %s", number, damage.What)
	}
	return fmt.Errorf("INC-%d: entry %d: %s", number, damage.Seq, damage.What)
}

// logList prints a line for each incident, the newest first.
func (p *program) logList(ctx context.Context, log records) error {
	type listed struct {
		number, entries int
		state           incident.State
	}
	var all []listed
	var broken []error
	for n, err := range log.incidents(ctx) {
		if err != nil {
			return err
		}
		h, err := readHistory(ctx, log, n)
		if err != nil {
			broken = append(broken, err)
		}
		all = append(all, listed{n, len(h.entries), h.state})
	}
	if len(all) == 0 {
		p.note("no incident was declared yet")
		return nil
	}
	table := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSEVERITY\tPHASE\tDECLARED\tENTRIES\tTITLE")
	for _, l := range slices.Backward(all) {
		s := l.state
		fmt.Fprintf(table, "INC-%d\t%s\t%s\t%s\t%d\t%s\n", l.number, dash(string(s.Severity.ID)), dash(string(s.Phase)),
			dash(moment(s.At.Declared, "2006-01-02 15:04Z")), l.entries, oneLine(dash(s.Title)))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	return errors.Join(broken...)
}

// logShow prints every entry of an incident, and at last what is wrong with the log, if something is.
func (p *program) logShow(ctx context.Context, log records, number int) error {
	h, err := readHistory(ctx, log, number)
	if len(h.entries) == 0 {
		return err
	}
	p.print("INC-%d  %s  %s  %s", number, h.state.Severity.ID, h.state.Phase, oneLine(h.state.Title))
	table := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, e := range h.entries {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
			strconv.FormatUint(e.Seq, 10), moment(e.At, "2006-01-02 15:04:05Z"), oneLine(author(e)), e.Kind, dash(oneLine(detail(e.Data))))
	}
	return errors.Join(table.Flush(), err)
}

func (p *program) logVerifyOne(ctx context.Context, log records, number int) error {
	h, err := readHistory(ctx, log, number)
	if errors.Is(err, errNoIncident) {
		return err
	}
	if err != nil {
		return hinted(err, "the entries before it can be believed; restore a backup to get the rest back")
	}
	p.print("INC-%d: %s, unbroken", number, count(len(h.entries), "entry", "entries"))
	return nil
}

// logVerifyAll checks every record by its checksum and every log by its chain.
func (p *program) logVerifyAll(ctx context.Context, log records) error {
	var bad []error
	incidents, entries := 0, 0
	for n, err := range log.incidents(ctx) {
		if err != nil {
			return err
		}
		h, err := readHistory(ctx, log, n)
		if err != nil {
			bad = append(bad, err)
		}
		incidents, entries = incidents+1, entries+len(h.entries)
	}
	checked, err := log.verify(ctx)
	if err != nil && len(bad) == 0 {
		bad = append(bad, err)
	}
	if len(bad) > 0 {
		return hinted(errors.Join(bad...), "the entries before a bad one can be believed; restore a backup to get the rest back")
	}
	p.print("%s, %s, %s: unbroken", count(incidents, "incident", "incidents"),
		count(entries, "entry", "entries"), count(checked, "record", "records"))
	return nil
}

func moment(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

func dash(s string) string { return orElse(s, "–") }

// author is who caused an entry.
func author(e stream.Entry) string {
	switch {
	case e.By.Zero():
		return "sitrep"
	case e.By.Name != "":
		return e.By.Name
	}
	return e.By.ID
}

// count is so many of something, in words.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
