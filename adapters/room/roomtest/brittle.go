package roomtest

import (
	"errors"
	"sync"

	"github.com/sitrep-bot/sitrep/adapters/room"
)

// brittle is a keep whose next saves go wrong, before or after they had their effect.
type brittle struct {
	room.Keep

	mu    sync.Mutex
	left  int
	after bool
}

func (b *brittle) fail(count int, after bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left, b.after = max(count, 1), after
}

// Save implements room.Keep.
func (b *brittle) Save(key string, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return b.Keep.Save(key, data)
	}
	b.left--
	if b.after {
		return errors.Join(errors.New("the disk went away while it answered"), b.Keep.Save(key, data))
	}
	return errors.New("the disk is full")
}
