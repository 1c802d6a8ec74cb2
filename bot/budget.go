package bot

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Budget is how fast a platform may be spoken to: on the whole, and to one room. A platform that says
// "slower" is always obeyed, whatever its budget.
type Budget struct {
	PerSecond     float64 // all actions
	Burst         int
	RoomPerSecond float64 // what people see appear in one room
	RoomBurst     int
}

// DefaultBudget is the budget of a platform that the config does not limit. Slack tolerates about one
// message a second in a channel, with short bursts (docs.slack.dev, "Rate limits").
func DefaultBudget(platform chat.Name) Budget {
	if platform == "slack" {
		return Budget{PerSecond: 20, Burst: 40, RoomPerSecond: 1, RoomBurst: 10}
	}
	return Budget{PerSecond: 50, Burst: 100, RoomPerSecond: 10, RoomBurst: 30}
}

// idle is how many rooms a purse remembers before it forgets those that have their whole budget again.
const idle = 1000

// purse spends the budget of one platform. It is not safe for concurrent use.
type purse struct {
	budget Budget
	all    *rate.Limiter
	rooms  map[chat.RoomID]*rate.Limiter
	held   map[chat.Verb]time.Time // verbs the platform wants to hear less of, and until when
	dead   time.Time               // nothing is sent before, because the credentials were refused
	cause  error                   // why
	waited time.Time               // up to when waiting has been counted
}

func newPurse(b Budget) *purse {
	return &purse{
		budget: b, all: rate.NewLimiter(rate.Limit(b.PerSecond), b.Burst),
		rooms: make(map[chat.RoomID]*rate.Limiter), held: make(map[chat.Verb]time.Time),
	}
}

// spend takes the price of one action, or tells when to ask again.
func (p *purse) spend(now time.Time, verb chat.Verb, room chat.RoomID) (time.Time, bool) {
	for _, until := range []time.Time{p.dead, p.held[verb]} {
		if until.After(now) {
			return until, false
		}
	}
	limiters := []*rate.Limiter{p.all}
	if speaks(verb) && room != "" {
		limiters = append(limiters, p.room(now, room))
	}
	for _, l := range limiters {
		if until := refilled(l, now); until.After(now) {
			return until, false
		}
	}
	for _, l := range limiters {
		l.AllowN(now, 1)
	}
	return time.Time{}, true
}

// refilled is when a limiter lets one more pass; not after now when it does already.
func refilled(l *rate.Limiter, now time.Time) time.Time {
	missing := 1 - l.TokensAt(now)
	if missing <= 0 {
		return now
	}
	return now.Add(time.Duration(missing/float64(l.Limit())*float64(time.Second)) + time.Millisecond)
}

// speaks tells whether a verb makes something appear that people see.
func speaks(v chat.Verb) bool { return v == chat.Post || v == chat.Upload || v == chat.Direct }

func (p *purse) room(now time.Time, room chat.RoomID) *rate.Limiter {
	l := p.rooms[room]
	if l == nil {
		p.tidy(now)
		l = rate.NewLimiter(rate.Limit(p.budget.RoomPerSecond), p.budget.RoomBurst)
		p.rooms[room] = l
	}
	return l
}

func (p *purse) tidy(now time.Time) {
	if len(p.rooms) < idle {
		return
	}
	for room, l := range p.rooms {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(p.rooms, room)
		}
	}
}

// purses are the purses of all platforms. They are safe for concurrent use.
type purses struct {
	mu      sync.Mutex
	budgets map[chat.Name]Budget
	by      map[chat.Name]*purse
}

func newPurses(budgets map[chat.Name]Budget) *purses {
	return &purses{budgets: budgets, by: make(map[chat.Name]*purse)}
}

func (p *purses) of(platform chat.Name) *purse {
	if p.by[platform] == nil {
		budget, ok := p.budgets[platform]
		if !ok {
			budget = DefaultBudget(platform)
		}
		p.by[platform] = newPurse(budget)
	}
	return p.by[platform]
}

// spend takes the price of one action, or tells when to ask again. waited is how much longer than known
// before something has to wait.
func (p *purses) spend(now time.Time, platform chat.Name, verb chat.Verb, room chat.RoomID) (until time.Time, waited time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	purse := p.of(platform)
	until, ok = purse.spend(now, verb, room)
	if !ok && purse.cause == nil {
		waited = purse.wait(now, until)
	}
	return until, waited, ok
}

// wait counts the time up to until as waited for, each moment once.
func (p *purse) wait(now, until time.Time) time.Duration {
	if p.waited.After(now) {
		now = p.waited
	}
	if !until.After(now) {
		return 0
	}
	p.waited = until
	return until.Sub(now)
}

// spent is when the first of these platforms may be spoken to again, whatever is to be said; zero when one
// of them may be now.
func (p *purses) spent(now time.Time, platforms []chat.Platform) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	var first time.Time
	for _, platform := range platforms {
		purse := p.of(platform.Name())
		until := refilled(purse.all, now)
		if purse.dead.After(until) {
			until = purse.dead
		}
		if !until.After(now) {
			return time.Time{}
		}
		first = earlier(first, until)
	}
	return first
}

// hold obeys a platform that asked to slow down with a verb. waited is how much longer than known before
// something has to wait.
func (p *purses) hold(now time.Time, platform chat.Name, verb chat.Verb, until time.Time) (waited time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	purse := p.of(platform)
	if until.After(purse.held[verb]) {
		purse.held[verb] = until
	}
	return purse.wait(now, until)
}

// kill stops all sending to a platform that refuses the credentials. It tells whether that is news.
func (p *purses) kill(platform chat.Name, until time.Time, cause error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	purse := p.of(platform)
	news := purse.cause == nil
	purse.dead, purse.cause = until, cause
	return news
}

// revive takes a platform that took an action as sound again.
func (p *purses) revive(platform chat.Name) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(platform).dead, p.of(platform).cause = time.Time{}, nil
}

// dead is why nothing is sent to a platform, nil when it is sound.
func (p *purses) dead(platform chat.Name) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of(platform).cause
}
