package mattermost

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// plainRenderer knows one person and buttons that carry what they do.
var plainRenderer = renderer{
	handle: func(id chat.UserID) (string, bool) { return "ana", id == "U1" },
	press: func(b chat.Button) *model.PostActionIntegration {
		return &model.PostActionIntegration{URL: "http://bot", Context: map[string]any{"action": b.Action}}
	},
}

func spans(s ...chat.Span) []chat.Span { return s }

func TestRenderBlocks(t *testing.T) {
	t.Parallel()
	m := chat.Message{Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: spans(chat.Span{Text: "INC-7\nCheckout"})},
		{Kind: chat.Text, Spans: spans(chat.Span{Kind: chat.Bold, Text: " now "}, chat.Span{Text: "with "}, chat.Span{Kind: chat.Person, User: "U1", Text: "Ana"})},
		{Kind: chat.Small, Spans: spans(chat.Span{Text: "quiet"})},
		{Kind: chat.Small, Spans: spans(chat.Span{Text: "by "}, chat.Span{Kind: chat.Person, User: "U1"})},
		{Kind: chat.Quote, Spans: spans(chat.Span{Text: "a\n- b"})},
		{Kind: chat.Fields, Fields: []chat.Field{{Label: "Who", Value: spans(chat.Span{Text: "x"})}, {Label: "When", Value: spans(chat.Span{Text: "y"})}}},
		{Kind: chat.List, Items: [][]chat.Span{spans(chat.Span{Text: "one"}), spans(chat.Span{Text: "- two"})}},
	}}
	out := plainRenderer.render(m)
	require.Empty(t, out.attachments)
	require.Equal(t, strings.Join([]string{
		"#### INC-7 Checkout", "", " **now** with @ana", "*quiet*", "by @ana", "", "> a", "> " + gap + "- b", "",
		"**Who:** x", "**When:** y", "- one", "- " + gap + "- two",
	}, "\n"), out.text)
}

func TestRenderSpans(t *testing.T) {
	t.Parallel()
	for want, span := range map[string]chat.Span{
		"@ana":                          {Kind: chat.Person, User: "U1", Text: "Ana"},
		"@" + gap + "Zed":               {Kind: chat.Person, User: "U2", Text: "Zed"},
		"@" + gap + "here":              {Kind: chat.Person, Text: "here"},
		"@architects":                   {Kind: chat.Group, User: "G1", Text: "architects"},
		"@" + gap + "all you":           {Kind: chat.Group, User: "G1", Text: "all you"},
		"[run](https://a.test/x?y=1)":   {Kind: chat.Link, Text: "run", URL: "https://a.test/x?y=1"},
		"[run](https://a.test/x_(y))":   {Kind: chat.Link, Text: "run", URL: "https://a.test/x_(y)"},
		"[run](https://a.test/x%29%28)": {Kind: chat.Link, Text: "run", URL: "https://a.test/x)("},
		"[run](https://a.test/%28)":     {Kind: chat.Link, Text: "run", URL: "https://a.test/("},
		"run":                           {Kind: chat.Link, Text: "run", URL: "javascript:alert(1)"},
		`a\[b`:                          {Kind: chat.Link, Text: "a[b", URL: "/relative"},
		"~inc-7-x":                      {Kind: chat.Room, Text: "inc-7-x"},
		"~" + gap + "Not a channel":     {Kind: chat.Room, Text: "Not a channel"},
		"09:41":                         {Kind: chat.Clock, Text: "09:41"},
	} {
		require.Equal(t, want, plainRenderer.render(chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: spans(span)}}}).text)
	}
}

func TestRenderCard(t *testing.T) {
	t.Parallel()
	m := chat.Message{Tone: chat.Critical, Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: spans(chat.Span{Text: "INC-7"})},
		{Kind: chat.Text, Spans: spans(chat.Span{Text: "first"})},
		{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "ack", Label: "Ack", Style: chat.Primary}, {Action: "no", Label: "@No", Style: chat.Danger}}},
		{Kind: chat.Text, Spans: spans(chat.Span{Text: "second"})},
		{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "more", Label: "More"}}},
	}}
	out := plainRenderer.render(m)
	require.Equal(t, "#### INC-7", out.text)
	require.Len(t, out.attachments, 2)
	require.Equal(t, "first", out.attachments[0].Text)
	require.Equal(t, "second", out.attachments[1].Text)
	require.Equal(t, "#c62828", out.attachments[1].Color)
	require.Equal(t, "primary", out.attachments[0].Actions[0].Style)
	require.Equal(t, "@"+gap+"No", out.attachments[0].Actions[1].Name)
	seen := map[string]bool{}
	for _, a := range out.attachments {
		require.NoError(t, a.IsValid())
		for _, action := range a.Actions {
			require.Regexp(t, `^[A-Za-z0-9]+$`, action.Id)
			require.False(t, seen[action.Id])
			seen[action.Id] = true
		}
	}
}

// Half a mention would wake somebody else.
func TestRenderNeverCutsAMention(t *testing.T) {
	t.Parallel()
	for n := range 12 {
		m := chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: spans(
			chat.Span{Text: strings.Repeat("x", maxText-n)}, chat.Span{Kind: chat.Person, User: "U1"}, chat.Span{Text: "tail"},
		)}}}
		text := plainRenderer.render(m).text
		require.LessOrEqual(t, utf8.RuneCountInString(text), maxText)
		if strings.Contains(text, "@") {
			require.Contains(t, text, "@ana")
		}
	}
}

func TestRenderFits(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"x", "*", "😀", "@", "\n", "- \n"} {
		long := strings.Repeat(unit, 40_000)
		for _, kind := range []chat.BlockKind{chat.Heading, chat.Text, chat.Small, chat.Quote} {
			for _, tone := range []chat.Tone{chat.Plainly, chat.Good} {
				block := chat.Block{Kind: kind, Spans: spans(chat.Span{Text: long}, chat.Span{Kind: chat.Bold, Text: long}, chat.Span{Kind: chat.Code, Text: long})}
				out := plainRenderer.render(chat.Message{Tone: tone, Blocks: []chat.Block{block, block}})
				require.LessOrEqual(t, utf8.RuneCountInString(out.text), maxText, "%s of %q", kind, unit)
				all := 0
				for _, a := range out.attachments {
					all += utf8.RuneCountInString(a.Text)
				}
				require.LessOrEqual(t, all, maxText, "%s of %q", kind, unit)
			}
		}
	}
}
