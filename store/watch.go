package store

import (
	"context"
	"sync"
)

// Watchers is what an implementation needs to keep the promise of Journal.Watch. The zero value is ready.
type Watchers struct {
	mu  sync.Mutex
	chs map[chan struct{}]struct{}
}

// Watch returns a channel with a signal in it, which gets another after each Signal, until ctx ends.
func (w *Watchers) Watch(ctx context.Context) <-chan struct{} {
	ch := make(chan struct{}, 1)
	ch <- struct{}{}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.chs == nil {
		w.chs = make(map[chan struct{}]struct{})
	}
	w.chs[ch] = struct{}{}
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.chs, ch)
	})
	return ch
}

// Signal tells everybody who watches. It never blocks.
func (w *Watchers) Signal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.chs {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
