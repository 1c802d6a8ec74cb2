package slacktest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// TB is the part of testing.TB that the server needs. A fatal finding is reported with Errorf, because it
// is found on a server goroutine.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Cleanup(func())
}

// Options say what kind of workspace to serve. The zero value serves a usual one.
type Options struct {
	// Now is the workspace's clock. Without it time stands still at a fixed moment.
	Now func() time.Time
	// Scopes of the bot token. Nil means every scope that some method of this fake asks for.
	Scopes []string
	// Events the app is subscribed to. Nil means all that this fake sends.
	Events []string
	// HandlerURL is where HTTP mode delivers: the base of /slack/command, /slack/action, /slack/event.
	// It may be set later with [Server.DeliverTo]. Empty means Socket Mode.
	HandlerURL string
	// Command is the registered slash command; "/incident" when empty.
	Command string
	// Rates switches the limits of Slack's tiers on. See ratelimit.go.
	Rates bool
	// Burst is how many messages a channel takes at once before one a second; 3 when zero.
	Burst int
	// Lenient keeps an unknown method or argument from failing the test. It is still refused.
	Lenient bool
	// BareWordsSleep says that a bare "@here" in marked-up text wakes nobody. Reports contradict each
	// other (unverified), so by default it counts as a ping.
	BareWordsSleep bool
	// LooseAcks accepts an acknowledgement on another connection than the envelope came on (unverified).
	LooseAcks bool
	// CreateRace lets simultaneous calls create two channels of one name, as was once observed live.
	CreateRace bool
	// Before runs at the start of every call to a Web API method, outside of any lock. A benchmark uses
	// it to give calls a length. It must return when ctx ends.
	Before func(ctx context.Context, method string)
}

// Server is the fake. All methods are safe for concurrent use.
type Server struct {
	t    TB
	opts Options
	http *httptest.Server
	out  *http.Transport // deliveries to the app

	mu        sync.Mutex
	settled   *sync.Cond // signalled when a delivery ends
	closed    bool
	seq       int
	team      obj
	tokens    map[string]*token
	users     map[string]*User
	order     []string // user ids in the order of their making
	groups    map[string]*group
	channels  map[string]*channel
	rooms     []string // channel ids in the order of their making
	files     map[string]*file
	views     map[string]*view
	homes     map[string]*view
	stacks    map[string][]string // open modals of a user, bottom first
	triggers  map[string]*trigger
	hooks     map[string]*hook // response urls
	private   []Ephemeral
	pings     []Ping
	links     []LinkSeen
	calls     []Call
	faults    []*fault
	buckets   map[string]*bucket
	sockets   sockets
	pending   []*Delivery
	busy      int // attempts in flight
	attempts  sync.WaitGroup
	deadHooks bool

	// BotUser, BotID, AppID and TeamID identify the installed app.
	BotUser, BotID, AppID, TeamID string
	// BotToken, AppToken and SigningSecret are its credentials.
	BotToken, AppToken, SigningSecret string
}

// epoch is the workspace's time when a test brings no clock.
var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// New serves a workspace until the test ends.
func New(t TB, opts Options) *Server {
	t.Helper()
	s := &Server{
		t: t, opts: withDefaults(opts), out: &http.Transport{},
		users: map[string]*User{}, groups: map[string]*group{}, channels: map[string]*channel{}, files: map[string]*file{},
		views: map[string]*view{}, homes: map[string]*view{}, stacks: map[string][]string{},
		triggers: map[string]*trigger{}, hooks: map[string]*hook{}, buckets: map[string]*bucket{},
		BotID: "B0SITREP", AppID: "A0SITREP", TeamID: "T0OPS", BotUser: "U0SITREP",
		BotToken: "xoxb-slacktest-bot", AppToken: "xapp-slacktest-app", SigningSecret: "8f742231b10e8888abcd99yyyzzz85a5",
	}
	s.settled = sync.NewCond(&s.mu)
	s.team = obj{"id": s.TeamID, "name": "Ops", "domain": "ops", "email_domain": "example.org"}
	s.installTokens()
	s.AddUser(User{ID: s.BotUser, Handle: "sitrep", Name: "Sitrep", Bot: true})
	s.sockets.init(s)
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func withDefaults(o Options) Options {
	if o.Now == nil {
		o.Now = func() time.Time { return epoch }
	}
	if o.Command == "" {
		o.Command = "/incident"
	}
	if o.Burst == 0 {
		o.Burst = 3
	}
	return o
}

// Close stops the server and its sockets. Calling it twice is fine.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.settled.Broadcast()
	s.mu.Unlock()
	s.sockets.closeAll()
	s.http.CloseClientConnections()
	s.http.Close()
	s.attempts.Wait()
	s.out.CloseIdleConnections()
}

// APIURL is the base for a client, with the slash at its end that the client wants.
func (s *Server) APIURL() string { return s.http.URL + "/api/" }

// DeliverTo switches to HTTP mode with the handlers under base.
func (s *Server) DeliverTo(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.HandlerURL = base
}

func (s *Server) now() time.Time { return s.opts.Now() }

// id mints an identifier that says what it is for: C0000000073. The last digit is always the same, so that
// an id with another last digit is nobody's.
func (s *Server) id(prefix string) string {
	s.seq++
	return fmt.Sprintf("%s%010d", prefix, 10*s.seq+3)
}

// broken reports something that must not happen in a test.
func (s *Server) broken(format string, args ...any) {
	s.t.Helper()
	if !s.opts.Lenient {
		s.t.Errorf("slacktest: "+format, args...)
	}
}

// hangUp closes the connection of a request without an answer, as a dying proxy does.
func hangUp(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
