package slacktest

import (
	"regexp"
	"slices"
	"strings"
)

// marked is the channel and message a pin or reaction is about.
func (c *call) marked() (*channel, *message, obj) {
	ch, refusal := c.inside()
	if refusal != nil {
		return nil, nil, refusal
	}
	if _, ok := parseTS(c.str("timestamp")); !ok {
		return nil, nil, no("bad_timestamp")
	}
	m := ch.find(c.str("timestamp"))
	if m == nil {
		return nil, nil, no("message_not_found")
	}
	return ch, m, nil
}

// maxPins is not documented; the number is from reports (unverified).
const maxPins = 100

func pinsAdd(c *call) obj {
	ch, m, refusal := c.marked()
	switch {
	case refusal != nil:
		return refusal
	case m.subtype != "":
		return no("not_pinnable")
	case slices.Contains(ch.pins, m.ts):
		return no("already_pinned")
	case len(ch.pins) >= maxPins:
		return no("too_many_pins")
	}
	ch.pins = append(ch.pins, m.ts)
	return yes(nil)
}

func pinsRemove(c *call) obj {
	ch, m, refusal := c.marked()
	switch {
	case refusal != nil:
		return refusal
	case !slices.Contains(ch.pins, m.ts):
		return no("no_pin")
	}
	ch.pins = slices.DeleteFunc(ch.pins, func(ts string) bool { return ts == m.ts })
	return yes(nil)
}

func pinsList(c *call) obj {
	ch, refusal := c.readable()
	if refusal != nil {
		return refusal
	}
	items := []any{}
	for _, ts := range ch.pins {
		if m := ch.find(ts); m != nil {
			items = append(items, obj{"type": "message", "channel": ch.id, "message": m.json(c.s, false)})
		}
	}
	return yes(obj{"items": items})
}

// maxBookmarks is for each conversation (Slack docs).
const maxBookmarks = 100

// bookmarksAdd allows the same bookmark twice (observed live).
func bookmarksAdd(c *call) obj {
	ch, refusal := c.inside()
	switch {
	case refusal != nil:
		return refusal
	case c.str("type") != "link":
		return no("invalid_bookmark_type")
	case !strings.HasPrefix(c.str("link"), "http://") && !strings.HasPrefix(c.str("link"), "https://"):
		return no("invalid_link")
	case len(ch.bookmarks) >= maxBookmarks:
		return no("too_many_bookmarks")
	}
	b := obj{"id": c.s.id("Bk"), "channel_id": ch.id, "title": c.str("title"), "link": c.str("link"), "type": "link", "date_created": c.s.now().Unix()}
	ch.bookmarks = append(ch.bookmarks, b)
	return yes(obj{"bookmark": b})
}

func bookmarksList(c *call) obj {
	ch, refusal := c.readable()
	if refusal != nil {
		return refusal
	}
	list := []any{}
	for _, b := range ch.bookmarks {
		list = append(list, b)
	}
	return yes(obj{"bookmarks": list})
}

var reactionName = regexp.MustCompile(`^[a-z0-9_+'-]+$`)

func reactionsAdd(c *call) obj {
	ch, m, refusal := c.marked()
	switch {
	case refusal != nil:
		return refusal
	case !reactionName.MatchString(c.str("name")):
		return no("invalid_name")
	case !c.s.addReaction(ch, m, c.s.BotUser, c.str("name")):
		return no("already_reacted")
	}
	return yes(nil)
}

// addReaction tells the app as well; item_user names the author (Slack docs).
func (s *Server) addReaction(ch *channel, m *message, user, name string) bool {
	i := slices.IndexFunc(m.reactions, func(r reaction) bool { return r.name == name })
	if i < 0 {
		m.reactions = append(m.reactions, reaction{name: name})
		i = len(m.reactions) - 1
	}
	if slices.Contains(m.reactions[i].users, user) {
		return false
	}
	m.reactions[i].users = append(m.reactions[i].users, user)
	s.emit(ch, s.reactionEvent("reaction_added", ch, m, user, name))
	return true
}

func (s *Server) reactionEvent(kind string, ch *channel, m *message, user, name string) obj {
	return obj{
		"type": kind, "user": user, "reaction": name, "item_user": m.user,
		"item": obj{"type": "message", "channel": ch.id, "ts": m.ts}, "event_ts": s.nextTS(ch),
	}
}

func reactionsGet(c *call) obj {
	ch, m, refusal := c.marked()
	if refusal != nil {
		return refusal
	}
	return yes(obj{"type": "message", "channel": ch.id, "message": m.json(c.s, false)})
}
