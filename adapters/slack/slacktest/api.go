package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// obj is a JSON object.
type obj = map[string]any

// Call is one request to the Web API, as the log keeps it.
type Call struct {
	At      time.Time
	Method  string
	Token   string // "bot", "app" or ""
	Args    map[string]string
	Outcome string // "ok", an error code, or the fault that was played
}

// call is a Web API request while it is being answered.
type call struct {
	s      *Server
	method string
	args   map[string]string
	token  *token
	free   bool // the name to create was free when the call arrived
}

func (c *call) str(name string) string { return c.args[name] }

// flag reads a boolean the way form bodies carry them.
func (c *call) flag(name string) bool { return c.args[name] == "true" || c.args[name] == "1" }

func (c *call) num(name string, otherwise int) int {
	n, err := strconv.Atoi(c.args[name])
	if err != nil {
		return otherwise
	}
	return n
}

func (c *call) list(name string) []string {
	if c.args[name] == "" {
		return nil
	}
	return strings.Split(c.args[name], ",")
}

// no is a refusal with Slack's code. API errors travel with HTTP 200 (Slack docs).
func no(code string) obj { return obj{"ok": false, "error": code} }

func yes(more obj) obj {
	if more == nil {
		more = obj{}
	}
	more["ok"] = true
	return more
}

// serve routes a request by its path.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/api/"):
		s.serveAPI(w, r, strings.TrimPrefix(path, "/api/"))
	case strings.HasPrefix(path, "/socket/"):
		s.sockets.serve(w, r, strings.TrimPrefix(path, "/socket/"))
	case strings.HasPrefix(path, "/response/"):
		s.serveResponseURL(w, r, strings.TrimPrefix(path, "/response/"))
	case strings.HasPrefix(path, "/upload/"):
		s.serveUpload(w, r, strings.TrimPrefix(path, "/upload/"))
	default:
		s.broken("no such address: %s", path)
		http.Error(w, "not implemented in slacktest: "+path, http.StatusNotImplemented)
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	w.Header().Set("X-OAuth-Scopes", s.granted())
	m, known := methods[name]
	args, tokens, problem := readArgs(r)
	free := s.free(args["name"])
	if s.opts.Before != nil {
		s.opts.Before(r.Context(), name)
	}
	if !known {
		s.broken("method %s is not implemented; it answers unknown_method on the real service or needs a rule here", name)
		http.Error(w, `{"ok":false,"error":"unknown_method"}`, http.StatusNotImplemented)
		return
	}
	s.checkArgs(name, m, args)
	s.mu.Lock()
	c := &call{s: s, method: name, args: args, free: free}
	f := s.takeFault(name)
	if f != nil && !f.commits() {
		s.log(c, f.String())
		s.mu.Unlock()
		f.play(w, r, nil)
		return
	}
	answer, wait := s.answer(c, m, tokens, problem)
	s.log(c, outcome(answer))
	s.mu.Unlock()
	s.flush()
	if f != nil {
		f.play(w, r, answer)
		return
	}
	write(w, answer, wait)
}

// answer runs the gates every method has, then the method itself.
func (s *Server) answer(c *call, m method, tokens []string, problem string) (obj, time.Duration) {
	if problem != "" {
		return no(problem), 0
	}
	if refusal := s.authorize(c, m, tokens); refusal != nil {
		return refusal, 0
	}
	if wait := s.limit(c, m); wait > 0 {
		return no("ratelimited"), wait
	}
	for _, name := range m.need {
		if c.args[name] == "" {
			return no("invalid_arguments"), 0
		}
	}
	return m.run(c), 0
}

func write(w http.ResponseWriter, answer obj, wait time.Duration) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.WriteHeader(http.StatusTooManyRequests)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func outcome(answer obj) string {
	if answer["ok"] == true {
		return "ok"
	}
	return fmt.Sprint(answer["error"])
}

func (s *Server) log(c *call, outcome string) {
	kind := ""
	if c.token != nil {
		kind = c.token.kind
	}
	s.calls = append(s.calls, Call{At: s.now(), Method: c.method, Token: kind, Args: c.args, Outcome: outcome})
	s.settled.Broadcast()
}

// AwaitCalls waits until a method was called so often.
func (s *Server) AwaitCalls(method string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.called(method) < times && !s.closed {
		s.settled.Wait()
	}
}

func (s *Server) called(method string) int {
	n := 0
	for _, c := range s.calls {
		if c.Method == method {
			n++
		}
	}
	return n
}

// Calls is what was asked of the Web API so far, for the named methods or for all.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			found = append(found, c)
		}
	}
	return found
}

// checkArgs fails the test, not the call, when an argument is none of the method's: the real service
// ignores it silently, so the caller would believe in something that does not happen.
func (s *Server) checkArgs(name string, m method, args map[string]string) {
	for arg := range args {
		if !slices.Contains(m.args, arg) && !slices.Contains(m.need, arg) {
			s.broken("%s has no argument %q", name, arg)
		}
	}
}

// readArgs takes arguments from query, form or JSON body, and every token it finds.
func readArgs(r *http.Request) (args map[string]string, tokens []string, problem string) {
	args = map[string]string{}
	add := func(values url.Values) {
		for key := range values {
			args[key] = values.Get(key)
		}
	}
	add(r.URL.Query())
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return args, nil, "invalid_form_data"
	}
	switch kind := strings.TrimSpace(strings.Split(r.Header.Get("Content-Type"), ";")[0]); {
	case kind == "application/json":
		problem = readJSON(body, args)
	case len(body) > 0 && kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			problem = "invalid_form_data"
		}
		add(form)
	case len(body) > 0:
		problem = "invalid_post_type"
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		tokens = append(tokens, bearer)
	}
	if t, ok := args["token"]; ok {
		tokens = append(tokens, t)
		delete(args, "token")
	}
	return args, tokens, problem
}

// readJSON flattens a JSON body: strings and booleans as themselves, the rest as JSON text.
func readJSON(body []byte, args map[string]string) string {
	if len(body) == 0 || string(body) == "null" {
		return ""
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return "invalid_json"
	}
	for key, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			args[key] = text
			continue
		}
		args[key] = string(raw)
	}
	return ""
}
