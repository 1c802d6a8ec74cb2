package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // so that zones are known on a machine without them

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

var (
	slashShape  = regexp.MustCompile(`^/[a-z][a-z0-9_-]{0,30}$`)
	roomHandle  = regexp.MustCompile(`^[a-z0-9._-]+$`)
	personShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
)

// check reports everything that is wrong beyond types, and reads what the config names.
func (c *checker) check() {
	if c.Spoiled("") {
		return // not even a mapping
	}
	c.settings.file = c.file
	c.zone = c.inZone("time_zone", c.TimeZone)
	c.language("language", c.Language)
	c.checkHead()
	c.checkHTTP()
	c.checkBooks()
	c.checkPlatforms()
	c.checkPeople()
	c.checkRoles()
	c.checkLog()
}

func (c *checker) checkHead() {
	if c.Data == "" {
		c.Wrong("data", "is empty", "the folder for the bot's journal, such as ./data")
	}
	if !slashShape.MatchString(c.Command) {
		c.Wrong("command", fmt.Sprintf("%q is not a slash command", c.Command), "one such as /incident, in lower case")
	}
}

// inZone is a time zone, or a problem.
func (c *checker) inZone(key, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		c.Wrong(key, fmt.Sprintf("%q is no time zone", name), "an IANA name such as Europe/Paris, America/Sao_Paulo or UTC")
		return time.UTC
	}
	return zone
}

func (c *checker) language(key, name string) {
	if known := words.Languages(); !slices.Contains(known, name) {
		c.Wrong(key, fmt.Sprintf("%q is no language that sitrep speaks", name), nearestOf(name, known))
	}
}

// nearestOf is the nearest known word, else all of them.
func nearestOf(word string, known []string) string {
	if near, ok := nearest(word, known); ok {
		return near
	}
	return "one of " + strings.Join(known, ", ")
}

func (c *checker) checkHTTP() {
	if !isAddress(c.HTTP.Listen) {
		c.Wrong("http.listen", fmt.Sprintf("%q is no address to listen on", c.HTTP.Listen),
			"host and port such as 127.0.0.1:8080, or :8080 for every network")
	}
	if c.HTTP.PublicURL != "" && !isURL(c.HTTP.PublicURL, "http", "https") {
		c.Wrong("http.public_url", fmt.Sprintf("%q is no address", c.HTTP.PublicURL), "one such as https://sitrep.example.org")
	}
	c.HTTP.PublicURL = strings.TrimRight(c.HTTP.PublicURL, "/")
}

// isURL tells whether a text is the address of a server, without a query.
func isURL(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func (c *checker) checkBooks() {
	c.playbooks = map[string]*playbook.Playbook{}
	if c.playbook = c.bookOf("playbook", c.Playbook); c.playbook != nil {
		c.playbooks[c.playbook.Name] = c.playbook
	}
	for i, name := range c.Playbooks {
		if name == c.Playbook || slices.Contains(c.Playbooks[:i], name) {
			continue // it is there already
		}
		key := "playbooks." + strconv.Itoa(i)
		book := c.bookOf(key, name)
		if book == nil {
			continue
		}
		if c.playbooks[book.Name] != nil {
			c.Wrong(key, fmt.Sprintf("another playbook is called %q, too", book.Name), "a name of its own under playbook: in one of the files")
		}
		c.playbooks[book.Name] = book
	}
}

func (c *checker) checkPlatforms() {
	unread := c.Spoiled("slack") || c.Spoiled("mattermost") || c.Spoiled("room.enabled")
	if len(c.platforms()) == 0 && !unread {
		c.Wrong("", "no chat platform is configured", "slack:, mattermost:, or room: {enabled: true} for the browser room")
	}
	if c.Slack != nil {
		c.sentences("slack", c.Slack.adapter(c.Command).Problems())
	}
	if c.Mattermost == nil {
		return
	}
	c.sentences("mattermost", c.Mattermost.adapter(c.Command, c.HTTP.PublicURL).Problems())
	if c.HTTP.PublicURL == "" {
		c.Wrong("http.public_url", "is missing, and Mattermost needs it for commands and buttons",
			"the address under which Mattermost reaches sitrep, such as https://sitrep.example.org")
	}
}

// sentences takes over what an adapter says of its own config: "key: what is wrong; what to write".
func (c *checker) sentences(section string, problems []string) {
	for _, sentence := range problems {
		key, rest, ok := strings.Cut(sentence, ": ")
		if !ok {
			key, rest = "", sentence
		}
		what, fix, _ := strings.Cut(rest, "; ")
		c.Wrong(strings.TrimSuffix(section+"."+key, "."), what, strings.TrimPrefix(fix, "write "))
	}
}

func (c *checker) checkPeople() {
	for _, id := range sortedKeys(c.People) {
		p, key := c.People[id], "people."+id
		if !personShape.MatchString(id) {
			c.Wrong(key, fmt.Sprintf("%q is no short name", id), "lower case letters, digits, dots and hyphens, such as ana")
		}
		if p.TimeZone != "" {
			c.inZone(key+".time_zone", p.TimeZone)
		}
		if p.Language != "" {
			c.language(key+".language", p.Language)
		}
		if p.Room != "" && !roomHandle.MatchString(p.Room) {
			c.Wrong(key+".room", fmt.Sprintf("%q is no handle of the browser room", p.Room), "lower case letters, digits, dots and hyphens")
		}
		if p.Email != "" && !strings.Contains(strings.Trim(p.Email, "@"), "@") {
			c.Wrong(key+".email", fmt.Sprintf("%q is no email address", p.Email), "one such as ana@example.org")
		}
		c.checkReach(id, p)
	}
	for _, platform := range []chat.Name{slack.Name, mattermost.Name, room.Platform} {
		c.checkHandles(platform)
	}
}

// checkReach looks for people whom no configured platform can reach.
func (c *checker) checkReach(id string, p personConfig) {
	names := c.platforms()
	if slices.ContainsFunc(names, func(n chat.Name) bool { return p.handle(n) != "" }) || len(names) == 0 {
		return
	}
	c.Wrong("people."+id, "has no handle on any platform that is configured", fmt.Sprintf("%s: HANDLE", names[0]))
}

// checkHandles looks for handles that two people share.
func (c *checker) checkHandles(platform chat.Name) {
	owner := map[string]string{}
	for _, id := range sortedKeys(c.People) {
		handle := strings.ToLower(strings.TrimPrefix(c.People[id].handle(platform), "@"))
		if handle == "" {
			continue
		}
		if first, taken := owner[handle]; taken {
			c.Wrong("people."+id+"."+string(platform), fmt.Sprintf("%s has this handle already", first), "each person's own")
			continue
		}
		owner[handle] = id
	}
}

func (c *checker) checkRoles() {
	if c.playbook == nil {
		return
	}
	var known []string
	for _, r := range c.playbook.Roles {
		known = append(known, string(r.ID))
	}
	for _, role := range sortedKeys(c.Roles) {
		if !slices.Contains(known, role) {
			c.Wrong("roles."+role, fmt.Sprintf("the playbook %s has no role %q", c.playbook.Name, role), nearestOf(role, known))
		}
		for i, id := range c.Roles[role].People {
			key := fmt.Sprintf("roles.%s.people.%d", role, i)
			switch _, ok := c.People[id]; {
			case !ok:
				c.Wrong(key, fmt.Sprintf("nobody under people: is called %q", id), c.somebodyLike(id))
			case slices.Contains(c.Roles[role].People[:i], id):
				c.Wrong(key, fmt.Sprintf("%s is named twice", id), "each person once")
			}
		}
	}
}

func (c *checker) somebodyLike(id string) string {
	if near, ok := nearest(id, sortedKeys(c.People)); ok {
		return near
	}
	return fmt.Sprintf("people: {%s: {…}} first", id)
}

func (c *checker) checkLog() {
	if levels := []string{"debug", "info", "warn", "error"}; !slices.Contains(levels, c.Log.Level) {
		c.Wrong("log.level", fmt.Sprintf("%q is no level", c.Log.Level), nearestOf(c.Log.Level, levels))
	}
	if formats := []string{"json", "text"}; !slices.Contains(formats, c.Log.Format) {
		c.Wrong("log.format", fmt.Sprintf("%q is no format", c.Log.Format), nearestOf(c.Log.Format, formats))
	}
}

// channels are the names of the channels with a purpose, each once.
func (c config) channels() []string {
	var names []string
	for _, name := range []string{c.Channels.Announce, c.Channels.Stakeholders, c.Channels.Status} {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
