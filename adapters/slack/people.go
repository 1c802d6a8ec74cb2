package slack

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// people is who is known in the workspace. It lives in memory, because hearing a request may not wait for
// the network.
type people struct {
	mu       sync.RWMutex
	known    map[chat.UserID]chat.User
	byHandle map[string]chat.UserID
	asked    map[chat.UserID]bool // looked up for a request, found or not
	complete bool                 // the whole directory was read
}

func newPeople() *people {
	return &people{known: map[chat.UserID]chat.User{}, byHandle: map[string]chat.UserID{}, asked: map[chat.UserID]bool{}}
}

func (d *people) get(id chat.UserID) (chat.User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	u, ok := d.known[id]
	return u, ok
}

// find looks a handle up among those who are known.
func (d *people) find(handle string) (chat.User, bool, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	u, ok := d.known[d.byHandle[strings.ToLower(handle)]]
	return u, ok, d.complete
}

// learn keeps what Slack says about somebody. Who is gone is forgotten.
func (d *people) learn(u *slack.User) chat.User {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := chat.UserID(u.ID)
	if old, ok := d.known[id]; ok && d.byHandle[strings.ToLower(old.Handle)] == id {
		delete(d.byHandle, strings.ToLower(old.Handle))
	}
	if u.Deleted {
		delete(d.known, id)
		return chat.User{ID: id}
	}
	user := chat.User{
		ID: id, Handle: handleOf(u), Name: first(u.RealName, u.Profile.RealName, u.Profile.DisplayName, u.Name),
		Locale: u.Locale, Zone: zoneOf(u.TZ), Bot: u.IsBot,
	}
	d.known[id] = user
	for _, handle := range []string{u.Name, u.Profile.DisplayName, user.Handle} {
		if handle != "" {
			d.byHandle[strings.ToLower(handle)] = id
		}
	}
	return user
}

// ask tells whether nobody asked for this id yet, so that somebody Slack does not know is asked for once.
func (d *people) ask(id chat.UserID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.asked[id]
	d.asked[id] = true
	return !was
}

func (d *people) finished() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.complete = true
}

// handleOf is what people type after @: the display name, unless it has spaces, else the account's name,
// which is unique.
func handleOf(u *slack.User) string {
	if name := u.Profile.DisplayName; name != "" && !strings.ContainsAny(name, " \t@<>") {
		return name
	}
	return first(u.Name, u.ID)
}

// zoneOf lets only zones through that this machine knows.
func zoneOf(name string) string {
	if name == "" {
		return ""
	}
	if _, err := time.LoadLocation(name); err != nil {
		return ""
	}
	return name
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

var userIDs = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// Person implements [chat.Platform]. It takes an id, a handle with or without @, or an email address.
func (p *Platform) Person(ctx context.Context, handle string) (chat.User, error) {
	op := "look up person " + handle
	name := strings.TrimPrefix(strings.TrimSpace(handle), "@")
	switch {
	case name == "":
		return chat.User{}, &chat.Error{Class: chat.Missing, Op: op, Err: errors.New("no name given")}
	case userIDs.MatchString(name):
		return p.byID(ctx, op, chat.UserID(name))
	case strings.Contains(name, "@"):
		return p.byEmail(ctx, op, name)
	}
	return p.byName(ctx, op, name)
}

func (p *Platform) byID(ctx context.Context, op string, id chat.UserID) (chat.User, error) {
	if u, ok := p.people.get(id); ok {
		return u, nil
	}
	u, err := asked(ctx, p, func(ctx context.Context) (*slack.User, error) { return p.api.GetUserInfoContext(ctx, string(id)) })
	if err != nil {
		return chat.User{}, classify(op, err)
	}
	return p.present(op, u)
}

func (p *Platform) byEmail(ctx context.Context, op, email string) (chat.User, error) {
	u, err := asked(ctx, p, func(ctx context.Context) (*slack.User, error) { return p.api.GetUserByEmailContext(ctx, email) })
	if err != nil {
		return chat.User{}, classify(op, err)
	}
	return p.present(op, u)
}

func (p *Platform) present(op string, u *slack.User) (chat.User, error) {
	if u.Deleted {
		return chat.User{}, &chat.Error{Class: chat.Missing, Op: op, Err: errors.New("the account is deactivated")}
	}
	return p.people.learn(u), nil
}

func (p *Platform) byName(ctx context.Context, op, name string) (chat.User, error) {
	u, ok, complete := p.people.find(name)
	if !ok && !complete {
		if err := p.readDirectory(ctx); err != nil {
			return chat.User{}, classify(op, err)
		}
		u, ok, _ = p.people.find(name)
	}
	if !ok {
		return chat.User{}, &chat.Error{Class: chat.Missing, Op: op, Err: errors.New("nobody in the workspace is called that")}
	}
	return u, nil
}

// directoryPage is how many people one call brings; Slack recommends no more than 200 and allows 1,000.
const directoryPage = 500

// warm reads who is in the workspace. The first page is awaited, so that most requests know who asks; the
// rest follows while the bot is already at work.
func (p *Platform) warm(ctx context.Context) *sync.WaitGroup {
	var rest sync.WaitGroup
	pages := p.api.GetUsersPaginated(slack.GetUsersOptionLimit(directoryPage), slack.GetUsersOptionIncludeLocale(true))
	pages, err := p.nextPage(ctx, pages)
	p.warmRooms(ctx)
	if _, limited := waitOf(err); err != nil && !limited {
		p.lost(ctx, pages, err)
		return &rest
	}
	rest.Go(func() { p.lost(ctx, pages, p.readRest(ctx, pages)) })
	return &rest
}

func (p *Platform) readDirectory(ctx context.Context) error {
	pages := p.api.GetUsersPaginated(slack.GetUsersOptionLimit(directoryPage), slack.GetUsersOptionIncludeLocale(true))
	if err := p.readRest(ctx, pages); !pages.Done(err) {
		return err
	}
	return nil
}

// readRest reads page after page and waits where Slack asks for it.
func (p *Platform) readRest(ctx context.Context, pages slack.UserPagination) error {
	for {
		next, err := p.nextPage(ctx, pages)
		if wait, limited := waitOf(err); limited {
			if err := pause(ctx, max(wait, p.cfg.Backoff)); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			if pages.Done(err) {
				p.people.finished()
			}
			return err
		}
		pages = next
	}
}

func (p *Platform) nextPage(ctx context.Context, pages slack.UserPagination) (slack.UserPagination, error) {
	next, err := asked(ctx, p, pages.Next)
	for i := range next.Users {
		if err == nil {
			p.people.learn(&next.Users[i])
		}
	}
	return next, err
}

// lost logs why the directory is not complete.
func (p *Platform) lost(ctx context.Context, pages slack.UserPagination, err error) {
	if pages.Done(err) {
		p.people.finished()
		return
	}
	if ctx.Err() == nil {
		p.cfg.Log.Warn().Err(classify("read the directory", err)).Msg("names will be looked up one by one")
	}
}

func waitOf(err error) (time.Duration, bool) {
	var e *chat.Error
	if errors.As(classify("", err), &e) && e.Class == chat.Limited {
		return e.Wait, true
	}
	return 0, false
}

// by is who sent a request, from memory and what came along. Who is not known is looked up afterwards.
func (p *Platform) by(id, handle string) chat.User {
	if u, ok := p.people.get(chat.UserID(id)); ok {
		return u
	}
	if id != "" && p.people.ask(chat.UserID(id)) {
		p.later(func(ctx context.Context) {
			if _, err := p.byID(ctx, "look up person "+id, chat.UserID(id)); err != nil {
				p.cfg.Log.Warn().Err(err).Msg("somebody stays without a name")
			}
		})
	}
	return chat.User{ID: chat.UserID(id), Handle: first(handle, id), Name: first(handle, id)}
}
