package mattermost

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Name is what this platform is called everywhere.
const Name chat.Name = "mattermost"

// Platform is one Mattermost team. It keeps nothing that a restart would miss.
type Platform struct {
	cfg   Config
	api   *model.Client4
	seal  sealer
	trust trust

	people    people
	strangers chan string
	cards     cards
	later     laters
	dms       sync.Map // chat.UserID → the chat.RoomID of the channel with them
	rooms     sync.Map // channel id → *model.Channel

	mu sync.RWMutex
	me place

	hearer atomic.Pointer[chat.Hearer]
}

// place is where the bot is at home: known once it is connected.
type place struct {
	bot  *model.User
	team *model.Team
}

var _ chat.Platform = (*Platform)(nil)

// New makes a platform that is not connected yet. It calls nobody.
func New(cfg Config) (*Platform, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("mattermost: %w", err)
	}
	p := &Platform{
		cfg:       cfg,
		api:       client(cfg),
		seal:      newSealer(cfg.Secret),
		strangers: make(chan string, 64),
	}
	p.trust = trust{now: cfg.Now, fetch: p.signingKey}
	return p, nil
}

// client is the library's client with our transport and token.
func client(cfg Config) *model.Client4 {
	api := model.NewAPIv4Client(cfg.URL)
	api.HTTPClient = cfg.HTTP
	api.SetToken(cfg.Token)
	return api
}

// Name is "mattermost".
func (p *Platform) Name() chat.Name { return Name }

// Do carries out one action.
func (p *Platform) Do(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if err := p.arrive(ctx); err != nil {
		return chat.Result{}, err
	}
	var result chat.Result
	err := p.insist(ctx, string(a.Room), func() (err error) {
		result, err = p.act(ctx, a, again)
		return err
	})
	return result, err
}

func (p *Platform) act(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	switch a.Verb {
	case chat.OpenRoom:
		return p.open(ctx, a)
	case chat.Invite:
		return p.invite(ctx, a)
	case chat.Remove:
		return chat.Result{}, p.remove(ctx, a)
	case chat.Topic:
		return chat.Result{}, p.topic(ctx, a)
	case chat.Post:
		return p.post(ctx, a, a.Room, nil, again)
	case chat.Edit:
		return p.edit(ctx, a)
	case chat.Pin:
		return chat.Result{}, p.pin(ctx, a)
	case chat.Direct:
		return p.direct(ctx, a, again)
	case chat.Upload:
		return p.upload(ctx, a, again)
	case chat.Archive:
		return chat.Result{}, p.archive(ctx, a)
	case chat.Bookmark, chat.Home: // not without a licence; no such page
		return chat.Result{}, nil
	default:
		return chat.Result{}, &chat.Error{Class: chat.Invalid, Op: string(a.Verb), Code: "unknown verb"}
	}
}

// arrive finds out who the bot is and where its team is, once.
func (p *Platform) arrive(ctx context.Context) error {
	p.mu.RLock()
	known := p.me.team != nil
	p.mu.RUnlock()
	if known {
		return nil
	}
	me, err := p.whoAmI(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.me = me
	p.mu.Unlock()
	return nil
}

func (p *Platform) whoAmI(ctx context.Context) (place, error) {
	bot, err := call(ctx, p, "sign in", func(ctx context.Context) (*model.User, *model.Response, error) {
		return p.api.GetMe(ctx, "")
	})
	if err != nil {
		return place{}, hinted(err, chat.Missing, "there is no Mattermost at this address; check `url:`")
	}
	team, err := call(ctx, p, "find team "+p.cfg.Team, func(ctx context.Context) (*model.Team, *model.Response, error) {
		return p.api.GetTeamByName(ctx, p.cfg.Team, "")
	})
	if err != nil {
		return place{}, teamHint(err, "there is no such team, or the bot is not a member of it; run `sitrep setup mattermost`")
	}
	member, err := call(ctx, p, "enter team "+p.cfg.Team, func(ctx context.Context) (*model.TeamMember, *model.Response, error) {
		return p.api.GetTeamMember(ctx, team.Id, bot.Id, "")
	})
	if err == nil && member.DeleteAt != 0 {
		err = &chat.Error{Class: chat.Forbidden, Op: "enter team " + p.cfg.Team, Code: "left"}
	}
	if err != nil {
		return place{}, teamHint(err, "the bot is not a member of the team; run `sitrep setup mattermost`")
	}
	p.people.put(bot)
	return place{bot: bot, team: team}, nil
}

// teamHint adds the way out to an error that the team's absence explains.
func teamHint(err error, hint string) error {
	return hinted(hinted(err, chat.Missing, hint), chat.Forbidden, hint)
}

func (p *Platform) botID() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.me.bot == nil {
		return ""
	}
	return p.me.bot.Id
}

func (p *Platform) team() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.me.team == nil {
		return ""
	}
	return p.me.team.Id
}

// Place looks up a channel of the team by name, with or without ~ or #, or by id, and enters it when it is
// public, because the bot neither hears nor speaks where it is not a member.
func (p *Platform) Place(ctx context.Context, name string) (chat.RoomID, error) {
	if err := p.arrive(ctx); err != nil {
		return "", err
	}
	ch, err := p.channel(ctx, name)
	if err != nil {
		return "", err
	}
	if ch.Type == model.ChannelTypeOpen {
		if err := p.enter(ctx, ch.Id); err != nil {
			return "", err
		}
	}
	return chat.RoomID(ch.Id), nil
}
