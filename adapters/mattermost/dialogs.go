package mattermost

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// What a dialog holds, in characters (server: model/integration_action.go). The server does not enforce
// it and checks nothing that is submitted; clients misbehave beyond it. So we do both.
const (
	maxTitle    = 24
	maxLabel    = 24
	maxHelp     = 150
	maxLine     = 150
	maxArea     = 3000
	maxOption   = 75
	submitLabel = 24
)

// opened is a form that lies open before one person. It travels, signed, as the dialog's state, because
// the form must be valid after a restart.
type opened struct {
	Nonce   string  `json:"n"`
	Form    string  `json:"f"`
	State   string  `json:"s,omitempty"`
	User    string  `json:"u"`
	Channel string  `json:"c"`
	Name    string  `json:"m,omitempty"` // of the channel
	Until   int64   `json:"t"`           // milliseconds
	Inputs  []asked `json:"i"`
}

// asked is what an answer must keep to.
type asked struct {
	ID       string         `json:"i"`
	Kind     chat.InputKind `json:"k"`
	Optional bool           `json:"o,omitempty"`
	Max      int            `json:"m,omitempty"`
	Options  []string       `json:"v,omitempty"`
}

// openForm shows a form to the person of a request. It returns what to say instead when that does not work.
func (p *Platform) openForm(ctx context.Context, triggerID string, f chat.Form, r chat.Request, later string) string {
	state := opened{
		Nonce: nonce(), Form: f.ID, State: f.State,
		User: string(r.By.ID), Channel: string(r.Room), Name: r.RoomName,
		Until: p.cfg.Now().Add(p.cfg.FormLife).UnixMilli(), Inputs: questions(f.Inputs),
	}
	sealed, err := p.seal.pack("form", state)
	if err == nil {
		err = exec(ctx, p, "open a form", func(ctx context.Context) (*model.Response, error) {
			return p.api.OpenInteractiveDialog(ctx, model.OpenDialogRequest{
				TriggerId: triggerID, URL: p.cfg.PublicURL + pathDialog, Dialog: dialog(f, sealed),
			})
		})
	}
	if err != nil {
		p.cfg.Log.Warn().Err(err).Msg("a form could not be opened")
		return fmt.Sprintf("The form could not be opened. Type `%s %s …` instead, or try again.", p.cfg.Command, f.ID)
	}
	p.later.put(state.Nonce, later, p.cfg.Now(), p.cfg.FormLife)
	return ""
}

func questions(inputs []chat.Input) []asked {
	out := make([]asked, 0, len(inputs))
	for _, in := range inputs {
		q := asked{ID: in.ID, Kind: in.Kind, Optional: in.Optional, Max: limit(in)}
		for _, o := range in.Options {
			q.Options = append(q.Options, o.Value)
		}
		out = append(out, q)
	}
	return out
}

// limit is how many characters an input takes.
func limit(in chat.Input) int {
	if in.Max > 0 && in.Max < maxArea {
		return in.Max
	}
	return maxArea
}

// dialog is a form in Mattermost's shape.
func dialog(f chat.Form, state string) model.Dialog {
	d := model.Dialog{
		CallbackId: f.ID, State: state,
		Title: cut(inline(f.Title), maxTitle), SubmitLabel: cut(inline(f.Submit), submitLabel),
	}
	if f.Intro != "" {
		d.IntroductionText = escape(f.Intro, true)
	}
	for _, in := range f.Inputs {
		d.Elements = append(d.Elements, element(in))
	}
	return d
}

func element(in chat.Input) model.DialogElement {
	e := model.DialogElement{
		Name: in.ID, DisplayName: cut(inline(in.Label), maxLabel), HelpText: cut(quell(inline(in.Hint)), maxHelp),
		Default: clean(in.Value), Optional: in.Optional,
	}
	switch in.Kind {
	case chat.Choice:
		e.Type = "select"
		for _, o := range in.Options {
			e.Options = append(e.Options, &model.PostActionOptions{Text: cut(inline(o.Label), maxOption), Value: o.Value})
		}
	case chat.People:
		e.Type, e.DataSource = "select", model.PostActionDataSourceUsers
	default:
		e.Type, e.MaxLength = "text", limit(in)
		// A one-line field holds 150 characters; a longer answer needs the larger one.
		if in.Kind == chat.Area || e.MaxLength > maxLine && utf8.RuneCountInString(in.Value) > maxLine {
			e.Type = "textarea"
		} else {
			e.MaxLength = min(e.MaxLength, maxLine)
		}
	}
	return e
}

// dialog hears a form. The server says who sent it and from which channel; all the rest passed through a
// browser and is believed only as far as we signed it.
func (p *Platform) dialog(r *http.Request, in *model.SubmitDialogRequest) *model.SubmitDialogResponse {
	if in.Cancelled {
		return &model.SubmitDialogResponse{}
	}
	if !p.listening() {
		return &model.SubmitDialogResponse{Error: tellStarting}
	}
	form, err := p.opened(in)
	if err != nil {
		return &model.SubmitDialogResponse{Error: p.refuse(r, err)}
	}
	values, problems := form.read(in.Submission)
	if len(problems) > 0 {
		return &model.SubmitDialogResponse{Errors: problems}
	}
	if !p.trust.seen.take("form/"+form.Nonce, p.cfg.Now(), time.UnixMilli(form.Until)) {
		return &model.SubmitDialogResponse{Error: p.refuse(r, doubt("form was sent before", "This form was sent already. Please open it again."))}
	}
	request := p.sent(form, values)
	answer := p.hear(r.Context(), request)
	if len(answer.Errors) > 0 {
		p.trust.seen.release("form/" + form.Nonce)
		return refused(answer.Errors)
	}
	p.after(r.Context(), form, request, answer)
	return &model.SubmitDialogResponse{}
}

// opened is the form that a submission belongs to, when all that it claims holds.
func (p *Platform) opened(in *model.SubmitDialogRequest) (opened, error) {
	var form opened
	if err := p.seal.unpack("form", in.State, &form); err != nil {
		return form, doubt("form is not signed by us",
			"This form is not one of sitrep's, or too old for it, so nothing was done. Please open it again.")
	}
	switch {
	case form.User != in.UserId:
		return form, doubt("form was opened by another user",
			"This form was opened by somebody else, so nothing was done. Please open your own.")
	case form.Channel != in.ChannelId:
		return form, doubt("form was opened in another channel",
			"This form was opened in another channel, so nothing was done. Please open it again here.")
	case p.cfg.Now().After(time.UnixMilli(form.Until)):
		return form, doubt("form is too old", "This form was open for too long. Please open it again.")
	}
	return form, nil
}

// read takes the answers to the questions asked, and nothing else, out of a submission.
func (f opened) read(submission map[string]any) (values, problems map[string]string) {
	values, problems = map[string]string{}, map[string]string{}
	for _, q := range f.Inputs {
		text, ok := submission[q.ID].(string)
		if !ok && submission[q.ID] != nil {
			problems[q.ID] = "Please write text."
			continue
		}
		if problem := q.problem(text); problem != "" {
			problems[q.ID] = problem
			continue
		}
		values[q.ID] = text
	}
	return values, problems
}

// problem is what is wrong with an answer, in words for the person; nothing when it is right.
func (q asked) problem(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		if q.Optional {
			return ""
		}
		return "Please fill this in."
	case q.Kind == chat.Choice && !slices.Contains(q.Options, text):
		return "Please choose one from the list."
	case q.Kind == chat.People && !model.IsValidId(text):
		return "Please choose a person from the list."
	case utf8.RuneCountInString(text) > q.Max:
		return fmt.Sprintf("Please use at most %d characters.", q.Max)
	}
	return ""
}

// sent is a form as a request. Sending it again, after the answers were not accepted, is another delivery.
func (p *Platform) sent(form opened, values map[string]string) chat.Request {
	body, _ := json.Marshal(values) // strings always marshal, and in the order of their keys
	sum := sha256.Sum256(body)
	return chat.Request{
		Delivery: fmt.Sprintf("form/%s/%d/%x", form.Nonce, p.later.try(form.Nonce), sum[:8]),
		Platform: Name,
		Kind:     chat.Sent,
		By:       p.who(form.User, ""),
		Room:     chat.RoomID(form.Channel),
		RoomName: form.Name,
		Private:  p.withBot(form.Name),
		Form:     form.Form,
		State:    form.State,
		Values:   values,
		At:       p.cfg.Now(),
	}
}

func refused(problems map[string]string) *model.SubmitDialogResponse {
	out := &model.SubmitDialogResponse{Errors: map[string]string{}}
	for input, problem := range problems {
		if input == "" {
			out.Error = problem
			continue
		}
		out.Errors[input] = problem
	}
	return out
}

// after gives the private answer to a form, for which its own answer has no place.
func (p *Platform) after(ctx context.Context, form opened, r chat.Request, answer chat.Answer) {
	m := answer.Message
	if answer.Form != nil && m.Empty() {
		m = chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{
			{Text: "To go on, type "}, {Kind: chat.Code, Text: p.cfg.Command + " " + answer.Form.ID}, {Text: "."},
		}}}}
	}
	if m.Empty() {
		return
	}
	if err := p.whisper(ctx, r.By.ID, m, p.later.path(form.Nonce)); err != nil && !errors.Is(err, context.Canceled) {
		p.cfg.Log.Warn().Err(err).Msg("a private answer did not arrive")
	}
}
