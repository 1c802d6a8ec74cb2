package slacktest

import (
	"regexp"
	"slices"
	"strings"
)

// Message is a message as a person sees it in a channel.
type Message struct {
	TS, Thread string
	User       string
	Bot        bool
	System     string // the subtype of the channel's own messages
	Lines      []string
	Text       string // the top-level text, as it was sent
	Blocks     []any
	Metadata   map[string]any
	Reactions  []string
	Files      []string // file ids
	Pinned     bool
	Edited     bool
}

// Plain is the lines as one text.
func (m Message) Plain() string { return strings.Join(m.Lines, "\n") }

// Ephemeral is a message that one person saw.
type Ephemeral struct {
	Channel, User, TS string
	Via               string // "command", "response_url", "chat.postEphemeral"
	Text              string
	Lines             []string
	Blocks            []any
	Gone              bool // deleted by the app
}

// Plain is the lines as one text.
func (e Ephemeral) Plain() string { return strings.Join(e.Lines, "\n") }

// Form is a modal as a person sees it.
type Form struct {
	ID, CallbackID string
	Title          string
	Lines          []string
	Values         map[string]string // what stands in each input, by block id
	Errors         map[string]string // what is shown under them
	JSON           map[string]any
}

// Channel is a channel as the sidebar and its details show it.
type Channel struct {
	ID, Name, Topic, Purpose string
	Private, Archived        bool
	Members                  []string
	Pins                     []string
	Bookmarks                []map[string]any
}

// Messages is what stands in a channel, oldest first, threads included.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channel]
	if ch == nil {
		return nil
	}
	found := make([]Message, 0, len(ch.messages))
	for _, m := range ch.messages {
		found = append(found, s.seen(ch, m))
	}
	return found
}

func (s *Server) seen(ch *channel, m *message) Message {
	v := Message{
		TS: m.ts, Thread: m.thread, User: m.user, Bot: m.bot != "", System: m.subtype, Text: m.text, Blocks: m.blocks,
		Metadata: m.metadata, Edited: m.edited, Lines: s.lines(m.text, m.blocks), Pinned: slices.Contains(ch.pins, m.ts),
	}
	for _, r := range m.reactions {
		v.Reactions = append(v.Reactions, r.name)
	}
	for _, f := range m.files {
		v.Files = append(v.Files, f.(obj)["id"].(string))
	}
	return v
}

// Ephemerals is what a person alone was shown, oldest first.
func (s *Server) Ephemerals(user string) []Ephemeral {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Ephemeral
	for _, e := range s.private {
		if e.User == user && !e.Gone {
			found = append(found, e)
		}
	}
	return found
}

func (s *Server) ephemeral(channel, user string, m *message, via string) Ephemeral {
	return Ephemeral{Channel: channel, User: user, TS: m.ts, Via: via, Text: m.text, Blocks: m.blocks, Lines: s.lines(m.text, m.blocks)}
}

func (s *Server) privateAt(user, ts string) *Ephemeral {
	for i := range s.private {
		if e := &s.private[i]; e.User == user && e.TS == ts && !e.Gone {
			return e
		}
	}
	return nil
}

// OpenView is the modal a person has open, nil when there is none.
func (s *Server) OpenView(user string) *Form {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.top(user)
	if v == nil {
		return nil
	}
	return s.form(v)
}

// Home is the home tab of a person, nil when nothing was published.
func (s *Server) Home(user string) *Form {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.homes[user] == nil {
		return nil
	}
	return s.form(s.homes[user])
}

func (s *Server) form(v *view) *Form {
	blocks, _ := v.spec["blocks"].([]any)
	f := &Form{ID: v.id, JSON: v.json(s), Lines: s.lines("", blocks), Values: map[string]string{}, Errors: v.errors}
	f.CallbackID, _ = v.spec["callback_id"].(string)
	f.Title = textOf(v.spec["title"])
	for block, actions := range v.values {
		for _, value := range actions {
			switch value := value.(type) {
			case string:
				f.Values[block] = value
			case obj:
				f.Values[block], _ = value["value"].(string)
			}
		}
	}
	return f
}

// Channel is a channel by id or name; nil when there is none.
func (s *Server) Channel(idOrName string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.rooms {
		ch := s.channels[id]
		if ch.id != idOrName && (ch.name != idOrName || ch.im) {
			continue
		}
		c := &Channel{
			ID: ch.id, Name: ch.name, Topic: ch.topic, Purpose: ch.purpose, Private: ch.private, Archived: ch.archived,
			Members: slices.Clone(ch.members), Pins: slices.Clone(ch.pins),
		}
		c.Bookmarks = append(c.Bookmarks, ch.bookmarks...)
		return c
	}
	return nil
}

// Direct is the id of the direct message between the bot and a person; it is opened when there is none.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, _ := s.directWith(user)
	return ch.id
}

// Channels is the ids of all channels, oldest first.
func (s *Server) Channels() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rooms)
}

// lines is a message as people read it. Blocks win over text, which then is for notifications only.
func (s *Server) lines(text string, blocks []any) []string {
	if len(blocks) == 0 {
		return split(s.unmark(text))
	}
	var lines []string
	for _, b := range blocks {
		block, _ := b.(obj)
		lines = append(lines, s.blockLines(block)...)
	}
	return lines
}

func split(text string) []string {
	text = strings.ReplaceAll(text, "\u2060", "")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func (s *Server) blockLines(b obj) []string {
	elements, _ := b["elements"].([]any)
	switch b["type"] {
	case "header":
		return split(textOf(b["text"]))
	case "section":
		lines := split(s.shown(b["text"]))
		fields, _ := b["fields"].([]any)
		for _, f := range fields {
			lines = append(lines, strings.Replace(strings.Join(split(s.shown(f)), "\n"), "\n", ": ", 1))
		}
		return lines
	case "context":
		var parts []string
		for _, e := range elements {
			parts = append(parts, s.shown(e))
		}
		return split(strings.Join(parts, " "))
	case "actions":
		var labels []string
		for _, e := range elements {
			labels = append(labels, "["+textOf(e.(obj)["text"])+"]")
		}
		return []string{strings.Join(labels, " ")}
	case "input":
		return []string{textOf(b["label"])}
	case "rich_text":
		return s.richLines(elements)
	}
	return nil
}

func textOf(v any) string {
	o, _ := v.(obj)
	text, _ := o["text"].(string)
	return strings.ReplaceAll(text, "\u2060", "")
}

// shown is a text object as people read it.
func (s *Server) shown(v any) string {
	o, _ := v.(obj)
	if o["type"] == "mrkdwn" {
		return s.unmark(textOf(o))
	}
	return textOf(o)
}

var (
	anyToken   = regexp.MustCompile(`<([^<>]+)>`)
	boldWords  = regexp.MustCompile(`(^|[\s(])\*([^*\n]+)\*`)
	codeWords  = regexp.MustCompile("`([^`\n]+)`")
	unentities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// unmark turns Slack's markup into what people read.
func (s *Server) unmark(text string) string {
	text = anyToken.ReplaceAllStringFunc(text, func(token string) string { return s.readToken(token[1 : len(token)-1]) })
	text = boldWords.ReplaceAllString(text, "$1$2")
	text = codeWords.ReplaceAllString(text, "$1")
	return unentities.Replace(text)
}

func (s *Server) readToken(inner string) string {
	id, label, _ := strings.Cut(inner, "|")
	switch {
	case strings.HasPrefix(id, "@"):
		return "@" + s.handle(id[1:])
	case strings.HasPrefix(id, "#"):
		return "#" + s.channelName(id[1:])
	case strings.HasPrefix(id, "!subteam^"):
		return "@" + s.groupName(strings.TrimPrefix(id, "!subteam^"))
	case strings.HasPrefix(id, "!date^"):
		return label
	case strings.HasPrefix(id, "!"):
		return "@" + id[1:]
	case label != "":
		return label + " (" + id + ")"
	}
	return id
}

func (s *Server) handle(id string) string {
	if u := s.users[id]; u != nil {
		return u.Handle
	}
	return id
}

func (s *Server) channelName(id string) string {
	if ch := s.channels[id]; ch != nil {
		return ch.name
	}
	return id
}

func (s *Server) groupName(id string) string {
	if g := s.groups[id]; g != nil {
		return g.handle
	}
	return id
}

func (s *Server) richLines(elements []any) []string {
	var lines []string
	for _, e := range elements {
		part, _ := e.(obj)
		inner, _ := part["elements"].([]any)
		switch part["type"] {
		case "rich_text_list":
			for _, item := range inner {
				pieces, _ := item.(obj)["elements"].([]any)
				lines = append(lines, "• "+strings.Join(split(s.pieces(pieces)), "\n"))
			}
		case "rich_text_quote":
			for _, line := range split(s.pieces(inner)) {
				lines = append(lines, "> "+line)
			}
		default:
			lines = append(lines, split(strings.TrimSuffix(s.pieces(inner), "\n"))...)
		}
	}
	return lines
}

func (s *Server) pieces(elements []any) string {
	var out strings.Builder
	for _, e := range elements {
		o, _ := e.(obj)
		text := func(key string) string { v, _ := o[key].(string); return v }
		switch o["type"] {
		case "text":
			out.WriteString(text("text"))
		case "user":
			out.WriteString("@" + s.handle(text("user_id")))
		case "usergroup":
			out.WriteString("@" + s.groupName(text("usergroup_id")))
		case "channel":
			out.WriteString("#" + s.channelName(text("channel_id")))
		case "broadcast":
			out.WriteString("@" + text("range"))
		case "date":
			out.WriteString(text("fallback"))
		case "link":
			out.WriteString(s.readToken(text("url") + "|" + text("text")))
		}
	}
	return out.String()
}
