package slack_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestAMissingScopeIsNamed(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.Without("pins:write")
	r := s.must(s.post("1/1/0", "the card"))
	e := s.wrong(chat.Action{Verb: chat.Pin, Room: chat.RoomID(s.room), Message: r.Message}, chat.Forbidden)
	require.Equal(t, "missing_scope", e.Code)
	require.Contains(t, e.Hint, "pins:write")
	require.Contains(t, e.Error(), "needs pins:write")
}

func TestARevokedTokenSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	for _, code := range []string{"token_revoked", "invalid_auth", "account_inactive"} {
		s.Revoke(code)
		e := s.wrong(s.post("1/1/0", "x"), chat.Revoked)
		require.Contains(t, e.Hint, "bot_token")
		require.NotContains(t, e.Error(), "xoxb-", "no secret in an error")
	}
	s.Revoke("")
	s.must(s.post("1/1/0", "x"))
}

func TestRunEndsWithDeadCredentials(t *testing.T) {
	t.Parallel()
	s := prepare(t, slacktest.Options{}, nil)
	s.Revoke("account_inactive")
	err := s.p.Run(t.Context(), s.hearer, func() { t.Error("ready without a token") })
	_ = classed(t, err, chat.Revoked)

	s = prepare(t, slacktest.Options{}, nil)
	s.RevokeApp("invalid_auth")
	err = s.p.Run(t.Context(), s.hearer, func() { t.Error("ready without a socket") })
	e := classed(t, err, chat.Revoked)
	require.Contains(t, e.Hint, "app_token")
}

func TestRunWaitsForASlackThatIsDown(t *testing.T) {
	t.Parallel()
	s := prepare(t, slacktest.Options{}, nil)
	s.Fail("auth.test", slacktest.Unavailable, 3)
	s.Fail("apps.connections.open", slacktest.Internal, 2)
	s.run()
	<-s.ready
	require.Len(t, s.Calls("auth.test"), 4)
	require.Len(t, s.Calls("apps.connections.open"), 3)
	require.NoError(t, s.end())
}

func TestAMinuteOf429(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{Rates: true, Burst: 1}, nil)
	s.must(s.post("1/1/0", "first"))
	e := s.wrong(s.post("1/1/1", "second"), chat.Limited)
	require.Equal(t, time.Second, e.Wait)
	s.now.add(e.Wait)
	s.must(s.post("1/1/1", "second"))
	for shape, wait := range map[slacktest.Fault]time.Duration{
		slacktest.Limited: 30 * time.Second, slacktest.LimitedBare: 0, slacktest.LimitedDate: 0, slacktest.LimitedBody: 0,
	} {
		s.now.add(time.Minute)
		s.Fail("chat.postMessage", shape, 1)
		e := s.wrong(s.post("1/1/2", "third"), chat.Limited)
		require.Equal(t, wait, e.Wait, "%s", shape)
	}
	require.Len(t, s.Messages(s.room), 2)
}

func TestAnHourOf5xxPostsOnce(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.Fail("chat.postMessage", slacktest.ErrorAfter, 1) // the first one arrives, and nobody is told
	s.Fail("chat.postMessage", slacktest.Unavailable, -1)
	s.Fail("conversations.history", slacktest.Unavailable, -1)
	_ = s.wrong(s.post("1/1/0", "once"), chat.Unsure)
	for range 12 {
		s.now.add(5 * time.Minute)
		_, err := s.p.Do(t.Context(), s.post("1/1/0", "once"), true)
		_ = classed(t, err, chat.Unsure)
	}
	s.Heal()
	_, err := s.p.Do(t.Context(), s.post("1/1/0", "once"), true)
	require.NoError(t, err)
	require.Len(t, s.Messages(s.room), 1)
}

func TestALostAnswerDoesNotPostTwice(t *testing.T) {
	t.Parallel()
	for _, fault := range []slacktest.Fault{
		slacktest.DropAfter, slacktest.ErrorAfter, slacktest.FatalAfter, slacktest.MuteAfter, slacktest.SilentAfter, slacktest.HTML,
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			s := play(t, slacktest.Options{}, func(c *slack.Config) { c.Timeout = 200 * time.Millisecond })
			s.Fail("chat.postMessage", fault, 1)
			_ = s.wrong(s.post("1/1/0", "once"), chat.Unsure)
			for range 2 {
				_, err := s.p.Do(t.Context(), s.post("1/1/0", "once"), true)
				require.NoError(t, err)
			}
			require.Len(t, s.Messages(s.room), 1)
		})
	}
}

func TestTheSecondLookFindsAPostThatCameLate(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	for i := range 450 { // The post lies several pages back.
		s.Say(s.ana, s.room, fmt.Sprint("chatter ", i))
		if i == 20 {
			s.must(s.post("1/1/0", "once"))
		}
	}
	r, err := s.p.Do(t.Context(), s.post("1/1/0", "once"), true)
	require.NoError(t, err)
	require.NotEmpty(t, r.Message)
	require.Len(t, s.Calls("chat.postMessage"), 1)
}

func TestAnUploadThatIsNeverSharedIsUnsure(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	upload := chat.Action{
		Key: "1/1/0", Verb: chat.Upload, Room: chat.RoomID(s.room), Body: text("the log"), File: chat.File{Name: "log.md", Data: []byte("# log")},
	}
	s.NeverShare()
	_ = s.wrong(upload, chat.Unsure)
	r, err := s.p.Do(t.Context(), upload, true)
	require.NoError(t, err)
	require.Len(t, s.Messages(s.room), 1)
	require.EqualValues(t, s.Messages(s.room)[0].TS, r.Message)
	empty := upload
	empty.File.Data = nil
	_ = s.wrong(empty, chat.Invalid)
}

func TestATakenNameIsNeverAdopted(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.ArchiveBy(s.ana, s.AddChannel("inc-7-x", false, s.ana, s.BotUser))
	open := chat.Action{Key: "7/1/0", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-8-y", Title: "Y <!channel> @here"}}
	r := s.must(open)
	require.Equal(t, "inc-8-y", r.RoomName)
	require.Equal(t, "https://ops.slack.com/archives/"+string(r.Room), r.URL)
	s.quiet()
	require.Contains(t, s.Channel(string(r.Room)).Purpose, "(sitrep 7/1/0)")
	require.NotContains(t, s.Channel(string(r.Room)).Purpose, "<!channel>")
	require.Empty(t, s.Pings())
}

func TestRoomsOfOneNameAreOpenedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{CreateRace: true, Before: func(context.Context, string) { runtime.Gosched() }}, nil)
	names := make(chan string, 4)
	for i := range 4 {
		go func() {
			r, err := s.do(chat.Action{Key: fmt.Sprint(i), Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7", Title: "X"}})
			if err != nil {
				names <- err.Error()
				return
			}
			names <- r.RoomName
		}()
	}
	got := []string{<-names, <-names, <-names, <-names}
	require.ElementsMatch(t, []string{"inc-7", "inc-7-2", "inc-7-3", "inc-7-4"}, got)
}

func TestARestartFindsItsRoomByTheDescription(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	open := chat.Action{Key: "7/1/0", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7-x", Title: "X", Topic: "P1"}}
	first := s.must(open)
	other := s.must(chat.Action{Key: "8/1/0", Verb: chat.OpenRoom, Spec: open.Spec})
	require.Equal(t, "inc-7-x-2", other.RoomName)
	s.quiet()
	after, err := slack.New(slack.Config{BotToken: s.BotToken, AppToken: s.AppToken, APIURL: s.APIURL(), Now: s.now.now, Recheck: time.Millisecond})
	require.NoError(t, err)
	for action, want := range map[string]chat.Result{"7/1/0": first, "8/1/0": other} {
		got, err := after.Do(t.Context(), chat.Action{Key: action, Verb: chat.OpenRoom, Spec: open.Spec}, true)
		require.NoError(t, err)
		require.Equal(t, want.Room, got.Room)
	}
	after.Quiesce()
}

func TestAnArchivedRoomIsMissing(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	r := s.must(s.post("1/1/0", "the card"))
	s.ArchiveBy(s.ana, s.room)
	e := s.wrong(s.post("1/1/1", "too late"), chat.Missing)
	require.Equal(t, "is_archived", e.Code)
	require.Contains(t, e.Hint, "archived")
	_ = s.wrong(chat.Action{Verb: chat.Edit, Room: chat.RoomID(s.room), Message: r.Message, Body: text("x")}, chat.Missing)
	s.must(chat.Action{Verb: chat.Archive, Room: chat.RoomID(s.room)})
}

func TestArchivingAfterALostAnswerIsDone(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	for _, private := range []bool{false, true} {
		name := fmt.Sprintf("inc-%t", private)
		r := s.must(chat.Action{Key: name, Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: name, Title: "X", Private: private}})
		archive := chat.Action{Key: name + "/a", Verb: chat.Archive, Room: r.Room}
		s.must(archive)
		s.must(archive)
		require.True(t, s.Channel(name).Archived)
	}
	r := s.must(chat.Action{Key: "x", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-lost", Title: "X"}})
	s.Fail("conversations.archive", slacktest.DropAfter, 1)
	_ = s.wrong(chat.Action{Verb: chat.Archive, Room: r.Room}, chat.Unsure)
	s.must(chat.Action{Verb: chat.Archive, Room: r.Room})
}

func TestPeopleWhoCannotComeAreNamed(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	gone := s.AddUser(slacktest.User{Handle: "gone", Deleted: true})
	guest := s.AddUser(slacktest.User{Handle: "guest", Guest: true})
	room := s.must(chat.Action{Key: "7", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7", Title: "X"}}).Room
	r := s.must(chat.Action{Verb: chat.Invite, Room: room, People: []chat.UserID{"U0ANA", "U404", chat.UserID(gone), chat.UserID(guest), chat.UserID(s.BotUser), "U0BEN"}})
	causes := map[chat.UserID]string{}
	for _, refused := range r.Refused {
		causes[refused.User] = refused.Cause
	}
	require.Equal(t, map[chat.UserID]string{
		"U404": "not in this workspace", chat.UserID(gone): "this account cannot be invited", chat.UserID(guest): "a guest who may not join",
	}, causes)
	require.Equal(t, []string{s.BotUser, s.ana, s.ben}, s.Channel(string(room)).Members)
	require.Len(t, s.Calls("conversations.invite"), 2, "one to learn who cannot, one for the rest")
}

func TestTheBotJoinsAPublicRoomItWasThrownOutOf(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.Leave(s.room, s.BotUser)
	s.must(s.post("1/1/0", "back again"))
	require.Contains(t, s.Channel(s.room).Members, s.BotUser)
	secret := s.AddChannel("secret", true, s.ana)
	e := s.wrong(chat.Action{Verb: chat.Post, Room: chat.RoomID(secret), Body: text("x")}, chat.Missing)
	require.Equal(t, "invite the bot to the channel", e.Hint)
}

func TestASlackThatCannotReadOurBlocksGetsPlainText(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	message := text("Checkout is down, over to ")
	message.Blocks[0].Spans = append(message.Blocks[0].Spans, chat.Span{Kind: chat.Person, User: "U0BEN", Text: "ben"})
	message.Blocks = append(message.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "ack", Label: "Acknowledge"}}})
	post := chat.Action{Key: "1/1/0", Verb: chat.Post, Room: chat.RoomID(s.room), Body: message}
	s.Refuse("chat.postMessage", "invalid_blocks", 1)
	s.must(post)
	s.Refuse("chat.postMessage", "msg_blocks_too_long", 2)
	s.must(post)
	all := s.Messages(s.room)
	require.Equal(t, []string{"Checkout is down, over to @ben", "[Acknowledge]"}, all[0].Lines, "the buttons are still there")
	require.Equal(t, []string{"Checkout is down, over to @ben"}, all[1].Lines)
	for _, ping := range s.Pings() {
		require.Equal(t, "U0BEN", ping.Target, "the mention still wakes, and nobody else")
	}
	require.Len(t, s.Pings(), 2)
}

func TestHostileTextPingsNobody(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	evil := "<!channel> <!here> <@U0ANA> @here @channel @everyone <https://evil.example|click> https://evil.example *x* `y`\x00"
	spans := []chat.Span{{Text: evil}}
	m := chat.Message{Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: spans},
		{Kind: chat.Text, Spans: append([]chat.Span{{Kind: chat.Bold, Text: evil}, {Kind: chat.Person, Text: evil}, {Kind: chat.Room, Text: evil}}, spans...)},
		{Kind: chat.Small, Spans: append([]chat.Span{{Kind: chat.Clock, Time: time.Unix(1772442000, 0), Text: "10:00"}}, spans...)},
		{Kind: chat.Fields, Fields: []chat.Field{{Label: evil, Value: spans}, {Label: "Commander", Value: append([]chat.Span{{Kind: chat.Room, Room: "C0000000001", Text: "x"}}, spans...)}}},
		{Kind: chat.Quote, Spans: spans},
		{Kind: chat.List, Items: [][]chat.Span{spans}},
		{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "ack", Value: evil, Label: evil}}},
	}}
	post := chat.Action{Key: "1/1/0", Verb: chat.Post, Room: chat.RoomID(s.room), Body: m}
	for refusals := range 3 {
		s.Refuse("chat.postMessage", "invalid_blocks", refusals)
		s.must(post)
		require.Empty(t, s.Pings(), "after %d refusals", refusals)
		require.Empty(t, s.Links(), "after %d refusals", refusals)
	}
	s.says(func(chat.Request) chat.Answer { return chat.Answer{Message: m} })
	s.Type(s.ana, s.room, "/incident show 7")
	require.Empty(t, s.Pings())
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.Fail("chat.postMessage", slacktest.Silent, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := s.p.Do(ctx, s.post("1/1/0", "x"), false)
	_ = classed(t, err, chat.Unsure)
}
