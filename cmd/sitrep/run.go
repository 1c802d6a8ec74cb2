package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/adapters/slack"
)

func (p *program) runCommand() *cobra.Command {
	file := ""
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the bot",
		Long: "Run connects to every configured chat platform and prints `ready` when all of them are there. It ends with\n" +
			"an interrupt or a request to terminate, within ten seconds; what is left over waits in the journal.",
		Example: "  sitrep run --config config.yaml",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needFlag(c, "config", file); err != nil {
				return err
			}
			return p.serve(c.Context(), file)
		},
	}
	c.Flags().StringVar(&file, "config", "", "the config file")
	return c
}

// serve runs the bot of a config until somebody stops it.
func (p *program) serve(ctx context.Context, file string) error {
	ctx, stop := untilStopped(ctx)
	defer stop()
	s, err := p.load(file)
	if err != nil {
		return err
	}
	h, err := newHouse(ctx, folder(s.Data), s.HTTP.Listen)
	if err != nil {
		return err
	}
	c, log := machineClock(), logger(p.err, s.Log.Level, s.Log.Format)
	h.cfg = s.bot(c, log)
	h.opened = func() { p.print("ready") }
	if err := errors.Join(h.addSlack(s, c, log), h.addMattermost(s, c, log), h.addRoom(s, c, log)); err != nil {
		return joinClose(err, h)
	}
	return h.run(ctx)
}

// joinClose gives up a house before anybody lived in it.
func joinClose(err error, h *house) error { return errors.Join(err, h.close()) }

func (h *house) addSlack(s settings, c *clock, log zerolog.Logger) error {
	if s.Slack == nil {
		return nil
	}
	cfg := s.Slack.adapter(s.Command)
	cfg.Now, cfg.Log = c.Now, log
	platform, err := slack.New(cfg)
	if err != nil {
		return err
	}
	var handler http.Handler
	if !cfg.Socket() {
		handler = platform.Handler()
	}
	h.platform(platform, handler, "/slack/")
	return nil
}

func (h *house) addMattermost(s settings, c *clock, log zerolog.Logger) error {
	if s.Mattermost == nil {
		return nil
	}
	cfg := s.Mattermost.adapter(s.Command, s.HTTP.PublicURL)
	cfg.Now, cfg.Log = c.Now, log
	platform, err := mattermost.New(cfg)
	if err != nil {
		return err
	}
	h.platform(platform, platform.Handler(), "/mattermost/")
	return nil
}

func (h *house) addRoom(s settings, c *clock, log zerolog.Logger) error {
	if !s.Room.Enabled {
		return nil
	}
	key, err := h.folder.secret()
	if err != nil {
		return err
	}
	keep, err := h.folder.memory()
	if err != nil {
		return err
	}
	h.closers = append(h.closers, keep.Close)
	public := orElse(s.HTTP.PublicURL, "http://"+h.address)
	r, err := room.New(room.Config{
		People: s.residents(), Channels: s.rooms(), Secret: key, PublicURL: public, Command: s.Command,
		Commands: completions(s.playbook), Keep: keep, Now: c.Now, Log: log,
	})
	if err != nil {
		return err
	}
	h.platform(r, r.Handler(), "/room/")
	h.doors.home = "/room/"
	h.link = func(name string) (string, error) {
		handle, err := s.resident(name)
		if err != nil {
			return "", err
		}
		return r.Link(handle, c.Now().Add(room.LinkLife).Truncate(time.Second)), nil
	}
	return nil
}

// resident finds somebody by their id in the config or by their handle in the room.
func (s settings) resident(name string) (string, error) {
	name = strings.TrimPrefix(name, "@")
	var handles []string
	for _, id := range sortedKeys(s.People) {
		handle := s.People[id].Room
		if handle != "" && (id == name || handle == name) {
			return handle, nil
		}
		if handle != "" {
			handles = append(handles, handle)
		}
	}
	if near, ok := nearest(name, handles); ok {
		return "", fmt.Errorf("nobody is called %q in the browser room; did you mean %s?", name, near)
	}
	return "", fmt.Errorf("nobody is called %q in the browser room; there are %s", name, strings.Join(handles, ", "))
}

// rooms are the channels of the browser room: those that the config names, and one to talk in.
func (s settings) rooms() []string {
	var names []string
	for _, name := range []string{s.Channels.Announce, s.Channels.Stakeholders, s.Channels.Status, "general"} {
		if name = strings.TrimPrefix(name, "#"); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
