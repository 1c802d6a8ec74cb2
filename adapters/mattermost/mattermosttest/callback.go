package mattermosttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Callback is a request that the server sent to the bot, as it was on the wire. A forger who knows one can
// send what he likes with [World.Deliver].
type Callback struct {
	Path string
	Type string
	Body string
}

// callback keeps a callback and passes it on to the platform.
func (w *World) callback(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what was read is passed on
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	w.calls = append(w.calls, Callback{Path: r.URL.Path, Type: r.Header.Get("Content-Type"), Body: string(body)})
	handler := w.handler
	w.mu.Unlock()
	handler.ServeHTTP(rw, r)
}

// Callback is the newest one to a path.
func (w *World) Callback(t testing.TB, path string) Callback {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range slices.Backward(w.calls) {
		if c.Path == path {
			return c
		}
	}
	t.Fatalf("the server never called %s", path)
	return Callback{}
}

// Deliver sends a callback straight to the bot, past Mattermost, and returns what is answered.
func (w *World) Deliver(t testing.TB, c Callback) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Config.PublicURL+c.Path, strings.NewReader(c.Body))
	must(t, "forge a callback", err)
	req.Header.Set("Content-Type", c.Type)
	resp, err := http.DefaultClient.Do(req)
	must(t, "send a callback", err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, "read the answer", err)
	return string(body)
}

// With is the callback with a field of its body, JSON or form, replaced.
func (c Callback) With(t testing.TB, field string, value any) Callback {
	t.Helper()
	if strings.HasPrefix(c.Type, "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(c.Body)
		must(t, "read a form", err)
		form.Set(field, value.(string))
		c.Body = form.Encode()
		return c
	}
	var all map[string]any
	must(t, "read a body", json.Unmarshal([]byte(c.Body), &all))
	all[field] = value
	body, err := json.Marshal(all)
	must(t, "write a body", err)
	c.Body = string(body)
	return c
}

// Field is a field of the body.
func (c Callback) Field(t testing.TB, field string) any {
	t.Helper()
	if strings.HasPrefix(c.Type, "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(c.Body)
		must(t, "read a form", err)
		return form.Get(field)
	}
	var all map[string]any
	must(t, "read a body", json.Unmarshal([]byte(c.Body), &all))
	return all[field]
}
