package slacktest

import (
	"io"
	"net/http"
	"strconv"
)

// file is one upload on its three-step way.
type file struct {
	id, name, title string
	length          int
	data            []byte
	complete        bool
}

// filesGetUploadURL hands out an address on this server: clients send their token along and refuse to do
// so to a stranger's host.
func filesGetUploadURL(c *call) obj {
	length, err := strconv.Atoi(c.str("length"))
	if err != nil || length <= 0 {
		return no("invalid_arguments")
	}
	f := &file{id: c.s.id("F"), name: c.str("filename"), length: length}
	c.s.files[f.id] = f
	return yes(obj{"file_id": f.id, "upload_url": c.s.http.URL + "/upload/" + f.id})
}

func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, id string) {
	part, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "no file", http.StatusBadRequest)
		return
	}
	defer part.Close()
	data, err := io.ReadAll(part)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if err != nil || f == nil || f.complete || len(data) != f.length {
		http.Error(w, "bad upload", http.StatusBadRequest)
		return
	}
	f.data = data
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(data)))
}

// filesComplete shares uploaded files as one message. A file completes once (Slack docs). Sharing is
// asynchronous: the answer does not know the message yet (observed live).
func filesComplete(c *call) obj {
	s := c.s
	ch := s.channelOf(c)
	if c.str("channel_id") != "" {
		var refusal obj
		if ch, refusal = c.postable(); refusal != nil {
			return refusal
		}
	}
	list, _ := decode(c.str("files")).([]any)
	var files []any
	for _, item := range list {
		entry, _ := item.(obj)
		id, _ := entry["id"].(string)
		f := s.files[id]
		if f == nil || f.data == nil || f.complete {
			return no("file_not_found")
		}
		f.complete = true
		f.title, _ = entry["title"].(string)
		files = append(files, obj{"id": f.id, "name": f.name, "title": f.title, "size": f.length})
	}
	if len(files) == 0 {
		return no("invalid_arguments")
	}
	if ch != nil && !s.unshared() {
		s.share(c, ch, files)
	}
	return yes(obj{"files": files})
}

func (s *Server) share(c *call, ch *channel, files []any) {
	m := &message{ts: s.nextTS(ch), user: s.BotUser, bot: s.BotID, app: s.AppID, text: c.str("initial_comment"), files: files}
	if parent := ch.find(c.str("thread_ts")); parent != nil {
		m.thread, parent.thread = parent.ts, parent.ts
	}
	s.detect(ch, m, content{text: m.text, hasText: true}, c)
	s.add(ch, m)
}

// unshared says whether the fault "never shared" is up: ok, and yet no message (observed live).
func (s *Server) unshared() bool { return s.takeFault("share") != nil }

// FileData is what was uploaded under a file id.
func (s *Server) FileData(id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[id]; f != nil {
		return f.data
	}
	return nil
}

// FileName is what an uploaded file is called.
func (s *Server) FileName(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[id]; f != nil {
		return f.name
	}
	return ""
}
