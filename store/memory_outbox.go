package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

func (m *Memory) has(key string) bool {
	is := func(it Item) bool { return it.Key == key }
	return slices.ContainsFunc(m.state.Waiting, is) || slices.ContainsFunc(m.state.Dead, is)
}

// enqueue adds a committed item and drops those it replaces.
func (m *Memory) enqueue(it Item, at time.Time) {
	if it.Replaces != "" {
		same := func(old Item) bool { return old.Replaces == it.Replaces }
		m.state.Dead = slices.DeleteFunc(m.state.Dead, same)
		m.state.Waiting = slices.DeleteFunc(m.state.Waiting, func(old Item) bool { return same(old) && !old.Unsure })
	}
	m.state.Waiting = append(m.state.Waiting, Item{
		Key: it.Key, Lane: it.Lane, Needs: slices.Clone(it.Needs), Replaces: it.Replaces, Rank: it.Rank,
		NotBefore: instant(it.NotBefore), Payload: append([]byte(nil), it.Payload...), At: instant(at),
	})
}

// Ready implements Outbox.
func (m *Memory) Ready(ctx context.Context, now time.Time, limit int) ([]Item, time.Time, error) {
	if err := m.enter(ctx); err != nil {
		return nil, time.Time{}, fmt.Errorf("look for ready items: %w", err)
	}
	defer m.mu.Unlock()
	var ready []Item
	var next time.Time
	for _, it := range m.heads() {
		switch {
		case !it.NotBefore.After(now):
			ready = append(ready, cloneItem(it))
		case next.IsZero() || it.NotBefore.Before(next):
			next = it.NotBefore
		}
	}
	slices.SortStableFunc(ready, func(a, b Item) int { return a.Rank - b.Rank })
	if limit > 0 && len(ready) > limit {
		return ready[:limit:limit], instant(now), nil
	}
	return ready, next, nil
}

// heads returns the first item of each lane, oldest first, without those that wait for a link or are in flight.
func (m *Memory) heads() []Item {
	var heads []Item
	taken := make(map[string]bool)
	for _, it := range m.state.Waiting {
		if it.Lane != "" && taken[it.Lane] {
			continue
		}
		taken[it.Lane] = true
		missing := func(need string) bool { _, ok := m.state.Links[need]; return !ok }
		if !m.inFlight[it.Key] && !slices.ContainsFunc(it.Needs, missing) {
			heads = append(heads, it)
		}
	}
	return heads
}

// Start implements Outbox.
func (m *Memory) Start(ctx context.Context, keys ...string) ([]Item, error) {
	if err := m.enter(ctx); err != nil {
		return nil, fmt.Errorf("start items: %w", err)
	}
	defer m.mu.Unlock()
	var started []Item
	for _, key := range keys {
		i := m.waiting(key)
		if i < 0 || m.inFlight[key] {
			continue
		}
		it := &m.state.Waiting[i]
		it.Tries++
		started = append(started, cloneItem(*it))
		it.Unsure = true
		m.inFlight[key] = true
	}
	return started, nil
}

func (m *Memory) waiting(key string) int {
	return slices.IndexFunc(m.state.Waiting, func(it Item) bool { return it.Key == key })
}

// Settle implements Outbox.
func (m *Memory) Settle(ctx context.Context, s ...Settlement) error {
	if err := CheckSettlements(s); err != nil {
		return err
	}
	if err := m.enter(ctx); err != nil {
		return fmt.Errorf("settle items: %w", err)
	}
	defer m.mu.Unlock()
	m.settle(s)
	m.watchers.Signal()
	return nil
}

func (m *Memory) settle(settlements []Settlement) {
	for _, s := range settlements {
		if i := m.waiting(s.Key); i >= 0 {
			m.settleWaiting(i, s)
			m.link(s.Links)
			continue
		}
		i := slices.IndexFunc(m.state.Dead, func(it Item) bool { return it.Key == s.Key })
		if i >= 0 && s.Outcome == Done {
			m.state.Dead = slices.Delete(m.state.Dead, i, i+1)
			m.link(s.Links)
		}
	}
}

func (m *Memory) settleWaiting(i int, s Settlement) {
	delete(m.inFlight, s.Key)
	it := m.state.Waiting[i]
	it.Note, it.Unsure, it.NotBefore = s.Note, s.Unsure, instant(s.NotBefore)
	superseded := m.superseded(i)
	if s.Outcome == Retry && (s.Unsure || !superseded) {
		m.state.Waiting[i] = it
		return
	}
	m.state.Waiting = slices.Delete(m.state.Waiting, i, i+1)
	if s.Outcome == Dead && !superseded {
		m.state.Dead = append(m.state.Dead, it)
	}
}

// superseded tells whether a newer item replaces the waiting one at i. A dead one is always newer, because it would
// have been dropped otherwise.
func (m *Memory) superseded(i int) bool {
	r := m.state.Waiting[i].Replaces
	if r == "" {
		return false
	}
	same := func(it Item) bool { return it.Replaces == r }
	return slices.ContainsFunc(m.state.Waiting[i+1:], same) || slices.ContainsFunc(m.state.Dead, same)
}

// Dead implements Outbox.
func (m *Memory) Dead(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if err := m.enter(ctx); err != nil {
			yield(Item{}, fmt.Errorf("read dead items: %w", err))
			return
		}
		dead := make([]Item, 0, len(m.state.Dead))
		for _, it := range m.state.Dead {
			dead = append(dead, cloneItem(it))
		}
		m.mu.Unlock()
		slices.SortFunc(dead, func(a, b Item) int { return strings.Compare(a.Key, b.Key) })
		for _, it := range dead {
			if !yield(it, nil) {
				return
			}
		}
	}
}

// Revive implements Outbox.
func (m *Memory) Revive(ctx context.Context, keys ...string) (int, error) {
	if err := m.enter(ctx); err != nil {
		return 0, fmt.Errorf("revive items: %w", err)
	}
	defer m.mu.Unlock()
	n := 0
	for _, key := range keys {
		i := slices.IndexFunc(m.state.Dead, func(it Item) bool { return it.Key == key })
		if i < 0 {
			continue
		}
		it := m.state.Dead[i]
		it.Tries, it.NotBefore = 0, time.Time{}
		m.state.Dead = slices.Delete(m.state.Dead, i, i+1)
		m.state.Waiting = append(m.state.Waiting, it)
		n++
	}
	m.watchers.Signal()
	return n, nil
}

// Depth implements Outbox.
func (m *Memory) Depth(ctx context.Context) (Depth, error) {
	if err := m.enter(ctx); err != nil {
		return Depth{}, fmt.Errorf("measure the outbox: %w", err)
	}
	defer m.mu.Unlock()
	d := Depth{Waiting: len(m.state.Waiting), Dead: len(m.state.Dead)}
	for i, it := range m.state.Waiting {
		if i == 0 || it.At.Before(d.Oldest) {
			d.Oldest = it.At
		}
	}
	return d, nil
}

func cloneItem(it Item) Item {
	it.Needs = slices.Clone(it.Needs)
	it.Payload = append([]byte(nil), it.Payload...)
	return it
}
