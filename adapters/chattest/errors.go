package chattest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var errorPromises = []promise{
	{"limited", "too many calls are limited with the time to wait, nothing happened, and later works", checkLimited},
	{"missing", "a room, message or person that is not there is missing", checkMissing},
	{"forbidden", "what the platform does not allow is forbidden, with a hint what to change", checkForbidden},
	{"revoked", "dead credentials are revoked, with a hint what to do", checkRevoked},
	{"server error", "after a server error nobody knows what happened: unsure, and once there after another try", checkServerError},
}

func checkLimited(s *stage) {
	a := chat.Action{Key: s.key(), Verb: chat.Post, Room: s.room("general"), Body: text("patience")}
	s.fault(Fault{Verb: chat.Post, Kind: Limit, Wait: 7 * time.Second})
	e := s.refused(a, chat.Limited)
	require.Equal(s, 7*time.Second, e.Wait)
	require.Empty(s, s.holding("general", "patience"))
	if w, ok := s.world.(Clocked); ok {
		w.Advance(8 * time.Second)
	}
	s.do(a)
	require.Len(s, s.holding("general", "patience"), 1)
}

func checkMissing(s *stage) {
	nowhere := chat.RoomID(unlike(string(s.room("general"))))
	s.refused(chat.Action{Verb: chat.Post, Room: nowhere, Body: text("hello?")}, chat.Missing, chat.Forbidden)
	s.refused(chat.Action{Verb: chat.Invite, Room: nowhere, People: []chat.UserID{s.user("ana")}}, chat.Missing, chat.Forbidden)
	here := s.post("general", text("here"))
	gone := chat.MessageID(unlike(string(here.ID)))
	s.refused(chat.Action{Verb: chat.Edit, Room: s.room("general"), Message: gone, Body: text("never")}, chat.Missing)
	requireReads(s, "here", s.seen("general", here.ID).Text, "the other message")
	nobody := chat.UserID(unlike(string(s.user("ana"))))
	s.refused(chat.Action{Verb: chat.Direct, People: []chat.UserID{nobody}, Body: text("hello?")}, chat.Missing)
}

// unlike is an id of the same form as another that stands for nothing.
func unlike(id string) string {
	b := []byte(id)
	for i := len(b) - 1; i >= 0; i-- {
		c := b[i]
		switch {
		case c >= '0' && c <= '9':
			b[i] = '0' + (c-'0'+7)%10
			return string(b)
		case c >= 'a' && c <= 'z':
			b[i] = 'a' + (c-'a'+13)%26
			return string(b)
		case c >= 'A' && c <= 'Z':
			b[i] = 'A' + (c-'A'+13)%26
			return string(b)
		}
	}
	return id + "7"
}

func checkForbidden(s *stage) {
	room := s.room("general")
	s.fault(Fault{Verb: chat.Post, Kind: NoRight})
	e := s.refused(chat.Action{Verb: chat.Post, Room: room, Body: text("may I?")}, chat.Forbidden)
	require.NotEmpty(s, e.Hint, "an admin learns what to change")
	require.Empty(s, s.holding("general", "may I?"))
}

func checkRevoked(s *stage) {
	room := s.room("general")
	s.fault(Fault{Verb: chat.Post, Kind: Dead})
	e := s.refused(chat.Action{Verb: chat.Post, Room: room, Body: text("anybody?")}, chat.Revoked)
	require.NotEmpty(s, e.Hint, "an admin learns what to do")
}

func checkServerError(s *stage) {
	a := chat.Action{Key: s.key(), Verb: chat.Post, Room: s.room("general"), Body: text("after the storm")}
	s.fault(Fault{Verb: chat.Post, Kind: ServerError})
	s.refused(a, chat.Unsure)
	s.again(a)
	require.Len(s, s.holding("general", "after the storm"), 1)
}
