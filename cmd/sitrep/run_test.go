package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

// workspace is a fake Slack with the channels and people of a small team, and the config for it. mode is the line that
// says how the bot listens.
func workspace(t *testing.T, mode func(*slacktest.Server) string) (server *slacktest.Server, file string) {
	t.Helper()
	server = slacktest.New(t, slacktest.Options{Now: time.Now})
	for _, id := range []string{"U0ANA", "U0BEN"} {
		server.AddUser(slacktest.User{ID: id, Handle: strings.ToLower(id[2:]), Name: id[2:], Zone: "Europe/Paris", Locale: "en-GB"})
	}
	for _, name := range []string{"incidents", "general"} {
		server.AddChannel(name, false, "U0ANA", "U0BEN", server.BotUser)
	}
	file = filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `
http: {listen: "127.0.0.1:0"}
slack:
  bot_token: %s
  %s
  api_url: %s
channels: {announce: incidents}
people:
  ana: {slack: U0ANA}
  ben: {slack: U0BEN}
roles:
  infrastructure-maintainer: {people: [ben]}
`, server.BotToken, mode(server), server.APIURL()), 0o600))
	return server, file
}

// running is a bot that runs in the test's own process.
type running struct {
	lines  chan string // of stdout
	log    *locked
	halted chan error
	halt   func()
}

func runBot(t *testing.T, file string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := &running{lines: make(chan string, 10), log: &locked{}, halted: make(chan error, 1), halt: stop}
	p := &program{out: in, err: r.log, env: environ("")}
	go func() {
		r.halted <- p.serve(ctx, file)
		_ = in.Close()
	}()
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			r.lines <- lines.Text()
		}
		close(r.lines)
	}()
	t.Cleanup(stop)
	return r
}

// ready waits until the bot says so, and returns where it listens.
func (r *running) ready(t *testing.T) string {
	t.Helper()
	line, open := <-r.lines
	if !open {
		require.FailNow(t, "it ended before it was ready", "%v\n%s", <-r.halted, r.log)
	}
	require.Equal(t, "ready", line)
	for entry := range strings.Lines(r.log.String()) {
		var said struct {
			Address string `json:"address"`
		}
		if json.Unmarshal([]byte(entry), &said) == nil && said.Address != "" {
			return said.Address
		}
	}
	require.FailNow(t, "it did not say where it listens", r.log.String())
	return ""
}

func TestRunOnSlackOverSockets(t *testing.T) {
	t.Parallel()
	server, file := workspace(t, func(s *slacktest.Server) string { return "app_token: " + s.AppToken })
	r := runBot(t, file)
	r.ready(t)
	declareCheckout(t, server)
	r.halt()
	require.NoError(t, <-r.halted)
}

func TestRunOnSlackOverHTTP(t *testing.T) {
	t.Parallel()
	server, file := workspace(t, func(s *slacktest.Server) string { return "signing_secret: " + s.SigningSecret })
	r := runBot(t, file)
	server.DeliverTo("http://" + r.ready(t))
	declareCheckout(t, server)
	r.halt()
	require.NoError(t, <-r.halted)
}

// declareCheckout declares an incident and waits until its room has been announced.
func declareCheckout(t *testing.T, server *slacktest.Server) {
	t.Helper()
	reply := server.Type("U0ANA", server.Channel("general").ID, "/incident declare P0 Checkout is down")
	require.Empty(t, reply.Failure)
	server.AwaitCalls("pins.add", 1)
	room := server.Channel("inc-1-checkout-is-down")
	require.NotNil(t, room)
	require.Contains(t, room.Members, "U0BEN", "who holds a role is in the room")
	require.Contains(t, server.Messages(room.ID)[0].Plain(), "Checkout is down")
}

func TestRunTellsWhyAPlatformGaveUp(t *testing.T) {
	t.Parallel()
	server, file := workspace(t, func(s *slacktest.Server) string { return "app_token: " + s.AppToken })
	server.Revoke("token_revoked")
	r := runBot(t, file)
	err := <-r.halted
	require.ErrorContains(t, err, "every chat platform has given up")
	require.ErrorContains(t, err, "token_revoked")
	require.NotContains(t, err.Error()+r.log.String(), server.BotToken)
	_, open := <-r.lines
	require.False(t, open, "it was never ready")
}

func TestDoctorOnSlack(t *testing.T) {
	t.Parallel()
	server, file := workspace(t, func(s *slacktest.Server) string { return "app_token: " + s.AppToken })
	examineIt := func() (int, string) {
		var out bytes.Buffer
		code := run([]string{"doctor", "--config", file}, nil, &out, io.Discard, environ(""))
		return code, out.String()
	}
	code, said := examineIt()
	require.Equal(t, exitFound, code, "most roles are held by nobody")
	for _, line := range []string{
		"ok   slack: bot_token: @sitrep in Ops", "ok   slack: scopes: all are there", "ok   slack: app_token: opens sockets",
		"ok   slack: channel incidents: found", "ok   slack: person ana: ANA",
		"BAD  roles: devops-automator: nobody holds it at the start of an incident",
	} {
		require.Contains(t, said, line+"\n")
	}
	require.NotContains(t, said, "BAD  slack")

	server.Without("pins:write")
	server.ArchiveBy("U0ANA", server.Channel("incidents").ID)
	_, said = examineIt()
	require.Contains(t, said, "BAD  slack: scopes: missing: pins:write\n     add them under OAuth & Permissions")
	require.Contains(t, said, "BAD  slack: channel incidents: ")
}
