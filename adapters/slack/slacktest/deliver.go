package slacktest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Delivery is something Slack wants the app to know: an event, a command, a press.
type Delivery struct {
	Kind     string // "events_api", "slash_commands", "interactive"
	ID       string // event_id, or the envelope's
	Payload  obj
	Attempt  int    // 0 on the first try
	Reason   string // why there is another try, in the words of the delivery mode
	State    State
	Failure  string // what the person saw: "operation_timeout", "dispatch_failed", …
	envelope string
	sent     time.Time
	due      time.Time
	conn     *socketConn
	done     chan struct{}
	body     []byte
}

// State is how far a delivery has come.
type State string

// The states.
const (
	Queued  State = "queued"
	Flying  State = "flying"  // sent, not acknowledged
	Waiting State = "waiting" // failed, will be tried again when due
	Acked   State = "acked"
	Lost    State = "lost"
)

// ackWithin is how long the app may take (Slack docs).
const ackWithin = 3 * time.Second

// retries are the pauses before each further try of an event (Slack docs).
var retries = []time.Duration{0, time.Minute, 5 * time.Minute}

// emit queues an event about a channel when the app is subscribed and the bot is there to hear it.
func (s *Server) emit(ch *channel, event obj) {
	if ch != nil && !ch.has(s.BotUser) {
		return
	}
	if !s.subscribed(event) {
		return
	}
	s.seq++
	if event["event_ts"] == nil {
		event["event_ts"] = formatTS(s.now().UnixMicro())
	}
	id := s.id("Ev")
	s.pending = append(s.pending, &Delivery{
		Kind: "events_api", ID: id, State: Queued, done: make(chan struct{}),
		Payload: obj{
			"token": "deprecated", "team_id": s.TeamID, "context_team_id": s.TeamID, "api_app_id": s.AppID, "event": event, "type": "event_callback",
			"event_id": id, "event_time": s.now().Unix(), "is_ext_shared_channel": false, "event_context": "4-" + id,
			"authorizations": []any{obj{"team_id": s.TeamID, "user_id": s.BotUser, "is_bot": true, "is_enterprise_install": false}},
		},
	})
}

func (s *Server) subscribed(event obj) bool {
	if s.opts.Events == nil {
		return true
	}
	name, _ := event["type"].(string)
	if name == "message" {
		name = "message." + map[string]string{"channel": "channels", "group": "groups", "im": "im"}[event["channel_type"].(string)]
	}
	return slices.Contains(s.opts.Events, name)
}

// flush sends what is queued. Events go one after the other; a person's doing does not wait for them.
func (s *Server) flush() {
	s.mu.Lock()
	var ready []*Delivery
	for _, d := range s.pending {
		if d.State == Queued {
			d.State, d.sent = Flying, s.now()
			ready = append(ready, d)
			s.busy++
		}
	}
	closed := s.closed
	if !closed && len(ready) > 0 {
		s.attempts.Add(1)
	}
	s.mu.Unlock()
	if closed || len(ready) == 0 {
		return
	}
	go func() {
		defer s.attempts.Done()
		for _, d := range ready {
			s.attempt(d)
		}
	}()
}

// attempt makes one try of a delivery.
func (s *Server) attempt(d *Delivery) {
	s.mu.Lock()
	base := s.opts.HandlerURL
	s.mu.Unlock()
	if base == "" {
		s.sockets.send(d)
		return
	}
	s.post(base, d)
}

// finish ends a try. An empty failure means that it was acknowledged in time.
func (s *Server) finish(d *Delivery, body []byte, failure string, again bool) {
	s.mu.Lock()
	if d.State != Flying {
		s.mu.Unlock()
		return
	}
	s.busy--
	defer s.settled.Broadcast()
	late := s.now().Sub(d.sent) > ackWithin
	if failure == "" && late {
		failure = "operation_timeout"
	}
	switch {
	case failure == "":
		d.State, d.body = Acked, body
		close(d.done)
	case d.Kind == "events_api" && again && d.Attempt < len(retries):
		d.State, d.due, d.Reason = Waiting, s.now().Add(retries[d.Attempt]), failure
		d.Attempt++
	default: // Commands and presses are never sent again: the person saw the failure (Slack docs).
		d.State, d.Failure = Lost, failure
		close(d.done)
	}
	s.mu.Unlock()
	s.Wake()
}

// Wake does what has become due by the workspace's clock: times out, sends again, pings sockets.
func (s *Server) Wake() {
	now := s.now()
	s.mu.Lock()
	var late []*Delivery
	for _, d := range s.pending {
		switch {
		case d.State == Waiting && !now.Before(d.due):
			d.State = Queued
		case d.State == Flying && d.conn != nil && now.Sub(d.sent) > ackWithin:
			late = append(late, d)
		}
	}
	s.mu.Unlock()
	for _, d := range late {
		s.finish(d, nil, "timeout", true)
	}
	s.flush()
	s.sockets.ping(now)
}

// NextWake is when Wake has something to do next; zero when nothing is planned.
func (s *Server) NextWake() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next time.Time
	consider := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, d := range s.pending {
		switch d.State {
		case Waiting:
			consider(d.due)
		case Flying:
			consider(d.sent.Add(ackWithin + time.Millisecond))
		}
	}
	return next
}

// Settle waits until nothing is under way: every delivery is acknowledged, lost, or waits for its time.
// A delivery into a half-open socket is under way until Wake times it out.
func (s *Server) Settle() {
	s.flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy > 0 && !s.closed {
		s.settled.Wait()
	}
}

// Deliveries is everything Slack wanted the app to know so far.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Delivery, 0, len(s.pending))
	for _, d := range s.pending {
		all = append(all, *d)
	}
	return all
}

// Redeliver sends an event once more although it was acknowledged, as Slack does now and then.
func (s *Server) Redeliver(id string) {
	s.mu.Lock()
	for _, d := range s.pending {
		if d.ID == id {
			again := *d
			again.State, again.Attempt, again.Reason, again.done, again.conn = Queued, 1, "http_timeout", make(chan struct{}), nil
			s.pending = append(s.pending, &again)
			break
		}
	}
	s.mu.Unlock()
	s.flush()
}

// Sign makes the two headers of a signed request (Slack docs, version v0).
func (s *Server) Sign(header http.Header, body []byte, at time.Time) {
	ts := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.SigningSecret))
	mac.Write([]byte("v0:" + ts + ":"))
	mac.Write(body)
	header.Set("X-Slack-Request-Timestamp", ts)
	header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// post makes one try over HTTP.
func (s *Server) post(base string, d *Delivery) {
	path, kind, body := encode(d)
	req, err := http.NewRequest(http.MethodPost, base+path, bytes.NewReader(body))
	if err != nil {
		s.broken("delivery: %v", err)
		s.finish(d, nil, "unknown_error", false)
		return
	}
	req.Header.Set("Content-Type", kind)
	s.Sign(req.Header, body, s.now())
	if d.Attempt > 0 {
		req.Header.Set("X-Slack-Retry-Num", strconv.Itoa(d.Attempt))
		req.Header.Set("X-Slack-Retry-Reason", d.Reason)
	}
	resp, err := s.out.RoundTrip(req)
	if err != nil {
		s.finish(d, nil, "connection_failed", true)
		return
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode/100 != 2 {
		s.finish(d, nil, "http_error", resp.Header.Get("X-Slack-No-Retry") != "1")
		return
	}
	s.finish(d, answer, "", true)
}

// encode gives address, content type and body of a delivery over HTTP (Slack docs).
func encode(d *Delivery) (path, kind string, body []byte) {
	const form = "application/x-www-form-urlencoded"
	switch d.Kind {
	case "slash_commands":
		values := url.Values{}
		for key, value := range d.Payload {
			values.Set(key, value.(string))
		}
		return "/slack/command", form, []byte(values.Encode())
	case "interactive":
		raw, _ := json.Marshal(d.Payload)
		return "/slack/action", form, []byte(url.Values{"payload": {string(raw)}}.Encode())
	default:
		raw, _ := json.Marshal(d.Payload)
		return "/slack/event", "application/json", raw
	}
}
