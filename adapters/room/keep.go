package room

import (
	"bytes"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Keep remembers values by key. It is called by one goroutine at a time.
type Keep interface {
	// Save puts data in place of whatever the key had. When it returns nil the data outlives the process.
	// After an error nobody knows whether it does.
	Save(key string, data []byte) error
	// Load yields what the keys that begin with prefix have, sorted by key.
	Load(prefix string) iter.Seq2[string, []byte]
}

// Memory is a [Keep] that forgets everything with the process. It is safe for concurrent use.
type Memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

// NewMemory is an empty Memory.
func NewMemory() *Memory { return &Memory{values: map[string][]byte{}} }

// Save implements [Keep].
func (m *Memory) Save(key string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = bytes.Clone(data)
	return nil
}

// Load implements [Keep].
func (m *Memory) Load(prefix string) iter.Seq2[string, []byte] {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sorted(maps.Clone(m.values), prefix)
}

func sorted(values map[string][]byte, prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if strings.HasPrefix(key, prefix) && !yield(key, values[key]) {
				return
			}
		}
	}
}
