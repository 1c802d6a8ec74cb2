package bolt

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/sitrep-bot/sitrep/store"
)

// flight remembers which items this process is delivering. The committer writes it, Ready reads it.
type flight struct {
	mu   sync.RWMutex
	keys map[string]bool
}

func (f *flight) has(key string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.keys[key]
}

// merge takes over what a committed transaction changed.
func (f *flight) merge(changes map[string]bool) {
	if len(changes) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys == nil {
		f.keys = make(map[string]bool)
	}
	maps.Copy(f.keys, changes)
	maps.DeleteFunc(f.keys, func(_ string, flying bool) bool { return !flying })
}

func (t *txn) inFlight(key string) bool {
	if flying, changed := t.flights[key]; changed {
		return flying
	}
	return t.j.flight.has(key)
}

func (t *txn) setFlight(key string, flying bool) {
	if t.flights == nil {
		t.flights = make(map[string]bool)
	}
	t.flights[key] = flying
}

// Settle implements store.Outbox.
func (j *Journal) Settle(ctx context.Context, s ...store.Settlement) error {
	if err := store.CheckSettlements(s); err != nil {
		return err
	}
	err := j.write(ctx, func(t *txn) error { return t.settle(s) })
	if err != nil {
		return fmt.Errorf("settle items: %w", err)
	}
	return nil
}

func (t *txn) settle(settlements []store.Settlement) error {
	for _, s := range settlements {
		known, err := t.settleOne(s)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if err := t.link(s.Links); err != nil {
			return err
		}
	}
	return nil
}

// settleOne tells whether there was something to settle.
func (t *txn) settleOne(s store.Settlement) (bool, error) {
	it, ok, err := t.item(bItems, []byte(s.Key))
	if err != nil {
		return false, err
	}
	if ok {
		return true, t.settleWaiting(it, s)
	}
	it, ok, err = t.item(bDead, []byte(s.Key))
	if err != nil || !ok || s.Outcome != store.Done {
		return false, err
	}
	return true, t.removeDead(it)
}

func (t *txn) settleWaiting(it item, s store.Settlement) error {
	t.setFlight(s.Key, false)
	owed := true
	if s.Outcome != store.Done {
		newest, err := t.newest(it)
		if err != nil {
			return err
		}
		owed = newest
	}
	switch {
	case s.Outcome == store.Retry && (s.Unsure || owed):
		return t.retry(it, s)
	case s.Outcome == store.Dead && owed:
		return t.bury(it, s)
	}
	return t.remove(it, true)
}

// newest tells that no newer item replaces this one.
func (t *txn) newest(it item) (bool, error) {
	if it.Replaces == "" {
		return true, nil
	}
	after := under(it.Replaces, it.order+1)
	for r := range t.scan(bReplaces, after, below(it.Replaces)) {
		return false, r.err
	}
	return true, nil
}

// retry leaves the item where it is in its lane.
func (t *txn) retry(it item, s store.Settlement) error {
	if err := t.unplace(it); err != nil {
		return err
	}
	it.NotBefore, it.Note, it.Unsure = s.NotBefore, s.Note, s.Unsure
	if err := t.putItem(bItems, it); err != nil {
		return err
	}
	return t.placeHead(it)
}

// bury moves the item to the dead. It keeps its place among those that replace each other.
func (t *txn) bury(it item, s store.Settlement) error {
	if err := t.remove(it, false); err != nil {
		return err
	}
	it.NotBefore, it.Note, it.Unsure = s.NotBefore, s.Note, s.Unsure
	return t.putItem(bDead, it)
}

// Revive implements store.Outbox.
func (j *Journal) Revive(ctx context.Context, keys ...string) (n int, err error) {
	err = j.write(ctx, func(t *txn) error {
		n, err = t.revive(keys)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("revive items: %w", err)
	}
	return n, nil
}

func (t *txn) revive(keys []string) (n int, err error) {
	for _, key := range keys {
		it, ok, err := t.item(bDead, []byte(key))
		if err != nil {
			return 0, err
		}
		if !ok {
			continue
		}
		if err := t.removeDead(it); err != nil {
			return 0, err
		}
		it.Tries, it.NotBefore = 0, time.Time{}
		if err := t.join(it); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
