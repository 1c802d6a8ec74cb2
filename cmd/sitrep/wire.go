package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// drain is how long actions that have begun may take at the end, within the ten seconds that service managers wait.
const drain = 6 * time.Second

// house is a bot with everything around it: its journal, its platforms, its doors.
type house struct {
	folder   folder
	listener net.Listener // nil once somebody serves on it
	address  string       // where the house can be found
	journal  store.Journal
	cfg      bot.Config
	doors    doors
	link     func(name string) (string, error)
	closers  []func() error // what is closed last comes first
	opened   func()         // runs once when every platform is connected
}

// newHouse takes the folder and the address, so that whatever is taken already is told before anything else.
func newHouse(ctx context.Context, f folder, address string) (*house, error) {
	journal, err := f.open() //nolint:contextcheck // opening has no context, and what the journal mends belongs to nobody's request
	if err != nil {
		return nil, err
	}
	h := &house{
		folder: f, journal: journal, closers: []func() error{journal.Close},
		doors: doors{registry: prometheus.NewRegistry(), under: map[string]http.Handler{}},
	}
	if h.listener, err = listenOn(ctx, address); err != nil {
		return nil, errors.Join(err, h.close())
	}
	h.address = h.listener.Addr().String()
	h.doors.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return h, nil
}

// platform adds a chat platform and the doors it has.
func (h *house) platform(p chat.Platform, handler http.Handler, prefix string) {
	h.cfg.Platforms = append(h.cfg.Platforms, p)
	if handler != nil {
		h.doors.under[prefix] = handler
	}
}

// run lives in the house until ctx ends or something breaks that cannot be mended, and leaves nothing open.
func (h *house) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, h.close()) }()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	h.cfg.Platforms = heralds(h.cfg.Platforms, h.opened)
	h.cfg.Journal, h.cfg.Metrics, h.cfg.Drain = h.journal, bot.NewMetrics(h.doors.registry), drain
	b, err := bot.New(h.cfg) //nolint:contextcheck // a bot begins without a context
	if err != nil {
		return err
	}
	socket, err := (&control{journal: h.journal, dead: b.Dead, link: h.link}).open(ctx, h.folder)
	if err != nil {
		return err
	}
	h.doors.ready = b.Ready
	h.cfg.Log.Info().Str("address", h.address).Str("data", string(h.folder)).Msg("listening")
	var guests sync.WaitGroup
	broken := make(chan error, 2)
	for _, s := range []site{{listener: h.listener, handler: h.doors.handler()}, socket} {
		guests.Go(func() {
			broken <- s.serve(ctx)
			stop()
		})
	}
	h.listener = nil // the site lets it go
	err = b.Run(ctx)
	stop()
	guests.Wait()
	return errors.Join(err, <-broken, <-broken)
}

func (h *house) close() error {
	var errs []error
	if h.listener != nil {
		errs = append(errs, h.listener.Close())
	}
	for _, c := range slices.Backward(h.closers) {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// heralds makes platforms tell once when all of them are connected.
func heralds(platforms []chat.Platform, opened func()) []chat.Platform {
	if opened == nil {
		return platforms
	}
	var missing atomic.Int32
	missing.Store(int32(len(platforms))) // a handful
	all := make([]chat.Platform, len(platforms))
	for i, p := range platforms {
		all[i] = herald{Platform: p, told: sync.OnceFunc(func() {
			if missing.Add(-1) == 0 {
				opened()
			}
		})}
	}
	return all
}

// herald is a platform that tells somebody else, too, that it is connected.
type herald struct {
	chat.Platform
	told func()
}

// Run implements chat.Platform.
func (h herald) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	return h.Platform.Run(ctx, hearer, func() {
		ready()
		h.told()
	})
}

// completions are what can follow the slash command in the browser room.
func completions(p *playbook.Playbook) func(lang string) []room.Completion {
	severities := make([]string, len(p.Severities))
	for i, s := range p.Severities {
		severities[i] = string(s.ID)
	}
	return func(lang string) []room.Completion {
		var all []room.Completion
		for _, c := range command.Completions(lang, p) {
			r := room.Completion{Word: c.Word, Hint: c.Hint, About: c.About}
			if c.Word == "declare" || c.Word == "severity" {
				r.Args = severities
			}
			all = append(all, r)
		}
		return all
	}
}

// logger writes what an operator should know: as JSON for machines, as lines for people.
func logger(to io.Writer, level, format string) zerolog.Logger {
	if format == "text" {
		to = zerolog.ConsoleWriter{Out: to, TimeFormat: "15:04:05", NoColor: true}
	}
	l, err := zerolog.ParseLevel(level)
	if err != nil {
		l = zerolog.InfoLevel // the check has refused other words
	}
	return zerolog.New(to).Level(l).With().Timestamp().Logger()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
