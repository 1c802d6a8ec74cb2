package mattermosttest

import (
	"slices"
	"sync"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// epoch is when every world begins for those who play in it.
var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clock tells the time of a world, which stands still but for Advance. The server knows only the real one,
// so what it says about times is translated on its way to the bot.
type clock struct {
	mu    sync.Mutex
	steps []step
}

// step is a moment from which on it was later in the world.
type step struct{ server, world time.Time }

// Advance moves the world's time, by which requests are dated. What the server itself keeps time of, such
// as limits and triggers, goes on in real time.
func (w *World) Advance(d time.Duration) {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	w.clock.steps = append(w.clock.steps, step{server: time.Now(), world: w.clock.last().Add(d)})
}

func (c *clock) last() time.Time {
	if len(c.steps) == 0 {
		return epoch
	}
	return c.steps[len(c.steps)-1].world
}

// at is the world's time at one of the server's.
func (c *clock) at(server time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range slices.Backward(c.steps) {
		if !server.Before(s.server.Truncate(time.Millisecond)) {
			return s.world
		}
	}
	return epoch
}

// dated is a request with the world's times in it.
func (c *clock) dated(r chat.Request) chat.Request {
	if !r.At.IsZero() {
		r.At = c.at(r.At)
	}
	if r.On != nil && !r.On.At.IsZero() {
		on := *r.On
		on.At = c.at(on.At)
		r.On = &on
	}
	return r
}
