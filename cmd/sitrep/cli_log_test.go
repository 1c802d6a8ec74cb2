package main

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// seedLog writes the logs of two incidents into a new data folder: seed DIR.
func seedLog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: seed DIR")
	}
	ts.Check(seed(folder(ts.MkAbs(args[0]))))
}

func seed(f folder) error {
	journal, err := f.open()
	if err != nil {
		return err
	}
	for n, title := range []string{"Checkout is down", "Search \x1b[31mfinds\u202e nothing |"} {
		if err := seedIncident(journal, n+1, title); err != nil {
			return err
		}
	}
	return journal.Close()
}

func seedIncident(journal store.Journal, number int, title string) error {
	ana, ben := stream.Person{ID: "ana", Name: "Ana Souza"}, stream.Person{ID: "ben", Name: "Ben Carter"}
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var head stream.Head
	var events [][]byte
	for i, step := range []struct {
		by    stream.Person
		event stream.Event
	}{
		{ana, incident.Declared{
			Number: number, Title: title, Severity: incident.SeverityInfo{ID: "P0", Name: "Critical"}, Playbook: "nexus-micro",
			Team: []incident.Holding{{Role: "infrastructure-maintainer", Title: "Infrastructure maintainer", Holders: []stream.Person{ben}}},
		}},
		{ben, incident.Acknowledged{}},
		{ana, incident.Noted{Text: "The cache is cold"}},
		{stream.Person{}, incident.ClockStarted{ID: "update", Label: "Status update", Steps: []incident.StepAt{{At: begin.Add(time.Hour), Kind: playbook.Overdue}}}},
	} {
		entry, err := head.Seal(stream.Moment{Now: begin.Add(time.Duration(i) * time.Minute), By: step.by}, step.event)
		if err != nil {
			return err
		}
		data, err := entry.Encode()
		if err != nil {
			return err
		}
		head, events = entry.Head(), append(events, data)
	}
	_, err := journal.Commit(context.Background(), store.Commit{Stream: bot.Stream(number), Events: events, At: begin})
	return err
}

// tamperLog changes a log behind sitrep's back. flip changes a letter of a note on the disk; forge adds an entry that
// was sealed without knowing the one before: tamper flip|forge DIR.
func tamperLog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper flip|forge DIR")
	}
	f := folder(ts.MkAbs(args[1]))
	switch args[0] {
	case "flip":
		ts.Check(flip(f))
	case "forge":
		ts.Check(forge(f))
	default:
		ts.Fatalf("tamper: there are flip and forge")
	}
}

func flip(f folder) error {
	data, err := os.ReadFile(f.journal())
	if err != nil {
		return err
	}
	return os.WriteFile(f.journal(), bytes.ReplaceAll(data, []byte("cache is cold"), []byte("cache is bold")), 0o600)
}

func forge(f folder) error {
	journal, err := f.open()
	if err != nil {
		return err
	}
	entry, err := stream.Head{Seq: 4, Hash: "guessed"}.Seal(stream.Moment{Now: time.Unix(0, 0)}, incident.Resolved{Text: "All is well"})
	if err != nil {
		return err
	}
	data, err := entry.Encode()
	if err != nil {
		return err
	}
	_, err = journal.Commit(context.Background(), store.Commit{Stream: bot.Stream(1), Expect: 4, Events: [][]byte{data}})
	if err != nil {
		return err
	}
	return journal.Close()
}

func TestDetailSaysEveryKindOfEntry(t *testing.T) {
	t.Parallel()
	for kind, event := range incident.Kinds() {
		entry, err := stream.Head{}.Seal(stream.Moment{}, event)
		require.NoError(t, err)
		require.NotContains(t, detail(entry.Data), "{", kind)
	}
}

func TestDetail(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{}`:                                      "",
		`{"text":"It was DNS"}`:                   "text It was DNS",
		`{"n":3,"auto":true,"note":""}`:           "n 3; auto true",
		`{"due":"2026-03-02T09:30:00Z"}`:          "due 2026-03-02 09:30:00Z",
		`{"flag":{"id":"x","label":"Breach"}}`:    "flag Breach",
		`{"severity":{"id":"P0","name":"Worst"}}`: "severity Worst",
		`{"to":{"role":"dev","title":"Developer","holders":[{"id":"a","name":"Ana"},{"id":"b"}]}}`: "to Developer: Ana, b",
		`{"to":{"role":"dev","title":"Developer"}}`:                                                "to Developer: nobody",
		`{"values":[{"id":"i","label":"Impact","text":"None"}]}`:                                   "values Impact: None",
		`{"left":[{"at":"2026-03-02T09:30:00Z","kind":"near"}]}`:                                   "left near at 2026-03-02 09:30:00Z",
		`{"odd":{"a":1,"b":2}}`: "odd (a 1, b 2)",
		`"words"`:               "words",
		`{"broken"`:             `{"broken"`,
	} {
		require.Equal(t, want, detail([]byte(data)), data)
	}
}

func TestOneLineKeepsTheTerminalSafe(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a b [31mred c", oneLine("a\n\tb \x1b[31mred\u202e\u200b\x00  c"))
	require.Equal(t, "👩\u200d💻 é", oneLine("👩\u200d💻 é"))
}

func TestPlainMarkdown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"**bold** _it_":          `\*\*bold\*\* \_it\_`,
		"a | b":                  `a \| b`,
		"<script>":               `\<script\>`,
		"[x](https://e.example)": `\[x\](https:\//e.example)`,
		"see www.e.example":      `see www\.e.example`,
		"line\n# heading":        `line \# heading`,
	} {
		require.Equal(t, want, plainMarkdown(text), text)
	}
}
