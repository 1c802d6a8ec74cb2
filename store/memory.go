package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Memory is a journal that forgets at exit: the reference that other implementations are compared with, and the
// store of tests, drills and simulations. It does everything in the plainest way and scans where a real store has
// an index.
type Memory struct {
	mu       sync.Mutex
	closed   bool
	state    memoryState
	inFlight map[string]bool // by item key; empty again after a restart
	watchers Watchers
}

// memoryState is what survives in a snapshot. Its fields are exported for the encoder only.
type memoryState struct {
	Streams  map[string]*memoryStream
	Waiting  []Item // oldest first; Unsure tells that a try began or had an unsure end
	Dead     []Item // as they died
	Links    map[string]string
	Seen     map[string]memorySeen
	Counters map[string]uint64
}

type memoryStream struct {
	Events [][]byte
	Wake   time.Time
}

type memorySeen struct {
	Stream string
	Last   uint64
	At     time.Time
}

var _ Journal = (*Memory)(nil)

// NewMemory returns an empty journal in memory.
func NewMemory() *Memory {
	m := &Memory{inFlight: make(map[string]bool)}
	m.state.fill()
	return m
}

func (s *memoryState) fill() {
	if s.Streams == nil {
		s.Streams = make(map[string]*memoryStream)
	}
	if s.Links == nil {
		s.Links = make(map[string]string)
	}
	if s.Seen == nil {
		s.Seen = make(map[string]memorySeen)
	}
	if s.Counters == nil {
		s.Counters = make(map[string]uint64)
	}
}

// enter locks the journal for one method; the caller unlocks when there is no error.
func (m *Memory) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	return nil
}

// Commit implements Log.
func (m *Memory) Commit(ctx context.Context, c Commit) (uint64, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	if err := m.enter(ctx); err != nil {
		return 0, fmt.Errorf("commit to %q: %w", c.Stream, err)
	}
	defer m.mu.Unlock()
	if last, err := m.refuse(c); err != nil {
		return last, fmt.Errorf("commit to %q: %w", c.Stream, err)
	}
	m.settle(c.Settle)
	last := m.append(c)
	for _, it := range c.Outbox {
		m.enqueue(it, c.At)
	}
	m.link(c.Claims)
	m.link(c.Links)
	if c.Seen != "" {
		m.state.Seen[c.Seen] = memorySeen{Stream: c.Stream, Last: last, At: instant(c.At)}
	}
	m.watchers.Signal()
	return last, nil
}

// CommitAll implements Log.
func (m *Memory) CommitAll(ctx context.Context, commits []Commit) []Result {
	results := make([]Result, len(commits))
	for i, c := range commits {
		results[i].Last, results[i].Err = m.Commit(ctx, c)
	}
	return results
}

// refuse tells why a commit cannot be taken.
func (m *Memory) refuse(c Commit) (uint64, error) {
	if was, ok := m.state.Seen[c.Seen]; ok {
		return was.Last, &SeenError{ID: c.Seen, Stream: was.Stream, Last: was.Last}
	}
	var last uint64
	if s := m.state.Streams[c.Stream]; s != nil {
		last = uint64(len(s.Events))
	}
	if last != c.Expect {
		return last, fmt.Errorf("based on event %d of %d: %w", c.Expect, last, ErrConflict)
	}
	for _, l := range c.Claims {
		if v, ok := m.state.Links[l.Key]; ok && v != l.Value {
			return last, &TakenError{Link: Link{Key: l.Key, Value: v}}
		}
	}
	settledDone := make(map[string]bool)
	for _, s := range c.Settle {
		settledDone[s.Key] = settledDone[s.Key] || s.Outcome == Done
	}
	for _, it := range c.Outbox {
		if m.has(it.Key) && !settledDone[it.Key] {
			return last, fmt.Errorf("item %q is in the outbox already: %w", it.Key, ErrInvalid)
		}
	}
	return last, nil
}

func (m *Memory) append(c Commit) uint64 {
	s := m.state.Streams[c.Stream]
	if s == nil {
		s = &memoryStream{}
		m.state.Streams[c.Stream] = s
	}
	for _, e := range c.Events {
		s.Events = append(s.Events, append([]byte(nil), e...))
	}
	s.Wake = instant(c.Wake)
	return uint64(len(s.Events))
}

func (m *Memory) link(links []Link) {
	for _, l := range links {
		if l.Value == "" {
			delete(m.state.Links, l.Key)
			continue
		}
		m.state.Links[l.Key] = l.Value
	}
}

// Seen implements Log.
func (m *Memory) Seen(ctx context.Context, id string) (string, uint64, bool, error) {
	if err := m.enter(ctx); err != nil {
		return "", 0, false, fmt.Errorf("look for request %q: %w", id, err)
	}
	defer m.mu.Unlock()
	was, ok := m.state.Seen[id]
	return was.Stream, was.Last, ok, nil
}

// Sweep implements Log.
func (m *Memory) Sweep(ctx context.Context, before time.Time) (int, error) {
	if err := m.enter(ctx); err != nil {
		return 0, fmt.Errorf("sweep requests: %w", err)
	}
	defer m.mu.Unlock()
	n := 0
	for id, was := range m.state.Seen {
		if was.At.Before(before) {
			delete(m.state.Seen, id)
			n++
		}
	}
	return n, nil
}

// Next implements Log.
func (m *Memory) Next(ctx context.Context, counter string) (uint64, error) {
	if err := CheckName("counter", counter); err != nil {
		return 0, err
	}
	if err := m.enter(ctx); err != nil {
		return 0, fmt.Errorf("count %q: %w", counter, err)
	}
	defer m.mu.Unlock()
	m.state.Counters[counter]++
	return m.state.Counters[counter], nil
}

// Due implements Clock.
func (m *Memory) Due(ctx context.Context, now time.Time, limit int) ([]Alarm, time.Time, error) {
	if err := m.enter(ctx); err != nil {
		return nil, time.Time{}, fmt.Errorf("look for due alarms: %w", err)
	}
	defer m.mu.Unlock()
	var alarms []Alarm
	for name, s := range m.state.Streams {
		if !s.Wake.IsZero() {
			alarms = append(alarms, Alarm{Stream: name, At: s.Wake})
		}
	}
	slices.SortFunc(alarms, func(a, b Alarm) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return bytes.Compare([]byte(a.Stream), []byte(b.Stream))
	})
	due := 0
	for due < len(alarms) && !alarms[due].At.After(now) && (limit <= 0 || due < limit) {
		due++
	}
	if due == len(alarms) {
		return alarms, time.Time{}, nil
	}
	return alarms[:due:due], alarms[due].At, nil
}

// instant drops what a journal does not keep of a time: its zone and its monotonic reading.
func instant(t time.Time) time.Time { return t.UTC().Round(0) }
