package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestCodesHaveClasses(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]chat.Class{
		"channel_not_found": chat.Missing, "message_not_found": chat.Missing, "user_not_found": chat.Missing, "is_archived": chat.Missing,
		"missing_scope": chat.Forbidden, "not_in_channel": chat.Forbidden, "restricted_action": chat.Forbidden,
		"restricted_action_read_only_channel": chat.Forbidden, "slack_connect_canvas_sharing_blocked": chat.Forbidden, "paid_teams_only": chat.Forbidden,
		"token_revoked": chat.Revoked, "invalid_auth": chat.Revoked, "not_authed": chat.Revoked, "account_inactive": chat.Revoked,
		"ratelimited": chat.Limited, "rate_limited": chat.Limited, "message_limit_exceeded": chat.Limited,
		"service_unavailable": chat.Temporary, "fatal_error": chat.Unsure, "internal_error": chat.Unsure, "": chat.Unsure,
		"invalid_blocks": chat.Invalid, "msg_too_long": chat.Invalid, "too_long": chat.Invalid, "invalid_arguments": chat.Invalid, "brand_new_code": chat.Invalid,
	} {
		err := slack.Classify("do it", slackgo.SlackErrorResponse{Err: code})
		var e *chat.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want, e.Class, "code %q", code)
		require.Equal(t, code, e.Code)
		if want == chat.Forbidden || want == chat.Revoked {
			require.NotEmpty(t, e.Hint, "an admin learns what to do about %q", code)
		}
	}
}

func TestTransportHasClasses(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	read := &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	for name, c := range map[string]struct {
		err  error
		want chat.Class
		wait time.Duration
	}{
		"429 with a number":    {&slackgo.RateLimitedError{RetryAfter: 7 * time.Second}, chat.Limited, 7 * time.Second},
		"429 without":          {slackgo.StatusCodeError{Code: http.StatusTooManyRequests}, chat.Limited, 0},
		"429 with a date":      {&strconv.NumError{Func: "ParseInt", Num: "Mon", Err: strconv.ErrSyntax}, chat.Limited, 0},
		"500":                  {slackgo.StatusCodeError{Code: 500}, chat.Unsure, 0},
		"407 of a proxy":       {slackgo.StatusCodeError{Code: 407}, chat.Temporary, 0},
		"nobody was reached":   {fmt.Errorf("post: %w", dial), chat.Temporary, 0},
		"cut while answering":  {fmt.Errorf("post: %w", read), chat.Unsure, 0},
		"took too long":        {context.DeadlineExceeded, chat.Unsure, 0},
		"something unexpected": {errors.New("invalid character '<'"), chat.Unsure, 0},
	} {
		var e *chat.Error
		require.ErrorAs(t, slack.Classify("do it", c.err), &e, name)
		require.Equal(t, c.want, e.Class, name)
		require.Equal(t, c.wait, e.Wait, name)
	}
	require.NoError(t, slack.Classify("do it", nil))
}

func TestErrorsKeepSecretsAndDetails(t *testing.T) {
	t.Parallel()
	err := slack.Classify("post in inc-7", slackgo.SlackErrorResponse{
		Err: "invalid_blocks", ResponseMetadata: slackgo.ResponseMetadata{Messages: []string{"[ERROR] must be less than 151 characters"}},
	})
	require.EqualError(t, err, "post in inc-7: invalid_blocks; [ERROR] must be less than 151 characters")
	var answer slackgo.SlackErrorResponse
	require.ErrorAs(t, err, &answer, "the cause is still there")
	for _, secret := range []string{"https://hooks.slack.com/commands/T1/2/3", "xoxb-123-abc", "wss://x/?ticket=abc"} {
		err := slack.Classify("answer", fmt.Errorf(`Post "%s": EOF`, secret))
		require.NotContains(t, err.Error(), secret)
	}
	done := &chat.Error{Class: chat.Missing, Op: "look up"}
	require.Same(t, done, slack.Classify("again", done), "what has a class keeps it")
}
