package slacktest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	if blocks == nil {
		blocks = []slack.Block{}
	}
	return slack.ModalViewRequest{Type: slack.VTModal, Title: plain(title), Submit: plain("OK"), CallbackID: "form", Blocks: slack.Blocks{BlockSet: blocks}}
}

func line(id, value string) *slack.InputBlock {
	return slack.NewInputBlock(id, plain(id), nil, &slack.PlainTextInputBlockElement{Type: slack.METPlainTextInput, ActionID: id, InitialValue: value, MaxLength: 10})
}

// trigger is what a command of ana's brings along.
func (a *app) trigger(t *testing.T) string {
	t.Helper()
	a.Type(a.ana, a.room, "/incident")
	a.mu.Lock()
	defer a.mu.Unlock()
	form, err := url.ParseQuery(a.got[len(a.got)-1].body)
	require.NoError(t, err)
	return form.Get("trigger_id")
}

func TestATriggerWorksOnceWithinThreeSeconds(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	trigger := a.trigger(t)
	_, err := a.api.OpenView(trigger, modal("One", line("x", "")))
	require.NoError(t, err)
	_, err = a.api.OpenView(trigger, modal("Two"))
	require.Equal(t, "exchanged_trigger_id", code(t, err))
	_, err = a.api.OpenView("1.2.3", modal("Two"))
	require.Equal(t, "invalid_trigger_id", code(t, err))
	trigger = a.trigger(t)
	a.clock.add(3100 * time.Millisecond)
	_, err = a.api.OpenView(trigger, modal("Late"))
	require.Equal(t, "expired_trigger_id", code(t, err))
	require.Equal(t, "One", a.OpenView(a.ana).Title)
	a.CloseForm(a.ana)
	require.Nil(t, a.OpenView(a.ana))
}

func TestModalsStackToThree(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	_, err := a.api.PushView(a.trigger(t), modal("Nothing beneath"))
	require.Equal(t, "push_limit_reached", code(t, err))
	_, err = a.api.OpenView(a.trigger(t), modal("1"))
	require.NoError(t, err)
	for _, title := range []string{"2", "3"} {
		_, err = a.api.PushView(a.trigger(t), modal(title))
		require.NoError(t, err)
	}
	_, err = a.api.PushView(a.trigger(t), modal("4"))
	require.Equal(t, "push_limit_reached", code(t, err))
	a.CloseForm(a.ana)
	require.Equal(t, "2", a.OpenView(a.ana).Title)
}

func TestUpdatesKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	opened, err := a.api.OpenView(a.trigger(t), modal("One", line("a", "first"), line("b", "second")))
	require.NoError(t, err)
	a.answers(func(seen) (int, string) { return http.StatusOK, `{"response_action":"errors","errors":{"a":"no"}}` })
	a.Submit(a.ana, map[string]string{"a": "typed"})
	require.Equal(t, "no", a.OpenView(a.ana).Errors["a"])
	_, err = a.api.UpdateView(modal("Two", line("a", "other"), line("c", "third")), "", "stale", opened.ID)
	require.Equal(t, "hash_conflict", code(t, err))
	_, err = a.api.UpdateView(modal("Two", line("a", "other"), line("c", "third")), "", opened.Hash, opened.ID)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "typed", "c": "third"}, a.OpenView(a.ana).Values)
	_, err = a.api.UpdateView(modal("Three"), "", "", "V404")
	require.Equal(t, "not_found", code(t, err))
}

func TestExternalIDsAreUnique(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	named := modal("One")
	named.ExternalID = "mine"
	_, err := a.api.OpenView(a.trigger(t), named)
	require.NoError(t, err)
	_, err = a.api.OpenView(a.trigger(t), named)
	require.Equal(t, "duplicate_external_id", code(t, err))
	named.Title = plain("Two")
	_, err = a.api.UpdateView(named, "mine", "", "")
	require.NoError(t, err)
	require.Equal(t, "Two", a.OpenView(a.ana).Title)
}

func TestWhatIsWrongWithAViewIsSaidInTheMetadataOnly(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	without := modal("One", line("a", ""))
	without.Submit = nil
	for want, v := range map[string]slack.ModalViewRequest{
		"[ERROR] must be less than 25 characters [json-pointer:/view/title/text]": modal(strings.Repeat("t", 25)),
		"[ERROR] missing required field: submit [json-pointer:/view]":             without,
		"[ERROR] unsupported type: sparkle [json-pointer:/view/blocks/0]":         modal("x", raw(`{"type":"sparkle"}`)),
	} {
		_, err := a.api.OpenView(a.trigger(t), v)
		var e slack.SlackErrorResponse
		require.ErrorAs(t, err, &e)
		require.Equal(t, "invalid_arguments", e.Err)
		require.Equal(t, []string{want}, e.ResponseMetadata.Messages)
		require.Empty(t, e.Errors)
	}
	huge := modal("x")
	for range 100 {
		huge.Blocks.BlockSet = append(huge.Blocks.BlockSet, slack.NewSectionBlock(plain(strings.Repeat("x", 2600)), nil, nil))
	}
	_, err := a.api.OpenView(a.trigger(t), huge)
	require.Equal(t, "view_too_large", code(t, err))
}

func TestAnswersToASubmission(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	open := func() {
		t.Helper()
		a.answers(nil)
		_, err := a.api.OpenView(a.trigger(t), modal("One", line("a", "first")))
		require.NoError(t, err)
	}
	open()
	require.Equal(t, "please fill in a", a.Submit(a.ana, map[string]string{"a": ""}).Failure, "the client itself refuses")
	require.Equal(t, "a is too long", a.Submit(a.ana, map[string]string{"a": "more than ten"}).Failure)
	require.Empty(t, a.Submit(a.ana, map[string]string{"a": "short"}).Failure)
	require.Nil(t, a.OpenView(a.ana), "an empty answer closes it")
	for answer, title := range map[string]string{
		`{"response_action":"clear"}`: "",
		`{"response_action":"update","view":{"type":"modal","title":{"type":"plain_text","text":"Two"},"blocks":[]}}`: "Two",
		`{"response_action":"push","view":{"type":"modal","title":{"type":"plain_text","text":"Top"},"blocks":[]}}`:   "Top",
	} {
		open()
		a.answers(func(seen) (int, string) { return http.StatusOK, answer })
		require.Empty(t, a.Submit(a.ana, nil).Failure)
		if title == "" {
			require.Nil(t, a.OpenView(a.ana))
			continue
		}
		require.Equal(t, title, a.OpenView(a.ana).Title)
	}
}

func TestAWrongKeyAmongErrorsIsAFault(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{Lenient: true})
	_, err := a.api.OpenView(a.trigger(t), modal("One", line("a", "first")))
	require.NoError(t, err)
	for _, answer := range []string{`{"response_action":"errors","errors":{"z":"no"}}`, `nonsense`, `{"response_action":"dance"}`} {
		a.answers(func(seen) (int, string) { return http.StatusOK, answer })
		require.Equal(t, "trouble_connecting", a.Submit(a.ana, nil).Failure, answer)
	}
}

func TestHomeTabs(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	tab := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock(), raw(`{"type":"header","text":{"type":"plain_text","text":"Hi"}}`)}}}
	require.Nil(t, a.Home(a.ana))
	v, err := a.api.PublishView(a.ana, tab, "")
	require.NoError(t, err)
	_, err = a.api.PublishView(a.ana, tab, "stale")
	require.Equal(t, "hash_conflict", code(t, err))
	_, err = a.api.PublishView(a.ana, tab, v.Hash)
	require.NoError(t, err)
	require.Equal(t, []string{"Hi"}, a.Home(a.ana).Lines)
	a.OpenHome(a.ana)
	require.Contains(t, a.events()[0].body, "app_home_opened")
}

func TestPressesCarryTheirMessage(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	row := raw(`{"type":"actions","elements":[{"type":"button","action_id":"ack:0","value":"7","text":{"type":"plain_text","text":"Ack"}}]}`)
	ts, err := post(a.bundle, slack.MsgOptionText("card", false), slack.MsgOptionBlocks(row))
	require.NoError(t, err)
	a.Settle()
	a.Press(a.ana, a.room, ts, "Ack")
	last := a.got[len(a.got)-1]
	require.Equal(t, "/slack/action", last.path)
	form, err := url.ParseQuery(last.body)
	require.NoError(t, err)
	var in slack.InteractionCallback
	require.NoError(t, in.UnmarshalJSON([]byte(form.Get("payload"))))
	require.Equal(t, "ack:0", in.ActionCallback.BlockActions[0].ActionID)
	require.Equal(t, "7", in.ActionCallback.BlockActions[0].Value)
	require.Equal(t, ts, in.Container.MessageTs)
	require.Equal(t, a.ana, in.User.ID)
	require.NotEmpty(t, in.TriggerID)
	require.NotEmpty(t, in.ResponseURL)
	_, _, err = a.api.PostMessage("", slack.MsgOptionText("replaced", false), slack.MsgOptionReplaceOriginal(in.ResponseURL))
	require.NoError(t, err)
	require.Equal(t, "replaced", a.Messages(a.room)[0].Plain())
	_, _, err = a.api.PostMessage("", slack.MsgOptionDeleteOriginal(in.ResponseURL))
	require.NoError(t, err)
	require.Empty(t, a.Messages(a.room))
}
