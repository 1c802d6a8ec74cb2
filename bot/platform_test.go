package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// place is a chat in memory that does what a platform promises, remembers what people saw, and goes wrong
// on request.
type place struct {
	name chat.Name

	mu       sync.Mutex
	rooms    map[chat.RoomID]*room
	people   map[string]chat.User // by handle
	channels map[string]chat.RoomID
	done     map[string]chat.Result // by key: what can be found again
	calls    []chat.Action          // every Do, in order
	again    int                    // those that asked to look first
	lookups  int
	blind    int // how many look-ups break off
	fault    func(a chat.Action, call int) *fault
	hold     func(ctx context.Context, a chat.Action) // runs before the effect, without the lock
	run      func(ctx context.Context, hearer chat.Hearer, ready func()) error
}

// room is one channel.
type room struct {
	id      chat.RoomID
	name    string
	gone    bool
	members []chat.UserID
	topic   string
	said    []said
}

// said is one message as people saw it last.
type said struct {
	id, thread chat.MessageID
	key, text  string
	edits      int
	pinned     bool
	mentions   []chat.UserID
}

// fault is how a call goes wrong: err is what the bot hears, effect whether it happens all the same.
type fault struct {
	err    error
	effect bool
}

func newPlace() *place {
	p := &place{
		name: "room", rooms: make(map[chat.RoomID]*room), people: make(map[string]chat.User),
		channels: make(map[string]chat.RoomID), done: make(map[string]chat.Result),
	}
	for _, name := range []string{"general", "incidents", "leadership", "status"} {
		p.addRoom(chat.RoomID("R-"+name), name)
		p.channels[name] = chat.RoomID("R-" + name)
	}
	for _, name := range []string{"ana", "ben", "chloe", "dora", "emil", "fay"} {
		p.people[name] = chat.User{ID: user(name), Handle: name, Name: strings.ToUpper(name[:1]) + name[1:]}
	}
	return p
}

func user(name string) chat.UserID { return chat.UserID("U-" + name) }

func (p *place) addRoom(id chat.RoomID, name string) *room {
	r := &room{id: id, name: name}
	p.rooms[id] = r
	return r
}

func (p *place) Name() chat.Name { return p.name }

func (p *place) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	if p.run != nil {
		return p.run(ctx, hearer, ready)
	}
	ready()
	<-ctx.Done()
	return nil
}

func (p *place) Person(_ context.Context, handle string) (chat.User, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lookups++
	if p.blind > 0 {
		p.blind--
		return chat.User{}, context.DeadlineExceeded
	}
	if u, ok := p.people[handle]; ok {
		return u, nil
	}
	return chat.User{}, &chat.Error{Class: chat.Missing, Op: "find " + handle}
}

func (p *place) Place(_ context.Context, name string) (chat.RoomID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lookups++
	if id, ok := p.channels[name]; ok {
		return id, nil
	}
	return "", &chat.Error{Class: chat.Missing, Op: "find " + name}
}

func (p *place) Do(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if p.hold != nil {
		p.hold(ctx, a)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return chat.Result{}, &chat.Error{Class: chat.Unsure, Op: string(a.Verb), Err: ctx.Err()}
	}
	p.calls = append(p.calls, a)
	if again {
		p.again++
	}
	f := &fault{effect: true}
	if p.fault != nil {
		if g := p.fault(a, len(p.calls)); g != nil {
			f = g
		}
	}
	if !f.effect {
		return chat.Result{}, f.err
	}
	if found, ok := p.done[a.Key]; ok && again {
		return found, f.err
	}
	result, err := p.effect(a)
	if err == nil && (speaks(a.Verb) || a.Verb == chat.OpenRoom) {
		p.done[a.Key] = result
	}
	if f.err != nil {
		return chat.Result{}, f.err
	}
	return result, err
}

// effect does an action. Every id must be one of this place's own by now.
func (p *place) effect(a chat.Action) (chat.Result, error) {
	if a.Verb == chat.OpenRoom {
		id := chat.RoomID(fmt.Sprintf("R-%d-%s", len(p.rooms), a.Spec.Name))
		p.addRoom(id, a.Spec.Name)
		return chat.Result{Room: id, RoomName: a.Spec.Name, URL: "https://chat.example/" + string(id)}, nil
	}
	if a.Verb == chat.Direct {
		return p.say(p.direct(a.People[0]), a), nil
	}
	r := p.rooms[a.Room]
	if r == nil || r.gone {
		return chat.Result{}, &chat.Error{Class: chat.Missing, Op: string(a.Verb), Code: "channel_not_found"}
	}
	switch a.Verb {
	case chat.Post, chat.Upload:
		return p.say(r, a), nil
	case chat.Edit, chat.Pin:
		return chat.Result{Message: a.Message, Room: r.id}, r.touch(a)
	case chat.Invite:
		return p.invite(r, a.People), nil
	case chat.Topic:
		r.topic = a.Text
	}
	return chat.Result{}, nil
}

func (p *place) direct(to chat.UserID) *room {
	id := chat.RoomID("D-" + to)
	if p.rooms[id] == nil {
		p.addRoom(id, string(id))
	}
	return p.rooms[id]
}

func (p *place) say(r *room, a chat.Action) chat.Result {
	id := chat.MessageID(fmt.Sprintf("M%d-%s", len(r.said)+1, r.id))
	r.said = append(r.said, said{id: id, thread: a.Thread, key: a.Key, text: a.Body.Plain(), mentions: mentions(a.Body), pinned: a.Pinned})
	return chat.Result{Message: id, Room: r.id}
}

func mentions(m chat.Message) []chat.UserID {
	var users []chat.UserID
	eachSpan(m, func(s chat.Span) {
		if s.Kind == chat.Person && s.User != "" {
			users = append(users, s.User)
		}
	})
	return users
}

func (r *room) touch(a chat.Action) error {
	i := slices.IndexFunc(r.said, func(s said) bool { return s.id == a.Message })
	switch {
	case i < 0:
		return &chat.Error{Class: chat.Missing, Op: string(a.Verb), Code: "message_not_found"}
	case a.Verb == chat.Pin:
		r.said[i].pinned = true
	default:
		r.said[i].text = a.Body.Plain()
		r.said[i].edits++
	}
	return nil
}

func (p *place) invite(r *room, users []chat.UserID) chat.Result {
	var result chat.Result
	for _, u := range users {
		if u == user("fay") {
			result.Refused = append(result.Refused, chat.Refused{User: u, Cause: "not in this workspace"})
			continue
		}
		if !slices.Contains(r.members, u) {
			r.members = append(r.members, u)
		}
	}
	return result
}

// texts are the messages in a room, by its name or id, oldest first.
func (p *place) texts(name string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, r := range p.rooms {
		if r.name == name || string(r.id) == name {
			for _, s := range r.said {
				texts = append(texts, s.text)
			}
		}
	}
	return texts
}

// find is a room by its name.
func (p *place) find(t testing.TB, name string) room {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rooms {
		if r.name == name || string(r.id) == name {
			found := *r
			found.said, found.members = slices.Clone(r.said), slices.Clone(r.members)
			return found
		}
	}
	require.Failf(t, "room not found", "%s", name)
	return room{}
}

// keys are the keys of everything people saw appear, each as often as they saw it.
func (p *place) keys() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	keys := make(map[string]int)
	for _, r := range p.rooms {
		for _, s := range r.said {
			keys[s.key]++
		}
	}
	return keys
}

func (p *place) did(v chat.Verb) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, a := range p.calls {
		if a.Verb == v {
			n++
		}
	}
	return n
}

// failing makes the calls of a verb fail with err, the first n of them, without effect.
func failing(verb chat.Verb, n int, err error) func(chat.Action, int) *fault {
	return func(a chat.Action, _ int) *fault {
		if a.Verb != verb || n == 0 {
			return nil
		}
		n--
		return &fault{err: err}
	}
}

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, time.November, 20, 14, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
