package mattermost

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// insist does something in a channel and, when the server forbids it for a reason that can be mended from
// here, mends it and does it once more. A refusal had no effect, so trying again is safe.
func (p *Platform) insist(ctx context.Context, channel string, do func() error) error {
	err := do()
	if err == nil || chat.ClassOf(err) != chat.Forbidden || !model.IsValidId(channel) {
		return err
	}
	again, missing := p.admit(ctx, channel)
	switch {
	case missing != nil:
		return missing
	case again:
		return do()
	}
	return err
}

// admit finds out why the bot may do nothing in a channel, and tells whether it may now. The server
// forbids in three cases that are not about permissions:
//
//   - the channel does not exist;
//   - the bot is not in a public channel, which it may enter;
//   - it is in the channel but the server does not know: its memory of who is where can be filled, right
//     after a channel was made, with what was true right before, and stays so for many minutes. Writing an
//     empty change to the bot's own membership makes it forget (seen on 9.9).
func (p *Platform) admit(ctx context.Context, channel string) (again bool, missing error) {
	const op = "look whether the bot is in the channel"
	_, err := call(ctx, p, op, func(ctx context.Context) (*model.ChannelMember, *model.Response, error) {
		return p.api.GetChannelMember(ctx, channel, p.botID(), "")
	})
	if err == nil {
		return false, nil // it is in, and the server knows: the refusal stands
	}
	err = exec(ctx, p, op, func(ctx context.Context) (*model.Response, error) {
		return p.api.UpdateChannelNotifyProps(ctx, channel, p.botID(), map[string]string{})
	})
	if err == nil {
		return true, nil
	}
	ch, err := call(ctx, p, op, func(ctx context.Context) (*model.Channel, *model.Response, error) {
		return p.api.GetChannel(ctx, channel)
	})
	if err == nil {
		return ch.Type == model.ChannelTypeOpen && p.enter(ctx, channel) == nil, nil
	}
	if chat.ClassOf(err) == chat.Missing {
		missing = err
	}
	return false, missing
}
