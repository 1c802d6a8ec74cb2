package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/store/bolt"
)

// folder is where a bot keeps what it must not forget.
type folder string

// The files in it.
func (f folder) journal() string { return filepath.Join(string(f), "sitrep.db") }
func (f folder) socket() string  { return filepath.Join(string(f), "sitrep.sock") }
func (f folder) room() string    { return filepath.Join(string(f), "room.log") }
func (f folder) key() string     { return filepath.Join(string(f), "room.key") }

// make creates the folder for the bot's own eyes. One that is there already stays as it is.
func (f folder) make() error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return hinted(fmt.Errorf("make the data folder: %w", err), "name a folder that this user may write to")
	}
	return nil
}

// open opens the journal for a bot, which is then the only one that has it open.
func (f folder) open() (store.Journal, error) {
	if err := f.make(); err != nil {
		return nil, err
	}
	journal, err := bolt.Open(f.journal(), bolt.Options{})
	return journal, f.explain(err)
}

// read opens the journal of a bot that does not run.
func (f folder) read() (store.Journal, error) {
	if _, err := os.Stat(f.journal()); errors.Is(err, fs.ErrNotExist) {
		return nil, hinted(fmt.Errorf("no journal in %s", f), "name the folder that the bot's config has under data")
	}
	journal, err := bolt.Open(f.journal(), bolt.Options{ReadOnly: true})
	return journal, f.explain(err)
}

func (f folder) explain(err error) error {
	switch {
	case errors.Is(err, store.ErrLocked):
		return hinted(fmt.Errorf("%s: %w", f, store.ErrLocked),
			"stop the other sitrep that uses this folder, or name another one")
	case errors.Is(err, store.ErrCorrupt):
		return hinted(err, fmt.Sprintf("mv %s %s.damaged, and put the newest backup in its place", f.journal(), f.journal()))
	}
	return f.unreachable(f.journal(), err)
}

// unreachable says what the system has against a file in the folder, and how to find out more.
func (f folder) unreachable(name string, err error) error {
	var system *fs.PathError
	if !errors.As(err, &system) {
		return err
	}
	way := "ls -ld " + string(f) + " " + name
	if errors.Is(err, fs.ErrPermission) {
		return hinted(fmt.Errorf("%s: this user may not use it", name), way+" shows whose it is; run sitrep as that user")
	}
	return hinted(fmt.Errorf("%s: %w", name, system.Err), way)
}

// memory opens what the browser room remembers.
func (f folder) memory() (*room.File, error) {
	keep, err := room.OpenFile(f.room())
	if err == nil {
		return keep, nil
	}
	if err := f.unreachable(f.room(), err); errors.As(err, new(*trouble)) {
		return nil, err
	}
	return nil, hinted(err, fmt.Sprintf("mv %s %s.damaged, and the room begins empty; the log of incidents stays", f.room(), f.room()))
}

// secret is the key that signs personal links into the room. It is made when it is first needed.
func (f folder) secret() ([]byte, error) {
	key, err := os.ReadFile(f.key())
	if err == nil && len(key) >= 16 {
		return key, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the room's key: %w", err)
	}
	key = []byte(rand.Text() + rand.Text())
	if err := os.WriteFile(f.key(), key, 0o600); err != nil {
		return nil, fmt.Errorf("write the room's key: %w", err)
	}
	return key, nil
}
