package chattest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// patience bounds every wait for something that a working platform does within milliseconds.
const patience = 20 * time.Second

// hearer answers as it is told and remembers what it heard.
type hearer struct {
	heard chan chat.Request

	mu     sync.Mutex
	answer func(chat.Request) chat.Answer
}

func newHearer() *hearer {
	return &hearer{
		heard:  make(chan chat.Request, 1024),
		answer: func(chat.Request) chat.Answer { return chat.Answer{} },
	}
}

// Hear implements [chat.Hearer].
func (h *hearer) Hear(_ context.Context, r chat.Request) chat.Answer {
	h.mu.Lock()
	answer := h.answer
	h.mu.Unlock()
	h.heard <- r
	return answer(r)
}

// answers sets what is said from now on.
func (h *hearer) answers(answer func(chat.Request) chat.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// says has every request answered with m.
func (h *hearer) says(m chat.Message) {
	h.answers(func(chat.Request) chat.Answer { return chat.Answer{Message: m} })
}

// next waits for the next request of a kind; others before it are passed over.
func (h *hearer) next(t testing.TB, kind chat.RequestKind) chat.Request {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		select {
		case r := <-h.heard:
			if r.Kind == kind {
				return r
			}
		case <-ctx.Done():
			require.FailNow(t, "not heard", "no request of kind %q came", kind)
		}
	}
}
