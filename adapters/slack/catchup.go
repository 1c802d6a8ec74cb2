package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// catchUpPage is how far back a room is read after a gap.
const catchUpPage = 100

// catchUp looks for pushpins that were put while nobody was listening: Slack does not deliver over a socket
// what it could not deliver then for long. Commands, presses and forms of the gap are lost; people saw
// them fail.
func (p *Platform) catchUp(ctx context.Context) {
	for _, room := range p.rooms.lately() {
		if ctx.Err() != nil {
			return
		}
		page, err := asked(ctx, p, func(ctx context.Context) (*slack.GetConversationHistoryResponse, error) {
			return p.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: string(room), Limit: catchUpPage})
		})
		if _, limited := waitOf(err); limited {
			return
		}
		if err != nil {
			continue // Left, archived, gone: nothing to catch up on.
		}
		for _, m := range page.Messages {
			p.catchUpOn(ctx, room, m)
		}
	}
}

func (p *Platform) catchUpOn(ctx context.Context, room chat.RoomID, m slack.Message) {
	for _, reaction := range m.Reactions {
		if reaction.Name != pushpin {
			continue
		}
		for _, user := range reaction.Users {
			p.words.put(room, chat.MessageID(m.Timestamp), original{user: m.User, bot: m.BotID, text: m.Text})
			r, err := p.reactedRequest(ctx, user, room, chat.MessageID(m.Timestamp), "")
			if err != nil || p.told.has(r.Delivery) || p.itself(user) {
				continue
			}
			if next := p.heardEvent(ctx, r); next.then != nil {
				p.later(next.then)
			}
		}
	}
}

func (p *Platform) itself(user string) bool {
	self := p.self.Load()
	return self != nil && self.user == user
}

func (m *memory) has(s string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[s]
}
