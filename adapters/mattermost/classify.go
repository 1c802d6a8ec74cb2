package mattermost

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The ids that decide where the status alone would mislead. Messages are never read: they are
// translated and change between versions.
const (
	idNameTaken      = "store.sql_channel.save_channel.exists.app_error"
	idNotInTeam      = "app.team.get_member.missing.app_error"
	idNoSuchUser     = "app.user.missing_account.const"
	idDeactivated    = "api.channel.add_member.deleted_user.app_error"
	idDeactivated2   = "app.channel.add_member.deleted_user.app_error"
	idNotMember      = "app.channel.get_member.missing.app_error"
	idArchivedTwice  = "api.channel.delete_channel.deleted.app_error"
	idArchivedPost   = "api.post.create_post.can_not_post_to_deleted.error"
	idArchivedPatch  = "app.channel.update.bad_id"
	idThreadGone     = "api.post.create_post.root_id.app_error"
	idThreadNotHere  = "api.post.create_post.channel_root_id.app_error"
	idTooManyRooms   = "api.channel.create_channel.max_channel_limit.app_error"
	idPostInProgress = "api.post.deduplicate_create_post.pending"
	idNobodyThere    = "api.channel.create_direct_channel.invalid_user.app_error"
)

// classes are the ids whose class does not follow from the status.
var classes = map[string]chat.Class{
	idArchivedPost:   chat.Missing,
	idArchivedPatch:  chat.Missing,
	idThreadGone:     chat.Missing,
	idThreadNotHere:  chat.Missing,
	idTooManyRooms:   chat.Forbidden,
	idPostInProgress: chat.Unsure,
	idNobodyThere:    chat.Missing,
}

// hints say what an admin can do.
var hints = map[string]string{
	idTooManyRooms: "raise MaxChannelsPerTeam in the System Console; archived channels count",
	idArchivedPost: "the channel is archived; unarchive it or name another",
}

// classHints are for errors without a hint of their own.
var classHints = map[chat.Class]string{
	chat.Revoked:   "the bot's token is revoked or the bot is disabled; run `sitrep setup mattermost` for a new token",
	chat.Forbidden: "the bot lacks a permission or is not in the team or channel; run `sitrep setup mattermost` and see docs/mattermost.md",
}

// classify says what an error of the client library means. resp is nil when no answer came.
func classify(op string, resp *model.Response, err error) *chat.Error {
	out := &chat.Error{Op: op, Err: err}
	if resp == nil {
		out.Class = unanswered(err)
		return out
	}
	out.Code = strconv.Itoa(resp.StatusCode)
	out.Class = byStatus(resp.StatusCode)
	if out.Class == chat.Limited {
		out.Wait = retryAfter(resp.Header)
	}
	var app *model.AppError
	if errors.As(err, &app) {
		// A server in developer mode puts the token into the details, so they go no further.
		out.Err = errors.New(app.Message)
	}
	if app != nil && app.Id != "" {
		out.Code = app.Id
		out.Hint = hints[app.Id]
		if class, ok := classes[app.Id]; ok {
			out.Class = class
		}
	}
	if out.Hint == "" {
		out.Hint = classHints[out.Class]
	}
	return out
}

// unanswered tells a connection that was never made from one that broke: only the first is certain to
// have had no effect.
func unanswered(err error) chat.Class {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return chat.Temporary
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return chat.Temporary
	}
	return chat.Unsure
}

func byStatus(status int) chat.Class {
	switch {
	case status == http.StatusUnauthorized:
		return chat.Revoked
	case status == http.StatusForbidden:
		return chat.Forbidden
	case status == http.StatusNotFound:
		return chat.Missing
	case status == http.StatusTooManyRequests:
		return chat.Limited
	case status >= 400 && status < 500, status == http.StatusNotImplemented:
		return chat.Invalid
	default: // a 5xx, or a 2xx whose body could not be read: it may have happened
		return chat.Unsure
	}
}

// retryAfter reads how long the server wants to be left alone. It counts in whole seconds, rounded up.
func retryAfter(h http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "X-Ratelimit-Reset"} {
		if seconds, err := strconv.Atoi(h.Get(name)); err == nil && seconds >= 0 {
			return time.Duration(seconds) * time.Second
		}
	}
	return time.Second
}

// isID tells whether err is one of the server's errors with one of these ids.
func isID(err error, ids ...string) bool {
	failed, ok := errors.AsType[*chat.Error](err)
	return ok && slices.Contains(ids, failed.Code)
}

// ended tells whether err only says that our own context is over.
func ended(ctx context.Context) bool { return ctx.Err() != nil }
