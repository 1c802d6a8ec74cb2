package mattermosttest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// window is what one person's client has received, kept from the first look on.
type window struct {
	once   sync.Once
	mu     sync.Mutex
	events []*model.WebSocketEvent
	more   chan struct{} // closed and replaced when something arrives
}

// Look opens the person's WebSocket. Typing and pressing do it by themselves; a test that waits for
// something else calls it before that can happen.
func (p *Person) Look() {
	p.t.Helper()
	p.see.once.Do(func() {
		p.see.more = make(chan struct{})
		url := "ws" + strings.TrimPrefix(p.team.Server.URL, "http")
		socket, err := model.NewWebSocketClient4(url, p.Token)
		must(p.t, p.Name+" opens a WebSocket", err)
		hello := make(chan struct{})
		go p.see.read(socket, hello)
		socket.Listen()
		p.t.Cleanup(socket.Close)
		select {
		case <-hello:
		case <-p.t.Context().Done():
		}
	})
}

func (w *window) read(socket *model.WebSocketClient, hello chan<- struct{}) {
	go func() {
		for range socket.ResponseChannel { // the library stops when nobody reads it
		}
	}()
	for event := range socket.EventChannel {
		if event.EventType() == model.WebsocketEventHello {
			close(hello)
		}
		w.mu.Lock()
		w.events = append(w.events, event)
		close(w.more)
		w.more = make(chan struct{})
		w.mu.Unlock()
	}
}

// Await returns the first event that wanted accepts, also one that arrived before the call. The test
// fails when none comes.
func (p *Person) Await(what string, wanted func(*model.WebSocketEvent) bool) *model.WebSocketEvent {
	p.t.Helper()
	p.Look()
	return p.await(p.t, 0, what, wanted)
}

// await is Await for events from the nth on.
func (p *Person) await(t testing.TB, n int, what string, wanted func(*model.WebSocketEvent) bool) *model.WebSocketEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sight)
	defer cancel()
	for seen := n; ; {
		events, more := p.see.since(seen)
		for _, event := range events {
			if wanted(event) {
				return event
			}
		}
		seen += len(events)
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("%s never saw %s; saw %s", p.Name, what, p.see.kinds())
		}
	}
}

func (w *window) since(n int) ([]*model.WebSocketEvent, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.events[n:], w.more
}

// count is how many events arrived so far.
func (w *window) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.events)
}

func (w *window) kinds() string {
	events, _ := w.since(0)
	kinds := make([]string, 0, len(events))
	for _, event := range events {
		kinds = append(kinds, string(event.EventType()))
	}
	return strings.Join(kinds, ", ")
}

// Events are all events of a kind that have arrived so far.
func (p *Person) Events(kind model.WebsocketEventType) []*model.WebSocketEvent {
	var found []*model.WebSocketEvent
	events, _ := p.see.since(0)
	for _, event := range events {
		if event.EventType() == kind {
			found = append(found, event)
		}
	}
	return found
}

// Whisper waits for a message that only this person sees and that holds these words.
func (p *Person) Whisper(words string) *model.Post {
	p.t.Helper()
	var found *model.Post
	p.Await("a private message with "+words, func(event *model.WebSocketEvent) bool {
		post := inner[model.Post](event, "post", model.WebsocketEventEphemeralMessage)
		found = post
		return post != nil && strings.Contains(Everything(post), words)
	})
	return found
}

// Read waits for a post in a channel that holds these words, in its message or attachments, new or edited.
func (p *Person) Read(channel, words string) *model.Post {
	p.t.Helper()
	var found *model.Post
	p.Await("a post with "+words, func(event *model.WebSocketEvent) bool {
		post := inner[model.Post](event, "post", model.WebsocketEventPosted, model.WebsocketEventPostEdited)
		found = post
		return post != nil && post.ChannelId == channel && strings.Contains(Everything(post), words)
	})
	return found
}

// Dialog waits for a dialog with this title.
func (p *Person) Dialog(title string) model.OpenDialogRequest {
	p.t.Helper()
	var found *model.OpenDialogRequest
	p.Await("a dialog "+title, func(event *model.WebSocketEvent) bool {
		found = inner[model.OpenDialogRequest](event, "dialog", model.WebsocketEventOpenDialog)
		return found != nil && found.Dialog.Title == title
	})
	return *found
}

// inner reads the JSON that an event of one of these kinds carries under key; nil when it is another.
func inner[T any](event *model.WebSocketEvent, key string, kinds ...model.WebsocketEventType) *T {
	text, ok := event.GetData()[key].(string)
	if !ok || !slices.Contains(kinds, event.EventType()) {
		return nil
	}
	into := new(T)
	if json.Unmarshal([]byte(text), into) != nil {
		return nil
	}
	return into
}

// Everything is all text of a post: its message and what its attachments say.
func Everything(post *model.Post) string {
	parts := []string{post.Message}
	for _, a := range post.Attachments() {
		parts = append(parts, a.Pretext, a.Title, a.Text, a.Footer)
		for _, field := range a.Fields {
			value, _ := field.Value.(string) // numbers are not looked for
			parts = append(parts, field.Title, value)
		}
		for _, action := range a.Actions {
			parts = append(parts, "["+action.Name+"]")
		}
	}
	return strings.Join(parts, "\n")
}

// LastDialog is the newest dialog that was opened for this person, once everything has arrived.
func (p *Person) LastDialog() model.OpenDialogRequest {
	p.t.Helper()
	p.settled(p.t)
	events, _ := p.see.since(0)
	for _, event := range slices.Backward(events) {
		if found := inner[model.OpenDialogRequest](event, "dialog", model.WebsocketEventOpenDialog); found != nil {
			return *found
		}
	}
	p.t.Fatalf("no dialog was opened for %s", p.Name)
	return model.OpenDialogRequest{}
}
