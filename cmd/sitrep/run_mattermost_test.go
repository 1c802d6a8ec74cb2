package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
)

// TestSetUpAndRunOnMattermost does what the manual says, on a real server: setup, once more, paste the block, check,
// doctor, run, and declare.
func TestSetUpAndRunOnMattermost(t *testing.T) {
	t.Parallel()
	server := mattermosttest.Start(t)
	team := server.Team(t, "ana", "ben")
	incidents := team.Channel("incidents", team.Person("ana"))
	front, leadTo := publicAddress(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "admin"), []byte(server.Admin.AuthToken), 0o600))
	setup := []string{
		"setup", "mattermost", "--url", server.URL, "--team", team.Name, "--public-url", front, "--bot", "bot-" + team.Name,
		"--admin-token", "file:" + filepath.Join(dir, "admin"),
	}

	block, said := mustRun(t, setup)
	require.Contains(t, said, "note: Made the bot @bot-"+team.Name+".\n")
	again, said := mustRun(t, setup)
	require.Contains(t, said, "note: everything was there already; nothing was changed\n")
	require.Contains(t, again, "token: ${MATTERMOST_TOKEN} #", "a token can be shown once")
	require.NotContains(t, said+again, server.Admin.AuthToken)

	file := filepath.Join(dir, "config.yaml")
	require.NoError(t, os.WriteFile(file, []byte(block+`
http: {listen: "127.0.0.1:0", public_url: `+front+`}
channels: {announce: incidents}
people:
  ana: {mattermost: `+team.Person("ana").Username+`}
  ben: {mattermost: `+team.Person("ben").Username+`}
roles:
  infrastructure-maintainer: {people: [ben]}
`), 0o600))
	found, _ := mustRun(t, []string{"check", "--config", file})
	require.Contains(t, found, "mattermost, team "+team.Name+" on "+server.URL)

	var report bytes.Buffer
	require.Equal(t, exitFound, run([]string{"doctor", "--config", file}, nil, &report, &report, environ("")), "most roles are held by nobody")
	require.NotContains(t, report.String(), "BAD  mattermost")
	require.Contains(t, report.String(), "ok   mattermost: channel incidents: found\n")

	r := runBot(t, file)
	leadTo("http://" + r.ready(t))
	team.Person("ana").Type(team.Square, "/incident declare P0 Checkout is down")
	team.Person("ana").Whisper("INC-1")
	team.Person("ana").Read(incidents, "Checkout is down")
	r.halt()
	require.NoError(t, <-r.halted)
	listed, _ := mustRun(t, []string{"log", "list", "--config", file})
	require.Contains(t, listed, "Checkout is down")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// mustRun runs a command that has to work.
func mustRun(t *testing.T, args []string) (stdout, stderr string) {
	t.Helper()
	var out, told bytes.Buffer
	require.Equal(t, exitFine, run(args, nil, &out, &told, environ("")), "%s", &told)
	return out.String(), told.String()
}

// publicAddress is an address that is known before the bot listens, as a proxy's is.
func publicAddress(t *testing.T) (front string, leadTo func(string)) {
	t.Helper()
	var target atomic.Pointer[url.URL]
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := target.Load()
		if to == nil {
			http.Error(w, "nobody is there yet", http.StatusBadGateway)
			return
		}
		(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) }}).ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL, func(address string) { target.Store(must(url.Parse(address))) }
}
