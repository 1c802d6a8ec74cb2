package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The paths under which Slack calls in HTTP mode.
const (
	pathCommand = "/slack/command"
	pathAction  = "/slack/action"
	pathEvent   = "/slack/event"
)

const (
	maxBody = 1 << 20
	// maxSkew is how old a signed request may be (Slack's recommendation).
	maxSkew = 5 * time.Minute
)

// Handler serves the three paths of HTTP mode. Everything unsigned is turned away before it is parsed.
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+pathCommand, p.signed(p.serveCommand))
	mux.Handle("POST "+pathAction, p.signed(p.serveAction))
	mux.Handle("POST "+pathEvent, p.signed(p.serveEvent))
	return mux
}

// signed reads the raw body and checks it against the signature.
func (p *Platform) signed(next func(w http.ResponseWriter, r *http.Request, body []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err := p.verify(r.Header, body); err != nil {
			p.cfg.Log.Warn().Err(err).Str("path", r.URL.Path).Msg("refused a request that is not from slack")
			http.Error(w, "not signed by Slack", http.StatusUnauthorized)
			return
		}
		next(w, r, body)
	})
}

// verify checks version 0 of Slack's signatures: an HMAC over time and raw body.
func (p *Platform) verify(header http.Header, body []byte) error {
	if p.cfg.SigningSecret == "" {
		return errors.New("no signing secret is configured")
	}
	stamp, signature := header.Get("X-Slack-Request-Timestamp"), header.Get("X-Slack-Signature")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || signature == "" {
		return errors.New("the request is not signed")
	}
	if age := p.cfg.Now().Sub(time.Unix(seconds, 0)); age > maxSkew || age < -maxSkew {
		return errors.New("the signature is too old, or this machine's clock is wrong")
	}
	mac := hmac.New(sha256.New, []byte(p.cfg.SigningSecret))
	_, _ = mac.Write([]byte("v0:" + stamp + ":"))
	_, _ = mac.Write(body)
	if want := "v0=" + hex.EncodeToString(mac.Sum(nil)); !hmac.Equal([]byte(want), []byte(signature)) {
		return errors.New("the signature does not match; is signing_secret that of this app?")
	}
	return nil
}

func (p *Platform) serveCommand(w http.ResponseWriter, r *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "unreadable form", http.StatusBadRequest)
		return
	}
	if form.Get("ssl_check") == "1" {
		return
	}
	p.answer(w, p.during(r.Context(), func(ctx context.Context) reply { return p.onCommand(ctx, commandOf(form)) }))
}

func (p *Platform) serveAction(w http.ResponseWriter, r *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "unreadable form", http.StatusBadRequest)
		return
	}
	in, err := parse[interaction]("an interaction", []byte(form.Get("payload")))
	if err != nil {
		http.Error(w, "unreadable payload", http.StatusBadRequest)
		return
	}
	p.answer(w, p.during(r.Context(), func(ctx context.Context) reply { return p.onInteraction(ctx, in) }))
}

func (p *Platform) serveEvent(w http.ResponseWriter, r *http.Request, body []byte) {
	e, err := parse[envelope]("an event", body)
	if err != nil {
		http.Error(w, "unreadable event", http.StatusBadRequest)
		return
	}
	if e.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, e.Challenge)
		return
	}
	p.answer(w, p.during(r.Context(), func(ctx context.Context) reply { return p.onEnvelope(ctx, e) }))
}

// onEnvelope opens an envelope. An event of a shape nobody knows is acknowledged, or it would come again.
func (p *Platform) onEnvelope(ctx context.Context, e envelope) reply {
	inner, err := parse[event]("an event", e.Event)
	if err != nil {
		p.cfg.Log.Warn().Err(err).Str("event", e.EventID).Msg("left out")
		return reply{}
	}
	return p.onEvent(ctx, inner)
}

// ackTime is what hearing may take altogether; Slack gives three seconds.
const ackTime = 2500 * time.Millisecond

// during counts what is being heard as work, so that Quiesce waits for it, and bounds it.
func (p *Platform) during(ctx context.Context, hear func(context.Context) reply) reply {
	defer p.begin()()
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	return hear(ctx)
}

// answer acknowledges and then does what follows.
func (p *Platform) answer(w http.ResponseWriter, r reply) {
	if r.then != nil {
		defer p.later(r.then)
	}
	if r.again {
		http.Error(w, "not yet", http.StatusServiceUnavailable)
		return
	}
	if r.ack == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(r.ack); err != nil {
		p.cfg.Log.Warn().Err(err).Msg("an acknowledgement was not sent")
	}
}
