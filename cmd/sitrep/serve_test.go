package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

func TestSiteAnswersOnEveryDoor(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "sitrep_doors_total", Help: "Doors."}))
	var trouble error
	handler := doors{
		ready: func(context.Context) error { return trouble }, registry: registry, home: "/room/",
		under: map[string]http.Handler{"/room/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text(w, http.StatusOK, "room "+r.URL.Path)
		})},
	}.handler()
	ask := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}

	require.Equal(t, "ok\n", ask("GET", "/healthz").Body.String())
	require.Equal(t, "ready\n", ask("GET", "/readyz").Body.String())
	require.Contains(t, ask("GET", "/metrics").Body.String(), "sitrep_doors_total 0")
	require.Equal(t, "room /room/x\n", ask("GET", "/room/x").Body.String())
	require.Equal(t, "/room/", ask("GET", "/").Header().Get("Location"))
	require.Equal(t, http.StatusNotFound, ask("GET", "/elsewhere").Code)
	require.Equal(t, http.StatusMethodNotAllowed, ask("POST", "/healthz").Code)

	trouble = errors.New("slack: not connected yet")
	w := ask("GET", "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "slack: not connected yet\n", w.Body.String())
	require.Equal(t, http.StatusOK, ask("GET", "/healthz").Code, "alive is not ready")
}

func TestSiteKeepsBodiesShort(t *testing.T) {
	t.Parallel()
	var got error
	handler := doors{
		ready: func(context.Context) error { return nil }, registry: prometheus.NewRegistry(),
		under: map[string]http.Handler{"/slack/": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, got = io.ReadAll(r.Body)
		})},
	}.handler()
	body := strings.NewReader(strings.Repeat("x", maxBody+1))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "POST", "/slack/event", body))
	var tooLarge *http.MaxBytesError
	require.ErrorAs(t, got, &tooLarge)
}

func TestSiteListensAndLetsGo(t *testing.T) {
	t.Parallel()
	listener, err := listenOn(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	_, err = listenOn(t.Context(), address)
	require.ErrorContains(t, err, "listen on "+address)
	var taken *trouble
	require.ErrorAs(t, err, &taken)
	require.Contains(t, taken.hint, "another program")

	ctx, stop := context.WithCancel(t.Context())
	ended, held := make(chan error, 1), make(chan struct{})
	s := site{listener: listener, handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stop()
		<-held
		text(w, http.StatusOK, "answered")
	})}
	go func() { ended <- s.serve(ctx) }()
	context.AfterFunc(ctx, func() { close(held) })
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err, "a request that has begun is answered, although the end has come")
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "answered\n", string(body))
	require.NoError(t, <-ended)

	listener, err = listenOn(t.Context(), address)
	require.NoError(t, err, "the address is free again")
	require.NoError(t, listener.Close())
}

func TestSiteTellsWhenItHadToStop(t *testing.T) {
	t.Parallel()
	listener, err := listenOn(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorContains(t, site{listener: listener}.serve(t.Context()), "serve on "+listener.Addr().String())
}

func TestLoopbackIsThisMachineOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:0": true, "localhost:8080": true, "[::1]:8080": true,
		"0.0.0.0:8080": false, ":8080": false, "[::]:80": false, "192.168.1.7:80": false, "example.org:80": false,
		"localhost.example.org:80": false, "127.0.0.1": false,
	} {
		require.Equal(t, want, loopback(address), address)
	}
}
