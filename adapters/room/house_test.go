package room_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// house is a running room behind a server, with its bot in the hand of the test.
type house struct {
	*room.Room
	t   *testing.T
	url string

	mu     sync.Mutex
	answer chat.Answer
	heard  []chat.Request
	now    time.Time
	stop   func()
}

var begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newHouse(t *testing.T, changes ...func(*room.Config)) *house {
	t.Helper()
	h := &house{t: t, now: begin}
	cfg := room.Config{
		People:   []room.Person{{Handle: "ana", Name: "Ana"}, {Handle: "ben", Name: "Ben"}, {Handle: "zoe.m", Name: "Zoe"}},
		Channels: []string{"general", "ops"}, Open: true, Now: h.clock, PublicURL: "https://sitrep.example.org",
	}
	for _, change := range changes {
		change(&cfg)
	}
	var err error
	h.Room, err = room.New(cfg)
	require.NoError(t, err)
	server := httptest.NewServer(h.Handler())
	h.url = server.URL
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- h.Run(ctx, h, func() { close(ready) }) }()
	<-ready
	h.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(func() {
		h.stop()
		server.Close()
	})
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// Hear implements chat.Hearer.
func (h *house) Hear(_ context.Context, r chat.Request) chat.Answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard = append(h.heard, r)
	return h.answer
}

func (h *house) answers(a chat.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = a
}

func (h *house) requests() []chat.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heard
}

func (h *house) place(name string) chat.RoomID {
	h.t.Helper()
	id, err := h.Place(h.t.Context(), name)
	require.NoError(h.t, err)
	return id
}

func (h *house) do(a chat.Action) chat.Result {
	h.t.Helper()
	r, err := h.Do(h.t.Context(), a, false)
	require.NoError(h.t, err)
	return r
}

func (h *house) send(req *http.Request) (int, []byte, http.Header) {
	h.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	require.NoError(h.t, err)
	defer func() { require.NoError(h.t, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	require.NoError(h.t, err)
	return res.StatusCode, body, res.Header
}

func (h *house) request(method, path string, body []byte) *http.Request {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, bytes.NewReader(body))
	require.NoError(h.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func (h *house) get(path string) (int, []byte) {
	h.t.Helper()
	status, body, _ := h.send(h.request(http.MethodGet, path, nil))
	return status, body
}

// answer is what a page gets for what it does.
type answer struct {
	Error   string            `json:"error"`
	Errors  map[string]string `json:"errors"`
	Message *message          `json:"message"`
	Form    *struct {
		Token string `json:"token"`
	} `json:"form"`
}

type message struct {
	ID      chat.MessageID `json:"id"`
	N       uint64         `json:"n"`
	Text    string         `json:"text"`
	Body    chat.Message   `json:"body"`
	Private bool           `json:"private"`
	Edited  bool           `json:"edited"`
	Reply   string         `json:"reply"`
}

// act does something as somebody and returns what comes back.
func (h *house) act(who, what string, body map[string]any) answer {
	h.t.Helper()
	body["as"] = who
	encoded, err := json.Marshal(body)
	require.NoError(h.t, err)
	_, got, _ := h.send(h.request(http.MethodPost, "/room/api/"+what, encoded))
	var a answer
	require.NoError(h.t, json.Unmarshal(got, &a), "%s", got)
	return a
}

func (h *house) say(who, where, text string) answer {
	h.t.Helper()
	return h.act(who, "say", map[string]any{"room": h.place(where), "text": text})
}

// messages are what somebody sees in a room.
func (h *house) messages(who string, where chat.RoomID) []message {
	h.t.Helper()
	status, body := h.get("/room/api/messages?" + url.Values{"as": {who}, "room": {string(where)}}.Encode())
	require.Equal(h.t, http.StatusOK, status, "%s", body)
	var page struct {
		Messages []message `json:"messages"`
	}
	require.NoError(h.t, json.Unmarshal(body, &page))
	return page.Messages
}

func text(s string) chat.Message {
	return chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: s}}}}}
}
