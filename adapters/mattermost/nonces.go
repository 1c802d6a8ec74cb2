package mattermost

import (
	"sync"
	"time"
)

// nonces are names that were used, each until it could not be used anyway. The zero value is empty.
type nonces struct {
	mu   sync.Mutex
	used map[string]time.Time // until when to remember
	next time.Time            // when to sweep again
}

// take uses a name and tells whether that was the first time.
func (n *nonces) take(name string, now, until time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sweep(now)
	if _, ok := n.used[name]; ok {
		return false
	}
	n.used[name] = until
	return true
}

// release makes a name usable again.
func (n *nonces) release(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.used, name)
}

// sweep forgets, once a minute, what is over.
func (n *nonces) sweep(now time.Time) {
	if n.used == nil {
		n.used = map[string]time.Time{}
	}
	if now.Before(n.next) {
		return
	}
	n.next = now.Add(time.Minute)
	for name, until := range n.used {
		if now.After(until) {
			delete(n.used, name)
		}
	}
}
