package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Do implements [chat.Platform].
func (p *Platform) Do(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if a.Room != "" {
		p.rooms.touch(a.Room)
	}
	switch a.Verb {
	case chat.OpenRoom:
		return p.open(ctx, a, again)
	case chat.Invite:
		return p.invite(ctx, a)
	case chat.Remove:
		return chat.Result{}, p.remove(ctx, a)
	case chat.Topic:
		return chat.Result{}, p.setTopic(ctx, a.Room, a.Text)
	case chat.Post:
		return p.post(ctx, a, again)
	case chat.Edit:
		return p.edit(ctx, a)
	case chat.Pin:
		return chat.Result{}, p.pin(ctx, a)
	case chat.Bookmark:
		return chat.Result{}, p.bookmark(ctx, a)
	case chat.Direct:
		return p.direct(ctx, a, again)
	case chat.Upload:
		return p.upload(ctx, a, again)
	case chat.Archive:
		return chat.Result{}, p.archive(ctx, a)
	case chat.Home:
		return chat.Result{}, p.home(ctx, a)
	}
	return chat.Result{}, invalid(string(a.Verb), "Slack knows no such action")
}

// called is how a room is named in errors.
func (p *Platform) called(id chat.RoomID) string { return first(p.rooms.name(id), string(id)) }

// inside makes a call about a room; when the bot turns out not to be in it, it joins and tries once more.
// A private channel cannot be joined: then the first refusal stands.
func (p *Platform) inside(ctx context.Context, room chat.RoomID, call func(context.Context) error) error {
	err := p.tell(ctx, call)
	if code(err) != "not_in_channel" {
		return err
	}
	joined := p.tell(ctx, func(ctx context.Context) error {
		_, _, _, err := p.api.JoinConversationContext(ctx, string(room))
		return err
	})
	if joined != nil {
		return err
	}
	return p.tell(ctx, call)
}

// excused lets refusals pass that mean that an action's effect is there already.
func excused(err error, codes ...string) error {
	if slices.Contains(codes, code(err)) {
		return nil
	}
	return err
}

func (p *Platform) remove(ctx context.Context, a chat.Action) error {
	for _, user := range a.People {
		err := p.inside(ctx, a.Room, func(ctx context.Context) error {
			return p.api.KickUserFromConversationContext(ctx, string(a.Room), string(user))
		})
		if err := excused(err, "not_in_channel", "user_not_found"); err != nil {
			return classify("remove "+string(user)+" from "+p.called(a.Room), err)
		}
	}
	return nil
}

// maxTopic is in characters of the escaped text; Slack counts them like that.
const maxTopic = 250

// setTopic does nothing when the topic is that already, because each call posts a line into the room.
func (p *Platform) setTopic(ctx context.Context, room chat.RoomID, topic string) error {
	op := "set the topic of " + p.called(room)
	topic = cutEscaped(oneLine(topic), maxTopic)
	was, known := p.rooms.topic(room)
	if !known {
		ch, err := p.info(ctx, room)
		if err != nil {
			return classify(op, err)
		}
		was = ch.Topic.Value
	}
	if was == topic {
		return nil
	}
	err := p.inside(ctx, room, func(ctx context.Context) error {
		_, err := p.api.SetTopicOfConversationContext(ctx, string(room), topic)
		return err
	})
	if err == nil {
		p.rooms.setTopic(room, topic)
	}
	return classify(op, err)
}

func (p *Platform) pin(ctx context.Context, a chat.Action) error {
	err := p.inside(ctx, a.Room, func(ctx context.Context) error {
		return p.api.AddPinContext(ctx, string(a.Room), slack.NewRefToMessage(string(a.Room), string(a.Message)))
	})
	return classify("pin a message in "+p.called(a.Room), excused(err, "already_pinned"))
}

// maxBookmark is the length of a bookmark's title that people can still read; Slack names no limit.
const maxBookmark = 100

// bookmark looks first, because Slack keeps the same bookmark twice without a word.
func (p *Platform) bookmark(ctx context.Context, a chat.Action) error {
	op := "bookmark in " + p.called(a.Room)
	if !leads(a.URL) {
		return nil // Slack bookmarks http addresses only, and a bookmark is an ornament.
	}
	var there []slack.Bookmark
	err := p.inside(ctx, a.Room, func(ctx context.Context) error {
		var err error
		there, err = p.api.ListBookmarksContext(ctx, string(a.Room))
		return err
	})
	if err != nil {
		return classify(op, err)
	}
	if slices.ContainsFunc(there, func(b slack.Bookmark) bool { return b.Link == a.URL }) {
		return nil
	}
	title := cut(oneLine(a.Text), maxBookmark)
	err = p.tell(ctx, func(ctx context.Context) error {
		_, err := p.api.AddBookmarkContext(ctx, string(a.Room), slack.AddBookmarkParameters{Title: first(title, a.URL), Type: "link", Link: a.URL})
		return err
	})
	return classify(op, excused(err, "too_many_bookmarks"))
}

// archive is done as well when the room is archived already. Archiving throws the bot out of the room, so a
// second try sees a room it is not in, or, when it is private, none at all.
func (p *Platform) archive(ctx context.Context, a chat.Action) error {
	op := "archive " + p.called(a.Room)
	if p.rooms.isArchived(a.Room) {
		return nil
	}
	err := p.tell(ctx, func(ctx context.Context) error { return p.api.ArchiveConversationContext(ctx, string(a.Room)) })
	if code(err) == "not_in_channel" {
		ch, infoErr := p.info(ctx, a.Room)
		if infoErr == nil && !ch.IsArchived {
			err = p.inside(ctx, a.Room, func(ctx context.Context) error { return p.api.ArchiveConversationContext(ctx, string(a.Room)) })
		} else if infoErr == nil {
			err = nil
		}
	}
	if err = excused(err, "already_archived"); err == nil {
		p.rooms.archive(a.Room)
	}
	return classify(op, err)
}

// home publishes somebody's home tab.
func (p *Platform) home(ctx context.Context, a chat.Action) error {
	if len(a.People) == 0 {
		return invalid("show a home page", "nobody is named")
	}
	return p.publish(ctx, a.People[0], a.Body)
}

func (p *Platform) publish(ctx context.Context, user chat.UserID, body chat.Message) error {
	err := p.tell(ctx, func(ctx context.Context) error {
		_, err := p.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: string(user), View: homeTab(body)})
		return err
	})
	if code(err) == "not_enabled" {
		return nil // The app has no home tab; there is nothing to show and nobody to tell.
	}
	return classify("show the home page of "+string(user), err)
}

// direct speaks to one person in private.
func (p *Platform) direct(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if len(a.People) == 0 {
		return chat.Result{}, invalid("write a direct message", "nobody is named")
	}
	room, err := p.conversation(ctx, a.People[0])
	if err != nil {
		return chat.Result{}, err
	}
	a.Room, a.Thread = room, ""
	return p.post(ctx, a, again)
}

// conversation is the private one between the bot and a person. Opening it twice gives the same.
func (p *Platform) conversation(ctx context.Context, user chat.UserID) (chat.RoomID, error) {
	if room, ok := p.rooms.direct(user); ok {
		return room, nil
	}
	op := "write to " + string(user)
	ch, err := asked(ctx, p, func(ctx context.Context) (*slack.Channel, error) {
		ch, _, _, err := p.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{string(user)}})
		return ch, err
	})
	if err != nil {
		return "", classify(op, err)
	}
	if ch == nil || ch.ID == "" {
		return "", classify(op, errSilent)
	}
	p.rooms.setDirect(user, chat.RoomID(ch.ID))
	return chat.RoomID(ch.ID), nil
}
