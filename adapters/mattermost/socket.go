package mattermost

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// maxFrame is the largest event we read.
const maxFrame = 8 << 20

// socket is one WebSocket connection. The client library has one too, but that cannot tell a dead link
// from a quiet one within a minute, and panics when it is used after a loss.
type socket struct {
	conn   *websocket.Conn
	events chan *model.WebSocketEvent // closed when the connection is lost
	alive  atomic.Bool                // something came since the last beat
}

// dial opens a connection that goes on where an earlier one broke off, when the server still knows it:
// connection and the sequence number that is expected next. An empty connection begins a new one.
func (p *Platform) dial(ctx context.Context, connection string, next int64) (*socket, error) {
	const op = "open the WebSocket"
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment}
	if transport, ok := p.cfg.HTTP.Transport.(*http.Transport); ok {
		dialer.Proxy, dialer.NetDialContext = transport.Proxy, transport.DialContext
		if transport.TLSClientConfig != nil {
			dialer.TLSClientConfig = transport.TLSClientConfig.Clone()
			dialer.TLSClientConfig.NextProtos = nil // HTTP/2 has no upgrade
		}
	}
	query := url.Values{"connection_id": {connection}, "sequence_number": {strconv.FormatInt(next, 10)}}
	address := "ws" + strings.TrimPrefix(p.cfg.URL, "http") + model.APIURLSuffix + "/websocket?" + query.Encode()
	conn, resp, err := dialer.DialContext(ctx, address, http.Header{"Authorization": {"Bearer " + p.cfg.Token}}) //nolint:bodyclose // the library has read and closed it
	if err != nil {
		failed := &chat.Error{Class: chat.Temporary, Op: op, Err: err}
		if resp != nil {
			failed.Code = strconv.Itoa(resp.StatusCode)
			failed.Class = byStatus(resp.StatusCode)
			failed.Wait = retryAfter(resp.Header)
		}
		return nil, failed
	}
	conn.SetReadLimit(maxFrame)
	return &socket{conn: conn, events: make(chan *model.WebSocketEvent, 256)}, nil
}

// read passes events on until the connection is lost.
func (s *socket) read(ctx context.Context) {
	defer close(s.events)
	s.conn.SetPongHandler(func(string) error {
		s.alive.Store(true)
		return nil
	})
	for {
		_, frame, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		s.alive.Store(true)
		event, err := model.WebSocketEventFromJSON(bytes.NewReader(frame))
		if err != nil || !event.IsValid() {
			continue // the answer to our own greeting, or something newer than we are
		}
		select {
		case s.events <- event:
		case <-ctx.Done():
			return
		}
	}
}

// watch asks a silent connection for a sign of life and closes it when none comes, or when ctx ends. A
// link that is half open looks like a quiet one otherwise.
func (s *socket) watch(ctx context.Context, beat time.Duration) {
	defer s.conn.Close()
	for silent := 0; silent < 2; silent++ {
		if s.alive.Swap(false) {
			silent = 0
		}
		// A link that takes nothing any more would hold us here for ever.
		go s.conn.WriteControl(websocket.PingMessage, nil, time.Time{}) //nolint:errcheck // its loss shows as silence
		if !pause(ctx, beat) {
			return
		}
	}
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	wait, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-wait.Done()
	return ctx.Err() == nil
}

// hello is what the server says first on a connection that is new to it.
type hello struct{ connection, version string }

func greeting(event *model.WebSocketEvent) (hello, bool) {
	if event.EventType() != model.WebsocketEventHello {
		return hello{}, false
	}
	text := func(key string) string {
		s, _ := event.GetData()[key].(string)
		return s
	}
	return hello{connection: text("connection_id"), version: text("server_version")}, true
}

func (h hello) String() string {
	return fmt.Sprintf("connection %s to version %s", h.connection, h.version)
}
