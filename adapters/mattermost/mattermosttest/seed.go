package mattermosttest

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// The people and channels of every world.
var (
	worldPeople   = []string{"ana", "ben", "chloe", "dora", "emil", "fay", "gus", "hugo"}
	worldChannels = []string{"incidents", "leadership", "status", "general"}
)

// locales are the languages of those who do not read English.
var locales = map[string]string{"ana": "pt-BR", "chloe": "fr"}

const (
	worldTeam = "ops"
	worldBot  = "sitrep"
	robot     = "robot"
	outsider  = "outsider"
)

// seed is a database with a team in it, made once and copied for each world: a copy takes 30 milliseconds,
// signing ten people up takes seconds.
type seed struct {
	database string
	admin    string // token
	team     string // id
	square   string // id of a channel
	bot      Bot
	ids      map[string]string // by user name
	tokens   map[string]string // by user name
}

func (h *machine) seed(ctx context.Context, t testing.TB) *seed {
	t.Helper()
	if h.seeded != nil {
		return h.seeded
	}
	h.count++ // a seed that failed leaves its own behind
	name := fmt.Sprintf("seed%d", h.count)
	s := &Server{binary: h.needs.server, dir: filepath.Join(h.dir, name)}
	must(t, "start a server to seed", s.boot(ctx, h.pg, database{name: name}, nil))
	defer s.proc.kill(syscall.SIGKILL)
	must(t, "seed", s.firstUser(ctx))
	made := &seed{database: name, admin: s.Admin.AuthToken, ids: map[string]string{}, tokens: map[string]string{}}
	must(t, "seed", made.fill(ctx, s.Admin))
	h.seeded = made
	return made
}

func (s *seed) fill(ctx context.Context, admin *model.Client4) error {
	team, _, err := admin.CreateTeam(ctx, &model.Team{Name: worldTeam, DisplayName: "Ops", Type: model.TeamOpen})
	if err != nil {
		return fmt.Errorf("create team: %w", err)
	}
	s.team = team.Id
	square, _, err := admin.GetChannelByName(ctx, "town-square", team.Id, "")
	if err != nil {
		return fmt.Errorf("find town square: %w", err)
	}
	s.square = square.Id
	for _, name := range append([]string{outsider}, worldPeople...) {
		if err := s.person(ctx, admin, name); err != nil {
			return err
		}
	}
	for _, name := range []string{worldBot, robot} {
		if err := s.account(ctx, admin, name); err != nil {
			return err
		}
	}
	s.bot = Bot{ID: s.ids[worldBot], Username: worldBot, Token: s.tokens[worldBot]}
	for _, name := range worldChannels {
		if err := s.channel(ctx, admin, name); err != nil {
			return err
		}
	}
	return nil
}

func (s *seed) person(ctx context.Context, admin *model.Client4, name string) error {
	user, _, err := admin.CreateUser(ctx, &model.User{
		Username: name, Email: name + "@example.org", Password: password, Locale: locales[name],
	})
	if err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	return s.welcome(ctx, admin, name, user.Id)
}

func (s *seed) account(ctx context.Context, admin *model.Client4, name string) error {
	bot, _, err := admin.CreateBot(ctx, &model.Bot{Username: name, DisplayName: name})
	if err != nil {
		return fmt.Errorf("create bot %s: %w", name, err)
	}
	return s.welcome(ctx, admin, name, bot.UserId)
}

// welcome gives an account a token, and a place in the team unless it is the outsider's.
func (s *seed) welcome(ctx context.Context, admin *model.Client4, name, id string) error {
	token, _, err := admin.CreateUserAccessToken(ctx, id, "tests", 0)
	if err != nil {
		return fmt.Errorf("create token of %s: %w", name, err)
	}
	s.ids[name], s.tokens[name] = id, token.Token
	if name == outsider {
		return nil
	}
	if _, _, err := admin.AddTeamMember(ctx, s.team, id); err != nil {
		return fmt.Errorf("add %s to the team: %w", name, err)
	}
	return nil
}

func (s *seed) channel(ctx context.Context, admin *model.Client4, name string) error {
	made, _, err := admin.CreateChannel(ctx, &model.Channel{
		TeamId: s.team, Name: name, DisplayName: name, Type: model.ChannelTypeOpen,
	})
	if err != nil {
		return fmt.Errorf("create channel %s: %w", name, err)
	}
	for _, member := range append([]string{worldBot}, worldPeople...) {
		if _, _, err := admin.AddChannelMember(ctx, made.Id, s.ids[member]); err != nil {
			return fmt.Errorf("add %s to %s: %w", member, name, err)
		}
	}
	return nil
}
