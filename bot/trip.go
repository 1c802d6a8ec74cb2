package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// trip is one try of one item.
type trip struct {
	b         *Bot
	it        store.Item
	p         parcel
	resolver  *resolver
	action    chat.Action // as it was last given to the platform
	strangers []string    // people of it without an account
}

// deliver tries an item once and writes down how that went.
func (b *Bot) deliver(ctx context.Context, it store.Item) {
	p, err := readParcel(it)
	t := &trip{b: b, it: it, p: p, resolver: &resolver{b: b, platform: p.Platform, number: p.Number, place: p.Place, ask: true}}
	if err != nil {
		b.cfg.Log.Error().Err(err).Msg("item of the outbox cannot be read")
		t.write(ctx, store.Settlement{Key: it.Key, Outcome: store.Dead, Note: err.Error()})
		return
	}
	result, err := t.safely(ctx)
	b.metrics.delivered(p, err)
	switch {
	case errors.Is(err, errSkip):
		t.write(ctx, store.Settlement{Key: it.Key, Links: t.resolver.learnt})
	case err != nil:
		t.failed(ctx, err)
	default:
		b.out.purses.revive(p.Platform)
		t.succeeded(ctx, result)
	}
}

// safely is attempt for the case that an adapter falls over: nobody knows then what it did.
func (t *trip) safely(ctx context.Context) (r chat.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s on %s: panic: %v", t.p.Action.Verb, t.p.Platform, p)
			t.b.cfg.Log.Error().Err(err).Bytes("stack", debug.Stack()).Msg("delivery panicked")
		}
	}()
	return t.attempt(ctx)
}

// attempt addresses the action and does it.
func (t *trip) attempt(ctx context.Context) (chat.Result, error) {
	platform, ok := t.b.platforms[t.p.Platform]
	if !ok {
		return chat.Result{}, &chat.Error{
			Class: chat.Invalid, Op: fmt.Sprintf("%s on %s", t.p.Action.Verb, t.p.Platform), Code: "not_configured",
			Hint: fmt.Sprintf("%s is not in the config", t.p.Platform),
		}
	}
	ctx, cancel := context.WithTimeout(ctx, t.b.cfg.Patience)
	defer cancel()
	var err error
	t.action, t.strangers, err = t.resolver.action(ctx, t.it.Key, t.p.Action)
	if err != nil {
		return chat.Result{}, err
	}
	if len(t.p.Action.People) > 0 && len(t.action.People) == 0 {
		return chat.Result{}, nil // nobody of them is here, which is told
	}
	result, err := platform.Do(ctx, t.action, t.it.Unsure)
	if chat.ClassOf(err) == chat.Missing && t.mend(ctx) {
		result, err = platform.Do(ctx, t.action, t.it.Unsure)
	}
	return result, err
}

// mend changes an action whose message has vanished so that it is said all the same, where the incident is
// now.
func (t *trip) mend(ctx context.Context) bool {
	if t.action.Verb != chat.Edit && t.action.Thread == "" {
		return false
	}
	room, err := t.resolver.room(ctx, t.p.Action.Room)
	if err != nil {
		return false
	}
	t.action.Room, t.action.Thread = room, ""
	if t.action.Verb == chat.Edit {
		t.action.Verb, t.action.Message = chat.Post, ""
	}
	return true
}

// remembers is the name under which the message of the action is found again, if it has one. An edit that
// had to be said anew takes the place of its message.
func (t *trip) remembers() chat.MessageID {
	if t.p.Action.Verb == chat.Edit && logical(t.p.Action.Message) {
		return t.p.Action.Message
	}
	return t.p.As
}

func (t *trip) succeeded(ctx context.Context, r chat.Result) {
	s := store.Settlement{Key: t.it.Key, Links: t.resolver.learnt}
	var commands []incident.Command
	if t.action.Verb == chat.OpenRoom {
		s.Links = append(s.Links,
			store.Link{Key: roomKey(t.p.Platform, r.Room), Value: fmt.Sprint(t.p.Number)},
			store.Link{Key: placeKey(t.p.Number), Value: string(r.Room)})
		commands = append(commands, incident.RecordRoom{Room: string(r.Room), Name: r.RoomName, URL: r.URL})
	}
	if as := t.remembers(); as != "" && r.Message != "" {
		at := spot{Room: t.action.Room, Message: r.Message}
		if r.Room != "" {
			at.Room = r.Room
		}
		s.Links = append(s.Links, store.Link{Key: messageKey(t.p.Number, as), Value: at.String()})
	}
	commands = append(commands, t.unreached(r.Refused)...)
	t.write(ctx, s, commands...)
}

// unreached reports the people who were not brought in or spoken to.
func (t *trip) unreached(refused []chat.Refused) []incident.Command {
	var commands []incident.Command
	for _, id := range t.strangers {
		commands = append(commands, incident.RecordNotReached{
			Who: t.person(id), Why: fmt.Sprintf("no account on %s", t.p.Platform),
		})
	}
	for _, r := range refused {
		commands = append(commands, incident.RecordNotReached{Who: t.refused(r.User), Why: r.Cause})
	}
	if t.p.Quiet {
		return nil
	}
	return commands
}

func (t *trip) person(id string) stream.Person {
	return stream.Person{ID: id, Name: t.b.people.nameOf(id, chat.User{ID: chat.UserID(id)})}
}

// refused finds the person behind an account of the action.
func (t *trip) refused(user chat.UserID) stream.Person {
	for _, id := range t.p.Action.People {
		if account, ok := t.b.people.account(t.p.Platform, string(id)); ok && account == user {
			return t.person(string(id))
		}
	}
	return t.b.people.who(t.p.Platform, chat.User{ID: user})
}

// write puts the outcome into the journal, in one commit with what the incident should know about it.
func (t *trip) write(ctx context.Context, s store.Settlement, commands ...incident.Command) {
	t.b.settle(ctx, func(ctx context.Context) error {
		if len(commands) == 0 {
			return t.b.journal.Settle(ctx, s)
		}
		m := matter{commands: commands, settle: []store.Settlement{s}, account: true}
		_, err := t.b.decide(ctx, t.b.open.incident(t.p.Number), m)
		var broken *BrokenError
		if errors.As(err, &broken) || errors.Is(err, errUnknown) {
			return t.b.journal.Settle(ctx, s) // nothing can be added to that log
		}
		return err
	})
}

// inRoom tells whether the action went to the incident's own room.
func (t *trip) inRoom() bool { return t.p.Action.Room == compose.InRoom && !t.resolver.borrowed }
