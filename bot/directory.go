package bot

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Person is somebody the config knows: one person with a handle on each platform.
type Person struct {
	ID       string // "ana", the same everywhere
	Name     string // what people read; empty: what the platform says, else the ID
	Language string // empty: what the platform says
	Zone     *time.Location
	Handles  map[chat.Name]string // the handle or id, as an admin wrote it
}

// account is a person's account on one platform.
type account struct {
	platform chat.Name
	user     chat.UserID
}

// directory knows who is who: platform accounts on one side, people by one stable id on the other. People
// of the config keep their id on every platform; everybody else is "<platform>/<user id>".
type directory struct {
	journal store.Journal
	people  map[string]Person

	mu      sync.RWMutex
	users   map[string]chat.UserID // by handleKey: the account behind a handle of the config
	persons map[account]string     // and back
	names   map[string]string      // of everybody who was seen, by person id
	absent  map[string]time.Time   // handles that nobody has, and until when that is believed
}

func newDirectory(people []Person, journal store.Journal) *directory {
	d := &directory{
		journal: journal,
		people:  make(map[string]Person, len(people)),
		users:   make(map[string]chat.UserID),
		persons: make(map[account]string),
		names:   make(map[string]string),
		absent:  make(map[string]time.Time),
	}
	for _, p := range people {
		d.people[p.ID] = p
	}
	return d
}

// read brings back the accounts that were looked up before, and the names that were seen.
func (d *directory) read(ctx context.Context) error {
	for link, err := range d.journal.Scan(ctx, namePrefix) {
		if err != nil {
			return fmt.Errorf("read the directory: %w", err)
		}
		d.names[strings.TrimPrefix(link.Key, namePrefix)] = link.Value
	}
	known := make(map[string]chat.UserID)
	for link, err := range d.journal.Scan(ctx, handlePrefix) {
		if err != nil {
			return fmt.Errorf("read the directory: %w", err)
		}
		known[link.Key] = chat.UserID(link.Value)
	}
	for _, p := range d.people {
		for platform, handle := range p.Handles {
			if user, ok := known[handleKey(platform, handle)]; ok {
				d.learn(p.ID, platform, handle, chat.User{ID: user})
			}
		}
	}
	return nil
}

// learn keeps the account behind a handle of the config.
func (d *directory) learn(id string, platform chat.Name, handle string, user chat.User) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if user.Name != "" {
		d.names[id] = user.Name
	}
	d.users[handleKey(platform, handle)] = user.ID
	d.persons[account{platform, user.ID}] = id
	delete(d.absent, handleKey(platform, handle))
}

// who is the person behind an account.
func (d *directory) who(platform chat.Name, u chat.User) stream.Person {
	id, ok := d.configured(platform, u)
	if !ok {
		id = string(platform) + "/" + string(u.ID)
	}
	return stream.Person{ID: id, Name: d.nameOf(id, u)}
}

func (d *directory) nameOf(id string, u chat.User) string {
	for _, name := range []string{d.people[id].Name, u.Name, u.Handle, d.remembered(id)} {
		if name != "" {
			return name
		}
	}
	if _, ok := d.people[id]; ok {
		return id
	}
	return string(u.ID)
}

// configured finds the config's person for an account. An id in the config is believed as it is; a handle
// only until it has been looked up once, because on some platforms people choose their own.
func (d *directory) configured(platform chat.Name, u chat.User) (string, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if id, ok := d.persons[account{platform, u.ID}]; ok {
		return id, true
	}
	for id, p := range d.people {
		handle := p.Handles[platform]
		if handle == "" {
			continue
		}
		if handle == string(u.ID) {
			return id, true
		}
		_, looked := d.users[handleKey(platform, handle)]
		if !looked && u.Handle != "" && strings.EqualFold(strings.TrimPrefix(handle, "@"), u.Handle) {
			return id, true
		}
	}
	return "", false
}

// remember keeps the name of somebody who is not in the config, and returns the link that makes it last;
// false when it is known already.
func (d *directory) remember(p stream.Person) (store.Link, bool) {
	if _, ok := d.people[p.ID]; ok || p.Zero() || p.Name == "" {
		return store.Link{}, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[p.ID] == p.Name {
		return store.Link{}, false
	}
	d.names[p.ID] = p.Name
	return store.Link{Key: nameKey(p.ID), Value: p.Name}, true
}

// remembered is the name that somebody had when they were last seen, or nothing.
func (d *directory) remembered(id string) string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.names[id]
}

// account is the user id of a person on a platform, as far as it is known without asking.
func (d *directory) account(platform chat.Name, id string) (chat.UserID, bool) {
	if p, ok := d.people[id]; ok {
		handle := p.Handles[platform]
		d.mu.RLock()
		defer d.mu.RUnlock()
		user, known := d.users[handleKey(platform, handle)]
		return user, known && handle != ""
	}
	user, ok := strings.CutPrefix(id, string(platform)+"/")
	return chat.UserID(user), ok && user != ""
}

// handle is what has to be looked up for a person of the config; false when there is nothing to look up, or
// nobody was found a short while ago.
func (d *directory) handle(platform chat.Name, id string, now time.Time) (string, bool) {
	handle := d.people[id].Handles[platform]
	if handle == "" {
		return "", false
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	return handle, !now.Before(d.absent[handleKey(platform, handle)])
}

// missed remembers for a while that nobody has a handle.
func (d *directory) missed(platform chat.Name, handle string, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.absent[handleKey(platform, handle)] = until
}

// roster is who would hold each role now.
func (b *Bot) roster() map[playbook.RoleID][]stream.Person {
	roster := make(map[playbook.RoleID][]stream.Person, len(b.cfg.Roles))
	for role, ids := range b.cfg.Roles {
		for _, id := range ids {
			roster[role] = append(roster[role], stream.Person{ID: id, Name: b.people.nameOf(id, chat.User{ID: chat.UserID(id)})})
		}
	}
	return roster
}

// handles are the config's people who have a handle on a platform, by handle.
func (d *directory) handles(platform chat.Name) map[string]string {
	handles := make(map[string]string)
	for id := range maps.Keys(d.people) {
		if handle := d.people[id].Handles[platform]; handle != "" {
			handles[handle] = id
		}
	}
	return handles
}
