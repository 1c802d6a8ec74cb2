package room_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestMentions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for text, want := range map[string]string{
		"@ana": "@ana", "hello @Ben!": "@Ben", "@ana, @ben.": "@ana @ben", "@zoe.m.": "@zoe.m", "@zoe.m's": "@zoe.m",
		"ana@ana": "", "x@ben": "", "@@ana": "", "@annabel": "", "@": "", "@zoe": "", "mailto:ana@ben.example": "", "see /@ana": "",
		"(@ana)": "@ana", "@ana @ana": "@ana", "é@ana": "@ana",
	} {
		h.say("ana", "general", "/incident "+text)
		all := h.requests()
		var got []string
		for _, m := range all[len(all)-1].People {
			got = append(got, m.Token)
		}
		require.Equal(t, want, strings.Join(got, " "), "people in %q", text)
	}
}

func TestSlashCommand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for line, want := range map[string]string{
		"/incident": "", "/incident  declare  x ": "declare  x", "/INCIDENT list": "list", "  /incident list": "list", "/incident\nlist": "list",
	} {
		require.Empty(t, h.say("ana", "general", line).Error, line)
		all := h.requests()
		require.Equal(t, want, all[len(all)-1].Text, "what follows in %q", line)
	}
	heard := len(h.requests())
	require.Equal(t, "no_command", h.say("ana", "general", "/incidents list").Error)
	require.Equal(t, "empty", h.say("ana", "general", " \n ").Error)
	require.Equal(t, "too_long", h.say("ana", "general", strings.Repeat("é", 8001)).Error)
	require.Len(t, h.requests(), heard, "nothing of that is a request")
	require.Empty(t, h.messages("ben", h.place("general")), "nothing of that is said")
}

func TestSayTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := func() map[string]any {
		return map[string]any{"room": h.place("general"), "text": "once", "delivery": "d1"}
	}
	first, second := h.act("ana", "say", body()), h.act("ana", "say", body())
	require.Equal(t, first.Message.ID, second.Message.ID, "what is sent again is there once")
	require.NotEqual(t, first.Message.ID, h.act("ben", "say", body()).Message.ID, "ids of one person are nothing to another")
	require.Len(t, h.messages("ana", h.place("general")), 2)
}

func TestMembersOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	public := h.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-1"}}).Room
	secret := h.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: "inc-2", Private: true}}).Room
	m := h.do(chat.Action{Verb: chat.Post, Room: secret, Body: text("secret")}).Message
	say := func(room chat.RoomID) string {
		return h.act("ana", "say", map[string]any{"room": room, "text": "hello"}).Error
	}
	require.Equal(t, "not_member", say(public))
	require.Empty(t, h.act("ana", "join", map[string]any{"room": public}).Error)
	require.Empty(t, say(public))
	require.Equal(t, "no_room", say(secret))
	require.Equal(t, "no_room", h.act("ana", "join", map[string]any{"room": secret}).Error, "nobody lets themselves in")
	require.Equal(t, "no_room", h.act("ana", "react", map[string]any{"room": secret, "message": m, "reaction": "eyes", "on": true}).Error)
	status, body := h.get("/room/api/messages?as=ana&room=" + string(secret))
	require.Equal(t, 404, status)
	require.NotContains(t, string(body), "secret\"}]")
	_, state := h.get("/room/api/state?as=ana")
	require.NotContains(t, string(state), "inc-2")
	h.do(chat.Action{Verb: chat.Archive, Room: public})
	require.Equal(t, "archived", say(public))
}

func TestOthersCannot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	general := h.place("general")
	said := h.say("ana", "general", "mine").Message.ID
	h.answers(chat.Answer{Message: chat.Message{Blocks: []chat.Block{{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "a", Label: "A"}}}}}})
	private := h.say("ana", "general", "/incident").Message.ID
	press := map[string]any{"room": general, "message": private, "action": "a"}
	require.Equal(t, "no_message", h.act("ben", "press", press).Error, "a private answer is nobody else's")
	require.Equal(t, "no_message", h.act("ben", "mark", map[string]any{"room": general, "message": private}).Error)
	require.Empty(t, h.act("ana", "press", press).Error)
	require.Equal(t, "not_yours", h.act("ben", "rewrite", map[string]any{"room": general, "message": said, "text": "x"}).Error)
	require.Equal(t, "no_room", h.act("ben", "say", map[string]any{"room": "D-ana", "text": "x"}).Error, "nor is a conversation")
	require.Equal(t, "no_message", h.act("ana", "react", map[string]any{"room": general, "message": said, "reaction": "<b>", "on": true}).Error)
	require.Equal(t, "nobody", h.act("sitrep", "say", map[string]any{"room": general, "text": "x"}).Error, "nobody is the bot")
	require.Equal(t, "nobody", h.act("zed", "say", map[string]any{"room": general, "text": "x"}).Error)
	require.Equal(t, "bad_request", h.act("ana", "dance", map[string]any{"room": general}).Error)
}

func TestButtonGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	general := h.place("general")
	button := func(value string) chat.Message {
		return chat.Message{Blocks: []chat.Block{{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "ack", Value: value, Label: "Ack"}}}}}
	}
	m := h.do(chat.Action{Verb: chat.Post, Room: general, Body: button("1")}).Message
	press := map[string]any{"room": general, "message": m, "action": "ack", "value": "1"}
	require.Empty(t, h.act("ana", "press", press).Error)
	h.do(chat.Action{Verb: chat.Edit, Room: general, Message: m, Body: button("2")})
	require.Equal(t, "no_button", h.act("ana", "press", press).Error, "a button that the message no longer has is not pressed")
	require.Len(t, h.requests(), 1)
}

func TestReactionOnceAndAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	general := h.place("general")
	m := h.say("ana", "general", "fire").Message.ID
	react := func(on bool) {
		h.act("ben", "react", map[string]any{"room": general, "message": m, "reaction": "pushpin", "on": on})
	}
	react(true)
	react(true)
	react(false)
	react(false)
	require.Len(t, h.requests(), 1, "only what is new is a request")
	_, body := h.get("/room/api/messages?as=ana&room=" + string(general))
	require.NotContains(t, string(body), "pushpin")
}

func TestRewriteIsRetoldWhenItMatters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	general := h.place("general")
	m := h.say("ana", "general", "first").Message.ID
	rewrite := func(text string) answer {
		return h.act("ana", "rewrite", map[string]any{"room": general, "message": m, "text": text})
	}
	require.Empty(t, rewrite("second").Error)
	require.Empty(t, h.requests(), "nobody had marked it")
	h.act("ben", "mark", map[string]any{"room": general, "message": m})
	rewrite("third")
	all := h.requests()
	require.Equal(t, chat.Retold, all[len(all)-1].Kind)
	require.Equal(t, "third", all[len(all)-1].On.Text)
	require.Equal(t, "https://sitrep.example.org/room/#"+string(general)+"/"+string(m), all[len(all)-1].On.URL)
	require.Equal(t, "empty", rewrite(" ").Error)
	require.True(t, h.messages("ben", general)[0].Edited)
}

func TestFormChecks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(chat.Answer{Form: &chat.Form{ID: "f", Inputs: []chat.Input{
		{ID: "line", Kind: chat.Line, Max: 5},
		{ID: "area", Kind: chat.Area, Optional: true},
		{ID: "choice", Kind: chat.Choice, Options: []chat.Option{{Value: "a"}}},
		{ID: "who", Kind: chat.People, Optional: true},
	}}})
	open := func() string { return h.say("ana", "general", "/incident").Form.Token }
	submit := func(who, token string, values map[string]string) answer {
		return h.act(who, "submit", map[string]any{"form": token, "values": values})
	}
	token := open()
	h.answers(chat.Answer{})
	for _, c := range []struct{ input, value, want string }{
		{"line", "", "%required"},
		{"line", " \n", "%required"},
		{"line", "123456", "%long"},
		{"choice", "b", "%choice"},
		{"choice", "", "%required"},
		{"who", "zed", "%person"},
		{"area", strings.Repeat("x", 3001), "%long"},
	} {
		values := map[string]string{"line": "ok", "choice": "a"}
		values[c.input] = c.value
		got := submit("ana", token, values)
		require.Equal(t, map[string]string{c.input: c.want}, got.Errors, "%s=%q", c.input, c.value)
		require.NotNil(t, got.Form, "the form stays open")
	}
	require.Len(t, h.requests(), 1, "what cannot be right is not heard")
	require.Equal(t, "form_gone", submit("ben", token, nil).Error, "a form is one person's")
	require.Empty(t, submit("ana", token, map[string]string{"line": "a\nb", "choice": "a", "who": "ben", "other": "x"}).Error)
	require.Equal(t, map[string]string{"line": "a b", "area": "", "choice": "a", "who": "ben"}, h.requests()[1].Values)
	require.Equal(t, "form_gone", submit("ana", token, nil).Error, "a form is submitted once")
	h.answers(chat.Answer{Form: &chat.Form{ID: "g"}})
	token = open()
	h.advance(13 * time.Hour)
	require.Equal(t, "form_gone", submit("ana", token, nil).Error, "a form does not wait for ever")
}

// A page whose answer was lost sends the form again, as the same delivery, and is answered as the first time.
func TestFormSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(chat.Answer{Form: &chat.Form{ID: "f"}})
	token := h.say("ana", "general", "/incident").Form.Token
	h.answers(chat.Answer{Message: text("thank you")})
	submit := func(who, delivery string) answer {
		return h.act(who, "submit", map[string]any{"form": token, "delivery": delivery})
	}
	first := submit("ana", "d1")
	require.NotNil(t, first.Message)
	h.answers(chat.Answer{Message: text("something else")})
	h.advance(10 * time.Minute)
	require.Equal(t, first, submit("ana", "d1"), "what is sent again is answered as the first time")
	require.Len(t, h.requests(), 2, "and heard once")
	require.Equal(t, "form_gone", submit("ana", "d2").Error, "another delivery is another try")
	require.Equal(t, "form_gone", submit("ana", "").Error, "nor is it one without a name")
	require.Equal(t, "form_gone", submit("ben", "d1").Error, "nor is that of somebody else")
	h.advance(10 * time.Minute)
	require.Equal(t, "form_gone", submit("ana", "d1").Error, "nobody sends again after so long")
}

// While a form has errors nothing is over, and the same delivery is checked again.
func TestFormWithErrorsIsNotRemembered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(chat.Answer{Form: &chat.Form{ID: "f"}})
	token := h.say("ana", "general", "/incident").Form.Token
	submit := func() answer { return h.act("ana", "submit", map[string]any{"form": token, "delivery": "d1"}) }
	h.answers(chat.Answer{Errors: map[string]string{"": "not now"}})
	require.NotEmpty(t, submit().Errors)
	h.answers(chat.Answer{Message: text("thank you")})
	require.NotNil(t, submit().Message)
}

func TestHomeButtons(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home := chat.Message{Blocks: []chat.Block{{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "show", Value: "7", Label: "INC-7"}}}}}
	h.do(chat.Action{Verb: chat.Home, People: []chat.UserID{"ana"}, Body: home})
	require.Equal(t, "no_button", h.act("ana", "press", map[string]any{"room": "D-ana", "action": "show", "value": "8"}).Error)
	h.answers(chat.Answer{Message: text("INC-7 is open")})
	got := h.act("ana", "press", map[string]any{"room": "D-ana", "action": "show", "value": "7"})
	require.Equal(t, "INC-7 is open", got.Message.Body.Plain())
	require.Equal(t, "INC-7 is open", h.messages("ana", "D-ana")[0].Body.Plain(), "the answer to a home page is in the conversation")
	require.Empty(t, h.requests()[0].Room)
}

func TestStarting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.ErrorContains(t, h.Run(t.Context(), h, func() {}), "running already")
	h.stop()
	require.Equal(t, "starting", h.say("ana", "general", "/incident").Error)
	require.Empty(t, h.say("ana", "general", "people can talk while the bot is away").Error)
	require.ErrorContains(t, h.Run(t.Context(), h, func() {}), "has run before")
}

func TestPrivateAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say("ben", "general", "stays")
	h.answers(chat.Answer{Message: text("private")})
	for range 305 {
		h.say("ana", "general", "/incident")
	}
	_, body := h.get("/room/api/messages?as=ana&room=" + string(h.place("general")))
	require.Contains(t, string(body), `"more":true`)
	require.Len(t, h.messages("ben", h.place("general")), 1)
}

func TestWrongConfig(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return begin }
	for want, cfg := range map[string]room.Config{
		"no clock":          {Open: true},
		"shorter than 16":   {Now: now, Secret: []byte("short")},
		"is not a handle":   {Open: true, Now: now, People: []room.Person{{Handle: "Ana B"}}},
		`are called "ana"`:  {Open: true, Now: now, People: []room.Person{{Handle: "ana"}, {Handle: "ana"}}},
		"called \"sitrep\"": {Open: true, Now: now, People: []room.Person{{Handle: "sitrep"}}},
	} {
		_, err := room.New(cfg)
		require.ErrorContains(t, err, want)
	}
	broken := room.NewMemory()
	require.NoError(t, broken.Save("room/x", []byte("not json")))
	_, err := room.New(room.Config{Open: true, Now: now, Keep: broken})
	require.ErrorContains(t, err, "read room/x")
}
