package slack

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// post says something, after a look when an earlier try may have said it.
func (p *Platform) post(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	op := "post in " + p.called(a.Room)
	drafts := drafts(a.Body)
	if len(drafts) == 0 {
		return chat.Result{}, invalid(op, "there is nothing to say")
	}
	self, err := p.me(ctx)
	if err != nil {
		return chat.Result{}, err
	}
	if again {
		found, err := p.look(ctx, a, p.posted(self, a.Key))
		if err != nil {
			return chat.Result{}, stillUnsure(op, err)
		}
		if found != "" {
			p.pinSoon(a, found)
			return p.result(a.Room, found), nil
		}
	}
	ts, err := p.degrade(ctx, a.Room, op, drafts, func(ctx context.Context, d draft) (string, error) {
		options := append(d.options(), slack.MsgOptionPost(), slack.MsgOptionMetadata(metadata(a.Key)), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		if a.Thread != "" {
			options = append(options, slack.MsgOptionTS(string(a.Thread)))
		}
		_, ts, _, err := p.api.SendMessageContext(ctx, string(a.Room), options...)
		return ts, err
	})
	if err != nil {
		return chat.Result{}, classify(op, err)
	}
	p.pinSoon(a, chat.MessageID(ts))
	return p.result(a.Room, chat.MessageID(ts)), nil
}

// pinSoon pins what was posted, if that was asked for. It is said already, so nothing waits for the pin.
func (p *Platform) pinSoon(a chat.Action, message chat.MessageID) {
	if !a.Pinned {
		return
	}
	p.later(func(ctx context.Context) {
		p.insist(ctx, "pin a message in "+p.called(a.Room), func(ctx context.Context) error {
			err := p.api.AddPinContext(ctx, string(a.Room), slack.NewRefToMessage(string(a.Room), string(message)))
			return excused(err, "already_pinned")
		})
	})
}

func (p *Platform) result(room chat.RoomID, message chat.MessageID) chat.Result {
	return chat.Result{Room: room, Message: message, URL: p.permalink(room, message)}
}

// stillUnsure is a look that failed: whether the action was done is as open as before. What can never be
// looked at stays what it is, so that somebody learns of it.
func stillUnsure(op string, err error) error {
	err = classify(op, err)
	var e *chat.Error
	if errors.As(err, &e) && e.Class == chat.Temporary {
		e.Class = chat.Unsure
	}
	return err
}

// edit replaces a message. The last edit wins.
func (p *Platform) edit(ctx context.Context, a chat.Action) (chat.Result, error) {
	op := "edit a message in " + p.called(a.Room)
	drafts := drafts(a.Body)
	if len(drafts) == 0 {
		return chat.Result{}, invalid(op, "there is nothing to say")
	}
	_, err := p.degrade(ctx, a.Room, op, drafts, func(ctx context.Context, d draft) (string, error) {
		_, ts, _, err := p.api.SendMessageContext(ctx, string(a.Room), append(d.options(), slack.MsgOptionUpdate(string(a.Message)))...)
		return ts, err
	})
	if err != nil {
		return chat.Result{}, classify(op, err)
	}
	return p.result(a.Room, a.Message), nil
}

// tooRich are refusals of how a message looks, not of what it says.
var tooRich = []string{
	"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_too_long", "msg_blocks_too_long", "block_mismatch",
}

// degrade says something in the richest form that Slack takes. That a plainer one was needed is a fault of
// ours, so it is logged.
func (p *Platform) degrade(ctx context.Context, room chat.RoomID, op string, drafts []draft, send func(context.Context, draft) (string, error)) (string, error) {
	var ts string
	var err error
	for _, d := range drafts {
		err = p.inside(ctx, room, func(ctx context.Context) error {
			var err error
			ts, err = send(ctx, d)
			if err == nil && ts == "" {
				err = errSilent
			}
			return err
		})
		if !slices.Contains(tooRich, code(err)) {
			return ts, err
		}
		p.cfg.Log.Error().Err(classify(op, err)).Msg("slack refuses the look of a message, sending it plainer")
	}
	return ts, err
}

// upload posts a small file. Slack shares it some time after it has said ok, and now and then never, so
// nothing is done before the message is seen.
func (p *Platform) upload(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	op := "upload " + a.File.Name + " to " + p.called(a.Room)
	if len(a.File.Data) == 0 || a.File.Name == "" {
		return chat.Result{}, invalid(op, "the file has no name or nothing in it")
	}
	self, err := p.me(ctx)
	if err != nil {
		return chat.Result{}, err
	}
	is := p.uploaded(self, a.Key)
	if again {
		found, err := p.look(ctx, a, is)
		if err != nil {
			return chat.Result{}, stillUnsure(op, err)
		}
		if found != "" {
			return p.result(a.Room, found), nil
		}
	}
	if err := p.inside(ctx, a.Room, func(ctx context.Context) error { return p.send(ctx, a) }); err != nil {
		return chat.Result{}, classify(op, err)
	}
	found, err := p.look(ctx, a, is)
	if err != nil {
		return chat.Result{}, stillUnsure(op, err)
	}
	if found == "" {
		return chat.Result{}, &chat.Error{Class: chat.Unsure, Op: op, Err: errors.New("slack took the file and has not shown it yet")}
	}
	return p.result(a.Room, found), nil
}

func (p *Platform) send(ctx context.Context, a chat.Action) error {
	comment, _ := cutBytes(fallback(a.Body), maxFallback)
	_, err := p.api.UploadFileContext(ctx, slack.UploadFileParameters{
		Filename: path.Base(a.File.Name), Title: a.File.Name + fileMark(a.Key), Reader: bytes.NewReader(a.File.Data), FileSize: len(a.File.Data),
		Channel: string(a.Room), ThreadTimestamp: string(a.Thread), InitialComment: strings.TrimSpace(comment),
	})
	return err
}
