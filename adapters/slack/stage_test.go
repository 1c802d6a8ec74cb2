package slack_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// hearer answers as told and keeps what it heard.
type hearer struct {
	mu     sync.Mutex
	heard  []chat.Request
	answer func(chat.Request) chat.Answer
	signal chan chat.Request
}

func newHearer() *hearer { return &hearer{signal: make(chan chat.Request, 100)} }

func (h *hearer) Hear(_ context.Context, r chat.Request) chat.Answer {
	h.mu.Lock()
	h.heard = append(h.heard, r)
	answer := h.answer
	h.mu.Unlock()
	h.signal <- r
	if answer == nil {
		return chat.Answer{}
	}
	return answer(r)
}

func (h *hearer) says(answer func(chat.Request) chat.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

func (h *hearer) all() []chat.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]chat.Request(nil), h.heard...)
}

// stage is a fake Slack with the adapter on it.
type stage struct {
	*slacktest.Server
	*hearer
	t     *testing.T
	now   *clock
	p     *slack.Platform
	end   func() error
	ana   string
	ben   string
	room  string
	ready chan struct{}
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// prepare makes a stage that does not run yet. Change may alter the adapter's config.
func prepare(t *testing.T, opts slacktest.Options, change func(*slack.Config)) *stage {
	t.Helper()
	s := &stage{t: t, hearer: newHearer(), now: &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, ready: make(chan struct{})}
	opts.Now = s.now.now
	if opts.Scopes == nil {
		opts.Scopes, opts.Events = slack.Scopes(), slack.Events()
	}
	s.Server = slacktest.New(t, opts)
	s.ana = s.AddUser(slacktest.User{ID: "U0ANA", Handle: "ana", Name: "Ana Souza", Email: "ana@example.org", Locale: "pt-BR", Zone: "America/Sao_Paulo"})
	s.ben = s.AddUser(slacktest.User{ID: "U0BEN", Handle: "ben", Name: "Ben Okafor"})
	s.room = s.AddChannel("incidents", false, s.ana, s.ben, s.BotUser)
	cfg := slack.Config{
		BotToken: s.BotToken, AppToken: s.AppToken, APIURL: s.APIURL(), Now: s.now.now, Recheck: time.Millisecond, Backoff: time.Millisecond,
	}
	if change != nil {
		change(&cfg)
	}
	p, err := slack.New(cfg)
	require.NoError(t, err)
	s.p = p
	return s
}

// play runs the adapter over Socket Mode until the test ends.
func play(t *testing.T, opts slacktest.Options, change func(*slack.Config)) *stage {
	t.Helper()
	s := prepare(t, opts, change)
	s.run()
	<-s.ready
	return s
}

func (s *stage) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = s.p.Run(ctx, s.hearer, func() { close(s.ready) })
	}()
	s.end = func() error {
		cancel()
		<-done
		return err
	}
	s.t.Cleanup(func() { _ = s.end() })
}

func (s *stage) quiet() {
	s.Settle()
	s.p.Quiesce()
	s.Settle()
}

func (s *stage) do(a chat.Action) (chat.Result, error) { return s.p.Do(s.t.Context(), a, false) }

func (s *stage) must(a chat.Action) chat.Result {
	s.t.Helper()
	r, err := s.do(a)
	require.NoError(s.t, err)
	return r
}

// wrong carries out an action that must fail in this way.
func (s *stage) wrong(a chat.Action, class chat.Class) *chat.Error {
	s.t.Helper()
	_, err := s.do(a)
	return classed(s.t, err, class)
}

func classed(t *testing.T, err error, class chat.Class) *chat.Error {
	t.Helper()
	var e *chat.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, class, e.Class, "%v", err)
	return e
}

func text(words string) chat.Message {
	return chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: words}}}}}
}

func (s *stage) post(key, words string) chat.Action {
	return chat.Action{Key: key, Verb: chat.Post, Room: chat.RoomID(s.room), Body: text(words)}
}

var _ chattest.World = (*slacktest.World)(nil)
