package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// demoOptions are the flags of the demo.
type demoOptions struct {
	listen, playbook, data string
	speed                  float64
}

func (p *program) demoCommand() *cobra.Command {
	o := demoOptions{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the whole bot with a chat in the browser: no account, no config",
		Long: "The demo is the whole bot with the browser room as its chat, in which you can act as anybody.\n" +
			"It answers on this machine only.",
		Example: "  sitrep demo\n  sitrep demo --speed 60             # a minute is a second\n" +
			"  sitrep demo --data ./demo --listen 127.0.0.1:0",
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return p.demo(c.Context(), o)
		},
	}
	c.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8080", "address to serve on, on this machine only; port 0 picks a free one")
	c.Flags().StringVar(&o.playbook, "playbook", "nexus-micro", "a shipped playbook ("+strings.Join(playbook.Shipped(), ", ")+") or a file")
	c.Flags().StringVar(&o.data, "data", "", "folder to keep everything in; without it the demo forgets when it ends")
	c.Flags().Float64Var(&o.speed, "speed", 1, "how many times faster time passes: 60 makes a minute a second")
	return c
}

func (o demoOptions) check() error {
	if !isAddress(o.listen) {
		return misuse("sitrep demo --listen 127.0.0.1:8080", "--listen %q is no address to listen on", o.listen)
	}
	if !loopback(o.listen) {
		return misuse("sitrep demo --listen 127.0.0.1:8080",
			"%s can be reached from elsewhere, and in the demo everybody can act as anybody", o.listen)
	}
	if !(o.speed >= 1 && o.speed <= 10_000) {
		return misuse("sitrep demo --speed 60", "--speed %g is not between 1 and 10000", o.speed)
	}
	return nil
}

// demo lives in a demo until somebody stops it.
func (p *program) demo(ctx context.Context, o demoOptions) (err error) {
	ctx, stop := untilStopped(ctx)
	defer stop()
	book, err := loadPlaybook(o.playbook, "")
	if err != nil {
		return err
	}
	f, forget, err := p.demoFolder(o.data)
	if err != nil {
		return err
	}
	defer forget()
	h, err := newHouse(ctx, f, o.listen)
	if err != nil {
		return err
	}
	if err := p.furnishDemo(ctx, h, book, o.speed); err != nil {
		return joinClose(err, h)
	}
	return h.run(ctx)
}

// demoFolder is where the demo keeps its data, and how it forgets it.
func (p *program) demoFolder(named string) (folder, func(), error) {
	if named != "" {
		return folder(named), func() {}, nil
	}
	dir, err := os.MkdirTemp("", "sitrep-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	p.note("this demo keeps its data in %s and forgets it when it ends; --data DIR keeps it", dir)
	return folder(dir), func() { _ = os.RemoveAll(dir) }, nil // a temporary folder is swept anyway
}

// furnishDemo puts the demo's people, channels and time into a house.
func (p *program) furnishDemo(ctx context.Context, h *house, book *playbook.Playbook, speed float64) error {
	c := machineClock()
	if speed != 1 {
		last, err := lastMoment(ctx, stoppedBot{h.journal})
		if err != nil {
			return err
		}
		c = fastClock(speed, last)
	}
	log := logger(p.err, "warn", "text")
	keep, err := h.folder.memory()
	if err != nil {
		return err
	}
	h.closers = append(h.closers, keep.Close)
	r, err := room.New(room.Config{
		People: demoResidents(), Channels: []string{"incidents", "leadership", "status", "general"},
		Open: true, PublicURL: "http://" + h.address, Command: "/incident", Commands: completions(book),
		Keep: keep, Now: c.Now, Log: log,
	})
	if err != nil {
		return err
	}
	h.cfg = bot.Config{
		Playbook: book, Playbooks: map[string]*playbook.Playbook{book.Name: book}, People: demoPeople(), Roles: demoRoles(book),
		Channels: map[chat.Name]bot.Channels{room.Platform: {Announce: "incidents", Stakeholders: "leadership", Status: "status"}},
		Zone:     machineZone(), // who tries it reads their own time
		Now:      c.Now, After: c.After, Log: log,
	}
	h.platform(r, r.Handler(), "/room/")
	h.doors.home = "/room/"
	h.opened = func() { p.print("room: http://%s/", h.address) }
	return nil
}

// untilStopped ends with the first interrupt or request to terminate; the second kills as usual.
func untilStopped(ctx context.Context) (context.Context, func()) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// lastMoment is when the newest entry of the log was written, by the clock that was used then.
func lastMoment(ctx context.Context, log records) (time.Time, error) {
	var last time.Time
	for n, err := range log.incidents(ctx) {
		if err != nil {
			return last, err
		}
		for record, err := range log.events(ctx, n) {
			if err != nil {
				break // whoever opens the incident is told
			}
			if e, err := stream.Decode(record.Data); err == nil && e.At.After(last) {
				last = e.At
			}
		}
	}
	return last, nil
}
