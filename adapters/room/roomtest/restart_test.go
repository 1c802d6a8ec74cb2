package roomtest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// house is an address at which one room follows another, as when sitrep is restarted.
type house struct {
	t    *testing.T
	cfg  room.Config
	url  string
	now  atomic.Pointer[room.Room]
	http *httptest.Server
	stop func()
}

func newHouse(t *testing.T, cfg room.Config) *house {
	t.Helper()
	h := &house{t: t, cfg: cfg}
	h.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r := h.now.Load(); r != nil {
			r.Handler().ServeHTTP(w, req)
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	h.url = h.http.URL
	t.Cleanup(func() {
		h.close()
		h.http.CloseClientConnections()
		h.http.Close()
	})
	h.start()
	return h
}

// Hear implements chat.Hearer.
func (h *house) Hear(_ context.Context, r chat.Request) chat.Answer {
	if r.Kind != chat.Shortcut {
		return chat.Answer{}
	}
	form := updateForm()
	return chat.Answer{Form: &form}
}

func (h *house) start() {
	r, err := room.New(h.cfg)
	require.NoError(h.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- r.Run(ctx, h, func() { close(ready) }) }()
	<-ready
	h.stop = func() {
		cancel()
		require.NoError(h.t, <-ended)
	}
	h.now.Store(r)
}

func (h *house) close() {
	if h.now.Swap(nil) != nil {
		h.stop()
	}
}

func (h *house) post(key, text string) {
	r := h.now.Load()
	at, err := r.Place(h.t.Context(), "general")
	require.NoError(h.t, err)
	_, err = r.Do(h.t.Context(), chat.Action{Key: key, Verb: chat.Post, Room: at, Body: plain(text)}, false)
	require.NoError(h.t, err)
}

func config(keep room.Keep) room.Config {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return room.Config{
		People: []room.Person{{Handle: "ana", Name: "Ana"}, {Handle: "ben", Name: "Ben"}}, Channels: []string{"general"},
		Keep: keep, Now: func() time.Time { return now },
	}
}

// A page that stays open over a restart comes back by itself, with what it missed, and nothing twice.
func TestRestartUnderPage(t *testing.T) {
	t.Parallel()
	cfg := config(room.NewMemory())
	cfg.Open = true
	h := newHouse(t, cfg)
	h.post("a", "before the restart")
	p := open(chromium(t), t, h.url+"/room/?as=ana")
	p.expects("Failed to load resource")
	p.clickOn("#rooms a .rooms-name", "general")
	p.sees("#log", "before the restart")
	p.click("#declare")
	p.sees("#form", "What people should know")
	p.click("[name=text]")
	p.keys(kb.End + " So far.")
	h.close()
	p.sees("#connection", "Connection lost")
	h.start()
	h.post("b", "while nobody could see it")
	p.until(`document.querySelector("#connection").hidden`)
	p.clickOn("#form button", "Post update")
	p.sees("#form-problem", "Your words are still here")
	require.Contains(t, p.text(`document.querySelector("[name=text]").value`), "So far.")
	p.keys(kb.Escape)
	p.clickOn("#form button", "Discard it")
	p.sees("#log", "while nobody could see it")
	h.post("c", "after the restart")
	p.sees("#log", "after the restart")
	require.Equal(t, "3", p.text(`document.querySelectorAll("#log article").length`))
}

func TestEnterByLink(t *testing.T) {
	t.Parallel()
	in := chromium(t)
	cfg := config(room.NewMemory())
	cfg.Secret = []byte("a secret of enough length")
	h := newHouse(t, cfg)
	link := func(until time.Duration) string { return room.Link(cfg.Secret, h.url, "ana", cfg.Now().Add(until)) }
	p := open(in, t, "about:blank")
	for _, status := range []string{"401", "403"} {
		p.expects(status)
	}
	p.do(chromedp.Navigate(h.url + "/room/"))
	p.sees("main", "This room is for people with a link")
	p.sees("main", "sitrep room link NAME")
	p.do(chromedp.Navigate(link(-time.Minute)))
	p.sees("main", "This link has expired")
	p.do(chromedp.Navigate(link(time.Hour)))
	p.sees("#me", "Ana")
	p.sees("#rooms", "general")
	p.clickOn("#me-leave button", "Leave")
	p.sees("main", "This room is for people with a link")
}
