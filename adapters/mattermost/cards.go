package mattermost

import (
	"context"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// What a button's signature is bound to.
const (
	boundToKey  = "key"  // a post that was about to be made: found by the key in its properties
	boundToPost = "post" // a post that was there already
	boundToUser = "user" // a private answer, which is no post
)

// context keys of a button.
const (
	ctxAction = "action"
	ctxValue  = "value"
	ctxBound  = "bound" // one of the constants above
	ctxTo     = "to"    // the key, post id or user id
	ctxSum    = "sum"
)

func (p *Platform) renderer(bound, to, channel string) renderer {
	return renderer{handle: p.handle, press: func(b chat.Button) *model.PostActionIntegration {
		return &model.PostActionIntegration{
			URL: p.cfg.PublicURL + pathAction,
			Context: map[string]any{
				ctxAction: b.Action, ctxValue: b.Value, ctxBound: bound, ctxTo: to,
				ctxSum: p.seal.sign("button", bound, to, channel, b.Action, b.Value),
			},
		}
	}}
}

func (p *Platform) cardRenderer(room chat.RoomID, key string) renderer {
	return p.renderer(boundToKey, key, string(room))
}

func (p *Platform) editRenderer(room chat.RoomID, id chat.MessageID) renderer {
	return p.renderer(boundToPost, string(id), string(room))
}

func (p *Platform) privateRenderer(user, channel string) renderer {
	return p.renderer(boundToUser, user, channel)
}

// cards remembers which posts the bot made, under which key. It is only there to save a call: what it has
// forgotten is read from the server.
type cards struct {
	mu    sync.Mutex
	known map[string]card // by post id
	order []string
}

type card struct{ channel, key string }

// keptCards is how many posts are remembered.
const keptCards = 10_000

func (c *cards) put(post, channel, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[string]card{}
	}
	if _, ok := c.known[post]; !ok {
		c.order = append(c.order, post)
	}
	c.known[post] = card{channel: channel, key: key}
	if len(c.order) > keptCards {
		delete(c.known, c.order[0])
		c.order = c.order[1:]
	}
}

func (c *cards) get(post string) (card, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.known[post]
	return found, ok
}

// ours tells whether a post is the bot's own, in that channel, made under that key. Only this keeps
// somebody from putting a copied button on a post of their own.
func (p *Platform) ours(ctx context.Context, post, channel, key string) (bool, error) {
	if found, ok := p.cards.get(post); ok && found.key == key {
		return found.channel == channel, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second) // the person who pressed waits
	defer cancel()
	found, err := call(ctx, p, "look at the card", func(ctx context.Context) (*model.Post, *model.Response, error) {
		return p.api.GetPost(ctx, post, "")
	})
	switch {
	case err != nil && (chat.ClassOf(err) == chat.Missing || chat.ClassOf(err) == chat.Forbidden):
		return false, nil
	case err != nil:
		return false, err
	case found.UserId != p.botID():
		return false, nil
	}
	made, _ := found.GetProp(propKey).(string)
	p.cards.put(found.Id, found.ChannelId, made)
	return found.ChannelId == channel && made == key, nil
}
