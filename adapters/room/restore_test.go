package room_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// A room that starts again on what another kept goes on where that one stopped.
func TestRestore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "room.jsonl")
	open := func() (*house, *room.File) {
		f := openFile(t, path)
		return newHouse(t, func(c *room.Config) { c.Keep = f }), f
	}
	h, f := open()
	spec := chat.RoomSpec{Name: "inc-7", Title: "Down", Topic: "P0"}
	opened := chat.Action{Key: "7/1/0", Verb: chat.OpenRoom, Spec: spec}
	at := h.do(opened).Room
	h.do(chat.Action{Verb: chat.Invite, Room: at, People: []chat.UserID{"ana"}})
	post := chat.Action{Key: "7/1/1", Verb: chat.Post, Room: at, Body: text("the card")}
	card := h.do(post).Message
	h.do(chat.Action{Verb: chat.Pin, Room: at, Message: card})
	h.do(chat.Action{Verb: chat.Home, People: []chat.UserID{"ana"}, Body: text("one open")})
	said := h.act("ana", "say", map[string]any{"room": at, "text": "on it", "delivery": "d"}).Message
	h.act("ana", "read", map[string]any{"room": at, "n": said.N})
	h.act("ana", "react", map[string]any{"room": at, "message": said.ID, "reaction": "eyes", "on": true})
	h.answers(chat.Answer{Message: text("only for ana")})
	h.act("ana", "say", map[string]any{"room": at, "text": "/incident"})
	_, before := h.get("/room/api/messages?as=ben&room=" + string(at))
	h.stop()
	require.NoError(t, f.Close())

	h, _ = open()
	_, after := h.get("/room/api/messages?as=ben&room=" + string(at))
	require.JSONEq(t, string(before), string(after))
	require.Len(t, h.messages("ana", at), 2, "a private answer does not outlive the process")
	_, state := h.get("/room/api/state?as=ana")
	require.Contains(t, string(state), `"name":"inc-7","title":"Down","topic":"P0"`)
	require.Contains(t, string(state), "one open")
	require.NotContains(t, string(state), `"unread":1`)
	for _, a := range []chat.Action{opened, post} {
		r, err := h.Do(t.Context(), a, true)
		require.NoError(t, err)
		require.Equal(t, at, r.Room, "what was done before the restart is found again")
	}
	require.Equal(t, said.ID, h.act("ana", "say", map[string]any{"room": at, "text": "on it", "delivery": "d"}).Message.ID)
	require.NotEqual(t, card, h.do(chat.Action{Verb: chat.Post, Room: at, Body: text("new")}).Message)
	require.NotEqual(t, at, h.do(chat.Action{Verb: chat.OpenRoom, Spec: spec}).Room)
}

// Who is new in the config is in the channels; who is gone from it is not.
func TestRestoreOtherPeople(t *testing.T) {
	t.Parallel()
	keep := room.NewMemory()
	h := newHouse(t, func(c *room.Config) { c.Keep = keep })
	h.do(chat.Action{Verb: chat.Topic, Room: h.place("general"), Text: "about"})
	h.say("ben", "general", "hello")
	h.stop()
	h = newHouse(t, func(c *room.Config) {
		c.Keep = keep
		c.People = []room.Person{{Handle: "ana"}, {Handle: "cleo"}}
	})
	require.Equal(t, "hello", h.messages("cleo", h.place("general"))[0].Text)
	require.Empty(t, h.say("cleo", "general", "hello").Error)
	require.Equal(t, "nobody", h.say("ben", "general", "hello").Error)
	_, state := h.get("/room/api/state?as=cleo")
	require.Contains(t, string(state), `"topic":"about"`)
}

// fussy is a keep that fails when it is told to.
type fussy struct {
	room.Keep
	err error
}

func (f *fussy) Save(key string, data []byte) error {
	if f.err != nil {
		return f.err
	}
	return f.Keep.Save(key, data)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := &fussy{Keep: room.NewMemory()}
	h := newHouse(t, func(c *room.Config) { c.Keep = disk })
	general := h.place("general")
	m := h.say("ana", "general", "before")
	disk.err = errors.New("no space left on device")
	require.Equal(t, "disk", h.say("ana", "general", "lost").Error)
	for _, a := range []chat.Action{
		{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-1"}},
		{Verb: chat.Post, Room: general, Body: text("x")},
		{Verb: chat.Topic, Room: general, Text: "x"},
		{Verb: chat.Direct, People: []chat.UserID{"ana"}, Body: text("x")},
		{Verb: chat.Home, People: []chat.UserID{"ana"}, Body: text("x")},
	} {
		_, err := h.Do(t.Context(), a, false)
		require.Equal(t, chat.Unsure, chat.ClassOf(err), a.Verb)
		require.ErrorContains(t, err, "no space left")
	}
	require.Len(t, h.messages("ben", general), 1, "what was not kept is not seen")
	h.answers(chat.Answer{Message: text("still here")})
	require.Equal(t, "still here", h.say("ana", "general", "/incident").Message.Body.Plain(), "answers need no disk")
	disk.err = nil
	require.Greater(t, h.say("ana", "general", "after").Message.N, m.Message.N)
	require.Len(t, h.messages("ben", general), 2)
}
