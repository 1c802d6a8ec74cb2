package mattermosttest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// World is a small chat on a Mattermost server of its own. It is a [chattest.World].
type World struct {
	Server *Server
	Team   *Team
	// Proxy stands between the platform and the server. People use the server itself.
	Proxy *Proxy
	// Config is what the platform was made with.
	Config mattermost.Config

	platform *witness
	clock    clock
	mu       sync.Mutex
	forms    map[string]opened // open before each person
	counted  map[string]bool   // person and post ids
	calls    []Callback        // what the server sent
	handler  http.Handler      // what hears them
}

var (
	_ chattest.World      = (*World)(nil)
	_ chattest.Clocked    = (*World)(nil)
	_ chattest.Cuttable   = (*World)(nil)
	_ chattest.Rewritable = (*World)(nil)
)

// opened is a form as one person's client shows it.
type opened struct {
	channel string
	dialog  model.OpenDialogRequest
}

// NewWorld starts a world that ends with the test.
func NewWorld(t testing.TB) *World {
	t.Helper()
	return NewWorldWith(t, nil, nil)
}

// NewWorldWith starts a world whose server and platform are configured otherwise.
func NewWorldWith(t testing.TB, env map[string]string, configure func(*mattermost.Config)) *World {
	t.Helper()
	server, made := startWorld(t, env)
	w := &World{
		Server: server, Proxy: NewProxy(t, server.URL),
		forms: map[string]opened{}, counted: map[string]bool{},
	}
	w.Team = &Team{
		Server: server, ID: made.team, Name: worldTeam, Square: made.square, Bot: made.bot,
		t: t, people: map[string]*Person{},
	}
	for _, name := range append([]string{outsider, robot}, worldPeople...) {
		w.Team.people[name] = newPerson(w.Team, name, &model.User{Id: made.ids[name], Username: name}, made.tokens[name])
	}
	w.connect(t, configure)
	for _, name := range worldPeople {
		w.Team.people[name].Look()
	}
	return w
}

// startWorld starts a server on a copy of the seeded database.
func startWorld(t testing.TB, env map[string]string) (*Server, *seed) {
	t.Helper()
	house.mu.Lock()
	defer house.mu.Unlock()
	if !house.active {
		t.Fatal("TestMain must call mattermosttest.Main")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if house.pg == nil {
		house.prepare(ctx, t)
	}
	made := house.seed(ctx, t)
	house.count++
	s := &Server{binary: house.needs.server, dir: filepath.Join(house.dir, fmt.Sprintf("server%d", house.count))}
	db := database{name: fmt.Sprintf("mm%d", house.count), like: made.database}
	must(t, "start a world's server", s.boot(ctx, house.pg, db, env))
	s.Admin = model.NewAPIv4Client(s.URL)
	s.Admin.SetToken(made.admin)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the Mattermost log:\n%s", s.proc.tail())
		}
		s.proc.kill(syscall.SIGKILL)
	})
	return s, made
}

// connect makes the platform, serves its callbacks and has the slash command call them.
func (w *World) connect(t testing.TB, configure func(*mattermost.Config)) {
	t.Helper()
	listener := httptest.NewServer(http.HandlerFunc(w.callback))
	t.Cleanup(listener.Close)
	command := w.Team.Command("incident", listener.URL+"/mattermost/command")
	w.Config = mattermost.Config{
		URL: w.Proxy.URL, Token: w.Team.Bot.Token, Team: worldTeam, CommandToken: command.Token,
		PublicURL: listener.URL, Command: "/incident", Now: time.Now, Timeout: sight / 2,
	}
	if configure != nil {
		configure(&w.Config)
	}
	w.Restart(t)
}

// Restart puts a new platform in the place of the one there is, as after a restart of the bot: it has the
// same config and remembers nothing. Whoever ran the old one has stopped it.
func (w *World) Restart(t testing.TB) {
	t.Helper()
	platform, err := mattermost.New(w.Config)
	must(t, "make the platform", err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler = platform.Handler()
	w.platform = &witness{Platform: platform, clock: &w.clock}
}

// Platform is the platform under test.
func (w *World) Platform() chat.Platform { return w.platform }

// User is the id of a person or account.
func (w *World) User(t testing.TB, person string) chat.UserID {
	t.Helper()
	return chat.UserID(w.Team.Person(person).ID)
}

// Room is the id of a channel.
func (w *World) Room(t testing.TB, name string) chat.RoomID {
	t.Helper()
	ch, _, err := w.Server.Admin.GetChannelByName(ctx(t), name, w.Team.ID, "")
	must(t, "find channel "+name, err)
	return chat.RoomID(ch.Id)
}

// channel is the id of a channel as person names it.
func (w *World) channel(t testing.TB, person, name string) string {
	t.Helper()
	if name != chattest.Bot {
		return string(w.Room(t, name))
	}
	ch, _, err := w.Team.Person(person).Client.CreateDirectChannel(ctx(t), w.Team.Person(person).ID, w.Team.Bot.ID)
	must(t, "find the conversation with the bot", err)
	return ch.Id
}

// ctx outlives the test's own context, which ends before its clean-up looks around.
func ctx(t testing.TB) context.Context {
	t.Helper()
	return context.WithoutCancel(t.Context())
}

// Messages are the messages of a channel.
func (w *World) Messages(t testing.TB, channel string) []chattest.Seen {
	t.Helper()
	return w.seen(t, w.Server.Admin, string(w.Room(t, channel)), func(*model.Post) bool { return true })
}

// Directs are the messages from the bot to person. Private answers, which Mattermost sometimes leaves no
// other way for, are among [World.Whispers].
func (w *World) Directs(t testing.TB, person string) []chattest.Seen {
	t.Helper()
	return w.direct(t, person, func(post *model.Post) bool { return !whisper(post) })
}

// Whispers are the private answers that came to person as direct messages, oldest first: to reactions, to
// forms that a button opened, and those with buttons to buttons.
func (w *World) Whispers(t testing.TB, person string) []chattest.Seen {
	t.Helper()
	return w.direct(t, person, whisper)
}

func whisper(post *model.Post) bool {
	key, _ := post.GetProp("sitrep_key").(string)
	return strings.HasPrefix(key, "whisper/")
}

func (w *World) direct(t testing.TB, person string, wanted func(*model.Post) bool) []chattest.Seen {
	t.Helper()
	return w.seen(t, w.Team.Person(person).Client, w.channel(t, person, chattest.Bot), func(post *model.Post) bool {
		return post.UserId == w.Team.Bot.ID && wanted(post)
	})
}

func (w *World) seen(t testing.TB, as *model.Client4, channel string, wanted func(*model.Post) bool) []chattest.Seen {
	t.Helper()
	list, _, err := as.GetPostsForChannel(ctx(t), channel, 0, 200, "", false, false)
	must(t, "read channel", err)
	posts := list.ToSlice()
	slices.Reverse(posts)
	known := w.Channels(t)
	var all []chattest.Seen
	for _, post := range posts {
		if post.IsSystemMessage() || !wanted(post) {
			continue
		}
		one := chattest.Seen{
			ID: chat.MessageID(post.Id), By: w.name(post.UserId), Text: text(post), Links: links(marked(post), known),
			Buttons: allButtons(post), Pinned: post.IsPinned, Thread: chat.MessageID(post.RootId),
		}
		one.File, one.FileText = file(t, as, post)
		all = append(all, one)
	}
	return all
}

func file(t testing.TB, as *model.Client4, post *model.Post) (name, content string) {
	t.Helper()
	if len(post.FileIds) == 0 {
		return "", ""
	}
	infos, _, err := as.GetFileInfosForPost(ctx(t), post.Id, "")
	must(t, "look at a file", err)
	data, _, err := as.GetFile(ctx(t), post.FileIds[0])
	must(t, "read a file", err)
	return infos[0].Name, string(data)
}

// name is who an id belongs to.
func (w *World) name(id string) string {
	if id == w.Team.Bot.ID {
		return worldBot
	}
	for name, p := range w.Team.people {
		if p.ID == id {
			return name
		}
	}
	return id
}

// Members are the people in a channel.
func (w *World) Members(t testing.TB, channel string) []string {
	t.Helper()
	members, _, err := w.Server.Admin.GetChannelMembers(ctx(t), string(w.Room(t, channel)), 0, 200, "")
	must(t, "list members", err)
	var names []string
	for _, m := range members {
		if _, ok := w.Team.people[w.name(m.UserId)]; ok {
			names = append(names, w.name(m.UserId))
		}
	}
	slices.Sort(names)
	return names
}

// Topic is a channel's header.
func (w *World) Topic(t testing.TB, channel string) string {
	t.Helper()
	ch, _, err := w.Server.Admin.GetChannel(ctx(t), string(w.Room(t, channel)))
	must(t, "look at a channel", err)
	return strings.ReplaceAll(shown(ch.Header), gap, "")
}

// Channels are all channels that are not archived, without those every team begins with.
func (w *World) Channels(t testing.TB) []string {
	t.Helper()
	open, _, err := w.Server.Admin.GetPublicChannelsForTeam(ctx(t), w.Team.ID, 0, 200, "")
	must(t, "list public channels", err)
	private, _, err := w.Server.Admin.GetPrivateChannelsForTeam(ctx(t), w.Team.ID, 0, 200, "")
	must(t, "list private channels", err)
	var names []string
	for _, ch := range append(open, private...) {
		if ch.Name != "town-square" && ch.Name != "off-topic" {
			names = append(names, ch.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Cut breaks the WebSocket. Calls that are under way go on.
func (w *World) Cut(testing.TB) { w.Proxy.CutSockets() }
