package room

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// formLife is how long somebody may take to fill a form.
const formLife = 12 * time.Hour

// How long, and of how many forms, the room remembers what it answered to those who sent them.
const (
	sentLife = 15 * time.Minute
	maxSent  = 1000
)

// openForm is a form that somebody has before them.
type openForm struct {
	Token  string
	Form   chat.Form
	person chat.UserID
	room   chat.RoomID
	until  time.Time
}

// show opens a form for the asker.
func (r *Room) show(a asking, form chat.Form) *openForm {
	now := r.cfg.Now()
	for token, f := range r.forms {
		if now.After(f.until) {
			delete(r.forms, token)
		}
	}
	for i := range form.Inputs {
		form.Inputs[i].Value = visible(form.Inputs[i].Value)
	}
	f := openForm{Token: rand.Text(), Form: form, person: a.who.ID, room: a.room.ID, until: now.Add(formLife)}
	r.forms[f.Token] = f
	return &f
}

// sentForm is a form that was sent, and what came of it.
type sentForm struct {
	person          chat.UserID
	token, delivery string
	out             answered
	until           time.Time
}

// submit passes on what somebody filled in. The form stays open while there are errors. A page that did not get its
// answer sends the same delivery again, and gets the same answer.
func (r *Room) submit(ctx context.Context, who chat.User, token, delivery string, values map[string]string) (answered, error) {
	if was, ok := r.sentBefore(who.ID, token, delivery); ok {
		return was, nil
	}
	f, room, err := r.before(who.ID, token)
	if err != nil {
		return answered{}, err
	}
	filled, problems := r.check(f.Form, values)
	if len(problems) > 0 {
		return answered{Form: &f, Errors: problems}, nil
	}
	a := asking{who: who, room: room, delivery: delivery}
	req := r.request(a, chat.Sent)
	req.Form, req.State, req.Values = f.Form.ID, f.Form.State, filled
	out, err := r.hear(ctx, a, req)
	if err != nil {
		return out, err
	}
	if len(out.Errors) > 0 {
		out.Form = &f
		return out, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.forms, token)
	if delivery != "" {
		r.sent = append(r.sent, sentForm{person: who.ID, token: token, delivery: delivery, out: out, until: r.cfg.Now().Add(sentLife)})
		r.sent = r.sent[max(0, len(r.sent)-maxSent):]
	}
	return out, nil
}

// sentBefore is what came of this delivery of a form when it came for the first time.
func (r *Room) sentBefore(who chat.UserID, token, delivery string) (answered, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.cfg.Now()
	r.sent = slices.DeleteFunc(r.sent, func(s sentForm) bool { return now.After(s.until) })
	at := slices.IndexFunc(r.sent, func(s sentForm) bool {
		return s.person == who && s.token == token && s.delivery == delivery
	})
	if at < 0 {
		return answered{}, false
	}
	return r.sent[at].out, true
}

// before is the form that this person has before them.
func (r *Room) before(who chat.UserID, token string) (openForm, place, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.forms[token]
	if !ok || f.person != who || r.cfg.Now().After(f.until) {
		return openForm{}, place{}, errFormGone
	}
	return f, r.places[f.room], nil
}

// check holds the values to what the form asks. Problems are codes that the page has words for.
func (r *Room) check(form chat.Form, values map[string]string) (filled, problems map[string]string) {
	filled, problems = map[string]string{}, map[string]string{}
	for _, in := range form.Inputs {
		v := strings.ReplaceAll(visible(values[in.ID]), "\r", "")
		if in.Kind == chat.Line {
			v = strings.ReplaceAll(v, "\n", " ")
		}
		filled[in.ID] = v
		if problem := r.problem(in, v); problem != "" {
			problems[in.ID] = problem
		}
	}
	return filled, problems
}

func (r *Room) problem(in chat.Input, v string) string {
	limit := in.Max
	if limit == 0 {
		limit = 3000
	}
	switch {
	case strings.TrimSpace(v) == "" && !in.Optional:
		return "%required"
	case utf8.RuneCountInString(v) > limit:
		return "%long"
	case v == "":
		return ""
	case in.Kind == chat.Choice && !slices.ContainsFunc(in.Options, func(o chat.Option) bool { return o.Value == v }):
		return "%choice"
	case in.Kind == chat.People && !r.knows(chat.UserID(v)):
		return "%person"
	}
	return ""
}

func (r *Room) knows(who chat.UserID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.people[who]
	return ok
}
