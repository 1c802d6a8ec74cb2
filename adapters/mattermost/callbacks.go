package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The paths under which Mattermost calls back.
const (
	pathCommand = "/mattermost/command"
	pathAction  = "/mattermost/action"
	pathDialog  = "/mattermost/dialog"
)

// maxBody is how large a callback may be. The server's own limit for what people write is 300,000 bytes.
const maxBody = 512 << 10

const (
	tellStarting = "Sitrep is just starting. Please try again in a moment."
	tellTrouble  = "Sitrep cannot reach Mattermost to check this, so nothing was done. Please try again in a moment."
)

// Handler serves the three callback paths. Everything is answered with status 200 and words for the
// person, because for any other status Mattermost shows an error of its own.
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(pathCommand, p.guard("application/x-www-form-urlencoded", p.onCommand))
	mux.Handle(pathAction, p.guard("application/json", p.onAction))
	mux.Handle(pathDialog, p.guard("application/json", p.onDialog))
	return mux
}

// guard turns away what Mattermost never sends.
func (p *Platform) guard(kind string, next func(http.ResponseWriter, *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "only POST is answered here", http.StatusMethodNotAllowed)
			return
		}
		if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != kind {
			http.Error(w, "only "+kind+" is read here", http.StatusUnsupportedMediaType)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next(w, r)
	})
}

// hear passes a request on. A bot that went away in between has nothing to say.
func (p *Platform) hear(ctx context.Context, r chat.Request) chat.Answer {
	hearer := p.hearer.Load()
	if hearer == nil {
		return chat.Answer{}
	}
	return (*hearer).Hear(ctx, r)
}

// listening tells whether requests can be taken at all.
func (p *Platform) listening() bool { return p.hearer.Load() != nil }

func (p *Platform) onCommand(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "unreadable form", http.StatusBadRequest)
		return
	}
	answer := p.command(r)
	answer.ResponseType = model.CommandResponseTypeEphemeral
	answer.SkipSlackParsing = true
	reply(w, answer)
}

// command hears a slash command. What it answers, only the person who typed sees.
func (p *Platform) command(r *http.Request) *model.CommandResponse {
	ctx, form := r.Context(), r.PostForm
	if err := p.commandToken(r); err != nil {
		return &model.CommandResponse{Text: p.refuse(r, err)}
	}
	if !p.listening() {
		return &model.CommandResponse{Text: tellStarting}
	}
	tr, err := p.trust.check(ctx, form.Get("trigger_id"), form.Get("user_id"))
	if err == nil {
		err = p.trust.spend(tr)
	}
	if err != nil {
		return &model.CommandResponse{Text: p.refuse(r, err)}
	}
	request := p.typed(form, tr)
	answer := p.hear(ctx, request)
	if answer.Form != nil {
		return &model.CommandResponse{Text: p.openForm(ctx, form.Get("trigger_id"), *answer.Form, request, responsePath(form.Get("response_url")))}
	}
	out := p.privateRenderer(string(request.By.ID), string(request.Room)).render(answer.Message)
	return &model.CommandResponse{Text: out.text, Attachments: out.attachments}
}

func (p *Platform) onAction(w http.ResponseWriter, r *http.Request) {
	var in model.PostActionIntegrationRequest
	if !read(w, r, &in) {
		return
	}
	reply(w, &model.PostActionIntegrationResponse{EphemeralText: p.action(r, &in), SkipSlackParsing: true})
}

// action hears a button. It returns what the person who pressed it is told.
func (p *Platform) action(r *http.Request, in *model.PostActionIntegrationRequest) string {
	if !p.listening() {
		return tellStarting
	}
	ctx := r.Context()
	tr, err := p.press(ctx, in)
	if err != nil {
		return p.refuse(r, err)
	}
	request := p.pressed(in, tr)
	answer := p.hear(ctx, request)
	if answer.Form != nil {
		return p.openForm(ctx, in.TriggerId, *answer.Form, request, "")
	}
	if hasButtons(answer.Message) {
		return p.elsewhere(ctx, request, answer.Message)
	}
	out := p.privateRenderer(in.UserId, in.ChannelId).render(answer.Message)
	return joined(out)
}

// elsewhere gives a private answer with buttons, which the answer to a button cannot carry.
func (p *Platform) elsewhere(ctx context.Context, r chat.Request, m chat.Message) string {
	if err := p.whisper(ctx, r.By.ID, m, ""); err != nil {
		p.cfg.Log.Warn().Err(err).Msg("a private answer did not arrive")
		return joined(p.privateRenderer(string(r.By.ID), string(r.Room)).render(m))
	}
	return "Sitrep sent you a private message about this."
}

func (p *Platform) onDialog(w http.ResponseWriter, r *http.Request) {
	var in model.SubmitDialogRequest
	if !read(w, r, &in) {
		return
	}
	reply(w, p.dialog(r, &in))
}

// refuse says to the operator what did not hold and to the person what that means.
func (p *Platform) refuse(r *http.Request, err error) string {
	if d, ok := errors.AsType[*distrust](err); ok {
		p.cfg.Log.Warn().Str("path", r.URL.Path).Str("from", r.RemoteAddr).Str("reason", d.log).Msg("callback refused")
		return d.tell
	}
	p.cfg.Log.Warn().Str("path", r.URL.Path).Err(err).Msg("callback could not be checked")
	return tellTrouble
}

// read reads a JSON body.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return false
	}
	return true
}

func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // nobody is there to be told when it fails
}

// joined is a rendered message as one text, without its buttons.
func joined(r rendered) string {
	text := r.text
	for _, a := range r.attachments {
		if text != "" && a.Text != "" {
			text += "\n\n"
		}
		text += a.Text
	}
	return text
}

func hasButtons(m chat.Message) bool {
	for _, b := range m.Blocks {
		if b.Kind == chat.Buttons && len(b.Buttons) > 0 {
			return true
		}
	}
	return false
}
