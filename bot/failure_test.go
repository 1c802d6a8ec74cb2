package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// roomless is an incident that speaks where it was declared.
func (w *world) roomless() (send func(...compose.Out)) {
	s := w.beginIn(1, "room", "")
	return func(outs ...compose.Out) { w.send(s, outs...) }
}

func TestFailuresThatPassAreTriedAgainUntilTheyDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Post, 40, &chat.Error{Class: chat.Temporary, Op: "post", Code: "internal_error"})
	send(post("a", "first"), post("a", "second"))
	w.after(time.Hour)
	require.Equal(t, []string{"first", "second"}, w.chat.texts("general"), "an hour of errors loses nothing and keeps the order")
	require.Equal(t, 42, w.chat.did(chat.Post), "one try a minute at most")
	require.NotContains(t, w.kinds(1), "delivery_failed")
}

func TestPausesGrowToAMinute(t *testing.T) {
	t.Parallel()
	for tries, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 7: time.Minute, 500: time.Minute} {
		require.Equal(t, want, pause(tries), "after %d tries", tries)
	}
}

func TestAnAnswerThatWasLostIsLookedUpBeforeItIsSaidAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	lostOnce := true
	w.chat.fault = func(a chat.Action, _ int) *fault {
		if a.Verb != chat.Post || !lostOnce {
			return nil
		}
		lostOnce = false
		return &fault{err: errors.New("connection reset"), effect: true}
	}
	card := post("a", "the card")
	card.As = compose.Card
	send(card, compose.Out{Action: chat.Action{Verb: chat.Edit, Room: compose.InRoom, Message: compose.Card, Body: words("the card, edited")}})
	w.after(10 * time.Second)
	require.Equal(t, []string{"the card, edited"}, w.chat.texts("general"), "said once, and known well enough to edit")
	require.Equal(t, 1, w.chat.again)
}

func TestUnsureStaysUnsureThroughOtherFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = func(_ chat.Action, call int) *fault {
		switch call {
		case 1:
			return &fault{err: errors.New("timeout"), effect: true}
		case 2:
			return &fault{err: &chat.Error{Class: chat.Temporary}}
		case 3:
			return &fault{err: &chat.Error{Class: chat.Limited, Wait: 30 * time.Second}}
		}
		return nil
	}
	send(post("a", "once"))
	w.after(5 * time.Minute)
	require.Equal(t, []string{"once"}, w.chat.texts("general"))
	require.Equal(t, 3, w.chat.again)
}

func TestAnAdapterThatPanicsIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = func(_ chat.Action, call int) *fault {
		if call == 1 {
			panic("nil map")
		}
		return nil
	}
	send(post("a", "once"))
	w.after(time.Minute)
	require.Equal(t, []string{"once"}, w.chat.texts("general"))
	require.Equal(t, 1, w.chat.again, "nobody knows what it did before")
}

func TestAPlatformThatAsksForPeaceGetsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Post, 1, &chat.Error{Class: chat.Limited, Wait: 47 * time.Second})
	send(post("a", "one"))
	w.settle()
	send(post("b", "two"), compose.Out{Action: chat.Action{Verb: chat.Direct, People: []chat.UserID{"ana"}, Body: words("page")}})
	w.after(46 * time.Second)
	require.Equal(t, 1, w.chat.did(chat.Post), "nothing of the kind is sent meanwhile")
	require.Equal(t, []string{"page"}, w.chat.texts("D-U-ana"), "other kinds go on")
	w.after(time.Second)
	require.ElementsMatch(t, []string{"one", "two"}, w.chat.texts("general"))
}

func TestWhatFailsForGoodIsDeadAndTold(t *testing.T) {
	t.Parallel()
	for _, class := range []chat.Class{chat.Forbidden, chat.Invalid} {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			send := w.roomless()
			w.chat.fault = failing(chat.Post, 1, &chat.Error{Class: class, Op: "post", Code: "missing_scope", Hint: "add the scope chat:write"})
			send(post("a", "bad"), post("a", "good"))
			w.settle()
			require.Contains(t, w.chat.texts("general"), "good", "the lane goes on")
			require.Equal(t, 1, count(w.kinds(1), "delivery_failed"))
			require.Equal(t, 1, w.state(1).Failures)
			dead, err := w.Dead(t.Context())
			require.NoError(t, err)
			require.Len(t, dead, 1)
			require.Equal(t, "say bad", dead[0].What)
			require.Equal(t, 1, dead[0].Incident)
			require.Contains(t, dead[0].Why, "missing_scope")
		})
	}
}

func TestAFailureThatCannotBeToldIsNotToldForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Post, -1, &chat.Error{Class: chat.Forbidden, Op: "post"})
	send(post("a", "bad"))
	w.settle()
	require.Equal(t, 1, count(w.kinds(1), "delivery_failed"))
}

func TestWhatIsTooOldIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Post, -1, &chat.Error{Class: chat.Temporary, Op: "post", Code: "fatal_error"})
	send(post("a", "yesterday's news"))
	w.settle()
	w.clock.advance(stale + time.Minute)
	w.settle()
	dead, err := w.Dead(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, dead)
	require.Contains(t, w.kinds(1), "delivery_failed")
}

func TestRefusedCredentialsStopThePlatformAndKeepItsOutbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Post, 2, &chat.Error{Class: chat.Revoked, Op: "post", Code: "token_revoked"})
	send(post("a", "one"), post("b", "two"), post("c", "three"))
	w.settle()
	w.ready("room")
	calls := w.chat.did(chat.Post)
	send(post("d", "four"))
	w.out.purses.kill("room", w.clock.Now().Add(quarantine), &chat.Error{Class: chat.Revoked, Op: "post"})
	w.after(quarantine - time.Second)
	require.Equal(t, calls, w.chat.did(chat.Post), "nothing is tried meanwhile")
	require.ErrorContains(t, w.Ready(t.Context()), "room: post")
	w.after(2 * quarantine)
	require.ElementsMatch(t, []string{"one", "two", "three", "four"}, w.chat.texts("general"))
	require.NoError(t, w.Ready(t.Context()), "an action that worked proves the credentials good")
}

func TestARoomThatCannotBeOpenedMovesTheIncidentHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.begin(1, "room")
	w.chat.fault = failing(chat.OpenRoom, 1, &chat.Error{Class: chat.Forbidden, Op: "open", Hint: "let the bot create channels"})
	w.send(s, openRoom(s), post("a", "what we know"),
		compose.Out{Action: chat.Action{Verb: chat.Topic, Room: compose.InRoom, Text: "P1"}},
		compose.Out{Action: chat.Action{Verb: chat.Archive, Room: compose.InRoom}})
	w.settle()
	require.Contains(t, w.chat.texts("general"), "what we know")
	require.Zero(t, w.chat.did(chat.Topic), "the topic of somebody else's room is left alone")
	require.Zero(t, w.chat.did(chat.Archive))
	require.True(t, w.state(1).RoomLost)
	value, ok, err := w.journal.Lookup(t.Context(), roomKey("room", "R-general"))
	require.NoError(t, err)
	require.True(t, ok, "commands typed there reach the incident")
	require.Equal(t, "1", value)
}

func TestARoomThatVanishesMovesTheIncidentHomeOnce(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*place, string){
		"archived": func(p *place, room string) { p.rooms[chat.RoomID(room)].gone = true },
		"closed to the bot": func(p *place, room string) {
			p.fault = func(a chat.Action, _ int) *fault {
				if string(a.Room) != room {
					return nil
				}
				return &fault{err: &chat.Error{Class: chat.Forbidden, Op: "post", Code: "not_in_channel"}}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.types("ana", "general", "declare P1 Checkout is down")
			w.settle()
			fail(w.chat, w.state(1).Room.Room)
			w.types("ben", "general", "log INC-1 first")
			w.types("ben", "general", "log INC-1 second")
			w.types("ben", "general", "ack INC-1")
			w.after(time.Minute)
			said := strings.Join(w.chat.texts("general"), "\n")
			require.Contains(t, said, "first")
			require.Contains(t, said, "second")
			depth, err := w.journal.Depth(t.Context())
			require.NoError(t, err)
			require.Zero(t, depth.Waiting)
			moved := 0
			history, err := w.history(t.Context(), 1)
			require.NoError(t, err)
			for _, r := range history {
				if e, ok := r.Event.(incident.DeliveryFailed); ok && strings.HasPrefix(e.Why, "the room is out of reach") {
					moved++
				}
			}
			require.Equal(t, 1, moved, "that is said once")
			failed := w.state(1).Failures
			w.types("ben", "general", "impact nobody can pay")
			require.Equal(t, "nobody can pay", w.state(1).Impact, "commands typed there reach it from then on")
			w.after(time.Minute)
			require.Equal(t, failed, w.state(1).Failures, "the card has moved too")
		})
	}
}

func TestACardMovesWithItsIncident(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	w.settle()
	w.chat.rooms[chat.RoomID(w.state(1).Room.Room)].gone = true
	w.send(w.state(1),
		compose.Out{Action: chat.Action{Verb: chat.Edit, Room: compose.InRoom, Message: compose.Card, Body: words("card, v2")}, Lane: "x"},
		compose.Out{Action: chat.Action{Verb: chat.Edit, Room: compose.InRoom, Message: compose.Card, Body: words("card, v3")}, Lane: "x"},
		compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.InRoom, Thread: compose.Card, Body: words("reply")}, Lane: "y"})
	w.after(time.Minute)
	said := w.chat.texts("general")
	require.Equal(t, 1, count(said, "card, v3"), "%q", said)
	require.Equal(t, 0, count(said, "card, v2"))
	require.Equal(t, 1, count(said, "reply"))
}

func TestAnEditOfAMessageThatWasDeletedIsSaidAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	card := post("card", "v1")
	card.As = compose.Card
	send(card)
	w.settle()
	w.chat.rooms["R-general"].said = nil
	edit := func(text string) compose.Out {
		return compose.Out{Action: chat.Action{Verb: chat.Edit, Room: compose.InRoom, Message: compose.Card, Body: words(text)}, Lane: "card"}
	}
	send(edit("v2"))
	w.settle()
	send(edit("v3"))
	w.settle()
	require.Equal(t, []string{"v3"}, w.chat.texts("general"))
	require.Equal(t, 1, w.chat.rooms["R-general"].said[0].edits, "the new one took the old one's place")
}

func TestWhatWaitsForACardThatCouldNotBeSaidGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Post, 1, &chat.Error{Class: chat.Invalid, Op: "post"})
	card := post("card", "too long")
	card.As = compose.Card
	send(card,
		compose.Out{Action: chat.Action{Verb: chat.Pin, Room: compose.InRoom, Message: compose.Card}},
		compose.Out{Action: chat.Action{Verb: chat.Edit, Room: compose.InRoom, Message: compose.Card, Body: words("shorter")}, Lane: "card"},
		compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.InRoom, Thread: compose.Card, Body: words("reply")}})
	w.settle()
	require.Subset(t, w.chat.texts("general"), []string{"shorter", "reply"})
	depth, err := w.journal.Depth(t.Context())
	require.NoError(t, err)
	require.Zero(t, depth.Waiting)
	require.Equal(t, 1, depth.Dead)
}

func TestAChannelThatMovedIsLookedUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	say := func(text string) compose.Out {
		return compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.Announce, Body: words(text)}}
	}
	send(say("one"))
	w.settle()
	w.chat.rooms["R-incidents"].gone = true
	w.chat.channels["incidents"] = "R-new"
	w.chat.addRoom("R-new", "incidents-2")
	send(say("two"))
	w.settle()
	require.Equal(t, []string{"two"}, w.chat.texts("incidents-2"))
	w.chat.rooms["R-new"].gone = true
	send(say("three"))
	w.settle()
	require.Equal(t, 1, count(w.kinds(1), "delivery_failed"), "when it is nowhere, that is told")
}

func TestAPlatformThatIsNotConfiguredAnyMoreIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.beginIn(1, "slack", "")
	w.send(s, post("a", "hello"))
	w.settle()
	dead, err := w.Dead(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, dead)
	require.Contains(t, w.kinds(1), "delivery_failed")
}

// stubborn is a journal that takes no settlement for a while.
type stubborn struct {
	store.Journal
	refuse int
}

func (s *stubborn) Settle(ctx context.Context, all ...store.Settlement) error {
	if s.refuse > 0 {
		s.refuse--
		return store.ErrReadOnly
	}
	return s.Journal.Settle(ctx, all...)
}

func TestAnOutcomeThatCannotBeWrittenDownIsWrittenLater(t *testing.T) {
	t.Parallel()
	journal := &stubborn{Journal: store.NewMemory(), refuse: 3}
	w := newWorld(t, func(c *Config) { c.Journal = journal })
	w.journal = journal
	send := w.roomless()
	send(post("a", "one"), post("a", "two"))
	w.after(5 * time.Second)
	require.Equal(t, []string{"one", "two"}, w.chat.texts("general"), "said once each")
	depth, err := journal.Depth(t.Context())
	require.NoError(t, err)
	require.Zero(t, depth.Waiting)
}
