package chattest

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var requestPromises = []promise{
	{"typed", "a slash command is heard with who, where and what follows it", checkTyped},
	{"typed alone", "a slash command without words is heard with an empty text", checkTypedAlone},
	{"typed as it is", "what a person types arrives as they typed it, unescaped", checkTypedAsItIs},
	{"mentions", "people named in a command are resolved, each with the piece of text that stands for them", checkMentions},
	{"typed in private", "a command in the conversation with the bot is heard as private", checkTypedInPrivate},
	{"pressed", "a button brings back its action and value, who pressed it, where, and on which message", checkPressed},
	{"shortcut", "the global shortcut is heard", checkShortcut},
}

// heard holds what every request tells.
func (s *stage) heard(kind chat.RequestKind, by, channel string) chat.Request {
	s.Helper()
	r := s.hearer.next(s, kind)
	require.NotEmpty(s, r.Delivery)
	require.Equal(s, s.platform.Name(), r.Platform)
	require.Equal(s, s.user(by), r.By.ID)
	require.Equal(s, s.person(by).Handle, r.By.Handle)
	require.NotEmpty(s, r.By.Name)
	requireZone(s, r.By.Zone)
	if channel != "" {
		require.Equal(s, s.room(channel), r.Room)
		require.Equal(s, channel, r.RoomName)
		require.False(s, r.Private)
	}
	return r
}

func checkTyped(s *stage) {
	s.hearer.says(text("understood"))
	answer := s.world.Type(s, "ana", "incidents", "/incident declare P1 Checkout down")
	requireReads(s, "understood", answer.Text, "the answer")
	r := s.heard(chat.Typed, "ana", "incidents")
	require.Equal(s, "declare P1 Checkout down", r.Text)
	require.Empty(s, r.People)
	s.hearer.answers(func(chat.Request) chat.Answer { return chat.Answer{} })
	require.Empty(s, s.world.Type(s, "ben", "general", "/incident list").Text, "an empty answer shows nothing")
	require.Equal(s, "list", s.heard(chat.Typed, "ben", "general").Text)
}

func checkTypedAlone(s *stage) {
	s.world.Type(s, "ana", "general", "/incident")
	require.Empty(s, s.heard(chat.Typed, "ana", "general").Text)
}

func checkTypedAsItIs(s *stage) {
	for _, words := range []string{
		`log a < b && c > d, "quoted", 100 % & &amp; done`,
		"log *bold* _it_ `code` ~gone~ # not a title",
		"log Ça va être 😀 日本語 \u202bעברית\u202c",
	} {
		s.world.Type(s, "ana", "general", "/incident "+words)
		require.Equal(s, words, s.heard(chat.Typed, "ana", "general").Text)
	}
}

func checkMentions(s *stage) {
	s.world.Type(s, "ana", "general", "/incident declare P1 Checkout down @ben @chloe")
	r := s.heard(chat.Typed, "ana", "general")
	require.Len(s, r.People, 2)
	words := r.Text
	for i, name := range []string{"ben", "chloe"} {
		m := r.People[i]
		require.Equal(s, s.user(name), m.User.ID)
		require.Equal(s, s.person(name).Handle, m.User.Handle)
		require.Contains(s, words, m.Token)
		words = strings.Replace(words, m.Token, "<"+name+">", 1)
	}
	require.Equal(s, "declare P1 Checkout down <ben> <chloe>", words)
	s.world.Type(s, "ana", "general", "/incident log mail to x@example.org and @nobody-of-that-name")
	require.Empty(s, s.heard(chat.Typed, "ana", "general").People, "what only looks like a person is none")
}

func checkTypedInPrivate(s *stage) {
	s.hearer.says(text("in private"))
	requireReads(s, "in private", s.world.Type(s, "ana", Bot, "/incident list").Text, "the answer")
	r := s.heard(chat.Typed, "ana", "")
	require.True(s, r.Private)
	require.Equal(s, "list", r.Text)
}

func checkPressed(s *stage) {
	value := `INC-7 "a" <b> & é 😀`
	m := s.post("incidents", withButtons("INC-7", chat.Button{Action: "ack", Value: value, Label: "Acknowledge", Style: chat.Primary},
		chat.Button{Action: "cancel", Label: "Cancel", Style: chat.Danger}))
	require.Equal(s, []string{"Acknowledge", "Cancel"}, m.Buttons)
	s.hearer.says(text("it is yours"))
	requireReads(s, "it is yours", s.world.Press(s, "ben", "incidents", "Acknowledge").Text, "the answer")
	r := s.heard(chat.Pressed, "ben", "incidents")
	require.Equal(s, "ack", r.Action)
	require.Equal(s, value, r.Value)
	require.NotNil(s, r.On)
	require.Equal(s, m.ID, r.On.Message)
	s.world.Press(s, "ben", "incidents", "Cancel")
	r = s.heard(chat.Pressed, "ben", "incidents")
	require.Equal(s, "cancel", r.Action)
	require.Empty(s, r.Value)
}

func checkShortcut(s *stage) {
	w, ok := s.world.(Shortcutted)
	if !ok {
		s.Skip("this world has no global shortcut")
	}
	form := declareForm()
	s.hearer.answers(func(chat.Request) chat.Answer { return chat.Answer{Form: &form} })
	require.NotNil(s, w.Shortcut(s, "ana").Form)
	require.Empty(s, s.heard(chat.Shortcut, "ana", "").Room)
}

var privatePromises = []promise{
	{"private", "an answer is seen by the asker alone", checkPrivate},
	{"private button", "a button on a private answer works", checkPrivateButton},
	{"private foreign", "foreign text in a private answer is text", checkPrivateForeign},
}

func checkPrivate(s *stage) {
	s.hearer.says(text("for your eyes only"))
	requireReads(s, "for your eyes only", s.world.Type(s, "ana", "general", "/incident list").Text, "the answer")
	require.Empty(s, s.holding("general", "for your eyes only"))
	require.Empty(s, s.world.Directs(s, "ben"))
	require.Empty(s, s.world.Woken(s), "a private answer wakes nobody")
}

func checkPrivateButton(s *stage) {
	s.hearer.says(withButtons("Did you mean ack?", chat.Button{Action: "run", Value: "ack", Label: "Yes, acknowledge"}))
	answer := s.world.Type(s, "ana", "general", "/incident akc")
	require.Equal(s, []string{"Yes, acknowledge"}, answer.Buttons)
	s.hearer.says(text("done"))
	requireReads(s, "done", s.world.Press(s, "ana", "general", "Yes, acknowledge").Text, "the answer to the button")
	r := s.heard(chat.Pressed, "ana", "general")
	require.Equal(s, "run", r.Action)
	require.Equal(s, "ack", r.Value)
}

func checkPrivateForeign(s *stage) {
	words := s.hostile()
	s.hearer.says(text(words))
	answer := s.world.Type(s, "ana", "general", "/incident show 7")
	requireReads(s, s.replaced(words, "ana"), s.replaced(answer.Text, "ana"), "the private answer")
	require.Empty(s, s.world.Woken(s))
}
