package room

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// breath is how long a live connection may be silent before a sign of life goes out.
const breath = 20 * time.Second

// cursor names a place in the list of changes of this process.
func (r *Room) cursor(n int) string { return r.epoch + "-" + strconv.Itoa(n) }

// after is how many changes a page has seen, by its cursor. False: the page must begin anew.
func (r *Room) after(cursor string) (int, bool) {
	epoch, count, _ := strings.Cut(cursor, "-")
	n, err := strconv.Atoi(count)
	return n, err == nil && epoch == r.epoch && n >= r.dropped && n <= r.dropped+len(r.changes)
}

// handleLive tells a page what changes, as server-sent events, until either goes away.
func (r *Room) handleLive(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	me, ok := r.who(req, q.Get("as"))
	if !ok {
		r.refuse(w, errNobody)
		return
	}
	since := req.Header.Get("Last-Event-ID")
	if since == "" {
		since = q.Get("since")
	}
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // the connection stays as long as the page
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	wake := r.attend()
	defer r.leave(wake)
	for {
		text, next := r.news(since, me.ID)
		since = next
		if _, err := fmt.Fprint(w, text); err != nil || out.Flush() != nil {
			return
		}
		if !r.await(req.Context(), wake) {
			return
		}
	}
}

func (r *Room) attend() chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	wake := make(chan struct{}, 1)
	r.readers[wake] = struct{}{}
	return wake
}

func (r *Room) leave(wake chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.readers, wake)
}

// await waits for a change, or for the time to show a sign of life. False: it is over.
func (r *Room) await(ctx context.Context, wake <-chan struct{}) bool {
	silent, cancel := context.WithTimeout(ctx, breath)
	defer cancel()
	select {
	case <-wake:
		return true
	case <-r.closing:
		return false
	case <-silent.Done():
		return ctx.Err() == nil
	}
}

// news is what has changed since, as one person sees it, and where to go on.
func (r *Room) news(since string, who chat.UserID) (text, next string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next = r.cursor(r.dropped + len(r.changes))
	n, ok := r.after(since)
	if !ok {
		return event("reset", next, r.epoch), next
	}
	var out strings.Builder
	fresh := r.changes[n-r.dropped:]
	newest := map[change]int{}
	for i, c := range fresh {
		newest[c] = i
	}
	for i, c := range fresh {
		if newest[c] == i && (c.person == "" || c.person == who) {
			out.WriteString(r.viewChange(c, who, r.cursor(n+i+1)))
		}
	}
	if out.Len() == 0 {
		return event("alive", next, ""), next
	}
	return out.String(), next
}

// viewChange is a change as an event, or nothing when it does not concern this person.
func (r *Room) viewChange(c change, who chat.UserID, id string) string {
	p := r.places[c.room]
	switch c.kind {
	case homeChanged:
		return event("home", id, r.homes[who])
	case messageChanged:
		e, ok := r.find(c.room, c.message)
		if !ok || !p.maySee(who) || (e.For != "" && e.For != who) {
			return ""
		}
		return event("message", id, map[string]any{"message": r.viewMessage(e, who), "room": r.viewRoom(p, who)})
	default:
		if !p.maySee(who) {
			return event("gone", id, p.ID)
		}
		return event("room", id, r.viewRoom(p, who))
	}
}

func event(kind, id string, data any) string {
	encoded, err := json.Marshal(data)
	if err != nil {
		encoded = []byte("null")
	}
	return fmt.Sprintf("event: %s\nid: %s\ndata: %s\n\n", kind, id, encoded)
}
