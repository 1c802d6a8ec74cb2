package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The socket is read here and not by the client library, whose own loop cuts the old connection before the
// new one is there, cannot acknowledge what it does not understand, and waits by the machine's clock.

// frame is anything Slack sends over a socket.
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	Reason         string          `json:"reason"`
	NumConnections int             `json:"num_connections"`
}

// link is one connection.
type link struct {
	ws     *websocket.Conn
	write  sync.Mutex
	beat   chan struct{} // a sign of life
	hello  chan struct{} // closed with the first hello
	leave  chan struct{} // closed when Slack asks to go
	dead   chan struct{} // closed when nothing more comes
	once   sync.Once
	greets sync.Once
}

const (
	maxFrame = 16 << 20
	// maxAck is where Slack drops an acknowledgement without a word.
	maxAck = 19_000
	// drainFor is how long an old connection may live beside the new one. Slack cuts it after ten seconds.
	drainFor = 12 * time.Second
)

// listen keeps a connection until ctx ends. It returns an error only when trying again cannot help.
func (p *Platform) listen(ctx context.Context, ready func()) error {
	var open sync.WaitGroup
	defer open.Wait()
	wait, first := p.cfg.Backoff, true
	for ctx.Err() == nil {
		conn, err := p.connect(ctx, &open)
		if err != nil {
			if class := chat.ClassOf(err); class == chat.Revoked || class == chat.Forbidden {
				return err
			}
			p.cfg.Log.Warn().Err(err).Msg("slack's socket cannot be opened, trying again")
			if err := pause(ctx, wait); err != nil {
				return err
			}
			wait = min(2*wait, time.Minute)
			continue
		}
		wait = p.cfg.Backoff
		if first {
			ready()
			first = false
		}
		p.later(func(context.Context) { p.catchUp(ctx) })
		p.stay(ctx, conn)
	}
	return ctx.Err()
}

// stay returns when another connection is needed.
func (p *Platform) stay(ctx context.Context, conn *link) {
	select {
	case <-ctx.Done():
	case <-conn.leave:
	case <-conn.dead:
		if ctx.Err() == nil {
			p.cfg.Log.Info().Msg("slack's socket is gone, connecting again")
		}
	}
}

// connect opens a connection and waits for Slack's hello. Everything that runs for it is counted in open.
func (p *Platform) connect(ctx context.Context, open *sync.WaitGroup) (*link, error) {
	const op = "open a socket"
	address, err := asked(ctx, p, func(ctx context.Context) (string, error) {
		_, address, err := p.api.StartSocketModeContext(ctx)
		return address, err
	})
	if err != nil {
		return nil, classify(op, err)
	}
	dialing, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment}
	ws, resp, err := dialer.DialContext(dialing, address, nil)
	if err != nil {
		return nil, &chat.Error{Class: chat.Temporary, Op: op, Err: errors.New(redact(err.Error()))}
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	conn := newLink(ws)
	open.Go(func() { p.readAll(ctx, conn) })
	open.Go(func() { conn.watch(ctx, p.cfg.Silence) })
	select {
	case <-conn.hello:
		return conn, nil
	case <-conn.dead:
	case <-dialing.Done():
		conn.close()
	}
	return nil, &chat.Error{Class: chat.Temporary, Op: op, Err: errors.New("no hello came")}
}

func newLink(ws *websocket.Conn) *link {
	conn := &link{
		ws: ws, beat: make(chan struct{}, 1), hello: make(chan struct{}), leave: make(chan struct{}), dead: make(chan struct{}),
	}
	ws.SetReadLimit(maxFrame)
	answer := ws.PingHandler()
	ws.SetPingHandler(func(data string) error {
		conn.alive()
		return answer(data)
	})
	return conn
}

func (c *link) alive() {
	select {
	case c.beat <- struct{}{}:
	default:
	}
}

func (c *link) close() { c.once.Do(func() { _ = c.ws.Close() }) }

// watch closes a connection that has been silent for too long, which may be half open, or that was told to
// go and had its time. When ctx ends it stops the reading; what was heard is still acknowledged.
func (c *link) watch(ctx context.Context, silence time.Duration) {
	for {
		wait, cancel := context.WithTimeout(ctx, silence)
		select {
		case <-c.beat:
			cancel()
		case <-c.leave:
			cancel()
			wait, cancel = context.WithTimeout(ctx, min(drainFor, silence))
			select {
			case <-c.dead:
			case <-wait.Done():
			}
			cancel()
			c.end(ctx)
			return
		case <-c.dead:
			cancel()
			return
		case <-wait.Done():
			cancel()
			c.end(ctx)
			return
		}
	}
}

// end stops the reading, gently when it is ctx that ended.
func (c *link) end(ctx context.Context) {
	if ctx.Err() == nil {
		c.close()
		return
	}
	_ = c.ws.SetReadDeadline(time.Unix(1, 0)) // long ago: the reader wakes up at once
}

// readAll hears a connection until it is closed. Each delivery is heard on its own, so that none waits for
// another.
func (p *Platform) readAll(ctx context.Context, conn *link) {
	defer close(conn.dead)
	defer conn.close()
	var hearing sync.WaitGroup
	defer hearing.Wait()
	for {
		_, data, err := conn.ws.ReadMessage()
		if err != nil {
			return
		}
		conn.alive()
		var f frame
		if json.Unmarshal(data, &f) != nil {
			p.cfg.Log.Warn().Msg("slack sent a frame that cannot be read")
			continue
		}
		switch f.Type {
		case "hello":
			p.greeted(conn, f)
		case "disconnect":
			p.toldToLeave(conn, f)
		default:
			hearing.Go(func() { p.take(ctx, conn, f) })
		}
	}
}

func (p *Platform) greeted(conn *link, f frame) {
	if f.NumConnections > 2 { // Two while one connection takes over from another.
		p.cfg.Log.Warn().Int("connections", f.NumConnections).
			Msg("another process uses this app token and takes a share of what people do; use one app for each environment")
	}
	conn.greets.Do(func() { close(conn.hello) })
}

// toldToLeave is Slack's request to move to another connection.
func (p *Platform) toldToLeave(conn *link, f frame) {
	if f.Reason == "link_disabled" {
		p.cfg.Log.Error().Msg("socket mode was switched off for this app; switch it on again in its settings")
	}
	select {
	case <-conn.leave:
	default:
		close(conn.leave)
	}
}

// take hears one delivery and acknowledges it. What is of no known kind is acknowledged as well: Slack would
// only send it again.
func (p *Platform) take(ctx context.Context, conn *link, f frame) {
	if f.EnvelopeID == "" {
		return
	}
	defer p.begin()()
	r := p.during(context.WithoutCancel(ctx), func(ctx context.Context) reply { return p.unpackFrame(ctx, f) })
	if !r.again {
		if err := conn.ack(f.EnvelopeID, r.ack); err != nil {
			p.cfg.Log.Warn().Err(err).Str("type", f.Type).Msg("an acknowledgement was not sent")
		}
	}
	if r.then != nil {
		p.later(r.then)
	}
}

// unpackFrame hears what is in a frame.
func (p *Platform) unpackFrame(ctx context.Context, f frame) reply {
	switch f.Type {
	case kindCommand:
		c, err := parse[command]("a command", f.Payload)
		if err != nil {
			return p.unreadable(err)
		}
		return slim(p, p.onCommand(ctx, c), c.ResponseURL)
	case kindAction:
		in, err := parse[interaction]("an interaction", f.Payload)
		if err != nil {
			return p.unreadable(err)
		}
		return p.onInteraction(ctx, in)
	case kindEvent:
		e, err := parse[envelope]("an event", f.Payload)
		if err != nil {
			return p.unreadable(err)
		}
		return p.onEnvelope(ctx, e)
	}
	return p.unreadable(fmt.Errorf("unknown kind %q", f.Type))
}

func (p *Platform) unreadable(err error) reply {
	p.cfg.Log.Warn().Err(err).Msg("acknowledged without being understood")
	return reply{}
}

// slim sends an answer that is too large for an acknowledgement to the address that came along.
func slim(p *Platform, r reply, address string) reply {
	message, ok := r.ack.(*private)
	if !ok {
		return r
	}
	if raw, err := json.Marshal(message); err == nil && len(raw) < maxAck {
		return r
	}
	return reply{then: func(ctx context.Context) {
		if err := p.respond(ctx, address, draft{message.Text, message.Blocks}); err != nil {
			p.cfg.Log.Warn().Err(classify("answer a command", err)).Msg("a private answer did not arrive")
		}
	}}
}

// ack answers on the connection that the envelope came by.
func (c *link) ack(envelope string, payload any) error {
	body := map[string]any{"envelope_id": envelope}
	if payload != nil {
		body["payload"] = payload
	}
	c.write.Lock()
	defer c.write.Unlock()
	return c.ws.WriteJSON(body)
}
