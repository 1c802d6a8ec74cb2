package chattest

import (
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var formPromises = []promise{
	{"form", "a form opens prefilled, and what is submitted comes back with its id, state and room", checkForm},
	{"form from button", "a button can open a form", checkFormFromButton},
	{"form errors", "a form stays open with the errors by its inputs, and can be sent again", checkFormErrors},
	{"form optional", "an optional input may stay empty", checkFormOptional},
	{"form foreign", "what is prefilled and typed in a form arrives as it was written", checkFormForeign},
	{"form next", "the answer to a form can be a message, or nothing", checkFormNext},
}

func declareForm() chat.Form {
	return chat.Form{
		ID: "declare", State: `{"n":7,"q":"a&b<c>"}`, Lang: "en", Title: "Declare an incident", Submit: "Declare", Cancel: "Not now",
		Intro: "A room opens and the team is called.",
		Inputs: []chat.Input{
			{ID: "title", Kind: chat.Line, Label: "What is wrong", Hint: "One line", Value: "Checkout down", Max: 200},
			{ID: "text", Kind: chat.Area, Label: "What is known", Value: "line one\nline two", Max: 3000},
			{ID: "severity", Kind: chat.Choice, Label: "Severity", Value: "P1", Options: []chat.Option{
				{Value: "P0", Label: "P0 · everybody is down"}, {Value: "P1", Label: "P1 · a core flow is down"},
			}},
			{ID: "who", Kind: chat.People, Label: "Commander", Optional: true},
			{ID: "note", Kind: chat.Line, Label: "Note", Optional: true},
		},
	}
}

// opens answers everything but a submission with a form, and submissions with sent.
func (s *stage) opens(form chat.Form, sent chat.Answer) {
	s.hearer.answers(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Sent {
			return sent
		}
		return chat.Answer{Form: &form}
	})
}

// opened types a command that opens a form.
func (s *stage) opened(form chat.Form, sent chat.Answer) *OpenForm {
	s.Helper()
	s.opens(form, sent)
	open := s.world.Type(s, "ana", "general", "/incident").Form
	require.NotNil(s, open, "the form is open")
	return open
}

func checkForm(s *stage) {
	form := declareForm()
	open := s.opened(form, chat.Answer{Message: text("INC-7 is declared")})
	require.Equal(s, form.Title, open.Title)
	require.Equal(s, form.Submit, open.Submit)
	for _, input := range form.Inputs {
		require.Equal(s, input.Value, open.Values[input.ID], "%s is prefilled", input.ID)
		require.Contains(s, open.Labels[input.ID], input.Label)
	}
	answer := s.world.Submit(s, "ana", map[string]string{"severity": "P0", "who": "ben", "note": "since 09:00"})
	requireReads(s, "INC-7 is declared", answer.Text, "the answer")
	require.Nil(s, answer.Form, "the form is closed")
	r := s.heard(chat.Sent, "ana", "general")
	require.Equal(s, form.ID, r.Form)
	require.Equal(s, form.State, r.State)
	require.Equal(s, map[string]string{
		"title": "Checkout down", "text": "line one\nline two", "severity": "P0", "who": string(s.user("ben")), "note": "since 09:00",
	}, r.Values)
}

func checkFormFromButton(s *stage) {
	s.opens(declareForm(), chat.Answer{})
	s.post("general", withButtons("INC-7", chat.Button{Action: "update", Value: "7", Label: "Update"}))
	require.NotNil(s, s.world.Press(s, "ben", "general", "Update").Form)
	s.world.Submit(s, "ben", map[string]string{"title": "Payments down"})
	require.Equal(s, "Payments down", s.heard(chat.Sent, "ben", "general").Values["title"])
}

func checkFormErrors(s *stage) {
	form := declareForm()
	s.opened(form, chat.Answer{Errors: map[string]string{"title": "Say it in fewer words."}})
	answer := s.world.Submit(s, "ana", map[string]string{"title": "much too long"})
	require.NotNil(s, answer.Form, "the form stays open")
	require.Equal(s, "Say it in fewer words.", answer.Errors["title"])
	s.heard(chat.Sent, "ana", "general")
	s.opens(form, chat.Answer{Errors: map[string]string{"": "The incident is closed."}})
	answer = s.world.Submit(s, "ana", map[string]string{"title": "shorter"})
	require.NotNil(s, answer.Form, "the form stays open")
	require.Equal(s, []string{"The incident is closed."}, slices.Collect(maps.Values(answer.Errors)), "an error of the whole form is shown")
	first := s.heard(chat.Sent, "ana", "general")
	s.opens(form, chat.Answer{Message: text("thank you")})
	answer = s.world.Submit(s, "ana", map[string]string{"title": "short"})
	require.Nil(s, answer.Form)
	requireReads(s, "thank you", answer.Text, "the answer")
	second := s.heard(chat.Sent, "ana", "general")
	require.NotEqual(s, first.Delivery, second.Delivery, "another try is another delivery")
	require.Equal(s, "short", second.Values["title"])
	require.Equal(s, form.State, second.State)
}

func checkFormOptional(s *stage) {
	s.opened(declareForm(), chat.Answer{Message: text("declared")})
	s.world.Submit(s, "ana", nil)
	r := s.heard(chat.Sent, "ana", "general")
	require.Empty(s, r.Values["who"])
	require.Empty(s, r.Values["note"])
	require.Equal(s, "Checkout down", r.Values["title"], "what is not touched keeps its value")
	require.Equal(s, "P1", r.Values["severity"])
}

func checkFormForeign(s *stage) {
	form := declareForm()
	words := strings.ReplaceAll(s.hostile(), "\x00", "")
	form.Inputs[0].Value = `<b>"bold"</b> & &amp; *x* <!channel>`
	form.Inputs[1].Value = words
	form.Intro = words
	open := s.opened(form, chat.Answer{})
	require.Equal(s, form.Inputs[0].Value, open.Values["title"])
	requireReads(s, words, open.Values["text"], "the prefilled text")
	s.world.Submit(s, "ana", map[string]string{"note": `<i> & "you" \ ` + "`x`"})
	r := s.heard(chat.Sent, "ana", "general")
	require.Equal(s, form.Inputs[0].Value, r.Values["title"])
	requireReads(s, words, r.Values["text"], "the prefilled text, submitted")
	require.Equal(s, `<i> & "you" \ `+"`x`", strings.TrimSpace(r.Values["note"]))
}

func checkFormNext(s *stage) {
	s.opened(declareForm(), chat.Answer{})
	answer := s.world.Submit(s, "ana", nil)
	require.Nil(s, answer.Form)
	require.Empty(s, answer.Text)
	require.Empty(s, answer.Errors)
	s.opened(declareForm(), chat.Answer{Message: text("declared")})
	requireReads(s, "declared", s.world.Submit(s, "ana", nil).Text, "the answer")
	require.Empty(s, s.holding("general", "declared"), "the answer to a form is private")
}
