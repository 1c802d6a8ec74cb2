package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
)

// absence is how long the bot believes that nobody has a handle before it asks again.
const absence = 10 * time.Minute

// lost stands in the link of a message that could not be said for good, so that what waits for it goes on.
const lost = "lost"

// errNowhere says that there is no room to speak in.
var errNowhere = &chat.Error{Class: chat.Missing, Op: "find a room", Code: "no_room", Hint: "configure the channel, or declare in a room"}

// errSkip says that an action has lost its purpose.
var errSkip = errors.New("nothing to do")

// resolver turns the logical ids of one message or action into those of a platform.
type resolver struct {
	b        *Bot
	platform chat.Name
	number   int
	place    chat.RoomID
	ask      bool         // may ask the platform; otherwise only what is known counts
	learnt   []store.Link // what was asked and should last
	cached   bool         // the channel was known from before, and may have moved since
	borrowed bool         // the incident's room turned out to be the one it was declared in
}

// message returns m with every person and room as the platform knows them. Whoever has no account there
// stays a plain name.
func (r *resolver) message(ctx context.Context, m chat.Message) (chat.Message, error) {
	blocks := make([]chat.Block, len(m.Blocks))
	for i, block := range m.Blocks {
		var err error
		if block.Spans, err = r.spans(ctx, block.Spans); err != nil {
			return m, err
		}
		fields := make([]chat.Field, len(block.Fields))
		for j, f := range block.Fields {
			fields[j].Label = f.Label
			if fields[j].Value, err = r.spans(ctx, f.Value); err != nil {
				return m, err
			}
		}
		items := make([][]chat.Span, len(block.Items))
		for j, item := range block.Items {
			if items[j], err = r.spans(ctx, item); err != nil {
				return m, err
			}
		}
		block.Fields, block.Items = fields, items
		blocks[i] = block
	}
	m.Blocks = blocks
	return m, nil
}

func (r *resolver) spans(ctx context.Context, spans []chat.Span) ([]chat.Span, error) {
	resolved := make([]chat.Span, len(spans))
	for i, s := range spans {
		var err error
		if resolved[i], err = r.span(ctx, s); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

func (r *resolver) span(ctx context.Context, s chat.Span) (chat.Span, error) {
	switch s.Kind {
	case chat.Person:
		user, _, err := r.person(ctx, string(s.User))
		s.User = user
		return s, err
	case chat.Room:
		room, err := r.mention(ctx, s.Room)
		if room == "" {
			return chat.Span{Text: "#" + s.Text}, err
		}
		s.Room = room
		return s, err
	default:
		return s, nil
	}
}

// mention finds a room that words refer to; empty when it is only a name here. An incident's room is
// nothing but its own, and an answer may be read on another platform than the incident lives on.
func (r *resolver) mention(ctx context.Context, room chat.RoomID) (chat.RoomID, error) {
	switch room {
	case compose.InRoom:
		value, ok, err := r.b.journal.Lookup(ctx, placeKey(r.number))
		if err != nil || !ok || value == lost {
			return "", unread(err)
		}
		room = chat.RoomID(value)
	case compose.InPlace, compose.Announce, compose.Stakeholders, compose.StatusPage:
		at, err := r.room(ctx, room)
		if chat.ClassOf(err) == chat.Missing {
			return "", nil
		}
		return at, err
	}
	if r.ask {
		return room, nil
	}
	_, here, err := r.b.journal.Lookup(ctx, roomKey(r.platform, room))
	if err != nil || !here {
		return "", unread(err)
	}
	return room, nil
}

// person finds somebody's account. False means that they have none on this platform; an error that it
// could not be found out now.
func (r *resolver) person(ctx context.Context, id string) (chat.UserID, bool, error) {
	if user, ok := r.b.people.account(r.platform, id); ok {
		return user, true, nil
	}
	handle, ok := r.b.people.handle(r.platform, id, r.b.cfg.Now())
	if !ok || !r.ask {
		return "", false, nil
	}
	user, err := r.b.platforms[r.platform].Person(ctx, handle)
	if err != nil {
		return "", false, r.unknown(id, handle, err)
	}
	r.b.people.learn(id, r.platform, handle, user)
	r.learnt = append(r.learnt, store.Link{Key: handleKey(r.platform, handle), Value: string(user.ID)})
	return user.ID, true, nil
}

// unknown settles a look-up that failed: nobody has the handle, or nobody can tell now, which is an error.
func (r *resolver) unknown(id, handle string, err error) error {
	switch chat.ClassOf(err) {
	case chat.Missing, chat.Forbidden, chat.Invalid:
		r.b.people.missed(r.platform, handle, r.b.cfg.Now().Add(absence))
		r.b.cfg.Log.Warn().Err(err).Str("person", id).Str("platform", string(r.platform)).Msg("person not found")
		return nil
	default:
		return unchanged(err)
	}
}

// room finds where a logical place is. Other ids are the platform's own already.
func (r *resolver) room(ctx context.Context, place chat.RoomID) (chat.RoomID, error) {
	switch place {
	case compose.InRoom:
		value, ok, err := r.b.journal.Lookup(ctx, placeKey(r.number))
		if err != nil || (ok && value != lost) {
			return chat.RoomID(value), unread(err)
		}
		r.borrowed = true
		return r.declared(ctx)
	case compose.InPlace:
		return r.declared(ctx)
	case compose.Announce, compose.Stakeholders, compose.StatusPage:
		return r.channel(ctx, place)
	default:
		return place, nil
	}
}

// declared is the room an incident was declared in, or, where there was none, the announce channel.
func (r *resolver) declared(ctx context.Context) (chat.RoomID, error) {
	if r.place != "" {
		return r.place, nil
	}
	return r.channel(ctx, compose.Announce)
}

func (r *resolver) channel(ctx context.Context, place chat.RoomID) (chat.RoomID, error) {
	name, ok := r.b.cfg.Channels[r.platform].named(place)
	if !ok {
		return "", errNowhere
	}
	key := channelKey(r.platform, name)
	value, ok, err := r.b.journal.Lookup(ctx, key)
	if err != nil || ok {
		r.cached = ok
		return chat.RoomID(value), unread(err)
	}
	if !r.ask {
		return "", errNowhere
	}
	room, err := r.b.platforms[r.platform].Place(ctx, name)
	if err != nil {
		return "", unchanged(err)
	}
	r.learnt = append(r.learnt, store.Link{Key: key, Value: string(room)})
	return room, nil
}

// action makes an action ready for its platform. The people of it who have no account are returned by id.
func (r *resolver) action(ctx context.Context, key string, a chat.Action) (chat.Action, []string, error) {
	a.Key = key
	wanted := a.Room
	var err error
	if a.Room != "" {
		if a.Room, err = r.room(ctx, a.Room); err != nil {
			return a, nil, err
		}
	}
	if r.borrowed && !speaksThere(a.Verb, wanted) {
		return a, nil, errSkip
	}
	if a, err = r.messages(ctx, a); err != nil {
		return a, nil, err
	}
	var people []chat.UserID
	var strangers []string
	for _, id := range a.People {
		user, ok, err := r.person(ctx, string(id))
		if err != nil {
			return a, nil, err
		}
		if !ok {
			strangers = append(strangers, string(id))
			continue
		}
		people = append(people, user)
	}
	a.People = people
	a.Body, err = r.message(ctx, a.Body)
	return a, strangers, err
}

// messages finds the messages that an action is about. A message lies in the room it was said in, whatever
// has become of the incident's room since.
func (r *resolver) messages(ctx context.Context, a chat.Action) (chat.Action, error) {
	for _, m := range []*chat.MessageID{&a.Message, &a.Thread} {
		if !logical(*m) {
			continue
		}
		at, err := r.spot(ctx, *m)
		if err == nil && r.borrowed && at.Room != a.Room {
			err = errSkip // it stayed behind in the room that is lost
		}
		switch {
		case errors.Is(err, errSkip) && m == &a.Thread:
			*m = ""
		case errors.Is(err, errSkip) && a.Verb == chat.Edit:
			*m = ""
			a.Verb = chat.Post
		case err != nil:
			return a, err
		default:
			a.Room, *m = at.Room, at.Message
		}
	}
	return a, nil
}

// spot is where a named message was said; errSkip when it never could be.
func (r *resolver) spot(ctx context.Context, name chat.MessageID) (spot, error) {
	value, ok, err := r.b.journal.Lookup(ctx, messageKey(r.number, name))
	if err != nil {
		return spot{}, unread(err)
	}
	if !ok || value == lost {
		return spot{}, errSkip
	}
	return readSpot(value)
}

// unread says that the journal could not be read: nothing has happened outside.
func unread(err error) error {
	if err == nil {
		return nil
	}
	return &chat.Error{Class: chat.Temporary, Op: "read the journal", Err: err}
}

// unchanged says of a look-up whose end is not known that it changed nothing, as look-ups do.
func unchanged(err error) error {
	if chat.ClassOf(err) != chat.Unsure {
		return err
	}
	return &chat.Error{Class: chat.Temporary, Op: "look up", Err: err}
}

// known resolves an answer with what is known already: hearing asks no platform.
func (b *Bot) known(ctx context.Context, platform chat.Name, number int, place chat.RoomID, m chat.Message) chat.Message {
	r := resolver{b: b, platform: platform, number: number, place: place}
	resolved, err := r.message(ctx, m)
	if err != nil {
		b.cfg.Log.Warn().Err(err).Msg("names in an answer not resolved")
		return m
	}
	return resolved
}

// warm looks up the people and channels of the config on a platform ahead of time, so that a declaration
// need not. What is not found now is looked up when it is needed.
func (b *Bot) warm(ctx context.Context, platform chat.Name) error {
	r := resolver{b: b, platform: platform, ask: true}
	var problems []error
	for handle, id := range b.people.handles(platform) {
		if _, _, err := r.person(ctx, id); err != nil {
			problems = append(problems, fmt.Errorf("look up %s: %w", handle, err))
		}
	}
	for _, place := range []chat.RoomID{compose.Announce, compose.Stakeholders, compose.StatusPage} {
		if _, err := r.channel(ctx, place); err != nil && !errors.Is(err, errNowhere) {
			problems = append(problems, fmt.Errorf("look up the %s channel: %w", place, err))
		}
	}
	if len(r.learnt) > 0 {
		_, err := b.journal.Commit(ctx, store.Commit{Stream: directoryName, Links: r.learnt, At: b.cfg.Now()})
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}
