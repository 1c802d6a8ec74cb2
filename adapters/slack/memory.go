package slack

import (
	"sync"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// memory is a set of the newest so many strings.
type memory struct {
	mu    sync.Mutex
	size  int
	known map[string]bool
	order []string
}

func newMemory(size int) *memory { return &memory{size: size, known: map[string]bool{}} }

// add puts s in and tells whether it was new.
func (m *memory) add(s string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[s] {
		return false
	}
	m.known[s] = true
	m.order = append(m.order, s)
	if len(m.order) > m.size {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	return true
}

// overheard keeps what was said lately, so that a reaction can be told without asking Slack what it was on.
type overheard struct {
	mu    sync.Mutex
	size  int
	said  map[string]original
	order []string
}

// original is a message in Slack's markup.
type original struct {
	user, bot, text string
}

func newOverheard(size int) *overheard { return &overheard{size: size, said: map[string]original{}} }

func place(room chat.RoomID, message chat.MessageID) string {
	return string(room) + "/" + string(message)
}

func (o *overheard) put(room chat.RoomID, message chat.MessageID, m original) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := place(room, message)
	if _, known := o.said[key]; !known {
		o.order = append(o.order, key)
	}
	o.said[key] = m
	if len(o.order) > o.size {
		delete(o.said, o.order[0])
		o.order = o.order[1:]
	}
}

func (o *overheard) get(room chat.RoomID, message chat.MessageID) (original, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	m, ok := o.said[place(room, message)]
	return m, ok
}
