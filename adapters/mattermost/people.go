package mattermost

import (
	"context"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// people remembers who is who, so that hearing a request needs no call. It forgets nobody: an entry is
// small and a server has only so many people.
type people struct {
	mu   sync.RWMutex
	byID map[chat.UserID]chat.User
}

func (d *people) get(id chat.UserID) (chat.User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	u, ok := d.byID[id]
	return u, ok
}

func (d *people) put(u *model.User) chat.User {
	known := person(u)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byID == nil {
		d.byID = map[chat.UserID]chat.User{}
	}
	d.byID[known.ID] = known
	return known
}

// update takes over what is new about somebody known.
func (d *people) update(u *model.User) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.byID[chat.UserID(u.Id)]; ok && u.Username != "" {
		d.byID[chat.UserID(u.Id)] = person(u)
	}
}

func person(u *model.User) chat.User {
	return chat.User{
		ID:     chat.UserID(u.Id),
		Handle: u.Username,
		Name:   u.GetDisplayName(model.ShowNicknameFullName),
		Locale: u.Locale,
		Zone:   u.GetPreferredTimezone(),
		Bot:    u.IsBot,
	}
}

// Person looks up a person by user name, with or without @, or by id.
func (p *Platform) Person(ctx context.Context, handle string) (chat.User, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(handle), "@"))
	op := "find person " + handle
	if name == "" || strings.ContainsAny(name, "/ ?#") {
		return chat.User{}, &chat.Error{Class: chat.Missing, Op: op, Code: "not a user name"}
	}
	u, err := call(ctx, p, op, func(ctx context.Context) (*model.User, *model.Response, error) {
		return p.api.GetUserByUsername(ctx, name, "")
	})
	if chat.ClassOf(err) == chat.Missing && err != nil && model.IsValidId(name) {
		u, err = call(ctx, p, op, func(ctx context.Context) (*model.User, *model.Response, error) {
			return p.api.GetUser(ctx, name, "")
		})
	}
	if err != nil {
		return chat.User{}, err
	}
	return p.people.put(u), nil
}

// who is a person by id as far as they are known here, without a call. Somebody new is looked up in the
// background, so that they are known the next time.
func (p *Platform) who(id, username string) chat.User {
	if u, ok := p.people.get(chat.UserID(id)); ok {
		return u
	}
	select {
	case p.strangers <- id:
	default: // so many are new that this one waits for another chance
	}
	return chat.User{ID: chat.UserID(id), Handle: username, Name: username}
}

// handle is the user name behind an id, from memory.
func (p *Platform) handle(id chat.UserID) (string, bool) {
	u, ok := p.people.get(id)
	return u.Handle, ok
}

// meet looks up those of ids that are not known yet, in one call. Not finding them is no error: they are
// then shown by name.
func (p *Platform) meet(ctx context.Context, ids []string) error {
	var unknown []string
	for _, id := range ids {
		if _, ok := p.people.get(chat.UserID(id)); !ok && model.IsValidId(id) {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	users, err := call(ctx, p, "look up people", func(ctx context.Context) ([]*model.User, *model.Response, error) {
		return p.api.GetUsersByIds(ctx, unknown)
	})
	for _, u := range users {
		p.people.put(u)
	}
	return err
}

// meetTeam gets to know the first people of the team, so that the first request of each finds them known.
func (p *Platform) meetTeam(ctx context.Context) {
	const pages, size = 5, 200 // 200 is the most the server gives at once
	for page := range pages {
		users, err := call(ctx, p, "look up the team's people", func(ctx context.Context) ([]*model.User, *model.Response, error) {
			return p.api.GetUsersInTeam(ctx, p.team(), page, size, "")
		})
		for _, u := range users {
			p.people.put(u)
		}
		if err != nil || len(users) < size {
			return
		}
	}
}

// meetStrangers looks up people seen for the first time, until ctx ends.
func (p *Platform) meetStrangers(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-p.strangers:
			if err := p.meet(ctx, p.crowd(id)); err != nil && !ended(ctx) {
				p.cfg.Log.Debug().Err(err).Msg("a person could not be looked up")
			}
		}
	}
}

// crowd is id with all others who wait to be looked up, for one call.
func (p *Platform) crowd(id string) []string {
	ids := []string{id}
	for {
		select {
		case id := <-p.strangers:
			ids = append(ids, id)
		default:
			return ids
		}
	}
}

// mentioned are the ids of all people a message wakes.
func mentioned(m chat.Message) []string {
	var ids []string
	add := func(spans []chat.Span) {
		for _, s := range spans {
			if s.Kind == chat.Person && s.User != "" {
				ids = append(ids, string(s.User))
			}
		}
	}
	for _, b := range m.Blocks {
		add(b.Spans)
		for _, f := range b.Fields {
			add(f.Value)
		}
		for _, item := range b.Items {
			add(item)
		}
	}
	return ids
}
