package chattest

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var roomPromises = []promise{
	{"open", "an opened room has the name and topic of its spec, nobody in it but the bot, and takes posts at once", checkOpen},
	{"open taken", "when a name is taken by a room of something else, the next room gets -2, then -3", checkOpenTaken},
	{"open long", "a room's name may have 60 characters, and its title any", checkOpenLong},
	{"open private", "a private room works like any other for those who are invited", checkOpenPrivate},
	{"topic", "a topic can be set, set again, and is text only", checkTopic},
	{"archive", "an archived room is no longer listed; archiving it twice is no error", checkArchive},
	{"bookmark", "a bookmark is put up or left out, and is never an error", checkBookmark},
}

func checkOpen(s *stage) {
	r := s.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{
		Name: "inc-7-checkout-down", Title: "Checkout down", Topic: "P0 · Investigating",
	}})
	require.Equal(s, "inc-7-checkout-down", r.RoomName)
	require.NotEmpty(s, r.Room)
	require.Equal(s, r.Room, s.room("inc-7-checkout-down"))
	require.Contains(s, s.world.Channels(s), "inc-7-checkout-down")
	require.Equal(s, "P0 · Investigating", s.world.Topic(s, "inc-7-checkout-down"))
	require.Empty(s, s.world.Members(s, "inc-7-checkout-down"), "nobody is in it but the bot")
	s.post("inc-7-checkout-down", text("the bot is inside"))
}

func checkOpenTaken(s *stage) {
	ids := map[chat.RoomID]bool{s.room("general"): true}
	for _, want := range []string{"general-2", "general-3"} {
		id, name := s.open("general")
		require.Equal(s, want, name)
		require.False(s, ids[id], "it is a room of its own")
		ids[id] = true
		s.post(name, text("this is "+want))
	}
	require.Empty(s, s.holding("general", "this is"), "the room that had the name stays as it was")
}

func checkOpenLong(s *stage) {
	name := "inc-7-" + strings.Repeat("a", 54)
	r := s.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: name, Title: strings.Repeat("é<!here>*", 50), Topic: "P1"}})
	require.Equal(s, name, r.RoomName)
	r = s.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: name, Title: "Another"}})
	require.Equal(s, name+"-2", r.RoomName)
	require.Empty(s, s.world.Woken(s), "a title wakes nobody")
}

func checkOpenPrivate(s *stage) {
	r := s.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-8-breach", Title: "Breach", Private: true}})
	require.Equal(s, "inc-8-breach", r.RoomName)
	s.do(chat.Action{Verb: chat.Invite, Room: r.Room, People: []chat.UserID{s.user("dora")}})
	require.Equal(s, []string{"dora"}, s.world.Members(s, "inc-8-breach"))
	s.post("inc-8-breach", text("between us"))
	s.world.Type(s, "dora", "inc-8-breach", "/incident ack")
	require.Equal(s, r.Room, s.hearer.next(s, chat.Typed).Room)
}

func checkTopic(s *stage) {
	room, name := s.open("inc-7-checkout-down")
	for _, topic := range []string{"P0 · Investigating", "P0 · Investigating", "P1 · a < b & c", "<!channel> @all @here"} {
		s.do(chat.Action{Verb: chat.Topic, Room: room, Text: topic})
		requireReads(s, topic, s.world.Topic(s, name), "the topic")
	}
	s.do(chat.Action{Verb: chat.Topic, Room: room, Text: strings.Repeat("long ", 400)})
	requireCut(s, strings.Repeat("long ", 400), s.world.Topic(s, name), "a long topic")
	require.Empty(s, s.world.Woken(s), "a topic wakes nobody")
}

func checkArchive(s *stage) {
	room, name := s.open("inc-7-checkout-down")
	for range 2 {
		s.do(chat.Action{Verb: chat.Archive, Room: room})
		require.NotContains(s, s.world.Channels(s), name)
	}
	s.refused(chat.Action{Verb: chat.Post, Room: room, Body: text("too late")}, chat.Missing, chat.Forbidden)
}

func checkBookmark(s *stage) {
	room, _ := s.open("inc-7-checkout-down")
	for range 2 {
		s.do(chat.Action{Verb: chat.Bookmark, Room: room, Text: "Runbook", URL: "https://example.org/runbook"})
	}
}

var peoplePromises = []promise{
	{"invite", "invited people are in the room, and inviting them again is no error", checkInvite},
	{"invite refused", "those who cannot come are named with a cause, and the others come", checkInviteRefused},
	{"remove", "removed people are out of the room, and removing them again is no error", checkRemove},
}

func checkInvite(s *stage) {
	room, name := s.open("inc-7-checkout-down")
	team := []chat.UserID{s.user("ana"), s.user("ben"), s.user("chloe")}
	r := s.do(chat.Action{Verb: chat.Invite, Room: room, People: team[:2]})
	require.Empty(s, r.Refused)
	require.Equal(s, []string{"ana", "ben"}, s.world.Members(s, name))
	r = s.do(chat.Action{Verb: chat.Invite, Room: room, People: team})
	require.Empty(s, r.Refused, "who is in already is not refused")
	r = s.do(chat.Action{Verb: chat.Invite, Room: room, People: team})
	require.Empty(s, r.Refused)
	require.Equal(s, []string{"ana", "ben", "chloe"}, s.world.Members(s, name))
}

func checkInviteRefused(s *stage) {
	room, name := s.open("inc-7-checkout-down")
	people := []chat.UserID{s.user("ana"), s.user("outsider"), s.user("ben")}
	for range 2 {
		r := s.do(chat.Action{Verb: chat.Invite, Room: room, People: people})
		require.Len(s, r.Refused, 1)
		require.Equal(s, s.user("outsider"), r.Refused[0].User)
		require.NotEmpty(s, r.Refused[0].Cause)
		require.Equal(s, []string{"ana", "ben"}, s.world.Members(s, name))
	}
}

func checkRemove(s *stage) {
	room, name := s.open("inc-7-checkout-down")
	s.do(chat.Action{Verb: chat.Invite, Room: room, People: []chat.UserID{s.user("ana"), s.user("ben")}})
	for range 2 {
		s.do(chat.Action{Verb: chat.Remove, Room: room, People: []chat.UserID{s.user("ben")}})
		require.Equal(s, []string{"ana"}, s.world.Members(s, name))
	}
}
