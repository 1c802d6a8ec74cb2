package mattermost_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// stage is a world whose platform runs.
type stage struct {
	*mattermosttest.World
	t     *testing.T
	heard chan chat.Request
	ended chan error // what Run said
	stop  context.CancelFunc

	mu      sync.Mutex
	answers func(chat.Request) chat.Answer
	ahead   time.Duration // how far the platform's clock is ahead
}

func begin(t *testing.T, configure ...func(*mattermost.Config)) *stage {
	t.Helper()
	return beginWith(t, nil, configure...)
}

func beginWith(t *testing.T, env map[string]string, configure ...func(*mattermost.Config)) *stage {
	t.Helper()
	s := prepare(t, env, configure...)
	s.run()
	return s
}

// prepare is begin without running the platform.
func prepare(t *testing.T, env map[string]string, configure ...func(*mattermost.Config)) *stage {
	t.Helper()
	s := &stage{t: t, heard: make(chan chat.Request, 256), ended: make(chan error, 1)}
	s.says(chat.Answer{})
	s.World = mattermosttest.NewWorldWith(t, env, func(cfg *mattermost.Config) {
		cfg.Now = s.now
		cfg.Heartbeat = 500 * time.Millisecond
		for _, change := range configure {
			change(cfg)
		}
	})
	return s
}

func (s *stage) run() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	ready := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ended <- s.Platform().Run(ctx, s, func() { close(ready) })
	}()
	s.t.Cleanup(func() {
		stop()
		<-done
	})
	select {
	case <-ready:
	case err := <-s.ended:
		require.FailNow(s.t, "Run ended before it was ready", "%v", err)
	}
}

// Hear implements chat.Hearer.
func (s *stage) Hear(_ context.Context, r chat.Request) chat.Answer {
	s.mu.Lock()
	answers := s.answers
	s.mu.Unlock()
	s.heard <- r
	return answers(r)
}

func (s *stage) says(answer chat.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = func(r chat.Request) chat.Answer {
		if r.Kind == chat.Sent {
			return chat.Answer{Message: answer.Message, Errors: answer.Errors}
		}
		return answer
	}
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

// later moves the platform's clock, and only that.
func (s *stage) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// next is the next request of a kind.
func (s *stage) next(kind chat.RequestKind) chat.Request {
	s.t.Helper()
	for {
		select {
		case r := <-s.heard:
			if r.Kind == kind {
				return r
			}
		case <-s.patience():
			require.FailNow(s.t, "not heard", "no %s request came", kind)
		}
	}
}

// silence holds that nothing was heard. What is to be heard by a callback was heard when it was answered.
func (s *stage) silence() {
	s.t.Helper()
	select {
	case r := <-s.heard:
		require.FailNow(s.t, "heard", "a request that must not be believed: %+v", r)
	default:
	}
}

func (s *stage) patience() <-chan struct{} {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	s.t.Cleanup(cancel)
	return ctx.Done()
}

// do carries out an action that must work.
func (s *stage) do(a chat.Action) chat.Result {
	s.t.Helper()
	r, err := s.Platform().Do(s.t.Context(), a, false)
	require.NoError(s.t, err)
	return r
}

// fails carries out an action that must not work.
func (s *stage) fails(a chat.Action) *chat.Error {
	s.t.Helper()
	_, err := s.Platform().Do(s.t.Context(), a, false)
	var failed *chat.Error
	require.ErrorAs(s.t, err, &failed)
	return failed
}

func text(s string) chat.Message {
	return chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: s}}}}}
}

func card(s string) chat.Message {
	m := text(s)
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{
		{Action: "ack", Value: "7", Label: "Acknowledge"},
	}})
	return m
}

func form() *chat.Form {
	return &chat.Form{ID: "declare", State: "7", Title: "Declare", Submit: "Declare", Cancel: "No", Inputs: []chat.Input{
		{ID: "title", Kind: chat.Line, Label: "Title", Value: "Checkout down", Max: 40},
		{ID: "severity", Kind: chat.Choice, Label: "Severity", Value: "P1", Options: []chat.Option{{Value: "P0", Label: "P0"}, {Value: "P1", Label: "P1"}}},
		{ID: "who", Kind: chat.People, Label: "Commander", Optional: true},
	}}
}

// holds is an event whose post says this.
func holds(words string) func(*model.WebSocketEvent) bool {
	return func(event *model.WebSocketEvent) bool {
		post, _ := event.GetData()["post"].(string)
		return event.EventType() == model.WebsocketEventPosted && strings.Contains(post, words)
	}
}
