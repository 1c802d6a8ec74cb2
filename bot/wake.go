package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// ringers is how many clocks strike at the same time, so that the journal can keep them in one sync.
const ringers = 64

// Wake lets the clocks strike that are due, the late ones of a downtime included. It tells how many
// incidents were woken and when the next clock is due; zero is never.
func (b *Bot) Wake(ctx context.Context) (n int, next time.Time, err error) {
	now := b.cfg.Now()
	due, next, err := b.journal.Due(ctx, now, 0)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("wake: %w", err)
	}
	if len(due) == 0 {
		return 0, next, nil
	}
	n, failed := b.ring(ctx, due, now)
	if _, next, err = b.journal.Due(ctx, b.cfg.Now(), 0); err != nil {
		return n, time.Time{}, fmt.Errorf("wake: %w", err)
	}
	if failed {
		next = earlier(next, now.Add(time.Second))
	}
	return n, next, nil
}

// ring wakes incidents side by side. It tells how many took it, and whether one failed that is worth
// another try.
func (b *Bot) ring(ctx context.Context, due []store.Alarm, now time.Time) (n int, failed bool) {
	var woken, failures atomic.Int64
	var wg sync.WaitGroup
	slots := make(chan struct{}, ringers)
	for _, alarm := range due {
		number, ok := Number(alarm.Stream)
		if !ok {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			b.metrics.late(now.Sub(alarm.At))
			switch again, err := b.tick(ctx, number); {
			case err == nil:
				woken.Add(1)
			case again:
				failures.Add(1)
			}
		})
	}
	wg.Wait()
	return int(woken.Load()), failures.Load() > 0
}

// tick wakes one incident. An incident whose log is broken stays silent: that was told when it was read.
func (b *Bot) tick(ctx context.Context, number int) (again bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			b.cfg.Log.Error().Interface("panic", r).Int("incident", number).Msg("clock of an incident panicked")
			again, err = true, fmt.Errorf("tick INC-%d: panic: %v", number, r)
		}
	}()
	_, err = b.decide(ctx, b.open.incident(number), matter{commands: []incident.Command{incident.Tick{}}})
	var broken *BrokenError
	if err == nil || errors.As(err, &broken) || errors.Is(err, errUnknown) {
		return false, err
	}
	b.cfg.Log.Error().Err(err).Int("incident", number).Msg("clock of an incident not struck; trying again")
	return true, err
}

// Quiesce wakes and delivers until nothing is left that can be done now. It tells when there will be more to
// do if nothing changes; zero is never. On a virtual clock it is the whole of Run.
func (b *Bot) Quiesce(ctx context.Context) (next time.Time, err error) {
	for {
		woken, alarm, err := b.Wake(ctx)
		if err != nil {
			return time.Time{}, err
		}
		delivered, ready, err := b.Deliver(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if woken == 0 && delivered == 0 {
			return earlier(alarm, ready), nil
		}
	}
}
