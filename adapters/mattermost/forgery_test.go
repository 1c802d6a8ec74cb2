package mattermost_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The parts of the refusals that people are to understand.
const (
	notFromMattermost = "did not come from Mattermost"
	copied            = "copied from somewhere else"
	notOurs           = "not one of sitrep's"
	doneAlready       = "done already"
	tooLong           = "too long on its way"
)

// posted is a card in general that ana has pressed once, and the callback of that.
func posted(s *stage) (string, mattermosttest.Callback) {
	s.t.Helper()
	r := s.do(chat.Action{Key: "42/1/0", Verb: chat.Post, Room: s.Room(s.t, "general"), Body: card("INC-7")})
	s.Press(s.t, "ana", "general", "Acknowledge")
	s.next(chat.Pressed)
	return string(r.Message), s.Callback(s.t, "/mattermost/action")
}

// harvest is a genuine trigger of somebody, which their own command gives to anybody with the right to
// make commands.
func harvest(s *stage, person string) string {
	s.t.Helper()
	caught := make(chan string, 1)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		caught <- r.PostFormValue("trigger_id")
	}))
	s.t.Cleanup(listener.Close)
	name := "harvest" + model.NewId()[:6]
	s.Team.Command(name, listener.URL)
	s.Team.Person(person).Type(string(s.Room(s.t, "general")), "/"+name)
	return <-caught
}

// forge posts a card of somebody's own that calls the bot with this context.
func forge(s *stage, person, channel string, context map[string]any) *model.Post {
	s.t.Helper()
	return forgeAs(s, person, channel, "", context)
}

// forgeAs also copies the key by which the bot knows its own posts.
func forgeAs(s *stage, person, channel, key string, context map[string]any) *model.Post {
	s.t.Helper()
	p := s.Team.Person(person)
	post := &model.Post{ChannelId: string(s.Room(s.t, channel)), Message: "press me"}
	post.AddProp(model.PostPropsAttachments, []*model.MessageAttachment{{Text: "INC-7", Actions: []*model.PostAction{{
		Id: "forged", Type: model.PostActionTypeButton, Name: "Forged",
		Integration: &model.PostActionIntegration{URL: s.Config.PublicURL + "/mattermost/action", Context: context},
	}}}})
	post.AddProp("sitrep_key", key)
	made, _, err := p.Client.CreatePost(s.t.Context(), post)
	require.NoError(s.t, err)
	return made
}

func TestForgedCards(t *testing.T) { //nolint:tparallel // its cases take turns in one world
	t.Parallel()
	s := begin(t)
	_, genuine := posted(s)
	context := genuine.Field(t, "context").(map[string]any)

	t.Run("a copied button on somebody's own post", func(t *testing.T) {
		forge(s, "ben", "general", context)
		require.Contains(t, s.Press(t, "ana", "general", "Forged").Text, copied)
		s.silence()
	})
	t.Run("a copied button in another channel", func(t *testing.T) {
		forge(s, "ben", "incidents", context)
		require.Contains(t, s.Press(t, "ana", "incidents", "Forged").Text, notOurs)
		s.silence()
	})
	t.Run("an invented button", func(t *testing.T) {
		forge(s, "ben", "status", map[string]any{"action": "ack", "value": "7", "bound": "user", "to": s.User(t, "ana"), "sum": "x"})
		require.Contains(t, s.Press(t, "ana", "status", "Forged").Text, notOurs)
		s.silence()
	})
	t.Run("a button without a context", func(t *testing.T) {
		forge(s, "ben", "leadership", nil)
		require.Contains(t, s.Press(t, "ana", "leadership", "Forged").Text, notOurs)
		s.silence()
	})
	t.Run("a copied button that keeps the key too", func(t *testing.T) {
		forgeAs(s, "ben", "general", "42/1/0", context)
		require.Contains(t, s.Press(t, "ana", "general", "Forged").Text, copied)
		s.silence()
	})
}

func TestForgedPresses(t *testing.T) { //nolint:tparallel // its cases take turns in one world
	t.Parallel()
	s := begin(t)
	_, genuine := posted(s)
	context := genuine.Field(t, "context").(map[string]any)
	fresh := func() mattermosttest.Callback {
		return genuine.With(t, "trigger_id", harvest(s, "ben")).With(t, "user_id", s.User(t, "ben"))
	}
	tampered := func(key string, value any) map[string]any {
		changed := maps.Clone(context)
		changed[key] = value
		return changed
	}
	for name, c := range map[string]struct {
		callback mattermosttest.Callback
		told     string
	}{
		"the same again":           {genuine, doneAlready},
		"as somebody else":         {fresh().With(t, "user_id", s.User(t, "ana")), notFromMattermost},
		"without a trigger":        {genuine.With(t, "trigger_id", ""), notFromMattermost},
		"with a made-up trigger":   {genuine.With(t, "trigger_id", invented(string(s.User(t, "ana")))), notFromMattermost},
		"with another value":       {fresh().With(t, "context", tampered("value", "8")), notOurs},
		"with another action":      {fresh().With(t, "context", tampered("action", "resolve")), notOurs},
		"with another binding":     {fresh().With(t, "context", tampered("bound", "user")), notOurs},
		"in another channel":       {fresh().With(t, "channel_id", s.Room(t, "status")), notOurs},
		"on another post":          {fresh().With(t, "post_id", model.NewId()), copied},
		"on somebody's own post":   {fresh().With(t, "post_id", forge(s, "ben", "general", nil).Id), copied},
		"with a value of its kind": {fresh().With(t, "context", tampered("sum", 7)), notOurs},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, s.Deliver(t, c.callback), c.told)
			s.silence()
		})
	}
	t.Run("what nothing is wrong with is heard", func(t *testing.T) {
		s.Deliver(t, fresh())
		require.Equal(t, s.User(t, "ben"), s.next(chat.Pressed).By.ID)
	})
}

// invented is a trigger in the right form with a signature of nobody's.
func invented(user string) string {
	raw := strings.Repeat("a", 26) + ":" + user + ":1700000000000:" + base64.StdEncoding.EncodeToString([]byte("signature"))
	return base64.StdEncoding.EncodeToString([]byte(raw))
}

// A trigger that lay about is good for nothing, even if it is genuine and unused.
func TestOldTrigger(t *testing.T) {
	t.Parallel()
	s := begin(t)
	_, genuine := posted(s)
	old := genuine.With(t, "trigger_id", harvest(s, "ben")).With(t, "user_id", s.User(t, "ben"))
	s.later(2 * time.Minute)
	require.Contains(t, s.Deliver(t, old), tooLong)
	s.silence()
	s.later(-4 * time.Minute)
	require.Contains(t, s.Deliver(t, old), tooLong, "nor may it come from the future")
	s.silence()
}

func TestForgedCommands(t *testing.T) { //nolint:tparallel // its cases take turns in one world
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Message: text("understood")})
	s.Type(t, "ana", "general", "/incident list")
	s.next(chat.Typed)
	genuine := s.Callback(t, "/mattermost/command")
	trigger := harvest(s, "ben")
	for name, c := range map[string]struct {
		callback mattermosttest.Callback
		told     string
	}{
		"the same again":         {genuine, doneAlready},
		"with another token":     {genuine.With(t, "token", model.NewId()), "token"},
		"without a token":        {genuine.With(t, "token", ""), "token"},
		"as somebody else":       {genuine.With(t, "trigger_id", trigger), notFromMattermost},
		"without a trigger":      {genuine.With(t, "trigger_id", ""), notFromMattermost},
		"with a made-up trigger": {genuine.With(t, "trigger_id", invented(string(s.User(t, "ana")))), notFromMattermost},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.Deliver(t, c.callback)
			require.Contains(t, answer, c.told)
			require.Contains(t, answer, `"response_type":"ephemeral"`)
			s.silence()
		})
	}
	t.Run("a regenerated token is explained to the person", func(t *testing.T) {
		commands, _, err := s.Server.Admin.ListCommands(t.Context(), s.Team.ID, true)
		require.NoError(t, err)
		for _, c := range commands {
			if c.Trigger == "incident" {
				_, _, err = s.Server.Admin.RegenCommandToken(t.Context(), c.Id)
				require.NoError(t, err)
			}
		}
		require.Contains(t, s.Type(t, "ana", "general", "/incident list").Text, "sitrep setup mattermost")
		s.silence()
	})
}

func TestForgedForms(t *testing.T) { //nolint:tparallel // its cases take turns in one world
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Form: form()})
	values := map[string]any{"title": "Payments down", "severity": "P0"}
	open := func() model.OpenDialogRequest {
		s.Type(t, "ana", "general", "/incident")
		s.next(chat.Typed)
		return s.Team.Person("ana").LastDialog()
	}
	general, incidents := string(s.Room(t, "general")), string(s.Room(t, "incidents"))

	t.Run("a stolen form", func(t *testing.T) {
		answer := s.Team.Person("ben").Submit(general, open(), values)
		require.Contains(t, answer.Error, "opened by somebody else")
		s.silence()
	})
	t.Run("in another channel", func(t *testing.T) {
		require.Contains(t, s.Team.Person("ana").Submit(incidents, open(), values).Error, "another channel")
		s.silence()
	})
	t.Run("a changed form", func(t *testing.T) {
		dialog := open()
		body, sum, _ := strings.Cut(dialog.Dialog.State, ".")
		raw, err := base64.RawURLEncoding.DecodeString(body)
		require.NoError(t, err)
		var state map[string]any
		require.NoError(t, json.Unmarshal(raw, &state))
		state["s"] = "8"
		raw, err = json.Marshal(state)
		require.NoError(t, err)
		dialog.Dialog.State = base64.RawURLEncoding.EncodeToString(raw) + "." + sum
		require.Contains(t, s.Team.Person("ana").Submit(general, dialog, values).Error, notOurs)
		s.silence()
	})
	t.Run("a form without a state", func(t *testing.T) {
		dialog := open()
		dialog.Dialog.State = ""
		require.Contains(t, s.Team.Person("ana").Submit(general, dialog, values).Error, notOurs)
		s.silence()
	})
	t.Run("sent twice", func(t *testing.T) {
		dialog := open()
		require.Empty(t, s.Team.Person("ana").Submit(general, dialog, values).Error)
		require.Equal(t, "Payments down", s.next(chat.Sent).Values["title"])
		require.Contains(t, s.Team.Person("ana").Submit(general, dialog, values).Error, "sent already")
		s.silence()
	})
	t.Run("past Mattermost, as somebody else", func(t *testing.T) {
		require.Empty(t, s.Team.Person("ana").Submit(general, open(), values))
		s.next(chat.Sent)
		stolen := s.Callback(t, "/mattermost/dialog").With(t, "state", open().Dialog.State)
		require.Contains(t, s.Deliver(t, stolen.With(t, "user_id", s.User(t, "ben"))), "opened by somebody else")
		s.silence()
	})
	t.Run("open for too long", func(t *testing.T) {
		dialog := open()
		s.later(2 * time.Hour)
		defer s.later(-2 * time.Hour)
		require.Contains(t, s.Team.Person("ana").Submit(general, dialog, values).Error, "open for too long")
		s.silence()
	})
	t.Run("values that no client would send", func(t *testing.T) {
		for input, value := range map[string]any{
			"title": strings.Repeat("é", 41), "severity": "P9", "who": "ben",
		} {
			wrong := map[string]any{"title": "x", "severity": "P0", "extra": "y", input: value}
			answer := s.Team.Person("ana").Submit(general, open(), wrong)
			require.NotEmpty(t, answer.Errors[input], input)
		}
		require.NotEmpty(t, s.Team.Person("ana").Submit(general, open(), map[string]any{"title": 7, "severity": nil}).Errors["title"])
		s.silence()
	})
}

// A button on a private answer is for the one who got it.
func TestPrivateButtonOfAnother(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Message: card("Did you mean ack?")})
	s.Type(t, "ana", "general", "/incident akc")
	s.says(chat.Answer{})
	s.Press(t, "ana", "general", "Acknowledge")
	s.next(chat.Pressed)
	genuine := s.Callback(t, "/mattermost/action")
	stolen := genuine.With(t, "trigger_id", harvest(s, "ben")).With(t, "user_id", s.User(t, "ben"))
	require.Contains(t, s.Deliver(t, stolen), copied)
	s.silence()
}

// What is not a callback at all gets no words.
func TestNoCallback(t *testing.T) {
	t.Parallel()
	s := begin(t)
	for _, path := range []string{"/mattermost/command", "/mattermost/action", "/mattermost/dialog"} {
		resp, err := http.Get(s.Config.PublicURL + path)
		require.NoError(t, err)
		require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
		resp.Body.Close()
		for kind, body := range map[string]string{"text/plain": "x", "": "x", "multipart/form-data": "x"} {
			require.Equal(t, http.StatusUnsupportedMediaType, status(t, s.Config.PublicURL+path, kind, body), kind)
		}
	}
	for _, path := range []string{"/mattermost/action", "/mattermost/dialog"} {
		require.Equal(t, http.StatusBadRequest, status(t, s.Config.PublicURL+path, "application/json", "{"))
		huge := `{"user_id":"` + strings.Repeat("x", 1<<20) + `"}`
		require.Equal(t, http.StatusBadRequest, status(t, s.Config.PublicURL+path, "application/json", huge))
	}
	s.silence()
}

func status(t *testing.T, url, kind, body string) int {
	t.Helper()
	resp, err := http.Post(url, kind, strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// Before the bot is connected it says so, and hears nothing.
func TestTooEarly(t *testing.T) {
	t.Parallel()
	s := prepare(t, nil)
	require.Contains(t, s.Team.Person("ana").Type(string(s.Room(t, "general")), "/incident list").Text, "just starting")
	s.silence()
}

// The late answer goes to the server of the config, wherever a callback wants it.
func TestLateAnswerStaysHome(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.says(chat.Answer{Form: form()})
	called := make(chan string, 1)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	defer elsewhere.Close()
	s.Type(t, "ana", "general", "/incident")
	s.next(chat.Typed)
	genuine := s.Callback(t, "/mattermost/command")
	own := genuine.With(t, "trigger_id", harvest(s, "ana")).With(t, "response_url", elsewhere.URL+"/hooks/commands/"+model.NewId())
	s.Deliver(t, own)
	s.next(chat.Typed)
	s.says(chat.Answer{Message: text("declared")})
	s.Team.Person("ana").Submit(string(s.Room(t, "general")), s.Team.Person("ana").LastDialog(), map[string]any{"title": "x", "severity": "P0"})
	s.next(chat.Sent)
	require.Empty(t, called)
	require.Len(t, s.Whispers(t, "ana"), 1, "the answer came another way")
}
