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

// Finding is something that will not work.
type Finding struct {
	Problem string // one sentence
	Hint    string // what an admin can do
}

// maxDrift is how far this machine's clock may be from Slack's: signatures are refused at five minutes, and
// reminders are promises about time.
const maxDrift = time.Minute

// Check tries tokens, scopes and clock for real. It returns what is fine, in words, and every problem. It
// posts nothing. Whether the slash command is registered cannot be asked of Slack.
func (p *Platform) Check(ctx context.Context) (fine []string, problems []Finding) {
	who, err := asked(ctx, p, func(ctx context.Context) (*slack.AuthTestResponse, error) { return p.api.AuthTestContext(ctx) })
	if err != nil {
		return nil, []Finding{finding(classify("check bot_token", err))}
	}
	fine = append(fine, fmt.Sprintf("bot_token belongs to @%s in %s", who.User, who.Team))
	if who.BotID == "" {
		problems = append(problems, Finding{"bot_token belongs to a person, not to a bot", "use the Bot User OAuth Token, which starts with xoxb-"})
	}
	if missing := missingScopes(who.Header); len(missing) > 0 {
		problems = append(problems, Finding{
			"bot_token lacks the scopes " + strings.Join(missing, ", "),
			"add them under OAuth & Permissions and install the app again, or paste the manifest of `sitrep setup slack`",
		})
	} else if who.Header.Get(scopeHeader) != "" {
		fine = append(fine, "every scope is there")
	}
	if drift, ok := p.drift(who.Header); ok && drift.Abs() > maxDrift {
		problems = append(problems, Finding{fmt.Sprintf("this machine's clock is %s away from Slack's", drift.Abs().Round(time.Second)), "synchronise it"})
	}
	if !p.cfg.Socket() {
		return append(fine, "HTTP mode: Slack calls "+pathCommand+", "+pathAction+" and "+pathEvent), problems
	}
	if err := p.tell(ctx, func(ctx context.Context) error {
		_, _, err := p.api.StartSocketModeContext(ctx)
		return err
	}); err != nil {
		return fine, append(problems, finding(classify("check app_token", err)))
	}
	return append(fine, "app_token opens sockets"), problems
}

// scopeHeader names the scopes of the token with every answer.
const scopeHeader = "X-OAuth-Scopes"

func missingScopes(header http.Header) []string {
	given := header.Get(scopeHeader)
	if given == "" {
		return nil
	}
	var has []string
	for _, scope := range strings.Split(given, ",") {
		has = append(has, strings.TrimSpace(scope))
	}
	return slices.DeleteFunc(Scopes(), func(scope string) bool { return slices.Contains(has, scope) })
}

func (p *Platform) drift(header http.Header) (time.Duration, bool) {
	at, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return p.cfg.Now().Sub(at), true
}

func finding(err error) Finding {
	f := Finding{Problem: err.Error()}
	var e *chat.Error
	if errors.As(err, &e) {
		f.Hint = e.Hint
	}
	return f
}
