package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Finding is one thing that was tried for real.
type Finding struct {
	What    string // "token"
	Problem string // empty when all is well
	Hint    string // what to do about the problem
	Detail  string // what was found: "9.9.0"
}

// oldest is the first version the adapter is known to work with.
const oldest = "9.9"

// maxSkew is how far the clocks may be apart before callbacks are in danger of looking too old or too new.
const maxSkew = 20 * time.Second

// Check tries what Run and Do will need, in an order in which one failure explains the next; it stops where
// nothing further can be tried.
func (p *Platform) Check(ctx context.Context) []Finding {
	server, skew, err := p.greet(ctx)
	if err != nil {
		return []Finding{problem("server", err, "check `url:`, and that the bot's machine can reach it")}
	}
	found := []Finding{checkVersion(server), checkClock(skew)}
	if err := p.arrive(ctx); err != nil {
		return append(found, problem("account", err, ""))
	}
	found = append(found, Finding{What: "account", Detail: "@" + p.me.bot.Username + " in team " + p.cfg.Team})
	if !p.me.bot.IsBot {
		found = append(found, Finding{
			What: "token", Problem: "the token belongs to a person, not to a bot",
			Hint: "run `sitrep setup mattermost` and use the token it makes",
		})
	}
	return append(found, p.checkRights(ctx), p.checkKey(ctx), p.checkSocket(ctx), p.checkCommandToken())
}

// problem is a finding that says what went wrong.
func problem(what string, err error, hint string) Finding {
	if failed, ok := errors.AsType[*chat.Error](err); ok && failed.Hint != "" {
		hint = failed.Hint
	}
	return Finding{What: what, Problem: err.Error(), Hint: hint}
}

// greet asks the server for its version and the time.
func (p *Platform) greet(ctx context.Context) (version string, skew time.Duration, err error) {
	answer, err := call(ctx, p, "reach "+p.cfg.URL, func(ctx context.Context) (*model.Response, *model.Response, error) {
		resp, err := none(p.api.DoAPIGet(ctx, "/system/ping", ""))
		return resp, resp, err
	})
	if err != nil {
		return "", 0, err
	}
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		skew = p.cfg.Now().Sub(at)
	}
	return answer.ServerVersion, skew, nil
}

func checkVersion(server string) Finding {
	parts := strings.SplitN(server, ".", 4)
	version := strings.Join(parts[:min(3, len(parts))], ".")
	f := Finding{What: "version", Detail: version}
	if older(version, oldest) {
		f.Problem = fmt.Sprintf("the server is %s", version)
		f.Hint = "update Mattermost to " + oldest + " or later"
	}
	return f
}

// older compares versions by their numbers. What is not a number counts as new.
func older(a, b string) bool {
	left, right := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(left), len(right)) {
		x, err := strconv.Atoi(left[i])
		if err != nil {
			return false
		}
		y, _ := strconv.Atoi(right[i]) // ours
		if x != y {
			return x < y
		}
	}
	return false
}

// checkClock compares clocks. The server tells whole seconds.
func checkClock(skew time.Duration) Finding {
	f := Finding{What: "clock", Detail: skew.Round(time.Second).String() + " apart"}
	if skew.Abs() > maxSkew {
		f.Problem = "the clocks of this machine and the server are " + skew.Round(time.Second).String() + " apart"
		f.Hint = "let both keep time by NTP; commands and buttons carry the server's time"
	}
	return f
}

// needed are the permissions without which there are no rooms.
var needed = []string{model.PermissionCreatePublicChannel.Id, model.PermissionCreatePrivateChannel.Id}

func (p *Platform) checkRights(ctx context.Context) Finding {
	roles, err := call(ctx, p, "read the bot's rights", func(ctx context.Context) ([]*model.Role, *model.Response, error) {
		return p.api.GetRolesByNames(ctx, []string{model.TeamUserRoleId})
	})
	if err != nil {
		return problem("rights", err, "")
	}
	var missing []string
	for _, permission := range needed {
		if !slices.ContainsFunc(roles, func(r *model.Role) bool { return slices.Contains(r.Permissions, permission) }) {
			missing = append(missing, permission)
		}
	}
	if len(missing) > 0 {
		return Finding{
			What: "rights", Problem: "members of the team may not " + strings.Join(missing, ", "),
			Hint: "grant it in System Console > User Management > Permissions",
		}
	}
	return Finding{What: "rights", Detail: "may open rooms"}
}

func (p *Platform) checkKey(ctx context.Context) Finding {
	if _, err := p.signingKey(ctx); err != nil {
		return problem("signing key", err, "")
	}
	return Finding{What: "signing key", Detail: "buttons and commands can be verified"}
}

// checkSocket opens a WebSocket and waits for the greeting.
func (p *Platform) checkSocket(ctx context.Context) Finding {
	const hint = "let the proxy before Mattermost pass WebSockets (Upgrade) on /api/v4/websocket"
	s, err := p.dial(ctx, "", 0)
	if err != nil {
		return problem("websocket", err, hint)
	}
	ctx, stop := context.WithTimeout(ctx, p.cfg.Timeout)
	defer stop()
	go s.watch(ctx, p.cfg.Heartbeat)
	go s.read(ctx)
	for event := range s.events {
		if h, ok := greeting(event); ok {
			return Finding{What: "websocket", Detail: "greeted by " + h.version}
		}
	}
	return Finding{What: "websocket", Problem: "the server hung up without a greeting", Hint: hint}
}

// checkCommandToken can only look at the token: the server tells a bot nothing about commands.
func (p *Platform) checkCommandToken() Finding {
	if !model.IsValidId(p.cfg.CommandToken) {
		return Finding{
			What: "command token", Problem: "it does not look like one of Mattermost's, which have 26 letters and digits",
			Hint: "run `sitrep setup mattermost`, which shows it",
		}
	}
	return Finding{What: "command token", Detail: "looks right; type " + p.cfg.Command + " help to be certain"}
}
