package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// sockets are the WebSocket connections of Socket Mode.
type sockets struct {
	s       *Server
	mu      sync.Mutex
	tickets map[string]bool
	conns   []*socketConn
	opened  int
	turn    int
	lastPin time.Time
	acked   map[string]bool // envelopes sent by SendRaw that came back
	changed *sync.Cond
}

// socketConn is one connection.
type socketConn struct {
	ws     *websocket.Conn
	write  sync.Mutex
	silent bool // half open: the peer is gone without a word
}

// maxSockets is how many connections an app may have (Slack docs).
const maxSockets = 10

// maxAck is where Slack drops an acknowledgement without a word (client library's documentation).
const maxAck = 20_000

func (k *sockets) init(s *Server) {
	k.s, k.tickets, k.acked = s, map[string]bool{}, map[string]bool{}
	k.changed = sync.NewCond(&k.mu)
}

// connectionsOpen hands out an address with a ticket that works once (Slack docs).
func connectionsOpen(c *call) obj {
	ticket := c.s.id("ticket")
	k := &c.s.sockets
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tickets[ticket] = true
	return yes(obj{"url": "ws" + strings.TrimPrefix(c.s.http.URL, "http") + "/socket/" + ticket})
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

func (k *sockets) serve(w http.ResponseWriter, r *http.Request, ticket string) {
	k.mu.Lock()
	known := k.tickets[ticket]
	delete(k.tickets, ticket)
	k.mu.Unlock()
	if !known {
		http.Error(w, "ticket used or unknown", http.StatusNotFound)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	conn := &socketConn{ws: ws}
	defer ws.Close()
	ws.SetPingHandler(func(data string) error { return conn.pong(data) })
	if !k.join(conn) {
		conn.send(obj{"type": "disconnect", "reason": "too_many_websockets"})
		return
	}
	defer k.leave(conn)
	k.s.Wake()
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		k.heard(conn, data)
	}
}

func (c *socketConn) pong(data string) error {
	c.write.Lock()
	defer c.write.Unlock()
	if c.silent {
		return nil
	}
	return c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Time{})
}

// send writes a frame; a silent connection swallows it.
func (c *socketConn) send(v any) {
	c.write.Lock()
	defer c.write.Unlock()
	if !c.silent {
		_ = c.ws.WriteJSON(v)
	}
}

func (k *sockets) join(conn *socketConn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.conns) >= maxSockets {
		return false
	}
	k.opened++
	conn.send(obj{
		"type": "hello", "num_connections": len(k.conns) + 1, "connection_info": obj{"app_id": k.s.AppID},
		"debug_info": obj{"host": "applink-1", "started": "2026-03-02 09:00:00.000", "build_number": 1, "approximate_connection_time": 18060},
	})
	k.conns = append(k.conns, conn)
	k.changed.Broadcast()
	return true
}

func (k *sockets) leave(conn *socketConn) {
	k.mu.Lock()
	for i, c := range k.conns {
		if c == conn {
			k.conns = append(k.conns[:i:i], k.conns[i+1:]...)
			break
		}
	}
	k.changed.Broadcast()
	k.mu.Unlock()
	for _, d := range k.s.onConn(conn) {
		k.s.finish(d, nil, "connection_failed", true)
	}
}

func (s *Server) onConn(conn *socketConn) []*Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*Delivery
	for _, d := range s.pending {
		if d.State == Flying && d.conn == conn {
			found = append(found, d)
		}
	}
	return found
}

// send puts a delivery on one of the connections, any of them (Slack docs).
func (k *sockets) send(d *Delivery) {
	k.mu.Lock()
	if len(k.conns) == 0 {
		k.mu.Unlock()
		k.s.finish(d, nil, "dispatch_failed", true)
		return
	}
	k.turn++
	conn := k.conns[k.turn%len(k.conns)]
	k.mu.Unlock()
	k.s.mu.Lock()
	d.conn, d.envelope = conn, k.s.id("env")
	frame := obj{
		"envelope_id": d.envelope, "type": d.Kind, "payload": d.Payload,
		"accepts_response_payload": d.Kind != "events_api",
	}
	if d.Attempt > 0 {
		frame["retry_attempt"], frame["retry_reason"] = d.Attempt, d.Reason
	}
	k.s.mu.Unlock()
	conn.send(frame)
}

// heard takes an acknowledgement.
func (k *sockets) heard(conn *socketConn, data []byte) {
	conn.write.Lock()
	silent := conn.silent
	conn.write.Unlock()
	if silent || len(data) >= maxAck {
		return
	}
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(data, &ack) != nil || ack.EnvelopeID == "" {
		k.s.broken("socket got something that is no acknowledgement: %.80s", data)
		return
	}
	k.mu.Lock()
	k.acked[ack.EnvelopeID] = true
	k.changed.Broadcast()
	k.mu.Unlock()
	d := k.s.byEnvelope(ack.EnvelopeID)
	if d == nil || (d.conn != conn && !k.s.opts.LooseAcks) {
		return
	}
	if d.Kind == "events_api" {
		ack.Payload = nil // The answer to an event is ignored (Slack docs).
	}
	k.s.finish(d, ack.Payload, "", true)
}

func (s *Server) byEnvelope(id string) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.pending {
		if d.envelope == id {
			return d
		}
	}
	return nil
}

// ping goes out to every connection when five seconds have passed since the last.
func (k *sockets) ping(now time.Time) {
	k.mu.Lock()
	if now.Sub(k.lastPin) < 5*time.Second {
		k.mu.Unlock()
		return
	}
	k.lastPin = now
	conns := append([]*socketConn(nil), k.conns...)
	k.mu.Unlock()
	for _, c := range conns {
		c.write.Lock()
		if !c.silent {
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("slacktest"), time.Time{})
		}
		c.write.Unlock()
	}
}

// each runs do on every open connection.
func (k *sockets) each(do func(*socketConn)) {
	k.mu.Lock()
	conns := append([]*socketConn(nil), k.conns...)
	k.mu.Unlock()
	for _, c := range conns {
		do(c)
	}
}

func (k *sockets) closeAll() { k.each(func(c *socketConn) { _ = c.ws.Close() }) }

// Sockets is how many connections are open, and how many there have been.
func (s *Server) Sockets() (open, ever int) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return len(s.sockets.conns), s.sockets.opened
}

// AwaitSockets waits until there have been so many connections in all and one of them is open.
func (s *Server) AwaitSockets(ever int) {
	k := &s.sockets
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.opened < ever || len(k.conns) == 0 {
		k.changed.Wait()
	}
}

// Disconnect tells every connection to go: "warning", "refresh_requested", "link_disabled" (Slack docs).
func (s *Server) Disconnect(reason string) {
	s.sockets.each(func(c *socketConn) {
		c.send(obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": "applink-1"}})
	})
}

// DropSockets cuts every connection without a word.
func (s *Server) DropSockets() {
	s.sockets.each(func(c *socketConn) { _ = c.ws.NetConn().Close() })
}

// HalfOpen makes every connection that is open now go silent without closing: nothing arrives any more in
// either direction, as when a router forgot the path (observed live).
func (s *Server) HalfOpen() {
	s.sockets.each(func(c *socketConn) {
		c.write.Lock()
		c.silent = true
		c.write.Unlock()
	})
}

// SendRaw puts any frame on every connection: an envelope of a type nobody knows yet.
func (s *Server) SendRaw(frame string) {
	var v any
	if err := json.Unmarshal([]byte(frame), &v); err != nil {
		panic(fmt.Sprintf("slacktest: frame: %v", err))
	}
	s.sockets.each(func(c *socketConn) { c.send(v) })
}

// AwaitAcks waits until these envelopes were acknowledged.
func (s *Server) AwaitAcks(envelopes ...string) {
	k := &s.sockets
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range envelopes {
		for !k.acked[id] {
			k.changed.Wait()
		}
	}
}
