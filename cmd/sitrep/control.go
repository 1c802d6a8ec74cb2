package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/store"
)

// The control socket lets the command line talk to a running bot, which holds the journal. It lies in the data
// folder, and only whoever may read that folder can use it.
const (
	controlHello     = "/hello"
	controlIncidents = "/incidents"
	controlEvents    = "/events"
	controlSnapshot  = "/snapshot"
	controlDead      = "/dead"
	controlLink      = "/room/link"
)

// control answers on the socket.
type control struct {
	journal store.Journal
	dead    func(context.Context) ([]bot.DeadItem, error)
	link    func(name string) (string, error) // nil when there is no browser room
}

// wireRecord is a record on the socket. A line with an error is the last.
type wireRecord struct {
	Seq     uint64      `json:"seq,omitempty"`
	Data    []byte      `json:"data,omitempty"`
	Error   string      `json:"error,omitempty"`
	Corrupt *wireDamage `json:"corrupt,omitempty"`
}

// wireDamage is a store.CorruptError on the socket.
type wireDamage struct {
	Stream string `json:"stream,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	What   string `json:"what"`
}

// wireIncident is an incident on the socket. A line with an error is the last.
type wireIncident struct {
	Number int    `json:"number,omitempty"`
	Error  string `json:"error,omitempty"`
}

// open listens in the folder. A socket that a killed process left is replaced: whoever has the journal open is the
// only one who uses the folder.
func (c *control) open(ctx context.Context, f folder) (site, error) {
	path := shortest(f.socket())
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return site{}, fmt.Errorf("open the control socket: %w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return site{}, hinted(fmt.Errorf("open the control socket: %w", err),
			"sockets have short names: try a data folder with a shorter path")
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return site{}, errors.Join(fmt.Errorf("open the control socket: %w", err), listener.Close())
	}
	return site{listener: listener, handler: c.handler()}, nil
}

// shortest is the path from here or from the root, whichever is shorter: sockets have short names.
func shortest(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	here, err := os.Getwd()
	if err != nil {
		return full
	}
	if rel, err := filepath.Rel(here, full); err == nil && len(rel) < len(full) {
		return rel
	}
	return full
}

func (c *control) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+controlHello, func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, version) })
	mux.HandleFunc("GET "+controlIncidents, c.incidents)
	mux.HandleFunc("GET "+controlEvents, c.events)
	mux.HandleFunc("GET "+controlSnapshot, c.snapshot)
	mux.HandleFunc("GET "+controlDead, c.deadItems)
	mux.HandleFunc("POST "+controlLink, c.roomLink)
	return mux
}

func (c *control) incidents(w http.ResponseWriter, r *http.Request) {
	out := json.NewEncoder(w)
	for n, err := range (stoppedBot{c.journal}).incidents(r.Context()) {
		line := wireIncident{Number: n}
		if err != nil {
			line.Error = err.Error()
		}
		if out.Encode(line) != nil || err != nil {
			return
		}
	}
}

func (c *control) events(w http.ResponseWriter, r *http.Request) {
	out := json.NewEncoder(w)
	for record, err := range c.journal.Events(r.Context(), r.URL.Query().Get("stream"), 0) {
		line := wireRecord{Seq: record.Seq, Data: record.Data}
		if err != nil {
			line.Error = err.Error()
			if damage, ok := errors.AsType[*store.CorruptError](err); ok {
				line.Corrupt = &wireDamage{Stream: damage.Stream, Seq: damage.Seq, What: damage.What}
			}
		}
		if out.Encode(line) != nil || err != nil {
			return
		}
	}
}

// snapshot sends a copy of the journal, so that it can be verified in a process of its own.
func (c *control) snapshot(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Trailer", "X-Whole")
	if err := c.journal.Snapshot(r.Context(), w); err == nil {
		w.Header().Set("X-Whole", "yes")
	}
}

func (c *control) deadItems(w http.ResponseWriter, r *http.Request) {
	dead, err := c.dead(r.Context())
	if err != nil {
		text(w, http.StatusInternalServerError, err.Error())
		return
	}
	out := json.NewEncoder(w)
	for _, d := range dead {
		if out.Encode(d) != nil { //nolint:musttag // both ends are this program
			return
		}
	}
}

func (c *control) roomLink(w http.ResponseWriter, r *http.Request) {
	if c.link == nil {
		text(w, http.StatusNotFound, "this bot has no browser room; write room: {enabled: true} into its config")
		return
	}
	link, err := c.link(r.URL.Query().Get("name"))
	if err != nil {
		text(w, http.StatusNotFound, err.Error())
		return
	}
	text(w, http.StatusOK, link)
}
