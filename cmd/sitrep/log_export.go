package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) logExportCommand() *cobra.Command {
	return p.logCommand(&cobra.Command{
		Use: "export ID FILE", Short: "Write an incident's log into a new file, as JSON lines (.jsonl) or Markdown (.md)",
		Long: "JSON lines are the entries as they are stored, each with the hash of the one before it, so that anybody can\n" +
			"check them again. Markdown is for reading. A file that is there already is not touched.",
		Example: "  sitrep log export INC-7 inc-7.md --config config.yaml\n  sitrep log export INC-7 inc-7.jsonl --data ./data",
	}, []string{"ID", "FILE"}, func(ctx context.Context, log records, args []string) error {
		n, err := number(args[0])
		if err != nil {
			return err
		}
		return p.logExport(ctx, log, n, args[1])
	})
}

// exporters write a log in the form that the end of a file's name asks for.
var exporters = map[string]func(io.Writer, history) error{
	".jsonl": exportLines, ".json": exportLines, ".md": exportMarkdown,
}

// logExport writes what can be believed of a log. When that is not all of it, the error says so.
func (p *program) logExport(ctx context.Context, log records, number int, name string) error {
	export, ok := exporters[strings.ToLower(filepath.Ext(name))]
	if !ok {
		return misuse(fmt.Sprintf("sitrep log export INC-%d inc-%d.md", number, number),
			"%s: the name must end in .jsonl or .md", name)
	}
	h, broken := readHistory(ctx, log, number)
	if len(h.entries) == 0 {
		return broken
	}
	file, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return hinted(fmt.Errorf("%s is there already, and an export overwrites nothing", name), "choose another name")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return hinted(fmt.Errorf("%s: there is no folder %s", name, filepath.Dir(name)), "mkdir -p "+filepath.Dir(name))
	}
	if err != nil {
		return hinted(fmt.Errorf("export INC-%d: %w", number, err), "ls -ld "+filepath.Dir(name))
	}
	out := bufio.NewWriter(file)
	if err := errors.Join(export(out, h), out.Flush(), file.Sync(), file.Close()); err != nil {
		return errors.Join(fmt.Errorf("export INC-%d: %w", number, err), os.Remove(name))
	}
	if broken != nil {
		return hinted(broken, fmt.Sprintf("%s holds the %s before it", name, count(len(h.entries), "entry", "entries")))
	}
	p.print("%s: %s of INC-%d", name, count(len(h.entries), "entry", "entries"), number)
	return nil
}

func exportLines(w io.Writer, h history) error {
	for _, line := range h.raw {
		if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

func exportMarkdown(w io.Writer, h history) error {
	s := h.state
	out := &sheet{w: w}
	out.line("# INC-%d: %s", h.number, plainMarkdown(s.Title))
	out.line("")
	out.line("- Severity: %s", plainMarkdown(string(s.Severity.ID)+" "+s.Severity.Name))
	out.line("- Phase: %s", s.Phase)
	out.line("- Declared: %s by %s", moment(s.At.Declared, "2006-01-02 15:04Z"), plainMarkdown(orElse(s.DeclaredBy.Name, "sitrep")))
	if !s.Commander.Zero() {
		out.line("- Incident commander: %s", plainMarkdown(s.Commander.Name))
	}
	out.line("- Last entry: %d, hash `%s`", len(h.entries), h.entries[len(h.entries)-1].Hash)
	out.line("")
	out.line("All times are UTC.")
	out.line("")
	out.line("| # | time | who | what | details |")
	out.line("|---:|---|---|---|---|")
	for _, e := range h.entries {
		out.line("| %d | %s | %s | %s | %s |", e.Seq, moment(e.At, "2006-01-02 15:04:05"),
			plainMarkdown(author(e)), strings.ReplaceAll(e.Kind, "_", " "), plainMarkdown(dash(detail(e.Data))))
	}
	return out.err
}

// sheet writes lines until one cannot be written.
type sheet struct {
	w   io.Writer
	err error
}

func (s *sheet) line(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format+"\n", args...)
	}
}

// plainMarkdown keeps foreign text from being taken for markup or a link, and on its line.
func plainMarkdown(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if strings.ContainsRune("\\`*_{}[]<>#+!|~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return strings.NewReplacer("://", `:\//`, "www.", `www\.`).Replace(b.String())
}
