package room

import (
	"context"
	"fmt"
	"slices"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Do implements chat.Platform.
func (r *Room) Do(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if err := ctx.Err(); err != nil {
		return chat.Result{}, &chat.Error{Class: chat.Temporary, Op: string(a.Verb), Err: err}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if again {
		if found, ok := r.done(a); ok {
			if a.Verb == chat.Post && a.Pinned {
				a.Verb, a.Message = chat.Pin, found.Message
				return r.arrange(a)
			}
			return found, nil
		}
	}
	switch a.Verb {
	case chat.OpenRoom:
		return r.open(a)
	case chat.Post, chat.Upload:
		return r.post(a)
	case chat.Direct:
		return r.direct(a)
	case chat.Edit:
		return r.edit(a)
	case chat.Home:
		return r.home(a)
	case chat.Invite, chat.Remove, chat.Topic, chat.Pin, chat.Bookmark, chat.Archive:
		return r.arrange(a)
	}
	return chat.Result{}, fault(chat.Invalid, "verb", "", "do %q", a.Verb)
}

// done looks for what an earlier try of the action brought about.
func (r *Room) done(a chat.Action) (chat.Result, bool) {
	if a.Key == "" {
		return chat.Result{}, false
	}
	if a.Verb == chat.OpenRoom {
		for _, p := range r.places {
			if p.Key == a.Key {
				return r.roomResult(p), true
			}
		}
		return chat.Result{}, false
	}
	e, ok := r.byKey(a.Key)
	return r.result(e), ok
}

func (r *Room) result(e entry) chat.Result {
	return chat.Result{Room: e.Room, Message: e.ID, URL: r.link(e.Room, e.ID)}
}

func (r *Room) roomResult(p place) chat.Result {
	return chat.Result{Room: p.ID, RoomName: p.Name, URL: r.link(p.ID, "")}
}

// link leads to a room or message; empty when nobody said where people reach the server.
func (r *Room) link(room chat.RoomID, message chat.MessageID) string {
	if r.cfg.PublicURL == "" {
		return ""
	}
	url := r.cfg.PublicURL + "/room/#" + string(room)
	if message != "" {
		url += "/" + string(message)
	}
	return url
}

// unsaved is the error after which nobody knows what lies on the disk.
func unsaved(op string, err error) error {
	return &chat.Error{
		Class: chat.Unsure, Code: "not_saved", Op: op, Err: err,
		Hint: "look at the disk that holds the data folder: is it full or read-only?",
	}
}

func (r *Room) open(a chat.Action) (chat.Result, error) {
	if a.Spec.Name == "" {
		return chat.Result{}, fault(chat.Invalid, "name", "", "open a room without a name")
	}
	name := a.Spec.Name
	for n := 2; ; n++ {
		if _, taken := r.named(name); !taken {
			break
		}
		name = fmt.Sprintf("%s-%d", a.Spec.Name, n)
	}
	p := place{
		ID: hashed(fmt.Sprintf("room %d", r.opened+1)), Name: name, Title: line(a.Spec.Title, 300), Topic: line(a.Spec.Topic, maxTopic),
		Private: a.Spec.Private, Key: a.Key, Opened: r.opened + 1,
	}
	if err := r.keepPlace(p); err != nil {
		return chat.Result{}, unsaved(fmt.Sprintf("open room %q", name), err)
	}
	r.opened++
	return r.roomResult(p), nil
}

// goTo is the place an action is about, if anything can be done there.
func (r *Room) goTo(a chat.Action) (place, error) {
	p, ok := r.places[a.Room]
	if !ok {
		return p, fault(chat.Missing, "no_room", "", "%s in room %q", a.Verb, a.Room)
	}
	if p.Archived && a.Verb != chat.Archive {
		return p, fault(chat.Forbidden, "archived", "the room is archived", "%s in room %q", a.Verb, p.Name)
	}
	return p, nil
}

func (r *Room) post(a chat.Action) (chat.Result, error) {
	p, err := r.goTo(a)
	if err != nil {
		return chat.Result{}, err
	}
	if a.Body.Empty() && a.Verb == chat.Post {
		return chat.Result{}, fault(chat.Invalid, "empty", "", "post in %q", p.Name)
	}
	e := r.compose(p.ID, bot)
	e.Key, e.Body, e.Thread = a.Key, r.clean(a.Body), a.Thread
	if a.Verb == chat.Upload {
		if len(a.File.Data) > maxFile {
			return chat.Result{}, fault(chat.Invalid, "too_large", "", "upload %q to %q", a.File.Name, p.Name)
		}
		e.File = &chat.File{Name: line(a.File.Name, 120), Data: a.File.Data}
	}
	if err := r.keepEntry(e); err != nil {
		return chat.Result{}, unsaved(fmt.Sprintf("%s in %q", a.Verb, p.Name), err)
	}
	if a.Pinned {
		a.Verb, a.Message = chat.Pin, e.ID
		if _, err := r.arrange(a); err != nil {
			return chat.Result{}, err // tried again, it is found by its key and pinned then
		}
	}
	return r.result(e), nil
}

func (r *Room) direct(a chat.Action) (chat.Result, error) {
	if len(a.People) == 0 {
		return chat.Result{}, fault(chat.Invalid, "nobody", "", "direct message to nobody")
	}
	a.Room = directID(a.People[0])
	if _, ok := r.places[a.Room]; !ok {
		return chat.Result{}, fault(chat.Missing, "no_person", "add the person to people: in the config", "direct message to %q", a.People[0])
	}
	a.Verb = chat.Post
	return r.post(a)
}

func (r *Room) edit(a chat.Action) (chat.Result, error) {
	p, err := r.goTo(a)
	if err != nil {
		return chat.Result{}, err
	}
	e, ok := r.find(a.Room, a.Message)
	if !ok || e.For != "" {
		return chat.Result{}, fault(chat.Missing, "no_message", "", "edit message %q in %q", a.Message, p.Name)
	}
	if e.By != bot {
		return chat.Result{}, fault(chat.Forbidden, "not_mine", "only its author can edit a message", "edit message %q in %q", a.Message, p.Name)
	}
	if a.Body.Empty() {
		return chat.Result{}, fault(chat.Invalid, "empty", "", "edit message %q in %q", a.Message, p.Name)
	}
	e.Body, e.Edited = r.clean(a.Body), true
	if err := r.keepEntry(e); err != nil {
		return chat.Result{}, unsaved(fmt.Sprintf("edit message %q in %q", a.Message, p.Name), err)
	}
	return r.result(e), nil
}

func (r *Room) home(a chat.Action) (chat.Result, error) {
	if len(a.People) == 0 {
		return chat.Result{}, fault(chat.Invalid, "nobody", "", "home page of nobody")
	}
	who := a.People[0]
	if _, ok := r.people[who]; !ok {
		return chat.Result{}, fault(chat.Missing, "no_person", "", "home page of %q", who)
	}
	if err := r.keepHome(who, a.Body); err != nil {
		return chat.Result{}, unsaved(fmt.Sprintf("home page of %q", who), err)
	}
	return chat.Result{}, nil
}

func (r *Room) keepHome(who chat.UserID, body chat.Message) error {
	body = r.clean(body)
	if err := r.save(homeKey+string(who), body); err != nil {
		return err
	}
	r.homes[who] = body
	r.tell(change{kind: homeChanged, person: who})
	return nil
}

// arrange changes the room itself: who is in it, what is on top of it.
func (r *Room) arrange(a chat.Action) (chat.Result, error) {
	p, err := r.goTo(a)
	if err != nil {
		return chat.Result{}, err
	}
	result := r.roomResult(p)
	is := p
	switch a.Verb {
	case chat.Invite:
		is.Members, result.Refused = r.invite(p, a.People)
	case chat.Remove:
		is.Members = without(p.Members, a.People)
	case chat.Topic:
		is.Topic = line(a.Text, maxTopic)
	case chat.Archive:
		is.Archived = true
	case chat.Bookmark:
		is.Bookmarks = bookmarked(p.Bookmarks, a)
	case chat.Pin:
		if _, ok := r.find(a.Room, a.Message); !ok {
			return chat.Result{}, fault(chat.Missing, "no_message", "", "pin message %q in %q", a.Message, p.Name)
		}
		is.Pins = added(p.Pins, a.Message)
		result = chat.Result{Room: a.Room, Message: a.Message}
	default: // what concerns messages is done elsewhere
	}
	if err := r.keepPlace(is); err != nil {
		return chat.Result{}, unsaved(fmt.Sprintf("%s in %q", a.Verb, p.Name), err)
	}
	if a.Verb == chat.Pin {
		r.tell(change{kind: messageChanged, room: a.Room, message: a.Message})
	}
	return result, nil
}

func (r *Room) invite(p place, people []chat.UserID) (members []chat.UserID, refused []chat.Refused) {
	members = slices.Clone(p.Members)
	for _, who := range people {
		u, known := r.people[who]
		switch {
		case !known:
			refused = append(refused, chat.Refused{User: who, Cause: "not among the people of this room"})
		case u.Bot:
			refused = append(refused, chat.Refused{User: who, Cause: "a bot"})
		default:
			members = added(members, who)
		}
	}
	return members, refused
}

func bookmarked(was []bookmark, a chat.Action) []bookmark {
	if !leads(a.URL) {
		return was
	}
	return added(was, bookmark{Text: line(a.Text, 80), URL: a.URL})
}

func added[T comparable](list []T, item T) []T {
	if slices.Contains(list, item) {
		return list
	}
	return append(slices.Clone(list), item)
}

func without[T comparable](list, gone []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(item T) bool { return slices.Contains(gone, item) })
}
