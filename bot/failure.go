package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// The times of trying again.
const (
	firstPause  = time.Second
	longest     = time.Minute
	unsurePause = 3 * time.Second // for the platform to come to rest, so that a look finds what was done
	quarantine  = time.Minute     // between looks whether refused credentials are good again
	stale       = 24 * time.Hour  // after which nobody wants to read it any more
)

// failed decides what becomes of an item whose try has failed.
func (t *trip) failed(ctx context.Context, err error) {
	now := t.b.cfg.Now()
	class := chat.ClassOf(err)
	s := store.Settlement{
		Key: t.it.Key, Outcome: store.Retry, Note: err.Error(), Links: t.resolver.learnt,
		Unsure: t.it.Unsure || class == chat.Unsure,
	}
	t.log(err, class)
	switch class {
	case chat.Revoked:
		if t.b.out.purses.kill(t.p.Platform, now.Add(quarantine), err) {
			t.b.cfg.Log.Error().Err(err).Str("platform", string(t.p.Platform)).
				Msg("credentials refused: nothing is sent until they are replaced; the outbox keeps it all")
		}
	case chat.Limited:
		s.NotBefore = now.Add(asked(err, pause(t.it.Tries)))
		t.b.metrics.limited(t.p, t.b.out.purses.hold(now, t.p.Platform, t.p.Action.Verb, s.NotBefore))
	case chat.Temporary, chat.Unsure:
		if now.Sub(t.it.At) > stale {
			t.giveUp(ctx, s, err)
			return
		}
		s.NotBefore = now.Add(pause(t.it.Tries))
		if earliest := now.Add(unsurePause); s.Unsure && s.NotBefore.Before(earliest) {
			s.NotBefore = earliest
		}
	case chat.Missing:
		t.missing(ctx, s, err)
		return
	case chat.Forbidden:
		if t.action.Verb == chat.Post && t.inRoom() {
			t.roomGone(ctx, s, err) // a room where nothing can be said is no better than none
			return
		}
		t.giveUp(ctx, s, err)
		return
	default:
		t.giveUp(ctx, s, err)
		return
	}
	t.write(ctx, s)
}

// log tells the operator of the first failure of an item, and of the others only in detail.
func (t *trip) log(err error, class chat.Class) {
	level := zerolog.DebugLevel
	if t.it.Tries <= 1 && class != chat.Limited {
		level = zerolog.WarnLevel
	}
	t.b.cfg.Log.WithLevel(level).Err(err).Str("class", string(class)).Str("item", t.it.Key).Int("try", t.it.Tries).Msg("delivery failed")
}

// pause is how long to wait after so many tries.
func pause(tries int) time.Duration {
	d := firstPause
	for ; tries > 1 && d < longest; tries-- {
		d *= 2
	}
	return min(d, longest)
}

// asked is how long the platform wants to be left alone.
func asked(err error, otherwise time.Duration) time.Duration {
	var e *chat.Error
	if errors.As(err, &e) && e.Wait > 0 {
		return e.Wait
	}
	return otherwise
}

// missing handles an action whose room or person is not there.
func (t *trip) missing(ctx context.Context, s store.Settlement, err error) {
	switch t.p.Action.Verb {
	case chat.Pin, chat.Remove, chat.Archive, chat.Home:
		s.Outcome = store.Done // what it was about is gone already
		t.write(ctx, s)
	case chat.Direct:
		s.Outcome = store.Dead
		t.strangers = append(t.strangers, string(t.p.Action.People[0]))
		t.dead(ctx, s, err, t.unreached(nil)...)
	case chat.OpenRoom:
		t.giveUp(ctx, s, err)
	default:
		t.placeMissing(ctx, s, err)
	}
}

// placeMissing handles an action whose room is not there: a channel that moved is looked up again, and an
// incident whose room is gone goes home.
func (t *trip) placeMissing(ctx context.Context, s store.Settlement, err error) {
	switch name, named := t.b.cfg.Channels[t.p.Platform].named(t.p.Action.Room); {
	case named && t.resolver.cached:
		s.Links = append(s.Links, store.Link{Key: channelKey(t.p.Platform, name)}) // perhaps it moved
		t.write(ctx, s)
	case t.inRoom():
		t.roomGone(ctx, s, err)
	default:
		t.giveUp(ctx, s, err)
	}
}

// roomGone moves the incident back to where it was declared, once, and tries again there.
func (t *trip) roomGone(ctx context.Context, s store.Settlement, err error) {
	room, ok, lookErr := t.b.journal.Lookup(ctx, placeKey(t.p.Number))
	if lookErr != nil || (ok && room == lost) || chat.RoomID(room) != t.action.Room {
		s.NotBefore = t.b.cfg.Now().Add(pause(t.it.Tries)) // somebody else is moving it
		t.write(ctx, s)
		return
	}
	s.Links = append(s.Links, store.Link{Key: placeKey(t.p.Number), Value: lost})
	s.Links = append(s.Links, t.b.borrow(ctx, t.p)...)
	t.write(ctx, s, incident.RecordFailure{What: t.what(), Why: "the room is out of reach: " + reason(err)})
}

// giveUp makes the item a dead one and says so in the incident. What waits for it goes on without.
func (t *trip) giveUp(ctx context.Context, s store.Settlement, err error) {
	s.Outcome, s.NotBefore = store.Dead, time.Time{}
	if t.p.Action.Verb == chat.OpenRoom {
		s.Links = append(s.Links, store.Link{Key: placeKey(t.p.Number), Value: lost})
		s.Links = append(s.Links, t.b.borrow(ctx, t.p)...)
		t.dead(ctx, s, err, incident.RecordNoRoom{Why: reason(err)})
		return
	}
	if as := t.remembers(); as != "" && t.p.Action.Verb != chat.Edit {
		s.Links = append(s.Links, store.Link{Key: messageKey(t.p.Number, as), Value: lost})
	}
	t.dead(ctx, s, err, incident.RecordFailure{What: t.what(), Why: reason(err)})
}

func (t *trip) dead(ctx context.Context, s store.Settlement, err error, commands ...incident.Command) {
	t.b.cfg.Log.Error().Err(err).Str("item", t.it.Key).Int("tries", t.it.Tries).Msg("delivery given up")
	if t.p.Quiet {
		commands = nil
	}
	t.write(ctx, s, commands...)
}

// borrow makes commands that are typed where the incident was declared reach it, unless another incident
// has that room already.
func (b *Bot) borrow(ctx context.Context, p parcel) []store.Link {
	if p.Place == "" {
		return nil
	}
	key := roomKey(p.Platform, p.Place)
	if _, taken, err := b.journal.Lookup(ctx, key); err != nil || taken {
		return nil
	}
	return []store.Link{{Key: key, Value: fmt.Sprint(p.Number)}}
}

// giveBack ends what borrow began, when the incident is over.
func (b *Bot) giveBack(ctx context.Context, s incident.State) []store.Link {
	if !s.Phase.Over() || s.Place == "" {
		return nil
	}
	key := roomKey(platformOf(s), chat.RoomID(s.Place))
	if value, ok, err := b.journal.Lookup(ctx, key); err != nil || !ok || value != fmt.Sprint(s.Number) {
		return nil
	}
	return []store.Link{{Key: key}}
}

// what says in a few words what the action was to do.
func (t *trip) what() string {
	if t.p.What != "" {
		return t.p.What
	}
	return string(t.p.Action.Verb)
}

// reason is why an action failed, in words for people: what to change if the platform says so, else its
// own code, else the kind of error. The error's text is for the log only.
func reason(err error) string {
	var e *chat.Error
	if !errors.As(err, &e) {
		return string(chat.ClassOf(err))
	}
	switch {
	case e.Hint != "":
		return e.Hint
	case e.Code != "":
		return strings.ReplaceAll(e.Code, "_", " ")
	}
	return string(e.Class)
}

// speaksThere tells whether a verb may act in a room that the incident only borrows: it may speak there, and
// change nothing that belongs to others.
func speaksThere(v chat.Verb, room chat.RoomID) bool {
	return room != compose.InRoom || v == chat.Post || v == chat.Edit || v == chat.Upload
}
