package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// eventType marks the metadata of the bot's posts.
const eventType = "sitrep_action"

// metadata carries an action's key to where it can be found again. Anybody in the workspace with API access
// can read it.
func metadata(key string) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{"key": key}}
}

const (
	lookPage  = 200 // messages in a call
	lookPages = 5   // calls in a look
)

// look finds the message that an action posted whose answer was lost, empty when there is none. The first
// look can overtake the post, so a second follows.
func (p *Platform) look(ctx context.Context, a chat.Action, is func(slack.Message) bool) (chat.MessageID, error) {
	found, err := p.lookOnce(ctx, a, is)
	if err != nil || found != "" {
		return found, err
	}
	if err := pause(ctx, p.cfg.Recheck); err != nil {
		return "", err
	}
	return p.lookOnce(ctx, a, is)
}

func (p *Platform) lookOnce(ctx context.Context, a chat.Action, is func(slack.Message) bool) (chat.MessageID, error) {
	cursor := ""
	for range lookPages {
		var messages []slack.Message
		err := p.inside(ctx, a.Room, func(ctx context.Context) error {
			var err error
			messages, cursor, err = p.read(ctx, a, cursor)
			return err
		})
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			if is(m) {
				return chat.MessageID(m.Timestamp), nil
			}
		}
		if cursor == "" {
			return "", nil
		}
	}
	return "", nil
}

// read is one page of where an action would have spoken: the room, newest first, or the thread.
func (p *Platform) read(ctx context.Context, a chat.Action, cursor string) ([]slack.Message, string, error) {
	if a.Thread != "" {
		messages, _, next, err := p.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: string(a.Room), Timestamp: string(a.Thread), Cursor: cursor, Limit: lookPage, IncludeAllMetadata: true,
		})
		return messages, next, err
	}
	page, err := p.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: string(a.Room), Cursor: cursor, Limit: lookPage, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return page.Messages, page.ResponseMetaData.NextCursor, nil
}

// posted recognises the message of an action by the key in its metadata.
func (p *Platform) posted(self identity, key string) func(slack.Message) bool {
	return func(m slack.Message) bool {
		return m.BotID == self.bot && m.Metadata.EventType == eventType && m.Metadata.EventPayload["key"] == key
	}
}

// uploaded recognises the message of an upload, which can carry no metadata, by its file's title.
func (p *Platform) uploaded(self identity, key string) func(slack.Message) bool {
	return func(m slack.Message) bool {
		if m.BotID != self.bot && m.User != self.user {
			return false
		}
		for _, f := range m.Files {
			if strings.HasSuffix(f.Title, fileMark(key)) {
				return true
			}
		}
		return false
	}
}

// fileMark is how a file's title ends, so that it can be found again.
func fileMark(key string) string { return " (sitrep " + key + ")" }
