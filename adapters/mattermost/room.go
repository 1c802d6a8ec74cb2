package mattermost

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// What a channel holds, in runes (server: model/channel.go).
const (
	maxDisplay = 64
	maxHeader  = 1024
)

// tries is how many names are tried for one room before giving up.
const tries = 20

var roomNames = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// open creates a room. A channel stores no properties, so the action's key travels, shortened to a mark,
// in its purpose; that is where a room opened by an earlier try is recognised.
func (p *Platform) open(ctx context.Context, a chat.Action) (chat.Result, error) {
	op := fmt.Sprintf("open room %q", a.Spec.Name)
	if !roomNames.MatchString(a.Spec.Name) {
		return chat.Result{}, &chat.Error{Class: chat.Invalid, Op: op, Code: "not a channel name"}
	}
	for n := 1; n <= tries; n++ {
		name := a.Spec.Name
		if n > 1 {
			name = fmt.Sprintf("%s-%d", a.Spec.Name, n)
		}
		ch, err := p.create(ctx, op, a, name)
		if isID(err, idNameTaken) {
			ch, err = p.mine(ctx, op, a.Key, name)
		}
		if err != nil {
			return chat.Result{}, err
		}
		if ch != nil {
			return chat.Result{Room: chat.RoomID(ch.Id), RoomName: ch.Name, URL: p.channelURL(ch.Name)}, nil
		}
	}
	return chat.Result{}, &chat.Error{Class: chat.Invalid, Op: op, Code: "all names taken"}
}

func (p *Platform) create(ctx context.Context, op string, a chat.Action, name string) (*model.Channel, error) {
	kind := model.ChannelTypeOpen
	if a.Spec.Private {
		kind = model.ChannelTypePrivate
	}
	title := inline(a.Spec.Title)
	if strings.TrimSpace(title) == "" {
		title = name
	}
	ch := &model.Channel{
		TeamId: p.team(), Name: name, Type: kind,
		DisplayName: cut(quell(title), maxDisplay),
		Header:      cut(escape(inline(a.Spec.Topic), true), maxHeader),
		Purpose:     "Opened by sitrep. " + mark(a.Key),
	}
	return call(ctx, p, op, func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.CreateChannel(ctx, ch)
	})
}

// mine is the channel of that name when this action opened it, nil when somebody or something else did.
func (p *Platform) mine(ctx context.Context, op, key, name string) (*model.Channel, error) {
	ch, err := call(ctx, p, op, func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.GetChannelByNameIncludeDeleted(ctx, name, p.team(), "")
	})
	switch {
	case err != nil && (chat.ClassOf(err) == chat.Missing || chat.ClassOf(err) == chat.Forbidden):
		return nil, nil // a private channel the bot is not in
	case err != nil:
		return nil, err
	case ch.CreatorId == p.botID() && strings.HasSuffix(ch.Purpose, mark(key)):
		return ch, nil
	}
	return nil, nil
}

// mark is a short form of a key that says nothing to people.
func mark(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "(" + hex.EncodeToString(sum[:6]) + ")"
}

// invite brings people in side by side; the server takes one a call.
func (p *Platform) invite(ctx context.Context, a chat.Action) (chat.Result, error) {
	errs := make([]error, len(a.People))
	var all sync.WaitGroup
	gate := make(chan struct{}, 8)
	for i, user := range a.People {
		all.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			errs[i] = p.add(ctx, a.Room, user)
		})
	}
	all.Wait()
	var out chat.Result
	for i, err := range errs {
		switch cause := refusal(err); {
		case err == nil:
		case cause == "":
			return chat.Result{}, err
		default:
			out.Refused = append(out.Refused, chat.Refused{User: a.People[i], Cause: cause})
		}
	}
	return out, nil
}

func (p *Platform) add(ctx context.Context, room chat.RoomID, user chat.UserID) error {
	if !model.IsValidId(string(user)) {
		return &chat.Error{Class: chat.Missing, Op: "invite", Code: idNoSuchUser}
	}
	_, err := call(ctx, p, p.about("invite %s", user), func(ctx context.Context) (*model.ChannelMember, *model.Response, error) {
		return p.api.AddChannelMember(ctx, string(room), string(user))
	})
	return err
}

// refusal is why one person cannot come, or nothing when the trouble is not about the person.
func refusal(err error) string {
	switch {
	case isID(err, idNotInTeam):
		return "not in this team"
	case isID(err, idNoSuchUser):
		return "no such account"
	case isID(err, idDeactivated, idDeactivated2):
		return "account is deactivated"
	}
	return ""
}

func (p *Platform) remove(ctx context.Context, a chat.Action) error {
	for _, user := range a.People {
		err := exec(ctx, p, p.about("remove %s", user), func(ctx context.Context) (*model.Response, error) {
			return p.api.RemoveUserFromChannel(ctx, string(a.Room), string(user))
		})
		if err != nil && !isID(err, idNotMember, idNoSuchUser) {
			return err
		}
	}
	return nil
}

// topic sets the header. The server says nothing in the channel when it is that already.
func (p *Platform) topic(ctx context.Context, a chat.Action) error {
	header := cut(escape(inline(a.Text), true), maxHeader)
	_, err := call(ctx, p, "set the topic", func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.PatchChannel(ctx, string(a.Room), &model.ChannelPatch{Header: &header})
	})
	return err
}

func (p *Platform) archive(ctx context.Context, a chat.Action) error {
	err := exec(ctx, p, "archive the room", func(ctx context.Context) (*model.Response, error) {
		return p.api.DeleteChannel(ctx, string(a.Room))
	})
	if isID(err, idArchivedTwice) {
		return nil
	}
	return err
}

// channel finds a channel by what an admin wrote.
func (p *Platform) channel(ctx context.Context, written string) (*model.Channel, error) {
	name := strings.ToLower(strings.TrimLeft(strings.TrimSpace(written), "~#"))
	op := "find channel " + written
	if name == "" || strings.ContainsAny(name, "/ ?") {
		return nil, &chat.Error{Class: chat.Missing, Op: op, Code: "not a channel name"}
	}
	ch, err := call(ctx, p, op, func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.GetChannelByName(ctx, name, p.team(), "")
	})
	if err != nil && chat.ClassOf(err) == chat.Missing && model.IsValidId(name) {
		ch, err = call(ctx, p, op, func(ctx context.Context) (*model.Channel, *model.Response, error) {
			return p.api.GetChannel(ctx, name)
		})
	}
	var failed *chat.Error
	if errors.As(err, &failed) && failed.Class == chat.Missing {
		failed.Hint = "create the channel, or add the bot to it when it is private"
	}
	return ch, err
}

// enter makes the bot a member of a public channel. Being one already changes nothing.
func (p *Platform) enter(ctx context.Context, channel string) error {
	_, err := call(ctx, p, "enter the channel", func(ctx context.Context) (*model.ChannelMember, *model.Response, error) {
		return p.api.AddChannelMember(ctx, channel, p.botID())
	})
	return err
}

// about names a person in an operation the way people know them.
func (p *Platform) about(format string, user chat.UserID) string {
	name, ok := p.handle(user)
	if !ok {
		name = string(user)
	}
	return fmt.Sprintf(format, "@"+name)
}

func (p *Platform) channelURL(name string) string {
	return p.cfg.URL + "/" + p.cfg.Team + "/channels/" + name
}
