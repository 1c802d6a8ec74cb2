package room_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
)

var secret = []byte("sixteen bytes or more")

func closed(c *room.Config) { c.Open, c.Secret = false, secret }

// enter follows a link and returns the session it gives.
func (h *house) enter(link string) (int, string, *http.Cookie) {
	h.t.Helper()
	u, err := url.Parse(link)
	require.NoError(h.t, err)
	status, body, header := h.send(h.request(http.MethodGet, u.RequestURI(), nil))
	for _, c := range (&http.Response{Header: header}).Cookies() {
		return status, string(body), c
	}
	return status, string(body), nil
}

func (h *house) state(c *http.Cookie, query string) (int, string) {
	h.t.Helper()
	req := h.request(http.MethodGet, "/room/api/state"+query, nil)
	if c != nil {
		req.AddCookie(c)
	}
	status, body, _ := h.send(req)
	return status, string(body)
}

func TestLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t, closed)
	link := h.Link("ana", begin.Add(room.LinkLife))
	require.Equal(t, link, room.Link(secret, "https://sitrep.example.org/", "ana", begin.Add(room.LinkLife)), "whoever has the secret makes the same link")
	require.True(t, strings.HasPrefix(link, "https://sitrep.example.org/room/enter?"))
	status, _, session := h.enter(link)
	require.Equal(t, http.StatusSeeOther, status)
	require.True(t, session.HttpOnly && session.Secure && session.SameSite == http.SameSiteLaxMode && session.Path == "/room/")
	status, body := h.state(session, "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `"me":"ana"`)
	status, _ = h.state(session, "?as=ben")
	require.Equal(t, http.StatusUnauthorized, status, "a session is one person's")
	status, body = h.state(nil, "")
	require.Equal(t, http.StatusUnauthorized, status)
	require.NotContains(t, body, "ana", "a stranger learns no names")
	status, _ = h.state(nil, "?as=ana")
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestLinkExpires(t *testing.T) {
	t.Parallel()
	h := newHouse(t, closed)
	link := h.Link("ana", begin.Add(room.LinkLife))
	_, _, session := h.enter(link)
	h.advance(room.LinkLife)
	status, body, none := h.enter(link)
	require.Equal(t, http.StatusForbidden, status)
	require.Contains(t, body, "expired")
	require.Contains(t, body, "sitrep room link NAME", "it says how to get another")
	require.Nil(t, none)
	status, _ = h.state(session, "")
	require.Equal(t, http.StatusOK, status, "who is in stays in for a while")
	h.advance(7 * 24 * time.Hour)
	status, _ = h.state(session, "")
	require.Equal(t, http.StatusUnauthorized, status)
}

func TestLinkForged(t *testing.T) {
	t.Parallel()
	h := newHouse(t, closed)
	good := h.Link("ana", begin.Add(time.Hour))
	_, _, session := h.enter(good)
	sign := strings.Split(session.Value, "|")
	for name, link := range map[string]string{
		"another person":   strings.Replace(good, "person=ana", "person=ben", 1),
		"a later end":      strings.Replace(good, "until=", "until=9", 1),
		"no end":           strings.Replace(good, "until=", "x=", 1),
		"another secret":   room.Link([]byte("another secret of length"), "", "ana", begin.Add(time.Hour)),
		"nobody":           h.Link("zed", begin.Add(time.Hour)),
		"the bot":          h.Link("sitrep", begin.Add(time.Hour)),
		"a session's seal": "/room/enter?person=ana&until=" + sign[1] + "&sign=" + sign[2],
	} {
		status, body, none := h.enter(link)
		require.Equal(t, http.StatusForbidden, status, name)
		require.Contains(t, body, "not right", name)
		require.Nil(t, none, name)
	}
	for _, value := range []string{"", "ana", "ana||", strings.Replace(session.Value, "ana", "ben", 1), session.Value + "0", "a|b|c|d"} {
		status, _ := h.state(&http.Cookie{Name: session.Name, Value: value}, "")
		require.Equal(t, http.StatusUnauthorized, status, "session %q", value)
	}
}

func TestLinkInOpenRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	status, _, session := h.enter(h.Link("ana", begin.Add(time.Hour)))
	require.Equal(t, http.StatusSeeOther, status)
	require.Nil(t, session, "an open room needs no session")
}

func TestLeave(t *testing.T) {
	t.Parallel()
	h := newHouse(t, closed)
	_, _, session := h.enter(h.Link("ana", begin.Add(time.Hour)))
	req := h.request(http.MethodPost, "/room/leave", nil)
	req.AddCookie(session)
	status, _, header := h.send(req)
	require.Equal(t, http.StatusSeeOther, status)
	require.Contains(t, header.Get("Set-Cookie"), "Max-Age=0")
}
