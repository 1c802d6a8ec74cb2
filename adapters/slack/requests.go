package slack

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The ids of the app's shortcuts, as the manifest names them.
const (
	shortcutDeclare = "declare"
	shortcutMark    = "timeline_add"
)

// pushpin is the only reaction the bot asks about: looking every other one up would use up its calls.
const pushpin = "pushpin"

// typedRequest is a slash command.
func (p *Platform) typedRequest(c command) chat.Request {
	text, people := p.readText(c.Text)
	return chat.Request{
		Delivery: "command/" + first(c.TriggerID, c.ResponseURL), Platform: Name, Kind: chat.Typed, By: p.by(c.UserID, c.UserName),
		Room: chat.RoomID(c.ChannelID), RoomName: p.roomName(chat.RoomID(c.ChannelID), c.ChannelName),
		Private: isDirect(c.ChannelID), Text: strings.TrimSpace(text), People: people,
	}
}

func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// acted is what all interactions have in common.
func (p *Platform) acted(in interaction, kind chat.RequestKind) chat.Request {
	room := chat.RoomID(first(in.Channel.ID, in.Container.ChannelID))
	return chat.Request{
		Delivery: in.Type + "/" + in.User.ID + "/" + first(in.TriggerID, in.ActionTS), Platform: Name, Kind: kind,
		By: p.by(in.User.ID, in.User.Username), Room: room, RoomName: p.roomName(room, in.Channel.Name), Private: isDirect(string(room)),
		At: timeOf(in.ActionTS),
	}
}

// pressedRequest is a button.
func (p *Platform) pressedRequest(in interaction) (chat.Request, bool) {
	if len(in.Actions) == 0 {
		return chat.Request{}, false
	}
	r := p.acted(in, chat.Pressed)
	pressed := in.Actions[0]
	r.Action, _, _ = strings.Cut(pressed.ActionID, ":")
	r.Value = pressed.Value
	r.At = timeOf(first(pressed.ActionTS, in.ActionTS))
	if in.View != nil && r.Room == "" {
		from := unpack(in.View.PrivateMetadata)
		r.Room, r.RoomName, r.Private = chat.RoomID(from.Room), from.Name, isDirect(from.Room)
	}
	switch ts := first(in.Container.MessageTS, in.MessageTS); {
	case in.Message != nil:
		r.On = p.original(r.Room, chat.MessageID(first(ts, in.Message.TS)), in.Message.original())
	case ts != "":
		r.On = &chat.Original{Message: chat.MessageID(ts), At: timeOf(ts)}
	}
	return r, true
}

// sentRequest is a form. The view knows where it was opened.
func (p *Platform) sentRequest(in interaction) chat.Request {
	r := p.acted(in, chat.Sent)
	from := unpack(in.View.PrivateMetadata)
	r.Room, r.RoomName, r.Private = chat.RoomID(from.Room), from.Name, isDirect(from.Room)
	r.Form, r.State, r.Values = in.View.CallbackID, from.State, in.View.values()
	if in.TriggerID == "" {
		r.Delivery = "view/" + in.View.ID + "/" + in.View.Hash
	}
	return r
}

// markedRequest is the message action. Slack sends the whole message along.
func (p *Platform) markedRequest(in interaction) (chat.Request, bool) {
	if in.Message == nil {
		return chat.Request{}, false
	}
	r := p.acted(in, chat.Marked)
	r.On = p.original(r.Room, chat.MessageID(first(in.MessageTS, in.Message.TS)), in.Message.original())
	return r, true
}

// reactedRequest is a pushpin. Its delivery is made of what it says rather than of Slack's id, so that the
// same one found again after a gap is the same.
func (p *Platform) reactedRequest(ctx context.Context, user string, room chat.RoomID, message chat.MessageID, at string) (chat.Request, error) {
	m, err := p.recall(ctx, room, message)
	if err != nil {
		return chat.Request{}, err
	}
	return chat.Request{
		Delivery: "reaction/" + place(room, message) + "/" + user + "/" + pushpin, Platform: Name, Kind: chat.Reacted, By: p.by(user, ""),
		Room: room, RoomName: p.nameOf(ctx, room), Private: isDirect(string(room)), Text: pushpin, On: p.original(room, message, m), At: timeOf(at),
	}, nil
}

// retoldRequest is an edit. The platform does not know what was marked before; whoever hears it does.
func (p *Platform) retoldRequest(ctx context.Context, room chat.RoomID, m message, at string) chat.Request {
	edited := at
	if m.Edited != nil {
		edited = first(m.Edited.TS, at)
	}
	return chat.Request{
		Delivery: "edit/" + place(room, chat.MessageID(m.TS)) + "/" + first(at, edited), Platform: Name, Kind: chat.Retold, By: p.by(m.User, ""),
		Room: room, RoomName: p.nameOf(ctx, room), Private: isDirect(string(room)),
		On: p.original(room, chat.MessageID(m.TS), m.original()), At: timeOf(edited),
	}
}

// nameOf is a room's name, asked for when it is not known. Only events may wait for that: Slack sends them
// again when it takes too long.
func (p *Platform) nameOf(ctx context.Context, room chat.RoomID) string {
	if name := p.rooms.name(room); name != "" || isDirect(string(room)) {
		return name
	}
	if _, err := p.info(ctx, room); err != nil {
		p.cfg.Log.Warn().Err(classify("look up a channel", err)).Msg("a channel stays without a name")
	}
	return p.rooms.name(room)
}

// original is a message in plain words.
func (p *Platform) original(room chat.RoomID, id chat.MessageID, m original) *chat.Original {
	text, _ := p.readText(m.text)
	author := chat.User{}
	self := p.self.Load()
	switch {
	case self != nil && m.bot != "" && m.bot == self.bot:
		author = p.by(self.user, "sitrep")
		author.Bot = true
	case m.user != "":
		author = p.by(m.user, "")
		author.Bot = author.Bot || m.bot != ""
	case m.bot != "":
		author = chat.User{ID: chat.UserID(m.bot), Handle: m.bot, Name: m.bot, Bot: true}
	}
	return &chat.Original{Message: id, Author: author, Text: text, At: timeOf(string(id)), URL: p.permalink(room, id)}
}

// timeOf is the moment in one of Slack's timestamps, zero when it is none.
func timeOf(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || sec <= 0 {
		return time.Time{}
	}
	micro, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(sec, micro*1000).UTC()
}

var slackTokens = regexp.MustCompile(`<([^<>]+)>`)

// readText turns Slack's markup back into what a person typed: people as @handle, channels as #name,
// addresses as they were, entities decoded once. It tells where people are.
func (p *Platform) readText(text string) (string, []chat.Mention) {
	var out strings.Builder
	var people []chat.Mention
	rest := text
	for {
		at := slackTokens.FindStringIndex(rest)
		if at == nil {
			break
		}
		out.WriteString(unescaper.Replace(rest[:at[0]]))
		words, who := p.readToken(rest[at[0]+1 : at[1]-1])
		out.WriteString(words)
		if who != nil {
			people = append(people, chat.Mention{Token: words, User: *who})
		}
		rest = rest[at[1]:]
	}
	out.WriteString(unescaper.Replace(rest))
	return strings.ReplaceAll(out.String(), "\u2060", ""), people
}

func (p *Platform) readToken(inner string) (string, *chat.User) {
	target, label, _ := strings.Cut(inner, "|")
	label = unescaper.Replace(label)
	switch {
	case strings.HasPrefix(target, "@"):
		u := p.by(target[1:], label)
		return "@" + u.Handle, &u
	case strings.HasPrefix(target, "#"):
		return "#" + first(label, p.rooms.name(chat.RoomID(target[1:])), target[1:]), nil
	case strings.HasPrefix(target, "!subteam^"):
		return first(at(label), "@"+strings.TrimPrefix(target, "!subteam^")), nil
	case strings.HasPrefix(target, "!date^"):
		return label, nil
	case strings.HasPrefix(target, "!"):
		return "@" + target[1:], nil
	case label != "" && strings.HasSuffix(target, label): // Slack made a link of what was typed without its beginning.
		return label, nil
	case label != "":
		return label + " (" + unescaper.Replace(target) + ")", nil
	}
	return unescaper.Replace(strings.TrimPrefix(target, "mailto:")), nil
}

func at(label string) string {
	if label == "" || strings.HasPrefix(label, "@") {
		return label
	}
	return "@" + label
}
