package mattermost_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// site is a fresh server with a team, and what an admin would type.
type site struct {
	server  *mattermosttest.Server
	team    *model.Team
	options mattermost.SetupOptions
}

func newSite(t *testing.T, env map[string]string) *site {
	t.Helper()
	server := mattermosttest.StartOwn(t, env)
	team, _, err := server.Admin.CreateTeam(t.Context(), &model.Team{Name: "ops", DisplayName: "Ops", Type: model.TeamOpen})
	require.NoError(t, err)
	return &site{server: server, team: team, options: mattermost.SetupOptions{
		URL: server.URL, Team: "ops", AdminToken: server.Admin.AuthToken, PublicURL: "http://127.0.0.1:9",
	}}
}

func (s *site) setup(t *testing.T) mattermost.SetupResult {
	t.Helper()
	result, err := mattermost.Setup(t.Context(), s.options)
	require.NoError(t, err)
	return result
}

func (s *site) refused(t *testing.T, change func(*mattermost.SetupOptions)) *chat.Error {
	t.Helper()
	o := s.options
	change(&o)
	_, err := mattermost.Setup(t.Context(), o)
	var failed *chat.Error
	require.ErrorAs(t, err, &failed)
	require.NotEmpty(t, failed.Hint)
	return failed
}

func TestSetup(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	first := s.setup(t)
	require.Equal(t, "sitrep", first.Bot)
	require.NotEmpty(t, first.Token)
	require.Len(t, first.Changed, 4, "account, membership, token, command")
	require.Empty(t, first.Notes, "loopback is allowed on this server")
	require.Contains(t, first.Config, "token: "+first.Token)
	require.Contains(t, first.Config, "command_token: "+first.CommandToken)

	second := s.setup(t)
	require.Empty(t, second.Changed, "twice changes nothing")
	require.Empty(t, second.Token, "a token is shown once")
	require.Contains(t, second.Config, "${MATTERMOST_TOKEN}")
	require.Equal(t, first.CommandToken, second.CommandToken)

	p, err := mattermost.New(mattermost.Config{
		URL: s.server.URL, Token: first.Token, Team: "ops", CommandToken: first.CommandToken, PublicURL: "http://127.0.0.1:9", Now: time.Now,
	})
	require.NoError(t, err)
	r, err := p.Do(t.Context(), chat.Action{Key: "1", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-1", Title: "It works"}}, false)
	require.NoError(t, err)
	require.Equal(t, "inc-1", r.RoomName)

	s.options.NewToken = true
	third := s.setup(t)
	require.NotEmpty(t, third.Token)
	require.NotEqual(t, first.Token, third.Token)
}

func TestSetupRepairs(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	first := s.setup(t)
	admin := s.server.Admin
	bot, _, err := admin.GetUserByUsername(t.Context(), "sitrep", "")
	require.NoError(t, err)

	_, err = admin.RemoveTeamMember(t.Context(), s.team.Id, bot.Id)
	require.NoError(t, err)
	require.Len(t, s.setup(t).Changed, 1, "added to the team again")

	_, _, err = admin.DisableBot(t.Context(), bot.Id)
	require.NoError(t, err)
	require.Contains(t, strings.Join(s.setup(t).Changed, " "), "Enabled")

	s.options.PublicURL = "http://127.0.0.1:10"
	moved := s.setup(t)
	require.Len(t, moved.Changed, 1, "the command calls the new address")
	require.Equal(t, first.CommandToken, moved.CommandToken)
	commands, _, err := admin.ListCommands(t.Context(), s.team.Id, true)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:10/mattermost/command", commands[0].URL)

	_, err = admin.DeleteCommand(t.Context(), commands[0].Id)
	require.NoError(t, err)
	again := s.setup(t)
	require.Len(t, again.Changed, 1)
	require.NotEqual(t, first.CommandToken, again.CommandToken)

	tokens, _, err := admin.GetUserAccessTokensForUser(t.Context(), bot.Id, 0, 10)
	require.NoError(t, err)
	_, err = admin.RevokeUserAccessToken(t.Context(), tokens[0].Id)
	require.NoError(t, err)
	require.NotEmpty(t, s.setup(t).Token)
	require.Empty(t, s.setup(t).Changed)
}

func TestSetupRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	ctx, admin := t.Context(), s.server.Admin
	person, _, err := admin.CreateUser(ctx, &model.User{Username: "ana", Email: "ana@example.org", Password: "Correct-Horse-7-Battery"})
	require.NoError(t, err)
	token, _, err := admin.CreateUserAccessToken(ctx, person.Id, "x", 0)
	require.NoError(t, err)
	_, _, err = admin.CreateCommand(ctx, &model.Command{TeamId: s.team.Id, Trigger: "deploy", Method: "P", URL: "http://127.0.0.1:9/deploy"})
	require.NoError(t, err)

	require.Equal(t, chat.Revoked, s.refused(t, func(o *mattermost.SetupOptions) { o.AdminToken = model.NewId() }).Class)
	require.Equal(t, chat.Forbidden, s.refused(t, func(o *mattermost.SetupOptions) { o.AdminToken = token.Token }).Class)
	require.Equal(t, chat.Missing, s.refused(t, func(o *mattermost.SetupOptions) { o.Team = "devs" }).Class)
	require.Contains(t, s.refused(t, func(o *mattermost.SetupOptions) { o.Bot = "ana" }).Error(), "person")
	require.Contains(t, s.refused(t, func(o *mattermost.SetupOptions) { o.Command = "/deploy" }).Hint, "http://127.0.0.1:9/deploy")
	require.Contains(t, s.refused(t, func(o *mattermost.SetupOptions) { o.Command = "/join" }).Hint, "another")
	for _, spoil := range []func(*mattermost.SetupOptions){
		func(o *mattermost.SetupOptions) { o.URL = "chat" }, func(o *mattermost.SetupOptions) { o.PublicURL = "" }, func(o *mattermost.SetupOptions) { o.Team = "" },
	} {
		o := s.options
		spoil(&o)
		_, err := mattermost.Setup(ctx, o)
		require.Error(t, err)
	}
}

// A server whose settings are in the way is told about by name of the setting.
func TestSetupOnAStrictServer(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{
		"MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION":            "false",
		"MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS": "10.0.0.0/8",
	})
	require.Contains(t, s.refused(t, func(*mattermost.SetupOptions) {}).Hint, "Enable Bot Account Creation")
	off := map[string]string{"MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS": ""}
	other := newSite(t, off)
	notes := other.setup(t).Notes
	require.Len(t, notes, 1)
	require.Contains(t, notes[0], "Allow untrusted internal connections")
}

func findings(found []mattermost.Finding) map[string]mattermost.Finding {
	all := map[string]mattermost.Finding{}
	for _, f := range found {
		all[f.What] = f
	}
	return all
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s := prepare(t, nil)
	p, err := mattermost.New(s.Config)
	require.NoError(t, err)
	found := p.Check(t.Context())
	require.Len(t, found, 7)
	for _, f := range found {
		require.Empty(t, f.Problem, f.What)
		require.NotEmpty(t, f.Detail, f.What)
	}

	for what, spoil := range map[string]func(*mattermost.Config){
		"server":        func(cfg *mattermost.Config) { cfg.URL = "http://127.0.0.1:1" },
		"account":       func(cfg *mattermost.Config) { cfg.Token = model.NewId() },
		"token":         func(cfg *mattermost.Config) { cfg.Token = s.Team.Person("ana").Token },
		"clock":         func(cfg *mattermost.Config) { cfg.Now = func() time.Time { return time.Now().Add(time.Minute) } },
		"command token": func(cfg *mattermost.Config) { cfg.CommandToken = "no" },
	} {
		cfg := s.Config
		spoil(&cfg)
		p, err := mattermost.New(cfg)
		require.NoError(t, err)
		f := findings(p.Check(t.Context()))[what]
		require.NotEmpty(t, f.Problem, what)
		require.NotEmpty(t, f.Hint, what)
		require.NotContains(t, f.Problem, cfg.Token)
	}
}

// When members of the team may not make channels, that is found before the first incident.
func TestCheckRights(t *testing.T) {
	t.Parallel()
	s := prepare(t, nil)
	role, _, err := s.Server.Admin.GetRoleByName(t.Context(), model.TeamUserRoleId)
	require.NoError(t, err)
	var left []string
	for _, permission := range role.Permissions {
		if permission != model.PermissionCreatePublicChannel.Id {
			left = append(left, permission)
		}
	}
	_, _, err = s.Server.Admin.PatchRole(t.Context(), role.Id, &model.RolePatch{Permissions: &left})
	require.NoError(t, err)
	p, err := mattermost.New(s.Config)
	require.NoError(t, err)
	require.Contains(t, findings(p.Check(t.Context()))["rights"].Problem, "create_public_channel")
	_, err = p.Do(t.Context(), chat.Action{Key: "1", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-1", Title: "x"}}, false)
	require.Equal(t, chat.Forbidden, chat.ClassOf(err))
}
