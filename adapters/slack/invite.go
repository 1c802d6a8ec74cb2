package slack

import (
	"context"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// maxInvite is how many people Slack takes in one invitation.
const maxInvite = 100

// causes are the reasons why somebody does not get into a room, for people.
var causes = map[string]string{
	"user_not_found": "not in this workspace", "cant_invite": "this account cannot be invited", "user_is_bot": "an app, not a person",
	"user_is_restricted": "a guest who may not join", "ura_max_channels": "a guest who is in too many channels",
	"user_disabled": "the account is deactivated", "invitee_cant_see_channel": "may not see this channel",
	"org_user_not_in_team": "not in this workspace", "user_team_not_in_channel": "not in this workspace",
	"no_external_invite_permission": "from outside, and may not be invited",
}

// invite brings people in, a hundred at a time.
func (p *Platform) invite(ctx context.Context, a chat.Action) (chat.Result, error) {
	self, err := p.me(ctx)
	if err != nil {
		return chat.Result{}, err
	}
	users := slices.DeleteFunc(slices.Clone(a.People), func(id chat.UserID) bool { return string(id) == self.user })
	var result chat.Result
	for part := range slices.Chunk(users, maxInvite) {
		refused, err := p.inviteSome(ctx, a.Room, part)
		result.Refused = append(result.Refused, refused...)
		if err != nil {
			return result, classify("invite into "+p.called(a.Room), err)
		}
	}
	return result, nil
}

// inviteSome invites until Slack has nothing against the rest. Slack takes all of them or nobody, and names
// those it stumbled over.
func (p *Platform) inviteSome(ctx context.Context, room chat.RoomID, users []chat.UserID) ([]chat.Refused, error) {
	var refused []chat.Refused
	for len(users) > 0 {
		ids := make([]string, len(users))
		for i, u := range users {
			ids[i] = string(u)
		}
		err := p.inside(ctx, room, func(ctx context.Context) error {
			_, err := p.api.InviteUsersToConversationContext(ctx, string(room), ids...)
			return err
		})
		if err == nil {
			return refused, nil
		}
		blamed := blame(err, users)
		if len(blamed) == 0 {
			return refused, err
		}
		for user, cause := range blamed {
			if cause != "" {
				refused = append(refused, chat.Refused{User: user, Cause: cause})
			}
		}
		users = slices.DeleteFunc(users, func(u chat.UserID) bool { _, out := blamed[u]; return out })
	}
	return refused, nil
}

// blame says whom an invitation failed for, and why; an empty reason is somebody who is in already.
func blame(err error, users []chat.UserID) map[chat.UserID]string {
	var answer slack.SlackErrorResponse
	if !errors.As(err, &answer) {
		return nil
	}
	blamed := map[chat.UserID]string{}
	for _, one := range answer.Errors {
		if e := one.ConversationsInviteResponseError; e != nil && slices.Contains(users, chat.UserID(e.User)) {
			if cause, personal := causeOf(e.Error); personal {
				blamed[chat.UserID(e.User)] = cause
			}
		}
	}
	if cause, personal := causeOf(answer.Err); len(blamed) == 0 && personal && len(users) == 1 {
		blamed[users[0]] = cause
	}
	return blamed
}

func causeOf(code string) (cause string, personal bool) {
	if code == "already_in_channel" {
		return "", true
	}
	cause, personal = causes[code]
	return cause, personal
}
