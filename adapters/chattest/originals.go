package chattest

import (
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var originalPromises = []promise{
	{"reacted", "a reaction is heard with its name and the message's words and author", checkReacted},
	{"reacted to the bot", "a reaction to a message of the bot names the bot as its author", checkReactedToBot},
	{"marked", "\"Add to timeline\" is heard with the message's words and author, and answered in private", checkMarked},
	{"original mentions", "a message that names people is told in plain words, with mentions as @handle", checkOriginalMentions},
	{"retold", "an edit of a message that was reacted to is heard with its new words", checkRetold},
	{"overheard", "what people merely say to each other is not a request", checkOverheard},
}

func checkReacted(s *stage) {
	s.world.Say(s, "ana", "general", "the database is on fire")
	s.world.Say(s, "ben", "general", "looking")
	s.world.React(s, "chloe", "general", "on fire", "pushpin")
	r := s.heard(chat.Reacted, "chloe", "general")
	require.Equal(s, "pushpin", r.Text)
	require.NotNil(s, r.On)
	require.Equal(s, "the database is on fire", r.On.Text)
	require.Equal(s, s.user("ana"), r.On.Author.ID)
	require.Equal(s, s.person("ana").Handle, r.On.Author.Handle)
	require.False(s, r.On.Author.Bot)
	require.Equal(s, s.holding("general", "on fire")[0].ID, r.On.Message)
}

func checkReactedToBot(s *stage) {
	m := s.post("general", text("INC-7 is declared"))
	s.world.React(s, "ana", "general", "INC-7", "pushpin")
	r := s.heard(chat.Reacted, "ana", "general")
	require.NotNil(s, r.On)
	require.Equal(s, m.ID, r.On.Message)
	require.True(s, r.On.Author.Bot)
}

func checkMarked(s *stage) {
	s.world.Say(s, "ana", "general", "restarted db-2")
	s.hearer.says(text("It is in the log."))
	answer, can := s.world.Mark(s, "ben", "general", "restarted")
	if !can {
		s.Skip("this platform has no message actions")
	}
	requireReads(s, "It is in the log.", answer.Text, "the answer")
	r := s.heard(chat.Marked, "ben", "general")
	require.NotNil(s, r.On)
	require.Equal(s, "restarted db-2", r.On.Text)
	require.Equal(s, s.user("ana"), r.On.Author.ID)
	require.Empty(s, s.holding("general", "It is in the log."))
}

func checkOriginalMentions(s *stage) {
	s.world.Say(s, "ana", "general", "@ben says a < b & c")
	s.world.React(s, "chloe", "general", "says", "pushpin")
	r := s.heard(chat.Reacted, "chloe", "general")
	require.Equal(s, "@"+s.person("ben").Handle+" says a < b & c", r.On.Text)
}

func checkRetold(s *stage) {
	w, ok := s.world.(Rewritable)
	if !ok {
		s.Skip("nobody can edit in this world")
	}
	s.world.Say(s, "ana", "general", "restarted db-2")
	s.world.React(s, "ben", "general", "restarted", "pushpin")
	was := s.heard(chat.Reacted, "ben", "general")
	w.Rewrite(s, "ana", "general", "restarted", "restarted db-3")
	is := s.heard(chat.Retold, "ana", "general")
	require.Equal(s, was.On.Message, is.On.Message)
	require.Equal(s, "restarted db-3", is.On.Text)
}

func checkOverheard(s *stage) {
	s.world.Say(s, "ana", "general", "incident? which incident?")
	s.post("general", text("/incident list"))
	s.world.Type(s, "ana", "general", "/incident list")
	first := <-s.hearer.heard
	require.Equal(s, chat.Typed, first.Kind, "the first request is the command, not the chatter before it")
}
