package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// hook is a response_url: five uses within half an hour (Slack docs).
type hook struct {
	channel, user string
	original      string // the ts of the message that was pressed, if one was
	at            time.Time
	uses          int
}

const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

func (s *Server) newHook(channel, user, original string) string {
	id := s.id("hook")
	h := &hook{channel: channel, user: user, original: original, at: s.now()}
	if s.deadHooks {
		h.uses = hookUses
	}
	s.hooks[id] = h
	return s.http.URL + "/response/" + id
}

// serveResponseURL takes a message for the one who asked. Block errors are the bare code with HTTP 400
// (observed live); status and words for a dead address are unverified.
func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request, id string) {
	raw, err := io.ReadAll(r.Body)
	var body obj
	if err != nil || json.Unmarshal(raw, &body) != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	status, text := s.respond(s.hooks[id], body)
	s.calls = append(s.calls, Call{At: s.now(), Method: "response_url", Args: map[string]string{"body": string(raw)}, Outcome: text})
	s.mu.Unlock()
	s.flush()
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func (s *Server) respond(h *hook, body obj) (int, string) {
	switch {
	case h == nil:
		return http.StatusNotFound, "no_active_hooks"
	case s.now().Sub(h.at) > hookLife:
		return http.StatusNotFound, "expired_url"
	case h.uses >= hookUses:
		return http.StatusNotFound, "used_url"
	}
	h.uses++
	if body["delete_original"] == true {
		s.dropOriginal(h)
		return http.StatusOK, "ok"
	}
	if problem := s.checkAnswer(body); problem != "" {
		return http.StatusBadRequest, problem
	}
	if body["replace_original"] == true && s.replaceOriginal(h, body) {
		return http.StatusOK, "ok"
	}
	if problem := s.speak(h.channel, h.user, body, "response_url"); problem != "" {
		return http.StatusBadRequest, problem
	}
	return http.StatusOK, "ok"
}

func (s *Server) checkAnswer(body obj) string {
	blocks, _ := body["blocks"].([]any)
	if len(CheckBlocks(blocks)) > 0 {
		return "invalid_blocks"
	}
	if text, _ := body["text"].(string); text == "" && len(blocks) == 0 {
		return "no_text"
	}
	return ""
}

// speak shows a message body to one person, or in the channel when it says so.
func (s *Server) speak(channel, user string, body obj, via string) string {
	if problem := s.checkAnswer(body); problem != "" {
		return problem
	}
	ch := s.channels[channel]
	blocks, _ := body["blocks"].([]any)
	text, _ := body["text"].(string)
	m := &message{ts: s.nextTS(ch), user: s.BotUser, bot: s.BotID, app: s.AppID, text: text, blocks: blocks}
	s.detect(ch, m, content{text: text, blocks: blocks, hasText: true}, &call{s: s, args: map[string]string{}})
	if body["response_type"] == "in_channel" {
		s.add(ch, m)
		return ""
	}
	s.private = append(s.private, s.ephemeral(channel, user, m, via))
	return ""
}

func (s *Server) replaceOriginal(h *hook, body obj) bool {
	text, _ := body["text"].(string)
	blocks, _ := body["blocks"].([]any)
	if e := s.privateAt(h.user, h.original); e != nil {
		e.Text, e.Blocks = text, blocks
		e.Lines = s.lines(text, blocks)
		return true
	}
	ch := s.channels[h.channel]
	m := ch.find(h.original)
	if m == nil {
		return false
	}
	before := m.json(s, true)
	m.text, m.blocks, m.edited = text, blocks, true
	s.emitChange(ch, m, before)
	return true
}

func (s *Server) dropOriginal(h *hook) {
	if e := s.privateAt(h.user, h.original); e != nil {
		e.Gone = true
		return
	}
	if ch := s.channels[h.channel]; ch.find(h.original) != nil {
		s.erase(ch, ch.find(h.original))
	}
}

// ForgetHooks lets every response_url handed out from now on be dead.
func (s *Server) ForgetHooks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadHooks = true
}
