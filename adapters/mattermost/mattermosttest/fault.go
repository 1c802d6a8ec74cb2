package mattermosttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// call is how a verb looks on the wire.
type call struct {
	method string
	path   *regexp.Regexp
	post   string // for posts: what kind
}

const (
	plainPost  = "plain"
	filePost   = "file"
	directPost = "direct"
)

var calls = map[chat.Verb]call{
	chat.OpenRoom: {method: "POST", path: regexp.MustCompile(`^/api/v4/channels$`)},
	chat.Invite:   {method: "POST", path: regexp.MustCompile(`^/api/v4/channels/\w+/members$`)},
	chat.Remove:   {method: "DELETE", path: regexp.MustCompile(`^/api/v4/channels/\w+/members/\w+$`)},
	chat.Topic:    {method: "PUT", path: regexp.MustCompile(`^/api/v4/channels/\w+/patch$`)},
	chat.Post:     {method: "POST", path: regexp.MustCompile(`^/api/v4/posts$`), post: plainPost},
	chat.Upload:   {method: "POST", path: regexp.MustCompile(`^/api/v4/posts$`), post: filePost},
	chat.Direct:   {method: "POST", path: regexp.MustCompile(`^/api/v4/posts$`), post: directPost},
	chat.Edit:     {method: "PUT", path: regexp.MustCompile(`^/api/v4/posts/\w+/patch$`)},
	chat.Pin:      {method: "POST", path: regexp.MustCompile(`^/api/v4/posts/\w+/pin$`)},
	chat.Archive:  {method: "DELETE", path: regexp.MustCompile(`^/api/v4/channels/\w+$`)},
}

// Fault makes the platform's next calls go wrong.
func (w *World) Fault(_ testing.TB, f chattest.Fault) bool {
	c, ok := calls[f.Verb]
	match := func(r *http.Request) bool { return w.is(r, c) }
	if f.Kind == chattest.Dead {
		ok, match = true, func(r *http.Request) bool { return r.Method != http.MethodGet }
	}
	act, known := acts(f)
	if !ok || !known {
		return false
	}
	w.Proxy.Add(&Rule{Match: match, Count: max(1, f.Count), Act: act})
	return true
}

func acts(f chattest.Fault) (func(http.ResponseWriter, *http.Request, func()), bool) {
	switch f.Kind {
	case chattest.LostAnswer:
		return LoseAnswer, true
	case chattest.NotReached:
		return LoseRequest, true
	case chattest.ServerError:
		return Answer(http.StatusInternalServerError, nil, failure("app.post.save.app_error", http.StatusInternalServerError)), true
	case chattest.Limit:
		seconds := strconv.Itoa(int(f.Wait.Seconds()))
		return Answer(http.StatusTooManyRequests, map[string]string{"Retry-After": seconds}, "limit exceeded"), true
	case chattest.NoRight:
		return Answer(http.StatusForbidden, nil, failure("api.context.permissions.app_error", http.StatusForbidden)), true
	case chattest.Dead:
		return Answer(http.StatusUnauthorized, nil, failure("api.context.session_expired.app_error", http.StatusUnauthorized)), true
	case chattest.Hang:
		return func(_ http.ResponseWriter, r *http.Request, _ func()) { <-r.Context().Done() }, true
	}
	return nil, false
}

// failure is an error as the server writes it.
func failure(id string, status int) string {
	body, _ := json.Marshal(map[string]any{"id": id, "message": "no", "status_code": status}) // strings and a number
	return string(body)
}

func (w *World) is(r *http.Request, c call) bool {
	if r.Method != c.method || !c.path.MatchString(r.URL.Path) {
		return false
	}
	return c.post == "" || w.kind(r) == c.post
}

// kind tells by its body what a new post is.
func (w *World) kind(r *http.Request) string {
	post := Sent[model.Post](r)
	if len(post.FileIds) > 0 {
		return filePost
	}
	ch, _, err := w.Server.Admin.GetChannel(r.Context(), post.ChannelId)
	if err == nil && ch.Type == model.ChannelTypeDirect {
		return directPost
	}
	return plainPost
}

// Sent is the JSON body of a request, which can still be read by others.
func Sent[T any](r *http.Request) T {
	var into T
	body, _ := io.ReadAll(r.Body) // an unreadable one is the zero value
	r.Body = io.NopCloser(bytes.NewReader(body))
	_ = json.Unmarshal(body, &into)
	return into
}
