package slacktest

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// channel is a public or private channel, or a direct message with the bot.
type channel struct {
	id, name, creator string
	created           int64
	private, archived bool
	general, im       bool
	topic, purpose    string
	members           []string
	messages          []*message // oldest first
	last              int64      // microseconds of the newest ts
	pins              []string
	bookmarks         []obj
}

func (ch *channel) has(user string) bool { return slices.Contains(ch.members, user) }

func (ch *channel) json(s *Server) obj {
	text := func(value string) obj { return obj{"value": value, "creator": ch.creator, "last_set": ch.created} }
	o := obj{
		"id": ch.id, "name": ch.name, "name_normalized": ch.name, "is_channel": !ch.private && !ch.im,
		"is_group": ch.private, "is_im": ch.im, "is_mpim": false, "is_private": ch.private || ch.im,
		"is_archived": ch.archived, "is_general": ch.general, "is_member": ch.has(s.BotUser),
		"created": ch.created, "creator": ch.creator, "topic": text(ch.topic), "purpose": text(ch.purpose),
		"context_team_id": s.TeamID,
	}
	if ch.im {
		o["user"] = ch.members[0]
	}
	return o
}

// AddChannel makes a channel as an admin would, with people in it, and gives its id. The bot is in it when
// it is among the members.
func (s *Server) AddChannel(name string, private bool, members ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	creator := "U0ADMIN"
	if len(members) > 0 {
		creator = members[0]
	}
	return s.makeChannel(name, creator, private, members).id
}

func (s *Server) makeChannel(name, creator string, private bool, members []string) *channel {
	ch := &channel{
		id: s.id("C"), name: name, creator: creator, private: private, created: s.now().Unix(),
		members: slices.Clone(members),
	}
	s.channels[ch.id] = ch
	s.rooms = append(s.rooms, ch.id)
	return ch
}

// seen is the channel as the bot may see it: a private one it is not in does not exist (Slack docs).
func (c *call) seen() (*channel, obj) {
	ch := c.s.channelOf(c)
	if ch == nil || (ch.private && !ch.has(c.s.BotUser) && !ch.archived) {
		return nil, no("channel_not_found")
	}
	return ch, nil
}

// inside is the channel when the bot is a member of it and it is in use.
func (c *call) inside() (*channel, obj) {
	ch, refusal := c.seen()
	switch {
	case refusal != nil:
		return nil, refusal
	case ch.archived:
		return nil, no("is_archived")
	case !ch.has(c.s.BotUser):
		return nil, no("not_in_channel")
	}
	return ch, nil
}

var validName = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]+$`)

// nameProblem is the code for a name that Slack refuses. It refuses; it does not repair (Slack docs).
func nameProblem(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "invalid_name_required"
	case utf8.RuneCountInString(name) > 80:
		return "invalid_name_maxlength"
	case strings.Trim(name, "_-") == "":
		return "invalid_name_punctuation"
	case !validName.MatchString(name):
		return "invalid_name_specials"
	}
	return ""
}

func conversationsCreate(c *call) obj {
	s, name, private := c.s, c.str("name"), c.flag("is_private")
	scope := "channels:manage"
	if private {
		scope = "groups:write"
	}
	if refusal := s.checkScopes(c, []string{scope}, nil); refusal != nil {
		return refusal
	}
	if problem := nameProblem(name); problem != "" {
		return no(problem)
	}
	if s.nameTaken(name) && !(s.opts.CreateRace && c.free) {
		return no("name_taken")
	}
	ch := s.makeChannel(name, s.BotUser, private, []string{s.BotUser})
	return yes(obj{"channel": ch.json(s)})
}

// nameTaken is true for archived channels too: they keep their names (observed live).
func (s *Server) nameTaken(name string) bool {
	for _, ch := range s.channels {
		if ch.name == name && !ch.im {
			return true
		}
	}
	return false
}

// free tells whether nobody had a name when a call arrived. Two simultaneous calls both find it free, and
// both succeeded (observed live, switchable).
func (s *Server) free(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.nameTaken(name)
}

// maxInvite is how many people an invitation takes (Slack docs, argument text).
const maxInvite = 100

// conversationsInvite is all or nothing unless forced, and names each person it stumbled over (Slack docs).
func conversationsInvite(c *call) obj {
	s := c.s
	ch, refusal := c.inside()
	if refusal != nil {
		return refusal
	}
	users := c.list("users")
	if len(users) > maxInvite {
		return no("too_many_users")
	}
	var good []string
	var bad []any
	for _, id := range users {
		if code := s.inviteProblem(ch, id); code != "" {
			bad = append(bad, obj{"user": id, "ok": false, "error": code})
			continue
		}
		good = append(good, id)
	}
	if len(bad) > 0 && (!c.flag("force") || len(good) == 0) {
		return obj{"ok": false, "error": bad[0].(obj)["error"], "errors": bad}
	}
	for _, id := range good {
		s.join(ch, id)
	}
	answer := yes(obj{"channel": ch.json(s)})
	if len(bad) > 0 {
		answer["errors"] = bad
	}
	return answer
}

func (s *Server) inviteProblem(ch *channel, id string) string {
	u := s.users[id]
	switch {
	case id == s.BotUser:
		return "cant_invite_self"
	case u == nil, u.External:
		return "user_not_found"
	case u.Deleted:
		return "cant_invite"
	case u.Bot:
		return "user_is_bot"
	case u.Guest:
		return "user_is_restricted"
	case ch.has(id):
		return "already_in_channel"
	}
	return ""
}

func (s *Server) join(ch *channel, user string) {
	if ch.has(user) {
		return
	}
	ch.members = append(ch.members, user)
	s.system(ch, "channel_join", user, "<@"+user+"> has joined the channel")
	s.emit(ch, obj{"type": "member_joined_channel", "user": user, "channel": ch.id, "channel_type": kindOf(ch), "team": s.TeamID})
}

func kindOf(ch *channel) string {
	if ch.private {
		return "G"
	}
	return "C"
}

func conversationsKick(c *call) obj {
	ch, refusal := c.inside()
	if refusal != nil {
		return refusal
	}
	user := c.str("user")
	switch {
	case user == c.s.BotUser:
		return no("cant_kick_self")
	case ch.general:
		return no("cant_kick_from_general")
	case c.s.users[user] == nil:
		return no("user_not_found")
	case !ch.has(user):
		return no("not_in_channel")
	}
	ch.remove(user)
	return yes(obj{"errors": obj{}}) // an object here, an array everywhere else (observed live)
}

func (ch *channel) remove(user string) {
	ch.members = slices.DeleteFunc(ch.members, func(id string) bool { return id == user })
}

func conversationsInfo(c *call) obj {
	ch, refusal := c.seen()
	if refusal != nil {
		return refusal
	}
	info := ch.json(c.s)
	if c.flag("include_num_members") {
		info["num_members"] = len(ch.members)
	}
	return yes(obj{"channel": info})
}

func conversationsJoin(c *call) obj {
	ch := c.s.channelOf(c)
	switch {
	case ch == nil:
		return no("channel_not_found")
	case ch.private || ch.im:
		return no("method_not_supported_for_channel_type")
	case ch.archived:
		return no("is_archived")
	case ch.has(c.s.BotUser):
		return yes(obj{
			"channel": ch.json(c.s), "warning": "already_in_channel",
			"response_metadata": obj{"warnings": []any{"already_in_channel"}},
		})
	}
	c.s.join(ch, c.s.BotUser)
	return yes(obj{"channel": ch.json(c.s)})
}

func conversationsLeave(c *call) obj {
	ch, refusal := c.seen()
	switch {
	case refusal != nil:
		return refusal
	case ch.archived:
		return no("is_archived")
	case !ch.has(c.s.BotUser):
		return obj{"ok": true, "not_in_channel": true}
	}
	ch.remove(c.s.BotUser)
	return yes(nil)
}

func conversationsSetTopic(c *call) obj {
	return describe(c, "topic", func(ch *channel, text string) { ch.topic = text })
}

func conversationsSetPurpose(c *call) obj {
	return describe(c, "purpose", func(ch *channel, text string) { ch.purpose = text })
}

// describe sets topic or purpose: 250 characters, and a system message each time (Slack docs).
func describe(c *call, what string, set func(*channel, string)) obj {
	ch, refusal := c.inside()
	if refusal != nil {
		return refusal
	}
	text := c.str(what)
	if utf8.RuneCountInString(text) > 250 {
		return no("too_long")
	}
	set(ch, text)
	c.s.system(ch, "channel_"+what, c.s.BotUser, "set the channel "+what+": "+text)
	return yes(obj{"channel": ch.json(c.s)})
}

// conversationsOpen opens the direct message with one person; this fake has no group messages.
func conversationsOpen(c *call) obj {
	s, users := c.s, c.list("users")
	switch {
	case len(users) == 0:
		return no("users_list_not_supplied")
	case len(users) > 1:
		s.broken("conversations.open with several people is not implemented")
		return no("too_many_users")
	}
	u := s.users[users[0]]
	switch {
	case u == nil:
		return no("user_not_found")
	case u.Deleted:
		return no("user_disabled")
	}
	ch, opened := s.directWith(u.ID)
	return yes(obj{"channel": ch.json(s), "no_op": !opened, "already_open": !opened})
}

func (s *Server) directWith(user string) (ch *channel, opened bool) {
	for _, id := range s.rooms {
		if ch := s.channels[id]; ch.im && ch.has(user) {
			return ch, false
		}
	}
	ch = s.makeChannel("", user, false, []string{user, s.BotUser})
	delete(s.channels, ch.id)
	ch.id, ch.im = "D"+ch.id[1:], true
	s.channels[ch.id] = ch
	s.rooms[len(s.rooms)-1] = ch.id
	return ch, true
}

// conversationsArchive throws the bot out with the archiving (observed live): from then on it can neither
// read the channel nor bring it back.
func conversationsArchive(c *call) obj {
	ch, refusal := c.seen()
	switch {
	case refusal != nil:
		return refusal
	case ch.general:
		return no("cant_archive_general")
	case ch.archived && ch.private:
		return no("channel_not_found")
	case ch.archived:
		return no("already_archived")
	case !ch.has(c.s.BotUser):
		return no("not_in_channel")
	}
	c.s.emit(ch, obj{"type": archiveEvent(ch), "channel": ch.id, "user": c.s.BotUser})
	ch.archived = true
	ch.remove(c.s.BotUser)
	return yes(nil)
}

func archiveEvent(ch *channel) string {
	if ch.private {
		return "group_archive"
	}
	return "channel_archive"
}

// conversationsUnarchive fails for every bot token, because archiving removed the bot (observed live).
func conversationsUnarchive(c *call) obj {
	ch, refusal := c.seen()
	switch {
	case refusal != nil:
		return refusal
	case !ch.archived:
		return no("not_archived")
	}
	return no("not_in_channel")
}
