package mattermost

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// propKey is the property of a post that carries an action's key.
const propKey = "sitrep_key"

// propAttachments is where the server looks for attachments.
const propAttachments = "attachments"

// post says something in a room.
func (p *Platform) post(ctx context.Context, a chat.Action, room chat.RoomID, files []string, again bool) (chat.Result, error) {
	op := "post in the room"
	if err := known(op, string(room)); err != nil {
		return chat.Result{}, err
	}
	if a.Body.Empty() && len(files) == 0 {
		return chat.Result{}, &chat.Error{Class: chat.Invalid, Op: op, Code: "nothing to say"}
	}
	if again {
		found, err := p.find(ctx, room, a.Key)
		if err != nil {
			return chat.Result{}, err
		}
		if found != nil {
			return p.posted(found, a.Key), nil
		}
	}
	post, err := p.compose(ctx, a, room)
	if err != nil {
		return chat.Result{}, err
	}
	post.FileIds = files
	created, err := p.create1(ctx, op, post)
	if err != nil {
		return chat.Result{}, err
	}
	return p.posted(created, a.Key), nil
}

// compose is the post that says a.
func (p *Platform) compose(ctx context.Context, a chat.Action, room chat.RoomID) (*model.Post, error) {
	if err := p.meet(ctx, mentioned(a.Body)); err != nil && chat.ClassOf(err) != chat.Missing {
		return nil, retriable(err)
	}
	out := p.cardRenderer(room, a.Key).render(a.Body)
	post := &model.Post{
		ChannelId: string(room), RootId: string(a.Thread), Message: out.text,
		PendingPostId: p.seal.pending(a.Key),
		Props:         props(a.Key, out.attachments),
		IsPinned:      a.Pinned,
	}
	return post, nil
}

// retriable is the error of a look-up before the action itself: whatever it was, nothing has happened.
func retriable(err error) error {
	if failed, ok := errors.AsType[*chat.Error](err); ok && failed.Class == chat.Unsure {
		failed.Class = chat.Temporary
	}
	return err
}

func props(key string, attachments []*model.MessageAttachment) model.StringInterface {
	all := model.StringInterface{propKey: key}
	if len(attachments) > 0 {
		all[propAttachments] = attachments
	}
	return all
}

// create1 creates one post. The server gives back an earlier post for the same pending id within half a
// minute; since everybody in the channel can read that id, what comes back must be ours.
func (p *Platform) create1(ctx context.Context, op string, post *model.Post) (*model.Post, error) {
	created, err := call(ctx, p, op, func(ctx context.Context) (*model.Post, *model.Response, error) {
		return p.api.CreatePost(ctx, post)
	})
	if err != nil || created.UserId == p.botID() && created.ChannelId == post.ChannelId {
		return created, err
	}
	post.PendingPostId = model.NewId()
	return call(ctx, p, op, func(ctx context.Context) (*model.Post, *model.Response, error) {
		return p.api.CreatePost(ctx, post)
	})
}

func (p *Platform) posted(post *model.Post, key string) chat.Result {
	p.cards.put(post.Id, post.ChannelId, key)
	return chat.Result{
		Room: chat.RoomID(post.ChannelId), Message: chat.MessageID(post.Id), URL: p.postURL(post.Id),
	}
}

// edit replaces a post. Its properties are replaced as a whole, so the key goes along again.
func (p *Platform) edit(ctx context.Context, a chat.Action) (chat.Result, error) {
	op := "edit the message"
	if err := known(op, string(a.Message)); err != nil {
		return chat.Result{}, err
	}
	if err := p.meet(ctx, mentioned(a.Body)); err != nil && chat.ClassOf(err) != chat.Missing {
		return chat.Result{}, err
	}
	out := p.editRenderer(a.Room, a.Message).render(a.Body)
	key := a.Key
	if before, ok := p.cards.get(string(a.Message)); ok {
		key = before.key // so that a button pressed at this very moment still finds its card
	}
	all := props(key, out.attachments)
	post, err := call(ctx, p, op, func(ctx context.Context) (*model.Post, *model.Response, error) {
		return p.api.PatchPost(ctx, string(a.Message), &model.PostPatch{Message: &out.text, Props: &all})
	})
	if chat.ClassOf(err) == chat.Forbidden && err != nil {
		err = p.gone(ctx, op, a.Message, err)
	}
	if err != nil {
		return chat.Result{}, err
	}
	return p.posted(post, key), nil
}

// gone tells a message that is not there from one that may not be touched: the server says the same of
// both.
func (p *Platform) gone(ctx context.Context, op string, id chat.MessageID, refused error) error {
	_, err := call(ctx, p, op, func(ctx context.Context) (*model.Post, *model.Response, error) {
		return p.api.GetPost(ctx, string(id), "")
	})
	if chat.ClassOf(err) == chat.Missing && err != nil {
		return err
	}
	return refused
}

func (p *Platform) pin(ctx context.Context, a chat.Action) error {
	if err := known("pin the message", string(a.Message)); err != nil {
		return err
	}
	return exec(ctx, p, "pin the message", func(ctx context.Context) (*model.Response, error) {
		return p.api.PinPost(ctx, string(a.Message))
	})
}

// direct says something to one person in private.
func (p *Platform) direct(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if len(a.People) == 0 {
		return chat.Result{}, &chat.Error{Class: chat.Invalid, Op: "write in private", Code: "nobody named"}
	}
	room, err := p.privateRoom(ctx, a.People[0])
	if err != nil {
		return chat.Result{}, err
	}
	var result chat.Result
	err = p.insist(ctx, string(room), func() (err error) {
		result, err = p.post(ctx, a, room, nil, again)
		return err
	})
	return result, err
}

// privateRoom is the channel between the bot and a person. Asking for it again gives the same one.
func (p *Platform) privateRoom(ctx context.Context, user chat.UserID) (chat.RoomID, error) {
	if id, ok := p.dms.Load(user); ok {
		return id.(chat.RoomID), nil
	}
	op := p.about("write to %s", user)
	if err := known(op, string(user)); err != nil {
		return "", err
	}
	ch, err := call(ctx, p, op, func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.CreateDirectChannel(ctx, p.botID(), string(user))
	})
	if err != nil {
		return "", retriable(err)
	}
	p.dms.Store(user, chat.RoomID(ch.Id))
	return chat.RoomID(ch.Id), nil
}

// upload posts a file. The file alone is invisible; what counts is the post that carries it.
func (p *Platform) upload(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	op := fmt.Sprintf("upload %q", a.File.Name)
	if err := known(op, string(a.Room)); err != nil {
		return chat.Result{}, err
	}
	if again {
		if found, err := p.find(ctx, a.Room, a.Key); err != nil || found != nil {
			return p.foundOr(found, a.Key), err
		}
	}
	sent, err := call(ctx, p, op, func(ctx context.Context) (*model.FileUploadResponse, *model.Response, error) {
		return p.api.UploadFile(ctx, a.File.Data, string(a.Room), clean(a.File.Name))
	})
	if err != nil {
		return chat.Result{}, retriable(err)
	}
	if len(sent.FileInfos) == 0 {
		return chat.Result{}, &chat.Error{Class: chat.Temporary, Op: op, Code: "no file came back"}
	}
	return p.post(ctx, a, a.Room, []string{sent.FileInfos[0].Id}, false)
}

func (p *Platform) foundOr(post *model.Post, key string) chat.Result {
	if post == nil {
		return chat.Result{}
	}
	return p.posted(post, key)
}

// find looks for a post of ours with this key in the newest thousand posts of a room.
func (p *Platform) find(ctx context.Context, room chat.RoomID, key string) (*model.Post, error) {
	const pages, size = 5, 200 // 200 is the most the server gives at once
	for page := range pages {
		list, err := call(ctx, p, "look for an earlier try", func(ctx context.Context) (*model.PostList, *model.Response, error) {
			return p.api.GetPostsForChannel(ctx, string(room), page, size, "", false, false)
		})
		if err != nil {
			return nil, stillUnsure(err)
		}
		posts := list.ToSlice()
		at := slices.IndexFunc(posts, func(post *model.Post) bool {
			return post.UserId == p.botID() && post.DeleteAt == 0 && post.GetProp(propKey) == key
		})
		if at >= 0 {
			return posts[at], nil
		}
		if len(list.Order) < size {
			break
		}
	}
	return nil, nil
}

// stillUnsure keeps an action unsure when looking for it did not work out for now.
func stillUnsure(err error) error {
	if failed, ok := errors.AsType[*chat.Error](err); ok && failed.Class == chat.Temporary {
		failed.Class = chat.Unsure
	}
	return err
}

// known refuses an id that cannot be one of Mattermost's: to the server it would be an invalid address.
func known(op, id string) error {
	if model.IsValidId(id) {
		return nil
	}
	return &chat.Error{Class: chat.Missing, Op: op, Code: "unknown id"}
}

func (p *Platform) postURL(id string) string {
	return p.cfg.URL + "/" + p.cfg.Team + "/pl/" + id
}
