package slack_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestAnExpiredTriggerIsSaid(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "view_too_large"} {
		s := play(t, slacktest.Options{}, nil)
		f := form()
		s.says(func(chat.Request) chat.Answer { return chat.Answer{Form: &f} })
		s.Refuse("views.open", code, 1)
		s.Type(s.ana, s.room, "/incident")
		s.quiet()
		require.Nil(t, s.OpenView(s.ana))
		require.Contains(t, s.Ephemerals(s.ana)[0].Plain(), "took too long to open", code)
	}
}

// button posts a button and returns where it is.
func (s *stage) button() string {
	s.t.Helper()
	m := text("INC-7")
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "ack", Value: "7", Label: "Acknowledge"}}})
	return string(s.must(chat.Action{Key: "1", Verb: chat.Post, Room: chat.RoomID(s.room), Body: m}).Message)
}

func TestAPrivateAnswerFindsAnotherWay(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	ts := s.button()
	s.says(says("yours"))
	s.Press(s.ana, s.room, ts, "Acknowledge")
	s.quiet()
	require.Equal(t, "response_url", s.Ephemerals(s.ana)[0].Via)

	s.ForgetHooks()
	s.Press(s.ana, s.room, ts, "Acknowledge")
	s.quiet()
	require.Equal(t, "chat.postEphemeral", s.Ephemerals(s.ana)[1].Via)

	s.ForgetHooks()
	s.Refuse("chat.postEphemeral", "user_not_in_channel", 1)
	s.Press(s.ana, s.room, ts, "Acknowledge")
	s.quiet()
	require.Equal(t, []string{"yours"}, s.OpenView(s.ana).Lines, "in a window")
	s.CloseForm(s.ana)

	s.ForgetHooks()
	s.Refuse("chat.postEphemeral", "user_not_in_channel", 1)
	s.Refuse("views.open", "expired_trigger_id", 1)
	s.Press(s.ana, s.room, ts, "Acknowledge")
	s.quiet()
	require.Equal(t, "yours", s.Messages(s.Direct(s.ana))[0].Plain(), "at last as a direct message")
}

func TestAPrivateAnswerThatMayHaveArrivedIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	ts := s.button()
	s.says(says("yours"))
	s.ForgetHooks()
	s.Fail("chat.postEphemeral", slacktest.DropAfter, 1)
	s.Press(s.ana, s.room, ts, "Acknowledge")
	s.quiet()
	require.Len(t, s.Ephemerals(s.ana), 1)
	require.Empty(t, s.Messages(s.Direct(s.ana)))
}

func TestTheGlobalShortcutAnswersInAWindow(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.says(says("Nothing to declare."))
	s.RunShortcut(s.ana, "declare")
	s.quiet()
	require.Equal(t, []string{"Nothing to declare."}, s.OpenView(s.ana).Lines)
	f := form()
	s.says(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Sent {
			return chat.Answer{Message: text("INC-7 is declared.")}
		}
		return chat.Answer{Form: &f}
	})
	s.RunShortcut(s.ben, "declare")
	s.quiet()
	s.Submit(s.ben, map[string]string{"none": "-"})
	require.Equal(t, []string{"INC-7 is declared."}, s.OpenView(s.ben).Lines, "there is no room to answer in")
	s.RunShortcut(s.ben, "somebody_elses")
	require.Len(t, s.all(), 3, "a shortcut of no known name is acknowledged and forgotten")
}

func TestTheHomeTab(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	home := card(chat.Critical)
	s.says(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Opened {
			return chat.Answer{Home: &home}
		}
		return chat.Answer{Message: text("yours")}
	})
	s.OpenHome(s.ana)
	s.quiet()
	require.Equal(t, "🔴 INC-7 · P0 · Checkout down", s.Home(s.ana).Lines[0])
	s.PressHome(s.ana, "Acknowledge")
	s.quiet()
	r := s.all()[1]
	require.Equal(t, "ack", r.Action)
	require.Empty(t, r.Room)
	require.Equal(t, []string{"yours"}, s.OpenView(s.ana).Lines)
	s.Refuse("views.publish", "not_enabled", 1)
	s.must(chat.Action{Verb: chat.Home, People: []chat.UserID{"U0ANA"}, Body: home})
	_ = s.wrong(chat.Action{Verb: chat.Home, Body: home}, chat.Invalid)
}

func TestFormsCanFollowForms(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	first, second := form(), form()
	second.Title = "And then"
	second.Inputs[1].Value = "its own"
	s.says(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Sent {
			return chat.Answer{Form: &second}
		}
		return chat.Answer{Form: &first}
	})
	s.Type(s.ana, s.room, "/incident")
	s.quiet()
	s.Submit(s.ana, map[string]string{"none": "-"})
	require.Equal(t, "And then", s.OpenView(s.ana).Title)
	require.Equal(t, "its own", s.OpenView(s.ana).Values["text"], "not what was typed before")
	s.says(says("done"))
	s.Submit(s.ana, map[string]string{"title": "fresh", "none": "-"})
	s.quiet()
	require.Equal(t, "fresh", s.all()[2].Values["title"])
}

func TestErrorsGoUnderInputs(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]string{"a": "bad"}, slack.ByInput(map[string]string{"a": "bad"}, []string{"a", "b"}))
	require.Equal(t, map[string]string{"a": "all wrong"}, slack.ByInput(map[string]string{"": "all wrong"}, []string{"a", "b"}))
	require.Equal(t, map[string]string{"a": "gone"}, slack.ByInput(map[string]string{"z": "gone"}, []string{"a"}))
	require.Nil(t, slack.ByInput(map[string]string{"": "x"}, nil))
}

func TestAnswersAreThereInTime(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.says(func(chat.Request) chat.Answer {
		s.now.add(4 * time.Second) // a hearer that breaks its promise
		return chat.Answer{}
	})
	require.Equal(t, "operation_timeout", s.Type(s.ana, s.room, "/incident list").Failure, "the fake notices")
}
