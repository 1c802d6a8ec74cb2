package slacktest

import (
	"regexp"
	"strings"
)

// Ping is somebody being woken by a message.
type Ping struct {
	Channel, TS string
	Kind        string // "user", "group", "channel", "here", "everyone"
	Target      string // the id of the user or group
	Raw         string // what in the message did it
}

// LinkSeen is something in a message that leads somewhere.
type LinkSeen struct {
	Channel, TS string
	URL         string
	Unfurls     bool // Slack would fetch it and show a preview
}

// Pings is who was woken so far, in order.
func (s *Server) Pings() []Ping {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ping(nil), s.pings...)
}

// Links is every link that was posted so far, in order.
func (s *Server) Links() []LinkSeen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]LinkSeen(nil), s.links...)
}

// detector reads a message as Slack would and notes what wakes people and what leads away.
type detector struct {
	s       *Server
	channel string
	ts      string
	unfurl  bool
}

// detect runs over the final content of a message. An edit wakes nobody anew on the real service, but a
// mention that slipped in by one is a fault all the same, so edits are read too.
func (s *Server) detect(ch *channel, m *message, k content, c *call) {
	d := detector{s: s, channel: ch.id, ts: m.ts, unfurl: c.str("unfurl_links") != "false" && c.method == "chat.postMessage"}
	if k.hasText {
		// Beside blocks the text is for notifications only; what would ping in it counts nevertheless.
		d.marked(k.text, len(k.blocks) == 0 && c.str("parse") != "none")
	}
	for _, b := range k.blocks {
		d.block(b)
	}
}

func (d detector) ping(kind, target, raw string) {
	d.s.pings = append(d.s.pings, Ping{d.channel, d.ts, kind, target, raw})
}

func (d detector) link(url string) {
	d.s.links = append(d.s.links, LinkSeen{d.channel, d.ts, url, d.unfurl})
}

// block walks text objects and rich text elements wherever they are.
func (d detector) block(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			d.block(item)
		}
	case obj:
		if d.element(v) {
			return
		}
		for _, key := range sortedKeys(v) {
			d.block(v[key])
		}
	}
}

// element handles one leaf; false means that there may be more inside.
func (d detector) element(o obj) bool {
	text := func(key string) string { s, _ := o[key].(string); return s }
	switch text("type") {
	case "mrkdwn":
		d.marked(text("text"), o["verbatim"] != true)
	case "plain_text", "text":
	case "user":
		d.ping("user", text("user_id"), "user element")
	case "usergroup":
		d.ping("group", text("usergroup_id"), "usergroup element")
	case "broadcast":
		d.ping(text("range"), "", "broadcast element")
	case "link":
		d.link(text("url"))
	case "button":
		if url := text("url"); url != "" {
			d.link(url)
		}
	default:
		return false
	}
	return true
}

var (
	tokens   = regexp.MustCompile(`<([^<>]+)>`)
	bareWord = regexp.MustCompile(`@(here|channel|everyone)\b`)
	bareURL  = regexp.MustCompile(`\bhttps?://[^\s<>|]+`)
)

// marked reads text in Slack's markup. Everything between < and > is a token (Slack docs); bare addresses
// become links unless the text is verbatim.
func (d detector) marked(text string, linkify bool) {
	for _, found := range tokens.FindAllStringSubmatch(text, -1) {
		d.token(found[1])
	}
	rest := tokens.ReplaceAllString(text, " ")
	if !d.s.opts.BareWordsSleep {
		for _, found := range bareWord.FindAllStringSubmatch(rest, -1) {
			d.ping(found[1], "", found[0])
		}
	}
	if linkify {
		for _, url := range bareURL.FindAllString(rest, -1) {
			d.link(url)
		}
	}
}

func (d detector) token(inner string) {
	raw := "<" + inner + ">"
	id, _, _ := strings.Cut(inner, "|")
	switch {
	case strings.HasPrefix(id, "@"):
		d.ping("user", id[1:], raw)
	case strings.HasPrefix(id, "!subteam^"):
		d.ping("group", strings.TrimPrefix(id, "!subteam^"), raw)
	case id == "!channel", id == "!here", id == "!everyone", id == "!group":
		d.ping(id[1:], "", raw)
	case strings.HasPrefix(id, "!"), strings.HasPrefix(id, "#"):
	case strings.Contains(id, ":"):
		d.link(id)
	}
}
