package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// maxNames is how many names are tried for a room before giving up.
const maxNames = 50

// open creates a room under the first name that is free. Slack lets two simultaneous calls have the same
// name, so rooms of one name are opened one after the other. Topic and purpose follow after the
// answer: the first people should not wait for them.
func (p *Platform) open(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	op := fmt.Sprintf("open room %q", a.Spec.Name)
	lock, _ := p.names.LoadOrStore(a.Spec.Name, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	if again {
		ch, err := p.ownRoom(ctx, a)
		if err != nil {
			return chat.Result{}, classify(op, err)
		}
		if ch != nil {
			return p.opened(a, ch), nil
		}
	}
	ch, err := p.create(ctx, a.Spec)
	if err != nil {
		return chat.Result{}, classify(op, err)
	}
	return p.opened(a, ch), nil
}

// create tries name, name-2, name-3. A name that is taken is never adopted: it may be anybody's.
func (p *Platform) create(ctx context.Context, spec chat.RoomSpec) (*slack.Channel, error) {
	for n := 1; n <= maxNames; n++ {
		ch, err := asked(ctx, p, func(ctx context.Context) (*slack.Channel, error) {
			return p.api.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: numbered(spec.Name, n), IsPrivate: spec.Private})
		})
		switch {
		case code(err) == "name_taken":
			continue
		case err != nil:
			return nil, err
		case ch == nil || ch.ID == "":
			return nil, errSilent
		}
		return ch, nil
	}
	return nil, &chat.Error{Class: chat.Invalid, Op: fmt.Sprintf("open room %q", spec.Name), Err: errors.New("every name like it is taken")}
}

// numbered is the nth name for a room: name, name-2, name-3.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, n)
}

// opened remembers a new room and describes it, apart from the caller.
func (p *Platform) opened(a chat.Action, ch *slack.Channel) chat.Result {
	room := chat.RoomID(ch.ID)
	p.rooms.learn(ch.ID, ch.Name)
	p.rooms.claim(room, a.Key)
	p.rooms.setTopic(room, ch.Topic.Value)
	p.rooms.touch(room)
	purpose := purposeOf(a)
	if purpose != ch.Purpose.Value {
		p.later(func(ctx context.Context) {
			p.insist(ctx, "describe "+ch.Name, func(ctx context.Context) error {
				_, err := p.api.SetPurposeOfConversationContext(ctx, ch.ID, purpose)
				return err
			})
		})
	}
	if a.Spec.Topic != "" {
		p.later(func(ctx context.Context) {
			p.insist(ctx, "set the topic of "+ch.Name, func(ctx context.Context) error {
				if now, _ := p.rooms.topic(room); now != ch.Topic.Value {
					return nil // It was set anew in the meantime.
				}
				return p.setTopic(ctx, room, a.Spec.Topic)
			})
		})
	}
	return chat.Result{Room: room, RoomName: ch.Name, URL: p.roomLink(room)}
}

// insist makes a call that nobody waits for, and waits itself when Slack asks for it.
func (p *Platform) insist(ctx context.Context, op string, call func(context.Context) error) {
	for range 3 {
		err := p.tell(ctx, call)
		if err == nil {
			return
		}
		wait, limited := waitOf(err)
		if !limited {
			p.cfg.Log.Warn().Err(classify(op, err)).Msg("left out")
			return
		}
		if pause(ctx, max(wait, p.cfg.Backoff)) != nil {
			return
		}
	}
}

func (p *Platform) roomLink(room chat.RoomID) string {
	self := p.self.Load()
	if self == nil || self.url == "" {
		return ""
	}
	return self.url + "/archives/" + string(room)
}

// maxPurpose is in characters of the escaped text.
const maxPurpose = 250

// purposeOf is a room's description: what people read about it, and the key of the action that opened it,
// by which it is found again.
func purposeOf(a chat.Action) string {
	mark := " " + roomMark(a.Key)
	return cutEscaped(oneLine(a.Spec.Title), maxPurpose-len(mark)) + mark
}

func roomMark(key string) string { return "(sitrep " + key + ")" }

// ownRoom finds the room that an action opened whose answer was lost. Its description ends with the key.
// A room without a description is ours as well when the bot made it under that name and no other
// action is known to have: then the process ended between the two calls.
func (p *Platform) ownRoom(ctx context.Context, a chat.Action) (*slack.Channel, error) {
	self, err := p.me(ctx)
	if err != nil {
		return nil, err
	}
	var marked, bare *slack.Channel
	err = p.mine(ctx, func(ch slack.Channel) bool {
		if ch.Creator != self.user || !variant(ch.Name, a.Spec.Name) {
			return true
		}
		if strings.HasSuffix(ch.Purpose.Value, escape(roomMark(a.Key))) || p.rooms.opener(chat.RoomID(ch.ID)) == a.Key {
			marked = &ch
			return false
		}
		if ch.Purpose.Value == "" && bare == nil {
			bare = &ch
		}
		return true
	})
	if err != nil || marked != nil {
		return marked, err
	}
	if bare != nil && p.rooms.claim(chat.RoomID(bare.ID), a.Key) == a.Key {
		return bare, nil
	}
	return nil, nil
}

func (r *rooms) opener(id chat.RoomID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys[id]
}

// variant tells whether a room's name is one that a spec's name leads to.
func variant(name, wanted string) bool {
	rest, ok := strings.CutPrefix(name, wanted)
	return ok && (rest == "" || strings.Trim(rest, "0123456789") == "-")
}
