package mattermost

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// whisper tells one person something that is not the direct answer to a callback. Only a system
// administrator may create ephemeral posts, so it goes the way a slash command left open (later, good for
// five messages within half an hour) and otherwise as a private message.
func (p *Platform) whisper(ctx context.Context, user chat.UserID, m chat.Message, later string) error {
	if m.Empty() {
		return nil
	}
	if later != "" && p.respond(ctx, user, m, later) == nil {
		return nil
	}
	_, err := p.direct(ctx, chat.Action{Key: "whisper/" + nonce(), People: []chat.UserID{user}, Body: m}, false)
	return err
}

// respond answers a slash command late. Buttons stay behind: what channel they would be in is not ours to say.
func (p *Platform) respond(ctx context.Context, user chat.UserID, m chat.Message, later string) error {
	if hasButtons(m) {
		return &chat.Error{Class: chat.Invalid, Op: "answer late", Code: "buttons"}
	}
	out := p.privateRenderer(string(user), "").render(m)
	body, err := json.Marshal(&model.CommandResponse{
		ResponseType: model.CommandResponseTypeEphemeral, SkipSlackParsing: true,
		Text: out.text, Attachments: out.attachments,
	})
	if err != nil {
		return err
	}
	return exec(ctx, p, "answer late", func(ctx context.Context) (*model.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.URL+later, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := p.cfg.HTTP.Do(req)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
		return none(resp, err)
	})
}

var hookPaths = regexp.MustCompile(`/hooks/commands/[a-z0-9]{26}$`)

// responsePath is the path of a response address. Only the path is kept: the answer goes to the server we
// were configured with, never to where a callback says.
func responsePath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hookPaths.FindString(u.Path)
}

// laters remembers, for each open form, by which way its private answer can go and how often it was sent.
// What is lost with a restart goes as a private message instead.
type laters struct {
	mu    sync.Mutex
	forms map[string]*later
}

type later struct {
	path  string
	tries int
	until time.Time
}

func (l *laters) put(name, path string, now time.Time, life time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for old, f := range l.forms {
		if now.After(f.until) {
			delete(l.forms, old)
		}
	}
	l.form(name).path = path
	l.form(name).until = now.Add(life)
}

func (l *laters) path(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.form(name).path
}

// try counts how often a form was sent, this time included.
func (l *laters) try(name string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.form(name).tries++
	return l.form(name).tries
}

func (l *laters) form(name string) *later {
	if l.forms == nil {
		l.forms = map[string]*later{}
	}
	if l.forms[name] == nil {
		l.forms[name] = &later{}
	}
	return l.forms[name]
}
