package room

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Platform is the name of this platform in requests and in the config.
const Platform chat.Name = "room"

// bot is the id and handle of the bot itself.
const bot chat.UserID = "sitrep"

// Config says who and what is in a room.
type Config struct {
	People   []Person
	Groups   []Group
	Channels []string // names of the channels that are always there, with everybody in them
	// Open lets whoever reaches the page act as anybody. It answers on loopback only.
	Open bool
	// Secret signs personal links and sessions; at least 16 bytes unless Open. Whoever knows it can be anybody.
	Secret []byte
	// PublicURL is where people reach the server ("https://sitrep.example.org"), for links in results. May be empty.
	PublicURL string
	// Command is the slash command; empty means /incident.
	Command string
	// Commands are what can follow it, in a language, for completion. May be nil.
	Commands func(lang string) []Completion
	// Keep remembers the chat over a restart; nil means memory only.
	Keep Keep
	Now  func() time.Time
	Log  zerolog.Logger
}

// Person is somebody who can be in the room. The handle is the id, too.
type Person struct {
	Handle string // a-z, 0-9, dot, hyphen and underscore
	Name   string // falls back to Handle
	Locale string // BCP 47
	Zone   string // IANA
	Bot    bool
}

// Group is several people under one name that can be mentioned.
type Group struct {
	ID      string
	Name    string
	Members []string // handles
}

// Completion is one word that can follow the slash command.
type Completion struct {
	Word  string   `json:"word"`           // "declare"
	Hint  string   `json:"hint,omitempty"` // "[SEVERITY] TITLE [@people]"
	About string   `json:"about"`          // what it does, in a few words
	Args  []string `json:"args,omitempty"` // words that often come next, such as severities
}

// Room is the chat. It is safe for concurrent use.
type Room struct {
	cfg   Config
	keep  Keep
	epoch string // of this process; event ids of another mean nothing here

	mu      sync.Mutex
	people  map[chat.UserID]chat.User
	order   []chat.UserID // people as configured
	places  map[chat.RoomID]place
	entries map[chat.RoomID][]entry
	keys    map[string]chat.MessageID      // of actions and of what people said
	where   map[chat.MessageID]chat.RoomID // of every message
	read    map[chat.UserID]map[chat.RoomID]uint64
	homes   map[chat.UserID]chat.Message
	forms   map[string]openForm
	sent    []sentForm // the oldest first
	last    uint64     // number of the newest message
	opened  int        // rooms opened so far
	changes []change   // the newest ones; the first has the number dropped+1
	dropped int
	readers map[chan struct{}]struct{}
	hearer  chat.Hearer
	closing chan struct{} // closed when Run ends, so that pages let go
}

// New makes a room out of what was kept. It fails when the config names somebody twice, when a closed room
// has no secret, and when what was kept cannot be read.
func New(cfg Config) (*Room, error) {
	if cfg.Command == "" {
		cfg.Command = "/incident"
	}
	if cfg.Now == nil {
		return nil, errors.New("room: no clock is given")
	}
	if !cfg.Open && len(cfg.Secret) < 16 {
		return nil, errors.New("room: the secret for personal links is shorter than 16 bytes")
	}
	r := &Room{
		cfg: cfg, keep: cfg.Keep, epoch: rand.Text()[:8],
		people: map[chat.UserID]chat.User{}, places: map[chat.RoomID]place{}, entries: map[chat.RoomID][]entry{},
		keys: map[string]chat.MessageID{}, where: map[chat.MessageID]chat.RoomID{},
		read: map[chat.UserID]map[chat.RoomID]uint64{}, homes: map[chat.UserID]chat.Message{},
		forms: map[string]openForm{}, readers: map[chan struct{}]struct{}{}, closing: make(chan struct{}),
	}
	if r.keep == nil {
		r.keep = NewMemory()
	}
	if err := r.seat(); err != nil {
		return nil, err
	}
	if err := r.restore(); err != nil {
		return nil, err
	}
	r.furnish()
	return r, nil
}

// seat takes the people of the config in.
func (r *Room) seat() error {
	r.people[bot] = chat.User{ID: bot, Handle: string(bot), Name: string(bot), Bot: true}
	for _, p := range r.cfg.People {
		id := chat.UserID(p.Handle)
		if !isHandle(p.Handle) {
			return fmt.Errorf("room: %q is not a handle: use a-z, 0-9, dot, hyphen and underscore", p.Handle)
		}
		if _, taken := r.people[id]; taken {
			return fmt.Errorf("room: two people are called %q", p.Handle)
		}
		name := p.Name
		if name == "" {
			name = p.Handle
		}
		r.people[id] = chat.User{ID: id, Handle: p.Handle, Name: name, Locale: p.Locale, Zone: p.Zone, Bot: p.Bot}
		r.order = append(r.order, id)
	}
	return nil
}

// furnish opens the channels and conversations that are always there, with everybody in them.
func (r *Room) furnish() {
	for _, name := range r.cfg.Channels {
		p := place{ID: channelID(name), Name: name, Title: name}
		if was, ok := r.places[p.ID]; ok {
			p = was
		}
		p.Members = slices.Clone(r.order)
		p.Archived = false
		r.put(p)
	}
	for _, id := range r.order {
		if _, ok := r.places[directID(id)]; !ok {
			r.put(place{ID: directID(id), Name: string(bot), Title: string(bot), Direct: true, Private: true, Members: []chat.UserID{id}})
		}
	}
}

func isHandle(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

// Name implements chat.Platform.
func (r *Room) Name() chat.Name { return Platform }

// Run implements chat.Platform. It may run once.
func (r *Room) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	if err := r.listen(hearer); err != nil {
		return err
	}
	ready()
	<-ctx.Done()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hearer = nil
	close(r.closing)
	return nil
}

func (r *Room) listen(hearer chat.Hearer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.closing:
		return errors.New("room: it has run before")
	default:
	}
	if r.hearer != nil {
		return errors.New("room: it is running already")
	}
	r.hearer = hearer
	return nil
}

// Person implements chat.Platform.
func (r *Room) Person(_ context.Context, handle string) (chat.User, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, ok := r.people[chat.UserID(strings.ToLower(strings.TrimPrefix(handle, "@")))]
	if !ok {
		return chat.User{}, fault(chat.Missing, "no_person", "add the person to people: in the config", "look up person %q", handle)
	}
	return u, nil
}

// Place implements chat.Platform.
func (r *Room) Place(_ context.Context, name string) (chat.RoomID, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, ok := r.places[chat.RoomID(name)]; ok {
		return p.ID, nil
	}
	if p, ok := r.named(strings.TrimPrefix(name, "#")); ok {
		return p.ID, nil
	}
	return "", fault(chat.Missing, "no_room", "add the channel to channels: in the config", "look up room %q", name)
}

// fault is an error of a class with a hint for an admin, which may be empty.
func fault(class chat.Class, code, hint, op string, args ...any) error {
	return &chat.Error{Class: class, Code: code, Hint: hint, Op: fmt.Sprintf(op, args...)}
}
