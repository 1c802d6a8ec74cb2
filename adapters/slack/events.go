package slack

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// onEvent takes an event. What is not for the bot is acknowledged and forgotten.
func (p *Platform) onEvent(ctx context.Context, e event) reply {
	switch e.Type {
	case "reaction_added":
		return p.onReaction(ctx, e)
	case "message":
		return p.onMessage(ctx, e)
	case "app_home_opened":
		return p.onHome(ctx, e)
	case "user_change", "team_join":
		if u, err := parse[slack.User]("a user", e.UserRaw); err == nil && u.ID != "" {
			p.people.learn(&u)
		}
	case "tokens_revoked", "app_uninstalled":
		p.cfg.Log.Error().Str("event", e.Type).Msg("slack took the app's tokens away; install it again")
	}
	return reply{}
}

// onReaction hears a pushpin. What it is on is usually known; when Slack must be asked and does not
// answer, the event is left unacknowledged, and comes again.
func (p *Platform) onReaction(ctx context.Context, e event) reply {
	self := p.self.Load()
	user := id(e.UserRaw)
	if e.Reaction != pushpin || e.Item.Type != "message" || (self != nil && user == self.user) {
		return reply{}
	}
	r, err := p.reactedRequest(ctx, user, chat.RoomID(e.Item.Channel), chat.MessageID(e.Item.TS), e.EventTS)
	if err != nil {
		err = classify("read what was pinned", err)
		p.cfg.Log.Warn().Err(err).Msg("a pushpin cannot be read")
		switch chat.ClassOf(err) {
		case chat.Missing, chat.Forbidden, chat.Invalid:
			return reply{}
		default:
			return reply{again: true}
		}
	}
	return p.heardEvent(ctx, r)
}

// heardEvent passes an event on as a request.
func (p *Platform) heardEvent(ctx context.Context, r chat.Request) reply {
	given, ok := p.hear(ctx, r)
	if !ok {
		return reply{again: true}
	}
	p.told.add(r.Delivery)
	if given.Message.Empty() {
		return reply{}
	}
	return reply{then: func(ctx context.Context) {
		p.whisper(ctx, origin{Room: string(r.Room)}, r.By.ID, "", given.Message)
	}}
}

// recall is a message by its place: from memory, or from Slack. Asking for its reactions finds replies in
// threads as well, and costs one call.
func (p *Platform) recall(ctx context.Context, room chat.RoomID, id chat.MessageID) (original, error) {
	if m, ok := p.words.get(room, id); ok {
		return m, nil
	}
	item, err := asked(ctx, p, func(ctx context.Context) (slack.ReactedItem, error) {
		return p.api.GetReactionsContext(ctx, slack.NewRefToMessage(string(room), string(id)), slack.GetReactionsParameters{Full: true})
	})
	if err != nil {
		return original{}, err
	}
	if item.Message == nil {
		return original{}, errSilent
	}
	m := original{user: item.Message.User, bot: item.Message.BotID, text: item.Message.Text}
	p.words.put(room, id, m)
	return m, nil
}

// onMessage remembers what is said, and hears edits of people.
func (p *Platform) onMessage(ctx context.Context, e event) reply {
	room := chat.RoomID(id(e.ChannelRaw))
	switch e.Subtype {
	case "", "thread_broadcast", "bot_message", "file_share":
		p.words.put(room, chat.MessageID(e.TS), original{user: id(e.UserRaw), bot: e.BotID, text: e.Text})
	case "message_changed":
		if e.Message == nil {
			return reply{}
		}
		p.words.put(room, chat.MessageID(e.Message.TS), e.Message.original())
		if e.Message.BotID != "" || (e.Previous != nil && e.Previous.Text == e.Message.Text) { // A preview was added, or a bot edited.
			return reply{}
		}
		return p.heardEvent(ctx, p.retoldRequest(ctx, room, *e.Message, first(e.EventTS, e.TS)))
	}
	return reply{}
}

// onHome shows the home tab.
func (p *Platform) onHome(ctx context.Context, e event) reply {
	if e.Tab != "" && e.Tab != "home" {
		return reply{}
	}
	user := id(e.UserRaw)
	given, ok := p.hear(ctx, chat.Request{
		Delivery: "home/" + user + "/" + e.EventTS, Platform: Name, Kind: chat.Opened, By: p.by(user, ""), At: timeOf(e.EventTS),
	})
	if !ok || given.Home == nil {
		return reply{again: !ok}
	}
	return reply{then: func(ctx context.Context) {
		if err := p.publish(ctx, chat.UserID(user), *given.Home); err != nil {
			p.cfg.Log.Warn().Err(err).Msg("a home page was not shown")
		}
	}}
}
