package mattermost

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// missed is what has to be read because it was not heard. Debts add up until one reading paid them all.
type missed struct {
	mu      sync.Mutex
	since   time.Time // zero when nothing is owed
	reading bool
}

// owe notes that nothing from since on can be taken as heard.
func (m *missed) owe(since time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.since.IsZero() || since.Before(m.since) {
		m.since = since
	}
}

// begin takes the debt over; false when there is none or somebody is at it.
func (m *missed) begin() (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.reading || m.since.IsZero() {
		return time.Time{}, false
	}
	since := m.since
	m.since, m.reading = time.Time{}, true
	return since, true
}

// end gives the debt back when it was not paid.
func (m *missed) end(since time.Time, paid bool) {
	if !paid {
		m.owe(since)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reading = false
}

// settle reads in the background what is owed, again and again until it worked or ctx, the connection,
// ended. Events go on meanwhile; what comes on both ways is heard once.
func (l *listener) settle(ctx context.Context) {
	l.workers.Go(func() {
		for wait := firstPause; ; wait = min(2*wait, lastPause) {
			since, ok := l.missed.begin()
			if !ok {
				return
			}
			err := l.catchUp(ctx, since)
			l.missed.end(since, err == nil)
			if err != nil && !ended(ctx) {
				l.p.cfg.Log.Warn().Err(err).Msg("what was missed could not be read yet")
			}
			if err != nil && !pause(ctx, wait) {
				return
			}
		}
	})
}

// readers is how many channels are read side by side.
const readers = 4

// catchUp reads all channels the bot is in for what happened since.
func (l *listener) catchUp(ctx context.Context, since time.Time) error {
	channels, err := call(ctx, l.p, "list the bot's channels", func(ctx context.Context) ([]*model.Channel, *model.Response, error) {
		return l.p.api.GetChannelsForTeamForUser(ctx, l.p.team(), l.p.botID(), false, "")
	})
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	errs := make([]error, len(channels))
	gate := make(chan struct{}, readers)
	for i, ch := range channels {
		l.p.rooms.Store(ch.Id, ch)
		gate <- struct{}{}
		all.Go(func() {
			defer func() { <-gate }()
			errs[i] = l.catchUpIn(ctx, ch, since)
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil && chat.ClassOf(err) != chat.Missing && chat.ClassOf(err) != chat.Forbidden {
			return err
		}
	}
	return nil
}

func (l *listener) catchUpIn(ctx context.Context, ch *model.Channel, since time.Time) error {
	var posts []*model.Post
	err := l.p.insist(ctx, ch.Id, func() (err error) {
		posts, err = l.p.changed(ctx, ch.Id, since)
		return err
	})
	if err != nil {
		return err
	}
	for _, post := range posts {
		if post.DeleteAt > 0 || post.IsSystemMessage() {
			continue // deleted, or an old version of an edited one
		}
		if post.EditAt >= since.UnixMilli() {
			l.edit(ctx, post)
		}
		for _, r := range reactions(post) {
			if r.CreateAt >= since.UnixMilli() && r.UserId != l.p.botID() {
				l.reactionOn(ctx, r, post)
			}
		}
	}
	return nil
}

func reactions(post *model.Post) []*model.Reaction {
	if post.Metadata == nil {
		return nil
	}
	return post.Metadata.Reactions
}

// changedCap is where the server stops without saying so, in no order.
const changedCap = 1000

// changed are the posts of a channel that changed since.
func (p *Platform) changed(ctx context.Context, channel string, since time.Time) ([]*model.Post, error) {
	const op = "read what was missed"
	list, err := call(ctx, p, op, func(ctx context.Context) (*model.PostList, *model.Response, error) {
		return p.api.GetPostsSince(ctx, channel, since.UnixMilli(), false)
	})
	if err != nil {
		return nil, err
	}
	if len(list.Order) < changedCap {
		return list.ToSlice(), nil
	}
	const pages, size = 50, 200
	var posts []*model.Post
	for page := range pages {
		list, err := call(ctx, p, op, func(ctx context.Context) (*model.PostList, *model.Response, error) {
			return p.api.GetPostsForChannel(ctx, channel, page, size, "", false, false)
		})
		if err != nil {
			return nil, err
		}
		found := list.ToSlice()
		posts = append(posts, found...)
		if len(list.Order) < size || found[len(found)-1].CreateAt < since.UnixMilli() {
			break
		}
	}
	return posts, nil
}

// roomOf is a channel by id, from memory when it was seen before. Names of channels hardly ever change.
func (p *Platform) roomOf(ctx context.Context, id string) (*model.Channel, error) {
	if ch, ok := p.rooms.Load(id); ok {
		return ch.(*model.Channel), nil
	}
	ch, err := call(ctx, p, "look up a channel", func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.GetChannel(ctx, id)
	})
	if err == nil {
		p.rooms.Store(id, ch)
	}
	return ch, err
}

// inner reads the JSON text that an event carries under key.
func inner[T any](event *model.WebSocketEvent, key string) *T {
	text, ok := event.GetData()[key].(string)
	if !ok {
		return nil
	}
	into := new(T)
	if json.Unmarshal([]byte(text), into) != nil {
		return nil
	}
	return into
}
