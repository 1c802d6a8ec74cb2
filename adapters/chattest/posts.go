package chattest

import (
	"fmt"
	"net/url"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var postPromises = []promise{
	{"post", "what is posted is seen, by the bot, under the id of the result", checkPost},
	{"post order", "posts are seen in the order in which they were made", checkPostOrder},
	{"edit", "an edit replaces the message where it stands, and editing twice is no error", checkEdit},
	{"pin", "a pinned message is pinned, once", checkPin},
	{"posted pinned", "a message that is posted to be pinned is pinned", checkPostedPinned},
	{"thread", "a post under a thread is seen there", checkThread},
	{"empty post", "a message that says nothing is invalid", checkEmptyPost},
}

func checkPost(s *stage) {
	r := s.do(chat.Action{Verb: chat.Post, Room: s.room("incidents"), Body: text("INC-7 is declared")})
	seen := s.seen("incidents", r.Message)
	require.Equal(s, "sitrep", seen.By)
	requireReads(s, "INC-7 is declared", seen.Text, "what is seen")
	require.False(s, seen.Pinned)
	require.Empty(s, seen.Thread)
	if r.URL != "" {
		u, err := url.Parse(r.URL)
		require.NoError(s, err)
		require.Contains(s, []string{"http", "https"}, u.Scheme, "a link to the message")
	}
}

func checkPostOrder(s *stage) {
	_, name := s.open("inc-7-checkout-down")
	var want, got []string
	for i := range 8 {
		want = append(want, fmt.Sprintf("line %d", i))
		s.post(name, text(want[i]))
	}
	for _, m := range s.world.Messages(s, name) {
		got = append(got, readable(m.Text))
	}
	require.Equal(s, want, got)
}

func checkEdit(s *stage) {
	_, name := s.open("inc-7-checkout-down")
	card := s.post(name, withButtons("Investigating", chat.Button{Action: "ack", Value: "7", Label: "Acknowledge"}))
	s.post(name, text("later"))
	edit := chat.Action{Verb: chat.Edit, Room: s.room(name), Message: card.ID, Body: withButtons("Resolved",
		chat.Button{Action: "reopen", Value: "7", Label: "Reopen"})}
	for range 2 {
		s.do(edit)
		messages := s.world.Messages(s, name)
		require.Len(s, messages, 2, "an edit is not a post")
		require.Equal(s, card.ID, messages[0].ID)
		requireReads(s, "Resolved\n[Reopen]", messages[0].Text, "the edited message")
		require.Equal(s, []string{"Reopen"}, messages[0].Buttons)
	}
	s.do(chat.Action{Verb: chat.Edit, Room: s.room(name), Message: card.ID, Body: text("Closed")})
	require.Empty(s, s.seen(name, card.ID).Buttons, "an edit without buttons takes them away")
}

func checkPostedPinned(s *stage) {
	_, name := s.open("inc-7-checkout-down")
	a := chat.Action{Key: s.key(), Verb: chat.Post, Room: s.room(name), Body: text("the card"), Pinned: true}
	card := s.do(a)
	require.True(s, s.seen(name, card.Message).Pinned)
	again, err := s.platform.Do(s.Context(), a, true)
	require.NoError(s, err)
	require.Equal(s, card.Message, again.Message, "posted once")
	require.True(s, s.seen(name, card.Message).Pinned)
}

func checkPin(s *stage) {
	_, name := s.open("inc-7-checkout-down")
	card, other := s.post(name, text("the card")), s.post(name, text("something else"))
	for range 2 {
		s.do(chat.Action{Verb: chat.Pin, Room: s.room(name), Message: card.ID})
		require.True(s, s.seen(name, card.ID).Pinned)
		require.False(s, s.seen(name, other.ID).Pinned)
	}
	s.do(chat.Action{Verb: chat.Edit, Room: s.room(name), Message: card.ID, Body: text("the card, edited")})
	require.True(s, s.seen(name, card.ID).Pinned, "an edited message stays pinned")
}

func checkThread(s *stage) {
	root := s.post("incidents", text("INC-7 is declared"))
	r := s.do(chat.Action{Verb: chat.Post, Room: s.room("incidents"), Thread: root.ID, Body: text("and resolved")})
	require.Equal(s, root.ID, s.seen("incidents", r.Message).Thread)
	require.NotEqual(s, root.ID, r.Message)
}

func checkEmptyPost(s *stage) {
	s.refused(chat.Action{Verb: chat.Post, Room: s.room("general")}, chat.Invalid)
}

var wherePromises = []promise{
	{"direct", "a direct message is seen by its reader alone, and can be edited by the result's room and message", checkDirect},
	{"direct button", "a button on a direct message is heard, as asked in private", checkDirectButton},
	{"upload", "an uploaded file is seen with its name, its content and its words", checkUpload},
	{"home", "a home page shows what was put there last, or is left out without an error", checkHome},
}

func checkDirect(s *stage) {
	r := s.do(chat.Action{Verb: chat.Direct, People: []chat.UserID{s.user("ben")}, Body: text("you are paged")})
	directs := s.world.Directs(s, "ben")
	require.Len(s, directs, 1)
	require.Equal(s, r.Message, directs[0].ID)
	requireReads(s, "you are paged", directs[0].Text, "the direct message")
	require.Empty(s, s.world.Directs(s, "ana"))
	s.do(chat.Action{Verb: chat.Edit, Room: r.Room, Message: r.Message, Body: text("it is over")})
	requireReads(s, "it is over", s.world.Directs(s, "ben")[0].Text, "the edited direct message")
	second := s.do(chat.Action{Verb: chat.Direct, People: []chat.UserID{s.user("ben")}, Body: text("again")})
	require.Equal(s, r.Room, second.Room, "one conversation a person")
}

func checkDirectButton(s *stage) {
	s.do(chat.Action{Verb: chat.Direct, People: []chat.UserID{s.user("ben")}, Body: withButtons("you are paged",
		chat.Button{Action: "ack", Value: "7", Label: "Acknowledge"})})
	s.hearer.says(text("thank you"))
	requireReads(s, "thank you", s.world.Press(s, "ben", Bot, "Acknowledge").Text, "the answer")
	r := s.hearer.next(s, chat.Pressed)
	require.Equal(s, "ack", r.Action)
	require.Equal(s, s.user("ben"), r.By.ID)
	require.True(s, r.Private)
}

func checkUpload(s *stage) {
	content := "# INC-7\n\nCheckout was down für 12 min. <!channel>\n"
	r := s.do(chat.Action{
		Verb: chat.Upload, Room: s.room("general"), Body: text("The report is here."),
		File: chat.File{Name: "inc-7.md", Data: []byte(content)},
	})
	seen := s.seen("general", r.Message)
	require.Equal(s, "inc-7.md", seen.File)
	require.Equal(s, content, seen.FileText)
	requireReads(s, "The report is here.", seen.Text, "the words with the file")
	require.Empty(s, s.world.Woken(s), "a file wakes nobody")
}

func checkHome(s *stage) {
	show := func(words string) {
		s.do(chat.Action{Verb: chat.Home, People: []chat.UserID{s.user("ana")}, Body: text(words)})
	}
	show("One open incident.")
	show("No open incident.")
	if w, ok := s.world.(Homed); ok {
		requireReads(s, "No open incident.", w.Home(s, "ana").Text, "the home page")
		home := text("Welcome, ana.")
		s.hearer.answers(func(chat.Request) chat.Answer { return chat.Answer{Home: &home} })
		w.OpenHome(s, "ana")
		require.Equal(s, s.user("ana"), s.hearer.next(s, chat.Opened).By.ID)
	}
}
