package slack

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Name is what the platform is called in configs and requests.
const Name chat.Name = "slack"

// Platform is one Slack workspace. Make it with [New].
type Platform struct {
	cfg    Config
	api    *slack.Client
	hearer atomic.Pointer[chat.Hearer]
	self   atomic.Pointer[identity]
	people *people
	rooms  *rooms
	words  *overheard
	told   *memory // deliveries of reactions that were passed on

	mu    sync.Mutex // guards work and idle
	work  int        // follow-ups and answers under way
	idle  chan struct{}
	names sync.Map // locks for opening rooms, by name
	life  context.Context
}

// identity is who the bot is.
type identity struct {
	user, bot, team, url string
}

// New makes a platform from a config. It does not touch the network.
func New(cfg Config) (*Platform, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("slack: %w", err)
	}
	return &Platform{
		cfg: cfg,
		api: slack.New(cfg.BotToken,
			slack.OptionAPIURL(cfg.APIURL), slack.OptionAppLevelToken(cfg.AppToken), slack.OptionHTTPClient(cfg.HTTP)),
		life:   context.Background(),
		people: newPeople(), rooms: newRooms(), words: newOverheard(2000), told: newMemory(10_000),
	}, nil
}

// Name implements [chat.Platform].
func (p *Platform) Name() chat.Name { return Name }

// Run implements [chat.Platform].
func (p *Platform) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	if err := p.introduce(ctx); err != nil {
		return ended(ctx, err)
	}
	defer p.live(ctx)()
	p.hearer.Store(&hearer)
	defer p.hearer.Store(nil)
	warmer := p.warm(ctx)
	defer warmer.Wait()
	if p.cfg.Socket() {
		return ended(ctx, p.listen(ctx, ready))
	}
	ready()
	p.catchUp(ctx)
	<-ctx.Done()
	return nil
}

// grace is how long follow-ups may go on when the bot is asked to stop.
const grace = 5 * time.Second

// live gives follow-ups a life that ends after that of Run. The function it returns waits for them, for a
// while, and then for their end.
func (p *Platform) live(ctx context.Context) func() {
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.mu.Lock()
	p.life = life
	p.mu.Unlock()
	return func() {
		defer stop()
		quiet := make(chan struct{})
		go func() {
			p.Quiesce()
			close(quiet)
		}()
		wait, cancel := context.WithTimeout(life, grace)
		defer cancel()
		select {
		case <-quiet:
		case <-wait.Done():
			stop()
			<-quiet
		}
	}
}

// ended turns whatever came with the end of ctx into the nil that was promised.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// introduce learns who the bot is, and waits for Slack as long as that may help.
func (p *Platform) introduce(ctx context.Context) error {
	for wait := p.cfg.Backoff; ; wait = min(2*wait, time.Minute) {
		_, err := p.me(ctx)
		if err == nil {
			return nil
		}
		if class := chat.ClassOf(err); class == chat.Revoked || class == chat.Forbidden {
			return err
		}
		p.cfg.Log.Warn().Err(err).Msg("slack does not answer, trying again")
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// me is who the bot is. It is asked for once.
func (p *Platform) me(ctx context.Context) (identity, error) {
	if self := p.self.Load(); self != nil {
		return *self, nil
	}
	who, err := asked(ctx, p, func(ctx context.Context) (*slack.AuthTestResponse, error) { return p.api.AuthTestContext(ctx) })
	if err != nil {
		return identity{}, classify("introduce the bot", err)
	}
	self := identity{user: who.UserID, bot: who.BotID, team: who.TeamID, url: strings.TrimRight(who.URL, "/")}
	p.self.Store(&self)
	return self, nil
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	wait, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-wait.Done()
	return ctx.Err()
}

// later runs do apart from the caller, with a deadline of its own. Quiesce waits for it.
//
//nolint:contextcheck,nolintlint // what follows outlives its request; contextcheck heeds this, and nolintlint does not see that
func (p *Platform) later(do func(ctx context.Context)) {
	done := p.begin()
	p.mu.Lock()
	life := p.life
	p.mu.Unlock()
	go func() {
		defer done()
		ctx, cancel := context.WithTimeout(life, 3*p.cfg.Timeout)
		defer cancel()
		do(ctx)
	}()
}

// begin counts a piece of work and returns how to end it.
func (p *Platform) begin() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.work == 0 {
		p.idle = make(chan struct{})
	}
	p.work++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.work--; p.work == 0 {
			close(p.idle)
		}
	}
}

// Quiesce waits until everything that follows from requests heard so far has been done: forms opened,
// private answers given, topics set.
func (p *Platform) Quiesce() {
	for {
		p.mu.Lock()
		idle, work := p.idle, p.work
		p.mu.Unlock()
		if work == 0 {
			return
		}
		<-idle
	}
}

// permalink is where a message can be read.
func (p *Platform) permalink(room chat.RoomID, message chat.MessageID) string {
	self := p.self.Load()
	if self == nil || self.url == "" || message == "" {
		return ""
	}
	return self.url + "/archives/" + string(room) + "/p" + strings.ReplaceAll(string(message), ".", "")
}
