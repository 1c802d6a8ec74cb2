package roomtest

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// stateView is what a page learns when it begins, as far as a world looks at it.
type stateView struct {
	Rooms []roomView   `json:"rooms"`
	Home  chat.Message `json:"home"`
}

type roomView struct {
	ID       chat.RoomID   `json:"id"`
	Name     string        `json:"name"`
	Topic    string        `json:"topic"`
	Direct   bool          `json:"direct"`
	Archived bool          `json:"archived"`
	Members  []chat.UserID `json:"members"`

	seer string // somebody who sees the room
}

type messageView struct {
	ID      chat.MessageID `json:"id"`
	N       uint64         `json:"n"`
	By      string         `json:"by"`
	Text    string         `json:"text"`
	Body    chat.Message   `json:"body"`
	Thread  chat.MessageID `json:"thread"`
	Room    chat.RoomID    `json:"room"`
	Pinned  bool           `json:"pinned"`
	Private bool           `json:"private"`
	Wakes   []chat.UserID  `json:"wakes"`
	File    *struct {
		Name string `json:"name"`
	} `json:"file"`
}

type answerView struct {
	Message *messageView `json:"message"`
	Form    *struct {
		Token string `json:"token"`
		chat.Form
	} `json:"form"`
	Errors map[string]string `json:"errors"`
}

func (w *World) state(t testing.TB, person string) stateView {
	t.Helper()
	var s stateView
	decode(t, w.get(t, "/room/api/state", url.Values{"as": {person}}), &s)
	return s
}

// view is a room by its name, one that is not archived before one that is.
func (w *World) view(t testing.TB, name string) roomView {
	t.Helper()
	var archived roomView
	for _, person := range Names {
		for _, r := range w.state(t, person).Rooms {
			r.seer = person
			switch {
			case r.Name != name || r.Direct:
			case r.Archived:
				archived = r
			default:
				return r
			}
		}
	}
	require.NotEmpty(t, archived.ID, "nobody sees a room called %q", name)
	return archived
}

// at is a channel as person means it.
func (w *World) at(t testing.TB, person, channel string) chat.RoomID {
	t.Helper()
	for _, r := range w.state(t, person).Rooms {
		if (channel == chattest.Bot && r.Direct) || (r.Name == channel && !r.Direct && !r.Archived) {
			return r.ID
		}
	}
	require.FailNow(t, "no such room", "%s sees no room %q", person, channel)
	return ""
}

// messages are all messages of a room that person sees, oldest first.
func (w *World) messages(t testing.TB, person string, at chat.RoomID) []messageView {
	t.Helper()
	var all []messageView
	before := ""
	for {
		var page struct {
			Messages []messageView `json:"messages"`
			More     bool          `json:"more"`
		}
		decode(t, w.get(t, "/room/api/messages", url.Values{"as": {person}, "room": {string(at)}, "before": {before}}), &page)
		all = slices.Concat(page.Messages, all)
		if !page.More {
			return all
		}
		before = strconv.FormatUint(page.Messages[0].N, 10)
	}
}

func (w *World) seen(t testing.TB, person string, m messageView) chattest.Seen {
	t.Helper()
	s := chattest.Seen{ID: m.ID, By: m.By, Text: m.Text, Links: links(m.Body), Buttons: labels(m.Body), Pinned: m.Pinned, Thread: m.Thread}
	if s.Text == "" {
		s.Text = m.Body.Plain()
	}
	if m.File != nil {
		s.File = m.File.Name
		s.FileText = string(w.get(t, "/room/file/"+string(m.Room)+"/"+string(m.ID), url.Values{"as": {person}}))
	}
	return s
}

func labels(m chat.Message) []string {
	var list []string
	for _, b := range m.Blocks {
		for _, button := range b.Buttons {
			list = append(list, button.Label)
		}
	}
	return list
}

// links are the addresses in a message.
func links(m chat.Message) []string {
	var list []string
	for _, b := range m.Blocks {
		spans := slices.Concat(b.Spans, slices.Concat(b.Items...))
		for _, f := range b.Fields {
			spans = append(spans, f.Value...)
		}
		for _, s := range spans {
			if s.Kind == chat.Link {
				list = append(list, s.URL)
			}
		}
	}
	return list
}

func (w *World) get(t testing.TB, path string, query url.Values) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+path+"?"+query.Encode(), http.NoBody)
	require.NoError(t, err)
	return w.send(t, req)
}

func (w *World) send(t testing.TB, req *http.Request) []byte {
	t.Helper()
	res, err := w.client.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s %s: %s", req.Method, req.URL.Path, body)
	return body
}

func delivery() string { return rand.Text() }
