package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// classes is what Slack's codes mean for the one who must decide. Codes that are not here mean that the
// call is wrong as it is.
var classes = map[string]chat.Class{
	"channel_not_found": chat.Missing, "message_not_found": chat.Missing, "thread_not_found": chat.Missing,
	"user_not_found": chat.Missing, "users_not_found": chat.Missing, "user_not_visible": chat.Missing,
	"user_disabled": chat.Missing, "no_such_subteam": chat.Missing, "is_archived": chat.Missing, "is_inactive": chat.Missing,
	"view_not_found": chat.Missing, "not_found": chat.Missing, "user_not_in_channel": chat.Missing,

	"missing_scope": chat.Forbidden, "not_allowed_token_type": chat.Forbidden, "not_in_channel": chat.Forbidden,
	"cannot_create_channel": chat.Forbidden, "permission_denied": chat.Forbidden, "no_permission": chat.Forbidden,
	"not_authorized": chat.Forbidden, "user_is_restricted": chat.Forbidden, "paid_teams_only": chat.Forbidden,
	"plan_upgrade_required": chat.Forbidden, "messages_tab_disabled": chat.Forbidden, "access_denied": chat.Forbidden,
	"accesslimited": chat.Forbidden, "ekm_access_denied": chat.Forbidden, "team_access_not_granted": chat.Forbidden,
	"posting_to_channel_denied": chat.Forbidden, "cant_update_message": chat.Forbidden, "edit_window_closed": chat.Forbidden,
	"not_enabled": chat.Forbidden, "enterprise_is_restricted": chat.Forbidden, "cant_archive_general": chat.Forbidden,

	"not_authed": chat.Revoked, "invalid_auth": chat.Revoked, "token_expired": chat.Revoked, "token_revoked": chat.Revoked,
	"account_inactive": chat.Revoked, "org_login_required": chat.Revoked, "two_factor_setup_required": chat.Revoked,
	"team_disabled": chat.Revoked, "user_removed_from_team": chat.Revoked,

	"ratelimited": chat.Limited, "rate_limited": chat.Limited, "message_limit_exceeded": chat.Limited,

	"service_unavailable": chat.Temporary, "team_added_to_org": chat.Temporary, "fetch_members_failed": chat.Temporary,

	"fatal_error": chat.Unsure, "internal_error": chat.Unsure, "request_timeout": chat.Unsure,
}

// classify turns whatever the client library gave into an error the deliverer can act on.
func classify(op string, err error) error {
	var done *chat.Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	e := &chat.Error{Op: op, Err: err, Class: chat.Unsure}
	var answer slack.SlackErrorResponse
	switch {
	case errors.As(err, &answer):
		e.Code = answer.Err
		e.Class = classOf(answer.Err)
		e.Hint = hint(answer)
		e.Err = describe(answer)
		if answer.Err == "message_limit_exceeded" {
			e.Wait = 5 * time.Minute // of the whole workspace; Slack does not say how long it lasts
		}
	default:
		e.Class, e.Wait = transport(err)
		e.Err = errors.New(redact(err.Error()))
	}
	return e
}

func classOf(code string) chat.Class {
	switch {
	case classes[code] != "":
		return classes[code]
	case strings.HasPrefix(code, "restricted_action"), strings.HasPrefix(code, "slack_connect_"):
		return chat.Forbidden
	case code == "":
		return chat.Unsure
	}
	return chat.Invalid
}

// transport classifies what went wrong below the API: status codes, connections, timeouts. A 429 has four
// shapes in the client library; the last, with HTTP 200, is an API error and not handled here.
func transport(err error) (chat.Class, time.Duration) {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var number *strconv.NumError
	var network *net.OpError
	switch {
	case errors.As(err, &limited):
		return chat.Limited, limited.RetryAfter
	case errors.As(err, &number):
		return chat.Limited, 0
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return chat.Limited, 0
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError:
		return chat.Temporary, 0 // a proxy in between; Slack itself refuses with 200
	case errors.As(err, &network) && network.Op == "dial":
		return chat.Temporary, 0 // nobody was reached, so nothing happened
	}
	return chat.Unsure, 0
}

// describe keeps what Slack said beside its code: which block, which scope.
func describe(answer slack.SlackErrorResponse) error {
	parts := []string{answer.Err}
	if answer.Needed != "" {
		parts = append(parts, "needs "+answer.Needed)
	}
	parts = append(parts, answer.ResponseMetadata.Messages...)
	return &apiError{code: answer.Err, text: strings.Join(parts, "; "), cause: answer}
}

// apiError is an answer of Slack in words.
type apiError struct {
	code, text string
	cause      error
}

func (e *apiError) Error() string { return e.text }
func (e *apiError) Unwrap() error { return e.cause }

// hint is what an admin can do about an answer.
func hint(answer slack.SlackErrorResponse) string {
	switch code := answer.Err; {
	case code == "missing_scope":
		return fmt.Sprintf("add the scope %s under OAuth & Permissions of the app and install it again", answer.Needed)
	case code == "not_allowed_token_type":
		return "use the token that starts with xoxb- as bot_token and the one with xapp- as app_token"
	case code == "not_in_channel", code == "channel_not_found":
		return "invite the bot to the channel"
	case code == "message_limit_exceeded":
		return "the workspace has used up its messages; see its plan"
	case code == "is_archived", code == "is_inactive":
		return "the channel is archived; unarchive it or name another"
	case code == "paid_teams_only", code == "plan_upgrade_required":
		return "the workspace's plan does not have this"
	case strings.HasPrefix(code, "restricted_action"), code == "cannot_create_channel":
		return "a workspace setting keeps apps from this; ask a workspace admin to allow it to this app"
	case classOf(code) == chat.Revoked:
		return "install the app again and put the new token into bot_token (and app_token)"
	case classOf(code) == chat.Forbidden:
		return "Slack does not allow this to the app; ask a workspace admin"
	}
	return ""
}

// redact takes addresses with tickets and tokens out of an error of the HTTP client.
func redact(text string) string {
	fields := strings.Fields(text)
	for i, field := range fields {
		if strings.Contains(field, "xoxb-") || strings.Contains(field, "xapp-") || strings.Contains(field, "ticket") || strings.Contains(field, "/response/") || strings.Contains(field, "hooks.slack.com") {
			fields[i] = "(left out)"
		}
	}
	return strings.Join(fields, " ")
}

// invalid is an action that can never work.
func invalid(op, why string) error {
	return &chat.Error{Class: chat.Invalid, Op: op, Err: errors.New(why)}
}

// unsure tells whether nobody knows what a call did.
func unsure(err error) bool {
	return err != nil && (errors.Is(err, context.DeadlineExceeded) || chat.ClassOf(classify("", err)) == chat.Unsure)
}
