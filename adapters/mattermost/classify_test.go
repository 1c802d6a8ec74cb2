package mattermost

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestClassifyAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		id     string
		want   chat.Class
	}{
		{401, "api.context.session_expired.app_error", chat.Revoked},
		{403, "api.context.permissions.app_error", chat.Forbidden},
		{404, "app.user.missing_account.const", chat.Missing},
		{404, "api.context.404.app_error", chat.Missing},
		{400, "model.post.is_valid.msg.app_error", chat.Invalid},
		{400, idArchivedPost, chat.Missing},
		{400, idThreadGone, chat.Missing},
		{400, idTooManyRooms, chat.Forbidden},
		{413, "api.context.request_body_too_large.app_error", chat.Invalid},
		{500, idPostInProgress, chat.Unsure},
		{500, "app.post.save.app_error", chat.Unsure},
		{501, "license_error.feature_unavailable", chat.Invalid},
		{502, "", chat.Unsure},
		{503, "", chat.Unsure},
		{200, "", chat.Unsure},
	} {
		app := &model.AppError{Id: c.id, Message: "no", DetailedError: "token=secret", StatusCode: c.status}
		got := classify("post", &model.Response{StatusCode: c.status}, app)
		require.Equal(t, c.want, got.Class, "%d %s", c.status, c.id)
		require.NotContains(t, got.Error(), "secret")
		if c.id != "" {
			require.Equal(t, c.id, got.Code)
			require.True(t, isID(got, "x", c.id))
		}
		if got.Class == chat.Revoked || got.Class == chat.Forbidden {
			require.NotEmpty(t, got.Hint)
		}
	}
	require.False(t, isID(errors.New("x"), "x"))
	require.False(t, isID(nil, ""))
}

func TestClassifyLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		{http.Header{"X-Ratelimit-Reset": {"3"}}, 3 * time.Second},
		{http.Header{"Retry-After": {"soon"}}, time.Second},
		{http.Header{}, time.Second},
	} {
		got := classify("post", &model.Response{StatusCode: 429, Header: c.header}, errors.New("limit exceeded"))
		require.Equal(t, chat.Limited, got.Class)
		require.Equal(t, c.want, got.Wait)
	}
}

// Only a connection that was never made is certain to have had no effect.
func TestClassifySilence(t *testing.T) {
	t.Parallel()
	wrap := func(err error) error { return &url.Error{Op: "Post", URL: "http://x", Err: err} }
	for want, errs := range map[chat.Class][]error{
		chat.Temporary: {
			wrap(&net.OpError{Op: "dial", Err: errors.New("refused")}),
			wrap(&net.DNSError{Err: "no such host"}),
		},
		chat.Unsure: {
			wrap(&net.OpError{Op: "read", Err: errors.New("reset")}),
			wrap(io.EOF), wrap(context.DeadlineExceeded), context.Canceled,
		},
	} {
		for _, err := range errs {
			got := classify("post", nil, err)
			require.Equal(t, want, got.Class, "%v", err)
			require.ErrorIs(t, got, err)
		}
	}
}

// A config tells all of its mistakes at once, and how to mend them.
func TestConfigProblems(t *testing.T) {
	t.Parallel()
	require.Len(t, Config{}.Problems(), 4)
	require.Len(t, Config{URL: "chat.example.org", Token: "t", CommandToken: "c", Team: "The Ops"}.Problems(), 2)
	good := Config{URL: "https://chat.example.org/", Token: "t", CommandToken: "c", Team: "ops", PublicURL: "https://bot.example.org/", Now: time.Now}
	require.Empty(t, good.Problems())
	cfg, err := good.complete()
	require.NoError(t, err)
	require.Equal(t, "https://chat.example.org", cfg.URL)
	require.Equal(t, "https://bot.example.org", cfg.PublicURL)
	require.Equal(t, "/incident", cfg.Command)
	require.Equal(t, 10*time.Second, cfg.Timeout)
	for _, spoil := range []func(*Config){
		func(c *Config) { c.PublicURL = "" }, func(c *Config) { c.Now = nil }, func(c *Config) { c.Token = "" },
	} {
		bad := good
		spoil(&bad)
		_, err := New(bad)
		require.Error(t, err)
	}
}
