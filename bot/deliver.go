package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
)

// glance is how many items of the outbox are looked at first; more only when none of them may go.
const glance = 64

// dispatcher keeps book of what is on its way.
type dispatcher struct {
	purses *purses
	slots  int

	mu      sync.Mutex
	busy    int
	owed    []func(context.Context) error // outcomes that the journal did not take yet
	owedAt  time.Time                     // when to offer them again
	trips   sync.WaitGroup
	arrived chan struct{} // gets a signal after each trip; signals coalesce
}

func newDispatcher(cfg Config) *dispatcher {
	return &dispatcher{purses: newPurses(cfg.Budgets), slots: cfg.Workers, arrived: make(chan struct{}, 1)}
}

func (d *dispatcher) revoked(platform chat.Name) error { return d.purses.dead(platform) }

// free is how many more actions may begin. The last quarter is kept for what wakes people or puts them to
// work.
func (d *dispatcher) free(rank int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	slots := d.slots
	if rank > compose.RankRole {
		slots = max(1, slots*3/4)
	}
	return slots - d.busy
}

func (d *dispatcher) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy++
	d.trips.Add(1)
}

func (d *dispatcher) end() {
	d.mu.Lock()
	d.busy--
	d.mu.Unlock()
	d.trips.Done()
	select {
	case d.arrived <- struct{}{}:
	default:
	}
}

// Deliver does what may be done now, side by side, and waits until that is done. It tells how many actions
// were tried and when there will be more to do if nothing changes; zero is never.
func (b *Bot) Deliver(ctx context.Context) (n int, next time.Time, err error) {
	n, next, err = b.dispatch(ctx, ctx)
	b.out.trips.Wait()
	return n, next, err
}

// dispatch begins what may begin now. The actions run on under the context work.
func (b *Bot) dispatch(ctx, work context.Context) (n int, next time.Time, err error) {
	now := b.cfg.Now()
	owed := b.offerOwed(ctx, now)
	keys, next, err := b.choose(ctx, now)
	if err != nil {
		return 0, owed, err
	}
	next = earlier(next, owed)
	if len(keys) == 0 {
		return 0, next, nil
	}
	items, err := b.journal.Start(ctx, keys...)
	if err != nil {
		return 0, next, fmt.Errorf("deliver: %w", err)
	}
	for _, it := range items {
		b.out.begin()
		go func() {
			defer b.out.end()
			b.deliver(work, it)
		}()
	}
	return len(items), next, nil
}

// choose picks the items that may go now, most urgent first. While the budgets of all platforms are spent it
// does not even look: an outbox that has run full is read as often as something can be taken out of it, not as
// often as something comes in.
func (b *Bot) choose(ctx context.Context, now time.Time) (keys []string, next time.Time, err error) {
	if until := b.out.purses.spent(now, b.cfg.Platforms); !until.IsZero() {
		return nil, until, nil
	}
	for limit := glance; ; limit *= 4 {
		items, later, err := b.journal.Ready(ctx, now, limit)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("deliver: %w", err)
		}
		keys, wait := b.pick(now, items)
		cut := !later.IsZero() && !later.After(now)
		if cut && len(keys) == 0 && b.out.free(compose.RankCosmetic) > 0 {
			continue // nothing of what was looked at may go, but something further back may
		}
		if cut {
			later = time.Time{} // whoever is told about n > 0, or about an arrival, asks again at once
		}
		return keys, earlier(later, wait), nil
	}
}

// pick spends the budgets on items in their order. wait is when the first that was left out may go.
func (b *Bot) pick(now time.Time, items []store.Item) (keys []string, wait time.Time) {
	for _, it := range items {
		if b.out.free(it.Rank) <= len(keys) {
			continue
		}
		p, err := readParcel(it)
		if err != nil {
			keys = append(keys, it.Key) // the trip ends at once and says why
			continue
		}
		until, waited, ok := b.out.purses.spend(now, p.Platform, p.Action.Verb, p.room())
		if !ok {
			b.metrics.limited(p, waited)
			wait = earlier(wait, until)
			if !b.out.purses.spent(now, b.cfg.Platforms).IsZero() {
				return keys, wait
			}
			continue
		}
		keys = append(keys, it.Key)
	}
	return keys, wait
}

// room is a name for where the parcel goes, for budgets only.
func (p parcel) room() chat.RoomID {
	switch {
	case p.Action.Verb == chat.Direct && len(p.Action.People) > 0:
		return chat.RoomID("direct/" + p.Action.People[0])
	case p.Action.Room == compose.InRoom:
		return chat.RoomID(Stream(p.Number))
	case p.Action.Room == compose.InPlace:
		return p.Place
	}
	return p.Action.Room
}

// offerOwed writes down outcomes that the journal refused before. It returns when to try again, if any are
// left.
func (b *Bot) offerOwed(ctx context.Context, now time.Time) time.Time {
	b.out.mu.Lock()
	if len(b.out.owed) == 0 || now.Before(b.out.owedAt) {
		defer b.out.mu.Unlock()
		return b.out.owedAt
	}
	owed := b.out.owed
	b.out.owed, b.out.owedAt = nil, time.Time{}
	b.out.mu.Unlock()
	for _, settle := range owed {
		b.settle(ctx, settle)
	}
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	return b.out.owedAt
}

// settle writes an outcome down, now or, when the journal takes no commits, as soon as it does. Should the
// process end before, the item is offered again as unsure.
func (b *Bot) settle(ctx context.Context, write func(context.Context) error) {
	err := write(context.WithoutCancel(ctx))
	if err == nil || errors.Is(err, store.ErrClosed) {
		return
	}
	b.cfg.Log.Error().Err(err).Msg("outcome of a delivery not written down; trying again")
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	b.out.owed = append(b.out.owed, write)
	b.out.owedAt = b.cfg.Now().Add(time.Second)
}

// earlier is the first of two moments; zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
