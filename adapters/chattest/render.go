package chattest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var renderPromises = []promise{
	{"blocks", "each shape of block is shown and reads as Message.Plain says", checkBlocks},
	{"spans", "each kind of span is shown and reads as Message.Plain says", checkSpans},
	{"card", "a whole card reads as Message.Plain says, in every tone", checkCard},
	{"languages", "a message in any language reads as it was written", checkLanguages},
}

func checkBlocks(s *stage) {
	words := []chat.Span{{Text: "Checkout is down"}}
	for _, b := range []chat.Block{
		{Kind: chat.Heading, Spans: words},
		{Kind: chat.Text, Spans: words},
		{Kind: chat.Text, Spans: []chat.Span{{Text: "two\nlines"}}},
		{Kind: chat.Small, Spans: words},
		{Kind: chat.Quote, Spans: []chat.Span{{Text: "line one\nline two"}}},
		{Kind: chat.Fields, Fields: []chat.Field{
			{Label: "Severity", Value: []chat.Span{{Text: "P0"}}},
			{Label: "Commander", Value: []chat.Span{{Kind: chat.Bold, Text: "Ana"}}},
			{Label: "Since", Value: []chat.Span{{Text: "09:00"}}},
		}},
		{Kind: chat.List, Items: [][]chat.Span{words, {{Text: "another"}}, {{Kind: chat.Code, Text: "third"}}}},
	} {
		m := chat.Message{Blocks: []chat.Block{b}}
		requireReads(s, m.Plain(), s.post("general", m).Text, "a "+string(b.Kind))
	}
	m := withButtons("choose", chat.Button{Action: "a", Label: "One"}, chat.Button{Action: "b", Label: "Two & <three>", Style: chat.Danger})
	seen := s.post("general", m)
	requireReads(s, m.Plain(), seen.Text, "buttons")
	require.Equal(s, []string{"One", "Two & <three>"}, seen.Buttons)
}

func checkSpans(s *stage) {
	at := time.Date(2026, 3, 2, 9, 41, 0, 0, time.UTC)
	room, name := s.open("inc-7-checkout-down")
	for _, span := range []chat.Span{
		{Text: "plain"},
		{Kind: chat.Bold, Text: "bold"},
		{Kind: chat.Code, Text: "code --flag=1"},
		mention(s.user("ben"), "ben"),
		{Kind: chat.Room, Room: room, Text: name},
		{Kind: chat.Room, Text: "somewhere-else"},
		{Kind: chat.Clock, Time: at, Text: "09:41"},
	} {
		m := chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: "a "}, span, {Text: " z, "}, span, {Text: "."}}}}}
		requireReads(s, m.Plain(), s.post("general", m).Text, "a span of kind "+string(span.Kind))
	}
}

func checkCard(s *stage) {
	for _, tone := range []chat.Tone{chat.Plainly, chat.Good, chat.Caution, chat.Critical} {
		m := s.card(tone)
		seen := s.post("general", m)
		requireReads(s, m.Plain(), seen.Text, "a card")
		require.Equal(s, []string{"Acknowledge", "Post update", "Resolve"}, seen.Buttons)
		s.do(chat.Action{Verb: chat.Edit, Room: s.room("general"), Message: seen.ID, Body: m})
		requireReads(s, m.Plain(), s.seen("general", seen.ID).Text, "an edited card")
	}
}

// card is what an incident's card looks like.
func (s *stage) card(tone chat.Tone) chat.Message {
	return chat.Message{Lang: "en", Tone: tone, Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: []chat.Span{{Text: "INC-7 · P0 · Checkout down"}}},
		{Kind: chat.Text, Spans: []chat.Span{{Kind: chat.Bold, Text: "Investigating"}, {Text: " since 09:41"}}},
		{Kind: chat.Fields, Fields: []chat.Field{
			{Label: "Commander", Value: []chat.Span{mention(s.user("ana"), "ana")}},
			{Label: "Next update", Value: []chat.Span{{Text: "by 10:11"}}},
			{Label: "Impact", Value: []chat.Span{{Text: "Nobody can pay"}}},
		}},
		{Kind: chat.Quote, Spans: []chat.Span{{Text: "502 from payments since the deploy"}}},
		{Kind: chat.List, Items: [][]chat.Span{{{Text: "page the vendor"}}, {{Text: "draft the update"}}}},
		{Kind: chat.Small, Spans: []chat.Span{{Text: "Declared by ana in "}, {Kind: chat.Room, Room: s.room("incidents"), Text: "incidents"}}},
		{Kind: chat.Buttons, Buttons: []chat.Button{
			{Action: "ack", Value: "7", Label: "Acknowledge", Style: chat.Primary},
			{Action: "update", Value: "7", Label: "Post update"},
			{Action: "resolve", Value: "7", Label: "Resolve", Style: chat.Danger},
		}},
	}}
}

func checkLanguages(s *stage) {
	for lang, words := range map[string]string{
		"en": "Next update by 10:11.", "pt-BR": "Próxima atualização até 10:11 — não há previsão.",
		"fr": "Prochaine mise à jour d’ici 10:11 : « rien à signaler ».", "ja": "次の更新は10:11まで", "ar": "التحديث القادم قبل 10:11",
	} {
		m := chat.Message{Lang: lang, Blocks: text(words).Blocks}
		requireReads(s, words, s.post("general", m).Text, "a message in "+lang)
	}
}

var limitPromises = []promise{
	{"long message", "a message of 60 blocks and 20,000 characters is cut with an ellipsis and keeps its buttons", checkLongMessage},
	{"many buttons", "a message keeps all of its buttons", checkManyButtons},
	{"long list", "lists and fields of a hundred lines are shown or cut, and the message arrives", checkLongList},
}

func checkLongMessage(s *stage) {
	m := chat.Message{Blocks: []chat.Block{{Kind: chat.Heading, Spans: []chat.Span{{Text: "A long report"}}}}}
	for i := range 58 {
		line := fmt.Sprintf("%02d %s", i, strings.Repeat("lorem <ipsum> & ", 22))
		m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Text, Spans: []chat.Span{{Text: line}}})
	}
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{
		{Action: "more", Label: "More"}, {Action: "done", Label: "Done"},
	}})
	seen := s.post("general", m)
	require.Equal(s, []string{"More", "Done"}, seen.Buttons, "buttons are never cut away")
	words := func(text string) string { return strings.ReplaceAll(readable(text), "\n[More] [Done]", "") }
	requireCut(s, words(m.Plain()), words(seen.Text), "a long message")
	require.Contains(s, readable(seen.Text), "A long report")
	s.do(chat.Action{Verb: chat.Edit, Room: s.room("general"), Message: seen.ID, Body: m})
	require.Equal(s, []string{"More", "Done"}, s.seen("general", seen.ID).Buttons)
}

func checkManyButtons(s *stage) {
	m := text("choose")
	var all []string
	for row := range 3 {
		b := chat.Block{Kind: chat.Buttons}
		for i := range 9 {
			label := fmt.Sprintf("Task %d.%d", row, i)
			all = append(all, label)
			b.Buttons = append(b.Buttons, chat.Button{Action: "task", Value: label, Label: label})
		}
		m.Blocks = append(m.Blocks, b)
	}
	require.Equal(s, all, s.post("general", m).Buttons)
	s.world.Press(s, "ana", "general", "Task 2.8")
	require.Equal(s, "Task 2.8", s.heard(chat.Pressed, "ana", "general").Value)
}

func checkLongList(s *stage) {
	var items [][]chat.Span
	var fields []chat.Field
	for i := range 100 {
		n := fmt.Sprintf("entry %03d %s", i, strings.Repeat("é", 40))
		items = append(items, []chat.Span{{Text: n}})
		fields = append(fields, chat.Field{Label: fmt.Sprintf("Label %d", i), Value: []chat.Span{{Text: n}}})
	}
	for _, b := range []chat.Block{{Kind: chat.List, Items: items}, {Kind: chat.Fields, Fields: fields}} {
		m := withButtons("first", chat.Button{Action: "more", Label: "More"})
		m.Blocks = slices.Insert(m.Blocks, 1, b)
		seen := s.post("general", m)
		require.Equal(s, []string{"More"}, seen.Buttons)
		require.Contains(s, readable(seen.Text), "entry 000")
	}
}
