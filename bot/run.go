package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
)

// How often requests heard long ago are forgotten, and how long ago that is. Platforms redeliver for hours
// at most.
const (
	sweepEvery = time.Hour
	sweepAfter = 24 * time.Hour
)

// errNoPlatform says that there is nothing left to run.
var errNoPlatform = errors.New("every chat platform has given up")

// Run connects the platforms, wakes and delivers until ctx ends; then it waits a while for the actions that
// have begun, and returns nil. What is left over waits in the journal. It returns an error when every
// platform has given up. Run it once.
func (b *Bot) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, p := range b.cfg.Platforms {
		wg.Go(func() { b.connect(ctx, p, &wg, stop) })
	}
	wg.Go(func() { b.preload(ctx) })
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	b.loop(ctx, work)
	b.drain(cut)
	wg.Wait()
	if cause := context.Cause(ctx); errors.Is(cause, errNoPlatform) {
		return fmt.Errorf("run the bot: %w", cause)
	}
	return nil
}

// connect runs one platform. When it gives up the others go on; when it was the last one, all ends.
func (b *Bot) connect(ctx context.Context, p chat.Platform, wg *sync.WaitGroup, stop context.CancelCauseFunc) {
	err := p.Run(ctx, b, func() {
		b.ready(p.Name())
		wg.Go(func() {
			if err := b.warm(ctx, p.Name()); err != nil && ctx.Err() == nil {
				b.cfg.Log.Warn().Err(err).Msg("directory not complete; what is missing is looked up when needed")
			}
		})
	})
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		err = errors.New("stopped by itself")
	}
	b.end(p.Name(), err, stop)
}

// ready notes that a platform is connected.
func (b *Bot) ready(name chat.Name) {
	b.mu.Lock()
	b.connected[name] = true
	b.mu.Unlock()
	b.out.purses.revive(name)
	b.cfg.Log.Info().Str("platform", string(name)).Msg("connected")
}

// end notes that a platform has given up, and ends all when it was the last.
func (b *Bot) end(name chat.Name, err error, stop context.CancelCauseFunc) {
	b.cfg.Log.Error().Err(err).Str("platform", string(name)).Msg("platform has given up; its outbox is kept")
	b.mu.Lock()
	defer b.mu.Unlock()
	b.connected[name] = false
	b.ended[name] = err
	b.out.purses.kill(name, forever, err)
	if len(b.ended) == len(b.cfg.Platforms) {
		var all []error
		for other, cause := range b.ended {
			all = append(all, fmt.Errorf("%s: %w", other, cause))
		}
		stop(errors.Join(append([]error{errNoPlatform}, all...)...))
	}
}

// forever is later than anything that is waited for.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// preload reads the open incidents, so that the first command of each finds it in memory, and tells the
// operator of logs that are broken.
func (b *Bot) preload(ctx context.Context) {
	for _, n := range b.open.numbers(0) {
		if ctx.Err() != nil {
			return
		}
		f, err := b.open.read(ctx, b.open.incident(n))
		switch {
		case err != nil && ctx.Err() == nil:
			b.cfg.Log.Error().Err(err).Int("incident", n).Msg("open incident not read")
		case err == nil && f.broken != nil:
			b.cfg.Log.Error().Err(f.broken).Int("incident", n).
				Msg("log of an incident is broken: it can be read up to there and takes no commands")
		}
	}
	// Reading all those logs needed far more memory than what stays of them.
	debug.FreeOSMemory()
	if j, ok := b.journal.(interface{ Rest() }); ok {
		j.Rest()
	}
}

// loop wakes and delivers whenever the journal has something new, an action has ended, or the moment has
// come that both were waiting for.
func (b *Bot) loop(ctx, work context.Context) {
	changed := b.journal.Watch(ctx)
	swept := time.Time{}
	for ctx.Err() == nil {
		now := b.cfg.Now()
		if now.Sub(swept) >= sweepEvery {
			b.sweep(ctx, now)
			swept = now
		}
		again, next := b.pass(ctx, work)
		if again {
			continue
		}
		var alarm <-chan time.Time
		if next = earlier(next, swept.Add(sweepEvery)); b.cfg.After != nil {
			alarm = b.cfg.After(max(0, next.Sub(b.cfg.Now())))
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-b.out.arrived:
		case <-alarm:
		}
	}
}

// pass wakes and delivers once. It tells whether there may be more to do at once, and otherwise when.
func (b *Bot) pass(ctx, work context.Context) (again bool, next time.Time) {
	woken, alarm, err := b.Wake(ctx)
	delivered, ready, deliverErr := b.dispatch(ctx, work)
	if err = errors.Join(err, deliverErr); err != nil && ctx.Err() == nil {
		b.cfg.Log.Error().Err(err).Msg("journal not read; trying again")
		return false, earlier(earlier(alarm, ready), b.cfg.Now().Add(time.Second))
	}
	return woken+delivered > 0, earlier(alarm, ready)
}

func (b *Bot) sweep(ctx context.Context, now time.Time) {
	n, err := b.journal.Sweep(ctx, now.Add(-sweepAfter))
	if err != nil && ctx.Err() == nil {
		b.cfg.Log.Warn().Err(err).Msg("old requests not forgotten")
		return
	}
	b.cfg.Log.Debug().Int("requests", n).Msg("old requests forgotten")
}

// drain waits for the actions that have begun. Those that take too long are cut off; they are looked up
// before they are done again.
func (b *Bot) drain(cut context.CancelFunc) {
	done := make(chan struct{})
	go func() {
		b.out.trips.Wait()
		close(done)
	}()
	if b.cfg.After == nil {
		<-done
		return
	}
	select {
	case <-done:
	case <-b.cfg.After(b.cfg.Drain):
		b.cfg.Log.Warn().Msg("actions cut off at the end; they are looked up at the next start")
		cut()
		<-done
	}
}

// Dead are the actions that were given up, ordered by key, for those who look after the bot.
func (b *Bot) Dead(ctx context.Context) ([]DeadItem, error) {
	var dead []DeadItem
	for it, err := range b.journal.Dead(ctx) {
		if err != nil {
			return dead, fmt.Errorf("list dead items: %w", err)
		}
		dead = append(dead, deadItem(it))
	}
	return dead, nil
}

// DeadItem is an action that was given up.
type DeadItem struct {
	Key      string
	Incident int
	Platform chat.Name
	Verb     chat.Verb
	What     string // in a few words; may be empty
	Why      string
	At       time.Time // when it was decided on
	Tries    int
}

func deadItem(it store.Item) DeadItem {
	d := DeadItem{Key: it.Key, Why: it.Note, At: it.At, Tries: it.Tries}
	if p, err := readParcel(it); err == nil {
		d.Incident, d.Platform, d.Verb, d.What = p.Number, p.Platform, p.Action.Verb, p.What
	}
	return d
}
