package chattest

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var foreignPromises = []promise{
	{"foreign text", "text in any place of a message wakes nobody, leads nowhere and reads as it was written", checkForeignText},
	{"foreign pieces", "each piece of markup, mention and link that a person may write is text", checkForeignPieces},
	{"foreign edit", "text that comes with an edit is text too", checkForeignEdit},
	{"foreign length", "foreign text of 5,000 characters is shown, or cut with an ellipsis at a character", checkForeignLength},
	{"mention", "a person span wakes that person, and nobody else", checkMention},
	{"mention unknown", "a person without an account is named and wakes nobody", checkMentionUnknown},
	{"mention group", "a group span wakes the group", checkMentionGroup},
	{"link", "a link span leads to its URL, and only http and https lead anywhere", checkLink},
}

// pieces are what people write, or paste, that would be markup if an adapter let it.
func (s *stage) pieces() []string {
	ana := s.person("ana")
	return []string{
		"<!channel>", "<!here>", "<!everyone>", "@all", "@here", "@channel", "@everyone", "@" + ana.Handle, "<@" + string(ana.ID) + ">",
		"#general", "<#" + string(s.room("general")) + ">", "~general",
		"*bold*", "**bold**", "_it_", "__it__", "~gone~", "~~gone~~", "`code`", "```", "``` fence ```", "> quoted", "# title", "- item", "1. one",
		"[x](http://evil.example)", "![x](http://evil.example/x.png)", "<http://evil.example|x>", "http://evil.example", "https://evil.example/?a=1&b=2",
		"www.evil.example", "mailto:x@evil.example", "x@evil.example", "evil.example/path", "<b>bold</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
		"&amp; &lt; &#60;", "a & b < c > d", `back\slash \*not\* \n`, "| a | b |", "---", ":tada: :)", "$x^2$", "||spoiler||", "\u202ertl\u202c", "😀👩‍🚀", "NUL \x00 NUL", "{{.}} %s ${X}",
	}
}

func (s *stage) hostile() string { return strings.Join(s.pieces(), " ") }

// untouched holds that nothing in a message took effect.
func (s *stage) untouched(channel string, m Seen) {
	s.Helper()
	require.Empty(s, m.Links, "foreign text leads nowhere")
	require.Empty(s, s.world.Woken(s), "foreign text wakes nobody")
	if m.Thread == "" {
		require.Equal(s, "sitrep", m.By, channel)
	}
}

func checkForeignText(s *stage) {
	words := s.hostile()
	spans := []chat.Span{{Text: words}}
	blocks := map[chat.BlockKind]chat.Block{
		chat.Text:   {Kind: chat.Text, Spans: spans},
		chat.Small:  {Kind: chat.Small, Spans: spans},
		chat.Quote:  {Kind: chat.Quote, Spans: spans},
		chat.Fields: {Kind: chat.Fields, Fields: []chat.Field{{Label: "Title", Value: spans}}},
		chat.List:   {Kind: chat.List, Items: [][]chat.Span{spans, {{Text: "second"}}}},
		"bold":      {Kind: chat.Text, Spans: []chat.Span{{Text: "a "}, {Kind: chat.Bold, Text: words}, {Text: " z"}}},
		"code":      {Kind: chat.Text, Spans: []chat.Span{{Text: "a "}, {Kind: chat.Code, Text: words}, {Text: " z"}}},
	}
	for kind, block := range blocks {
		m := chat.Message{Blocks: []chat.Block{block, {Kind: chat.Text, Spans: []chat.Span{{Text: "the end"}}}}}
		seen := s.post("general", m)
		s.untouched("general", seen)
		requireReads(s, s.replaced(m.Plain(), "ana"), s.replaced(seen.Text, "ana"), "foreign text in "+string(kind))
	}
	m := chat.Message{Blocks: []chat.Block{{Kind: chat.Heading, Spans: spans}}}
	seen := s.post("general", m)
	s.untouched("general", seen)
	requireCut(s, s.replaced(m.Plain(), "ana"), s.replaced(seen.Text, "ana"), "foreign text in a heading")
}

func checkForeignPieces(s *stage) {
	var m chat.Message
	for _, piece := range s.pieces() {
		m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Text, Spans: []chat.Span{{Text: piece}}})
	}
	for len(m.Blocks) > 0 {
		part := chat.Message{Blocks: m.Blocks[:min(12, len(m.Blocks))]}
		m.Blocks = m.Blocks[len(part.Blocks):]
		seen := s.post("general", part)
		s.untouched("general", seen)
		requireReads(s, s.replaced(part.Plain(), "ana"), s.replaced(seen.Text, "ana"), "a piece at the start of a line")
	}
}

func checkForeignEdit(s *stage) {
	card := s.post("general", text("the card"))
	m := text("Title: " + s.hostile())
	s.do(chat.Action{Verb: chat.Edit, Room: s.room("general"), Message: card.ID, Body: m})
	seen := s.seen("general", card.ID)
	s.untouched("general", seen)
	requireReads(s, s.replaced(m.Plain(), "ana"), s.replaced(seen.Text, "ana"), "foreign text in an edit")
}

func checkForeignLength(s *stage) {
	for _, unit := range []string{"x", "é", "😀", "<", "a ", "&*_`"} {
		m := text(strings.Repeat(unit, 5000/len([]rune(unit))))
		seen := s.post("general", m)
		s.untouched("general", seen)
		requireCut(s, m.Plain(), seen.Text, "5,000 characters of "+unit)
	}
}

func checkMention(s *stage) {
	s.world.Woken(s)
	m := chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{
		{Text: "over to "}, mention(s.user("ben"), "ben"), {Text: ", ana watches"},
	}}}}
	requireReads(s, "over to @ben, ana watches", s.post("general", m).Text, "a mention")
	require.Equal(s, []string{"ben"}, s.world.Woken(s))
	require.Empty(s, s.world.Woken(s), "each once")
}

func checkMentionUnknown(s *stage) {
	m := chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{
		{Text: "over to "}, mention("", "Zed"), {Text: " and "}, mention("", "here"),
	}}}}
	requireReads(s, "over to @Zed and @here", s.post("general", m).Text, "people without an account")
	require.Empty(s, s.world.Woken(s))
}

func checkMentionGroup(s *stage) {
	w, ok := s.world.(Grouped)
	if !ok {
		s.Skip("this world has no groups")
	}
	group := chat.Span{Kind: chat.Group, User: w.Group(s, "chloe", "dora"), Text: "architects"}
	s.post("general", chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: "for "}, group}}}})
	require.Equal(s, []string{"chloe", "dora"}, s.world.Woken(s))
}

func checkLink(s *stage) {
	link := func(text, url string) Seen {
		return s.post("general", chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{
			{Text: "see "}, {Kind: chat.Link, Text: text, URL: url}, {Text: " first"},
		}}}})
	}
	seen := link("the runbook", "https://example.org/run?a=1&b=2")
	requireReads(s, "see the runbook (https://example.org/run?a=1&b=2) first", seen.Text, "a link")
	require.Equal(s, []string{"https://example.org/run?a=1&b=2"}, seen.Links)
	seen = link("a|b](x) <c> *d*", "https://example.org/x(y)_z_")
	requireReads(s, "see a|b](x) <c> *d* (https://example.org/x(y)_z_) first", seen.Text, "a link with odd words")
	require.Equal(s, []string{"https://example.org/x(y)_z_"}, seen.Links)
	for _, bad := range []string{"javascript:alert(1)", "data:text/html,x", "//evil.example", "file:///etc/passwd", "", "https://e.example/\" onclick=\"x", "https://e.example/a>b|c d"} {
		seen = link("go", bad)
		for _, l := range seen.Links {
			require.True(s, strings.HasPrefix(l, "https://e.example/"), "%q leads to %q", bad, l)
		}
		require.Contains(s, readable(seen.Text), "see go")
	}
}
