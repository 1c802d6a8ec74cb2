package mattermosttest

import (
	"context"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// password is everybody's. Nobody outside the machine can reach these servers.
const password = "Correct-Horse-7-Battery"

// Team is a team of its own for one test: nobody else posts in it.
type Team struct {
	Server *Server
	ID     string
	Name   string
	Square string // the id of the channel that everybody is in
	Bot    Bot

	t      testing.TB
	mark   string
	people map[string]*Person
}

// Bot is a bot account with a token, a member of the team.
type Bot struct {
	ID       string
	Username string
	Token    string
}

// Team makes a team with a bot and these people in it. People have the same short name in every test;
// their user names get the team's mark behind it, because they are unique on a server.
func (s *Server) Team(t testing.TB, people ...string) *Team {
	t.Helper()
	ctx := t.Context()
	mark := model.NewId()[:8]
	made, _, err := s.Admin.CreateTeam(ctx, &model.Team{Name: "t" + mark, DisplayName: "Team " + mark, Type: model.TeamOpen})
	must(t, "create team", err)
	team := &Team{Server: s, ID: made.Id, Name: made.Name, t: t, mark: mark, people: map[string]*Person{}}
	square, _, err := s.Admin.GetChannelByName(ctx, "town-square", made.Id, "")
	must(t, "find town square", err)
	team.Square = square.Id
	team.Bot = team.NewBot("sitrep")
	for _, name := range people {
		team.Join(name)
	}
	return team
}

// NewBot adds a bot account with a token to the team.
func (tm *Team) NewBot(name string) Bot {
	tm.t.Helper()
	ctx, admin := tm.t.Context(), tm.Server.Admin
	made, _, err := admin.CreateBot(ctx, &model.Bot{Username: name + "-" + tm.mark, DisplayName: name})
	must(tm.t, "create bot", err)
	token, _, err := admin.CreateUserAccessToken(ctx, made.UserId, "tests", 0)
	must(tm.t, "create bot token", err)
	_, _, err = admin.AddTeamMember(ctx, tm.ID, made.UserId)
	must(tm.t, "add bot to team", err)
	return Bot{ID: made.UserId, Username: made.Username, Token: token.Token}
}

// Join adds a new person to the team.
func (tm *Team) Join(name string) *Person {
	tm.t.Helper()
	p := tm.Outsider(name)
	_, _, err := tm.Server.Admin.AddTeamMember(tm.t.Context(), tm.ID, p.ID)
	must(tm.t, "add "+name+" to team", err)
	tm.people[name] = p
	return p
}

// Outsider is a new person on the server who is in no team.
func (tm *Team) Outsider(name string) *Person {
	tm.t.Helper()
	ctx, admin := tm.t.Context(), tm.Server.Admin
	username := name + "-" + tm.mark
	made, _, err := admin.CreateUser(ctx, &model.User{
		Username: username, Email: username + "@example.org", Password: password, FirstName: name,
	})
	must(tm.t, "create "+name, err)
	token, _, err := admin.CreateUserAccessToken(ctx, made.Id, "tests", 0)
	must(tm.t, "create token of "+name, err)
	return newPerson(tm, name, made, token.Token)
}

// Person is somebody who joined under this short name.
func (tm *Team) Person(name string) *Person {
	tm.t.Helper()
	p, ok := tm.people[name]
	if !ok {
		tm.t.Fatalf("nobody called %q in the team", name)
	}
	return p
}

// Channel makes a public channel with the bot and these people in it and returns its id.
func (tm *Team) Channel(name string, people ...*Person) string {
	tm.t.Helper()
	ctx, admin := tm.t.Context(), tm.Server.Admin
	made, _, err := admin.CreateChannel(ctx, &model.Channel{
		TeamId: tm.ID, Name: name, DisplayName: name, Type: model.ChannelTypeOpen,
	})
	must(tm.t, "create channel "+name, err)
	members := []string{tm.Bot.ID}
	for _, p := range people {
		members = append(members, p.ID)
	}
	for _, id := range members {
		_, _, err = admin.AddChannelMember(ctx, made.Id, id)
		must(tm.t, "add to "+name, err)
	}
	return made.Id
}

// Command makes a slash command (trigger without the slash) that calls url.
func (tm *Team) Command(trigger, url string) *model.Command {
	tm.t.Helper()
	made, _, err := tm.Server.Admin.CreateCommand(tm.t.Context(), &model.Command{
		TeamId: tm.ID, Trigger: trigger, Method: model.CommandMethodPost, URL: url, AutoComplete: true,
	})
	must(tm.t, "create command /"+trigger, err)
	return made
}

// Posts are all posts of a channel that people see, the oldest first; edits are shown as they are now.
func (tm *Team) Posts(channel string) []*model.Post {
	tm.t.Helper()
	list, _, err := tm.Server.Admin.GetPostsForChannel(context.WithoutCancel(tm.t.Context()), channel, 0, 200, "", false, false)
	must(tm.t, "read channel", err)
	posts := list.ToSlice()
	slices.Reverse(posts)
	return posts
}

// Said are the texts of all posts of a channel that a person or bot wrote, the oldest first.
func (tm *Team) Said(channel string) []string {
	tm.t.Helper()
	var said []string
	for _, post := range tm.Posts(channel) {
		if !post.IsSystemMessage() {
			said = append(said, post.Message)
		}
	}
	return said
}

func must(t testing.TB, doing string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}
