package slacktest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// recorder is a TB that keeps what the server complains about.
type recorder struct {
	testing.TB
	mu    sync.Mutex
	found []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, fmt.Sprintf(format, args...))
}

type bundle struct {
	*slacktest.Server
	clock *clock
	api   *slack.Client
	ana   string
	ben   string
	room  string
}

func setup(t *testing.T, opts slacktest.Options) *bundle {
	t.Helper()
	b := &bundle{clock: newClock()}
	opts.Now = b.clock.now
	b.Server = slacktest.New(t, opts)
	b.api = slack.New(b.BotToken, slack.OptionAPIURL(b.APIURL()), slack.OptionAppLevelToken(b.AppToken))
	b.ana = b.AddUser(slacktest.User{ID: "U0ANA", Handle: "ana", Name: "Ana Souza", Email: "ana@example.org", Locale: "pt-BR", Zone: "America/Sao_Paulo"})
	b.ben = b.AddUser(slacktest.User{ID: "U0BEN", Handle: "ben", Name: "Ben"})
	b.room = b.AddChannel("incidents", false, b.ana, b.BotUser)
	return b
}

func code(t *testing.T, err error) string {
	t.Helper()
	var e slack.SlackErrorResponse
	require.ErrorAs(t, err, &e)
	return e.Err
}

func TestTokensAreOfTheRightKindAndHaveScopes(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	who, err := b.api.AuthTest()
	require.NoError(t, err)
	require.Equal(t, b.BotUser, who.UserID)

	_, err = slack.New("", slack.OptionAPIURL(b.APIURL())).AuthTest()
	require.Equal(t, "not_authed", code(t, err))
	_, err = slack.New("xoxb-other", slack.OptionAPIURL(b.APIURL())).AuthTest()
	require.Equal(t, "invalid_auth", code(t, err))
	_, err = slack.New(b.AppToken, slack.OptionAPIURL(b.APIURL())).AuthTest()
	require.Equal(t, "not_allowed_token_type", code(t, err))

	b.Without("pins:write")
	err = b.api.AddPin(b.room, slack.NewRefToMessage(b.room, "1.000000"))
	var e slack.SlackErrorResponse
	require.ErrorAs(t, err, &e)
	require.Equal(t, "missing_scope", e.Err)
	require.Equal(t, "pins:write", e.Needed)
	require.NotContains(t, e.Provided, "pins:write")

	b.Revoke("token_revoked")
	_, err = b.api.AuthTest()
	require.Equal(t, "token_revoked", code(t, err))
}

func TestPrivateChannelsAskForTheirOwnScopes(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	b.Without("groups:write")
	_, err := b.api.CreateConversation(slack.CreateConversationParams{ChannelName: "inc-1", IsPrivate: true})
	require.Equal(t, "missing_scope", code(t, err))
	_, err = b.api.CreateConversation(slack.CreateConversationParams{ChannelName: "inc-1"})
	require.NoError(t, err)
}

func TestWhatIsNotKnownIsLoud(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	s := slacktest.New(r, slacktest.Options{})
	resp, err := http.PostForm(s.APIURL()+"conversations.mark", url.Values{"token": {s.BotToken}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusNotImplemented, resp.StatusCode)
	resp, err = http.PostForm(s.APIURL()+"auth.test", url.Values{"token": {s.BotToken}, "client_msg_id": {"1"}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	r.mu.Lock()
	defer r.mu.Unlock()
	require.Len(t, r.found, 2)
	require.Contains(t, r.found[0], "conversations.mark")
	require.Contains(t, r.found[1], `"client_msg_id"`)
}

func TestTheLogRemembersEveryCall(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	_, err := b.api.GetUserInfo("U404")
	require.Error(t, err)
	calls := b.Calls("users.info")
	require.Len(t, calls, 1)
	require.Equal(t, "user_not_found", calls[0].Outcome)
	require.Equal(t, "bot", calls[0].Token)
	require.Equal(t, "U404", calls[0].Args["user"])
	require.NotContains(t, calls[0].Args, "token")
}

func TestRateLimitsAreCountedForEachMethodAndChannel(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{Rates: true, Burst: 2})
	other := b.AddChannel("status", false, b.BotUser)
	post := func(channel string) error {
		_, _, err := b.api.PostMessage(channel, slack.MsgOptionText("hi", false))
		return err
	}
	require.NoError(t, post(b.room))
	require.NoError(t, post(b.room))
	var limited *slack.RateLimitedError
	require.ErrorAs(t, post(b.room), &limited)
	require.Equal(t, 2*time.Second, limited.RetryAfter)
	require.NoError(t, post(other), "another channel has its own second")
	b.clock.add(2 * time.Second)
	require.NoError(t, post(b.room))

	for i := range 20 {
		_, err := b.api.CreateConversation(slack.CreateConversationParams{ChannelName: fmt.Sprintf("inc-%d", i)})
		require.NoError(t, err)
	}
	_, err := b.api.CreateConversation(slack.CreateConversationParams{ChannelName: "inc-99"})
	require.ErrorAs(t, err, &limited)
	require.Equal(t, time.Minute, limited.RetryAfter)
}

func TestFaultsComeAsOrdered(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	post := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, _, err := b.api.PostMessageContext(ctx, b.room, slack.MsgOptionText("hi", false))
		return err
	}
	effects := map[slacktest.Fault]int{
		slacktest.DropAfter: 1, slacktest.ErrorAfter: 1, slacktest.FatalAfter: 1, slacktest.SilentAfter: 1,
		slacktest.DropBefore: 0, slacktest.Internal: 0, slacktest.Unavailable: 0, slacktest.HTML: 0,
		slacktest.Limited: 0, slacktest.LimitedBare: 0, slacktest.LimitedDate: 0, slacktest.LimitedBody: 0,
	}
	for fault, effect := range effects {
		before := len(b.Messages(b.room))
		b.Fail("chat.postMessage", fault, 1)
		require.Error(t, post(), fault)
		require.Len(t, b.Messages(b.room), before+effect, fault)
	}
	b.Fail("chat.postMessage", slacktest.MuteAfter, 1)
	require.NoError(t, post(), "ok:false without a code looks like success to the client")
	b.Refuse("chat.postMessage", "restricted_action", 1)
	require.Equal(t, "restricted_action", code(t, post()))
	b.FailFrom("chat.postMessage", 1, slacktest.Internal)
	require.NoError(t, post())
	require.Error(t, post())
	b.Fail("*", slacktest.Internal, -1)
	require.Error(t, post())
	b.Heal()
	require.NoError(t, post())
}

func TestUploadsGoThreeSteps(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	f, err := b.api.UploadFile(slack.UploadFileParameters{
		Channel: b.room, Filename: "log.md", FileSize: 5, Reader: strings.NewReader("# log"), Title: "Log", InitialComment: "the log",
	})
	require.NoError(t, err)
	require.Equal(t, "# log", string(b.FileData(f.ID)))
	messages := b.Messages(b.room)
	require.Len(t, messages, 1)
	require.Equal(t, []string{f.ID}, messages[0].Files)
	_, err = b.api.CompleteUploadExternalContext(t.Context(), slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: f.ID}}})
	require.Equal(t, "file_not_found", code(t, err), "a file completes once")
	b.NeverShare()
	_, err = b.api.UploadFile(slack.UploadFileParameters{Channel: b.room, Filename: "a", FileSize: 1, Reader: strings.NewReader("a")})
	require.NoError(t, err)
	require.Len(t, b.Messages(b.room), 1, "ok, and yet nothing was shared")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	u, err := b.api.GetUserInfo(b.ana)
	require.NoError(t, err)
	require.Equal(t, "pt-BR", u.Locale)
	require.Equal(t, "America/Sao_Paulo", u.TZ)
	u, err = b.api.GetUserByEmail("ana@example.org")
	require.NoError(t, err)
	require.Equal(t, b.ana, u.ID)
	_, err = b.api.GetUserByEmail("nobody@example.org")
	require.Equal(t, "users_not_found", code(t, err))
	all, err := b.api.GetUsers(slack.GetUsersOptionLimit(1))
	require.NoError(t, err)
	require.Len(t, all, 3, "paging goes on over an empty page")
	members, err := b.api.GetUserGroupMembers(b.AddGroup("architects", b.ana))
	require.NoError(t, err)
	require.Equal(t, []string{b.ana}, members)
}
