package chattest

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var againPromises = []promise{
	{"again done", "an action that was done is found by its key and not done twice", checkAgainDone},
	{"again not done", "an action that was not done is done when it is tried again", checkAgainNotDone},
	{"lost post", "a post whose answer was lost is unsure, and once there after another try", checkLostPost},
	{"lost room", "a room whose answer was lost is found again, not opened as -2", checkLostRoom},
	{"lost upload", "an upload whose answer was lost is once there after another try", checkLostUpload},
	{"lost direct", "a direct message whose answer was lost is once there after another try", checkLostDirect},
	{"not reached", "a post that never arrived is there once after another try", checkNotReached},
	{"other keys", "a key finds its own message only, whatever the words", checkOtherKeys},
}

func checkAgainDone(s *stage) {
	post := chat.Action{Key: s.key(), Verb: chat.Post, Room: s.room("general"), Body: text("once only")}
	first := s.do(post)
	require.Equal(s, first.Message, s.again(post).Message)
	require.Len(s, s.holding("general", "once only"), 1)
	open := chat.Action{Key: s.key(), Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7-x", Title: "X"}}
	opened := s.do(open)
	found := s.again(open)
	require.Equal(s, opened.Room, found.Room)
	require.Equal(s, opened.RoomName, found.RoomName)
	other := s.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7-x", Title: "X"}})
	require.Equal(s, "inc-7-x-2", other.RoomName, "the room of another action is not taken for one's own")
	require.Equal(s, opened.Room, s.again(open).Room)
}

func checkAgainNotDone(s *stage) {
	r := s.again(chat.Action{Key: s.key(), Verb: chat.Post, Room: s.room("general"), Body: text("late but there")})
	requireReads(s, "late but there", s.seen("general", r.Message).Text, "the post")
	r = s.again(chat.Action{Key: s.key(), Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "general", Title: "G"}})
	require.Equal(s, "general-2", r.RoomName)
	r = s.again(chat.Action{Key: s.key(), Verb: chat.Invite, Room: r.Room, People: []chat.UserID{s.user("ana")}})
	require.Empty(s, r.Refused)
	require.Equal(s, []string{"ana"}, s.world.Members(s, "general-2"))
}

// lost carries out an action whose answer gets lost, then again, and returns what came of it.
func (s *stage) lost(a chat.Action) chat.Result {
	s.Helper()
	a.Key = s.key()
	s.fault(Fault{Verb: a.Verb, Kind: LostAnswer})
	s.refused(a, chat.Unsure)
	first := s.again(a)
	second := s.again(a)
	require.Equal(s, first.Message, second.Message)
	require.Equal(s, first.Room, second.Room)
	return first
}

func checkLostPost(s *stage) {
	room := s.room("general")
	r := s.lost(chat.Action{Verb: chat.Post, Room: room, Body: text("exactly once")})
	found := s.holding("general", "exactly once")
	require.Len(s, found, 1)
	require.Equal(s, found[0].ID, r.Message)
	root := s.post("general", text("a thread")).ID
	s.lost(chat.Action{Verb: chat.Post, Room: room, Thread: root, Body: text("threaded once")})
	require.Len(s, s.holding("general", "threaded once"), 1)
}

func checkLostRoom(s *stage) {
	before := s.world.Channels(s)
	r := s.lost(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-9-lost", Title: "Lost", Topic: "P1"}})
	require.Equal(s, "inc-9-lost", r.RoomName)
	opened := slices.DeleteFunc(s.world.Channels(s), func(name string) bool { return slices.Contains(before, name) })
	require.Equal(s, []string{"inc-9-lost"}, opened)
	s.do(chat.Action{Verb: chat.Post, Room: r.Room, Body: text("the bot is inside")})
}

func checkLostUpload(s *stage) {
	s.lost(chat.Action{
		Verb: chat.Upload, Room: s.room("general"), Body: text("The report."),
		File: chat.File{Name: "report.md", Data: []byte("# Report\n")},
	})
	files := 0
	for _, m := range s.world.Messages(s, "general") {
		if m.File == "report.md" {
			files++
		}
	}
	require.Equal(s, 1, files)
}

func checkLostDirect(s *stage) {
	s.lost(chat.Action{Verb: chat.Direct, People: []chat.UserID{s.user("ben")}, Body: text("paged once")})
	require.Len(s, s.world.Directs(s, "ben"), 1)
}

func checkNotReached(s *stage) {
	a := chat.Action{Key: s.key(), Verb: chat.Post, Room: s.room("general"), Body: text("second try")}
	s.fault(Fault{Verb: chat.Post, Kind: NotReached})
	s.refused(a, chat.Temporary, chat.Unsure)
	require.Empty(s, s.holding("general", "second try"))
	s.again(a)
	require.Len(s, s.holding("general", "second try"), 1)
}

func checkOtherKeys(s *stage) {
	room := s.room("general")
	a := chat.Action{Key: s.key(), Verb: chat.Post, Room: room, Body: text("same words")}
	b := chat.Action{Key: s.key(), Verb: chat.Post, Room: room, Body: text("same words")}
	first, second := s.do(a), s.again(b)
	require.NotEqual(s, first.Message, second.Message)
	c := chat.Action{Key: strings.TrimSuffix(a.Key, "0"), Verb: chat.Post, Room: room, Body: text("same words")}
	require.NotEqual(s, first.Message, s.again(c).Message, "part of a key is another key")
	require.Len(s, s.holding("general", "same words"), 3)
}
