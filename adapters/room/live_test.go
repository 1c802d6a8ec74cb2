package room_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// stream is a page's live connection.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	close func()
}

type event struct{ kind, id, data string }

func (h *house) live(who, since, last string) *stream {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	h.t.Cleanup(cancel)
	req := h.request(http.MethodGet, "/room/api/live?"+url.Values{"as": {who}, "since": {since}}.Encode(), nil).WithContext(ctx)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = res.Body.Close() }) // the server may have ended it
	require.Equal(h.t, http.StatusOK, res.StatusCode)
	require.Equal(h.t, "text/event-stream", res.Header.Get("Content-Type"))
	return &stream{t: h.t, lines: bufio.NewScanner(res.Body), close: cancel}
}

// next is the next event; signs of life are passed over. False: the stream has ended.
func (s *stream) next() (event, bool) {
	s.t.Helper()
	var e event
	for s.lines.Scan() {
		key, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch key {
		case "event":
			e.kind = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.kind != "alive" {
				return e, true
			}
		}
	}
	return e, false
}

// until passes over events up to one of this kind.
func (s *stream) until(kind string) event {
	s.t.Helper()
	for {
		e, ok := s.next()
		require.True(s.t, ok, "the stream ended before %q", kind)
		if e.kind == kind {
			return e
		}
	}
}

// since is where a page that begins now goes on.
func (h *house) since(who string) string {
	h.t.Helper()
	_, body := h.get("/room/api/state?as=" + who)
	var state struct {
		Since string `json:"since"`
	}
	require.NoError(h.t, json.Unmarshal(body, &state))
	return state.Since
}

func TestLive(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.live("ana", h.since("ana"), "")
	h.say("ben", "general", "hello")
	e := s.until("message")
	require.Contains(t, e.data, `"text":"hello"`)
	require.Contains(t, e.data, `"unread":1`)
	s.close()
	h.say("ben", "general", "missed one")
	h.say("ben", "general", "missed two")
	for _, again := range []*stream{h.live("ana", e.id, ""), h.live("ana", "", e.id), h.live("ana", "nonsense", e.id)} {
		require.Contains(t, again.until("message").data, "missed one")
		require.Contains(t, again.until("message").data, "missed two")
	}
}

func TestLiveOnlyNewest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	since := h.since("ana")
	m := h.do(chat.Action{Verb: chat.Post, Room: h.place("general"), Body: text("v0")}).Message
	for i := range 5 {
		h.do(chat.Action{Verb: chat.Edit, Room: h.place("general"), Message: m, Body: text(fmt.Sprintf("v%d", i+1))})
	}
	h.say("ben", "general", "the end")
	s := h.live("ana", since, "")
	require.Contains(t, s.until("message").data, "v5", "what was changed often is told once")
	require.Contains(t, s.until("message").data, "the end")
}

func TestLiveReset(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, since := range []string{"", "x", "another-5", h.since("ana") + "999", "-1"} {
		e, ok := h.live("ana", since, "").next()
		require.True(t, ok)
		require.Equal(t, "reset", e.kind, "since %q", since)
		require.Equal(t, h.since("ana"), e.id)
	}
	old := h.since("ana")
	for i := range 9000 {
		h.do(chat.Action{Verb: chat.Home, People: []chat.UserID{"ben"}, Body: text(fmt.Sprint(i))})
	}
	e, _ := h.live("ana", old, "").next()
	require.Equal(t, "reset", e.kind, "a page that was away for too long begins anew")
}

func TestLivePrivacy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	since := h.since("ben")
	secret := h.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-1", Title: "hush", Private: true}}).Room
	h.do(chat.Action{Verb: chat.Post, Room: secret, Body: text("hush")})
	h.do(chat.Action{Verb: chat.Direct, People: []chat.UserID{"ana"}, Body: text("hush")})
	h.do(chat.Action{Verb: chat.Home, People: []chat.UserID{"ana"}, Body: text("hush")})
	h.answers(chat.Answer{Message: text("hush")})
	h.say("ana", "general", "/incident")
	h.say("ana", "general", "for everybody")
	s := h.live("ben", since, "")
	for {
		e, ok := s.next()
		require.True(t, ok)
		require.NotContains(t, e.data, "hush")
		require.NotContains(t, e.data, "inc-1")
		if strings.Contains(e.data, "for everybody") {
			break
		}
	}
	h.do(chat.Action{Verb: chat.Invite, Room: secret, People: []chat.UserID{"ben"}})
	require.Contains(t, s.until("room").data, "hush", "who is invited sees the room at once")
	h.do(chat.Action{Verb: chat.Remove, Room: secret, People: []chat.UserID{"ben"}})
	require.Equal(t, `"`+string(secret)+`"`, s.until("gone").data)
}

func TestLiveEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.live("ana", h.since("ana"), "")
	h.stop()
	_, ok := s.next()
	require.False(t, ok, "when the bot stops it lets its pages go")
	status, _ := h.get("/room/api/live?as=zed")
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestReadOnAllPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.say("ben", "general", "hello").Message
	s := h.live("ana", h.since("ana"), "")
	h.act("ana", "read", map[string]any{"room": h.place("general"), "n": m.N})
	require.Contains(t, s.until("room").data, `"unread":0`)
	h.act("ana", "read", map[string]any{"room": h.place("general"), "n": uint64(1) << 60})
	h.say("ben", "general", "later")
	require.Contains(t, s.until("message").data, `"unread":1`, "nobody has read what is not written yet")
}
