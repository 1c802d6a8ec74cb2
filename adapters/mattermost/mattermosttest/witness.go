package mattermosttest

import (
	"context"
	"slices"
	"sync"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// witness is the platform under test, with somebody beside the hearer who notes what was heard and
// answered, so that a world knows what its people are about to see.
type witness struct {
	chat.Platform
	clock *clock

	mu    sync.Mutex
	notes []note
	more  chan struct{}
}

type note struct {
	request chat.Request
	answer  chat.Answer
}

// Run implements [chat.Platform].
func (w *witness) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	return w.Platform.Run(ctx, noting{hearer, w}, ready)
}

type noting struct {
	chat.Hearer
	w *witness
}

// Hear implements [chat.Hearer].
func (n noting) Hear(ctx context.Context, r chat.Request) chat.Answer {
	r = n.w.clock.dated(r)
	answer := n.Hearer.Hear(ctx, r)
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	n.w.notes = append(n.w.notes, note{request: r, answer: answer})
	if n.w.more != nil {
		close(n.w.more)
		n.w.more = nil
	}
	return answer
}

// count is how many requests were heard so far.
func (w *witness) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.notes)
}

// after finds the first note from n on that wanted accepts; without one, it returns what is closed when
// there is more.
func (w *witness) after(n int, wanted func(note) bool) (note, bool, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.IndexFunc(w.notes[n:], wanted); i >= 0 {
		return w.notes[n+i], true, nil
	}
	if w.more == nil {
		w.more = make(chan struct{})
	}
	return note{}, false, w.more
}
