package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// update rewrites the golden files: go test ./adapters/slack -run Golden -update.
var update = flag.Bool("update", false, "rewrite the golden files of messages and views")

// golden holds JSON to what lies in testdata/golden.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(v))
	path := filepath.Join("testdata", "golden", name+".json")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update to write it")
	require.Equal(t, string(want), out.String(), "%s; run with -update when that was intended, and check it as docs/slack.md says", path)
}

// tree is v as plain JSON values.
func tree(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

var (
	at      = time.Date(2026, 3, 2, 9, 41, 0, 0, time.UTC)
	hostile = "<!channel> @here <@U0ANA> *b* _i_ `c` https://evil.example & <x|y>"
)

func words(text string) []chat.Span { return []chat.Span{{Text: text}} }

func one(b chat.Block) chat.Message { return chat.Message{Blocks: []chat.Block{b}} }

func card(tone chat.Tone) chat.Message {
	return chat.Message{Lang: "en", Tone: tone, Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: words("INC-7 · P0 · Checkout down")},
		{Kind: chat.Text, Spans: []chat.Span{{Kind: chat.Bold, Text: "Investigating"}, {Text: " since "}, {Kind: chat.Clock, Time: at, Text: "09:41"}}},
		{Kind: chat.Fields, Fields: []chat.Field{
			{Label: "Commander", Value: []chat.Span{{Kind: chat.Person, User: "U0ANA", Text: "ana"}}},
			{Label: "Next update", Value: []chat.Span{{Text: "by "}, {Kind: chat.Clock, Time: at.Add(30 * time.Minute), Text: "10:11"}}},
			{Label: "Impact", Value: words("Nobody can pay")},
		}},
		{Kind: chat.Quote, Spans: words("502 from payments\nsince the deploy")},
		{Kind: chat.List, Items: [][]chat.Span{words("page the vendor"), {{Kind: chat.Code, Text: "kubectl rollout undo"}}}},
		{Kind: chat.Small, Spans: []chat.Span{{Text: "Declared by "}, {Kind: chat.Person, User: "U0BEN", Text: "ben"}, {Text: " in "}, {Kind: chat.Room, Room: "C0000000013", Text: "incidents"}}},
		{Kind: chat.Buttons, Buttons: []chat.Button{
			{Action: "ack", Value: "7", Label: "Acknowledge", Style: chat.Primary},
			{Action: "update", Value: "7", Label: "Post update"},
			{Action: "resolve", Value: "7", Label: "Resolve", Style: chat.Danger},
		}},
	}}
}

// messages is every kind of message there is.
func messages() map[string]chat.Message {
	typed := []chat.Span{
		{Text: "a "},
		{Kind: chat.Person, User: "U0ANA", Text: "ana"},
		{Kind: chat.Group, User: "S0ARCH", Text: "architects"},
		{Kind: chat.Room, Room: "C0000000013", Text: "incidents"},
		{Kind: chat.Link, Text: "the <runbook>", URL: "https://example.org/run?a=1&b=2"},
		{Kind: chat.Clock, Time: at, Text: "09:41"},
		{Kind: chat.Bold, Text: "bold"},
		{Kind: chat.Code, Text: "code"},
	}
	unknown := []chat.Span{
		{Kind: chat.Person, Text: "Zed"},
		{Kind: chat.Person, User: "<!channel>", Text: "forged"},
		{Kind: chat.Group, User: "x", Text: "here"},
		{Kind: chat.Room, Text: "nowhere"},
		{Kind: chat.Link, Text: "go", URL: "javascript:alert(1)"},
		{Kind: chat.Clock, Text: "soon"},
	}
	return map[string]chat.Message{
		"card": card(chat.Plainly), "card-good": card(chat.Good), "card-caution": card(chat.Caution), "card-critical": card(chat.Critical),
		"heading": one(chat.Block{Kind: chat.Heading, Spans: words(hostile)}), "heading-typed": one(chat.Block{Kind: chat.Heading, Spans: typed}),
		"text": one(chat.Block{Kind: chat.Text, Spans: typed}), "text-foreign": one(chat.Block{Kind: chat.Text, Spans: words(hostile)}),
		"text-unknown": one(chat.Block{Kind: chat.Text, Spans: unknown}),
		"small":        one(chat.Block{Kind: chat.Small, Spans: typed}), "small-foreign": one(chat.Block{Kind: chat.Small, Spans: words(hostile)}),
		"small-mixed": one(chat.Block{Kind: chat.Small, Spans: append(words(hostile), typed...)}),
		"quote":       one(chat.Block{Kind: chat.Quote, Spans: words(hostile + "\nsecond line")}),
		"list":        one(chat.Block{Kind: chat.List, Items: [][]chat.Span{typed, words(hostile), nil}}),
		"fields": one(chat.Block{Kind: chat.Fields, Fields: []chat.Field{
			{Label: "Typed", Value: typed}, {Label: "Empty"}, {Label: "Words", Value: words("as they are")}, {Label: "Foreign", Value: words(hostile)},
		}}),
		"fields-mixed": one(chat.Block{Kind: chat.Fields, Fields: []chat.Field{{Label: "Both", Value: append(words(hostile), typed...)}, {Label: "B", Value: words("c")}}}),
		"buttons": {Blocks: []chat.Block{{Kind: chat.Text, Spans: words("choose")}, {Kind: chat.Buttons, Buttons: []chat.Button{
			{Action: "run", Value: hostile, Label: strings.Repeat("long label ", 10)}, {Action: "run", Label: hostile},
		}}}},
		"tone-without-heading": {Tone: chat.Good, Blocks: []chat.Block{{Kind: chat.Text, Spans: words("all is well")}}},
	}
}

func TestGoldenMessages(t *testing.T) {
	t.Parallel()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forms := slack.Render(m)
			require.Len(t, forms, 3)
			golden(t, "message-"+name, forms)
			for _, f := range forms {
				require.LessOrEqual(t, len(f.Text), 3900)
				if f.Blocks != nil {
					require.Empty(t, slacktest.CheckBlocks(tree(t, f.Blocks).([]any)))
				}
			}
		})
	}
}

func form() chat.Form {
	return chat.Form{
		ID: "declare", State: `{"n":7,"q":"a&b<c>"}`, Title: "Declare an incident", Submit: "Declare", Cancel: "Not now", Intro: hostile,
		Inputs: []chat.Input{
			{ID: "title", Kind: chat.Line, Label: "What is wrong", Hint: "One line", Value: hostile, Max: 200},
			{ID: "text", Kind: chat.Area, Label: "What is known", Value: "one\ntwo", Optional: true},
			{ID: "severity", Kind: chat.Choice, Label: "Severity", Value: "P1", Options: []chat.Option{{Value: "P0", Label: "P0 · all"}, {Value: "P1", Label: "P1 · some"}}},
			{ID: "who", Kind: chat.People, Label: "Commander", Value: "U0ANA", Optional: true},
			{ID: "none", Kind: chat.Choice, Label: "Nothing to choose"},
		},
	}
}

func TestGoldenViews(t *testing.T) {
	t.Parallel()
	long := form()
	long.Title, long.Submit, long.Cancel = strings.Repeat("t", 40), strings.Repeat("s", 40), ""
	for i := range 120 {
		long.Inputs[2].Options = append(long.Inputs[2].Options, chat.Option{Value: strings.Repeat("v", 70) + string(rune('a'+i%26)), Label: strings.Repeat("l", 90)})
	}
	long.Inputs[1].Value, long.Inputs[1].Hint = strings.Repeat("é", 4000), strings.Repeat("h", 3000)
	home := card(chat.Critical)
	home.Blocks = append(home.Blocks, card(chat.Good).Blocks...)
	for name, v := range map[string]any{
		"form": slack.FormView(form()), "form-long": slack.FormView(long), "form-empty": slack.FormView(chat.Form{ID: "x", Title: "Nothing"}),
		"notice": slack.NoticeView(card(chat.Plainly)), "home": slack.HomeView(home), "home-empty": slack.HomeView(chat.Message{}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, "view-"+name, v)
			require.Empty(t, slacktest.CheckView(tree(t, v)))
		})
	}
}

func TestEveryGoldenFileHasItsMessage(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*.json")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if message, ok := strings.CutPrefix(name, "message-"); ok {
			require.Contains(t, messages(), message, "%s is of no use any more", file)
		}
	}
	require.Len(t, files, len(messages())+6)
}
