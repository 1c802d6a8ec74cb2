package slacktest

import (
	"slices"
	"sort"
	"strings"
)

// token is a credential and what it may do.
type token struct {
	kind   string // "bot" or "app"
	scopes []string
	dead   string // the error code it answers with since it was revoked
}

func (s *Server) installTokens() {
	scopes := s.opts.Scopes
	if scopes == nil {
		scopes = AllScopes()
	}
	s.tokens = map[string]*token{
		s.BotToken: {kind: "bot", scopes: scopes},
		s.AppToken: {kind: "app", scopes: []string{"connections:write"}},
	}
}

// AllScopes is every bot scope that some rule of this fake asks for.
func AllScopes() []string {
	set := map[string]bool{"commands": true, "chat:write.public": true}
	for _, m := range methods {
		if m.app {
			continue
		}
		for _, scope := range append(slices.Clone(m.scopes), m.private...) {
			set[scope] = true
		}
	}
	for _, scopes := range eventScopes {
		for _, scope := range scopes {
			set[scope] = true
		}
	}
	scopes := make([]string, 0, len(set))
	for scope := range set {
		scopes = append(scopes, scope)
	}
	sort.Strings(scopes)
	return scopes
}

// ScopesOf is what a method asks for on public channels and on private ones (Slack docs, method pages).
func ScopesOf(method string) (public, private []string) {
	m := methods[method]
	return m.scopes, m.private
}

// ScopesOfEvent is what a subscription to an event asks for (Slack docs, event pages).
func ScopesOfEvent(event string) []string { return eventScopes[event] }

// authorize finds the one token of a call and checks kind and scopes. Codes: Slack docs, common errors.
func (s *Server) authorize(c *call, m method, tokens []string) obj {
	if len(tokens) == 0 || tokens[0] == "" {
		return no("not_authed")
	}
	if len(tokens) > 1 {
		s.broken("%s got %d tokens, one is allowed", c.method, len(tokens))
		return no("invalid_auth")
	}
	t := s.tokens[tokens[0]]
	switch {
	case t == nil:
		return no("invalid_auth")
	case t.dead != "":
		return no(t.dead)
	}
	c.token = t
	if m.app != (t.kind == "app") {
		return no("not_allowed_token_type")
	}
	return s.checkScopes(c, m.scopes, m.private)
}

// checkScopes wants one of the alternatives in each entry ("a|b"). With a channel at hand the scopes of
// private channels replace those of public ones.
func (s *Server) checkScopes(c *call, public, private []string) obj {
	needed := public
	if ch := s.channelOf(c); ch != nil && len(private) > 0 {
		needed = scopesFor(ch, public, private)
	}
	for _, scope := range needed {
		if !c.token.has(scope) {
			return obj{
				"ok": false, "error": "missing_scope", "needed": scope,
				"provided": strings.Join(c.token.scopes, ","),
			}
		}
	}
	return nil
}

// scopesFor picks the twin for the kind of channel: channels:read becomes groups:read or im:read.
func scopesFor(ch *channel, public, private []string) []string {
	switch {
	case ch.im:
		var twins []string
		for _, scope := range private {
			if strings.HasPrefix(scope, "im:") {
				twins = append(twins, scope)
			}
		}
		return twins
	case ch.private:
		var twins []string
		for _, scope := range private {
			if !strings.HasPrefix(scope, "im:") {
				twins = append(twins, scope)
			}
		}
		return twins
	default:
		return public
	}
}

func (t *token) has(scope string) bool { return slices.Contains(t.scopes, scope) }

// channelOf is the channel that a call names, if it does.
func (s *Server) channelOf(c *call) *channel {
	for _, name := range []string{"channel", "channel_id"} {
		if ch := s.channels[c.args[name]]; ch != nil {
			return ch
		}
	}
	return nil
}

// Revoke makes the bot token answer code from now on: "token_revoked", "account_inactive", …
// An empty code makes it work again.
func (s *Server) Revoke(code string) { s.kill(s.BotToken, code) }

// RevokeApp does the same to the app-level token.
func (s *Server) RevokeApp(code string) { s.kill(s.AppToken, code) }

func (s *Server) kill(value, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value].dead = code
}

// Grant replaces the bot's scopes.
func (s *Server) Grant(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[s.BotToken].scopes = scopes
}

// Without takes scopes away from the bot.
func (s *Server) Without(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[s.BotToken]
	t.scopes = slices.DeleteFunc(slices.Clone(t.scopes), func(scope string) bool { return slices.Contains(scopes, scope) })
}

// granted is what every answer says about the token, in a header (Slack docs).
func (s *Server) granted() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.tokens[s.BotToken].scopes, ",")
}

func authTest(c *call) obj {
	s := c.s
	return yes(obj{
		"url": "https://ops.slack.com/", "team": s.team["name"], "user": "sitrep", "team_id": s.TeamID,
		"user_id": s.BotUser, "bot_id": s.BotID, "is_enterprise_install": false,
	})
}

func teamInfo(c *call) obj { return yes(obj{"team": c.s.team}) }
