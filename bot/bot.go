package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// Config is everything a bot needs to know. Journal, Playbook and Now are required.
type Config struct {
	Journal   store.Journal
	Platforms []chat.Platform
	// Playbook is the one for new incidents. Playbooks holds it and all others by name, for incidents
	// that began with another one; it may be nil.
	Playbook  *playbook.Playbook
	Playbooks map[string]*playbook.Playbook
	People    []Person
	// Roles are the ids of the people who hold a role at the start, in the order of preference.
	Roles    map[playbook.RoleID][]string
	Channels map[chat.Name]Channels
	Slash    string         // the slash command; empty is "/incident"
	Language string         // of people whose language is unknown; empty is "en"
	Zone     *time.Location // of people whose zone is unknown; nil is UTC
	// Now tells the time, and After waits: time.Now and time.After, or a virtual clock. After is needed by
	// Run only.
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	// Budgets limit how fast each platform is spoken to; see [DefaultBudget].
	Budgets map[chat.Name]Budget
	// Workers is how many actions are done at the same time; 0 is 32.
	Workers int
	// Patience is how long one action may take; 0 is 15 seconds. Drain is how long Run waits at its end for
	// actions that have begun; 0 is 8 seconds.
	Patience, Drain time.Duration
	Log             zerolog.Logger
	Metrics         *Metrics // nil counts nowhere
}

// Channels are the names of the channels with a purpose, as an admin wrote them. Empty: there is none.
type Channels struct {
	Announce, Stakeholders, Status string
}

// named is the channel behind a logical place.
func (c Channels) named(place chat.RoomID) (string, bool) {
	name := map[chat.RoomID]string{
		compose.Announce:     c.Announce,
		compose.Stakeholders: c.Stakeholders,
		compose.StatusPage:   c.Status,
	}[place]
	return name, name != ""
}

// Bot is the loop. It is safe for concurrent use. Use [New].
type Bot struct {
	cfg       Config
	journal   store.Journal
	platforms map[chat.Name]chat.Platform
	people    *directory
	open      *register
	out       *dispatcher
	metrics   *Metrics
	zones     zones

	mu        sync.Mutex
	connected map[chat.Name]bool
	ended     map[chat.Name]error // platforms whose Run has given up
}

// New reads which incidents are open, and makes a bot. It starts nothing.
func New(cfg Config) (*Bot, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("start the bot: %w", err)
	}
	b := &Bot{
		cfg: cfg, journal: cfg.Journal, metrics: cfg.Metrics,
		platforms: make(map[chat.Name]chat.Platform),
		people:    newDirectory(cfg.People, cfg.Journal),
		connected: make(map[chat.Name]bool),
		ended:     make(map[chat.Name]error),
	}
	for _, p := range cfg.Platforms {
		if _, twice := b.platforms[p.Name()]; twice {
			return nil, fmt.Errorf("start the bot: platform %s is there twice", p.Name())
		}
		b.platforms[p.Name()] = p
	}
	b.out = newDispatcher(cfg)
	var err error
	if b.open, err = readRegister(context.Background(), cfg.Journal); err != nil {
		return nil, fmt.Errorf("start the bot: %w", err)
	}
	if err = b.people.read(context.Background()); err != nil {
		return nil, fmt.Errorf("start the bot: %w", err)
	}
	b.metrics.watch(b)
	return b, nil
}

func (c Config) withDefaults() Config {
	if c.Slash == "" {
		c.Slash = "/incident"
	}
	if c.Language == "" {
		c.Language = "en"
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Workers <= 0 {
		c.Workers = 32
	}
	if c.Patience <= 0 {
		c.Patience = 15 * time.Second
	}
	if c.Drain <= 0 {
		c.Drain = 8 * time.Second
	}
	if c.Metrics == nil {
		c.Metrics = NewMetrics(nil)
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.Journal == nil:
		return errors.New("no journal")
	case c.Playbook == nil:
		return errors.New("no playbook")
	case c.Now == nil:
		return errors.New("no clock")
	}
	return nil
}

// playbook is the one an incident runs by: that of its name, else the one for new incidents.
func (b *Bot) playbook(name string) *playbook.Playbook {
	if p := b.cfg.Playbooks[name]; p != nil {
		return p
	}
	return b.cfg.Playbook
}

// Ready tells why the bot is not fully at work: a platform that is not connected or was given up, or a
// journal that takes no commits. Nil means all is well.
func (b *Bot) Ready(ctx context.Context) error {
	var problems []error
	for _, p := range b.cfg.Platforms {
		problems = append(problems, b.platformReady(p.Name()))
	}
	if err := b.journal.Ping(ctx); err != nil {
		problems = append(problems, fmt.Errorf("journal: %w", err))
	}
	return errors.Join(problems...)
}

func (b *Bot) platformReady(name chat.Name) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.ended[name]; err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !b.connected[name] {
		return fmt.Errorf("%s: not connected yet", name)
	}
	if err := b.out.revoked(name); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
