package slack_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestProblemsOfAConfig(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]slack.Config{
		"bot_token: is missing":          {AppToken: "xapp-1"},
		"bot_token: is not a bot token":  {BotToken: "xoxp-1", AppToken: "xapp-1"},
		"app_token: is not an app-level": {BotToken: "xoxb-1", AppToken: "xoxb-2"},
		"app_token: is missing":          {BotToken: "xoxb-1"},
		`api_url: "slack" is not`:        {BotToken: "xoxb-1", AppToken: "xapp-1", APIURL: "slack"},
	} {
		problems := c.Problems()
		require.Len(t, problems, 1, want)
		require.Contains(t, problems[0], want)
		require.NotContains(t, problems[0], "xoxp-1", "no secret in a problem")
		c.Now = func() time.Time { return at }
		_, err := slack.New(c)
		require.ErrorContains(t, err, want)
	}
	_, err := slack.New(slack.Config{BotToken: "xoxb-1", AppToken: "xapp-1"})
	require.ErrorContains(t, err, "no clock")
}

// manifest is the parts of an app manifest that the adapter depends on.
type manifest struct {
	Features struct {
		SlashCommands []struct {
			Command      string `yaml:"command"`
			URL          string `yaml:"url"`
			Description  string `yaml:"description"`
			UsageHint    string `yaml:"usage_hint"`
			ShouldEscape bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			Name        string `yaml:"name"`
			CallbackID  string `yaml:"callback_id"`
			Description string `yaml:"description"`
		} `yaml:"shortcuts"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
		} `yaml:"interactivity"`
		Socket bool `yaml:"socket_mode_enabled"`
	} `yaml:"settings"`
}

func TestTheManifestInBothModes(t *testing.T) {
	t.Parallel()
	for _, socket := range []bool{true, false} {
		var m manifest
		require.NoError(t, yaml.Unmarshal([]byte(slack.Manifest(socket, "https://sitrep.example.org/", "/sos")), &m))
		require.Equal(t, slack.Scopes(), m.OAuth.Scopes.Bot)
		require.Equal(t, slack.Events(), m.Settings.Events.Bot)
		require.Equal(t, socket, m.Settings.Socket)
		require.True(t, m.Settings.Interactivity.Enabled)
		command := m.Features.SlashCommands[0]
		require.Equal(t, "/sos", command.Command)
		require.True(t, command.ShouldEscape, "mentions arrive as ids only then")
		for _, shortcut := range m.Features.Shortcuts {
			require.LessOrEqual(t, len(shortcut.Name), 24)
			require.LessOrEqual(t, len(shortcut.Description), 150)
		}
		if socket {
			require.Empty(t, command.URL+m.Settings.Events.URL+m.Settings.Interactivity.URL)
			continue
		}
		require.Equal(t, "https://sitrep.example.org/slack/command", command.URL)
		require.Equal(t, "https://sitrep.example.org/slack/event", m.Settings.Events.URL)
		require.Equal(t, "https://sitrep.example.org/slack/action", m.Settings.Interactivity.URL)
	}
	require.Contains(t, slack.Manifest(true, "", ""), "/incident")
}

// The worlds of the conformance suite grant exactly these scopes, so what is missing breaks it. Here is the
// other half: nothing is asked for that no call and no event needs.
func TestEveryScopeIsUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{"commands": true}
	for _, name := range slack.Events() {
		for _, scope := range slacktest.ScopesOfEvent(name) {
			used[scope] = true
		}
	}
	w := slacktest.NewSocketWorld(t, slacktest.Setup{})
	everything(t, w)
	for _, c := range w.Calls() {
		require.NotEqual(t, "missing_scope", c.Outcome, c.Method)
		public, private := slacktest.ScopesOf(c.Method)
		if c.Token == "bot" {
			for _, scope := range append(public, private...) {
				used[scope] = true
			}
		}
		for arg, scopes := range map[string][]string{"conversations.create": {"channels:manage", "groups:write"}, "users.conversations": {"channels:read", "groups:read"}} {
			if c.Method == arg {
				used[scopes[0]], used[scopes[1]] = true, true
			}
		}
	}
	for _, scope := range slack.Scopes() {
		require.True(t, used[scope], "nothing uses the scope %s", scope)
	}
}

// everything has the adapter do all it can.
func everything(t *testing.T, w *slacktest.SocketWorld) {
	t.Helper()
	h := newHearer()
	s := &stage{t: t, Server: w.Server, hearer: h, p: w.Platform().(*slack.Platform), ready: make(chan struct{})}
	s.run()
	<-s.ready
	room := w.Room(t, "general")
	gone := w.AddChannel("announce", false, string(w.User(t, "ana")))
	for _, again := range []bool{false, true} {
		for i, a := range []chat.Action{
			{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7", Title: "X", Topic: "T"}},
			{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-8", Title: "X", Private: true}},
			{Verb: chat.Invite, Room: room, People: []chat.UserID{w.User(t, "robot")}},
			{Verb: chat.Remove, Room: room, People: []chat.UserID{w.User(t, "gus")}},
			{Verb: chat.Topic, Room: room, Text: "T"},
			{Verb: chat.Post, Room: room, Body: text("x")},
			{Verb: chat.Post, Room: chat.RoomID(gone), Body: text("x")},
			{Verb: chat.Bookmark, Room: room, Text: "B", URL: "https://example.org"},
			{Verb: chat.Direct, People: []chat.UserID{w.User(t, "ana")}, Body: text("x")},
			{Verb: chat.Upload, Room: room, Body: text("x"), File: chat.File{Name: "a.md", Data: []byte("x")}},
			{Verb: chat.Home, People: []chat.UserID{w.User(t, "ana")}, Body: text("x")},
		} {
			a.Key = string(rune('a' + i))
			r, err := s.p.Do(t.Context(), a, again)
			require.NoError(t, err)
			if a.Verb == chat.Post {
				s.must(chat.Action{Verb: chat.Pin, Room: a.Room, Message: r.Message})
			}
		}
	}
	w.Say(t, "ana", "general", "look")
	w.React(t, "ben", "general", "look", "pushpin")
	s.p.Forget()
	w.React(t, "chloe", "general", "look", "pushpin")
	_, err := s.p.Person(t.Context(), "ben@example.org")
	require.NoError(t, err)
	_, err = s.p.Place(t.Context(), "leadership")
	require.NoError(t, err)
	s.must(chat.Action{Verb: chat.Archive, Room: room})
}

func TestCheckTriesEverything(t *testing.T) {
	t.Parallel()
	s := prepare(t, slacktest.Options{}, nil)
	problems := func() map[string]string {
		found := map[string]string{}
		for _, f := range s.p.Check(t.Context()) {
			if f.Problem == "" {
				require.NotEmpty(t, f.Detail, f.What)
				continue
			}
			require.NotEmpty(t, f.Hint, f.What)
			found[f.What] = f.Problem
		}
		return found
	}
	require.Empty(t, problems())
	s.Without("pins:write", "files:write")
	require.Equal(t, map[string]string{"scopes": "missing: pins:write, files:write"}, problems())
	s.Grant(slack.Scopes()...)
	s.RevokeApp("invalid_auth")
	require.Contains(t, problems(), "app_token")
	s.Revoke("token_revoked")
	require.Contains(t, problems()["bot_token"], "token_revoked")
	s.Revoke("")
	s.RevokeApp("")
	late, err := slack.New(slack.Config{
		BotToken: s.BotToken, SigningSecret: "x", APIURL: s.APIURL(), Now: func() time.Time { return s.now.now().Add(-3 * time.Minute) },
	})
	require.NoError(t, err)
	found := late.Check(t.Context())
	require.Contains(t, found[2].Problem, "3m0s away from Slack")
	require.Equal(t, "mode", found[3].What)
}

var _ chattest.Homed = (*slacktest.World)(nil)
