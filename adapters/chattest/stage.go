package chattest

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// stage is one case's world with its platform running.
type stage struct {
	testing.TB

	world    World
	platform chat.Platform
	hearer   *hearer
	readies  atomic.Int32
	stop     func() error // ends Run and returns what it said; may be called twice
	keys     atomic.Int32
}

// begin runs the platform of w and waits until it is ready.
func begin(t testing.TB, w World) *stage {
	t.Helper()
	s := &stage{TB: t, world: w, platform: w.Platform(), hearer: newHearer()}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan struct{})
	var result error
	go func() {
		defer close(ended)
		result = s.platform.Run(ctx, s.hearer, func() {
			if s.readies.Add(1) == 1 {
				close(ready)
			}
		})
	}()
	s.stop = func() error {
		cancel()
		s.wait(ended, "Run ends when its context ends")
		return result
	}
	t.Cleanup(func() { require.NoError(t, s.stop(), "Run") })
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		select {
		case <-ready:
		case <-ended:
		}
	}()
	s.wait(settled, "Run gets ready")
	require.Positive(t, s.readies.Load(), "Run ended before it was ready")
	return s
}

func (s *stage) wait(c <-chan struct{}, what string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-c:
	case <-ctx.Done():
		require.FailNow(s, "it takes too long", what)
	}
}

// key is a new action key, unlike that of any other case.
func (s *stage) key() string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(s.Name()))
	return fmt.Sprintf("case%08x/%d/0", sum.Sum32(), s.keys.Add(1))
}

// do carries out an action that must work, and gives it a key when it has none.
func (s *stage) do(a chat.Action) chat.Result {
	s.Helper()
	if a.Key == "" {
		a.Key = s.key()
	}
	result, err := s.platform.Do(s.Context(), a, false)
	require.NoError(s, err, "%s in %s", a.Verb, a.Room)
	return result
}

// again carries out an action of which nobody knows whether it was done.
func (s *stage) again(a chat.Action) chat.Result {
	s.Helper()
	result, err := s.platform.Do(s.Context(), a, true)
	require.NoError(s, err, "%s in %s, again", a.Verb, a.Room)
	return result
}

// refused carries out an action that must go wrong in one of these ways.
func (s *stage) refused(a chat.Action, want ...chat.Class) *chat.Error {
	s.Helper()
	if a.Key == "" {
		a.Key = s.key()
	}
	_, err := s.platform.Do(s.Context(), a, false)
	return s.classed(err, want...)
}

func (s *stage) classed(err error, want ...chat.Class) *chat.Error {
	s.Helper()
	require.Error(s, err)
	var e *chat.Error
	require.ErrorAs(s, err, &e, "the error is a *chat.Error")
	require.Contains(s, want, e.Class, "the class of %q (code %q)", e.Error(), e.Code)
	require.NotEmpty(s, e.Op, "the error says what was being done: %v", e)
	return e
}

// fault breaks the next calls, or skips the case where this world cannot.
func (s *stage) fault(f Fault) {
	s.Helper()
	if !s.world.Fault(s, f) {
		s.Skipf("this world has no fault %q for %q", f.Kind, f.Verb)
	}
}

// open opens a room and returns its id and name.
func (s *stage) open(name string) (chat.RoomID, string) {
	s.Helper()
	r := s.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{Name: name, Title: "Checkout down"}})
	require.NotEmpty(s, r.Room, "an opened room has an id")
	return r.Room, r.RoomName
}

// post says something in a channel and returns what people see of it.
func (s *stage) post(channel string, m chat.Message) Seen {
	s.Helper()
	r := s.do(chat.Action{Verb: chat.Post, Room: s.room(channel), Body: m})
	return s.seen(channel, r.Message)
}

func (s *stage) room(name string) chat.RoomID {
	s.Helper()
	return s.world.Room(s, name)
}

func (s *stage) user(person string) chat.UserID {
	s.Helper()
	return s.world.User(s, person)
}

// person is what the platform tells about somebody.
func (s *stage) person(name string) chat.User {
	s.Helper()
	u, err := s.platform.Person(s.Context(), string(s.user(name)))
	require.NoError(s, err, "look up %s by id", name)
	return u
}

// seen is the message with this id.
func (s *stage) seen(channel string, id chat.MessageID) Seen {
	s.Helper()
	require.NotEmpty(s, id, "a result names its message")
	for _, m := range s.world.Messages(s, channel) {
		if m.ID == id {
			return m
		}
	}
	require.FailNow(s, "a message that was posted is not seen", "%s in %s", id, channel)
	return Seen{}
}

// holding are the messages in a channel that contain words.
func (s *stage) holding(channel, words string) []Seen {
	s.Helper()
	var found []Seen
	for _, m := range s.world.Messages(s, channel) {
		if strings.Contains(readable(m.Text), words) {
			found = append(found, m)
		}
	}
	return found
}

func text(s string) chat.Message {
	return chat.Message{Lang: "en", Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: s}}}}}
}

func withButtons(s string, buttons ...chat.Button) chat.Message {
	m := text(s)
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Buttons, Buttons: buttons})
	return m
}

// cancelable is a context of the test's that can be cancelled before.
func cancelable(t testing.TB) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// soon is done when no working platform would still be at it.
func (s *stage) soon() <-chan struct{} {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.Cleanup(cancel)
	return ctx.Done()
}

// requireZone holds a time zone to be known, or not told.
func requireZone(t testing.TB, zone string) {
	t.Helper()
	if zone != "" {
		_, err := time.LoadLocation(zone)
		require.NoError(t, err, "the zone is one of the IANA's")
	}
}
