package slacktest

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// page cuts items as Slack does: cursors are opaque, a page may be short, and the second page is empty
// although there is more (Slack docs say to loop on the cursor only; an empty page is unverified but legal).
func page[T any](c *call, items []T, otherwise, most int) (part []T, cursor string, refusal obj) {
	limit := c.num("limit", otherwise)
	if limit < 1 || limit > most {
		return nil, "", no("invalid_limit")
	}
	from, empty := 0, false
	if given := c.str("cursor"); given != "" {
		raw, err := base64.StdEncoding.DecodeString(given)
		text, ok := strings.CutPrefix(string(raw), "from:")
		text, empty = strings.CutSuffix(text, ":empty")
		n, convErr := strconv.Atoi(text)
		if err != nil || !ok || convErr != nil || n > len(items) {
			return nil, "", no("invalid_cursor")
		}
		from = n
	}
	if empty {
		return nil, cursorAt(from, ""), nil
	}
	to := min(from+limit, len(items))
	if to == len(items) {
		return items[from:to], "", nil
	}
	mark := ""
	if from == 0 {
		mark = ":empty"
	}
	return items[from:to], cursorAt(to, mark), nil
}

func cursorAt(n int, mark string) string {
	return base64.StdEncoding.EncodeToString([]byte("from:" + strconv.Itoa(n) + mark))
}

func paged(name string, items []any, cursor string) obj {
	if items == nil {
		items = []any{}
	}
	return yes(obj{name: items, "response_metadata": obj{"next_cursor": cursor}})
}

func conversationsList(c *call) obj {
	return listChannels(c, func(ch *channel) bool { return !ch.private || ch.has(c.s.BotUser) })
}

func usersConversations(c *call) obj {
	user := c.str("user")
	if user == "" {
		user = c.s.BotUser
	}
	return listChannels(c, func(ch *channel) bool { return ch.has(user) })
}

// listScopes is the scope that each type of channel asks for (Slack docs).
var listScopes = map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}

func listChannels(c *call, visible func(*channel) bool) obj {
	types := c.list("types")
	if types == nil {
		types = []string{"public_channel"}
	}
	for _, t := range types {
		scope, ok := listScopes[t]
		if !ok {
			return no("invalid_types")
		}
		if refusal := c.s.checkScopes(c, []string{scope}, nil); refusal != nil {
			return refusal
		}
	}
	var found []any
	for _, id := range c.s.rooms {
		ch := c.s.channels[id]
		if !slices.Contains(types, typeOf(ch)) || !visible(ch) || (ch.archived && c.flag("exclude_archived")) {
			continue
		}
		found = append(found, ch.json(c.s))
	}
	part, cursor, refusal := page(c, found, 100, 999)
	if refusal != nil {
		return refusal
	}
	return paged("channels", part, cursor)
}

func typeOf(ch *channel) string {
	switch {
	case ch.im:
		return "im"
	case ch.private:
		return "private_channel"
	default:
		return "public_channel"
	}
}

func conversationsMembers(c *call) obj {
	ch, refusal := c.seen()
	if refusal != nil {
		return refusal
	}
	ids := make([]any, len(ch.members))
	for i, id := range ch.members {
		ids[i] = id
	}
	part, cursor, refusal := page(c, ids, 100, 1000)
	if refusal != nil {
		return refusal
	}
	return paged("members", part, cursor)
}

// conversationsHistory gives the newest first, without replies unless they were broadcast (Slack docs).
func conversationsHistory(c *call) obj {
	ch, refusal := c.readable()
	if refusal != nil {
		return refusal
	}
	if code := c.badRange(); code != "" {
		return no(code)
	}
	var found []any
	for _, m := range slices.Backward(ch.messages) {
		if (m.thread != "" && m.thread != m.ts && !m.broadcast) || !c.between(m.ts) {
			continue
		}
		found = append(found, m.json(c.s, c.flag("include_all_metadata")))
	}
	part, cursor, refusal := page(c, found, 100, 999)
	if refusal != nil {
		return refusal
	}
	answer := paged("messages", part, cursor)
	answer["has_more"] = cursor != ""
	return answer
}

// conversationsReplies gives the parent first, then its replies, oldest first (Slack docs).
func conversationsReplies(c *call) obj {
	ch, refusal := c.readable()
	if refusal != nil {
		return refusal
	}
	if ch.find(c.str("ts")) == nil {
		return no("thread_not_found")
	}
	var found []any
	for _, m := range ch.messages {
		if m.ts == c.str("ts") || (m.thread == c.str("ts") && c.between(m.ts)) {
			found = append(found, m.json(c.s, c.flag("include_all_metadata")))
		}
	}
	part, cursor, refusal := page(c, found, 1000, 1000)
	if refusal != nil {
		return refusal
	}
	answer := paged("messages", part, cursor)
	answer["has_more"] = cursor != ""
	return answer
}

// readable is a channel whose messages the bot may read: it must be in it, and archiving throws it out
// (observed live).
func (c *call) readable() (*channel, obj) {
	ch, refusal := c.seen()
	switch {
	case refusal != nil:
		return nil, refusal
	case !ch.has(c.s.BotUser):
		return nil, no("not_in_channel")
	}
	return ch, nil
}

func (c *call) badRange() string {
	for arg, code := range map[string]string{"oldest": "invalid_ts_oldest", "latest": "invalid_ts_latest"} {
		if v := c.str(arg); v != "" {
			if _, ok := parseTS(v); !ok {
				return code
			}
		}
	}
	return ""
}

// between applies oldest and latest, which exclude their own moment unless inclusive is set (Slack docs).
func (c *call) between(ts string) bool {
	at, _ := parseTS(ts)
	inclusive := c.flag("inclusive")
	if oldest, ok := parseTS(c.str("oldest")); ok && (at < oldest || (at == oldest && !inclusive)) {
		return false
	}
	if latest, ok := parseTS(c.str("latest")); ok && (at > latest || (at == latest && !inclusive)) {
		return false
	}
	return true
}
