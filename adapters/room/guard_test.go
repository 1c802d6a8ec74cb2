package room_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// An open room answers this machine only, and only under a name of this machine: a page elsewhere that has its
// own name lead here gets nothing.
func TestOpenRoomStaysHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		addr, host string
		want       int
	}{
		{"127.0.0.1:5000", "127.0.0.1:8080", 200},
		{"127.0.0.1:5000", "localhost:8080", 200},
		{"[::1]:5000", "[::1]:8080", 200},
		{"127.0.0.1:5000", "localhost", 200},
		{"127.0.0.1:5000", "evil.example:8080", 403},
		{"127.0.0.1:5000", "localhost.evil.example", 403},
		{"127.0.0.1:5000", "", 403},
		{"192.0.2.7:5000", "127.0.0.1:8080", 403},
		{"[2001:db8::1]:5000", "localhost:8080", 403},
		{"", "localhost", 403},
	} {
		for _, path := range []string{"/room/", "/room/api/state", "/room/static/room.js"} {
			req := httptest.NewRequest(http.MethodGet, path, http.NoBody)
			req.RemoteAddr, req.Host = c.addr, c.host
			res := httptest.NewRecorder()
			h.Handler().ServeHTTP(res, req)
			require.Equal(t, c.want, res.Code, "from %q to %q", c.addr, c.host)
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := []byte(`{"as":"ana","room":"` + string(h.place("general")) + `","text":"hello"}`)
	for _, header := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"},
		{"Sec-Fetch-Site": "same-site"},
		{"Origin": "https://evil.example"},
		{"Origin": "null"},
		{"Content-Type": "text/plain"},
		{"Content-Type": "application/x-www-form-urlencoded"},
		{"Content-Type": ""},
	} {
		req := h.request(http.MethodPost, "/room/api/say", body)
		for k, v := range header {
			req.Header.Set(k, v)
		}
		status, _, _ := h.send(req)
		require.GreaterOrEqual(t, status, 400, "%v", header)
	}
	require.Empty(t, h.messages("ana", h.place("general")), "nothing of that was said")
	req := h.request(http.MethodPost, "/room/api/say", body)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	status, _, _ := h.send(req)
	require.Equal(t, http.StatusOK, status)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, body := range []string{"", "{", "[]", `"x"`, `{"n":-1}`, `{"as":"ana","text":"` + strings.Repeat("x", 70_000) + `"}`} {
		status, _, _ := h.send(h.request(http.MethodPost, "/room/api/say", []byte(body)))
		require.Equal(t, http.StatusBadRequest, status, "%.20q", body)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/room/", "/room/static/room.js", "/room/api/state", "/room/enter", "/room/nothing"} {
		_, _, header := h.send(h.request(http.MethodGet, path, nil))
		policy := header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", path)
		require.Contains(t, policy, "frame-ancestors 'none'", path)
		require.NotContains(t, policy, "unsafe", path)
		require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "no-referrer", header.Get("Referrer-Policy"), "a personal link is told to nobody")
		require.NotEmpty(t, header.Get("Cache-Control"), path)
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, kind := range map[string]string{"room.js": "text/javascript", "base.css": "text/css", "icon.svg": "image/svg+xml"} {
		status, body, header := h.send(h.request(http.MethodGet, "/room/static/"+path, nil))
		require.Equal(t, http.StatusOK, status)
		require.NotEmpty(t, body)
		require.Contains(t, header.Get("Content-Type"), kind)
		req := h.request(http.MethodGet, "/room/static/"+path, nil)
		req.Header.Set("If-None-Match", header.Get("ETag"))
		status, _, _ = h.send(req)
		require.Equal(t, http.StatusNotModified, status)
	}
	for _, path := range []string{"", "nothing.js", "..%2fpage.html", "..%2f..%2froom.go", "%2e%2e/page.html"} {
		status, _, _ := h.send(h.request(http.MethodGet, "/room/static/"+path, nil))
		require.NotEqual(t, http.StatusOK, status, path)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	file := chat.File{Name: `"../x".html` + "\r\nX: y", Data: []byte("<script>alert(1)</script>")}
	m := h.do(chat.Action{Verb: chat.Upload, Room: h.place("general"), File: file})
	path := "/room/file/" + string(m.Room) + "/" + string(m.Message)
	for query, how := range map[string]string{"?as=ana": "attachment", "?as=ana&view=1": "inline"} {
		status, body, header := h.send(h.request(http.MethodGet, path+query, nil))
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, file.Data, body)
		require.True(t, strings.HasPrefix(header.Get("Content-Disposition"), how))
		require.Equal(t, "text/plain; charset=utf-8", header.Get("Content-Type"), "a file is text, whatever its name")
		require.Contains(t, header.Get("Content-Security-Policy"), "sandbox")
		require.Empty(t, header.Get("X"))
	}
	status, _ := h.get(path + "?as=zed")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = h.get("/room/file/" + string(m.Room) + "/M999?as=ana")
	require.Equal(t, http.StatusNotFound, status)
	secret := h.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-1", Private: true}}).Room
	m = h.do(chat.Action{Verb: chat.Upload, Room: secret, File: file})
	status, _ = h.get("/room/file/" + string(m.Room) + "/" + string(m.Message) + "?as=ana")
	require.Equal(t, http.StatusNotFound, status, "a file is for those who see its room")
	_, err := h.Do(t.Context(), chat.Action{Verb: chat.Upload, Room: secret, File: chat.File{Name: "big", Data: make([]byte, 1<<20+1)}}, false)
	require.Equal(t, chat.Invalid, chat.ClassOf(err))
}
