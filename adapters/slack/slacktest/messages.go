package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// message is one message of a channel.
type message struct {
	ts, thread        string
	user, bot, app    string
	subtype, text     string
	blocks            []any
	metadata          obj
	reactions         []reaction
	files             []any
	edited, broadcast bool
	deleted           bool
}

type reaction struct {
	name  string
	users []string
}

func (m *message) json(s *Server, metadata bool) obj {
	o := obj{"type": "message", "ts": m.ts, "text": m.text, "team": s.TeamID}
	optional := obj{"user": m.user, "bot_id": m.bot, "app_id": m.app, "subtype": m.subtype, "thread_ts": m.thread}
	for key, value := range optional {
		if value != "" {
			o[key] = value
		}
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
	}
	if len(m.files) > 0 {
		o["files"] = m.files
	}
	if m.metadata != nil {
		o["metadata"] = m.shownMetadata(metadata)
	}
	if m.edited {
		o["edited"] = obj{"user": m.user, "ts": m.ts}
	}
	if len(m.reactions) > 0 {
		o["reactions"] = m.reactionsJSON()
	}
	return o
}

// shownMetadata is the type alone unless everything was asked for (Slack docs).
func (m *message) shownMetadata(all bool) obj {
	if all {
		return m.metadata
	}
	return obj{"event_type": m.metadata["event_type"]}
}

func (m *message) reactionsJSON() []any {
	var list []any
	for _, r := range m.reactions {
		list = append(list, obj{"name": r.name, "users": r.users, "count": len(r.users)})
	}
	return list
}

func (ch *channel) find(ts string) *message {
	for _, m := range ch.messages {
		if m.ts == ts {
			return m
		}
	}
	return nil
}

// nextTS is unique and strictly increasing in its channel: seconds and six digits (Slack docs).
func (s *Server) nextTS(ch *channel) string {
	ch.last = max(s.now().UnixMicro(), ch.last+1)
	return formatTS(ch.last)
}

func formatTS(micros int64) string { return fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6) }

func parseTS(ts string) (int64, bool) {
	seconds, fraction, _ := strings.Cut(ts, ".")
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return 0, false
	}
	micro, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	return sec*1e6 + micro, err == nil
}

// system adds one of the channel's own messages: somebody joined, the topic was set.
func (s *Server) system(ch *channel, subtype, user, text string) {
	m := &message{ts: s.nextTS(ch), user: user, subtype: subtype, text: text}
	s.add(ch, m)
}

// add appends a message and tells the app, which hears its own messages too (Slack docs).
func (s *Server) add(ch *channel, m *message) {
	ch.messages = append(ch.messages, m)
	event := m.json(s, true)
	event["channel"], event["event_ts"] = ch.id, m.ts
	event["channel_type"] = channelType(ch)
	s.emit(ch, event)
}

func channelType(ch *channel) string {
	switch {
	case ch.im:
		return "im"
	case ch.private:
		return "group"
	default:
		return "channel"
	}
}

// content is what a call wants to show.
type content struct {
	text     string
	blocks   []any
	metadata obj
	hasText  bool
	hasBlock bool
	hasMeta  bool
}

// maxBudget is the size of a whole message: characters, with entities counted as written, and 100 for each
// block. Slack's own formula is not public; this is the strictest reading of what was observed live.
const maxBudget = 12_000

// contentOf reads and checks text, blocks and metadata. The refusals carry Slack's details.
func (c *call) contentOf() (content, obj) {
	k := content{text: c.str("text")}
	_, k.hasText = c.args["text"]
	raw, hasBlocks := c.args["blocks"]
	if hasBlocks {
		blocks, refusal := parseBlocks(raw)
		if refusal != nil {
			return k, refusal
		}
		k.blocks, k.hasBlock = blocks, true
	}
	if refusal := c.readMetadata(&k); refusal != nil {
		return k, refusal
	}
	if weight(k) > maxBudget {
		return k, no("msg_blocks_too_long")
	}
	return k, nil
}

func weight(k content) int { return Weight(k.blocks) }

// Weight is what the blocks of a message count towards its size.
func Weight(blocks []any) int { return 100*len(blocks) + textWeight(blocks) }

// textWeight counts all text in a tree, with & < > as the entities they are shown by.
func textWeight(v any) int {
	total := 0
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			total += textWeight(item)
		}
	case obj:
		for key, item := range v {
			text, ok := item.(string)
			switch {
			case !ok:
				total += textWeight(item)
			case key == "text" && v["type"] != "mrkdwn":
				text = entities.Replace(text)
				fallthrough
			case key == "text":
				total += utf8.RuneCountInString(text)
			}
		}
	}
	return total
}

// readMetadata checks the shape of metadata: a type and a flat payload (Slack docs).
func (c *call) readMetadata(k *content) obj {
	raw, ok := c.args["metadata"]
	if !ok {
		return nil
	}
	k.hasMeta = true
	value, ok := decode(raw).(obj)
	if !ok {
		return no("invalid_metadata_format")
	}
	if len(value) == 0 {
		return nil
	}
	kind, _ := value["event_type"].(string)
	payload, isObject := value["event_payload"].(obj)
	if kind == "" || !isObject {
		return no("invalid_metadata_schema")
	}
	for _, field := range payload {
		switch field.(type) {
		case string, float64, bool:
		default:
			return no("invalid_metadata_schema")
		}
	}
	if len(raw) > 8_000 { // Slack's number is not known; ours keeps payloads small.
		return no("metadata_too_large")
	}
	k.metadata = value
	return nil
}

// maxText is where chat.postMessage cuts silently, with a warning that clients hide (Slack docs).
const maxText = 40_000

func chatPostMessage(c *call) obj {
	s := c.s
	ch, refusal := c.postable()
	if refusal != nil {
		return refusal
	}
	k, refusal := c.contentOf()
	if refusal != nil {
		return refusal
	}
	if k.text == "" && len(k.blocks) == 0 {
		return no("no_text")
	}
	warnings := []any{}
	if runes := []rune(k.text); len(runes) > maxText {
		k.text = string(runes[:maxText])
		warnings = append(warnings, "message_truncated")
	}
	m := &message{
		ts: s.nextTS(ch), user: s.BotUser, bot: s.BotID, app: s.AppID,
		text: k.text, blocks: k.blocks, metadata: k.metadata, broadcast: c.flag("reply_broadcast"),
	}
	if parent := ch.find(c.str("thread_ts")); parent != nil { // A parent that is gone posts outside of a thread (observed live).
		m.thread = parent.ts
		parent.thread = parent.ts
	}
	s.detect(ch, m, k, c)
	s.add(ch, m)
	answer := yes(obj{"channel": ch.id, "ts": m.ts, "message": m.json(s, true)})
	if len(warnings) > 0 {
		answer["warning"] = "message_truncated"
		answer["response_metadata"] = obj{"warnings": warnings}
	}
	return answer
}

// postable is a channel the bot may post to: its own, or any public one with chat:write.public (Slack docs).
func (c *call) postable() (*channel, obj) {
	if ch := c.s.channelOf(c); ch != nil && ch.archived {
		return nil, no("is_archived")
	}
	ch, refusal := c.seen()
	switch {
	case refusal != nil:
		return nil, refusal
	case ch.has(c.s.BotUser):
		return ch, nil
	case !ch.private && c.token.has("chat:write.public"):
		return ch, nil
	}
	return nil, no("not_in_channel")
}

// maxUpdate is in bytes, not characters (observed live; the documentation says characters).
const maxUpdate = 4_000

// chatUpdate keeps what is not given. Text without blocks removes the blocks (Slack docs).
func chatUpdate(c *call) obj {
	s := c.s
	ch, m, refusal := c.ownMessage("cant_update_message")
	if refusal != nil {
		return refusal
	}
	k, refusal := c.contentOf()
	switch {
	case refusal != nil:
		return refusal
	case len(k.text) > maxUpdate:
		return no("msg_too_long")
	case !k.hasText && !k.hasBlock && !k.hasMeta:
		return no("no_text")
	}
	before := m.json(s, true)
	if k.hasText {
		m.text, m.blocks = k.text, nil
	}
	if k.hasBlock {
		m.blocks = k.blocks
	}
	if k.hasMeta {
		m.metadata = k.metadata
	}
	m.edited = true
	s.detect(ch, m, k, c)
	s.emitChange(ch, m, before)
	return yes(obj{"channel": ch.id, "ts": m.ts, "text": m.text, "message": m.json(s, true)})
}

func (s *Server) emitChange(ch *channel, m *message, before obj) {
	s.emit(ch, obj{
		"type": "message", "subtype": "message_changed", "channel": ch.id, "channel_type": channelType(ch), "hidden": true,
		"ts": s.nextTS(ch), "event_ts": m.ts, "message": m.json(s, true), "previous_message": before,
	})
}

// ownMessage finds a message of the bot that can still be changed.
func (c *call) ownMessage(foreign string) (*channel, *message, obj) {
	ch := c.s.channelOf(c)
	if ch == nil || (ch.private && !ch.archived && !ch.has(c.s.BotUser)) {
		return nil, nil, no("channel_not_found")
	}
	if ch.archived {
		return nil, nil, no("is_inactive")
	}
	m := ch.find(c.str("ts"))
	switch {
	case m == nil || m.subtype != "":
		return nil, nil, no("message_not_found")
	case m.bot != c.s.BotID:
		return nil, nil, no(foreign)
	}
	return ch, m, nil
}

func chatDelete(c *call) obj {
	ch, m, refusal := c.ownMessage("cant_delete_message")
	if refusal != nil {
		return refusal
	}
	c.s.erase(ch, m)
	return yes(obj{"channel": ch.id, "ts": m.ts})
}

func (s *Server) erase(ch *channel, m *message) {
	m.deleted = true
	ch.messages = slices.DeleteFunc(ch.messages, func(other *message) bool { return other == m })
	s.emit(ch, obj{
		"type": "message", "subtype": "message_deleted", "channel": ch.id, "channel_type": channelType(ch),
		"ts": s.nextTS(ch), "event_ts": m.ts, "deleted_ts": m.ts, "previous_message": m.json(s, true),
	})
}

// chatPostEphemeral shows something to one member of a channel. It is not kept: it can be neither listed
// nor updated (Slack docs).
func chatPostEphemeral(c *call) obj {
	s := c.s
	ch, refusal := c.postable()
	if refusal != nil {
		return refusal
	}
	if !ch.has(c.str("user")) {
		return no("user_not_in_channel")
	}
	k, refusal := c.contentOf()
	switch {
	case refusal != nil:
		return refusal
	case k.text == "" && len(k.blocks) == 0:
		return no("no_text")
	}
	ts := s.nextTS(ch)
	m := &message{ts: ts, text: k.text, blocks: k.blocks}
	s.detect(ch, m, k, c)
	s.private = append(s.private, s.ephemeral(ch.id, c.str("user"), m, "chat.postEphemeral"))
	return yes(obj{"message_ts": ts})
}

func chatGetPermalink(c *call) obj {
	ch, refusal := c.seen()
	if refusal != nil {
		return refusal
	}
	if ch.find(c.str("message_ts")) == nil {
		return no("message_not_found")
	}
	link := "https://ops.slack.com/archives/" + ch.id + "/p" + strings.ReplaceAll(c.str("message_ts"), ".", "")
	return yes(obj{"channel": ch.id, "permalink": link})
}
