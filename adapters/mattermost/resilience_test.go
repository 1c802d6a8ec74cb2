package mattermost_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// reacts has somebody react without waiting for the bot to hear it.
func (s *stage) reacts(person string, post *model.Post) {
	s.Team.Person(person).React(post.Id, "pushpin")
}

// hearsReactions holds that exactly these people are heard to react, each once.
func (s *stage) hearsReactions(people ...string) {
	s.t.Helper()
	heard := map[chat.UserID]int{}
	for range people {
		heard[s.next(chat.Reacted).By.ID]++
	}
	want := map[chat.UserID]int{}
	for _, person := range people {
		want[s.User(s.t, person)] = 1
	}
	require.Equal(s.t, want, heard)
}

// What happens while the connection is down is heard when it is back, without anything being lost or
// heard twice: the server kept it.
func TestMissedEventsAreResumed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	post := s.Team.Person("ana").Say(string(s.Room(t, "general")), "restarted db-2")
	s.reacts("ana", post)
	s.hearsReactions("ana")
	s.Proxy.Refuse(true)
	s.Proxy.Cut()
	s.reacts("ben", post)
	s.reacts("chloe", post)
	s.Proxy.Refuse(false)
	s.hearsReactions("ben", "chloe")
	s.reacts("dora", post)
	s.hearsReactions("dora")
	s.silence()
}

// A server that was restarted knows nothing of the connection; then what was missed is read.
func TestMissedEventsAreReadAfterARestart(t *testing.T) {
	t.Parallel()
	s := begin(t)
	post := s.Team.Person("ana").Say(string(s.Room(t, "general")), "restarted db-2")
	s.reacts("ana", post)
	s.hearsReactions("ana")
	s.Proxy.Refuse(true)
	s.Proxy.Cut()
	s.Server.Stop()
	s.Server.Resume(t)
	s.reacts("ben", post)
	again := "restarted db-3"
	_, _, err := s.Team.Person("ana").Client.PatchPost(t.Context(), post.Id, &model.PostPatch{Message: &again})
	require.NoError(t, err)
	s.Proxy.Refuse(false)
	retold := s.next(chat.Retold)
	require.Equal(t, again, retold.On.Text)
	require.Equal(t, string(s.User(t, "ana")), string(retold.By.ID))
	s.reacts("chloe", post)
	s.hearsReactions("ben", "chloe")
	r, err := s.Platform().Do(t.Context(), chat.Action{Key: "42/1/0", Verb: chat.Post, Room: s.Room(t, "general"), Body: text("and speaks")}, true)
	require.NoError(t, err)
	require.NotEmpty(t, r.Message)
	s.silence()
}

// What people did while the bot was not running is read when it starts.
func TestMissedEventsAreReadAtTheStart(t *testing.T) {
	t.Parallel()
	s := prepare(t, nil)
	post := s.Team.Person("ana").Say(string(s.Room(t, "general")), "restarted db-2")
	s.reacts("ben", post)
	s.run()
	s.hearsReactions("ben")
	require.Len(t, s.Team.Said(string(s.Room(t, "general"))), 1)
}

// A connection that is half open, which no error ever shows, is given up.
func TestHalfOpenConnection(t *testing.T) {
	t.Parallel()
	s := begin(t, func(cfg *mattermost.Config) { cfg.Heartbeat = 100 * time.Millisecond })
	post := s.Team.Person("ana").Say(string(s.Room(t, "general")), "restarted db-2")
	s.Proxy.FreezeSockets()
	s.reacts("ben", post)
	s.hearsReactions("ben")
	s.silence()
}

// When the token is revoked Run ends and says what to do; before that, actions say it.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	s := begin(t)
	tokens, _, err := s.Server.Admin.GetUserAccessTokensForUser(t.Context(), s.Team.Bot.ID, 0, 10)
	require.NoError(t, err)
	_, err = s.Server.Admin.RevokeUserAccessToken(t.Context(), tokens[0].Id)
	require.NoError(t, err)
	failed := s.fails(chat.Action{Key: "42/1/0", Verb: chat.Post, Room: s.Room(t, "general"), Body: text("hello")})
	require.Equal(t, chat.Revoked, failed.Class)
	require.Contains(t, failed.Hint, "sitrep setup mattermost")
	require.NotContains(t, failed.Error(), s.Config.Token)
	s.Cut(t)
	select {
	case err = <-s.ended:
	case <-s.patience():
	}
	require.Equal(t, chat.Revoked, chat.ClassOf(err))
	require.NotContains(t, err.Error(), s.Config.Token)
}

// What only an admin can mend ends Run at the start, with the way out.
func TestHopelessStarts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*mattermost.Config)
		class  chat.Class
	}{
		"wrong token":   {func(cfg *mattermost.Config) { cfg.Token = model.NewId() }, chat.Revoked},
		"no such team":  {func(cfg *mattermost.Config) { cfg.Team = "opsss" }, chat.Missing},
		"another's URL": {func(cfg *mattermost.Config) { cfg.URL += "/elsewhere" }, chat.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prepare(t, nil, c.change)
			err := s.Platform().Run(t.Context(), s, func() { t.Error("ready") })
			var failed *chat.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, c.class, failed.Class)
			require.NotEmpty(t, failed.Hint)
		})
	}
	t.Run("not in the team", func(t *testing.T) {
		t.Parallel()
		s := prepare(t, nil)
		_, err := s.Server.Admin.RemoveTeamMember(t.Context(), s.Team.ID, s.Team.Bot.ID)
		require.NoError(t, err)
		err = s.Platform().Run(t.Context(), s, func() { t.Error("ready") })
		var failed *chat.Error
		require.ErrorAs(t, err, &failed)
		require.Contains(t, failed.Hint, "not a member of it")
	})
}

// The server's own limiter is obeyed: the class, and how long to wait. It gives back one call a second, and several
// hurry at once, so that a slow machine comes to the limit too.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := beginWith(t, map[string]string{
		"MM_RATELIMITSETTINGS_ENABLE": "true", "MM_RATELIMITSETTINGS_PERSEC": "1", "MM_RATELIMITSETTINGS_MAXBURST": "60",
		"MM_RATELIMITSETTINGS_VARYBYUSER": "true", "MM_RATELIMITSETTINGS_VARYBYREMOTEADDR": "false",
	})
	room := s.Room(t, "general")
	const hurried = 8
	var posted atomic.Int64
	refused := make(chan error, hurried)
	var all sync.WaitGroup
	for range hurried {
		all.Go(func() {
			for range 100 {
				_, err := s.Platform().Do(t.Context(), chat.Action{Key: model.NewId(), Verb: chat.Post, Room: room, Body: text("hurry")}, false)
				if err != nil {
					refused <- err
					return
				}
				posted.Add(1)
			}
		})
	}
	all.Wait()
	close(refused)
	require.NotEmpty(t, refused, "never limited")
	for err := range refused {
		var failed *chat.Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, chat.Limited, failed.Class)
		require.GreaterOrEqual(t, failed.Wait, time.Second)
	}
	require.Len(t, s.Team.Said(string(room)), int(posted.Load()), "what was limited did not happen")
}

// An archived room is missing for everything that would change it.
func TestArchivedRoom(t *testing.T) {
	t.Parallel()
	s := begin(t)
	opened := s.do(chat.Action{Key: "7/1/0", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7-x", Title: "X"}})
	said := s.do(chat.Action{Key: "7/1/1", Verb: chat.Post, Room: opened.Room, Body: text("last words")})
	s.do(chat.Action{Key: "7/2/0", Verb: chat.Archive, Room: opened.Room})
	for _, a := range []chat.Action{
		{Key: "7/3/0", Verb: chat.Post, Room: opened.Room, Body: text("hello?")},
		{Key: "7/3/1", Verb: chat.Topic, Room: opened.Room, Text: "hello?"},
		{Key: "7/3/2", Verb: chat.Upload, Room: opened.Room, File: chat.File{Name: "x.md", Data: []byte("x")}},
	} {
		failed := s.fails(a)
		require.Contains(t, []chat.Class{chat.Missing, chat.Forbidden}, failed.Class, "%s: %v", a.Verb, failed)
	}
	again, err := s.Platform().Do(t.Context(), chat.Action{Key: "7/1/1", Verb: chat.Post, Room: opened.Room, Body: text("last words")}, true)
	require.NoError(t, err, "what was said before is found")
	require.Equal(t, said.Message, again.Message)
	reopened := s.do(chat.Action{Key: "8/1/0", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7-x", Title: "X"}})
	require.Equal(t, "inc-7-x-2", reopened.RoomName, "an archived channel keeps its name")
}

// The server may have forgotten that the bot is in a channel it just made. It is reminded, and nothing is
// done twice.
func TestForgottenMembership(t *testing.T) {
	t.Parallel()
	s := begin(t)
	room := s.Room(t, "general")
	forbidden := mattermosttest.Answer(http.StatusForbidden, nil, `{"id":"api.context.permissions.app_error","status_code":403}`)
	rule := func(method, path string) *mattermosttest.Rule {
		re := regexp.MustCompile(path)
		r := &mattermosttest.Rule{Count: 1, Act: forbidden, Match: func(r *http.Request) bool {
			return r.Method == method && re.MatchString(r.URL.Path)
		}}
		s.Proxy.Add(r)
		return r
	}
	post := rule("POST", `/posts$`)
	look := rule("GET", `/members/`+s.Team.Bot.ID+`$`)
	s.do(chat.Action{Key: "7/1/0", Verb: chat.Post, Room: room, Body: text("still here")})
	require.Equal(t, 1, s.Proxy.Hits(post))
	require.Equal(t, 1, s.Proxy.Hits(look))
	require.Equal(t, []string{"still here"}, s.Team.Said(string(room)))
}

// A public channel that the bot was thrown out of is entered again; a private one is not.
func TestThrownOut(t *testing.T) {
	t.Parallel()
	s := begin(t)
	general := s.Room(t, "general")
	_, err := s.Server.Admin.RemoveUserFromChannel(t.Context(), string(general), s.Team.Bot.ID)
	require.NoError(t, err)
	s.do(chat.Action{Key: "7/1/0", Verb: chat.Post, Room: general, Body: text("back again")})
	require.Equal(t, []string{"back again"}, s.Team.Said(string(general)))

	secret, _, err := s.Server.Admin.CreateChannel(t.Context(), &model.Channel{
		TeamId: s.Team.ID, Name: "secret", DisplayName: "Secret", Type: model.ChannelTypePrivate,
	})
	require.NoError(t, err)
	failed := s.fails(chat.Action{Key: "7/1/1", Verb: chat.Post, Room: chat.RoomID(secret.Id), Body: text("hello?")})
	require.Equal(t, chat.Forbidden, failed.Class)
	require.NotEmpty(t, failed.Hint)
	_, err = s.Platform().Place(t.Context(), "secret")
	require.Equal(t, chat.Missing, chat.ClassOf(err), "it cannot be seen")
}

// Two tries of one post at once, as after a deadline that was too short, leave one post.
func TestOnePostOfTwoTries(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := chat.Action{Key: "7/1/0", Verb: chat.Post, Room: s.Room(t, "general"), Body: text("only once")}
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			_, err := s.Platform().Do(t.Context(), a, false)
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			require.Equal(t, chat.Unsure, chat.ClassOf(err))
		}
	}
	r, err := s.Platform().Do(t.Context(), a, true)
	require.NoError(t, err)
	require.NotEmpty(t, r.Message)
	require.Equal(t, []string{"only once"}, s.Team.Said(string(a.Room)))
}

// Somebody who uses the id by which the server recognises a second try gets nothing by it.
func TestStolenPendingID(t *testing.T) {
	t.Parallel()
	s := begin(t)
	seen := make(chan string, 1)
	s.Proxy.Add(&mattermosttest.Rule{Count: 1, Act: mattermosttest.LoseRequest, Match: func(r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/posts") || r.Method != http.MethodPost {
			return false
		}
		seen <- mattermosttest.Sent[model.Post](r).PendingPostId
		return true
	}})
	a := chat.Action{Key: "7/1/0", Verb: chat.Post, Room: s.Room(t, "general"), Body: text("mine")}
	require.Equal(t, chat.Unsure, s.fails(a).Class)
	pending := <-seen
	require.NotEmpty(t, pending)
	_, _, err := s.Team.Person("ben").Client.CreatePost(t.Context(), &model.Post{ChannelId: string(a.Room), Message: "ben's", PendingPostId: pending})
	require.NoError(t, err)
	r, err := s.Platform().Do(t.Context(), a, true)
	require.NoError(t, err)
	require.Equal(t, []string{"ben's", "mine"}, s.Team.Said(string(a.Room)))
	require.NotEmpty(t, r.Message)
}
