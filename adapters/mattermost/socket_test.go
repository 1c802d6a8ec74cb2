package mattermost

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// pipes is a network of its own, so that its clock can be the test's.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

func (*pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

// plug opens a WebSocket to a server that does this with it.
func plug(t *testing.T, serve func(*websocket.Conn)) *socket {
	t.Helper()
	network := &pipes{conns: make(chan net.Conn, 1), done: make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var upgrader websocket.Upgrader
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		serve(conn)
	})}
	go func() { _ = server.Serve(network) }()
	t.Cleanup(func() { _ = server.Close() })
	p := platform(t)
	p.cfg.HTTP = &http.Client{Transport: &http.Transport{DialContext: network.dial}}
	s, err := p.dial(t.Context(), "", 0)
	require.NoError(t, err)
	return s
}

// listen reads until the connection is lost.
func listen(conn *websocket.Conn) {
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
	}
}

// run watches and reads a socket and tells when it was given up.
func (s *socket) run(ctx context.Context, beat time.Duration) (lost chan struct{}) {
	lost = make(chan struct{})
	go s.watch(ctx, beat)
	go s.read(ctx)
	go func() {
		defer close(lost)
		for range s.events {
		}
	}()
	return lost
}

// A server that says nothing for hours but answers our pings is alive.
func TestQuietSocketIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		lost := plug(t, listen).run(ctx, 20*time.Second)
		time.Sleep(3 * time.Hour)
		select {
		case <-lost:
			require.Fail(t, "a living connection was given up")
		default:
		}
		stop()
		<-lost
	})
}

// One that takes our pings and answers none is given up after two beats.
func TestDumbSocketIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		lost := plug(t, func(conn *websocket.Conn) {
			conn.SetPingHandler(func(string) error { return nil })
			listen(conn)
		}).run(t.Context(), 20*time.Second)
		<-lost
		require.InDelta(t, 40, time.Since(start).Seconds(), 1)
	})
}

// So is one that takes nothing at all any more, as when the cable is out.
func TestStuckSocketIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, hold := time.Now(), make(chan struct{})
		lost := plug(t, func(*websocket.Conn) { <-hold }).run(t.Context(), 20*time.Second)
		<-lost
		require.InDelta(t, 40, time.Since(start).Seconds(), 1)
		close(hold)
	})
}

// Events arrive in order, and what is none is passed over.
func TestSocketReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := plug(t, func(conn *websocket.Conn) {
			for _, frame := range []string{
				`{"event":"hello","data":{"connection_id":"c","server_version":"9.9.0"},"seq":0}`, `{"status":"OK","seq_reply":1}`, `nonsense`,
				`{"event":"posted","data":{},"seq":1}`,
			} {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(frame))
			}
		})
		go s.read(t.Context())
		first := <-s.events
		h, ok := greeting(first)
		require.True(t, ok)
		require.Equal(t, hello{connection: "c", version: "9.9.0"}, h)
		require.Contains(t, h.String(), "9.9.0")
		second := <-s.events
		require.Equal(t, model.WebsocketEventPosted, second.EventType())
		require.EqualValues(t, 1, second.GetSequence())
		_, open := <-s.events
		require.False(t, open, "the channel is closed with the connection")
		require.NoError(t, s.conn.Close())
	})
}
