package chat_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestPlainHasALineForEachLinePeopleSee(t *testing.T) {
	t.Parallel()
	words := func(s string) []chat.Span { return []chat.Span{{Text: s}} }
	m := chat.Message{Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: words("Checkout down")},
		{Kind: chat.Text, Spans: []chat.Span{
			{Kind: chat.Person, User: "U1", Text: "ana"},
			{Text: " sees "},
			{Kind: chat.Link, Text: "the graph", URL: "https://example.org"},
			{Text: " in "},
			{Kind: chat.Room, Room: "C1", Text: "inc-1"},
			{Text: " at "},
			{Kind: chat.Clock, Text: "09:15"},
		}},
		{Kind: chat.Quote, Spans: words("one\ntwo")},
		{Kind: chat.Fields, Fields: []chat.Field{{Label: "Severity", Value: words("P0")}}},
		{Kind: chat.List, Items: [][]chat.Span{words("first"), words("second")}},
		{Kind: chat.Buttons, Buttons: []chat.Button{{Label: "Acknowledge"}, {Label: "Update"}}},
	}}
	require.Equal(t, `Checkout down
@ana sees the graph (https://example.org) in #inc-1 at 09:15
> one
> two
Severity: P0
• first
• second
[Acknowledge] [Update]`, m.Plain())
	require.True(t, chat.Message{Lang: "en"}.Empty())
	require.False(t, m.Empty())
}

func TestAnErrorSaysWhatWasBeingDoneAndWhatItMeans(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	for _, c := range []struct {
		err  error
		text string
		is   chat.Class
	}{
		{&chat.Error{Class: chat.Unsure, Op: `post in "inc-7"`, Err: cause}, `post in "inc-7": connection reset`, chat.Unsure},
		{&chat.Error{Class: chat.Forbidden, Op: "open room", Code: "missing_scope"}, "open room: missing_scope", chat.Forbidden},
		{&chat.Error{Class: chat.Missing}, "chat: missing", chat.Missing},
		{fmt.Errorf("deliver: %w", &chat.Error{Class: chat.Limited}), "deliver: chat: limited", chat.Limited},
		{cause, "connection reset", chat.Unsure},
	} {
		require.EqualError(t, c.err, c.text)
		require.Equal(t, c.is, chat.ClassOf(c.err))
	}
	require.ErrorIs(t, &chat.Error{Err: cause}, cause)
}
