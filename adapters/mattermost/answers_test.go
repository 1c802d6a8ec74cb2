package mattermost_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func values() map[string]string { return map[string]string{"title": "Payments down", "severity": "P0"} }

// The private answer to a form that a command opened comes where the command was typed.
func TestFormFromACommandIsAnsweredThere(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Form: form(), Message: text("INC-7 is declared")})
	s.Type(t, "ana", "general", "/incident")
	require.Equal(t, "INC-7 is declared", s.Submit(t, "ana", values()).Text)
	require.Empty(t, s.Whispers(t, "ana"))
	require.Empty(t, s.Messages(t, "general"))
}

// A button leaves no way for a late answer, so that one is a private message.
func TestFormFromAButtonIsAnsweredInPrivate(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.do(chat.Action{Key: "7/1/0", Verb: chat.Post, Room: s.Room(t, "general"), Body: card("INC-7")})
	s.says(chat.Answer{Form: form(), Message: text("updated")})
	require.NotNil(t, s.Press(t, "ana", "general", "Acknowledge").Form)
	require.Equal(t, "updated", s.Submit(t, "ana", values()).Text)
	require.Len(t, s.Whispers(t, "ana"), 1)
}

// The answer to a button cannot carry buttons; it points to a private message that can.
func TestButtonsInTheAnswerToAButton(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.do(chat.Action{Key: "7/1/0", Verb: chat.Post, Room: s.Room(t, "general"), Body: card("INC-7")})
	more := text("Close it?")
	more.Blocks = append(more.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "close", Value: "7", Label: "Yes"}}})
	s.says(chat.Answer{Message: more})
	require.Equal(t, []string{"Yes"}, s.Press(t, "ana", "general", "Acknowledge").Buttons)
	s.next(chat.Pressed)
	s.says(chat.Answer{Message: text("closed")})
	require.Equal(t, "closed", s.Press(t, "ana", "@sitrep", "Yes").Text)
	require.Equal(t, "close", s.next(chat.Pressed).Action)
}

// A reaction can be answered too.
func TestReactionIsAnsweredInPrivate(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Message: text("It is in the log.")})
	s.Say(t, "ana", "general", "restarted db-2")
	s.React(t, "ben", "general", "restarted", "pushpin")
	s.Team.Person("ben").Await("the answer", holds("It is in the log."))
	require.Len(t, s.Whispers(t, "ben"), 1)
	require.Empty(t, s.Whispers(t, "ana"))
}

// A form that cannot be opened says what to type instead; the request was heard all the same.
func TestFormThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Form: form()})
	s.Proxy.Add(&mattermosttest.Rule{
		Count: 1, Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/dialogs/open") },
		Act: mattermosttest.Answer(http.StatusBadRequest, nil, `{"id":"interactive_message.decode_trigger_id.expired","status_code":400}`),
	})
	answer := s.Team.Person("ana").Type(string(s.Room(t, "general")), "/incident")
	require.Contains(t, answer.Text, "Type `/incident declare …` instead")
	s.next(chat.Typed)
}

// A form has no form behind it here; the person learns what to type.
func TestFormAfterAForm(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.answers = func(chat.Request) chat.Answer { return chat.Answer{Form: form()} }
	s.Type(t, "ana", "general", "/incident")
	s.Team.Person("ana").Submit(string(s.Room(t, "general")), s.Team.Person("ana").LastDialog(), map[string]any{"title": "x", "severity": "P0"})
	require.Contains(t, s.Team.Person("ana").Whisper("To go on").Message, "`/incident declare`")
}

// What cannot be checked is not believed, and the person is not accused.
func TestServerOutOfReach(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, genuine := posted(s)
	s.later(40 * time.Second)
	s.Proxy.Add(&mattermosttest.Rule{
		Count: 1 << 20, Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/config/client") },
		Act: mattermosttest.LoseRequest,
	})
	require.Contains(t, s.Deliver(t, genuine.With(t, "trigger_id", invented(string(s.User(t, "ana"))))), "cannot reach Mattermost")
	s.silence()
}

// Buttons and forms from before a restart work after it, and what was delivered before is known by its
// delivery id.
func TestRestartOfTheBot(t *testing.T) {
	t.Parallel()
	s := begin(t)
	general := s.Room(t, "general")
	s.do(chat.Action{Key: "7/1/0", Verb: chat.Post, Room: general, Body: card("INC-7")})
	edited := s.do(chat.Action{Key: "7/1/1", Verb: chat.Post, Room: s.Room(t, "incidents"), Body: card("INC-7")})
	s.do(chat.Action{Key: "7/2/0", Verb: chat.Edit, Room: edited.Room, Message: edited.Message, Body: card("INC-7, edited")})
	s.Press(t, "ana", "general", "Acknowledge")
	before := s.next(chat.Pressed)
	press := s.Callback(t, "/mattermost/action")
	s.says(chat.Answer{Form: form()})
	s.Type(t, "ana", "general", "/incident")
	s.next(chat.Typed)

	s.stop()
	require.NoError(t, <-s.ended)
	s.Restart(t)
	s.run()
	s.says(chat.Answer{Message: text("heard")})

	require.Equal(t, "heard", s.Press(t, "ben", "general", "Acknowledge").Text)
	require.Equal(t, "heard", s.Press(t, "ben", "incidents", "Acknowledge").Text)
	require.Equal(t, "heard", s.Submit(t, "ana", values()).Text)
	sent := s.next(chat.Sent)
	require.Equal(t, "Payments down", sent.Values["title"])
	require.Equal(t, "7", sent.State)
	s.Deliver(t, press)
	require.Equal(t, before.Delivery, s.next(chat.Pressed).Delivery)
	r, err := s.Platform().Do(t.Context(), chat.Action{Key: "7/1/0", Verb: chat.Post, Room: general, Body: card("INC-7")}, true)
	require.NoError(t, err)
	require.NotEmpty(t, r.Message)
	require.Len(t, s.Messages(t, "general"), 1)
}

// Once the room is open, all the rest of a declaration is under way at the same time: every call waits
// here for all the others.
func TestDeclareIsTwoHops(t *testing.T) {
	t.Parallel()
	s := begin(t)
	team := []string{"ana", "ben", "chloe", "dora", "emil", "fay"}
	var ids []chat.UserID
	for _, name := range team {
		_, err := s.Platform().Person(t.Context(), name)
		require.NoError(t, err)
		ids = append(ids, s.User(t, name))
	}
	writes := func(r *http.Request) bool { return r.Method != http.MethodGet }
	first := &mattermosttest.Rule{Count: 1, Match: writes, Act: func(w http.ResponseWriter, r *http.Request, _ func()) { s.Proxy.Forward(w, r) }}
	s.Proxy.Add(first)
	var together sync.WaitGroup
	together.Add(len(ids) + 3)
	rest := &mattermosttest.Rule{Count: 1 << 20, Match: writes, Act: func(w http.ResponseWriter, r *http.Request, _ func()) {
		together.Done()
		together.Wait()
		s.Proxy.Forward(w, r)
	}}
	s.Proxy.Add(rest)
	room := s.do(chat.Action{Key: "7/1/0", Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-7", Title: "Checkout down", Topic: "P0"}}).Room
	require.Equal(t, 1, s.Proxy.Hits(first))
	require.Zero(t, s.Proxy.Hits(rest), "a room is open after one call")

	greeting := card("INC-7")
	greeting.Blocks[0].Spans = append(greeting.Blocks[0].Spans, chat.Span{Kind: chat.Person, User: ids[0], Text: "ana"})
	actions := []chat.Action{
		{Key: "7/1/1", Verb: chat.Invite, Room: room, People: ids},
		{Key: "7/1/2", Verb: chat.Topic, Room: room, Text: "P0 · Investigating"},
		{Key: "7/1/3", Verb: chat.Post, Room: room, Body: greeting},
		{Key: "7/1/4", Verb: chat.Post, Room: s.Room(t, "incidents"), Body: text("INC-7 is declared")},
	}
	errs := make(chan error, len(actions))
	for _, a := range actions {
		go func() {
			_, err := s.Platform().Do(t.Context(), a, false)
			errs <- err
		}()
	}
	for range actions {
		require.NoError(t, <-errs)
	}
	require.Equal(t, team, s.Members(t, "inc-7"))
}

// Who changes their name or language is known by the new one soon after.
func TestPersonChanges(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ana := s.Team.Person("ana")
	s.Type(t, "ana", "general", "/incident list")
	require.Equal(t, "ana", s.next(chat.Typed).By.Name)
	nickname, locale := "Ana Lima", "fr"
	_, _, err := ana.Client.PatchUser(t.Context(), ana.ID, &model.UserPatch{Nickname: &nickname, Locale: &locale})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		s.Type(t, "ana", "general", "/incident list")
		by := s.next(chat.Typed).By
		return by.Name == nickname && by.Locale == locale
	}, time.Minute, time.Millisecond)
}
