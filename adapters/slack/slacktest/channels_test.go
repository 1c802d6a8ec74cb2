package slacktest_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

func create(b *bundle, name string) (*slack.Channel, error) {
	return b.api.CreateConversation(slack.CreateConversationParams{ChannelName: name})
}

func TestNamesAreRefusedNotRepaired(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	for name, want := range map[string]string{
		" ": "invalid_name_required", strings.Repeat("a", 81): "invalid_name_maxlength", "--": "invalid_name_punctuation",
		"Inc-7": "invalid_name_specials", "inc 7": "invalid_name_specials", "incidents": "name_taken",
	} {
		_, err := create(b, name)
		require.Equal(t, want, code(t, err), "name %q", name)
	}
	ch, err := create(b, "inc-7-größe")
	require.NoError(t, err)
	require.Equal(t, b.BotUser, ch.Creator)
	require.Equal(t, []string{b.BotUser}, b.Channel(ch.ID).Members)
}

func TestTwoCreatesCanRace(t *testing.T) {
	t.Parallel()
	var both sync.WaitGroup
	both.Add(2)
	b := setup(t, slacktest.Options{CreateRace: true, Before: func(context.Context, string) {
		both.Done()
		both.Wait()
	}})
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := create(b, "inc-7")
			errs <- err
		}()
	}
	require.NoError(t, <-errs)
	require.NoError(t, <-errs)
	both.Add(1)
	_, err := create(b, "inc-7")
	require.Equal(t, "name_taken", code(t, err), "afterwards the name is taken")
}

func TestArchivingThrowsTheBotOut(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	ch, err := create(b, "inc-7")
	require.NoError(t, err)
	_, ts, err := b.api.PostMessage(ch.ID, slack.MsgOptionText("hi", false))
	require.NoError(t, err)
	require.NoError(t, b.api.ArchiveConversation(ch.ID))

	_, err = b.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: ch.ID})
	require.Equal(t, "not_in_channel", code(t, err))
	require.Equal(t, "not_in_channel", code(t, b.api.UnArchiveConversation(ch.ID)))
	require.Equal(t, "already_archived", code(t, b.api.ArchiveConversation(ch.ID)))
	_, _, err = b.api.PostMessage(ch.ID, slack.MsgOptionText("hi", false))
	require.Equal(t, "is_archived", code(t, err))
	_, _, _, err = b.api.UpdateMessage(ch.ID, ts, slack.MsgOptionText("hi", false))
	require.Equal(t, "is_inactive", code(t, err))
	_, err = create(b, "inc-7")
	require.Equal(t, "name_taken", code(t, err), "an archived channel keeps its name")
}

func TestInvitationsAreAllOrNothingUnlessForced(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	gone := b.AddUser(slacktest.User{Handle: "gone", Deleted: true})
	_, err := b.api.InviteUsersToConversation(b.room, b.ben, "U404", gone)
	var e slack.SlackErrorResponse
	require.ErrorAs(t, err, &e)
	require.Equal(t, "user_not_found", e.Err)
	require.Len(t, e.Errors, 2)
	require.Equal(t, "U404", e.Errors[0].ConversationsInviteResponseError.User)
	require.NotContains(t, b.Channel(b.room).Members, b.ben)

	_, err = b.api.ForceInviteUsersToConversationContext(t.Context(), b.room, b.ben, "U404")
	require.NoError(t, err)
	require.Contains(t, b.Channel(b.room).Members, b.ben)
	_, err = b.api.InviteUsersToConversation(b.room, b.BotUser)
	require.Equal(t, "cant_invite_self", code(t, err))
	_, err = b.api.InviteUsersToConversation(b.room, b.ben)
	require.Equal(t, "already_in_channel", code(t, err))
}

func TestMembershipDecidesWhatTheBotSees(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	public, private := b.AddChannel("ops", false, b.ana), b.AddChannel("secret", true, b.ana)
	_, err := b.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: public})
	require.Equal(t, "not_in_channel", code(t, err))
	_, err = b.api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: private})
	require.Equal(t, "channel_not_found", code(t, err))
	_, _, err = b.api.PostMessage(public, slack.MsgOptionText("hi", false))
	require.NoError(t, err, "chat:write.public posts without being there")
	b.Without("chat:write.public")
	_, _, err = b.api.PostMessage(public, slack.MsgOptionText("hi", false))
	require.Equal(t, "not_in_channel", code(t, err))
	_, warning, _, err := b.api.JoinConversation(public)
	require.NoError(t, err)
	require.Empty(t, warning)
	_, warning, _, err = b.api.JoinConversation(public)
	require.NoError(t, err)
	require.Equal(t, "already_in_channel", warning)
	_, _, _, err = b.api.JoinConversation(private)
	require.Equal(t, "method_not_supported_for_channel_type", code(t, err))
	notIn, err := b.api.LeaveConversation(public)
	require.NoError(t, err)
	require.False(t, notIn)
	notIn, err = b.api.LeaveConversation(public)
	require.NoError(t, err)
	require.True(t, notIn)
}

func TestTopicsAreShortAndAnnounced(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	_, err := b.api.SetTopicOfConversation(b.room, strings.Repeat("ü", 251))
	require.Equal(t, "too_long", code(t, err))
	_, err = b.api.SetTopicOfConversation(b.room, strings.Repeat("ü", 250))
	require.NoError(t, err)
	_, err = b.api.SetPurposeOfConversation(b.room, "why we are here")
	require.NoError(t, err)
	messages := b.Messages(b.room)
	require.Len(t, messages, 2)
	require.Equal(t, "channel_topic", messages[0].System)
	require.Equal(t, "why we are here", b.Channel("incidents").Purpose)
}

func TestListsArePagedWithOpaqueCursors(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	for _, name := range []string{"a", "b", "c"} {
		b.AddChannel(name, false, b.ana)
	}
	var names []string
	var pages int
	params := &slack.GetConversationsParameters{Limit: 2}
	for {
		channels, cursor, err := b.api.GetConversations(params)
		require.NoError(t, err)
		pages++
		for _, ch := range channels {
			names = append(names, ch.Name)
		}
		if params.Cursor = cursor; cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"incidents", "a", "b", "c"}, names)
	require.Equal(t, 3, pages, "one of them was empty")
	_, _, err := b.api.GetConversations(&slack.GetConversationsParameters{Cursor: "made-up"})
	require.Equal(t, "invalid_cursor", code(t, err))
	_, _, err = b.api.GetConversations(&slack.GetConversationsParameters{Types: []string{"huddle"}})
	require.Equal(t, "invalid_types", code(t, err))
	members, _, err := b.api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: b.room})
	require.NoError(t, err)
	require.Equal(t, []string{b.ana, b.BotUser}, members)
	mine, _, err := b.api.GetConversationsForUser(&slack.GetConversationsForUserParameters{})
	require.NoError(t, err)
	require.Len(t, mine, 1)
}

func TestHistoryExcludesItsBoundsAndReplies(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	one, two, three := b.Say(b.ana, b.room, "one"), b.Say(b.ana, b.room, "two"), b.Say(b.ana, b.room, "three")
	reply := b.SayIn(b.ana, b.room, two, "reply")
	history := func(p slack.GetConversationHistoryParameters) []string {
		p.ChannelID = b.room
		got, err := b.api.GetConversationHistory(&p)
		require.NoError(t, err)
		var ts []string
		for _, m := range got.Messages {
			ts = append(ts, m.Timestamp)
		}
		return ts
	}
	require.Equal(t, []string{three, two, one}, history(slack.GetConversationHistoryParameters{}))
	require.Equal(t, []string{two}, history(slack.GetConversationHistoryParameters{Oldest: one, Latest: three}))
	require.Equal(t, []string{three, two, one}, history(slack.GetConversationHistoryParameters{Oldest: one, Latest: three, Inclusive: true}))
	replies, _, _, err := b.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: b.room, Timestamp: two})
	require.NoError(t, err)
	require.Len(t, replies, 2)
	require.Equal(t, reply, replies[1].Timestamp)
	_, err = b.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: b.room, Oldest: "yesterday"})
	require.Equal(t, "invalid_ts_oldest", code(t, err))
}

func TestDirectMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	open := func(user string) (*slack.Channel, bool, error) {
		ch, noOp, _, err := b.api.OpenConversation(&slack.OpenConversationParameters{Users: []string{user}})
		return ch, noOp, err
	}
	ch, noOp, err := open(b.ana)
	require.NoError(t, err)
	require.False(t, noOp)
	again, noOp, err := open(b.ana)
	require.NoError(t, err)
	require.True(t, noOp)
	require.Equal(t, ch.ID, again.ID)
	require.Equal(t, ch.ID, b.Direct(b.ana))
	_, _, err = open("U404")
	require.Equal(t, "user_not_found", code(t, err))
}
