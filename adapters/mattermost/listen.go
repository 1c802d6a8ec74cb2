package mattermost

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// How long to wait between two attempts to connect.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
)

// listener hears one server for the length of a Run.
type listener struct {
	p      *Platform
	hearer chat.Hearer
	ready  func()

	connection string // the one to go on with
	next       int64  // the sequence number expected next
	greeted    bool   // the present connection works

	missed  missed
	heard   nonces
	workers sync.WaitGroup
}

// Run hears people until ctx ends. Callbacks are heard too from now on, if somebody serves Handler.
func (p *Platform) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	ctx, stop := context.WithCancel(ctx)
	l := &listener{p: p, hearer: hearer, ready: sync.OnceFunc(ready)}
	l.missed.owe(p.cfg.Now().Add(-p.cfg.Lookback))
	defer func() {
		p.hearer.Store(nil)
		stop()
		l.workers.Wait()
	}()
	l.workers.Go(func() { p.meetStrangers(ctx) })
	return l.run(ctx)
}

func (l *listener) run(ctx context.Context) error {
	wait := firstPause
	for {
		err := l.session(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // being told to stop is the usual end
		case l.hopeless(err):
			return err
		case l.greeted:
			wait = firstPause
		}
		l.p.cfg.Log.Warn().Err(err).Dur("again_in", wait).Msg("the connection to Mattermost is lost")
		if failed, ok := errors.AsType[*chat.Error](err); ok && failed.Wait > wait {
			wait = failed.Wait
		}
		if !pause(ctx, spread(wait)) {
			return nil
		}
		wait = min(2*wait, lastPause)
	}
}

// spread is somewhere between half of d and all of it, so that not everybody is back at the same moment.
func spread(d time.Duration) time.Duration {
	var b [1]byte
	_, _ = rand.Read(b[:]) // never fails
	return d/2 + d/2*time.Duration(b[0])/255
}

// hopeless tells whether only an admin can help: the token is dead, or there is no such team to begin
// with.
func (l *listener) hopeless(err error) bool {
	failed, ok := errors.AsType[*chat.Error](err)
	if !ok {
		return false
	}
	switch failed.Class {
	case chat.Revoked:
		return true
	case chat.Missing, chat.Forbidden, chat.Invalid:
		return l.connection == "" // never connected: the config is wrong
	default:
		return false
	}
}

var errLost = errors.New("the server hung up")

// session is one connection, from signing in to its loss.
func (l *listener) session(ctx context.Context) error {
	l.greeted = false
	// A dead token is no error of the WebSocket: it opens, and the server hangs up. So it is tried first.
	me, err := l.p.whoAmI(ctx)
	if err != nil {
		return err
	}
	l.p.mu.Lock()
	l.p.me = me
	l.p.mu.Unlock()
	if _, err := l.p.trust.current(ctx); err != nil {
		return err
	}
	s, err := l.p.dial(ctx, l.connection, l.next)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	helpers.Go(func() { s.read(ctx) })
	helpers.Go(func() { s.watch(ctx, l.p.cfg.Heartbeat) })
	defer helpers.Wait()
	defer stop()
	if l.connection != "" {
		l.settle(ctx) // what a resumed connection still owed
	}
	for event := range s.events {
		if !l.event(ctx, event) {
			break
		}
	}
	return errLost
}

// event handles one event in its order. False when the connection has to be given up.
func (l *listener) event(ctx context.Context, event *model.WebSocketEvent) bool {
	if h, ok := greeting(event); ok {
		l.begin(ctx, h)
		return true
	}
	l.greeted = true
	if seq := event.GetSequence(); seq != l.next {
		l.p.cfg.Log.Warn().Int64("expected", l.next).Int64("got", seq).Msg("events are missing")
		l.missed.owe(l.p.cfg.Now().Add(-l.p.cfg.Lookback))
		l.settle(ctx)
	}
	l.next = event.GetSequence() + 1
	l.handle(ctx, event)
	return ctx.Err() == nil
}

// begin starts on a connection that is new to the server. When there was one before, its events are lost
// and have to be read.
func (l *listener) begin(ctx context.Context, h hello) {
	l.p.cfg.Log.Info().Stringer("hello", h).Msg("connected to Mattermost")
	if l.connection != "" && l.connection != h.connection {
		l.missed.owe(l.p.cfg.Now().Add(-l.p.cfg.Lookback))
	}
	first := l.connection == ""
	l.connection, l.next, l.greeted = h.connection, 1, true
	if first {
		l.p.hearer.Store(&l.hearer)
		l.workers.Go(func() { l.p.meetTeam(ctx) })
		l.ready()
	}
	l.settle(ctx)
}

// handle turns an event into a request where it is one.
func (l *listener) handle(ctx context.Context, event *model.WebSocketEvent) {
	switch event.EventType() {
	case model.WebsocketEventReactionAdded:
		if r := inner[model.Reaction](event, "reaction"); r != nil {
			l.reaction(ctx, r, event.GetBroadcast().ChannelId)
		}
	case model.WebsocketEventPostEdited:
		if post := inner[model.Post](event, "post"); post != nil {
			l.edit(ctx, post)
		}
	case model.WebsocketEventUserUpdated:
		// The event tells it all, and before the server's own memory does.
		if user, ok := event.GetData()["user"].(*model.User); ok {
			l.p.people.update(user)
		}
	default: // not ours to hear
	}
}

// reaction hears a reaction in a channel, unless it is our own.
func (l *listener) reaction(ctx context.Context, r *model.Reaction, channel string) {
	if r.UserId == l.p.botID() {
		return
	}
	var post *model.Post
	err := l.p.insist(ctx, channel, func() (err error) {
		post, err = call(ctx, l.p, "look at a reaction", func(ctx context.Context) (*model.Post, *model.Response, error) {
			return l.p.api.GetPost(ctx, r.PostId, "")
		})
		return err
	})
	if err != nil {
		l.unread(ctx, err)
		return
	}
	l.reactionOn(ctx, r, post)
}

func (l *listener) reactionOn(ctx context.Context, r *model.Reaction, post *model.Post) {
	room, err := l.p.roomOf(ctx, post.ChannelId)
	if err != nil {
		l.unread(ctx, err)
		return
	}
	if err := l.p.meet(ctx, []string{r.UserId, post.UserId}); err != nil {
		l.unread(ctx, err)
		return
	}
	l.hear(ctx, l.p.reacted(r, post, room))
}

// edit hears that a message changed which somebody had reacted to. Pinning counts as an edit for the
// server; it does not change when the text was last edited, and so is the same delivery again.
func (l *listener) edit(ctx context.Context, post *model.Post) {
	if post.EditAt == 0 || !post.HasReactions || post.UserId == l.p.botID() || post.IsSystemMessage() {
		return
	}
	room, err := l.p.roomOf(ctx, post.ChannelId)
	if err == nil {
		err = l.p.meet(ctx, []string{post.UserId})
	}
	if err != nil {
		l.unread(ctx, err)
		return
	}
	l.hear(ctx, l.p.retold(post, room))
}

// unread keeps in mind that something could not be read, so that it is tried again with the next
// catching up.
func (l *listener) unread(ctx context.Context, err error) {
	if ended(ctx) || chat.ClassOf(err) == chat.Missing || chat.ClassOf(err) == chat.Forbidden {
		return // gone since, or not for our eyes
	}
	l.p.cfg.Log.Warn().Err(err).Msg("an event could not be read")
	l.missed.owe(l.p.cfg.Now().Add(-l.p.cfg.Lookback))
	l.settle(ctx)
}

// hear passes a request on, once, and gives the answer in private.
func (l *listener) hear(ctx context.Context, r chat.Request) {
	now := l.p.cfg.Now()
	if ctx.Err() != nil || !l.heard.take(r.Delivery, now, now.Add(2*l.p.cfg.Lookback)) {
		return
	}
	answer := l.hearer.Hear(ctx, r)
	if answer.Message.Empty() {
		return
	}
	l.workers.Go(func() {
		if err := l.p.whisper(ctx, r.By.ID, answer.Message, ""); err != nil && !ended(ctx) {
			l.p.cfg.Log.Warn().Err(err).Msg("a private answer did not arrive")
		}
	})
}
