package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Finding is one thing that was tried for real.
type Finding struct {
	What    string // "bot_token"
	Problem string // empty when all is well
	Hint    string // what to do about the problem
	Detail  string // what was found: "@sitrep in Ops"
}

// maxDrift is how far this machine's clock may be from Slack's: signatures are refused at five minutes, and
// reminders are promises about time.
const maxDrift = time.Minute

// Check tries what Run and Do will need, and posts nothing. It stops where nothing further can be tried.
// Whether the slash command is registered cannot be asked of Slack.
func (p *Platform) Check(ctx context.Context) []Finding {
	who, err := asked(ctx, p, func(ctx context.Context) (*slack.AuthTestResponse, error) { return p.api.AuthTestContext(ctx) })
	if err != nil {
		return []Finding{problem("bot_token", classify("check bot_token", err))}
	}
	found := []Finding{checkBot(who), checkScopes(who.Header), p.checkClock(who.Header)}
	if p.cfg.Socket() {
		return append(found, p.checkSocket(ctx))
	}
	return append(found, Finding{What: "mode", Detail: "HTTP: Slack calls " + pathCommand + ", " + pathAction + " and " + pathEvent})
}

func checkBot(who *slack.AuthTestResponse) Finding {
	f := Finding{What: "bot_token", Detail: "@" + who.User + " in " + who.Team}
	if who.BotID == "" {
		f.Problem, f.Hint = "the token belongs to a person, not to a bot", "use the Bot User OAuth Token, which starts with xoxb-"
	}
	return f
}

func checkScopes(header http.Header) Finding {
	missing := missingScopes(header)
	if len(missing) == 0 {
		return Finding{What: "scopes", Detail: "all are there"}
	}
	return Finding{
		What: "scopes", Problem: "missing: " + strings.Join(missing, ", "),
		Hint: "add them under OAuth & Permissions and install the app again, or paste the manifest of `sitrep setup slack`",
	}
}

func (p *Platform) checkClock(header http.Header) Finding {
	at, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return Finding{What: "clock", Detail: "Slack did not say what time it is"}
	}
	drift := p.cfg.Now().Sub(at).Abs().Round(time.Second)
	if drift > maxDrift {
		return Finding{What: "clock", Problem: fmt.Sprintf("this machine is %s away from Slack", drift), Hint: "synchronise its clock"}
	}
	return Finding{What: "clock", Detail: fmt.Sprintf("within %s of Slack", max(drift, time.Second))}
}

func (p *Platform) checkSocket(ctx context.Context) Finding {
	err := p.tell(ctx, func(ctx context.Context) error {
		_, _, err := p.api.StartSocketModeContext(ctx)
		return err
	})
	if err != nil {
		return problem("app_token", classify("check app_token", err))
	}
	return Finding{What: "app_token", Detail: "opens sockets"}
}

// problem is a finding that says what went wrong.
func problem(what string, err error) Finding {
	f := Finding{What: what, Problem: err.Error()}
	if e, ok := errors.AsType[*chat.Error](err); ok {
		f.Hint = e.Hint
	}
	return f
}

// scopeHeader names the scopes of the token with every answer.
const scopeHeader = "X-OAuth-Scopes"

func missingScopes(header http.Header) []string {
	given := header.Get(scopeHeader)
	if given == "" {
		return nil
	}
	var has []string
	for scope := range strings.SplitSeq(given, ",") {
		has = append(has, strings.TrimSpace(scope))
	}
	return slices.DeleteFunc(Scopes(), func(scope string) bool { return slices.Contains(has, scope) })
}
