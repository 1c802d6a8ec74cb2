package store

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Events implements Log.
func (m *Memory) Events(ctx context.Context, stream string, after uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for seq := after + 1; ; seq++ {
			if err := m.enter(ctx); err != nil {
				yield(Record{}, fmt.Errorf("read stream %q: %w", stream, err))
				return
			}
			s := m.state.Streams[stream]
			if s == nil || seq == 0 || seq > uint64(len(s.Events)) {
				m.mu.Unlock()
				return
			}
			r := Record{Seq: seq, Data: append([]byte(nil), s.Events[seq-1]...)}
			m.mu.Unlock()
			if !yield(r, nil) {
				return
			}
		}
	}
}

// All implements Log.
func (m *Memory) All(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for s, err := range m.Streams(ctx, "") {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for r, err := range m.Events(ctx, s.Name, 0) {
				if !yield(Entry{Stream: s.Name, Record: r}, err) || err != nil {
					return
				}
			}
		}
	}
}

// Streams implements Log.
func (m *Memory) Streams(ctx context.Context, prefix string) iter.Seq2[Stream, error] {
	return func(yield func(Stream, error) bool) {
		if err := m.enter(ctx); err != nil {
			yield(Stream{}, fmt.Errorf("list streams: %w", err))
			return
		}
		var list []Stream
		for _, name := range sortedKeys(m.state.Streams, prefix) {
			s := m.state.Streams[name]
			list = append(list, Stream{Name: name, Last: uint64(len(s.Events)), Wake: s.Wake})
		}
		m.mu.Unlock()
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// Verify implements Log. What is in memory is not damaged; it only counts.
func (m *Memory) Verify(ctx context.Context, stream string) (int, error) {
	if err := m.enter(ctx); err != nil {
		return 0, fmt.Errorf("verify: %w", err)
	}
	defer m.mu.Unlock()
	n := 0
	for name, s := range m.state.Streams {
		if stream == "" || name == stream {
			n += len(s.Events)
		}
	}
	return n, nil
}

// Lookup implements Log.
func (m *Memory) Lookup(ctx context.Context, key string) (string, bool, error) {
	if err := m.enter(ctx); err != nil {
		return "", false, fmt.Errorf("look up %q: %w", key, err)
	}
	defer m.mu.Unlock()
	v, ok := m.state.Links[key]
	return v, ok, nil
}

// Scan implements Log.
func (m *Memory) Scan(ctx context.Context, prefix string) iter.Seq2[Link, error] {
	return func(yield func(Link, error) bool) {
		if err := m.enter(ctx); err != nil {
			yield(Link{}, fmt.Errorf("scan %q: %w", prefix, err))
			return
		}
		var list []Link
		for _, key := range sortedKeys(m.state.Links, prefix) {
			list = append(list, Link{Key: key, Value: m.state.Links[key]})
		}
		m.mu.Unlock()
		for _, l := range list {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func sortedKeys[V any](all map[string]V, prefix string) []string {
	keys := slices.Sorted(maps.Keys(all))
	return slices.DeleteFunc(keys, func(k string) bool { return !strings.HasPrefix(k, prefix) })
}

// Watch implements Journal.
func (m *Memory) Watch(ctx context.Context) <-chan struct{} { return m.watchers.Watch(ctx) }

// Ping implements Journal.
func (m *Memory) Ping(ctx context.Context) error {
	if err := m.enter(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	m.mu.Unlock()
	return nil
}

// Snapshot implements Journal. RestoreMemory reads what it writes.
func (m *Memory) Snapshot(ctx context.Context, w io.Writer) error {
	if err := m.enter(ctx); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	var buf bytes.Buffer
	err := gob.NewEncoder(&buf).Encode(&m.state)
	m.mu.Unlock()
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	sum := crc32.Checksum(buf.Bytes(), castagnoli)
	if _, err := fmt.Fprintf(w, "%08x\n%s", sum, buf.Bytes()); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// RestoreMemory returns a journal with what was in a snapshot of another one.
func RestoreMemory(r io.Reader) (*Memory, error) {
	var sum uint32
	if _, err := fmt.Fscanf(r, "%08x\n", &sum); err != nil {
		return nil, fmt.Errorf("restore: read checksum: %w", err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	if crc32.Checksum(data, castagnoli) != sum {
		return nil, fmt.Errorf("restore: %w", &CorruptError{What: "snapshot: wrong checksum"})
	}
	m := NewMemory()
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&m.state); err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	m.state.fill()
	return m, nil
}

// Close implements Journal.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
