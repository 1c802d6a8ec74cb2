package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Fault is a bad answer that a test orders.
type Fault string

// The faults. "After" means that the effect happens and the answer is lost; the others have no effect.
const (
	DropAfter   Fault = "drop after"   // effect, then the connection is cut
	ErrorAfter  Fault = "500 after"    // effect, then HTTP 500
	FatalAfter  Fault = "fatal after"  // effect, then ok:false fatal_error
	SilentAfter Fault = "silent after" // effect, then no answer until the caller gives up
	MuteAfter   Fault = "mute after"   // effect, then ok:false without a code
	DropBefore  Fault = "drop before"  // the connection is cut, nothing happened
	Internal    Fault = "500"          // HTTP 500
	Unavailable Fault = "503"          // HTTP 503
	Silent      Fault = "silent"       // nothing happens and no answer comes until the caller gives up
	HTML        Fault = "html"         // HTTP 200 with a page of a proxy
	LimitedBare Fault = "429 bare"     // HTTP 429 without Retry-After
	LimitedDate Fault = "429 date"     // HTTP 429 with a Retry-After that is no number
	Limited     Fault = "429"          // HTTP 429 with Retry-After: 30
	LimitedBody Fault = "ratelimited"  // HTTP 200, ok:false ratelimited
)

// fault is one entry of the script.
type fault struct {
	method string // or "*"
	kind   Fault
	code   string        // with an ordered API error
	wait   time.Duration // what a Limited one says
	skip   int           // calls to let pass first
	times  int           // how often; below zero for ever
}

func (f *fault) String() string {
	if f.code != "" {
		return f.code
	}
	return string(f.kind)
}

// Fail plays a fault on the next times calls of a method ("*" for any); below zero for ever.
func (s *Server) Fail(method string, kind Fault, times int) {
	s.script(&fault{method: method, kind: kind, wait: 30 * time.Second, times: times})
}

// Limit answers the next times calls of a method with 429 and this Retry-After.
func (s *Server) Limit(method string, wait time.Duration, times int) {
	s.script(&fault{method: method, kind: Limited, wait: wait, times: times})
}

// FailFrom plays a fault on one call of a method after letting skip calls pass.
func (s *Server) FailFrom(method string, skip int, kind Fault) {
	s.script(&fault{method: method, kind: kind, skip: skip, times: 1})
}

// Refuse answers the next times calls of a method with an API error.
func (s *Server) Refuse(method, code string, times int) {
	s.script(&fault{method: method, code: code, times: times})
}

// NeverShare makes the next completed upload appear nowhere although it was answered with ok.
func (s *Server) NeverShare() { s.script(&fault{method: "share", times: 1}) }

// Heal forgets all faults that were ordered.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) script(f *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// takeFault is the fault to play on this call, if there is one.
func (s *Server) takeFault(method string) *fault {
	for _, f := range s.faults {
		if f.times == 0 || (f.method != method && (f.method != "*" || method == "share")) {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		f.times--
		return f
	}
	return nil
}

// commits tells whether the call has its effect before the fault is played.
func (f *fault) commits() bool {
	switch f.kind {
	case DropAfter, ErrorAfter, FatalAfter, SilentAfter, MuteAfter:
		return f.code == ""
	}
	return false
}

func (f *fault) play(w http.ResponseWriter, r *http.Request, answer obj) {
	if f.code != "" {
		reply(w, http.StatusOK, no(f.code))
		return
	}
	if answer != nil && answer["ok"] != true { // What was refused anyway is answered as it is.
		reply(w, http.StatusOK, answer)
		return
	}
	switch f.kind {
	case DropAfter, DropBefore:
		hangUp(w)
	case SilentAfter, Silent:
		<-r.Context().Done()
	case ErrorAfter, Internal:
		http.Error(w, "internal error", http.StatusInternalServerError)
	case Unavailable:
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><body>Sign in to the proxy</body></html>")
	default:
		f.playRefusal(w)
	}
}

func (f *fault) playRefusal(w http.ResponseWriter) {
	switch f.kind {
	case FatalAfter:
		reply(w, http.StatusOK, no("fatal_error"))
	case MuteAfter:
		reply(w, http.StatusOK, obj{"ok": false})
	case LimitedBare:
		http.Error(w, "", http.StatusTooManyRequests)
	case LimitedDate:
		w.Header().Set("Retry-After", "Mon, 02 Mar 2026 09:01:00 GMT")
		http.Error(w, "", http.StatusTooManyRequests)
	case Limited:
		w.Header().Set("Retry-After", strconv.Itoa(max(int(f.wait/time.Second), 1)))
		http.Error(w, "", http.StatusTooManyRequests)
	case LimitedBody:
		reply(w, http.StatusOK, no("ratelimited"))
	}
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
