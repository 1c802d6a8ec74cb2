package slack

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// rooms is what is known about channels.
type rooms struct {
	mu       sync.Mutex
	names    map[chat.RoomID]string
	ids      map[string]chat.RoomID
	topics   map[chat.RoomID]string // as they were last set, in Slack's escapes
	keys     map[chat.RoomID]string // the actions that opened them
	directs  map[chat.UserID]chat.RoomID
	active   []chat.RoomID // newest last
	archived map[chat.RoomID]bool
}

func newRooms() *rooms {
	return &rooms{
		names: map[chat.RoomID]string{}, ids: map[string]chat.RoomID{}, topics: map[chat.RoomID]string{},
		keys: map[chat.RoomID]string{}, directs: map[chat.UserID]chat.RoomID{}, archived: map[chat.RoomID]bool{},
	}
}

func (r *rooms) learn(id, name string) {
	if id == "" || name == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names[chat.RoomID(id)], r.ids[name] = name, chat.RoomID(id)
}

func (r *rooms) name(id chat.RoomID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.names[id]
}

func (r *rooms) id(name string) (chat.RoomID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.ids[name]
	return id, ok
}

// claim notes which action opened a room, and tells which one did when another was first.
func (r *rooms) claim(id chat.RoomID, key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if owner := r.keys[id]; owner != "" {
		return owner
	}
	r.keys[id] = key
	return key
}

func (r *rooms) topic(id chat.RoomID) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.topics[id]
	return t, ok
}

func (r *rooms) setTopic(id chat.RoomID, topic string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.topics[id] = topic
}

func (r *rooms) direct(u chat.UserID) (chat.RoomID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.directs[u]
	return id, ok
}

func (r *rooms) setDirect(u chat.UserID, id chat.RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.directs[u] = id
}

func (r *rooms) archive(id chat.RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.archived[id] = true
}

func (r *rooms) isArchived(id chat.RoomID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.archived[id]
}

// maxActive is how many rooms are looked at after a gap.
const maxActive = 30

// touch notes that something happened in a room.
func (r *rooms) touch(id chat.RoomID) {
	if strings.HasPrefix(string(id), "D") || id == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active = append(slices.DeleteFunc(r.active, func(other chat.RoomID) bool { return other == id }), id)
	if len(r.active) > maxActive {
		r.active = r.active[1:]
	}
}

func (r *rooms) lately() []chat.RoomID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.active)
}

// everyKind is the kinds of channels a room can be.
var everyKind = []string{"public_channel", "private_channel"}

// mine calls visit for every room the bot is in, until it returns false.
func (p *Platform) mine(ctx context.Context, visit func(slack.Channel) bool) error {
	params := &slack.GetConversationsForUserParameters{Types: everyKind, Limit: 200, ExcludeArchived: true}
	for {
		type page struct {
			channels []slack.Channel
			cursor   string
		}
		got, err := asked(ctx, p, func(ctx context.Context) (page, error) {
			channels, cursor, err := p.api.GetConversationsForUserContext(ctx, params)
			return page{channels, cursor}, err
		})
		if err != nil {
			return err
		}
		for _, ch := range got.channels {
			p.rooms.learn(ch.ID, ch.Name)
			if !visit(ch) {
				return nil
			}
		}
		if params.Cursor = got.cursor; got.cursor == "" {
			return nil
		}
	}
}

// warmRooms learns the names of the rooms the bot is in, and which of them it opened itself.
func (p *Platform) warmRooms(ctx context.Context) {
	self := p.self.Load()
	err := p.mine(ctx, func(ch slack.Channel) bool {
		if self != nil && ch.Creator == self.user {
			p.rooms.touch(chat.RoomID(ch.ID))
		}
		return true
	})
	if err != nil && ctx.Err() == nil {
		p.cfg.Log.Warn().Err(classify("list the bot's channels", err)).Msg("channels will be looked up one by one")
	}
}

var roomIDs = regexp.MustCompile(`^[CGD][A-Z0-9]{7,}$`)

// Place implements [chat.Platform]. It takes an id, or a name with or without #.
func (p *Platform) Place(ctx context.Context, name string) (chat.RoomID, error) {
	op := "look up channel " + name
	name = strings.TrimPrefix(strings.TrimSpace(name), "#")
	if name == "" {
		return "", &chat.Error{Class: chat.Missing, Op: op, Err: errors.New("no name given")}
	}
	if roomIDs.MatchString(name) {
		ch, err := p.info(ctx, chat.RoomID(name))
		if err != nil {
			return "", classify(op, err)
		}
		return chat.RoomID(ch.ID), nil
	}
	name = strings.ToLower(name)
	if id, ok := p.rooms.id(name); ok {
		return id, nil
	}
	return p.searchRoom(ctx, op, name)
}

func (p *Platform) info(ctx context.Context, id chat.RoomID) (*slack.Channel, error) {
	ch, err := asked(ctx, p, func(ctx context.Context) (*slack.Channel, error) {
		return p.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: string(id)})
	})
	if err == nil {
		p.rooms.learn(ch.ID, ch.Name)
	}
	return ch, err
}

// searchRoom pages through all channels, because Slack has no look-up by name.
func (p *Platform) searchRoom(ctx context.Context, op, name string) (chat.RoomID, error) {
	params := &slack.GetConversationsParameters{Types: everyKind, Limit: 500, ExcludeArchived: true}
	for {
		var cursor string
		channels, err := asked(ctx, p, func(ctx context.Context) ([]slack.Channel, error) {
			channels, next, err := p.api.GetConversationsContext(ctx, params)
			cursor = next
			return channels, err
		})
		if err != nil {
			return "", classify(op, err)
		}
		for _, ch := range channels {
			if ch.Name == name {
				p.rooms.learn(ch.ID, ch.Name)
				return chat.RoomID(ch.ID), nil
			}
		}
		if params.Cursor = cursor; cursor == "" {
			return "", &chat.Error{
				Class: chat.Missing, Op: op, Err: errors.New("no such channel, or the bot cannot see it"),
				Hint: "check the name, and invite the bot when the channel is private",
			}
		}
	}
}

// roomName is a room's name for a request: from memory, or what came along with it.
func (p *Platform) roomName(id chat.RoomID, given string) string {
	if name := p.rooms.name(id); name != "" {
		return name
	}
	if given == "directmessage" || given == "privategroup" {
		return ""
	}
	p.rooms.learn(string(id), given)
	return given
}
