package slacktest

// User is a person in the workspace, or an app's bot user.
type User struct {
	ID, Handle, Name string
	Email            string // empty: the profile shows none
	Locale, Zone     string // as Slack writes them: "pt-BR", "America/Sao_Paulo"
	Bot              bool
	Deleted          bool
	Guest            bool // a restricted account that cannot be invited
	External         bool // of another organisation, by a shared channel
	Team             string
}

type group struct {
	id, handle string
	members    []string
}

// AddUser adds a person, or replaces the one with the same id. It gives the id, made up when empty.
func (s *Server) AddUser(u User) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = s.id("U")
	}
	if u.Team == "" {
		u.Team = s.TeamID
	}
	if s.users[u.ID] == nil {
		s.order = append(s.order, u.ID)
	}
	s.users[u.ID] = &u
	return u.ID
}

// ChangeUser replaces a person and tells the app so.
func (s *Server) ChangeUser(u User) {
	s.AddUser(u)
	s.mu.Lock()
	s.emit(nil, obj{"type": "user_change", "user": s.users[u.ID].json(true)})
	s.mu.Unlock()
	s.flush()
}

// AddGroup adds a user group and gives its id.
func (s *Server) AddGroup(handle string, members ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &group{id: s.id("S"), handle: handle, members: members}
	s.groups[g.id] = g
	return g.id
}

func (u *User) json(locale bool) obj {
	profile := obj{"real_name": u.Name, "display_name": u.Handle}
	if u.Email != "" {
		profile["email"] = u.Email
	}
	o := obj{
		"id": u.ID, "team_id": u.Team, "name": u.Handle, "real_name": u.Name, "deleted": u.Deleted,
		"is_bot": u.Bot, "is_restricted": u.Guest, "is_stranger": u.External, "profile": profile,
	}
	if u.Zone != "" {
		o["tz"] = u.Zone
	}
	if locale && u.Locale != "" {
		o["locale"] = u.Locale
	}
	return o
}

func usersInfo(c *call) obj {
	u := c.s.users[c.str("user")]
	if u == nil {
		return no("user_not_found")
	}
	return yes(obj{"user": u.json(c.flag("include_locale"))})
}

func usersList(c *call) obj {
	all := make([]any, len(c.s.order))
	for i, id := range c.s.order {
		all[i] = c.s.users[id].json(c.flag("include_locale"))
	}
	part, cursor, refusal := page(c, all, 1000, 1000)
	if refusal != nil {
		return refusal
	}
	return paged("members", part, cursor)
}

func usersLookupByEmail(c *call) obj {
	for _, id := range c.s.order {
		if u := c.s.users[id]; u.Email != "" && u.Email == c.str("email") && !u.Deleted {
			return yes(obj{"user": u.json(false)})
		}
	}
	return no("users_not_found")
}

func usergroupsUsersList(c *call) obj {
	g := c.s.groups[c.str("usergroup")]
	if g == nil {
		return no("no_such_subteam")
	}
	ids := []any{}
	for _, id := range g.members {
		ids = append(ids, id)
	}
	return yes(obj{"users": ids})
}
