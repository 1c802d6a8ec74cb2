package mattermosttest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// Proxy stands between a client and a server and can lose, delay and refuse what passes, WebSockets
// included.
type Proxy struct {
	// URL is where clients connect.
	URL string

	server http.Handler // behind us

	mu     sync.Mutex
	rules  []*Rule
	conns  map[*line]struct{}
	closed bool // new connections are refused
	thaw   chan struct{}
}

// Rule makes requests go wrong.
type Rule struct {
	// Match picks the requests. It may read the body with Body.
	Match func(*http.Request) bool
	// Count is how many requests are hit.
	Count int
	// Act answers instead of the server. forward passes the request on and drops the server's answer.
	Act func(w http.ResponseWriter, r *http.Request, forward func())

	hits int
}

// NewProxy stands before the server at target until the test ends.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	to, err := url.Parse(target)
	must(t, "parse "+target, err)
	p := &Proxy{conns: map[*line]struct{}{}, thaw: make(chan struct{})}
	forward := httputil.NewSingleHostReverseProxy(to)
	forward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { hangUp(w) }
	p.server = forward
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			p.socket(r)
		}
		if rule := p.match(r); rule != nil {
			rule.Act(w, r, func() { forward.ServeHTTP(httptest.NewRecorder(), r) })
			return
		}
		forward.ServeHTTP(w, r)
	}))
	server.Listener = &tap{Listener: server.Listener, proxy: p}
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, lineKey{}, conn)
	}
	server.Start()
	t.Cleanup(func() {
		p.Thaw()
		p.Cut()
		server.Close()
	})
	p.URL = server.URL
	return p
}

// Forward passes a request on and its answer back.
func (p *Proxy) Forward(w http.ResponseWriter, r *http.Request) { p.server.ServeHTTP(w, r) }

// Add puts a rule behind those there are. The first that matches acts.
func (p *Proxy) Add(r *Rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, r)
}

// Hits is how many requests a rule has hit.
func (p *Proxy) Hits(r *Rule) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return r.hits
}

func (p *Proxy) match(r *http.Request) *Rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, rule := range p.rules {
		if rule.hits < rule.Count && rule.Match(r) {
			rule.hits++
			return rule
		}
	}
	return nil
}

// Cut breaks all connections there are.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		_ = conn.Conn.Close() // it is to be gone
	}
}

// CutSockets breaks all WebSockets there are and lets calls be.
func (p *Proxy) CutSockets() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		if conn.socket {
			_ = conn.Conn.Close() // it is to be gone
		}
	}
}

// lineKey finds a request's connection in its context.
type lineKey struct{}

func (p *Proxy) socket(r *http.Request) {
	if conn, ok := r.Context().Value(lineKey{}).(*line); ok {
		p.mu.Lock()
		conn.socket = true
		p.mu.Unlock()
	}
}

// Refuse turns away new connections, or takes them again.
func (p *Proxy) Refuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = refuse
}

// FreezeSockets lets nothing pass any more on the WebSockets there are, and does not close them.
func (p *Proxy) FreezeSockets() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		conn.frozen = conn.frozen || conn.socket
	}
}

// Thaw ends the waiting of frozen connections, so that they can be closed.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thaw:
	default:
		close(p.thaw)
	}
}

// tap notes the connections it accepts.
type tap struct {
	net.Listener
	proxy *Proxy
}

func (l *tap) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.proxy.mu.Lock()
		if l.proxy.closed {
			l.proxy.mu.Unlock()
			_ = conn.Close() // refused
			continue
		}
		c := &line{Conn: conn, proxy: l.proxy}
		l.proxy.conns[c] = struct{}{}
		l.proxy.mu.Unlock()
		return c, nil
	}
}

// line is one connection.
type line struct {
	net.Conn
	proxy  *Proxy
	frozen bool // under proxy.mu, as is socket
	socket bool
}

func (c *line) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.hold()
	return n, err
}

func (c *line) Write(b []byte) (int, error) {
	c.hold()
	return c.Conn.Write(b)
}

func (c *line) hold() {
	c.proxy.mu.Lock()
	frozen := c.frozen
	c.proxy.mu.Unlock()
	if frozen {
		<-c.proxy.thaw
	}
}

func (c *line) Close() error {
	c.proxy.mu.Lock()
	delete(c.proxy.conns, c)
	c.proxy.mu.Unlock()
	return c.Conn.Close()
}

// hangUp breaks the connection of a request without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close() // that is the point
	}
}

// Ways for a rule to act.

// LoseAnswer lets the request have its effect and breaks the connection before the answer.
func LoseAnswer(w http.ResponseWriter, _ *http.Request, forward func()) {
	forward()
	hangUp(w)
}

// LoseRequest breaks the connection before the request has any effect.
func LoseRequest(w http.ResponseWriter, _ *http.Request, _ func()) { hangUp(w) }

// Answer answers for the server.
func Answer(status int, headers map[string]string, body string) func(http.ResponseWriter, *http.Request, func()) {
	return func(w http.ResponseWriter, _ *http.Request, _ func()) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may be gone
	}
}
