package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// SetupOptions say what Setup makes, and where.
type SetupOptions struct {
	URL        string // of the server
	Team       string // by the name in its address
	AdminToken string // of a system administrator
	PublicURL  string // where the server reaches the bot
	Command    string // the slash command; empty means /incident
	Bot        string // the bot's user name; empty means sitrep
	NewToken   bool   // make a token even when there is one; the old one stays good until it is revoked

	HTTP    *http.Client  // nil means one with the system's proxy settings
	Timeout time.Duration // for one call; zero means 10 seconds
}

// SetupResult is what there is after Setup.
type SetupResult struct {
	Bot          string   // the bot's user name
	Token        string   // the bot's new token; empty when an earlier one was kept, which nobody can read again
	CommandToken string   // the slash command's
	Changed      []string // what was made or repaired, a sentence each; empty when all was right
	Notes        []string // what an admin should look at, a sentence each
	Config       string   // the block for sitrep's configuration
}

const (
	setupName  = "sitrep" // how we recognise our own token and command
	setupHint  = "[declare SEVERITY TITLE | ack | update | resolve | help]"
	setupWhat  = "Declare and run an incident"
	setupAbout = "Runs incidents: rooms, roles, reminders, the log."
)

// setup is one run of Setup.
type setup struct {
	*Platform
	o      SetupOptions
	team   *model.Team
	bot    *model.User
	result SetupResult
}

// Setup creates or repairs, with an administrator's token, all that the bot needs in one team: bot
// account, membership, token and slash command. Doing it twice changes nothing.
func Setup(ctx context.Context, o SetupOptions) (SetupResult, error) {
	s, err := newSetup(o)
	if err != nil {
		return SetupResult{}, err
	}
	for _, step := range []func(context.Context) error{s.admin, s.findTeam, s.account, s.membership, s.token, s.command, s.settings} {
		if err := step(ctx); err != nil {
			return s.result, err
		}
	}
	s.result.Config = s.config()
	return s.result, nil
}

func newSetup(o SetupOptions) (*setup, error) {
	if o.Command == "" {
		o.Command = "/incident"
	}
	if o.Bot == "" {
		o.Bot = setupName
	}
	cfg, err := Config{
		URL: o.URL, Token: o.AdminToken, Team: o.Team, CommandToken: "-", PublicURL: o.PublicURL,
		Command: o.Command, HTTP: o.HTTP, Timeout: o.Timeout, Now: func() time.Time { return time.Time{} },
	}.complete()
	if err != nil {
		return nil, fmt.Errorf("set up mattermost: %w", err)
	}
	return &setup{Platform: &Platform{cfg: cfg, api: client(cfg)}, o: o}, nil
}

func (s *setup) changed(format string, args ...any) {
	s.result.Changed = append(s.result.Changed, fmt.Sprintf(format, args...))
}

func (s *setup) admin(ctx context.Context) error {
	me, err := call(ctx, s.Platform, "sign in as administrator", func(ctx context.Context) (*model.User, *model.Response, error) {
		return s.api.GetMe(ctx, "")
	})
	if err != nil {
		return hinted(err, chat.Revoked, "the admin token is wrong, or personal access tokens are switched off")
	}
	if !me.IsSystemAdmin() {
		return &chat.Error{
			Class: chat.Forbidden, Op: "set up mattermost", Code: "not an administrator",
			Hint: "use a personal access token of a system administrator",
		}
	}
	return nil
}

func (s *setup) findTeam(ctx context.Context) (err error) {
	s.team, err = call(ctx, s.Platform, "find team "+s.o.Team, func(ctx context.Context) (*model.Team, *model.Response, error) {
		return s.api.GetTeamByName(ctx, s.o.Team, "")
	})
	return hinted(err, chat.Missing, "write the name in the team's address, such as ops for https://chat.example.org/ops")
}

// account makes the bot, or enables it again.
func (s *setup) account(ctx context.Context) error {
	user, err := call(ctx, s.Platform, "find @"+s.o.Bot, func(ctx context.Context) (*model.User, *model.Response, error) {
		return s.api.GetUserByUsername(ctx, s.o.Bot, "")
	})
	switch {
	case err != nil && chat.ClassOf(err) == chat.Missing:
		return s.create(ctx)
	case err != nil:
		return err
	case !user.IsBot:
		return &chat.Error{
			Class: chat.Invalid, Op: "make bot @" + s.o.Bot, Code: "the name is a person's",
			Hint: "choose another name for the bot",
		}
	}
	s.bot, s.result.Bot = user, user.Username
	if user.DeleteAt == 0 {
		return nil
	}
	s.changed("Enabled the bot @%s.", user.Username)
	_, err = call(ctx, s.Platform, "enable @"+s.o.Bot, func(ctx context.Context) (*model.Bot, *model.Response, error) {
		return s.api.EnableBot(ctx, user.Id)
	})
	return err
}

func (s *setup) create(ctx context.Context) error {
	op := "make bot @" + s.o.Bot
	bot, err := call(ctx, s.Platform, op, func(ctx context.Context) (*model.Bot, *model.Response, error) {
		return s.api.CreateBot(ctx, &model.Bot{Username: s.o.Bot, DisplayName: "Sitrep", Description: setupAbout})
	})
	if err != nil {
		return hinted(err, chat.Forbidden, "switch on System Console > Integrations > Bot Accounts > Enable Bot Account Creation")
	}
	s.bot, s.result.Bot = &model.User{Id: bot.UserId, Username: bot.Username}, bot.Username
	s.changed("Made the bot @%s.", bot.Username)
	return nil
}

func (s *setup) membership(ctx context.Context) error {
	member, err := call(ctx, s.Platform, "look for the bot in the team", func(ctx context.Context) (*model.TeamMember, *model.Response, error) {
		return s.api.GetTeamMember(ctx, s.team.Id, s.bot.Id, "")
	})
	switch {
	case err == nil && member.DeleteAt == 0:
		return nil
	case err != nil && chat.ClassOf(err) != chat.Missing:
		return err
	}
	_, err = call(ctx, s.Platform, "add the bot to the team", func(ctx context.Context) (*model.TeamMember, *model.Response, error) {
		return s.api.AddTeamMember(ctx, s.team.Id, s.bot.Id)
	})
	if err == nil {
		s.changed("Added @%s to the team %s.", s.bot.Username, s.team.Name)
	}
	return err
}

// token makes one unless there is one of ours. The server shows a token only when it is made.
func (s *setup) token(ctx context.Context) error {
	tokens, err := call(ctx, s.Platform, "list the bot's tokens", func(ctx context.Context) ([]*model.UserAccessToken, *model.Response, error) {
		return s.api.GetUserAccessTokensForUser(ctx, s.bot.Id, 0, 200)
	})
	if err != nil {
		return err
	}
	ours := func(t *model.UserAccessToken) bool { return t.IsActive && t.Description == setupName }
	if slices.ContainsFunc(tokens, ours) && !s.o.NewToken {
		return nil
	}
	made, err := call(ctx, s.Platform, "make a token", func(ctx context.Context) (*model.UserAccessToken, *model.Response, error) {
		return s.api.CreateUserAccessToken(ctx, s.bot.Id, setupName, 0)
	})
	if err != nil {
		return err
	}
	s.result.Token = made.Token
	s.changed("Made a token for @%s.", s.bot.Username)
	return nil
}

// command makes the slash command, or points ours to where the bot is now.
func (s *setup) command(ctx context.Context) error {
	want := &model.Command{
		TeamId: s.team.Id, Trigger: strings.TrimPrefix(s.o.Command, "/"), Method: model.CommandMethodPost,
		URL: s.cfg.PublicURL + pathCommand, DisplayName: setupName, Description: setupAbout,
		AutoComplete: true, AutoCompleteHint: setupHint, AutoCompleteDesc: setupWhat,
	}
	all, err := call(ctx, s.Platform, "list slash commands", func(ctx context.Context) ([]*model.Command, *model.Response, error) {
		return s.api.ListCommands(ctx, s.team.Id, true)
	})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(c *model.Command) bool { return c.Trigger == want.Trigger && c.DeleteAt == 0 })
	if at < 0 {
		return s.newCommand(ctx, want)
	}
	return s.repair(ctx, all[at], want)
}

func (s *setup) newCommand(ctx context.Context, want *model.Command) error {
	made, err := call(ctx, s.Platform, "make command "+s.o.Command, func(ctx context.Context) (*model.Command, *model.Response, error) {
		return s.api.CreateCommand(ctx, want)
	})
	if err != nil {
		return hinted(err, chat.Invalid, "Mattermost has a command of that name of its own; choose another with `command:`")
	}
	s.result.CommandToken = made.Token
	s.changed("Made the command %s.", s.o.Command)
	return nil
}

func (s *setup) repair(ctx context.Context, is, want *model.Command) error {
	if is.DisplayName != setupName && !strings.HasSuffix(is.URL, pathCommand) {
		return &chat.Error{
			Class: chat.Invalid, Op: "make command " + s.o.Command, Code: "it belongs to something else",
			Hint: fmt.Sprintf("it calls %s; delete it, or choose another command with `command:`", is.URL),
		}
	}
	s.result.CommandToken = is.Token
	same := is.URL == want.URL && is.Method == want.Method && is.AutoComplete && is.AutoCompleteHint == want.AutoCompleteHint &&
		is.AutoCompleteDesc == want.AutoCompleteDesc && is.DisplayName == want.DisplayName && is.Description == want.Description
	if same {
		return nil
	}
	want.Id, want.Token, want.CreatorId = is.Id, is.Token, is.CreatorId
	want.CreateAt, want.UpdateAt = is.CreateAt, is.UpdateAt
	_, err := call(ctx, s.Platform, "repair command "+s.o.Command, func(ctx context.Context) (*model.Command, *model.Response, error) {
		return s.api.UpdateCommand(ctx, want)
	})
	if err == nil {
		s.changed("Pointed the command %s to %s.", s.o.Command, want.URL)
	}
	return err
}

// settings looks for what on the server would keep its callbacks from reaching the bot.
func (s *setup) settings(ctx context.Context) error {
	server, err := call(ctx, s.Platform, "read the server's settings", func(ctx context.Context) (*model.Config, *model.Response, error) {
		return s.api.GetConfig(ctx)
	})
	if chat.ClassOf(err) == chat.Forbidden && err != nil {
		s.result.Notes = append(s.result.Notes, "The server's settings may not be read; see docs/mattermost.md for those that matter.")
		return nil //nolint:nilerr // all is set up; only advice is missing
	}
	if err != nil {
		return err
	}
	host := hostOf(s.cfg.PublicURL)
	allowed := server.ServiceSettings.AllowedUntrustedInternalConnections
	if internal(host) && (allowed == nil || !listed(host, *allowed)) {
		s.result.Notes = append(s.result.Notes, fmt.Sprintf(
			"Mattermost will not call %s until you add it to System Console > Environment > Developer > "+
				"Allow untrusted internal connections.", host))
	}
	if on := server.ServiceSettings.EnableCommands; on != nil && !*on {
		s.result.Notes = append(s.result.Notes,
			"Slash commands are off: switch on System Console > Integrations > Integration Management > Enable Custom Slash Commands.")
	}
	return nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// internal tells whether Mattermost takes a host for one of the inside, which it does not call unasked. A
// name is only known to be one when it says so itself.
func internal(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
}

// listed tells whether a host is in a list of names, addresses and networks with spaces or commas between.
func listed(host, list string) bool {
	ip := net.ParseIP(host)
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' }) {
		if entry == host {
			return true
		}
		if _, network, err := net.ParseCIDR(entry); err == nil && ip != nil && network.Contains(ip) {
			return true
		}
	}
	return false
}

// config is the block to paste. A token that was kept cannot be shown again.
func (s *setup) config() string {
	token := s.result.Token
	if token == "" {
		token = "${MATTERMOST_TOKEN} # the one made before; --new-token makes another"
	}
	return fmt.Sprintf("mattermost:\n  url: %s\n  token: %s\n  team: %s\n  command_token: %s\n",
		s.cfg.URL, token, s.o.Team, s.result.CommandToken)
}

// hinted puts a hint on an error of this class.
func hinted(err error, class chat.Class, hint string) error {
	if failed, ok := errors.AsType[*chat.Error](err); ok && failed.Class == class {
		failed.Hint = hint
	}
	return err
}
