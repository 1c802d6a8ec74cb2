package room_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// shown is what people see of a message.
func (h *house) shown(m chat.Message) chat.Message {
	h.t.Helper()
	at := h.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "shown"}}).Room
	h.do(chat.Action{Verb: chat.Post, Room: at, Body: m})
	return h.messages("ana", at)[0].Body
}

func TestCleanSpans(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct{ is, want chat.Span }{
		{chat.Span{Text: "a\x00b\x1b[31m\u0085c\td"}, chat.Span{Text: "ab[31mc\td"}},
		{chat.Span{Text: "a\xffb"}, chat.Span{Text: "ab"}},
		{chat.Span{Kind: chat.Link, Text: "x", URL: "https://e.example/a?b=c#d"}, chat.Span{Kind: chat.Link, Text: "x", URL: "https://e.example/a?b=c#d"}},
		{chat.Span{Kind: chat.Link, Text: "x", URL: "javascript:alert(1)"}, chat.Span{Text: "x"}},
		{chat.Span{Kind: chat.Link, Text: "x", URL: " https://e.example"}, chat.Span{Text: "x"}},
		{chat.Span{Kind: chat.Link, Text: "x", URL: "https://"}, chat.Span{Text: "x"}},
		{chat.Span{Kind: chat.Person, Text: "Ana", User: "ana"}, chat.Span{Kind: chat.Person, Text: "Ana", User: "ana"}},
		{chat.Span{Kind: chat.Person, Text: "Zed", User: "zed"}, chat.Span{Kind: chat.Person, Text: "Zed"}},
	} {
		got := h.shown(chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{c.is}}}})
		require.Equal(t, []chat.Span{c.want}, got.Blocks[0].Spans, "%q", c.is)
	}
}

func TestCleanHeading(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := strings.Repeat("é", 150)
	got := h.shown(chat.Message{Blocks: []chat.Block{{Kind: chat.Heading, Spans: []chat.Span{{Text: "a\nb "}, {Kind: chat.Bold, Text: long}, {Text: long}}}}})
	plain := got.Plain()
	require.NotContains(t, plain, "\n", "a heading is one line")
	require.Equal(t, 201, utf8.RuneCountInString(plain))
	require.True(t, strings.HasSuffix(plain, "é…"))
}

// Whatever a message holds: it fits, its buttons are all there, and what is cut ends with an ellipsis.
func TestCleanFits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := chat.Message{Blocks: rapid.SliceOfN(rapid.Custom(drawBlock), 1, 80).Draw(rt, "blocks")}
		got := h.shown(m)
		require.LessOrEqual(rt, utf8.RuneCountInString(got.Plain()), 16_000+3000, "text, and what separates it")
		require.Equal(rt, buttons(m), buttons(got), "no button is lost")
		if count := func(m chat.Message) int { return strings.Count(m.Plain(), "é") }; count(got) < count(m) {
			require.Contains(rt, got.Plain(), "…", "what is cut says so")
		}
	})
}

func drawBlock(rt *rapid.T) chat.Block {
	kind := rapid.SampledFrom([]chat.BlockKind{chat.Text, chat.Small, chat.Quote, chat.Fields, chat.List, chat.Buttons, chat.Heading}).Draw(rt, "kind")
	spans := []chat.Span{{Text: strings.Repeat("é", rapid.IntRange(1, 1200).Draw(rt, "length"))}}
	switch kind {
	case chat.Fields:
		return chat.Block{Kind: kind, Fields: []chat.Field{{Label: "a", Value: spans}, {Label: "b", Value: spans}}}
	case chat.List:
		return chat.Block{Kind: kind, Items: [][]chat.Span{spans, spans}}
	case chat.Buttons:
		return chat.Block{Kind: kind, Buttons: []chat.Button{{Action: "a", Label: "A"}, {Action: "b", Label: "B"}}}
	}
	return chat.Block{Kind: kind, Spans: spans}
}

func buttons(m chat.Message) (all []chat.Button) {
	for _, b := range m.Blocks {
		all = slices.Concat(all, b.Buttons)
	}
	return all
}
