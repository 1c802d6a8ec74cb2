package mattermost

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// typed is a slash command as a request.
func (p *Platform) typed(form url.Values, tr trigger) chat.Request {
	return chat.Request{
		Delivery: "trigger/" + tr.nonce,
		Platform: Name,
		Kind:     chat.Typed,
		By:       p.who(tr.user, form.Get("user_name")),
		Room:     chat.RoomID(form.Get("channel_id")),
		RoomName: form.Get("channel_name"),
		Private:  p.withBot(form.Get("channel_name")),
		Text:     form.Get("text"),
		People:   p.mentions(form),
		At:       tr.at,
	}
}

// withBot tells whether a channel's name is that of a private talk with the bot.
func (p *Platform) withBot(channel string) bool {
	a, b, ok := strings.Cut(channel, "__")
	return ok && (a == p.botID() || b == p.botID())
}

// at finds what may be a mention; a name may end with a full stop that belongs to the sentence.
var at = regexp.MustCompile(`@[a-zA-Z0-9._-]+`)

// mentions are the people a command's text names. The server says who they are; where they stand is left
// to us.
func (p *Platform) mentions(form url.Values) []chat.Mention {
	ids := map[string]string{}
	names, found := form["user_mentions"], form["user_mentions_ids"]
	for i := range min(len(names), len(found)) {
		ids[strings.ToLower(names[i])] = found[i]
	}
	var out []chat.Mention
	seen := map[string]bool{}
	for _, token := range at.FindAllString(form.Get("text"), -1) {
		name, id := named(token[1:], ids)
		if id != "" && !seen[name] {
			seen[name] = true
			out = append(out, chat.Mention{Token: "@" + name, User: p.who(id, strings.ToLower(name))})
		}
	}
	return out
}

// named finds who is meant by a written name, without the punctuation behind it that is not theirs.
func named(written string, ids map[string]string) (name, id string) {
	for name := written; name != ""; name = name[:len(name)-1] {
		if id, ok := ids[strings.ToLower(name)]; ok {
			return name, id
		}
		if !strings.ContainsRune("._-", rune(name[len(name)-1])) {
			return "", ""
		}
	}
	return "", ""
}

// pressed is a button as a request.
func (p *Platform) pressed(in *model.PostActionIntegrationRequest, tr trigger) chat.Request {
	action, _ := in.Context[ctxAction].(string)
	value, _ := in.Context[ctxValue].(string)
	request := chat.Request{
		Delivery: "trigger/" + tr.nonce,
		Platform: Name,
		Kind:     chat.Pressed,
		By:       p.who(tr.user, in.UserName),
		Room:     chat.RoomID(in.ChannelId),
		RoomName: in.ChannelName,
		Private:  p.withBot(in.ChannelName),
		Action:   action,
		Value:    value,
		At:       tr.at,
	}
	if in.Context[ctxBound] != boundToUser {
		request.On = &chat.Original{Message: chat.MessageID(in.PostId), URL: p.postURL(in.PostId)}
	}
	return request
}

// reacted is a reaction as a request. The delivery is made of what the server keeps of a reaction, so it
// is the same whether it came as an event or was read later.
func (p *Platform) reacted(r *model.Reaction, post *model.Post, room *model.Channel) chat.Request {
	ms := strconv.FormatInt(r.CreateAt, 10)
	return chat.Request{
		Delivery: "reaction/" + r.PostId + "/" + r.UserId + "/" + r.EmojiName + "/" + ms,
		Platform: Name,
		Kind:     chat.Reacted,
		By:       p.who(r.UserId, ""),
		Room:     chat.RoomID(post.ChannelId),
		RoomName: room.Name,
		Private:  p.withBot(room.Name),
		Text:     r.EmojiName,
		On:       p.original(post),
		At:       time.UnixMilli(r.CreateAt),
	}
}

// retold is an edit of a message somebody had reacted to.
func (p *Platform) retold(post *model.Post, room *model.Channel) chat.Request {
	return chat.Request{
		Delivery: "edit/" + post.Id + "/" + strconv.FormatInt(post.EditAt, 10),
		Platform: Name,
		Kind:     chat.Retold,
		By:       p.who(post.UserId, ""),
		Room:     chat.RoomID(post.ChannelId),
		RoomName: room.Name,
		Private:  p.withBot(room.Name),
		On:       p.original(post),
		At:       time.UnixMilli(post.EditAt),
	}
}

func (p *Platform) original(post *model.Post) *chat.Original {
	return &chat.Original{
		Message: chat.MessageID(post.Id),
		Author:  p.who(post.UserId, ""),
		Text:    words(post),
		At:      time.UnixMilli(post.CreateAt),
		URL:     p.postURL(post.Id),
	}
}

// words are what a post says, attachments included when it says nothing else.
func words(post *model.Post) string {
	if strings.TrimSpace(post.Message) != "" {
		return post.Message
	}
	var parts []string
	for _, a := range post.Attachments() {
		for _, part := range []string{a.Pretext, a.Title, a.Text} {
			if part != "" {
				parts = append(parts, part)
			}
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "\n"), gap, "")
}
