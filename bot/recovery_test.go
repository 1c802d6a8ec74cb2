package bot

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

func TestAClockThatCouldNotStrikeStrikesOnceTheJournalIsWell(t *testing.T) {
	t.Parallel()
	journal := &sick{Journal: store.NewMemory()}
	w := newWorld(t, func(c *Config) { c.Journal = journal })
	w.journal = journal
	s := w.declare(1, "P0")
	w.clock.advance(s.NextWake().Sub(w.clock.Now()))
	journal.set(store.ErrReadOnly, nil)
	n, next, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, w.clock.Now().Add(time.Second), next, "it is tried again soon, not in a loop")
	journal.set(nil, nil)
	w.clock.advance(time.Second)
	n, _, err = w.Wake(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestAClockThatPanicsDoesNotTakeTheOthersAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.declare(1, "P0")
	w.declare(2, "P0")
	w.clock.advance(s.NextWake().Sub(w.clock.Now()))
	good := w.cfg.Playbook
	w.cfg.Playbook, w.cfg.Playbooks = nil, map[string]*playbook.Playbook{}
	_, next, err := w.Wake(t.Context())
	require.NoError(t, err)
	require.False(t, next.IsZero())
	w.cfg.Playbook = good
	w.clock.advance(time.Second)
	w.settle()
	for number := 1; number <= 2; number++ {
		require.Contains(t, w.kinds(number), "clock_struck")
	}
}

func TestAJournalThatIsClosedEndsEveryPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	require.NoError(t, w.journal.Close())
	_, err := w.Quiesce(t.Context())
	require.ErrorIs(t, err, store.ErrClosed)
	_, _, err = w.Deliver(t.Context())
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = w.Dead(t.Context())
	require.ErrorIs(t, err, store.ErrClosed)
	require.ErrorIs(t, w.Ready(t.Context()), store.ErrClosed)
	require.NotEmpty(t, w.types("ana", "general", "ack INC-1").Message.Plain())
	_, err = New(w.cfgForAnother())
	require.ErrorIs(t, err, store.ErrClosed)
}

func TestAPersonIsTheSameOnEveryPlatform(t *testing.T) {
	t.Parallel()
	other := newPlace()
	other.name = "slack"
	other.people["U0BEN"] = chat.User{ID: "U0BEN", Handle: "benny", Name: "Ben"}
	w := newWorld(t, func(c *Config) {
		c.Platforms = append(c.Platforms, other)
		c.People[1].Handles["slack"] = "U0BEN"
	})
	w.types("ana", "general", "declare P1 Checkout is down")
	r := w.request("ben", "general", "ack INC-1")
	r.Platform, r.By = "slack", chat.User{ID: "U0BEN", Handle: "benny"}
	w.Hear(t.Context(), r)
	s := w.state(1)
	require.Equal(t, "ben", s.AcknowledgedBy.ID)
	require.Equal(t, "room", s.Home, "the incident stays where it was declared")
	w.settle()
	require.Empty(t, other.calls, "and speaks there only")
	require.Contains(t, w.chat.find(t, s.RoomName).members, user("ben"))
}

func TestTwoPlatformsEachHaveTheirIncidents(t *testing.T) {
	t.Parallel()
	other := newPlace()
	other.name = "slack"
	w := newWorld(t, func(c *Config) {
		c.Platforms = append(c.Platforms, other)
		c.Channels["slack"] = Channels{Announce: "status"}
	})
	w.types("ana", "general", "declare P1 Checkout is down")
	r := w.request("ana", "general", "declare P1 Search is down")
	r.Platform = "slack"
	w.Hear(t.Context(), r)
	w.settle()
	require.Len(t, w.chat.texts("incidents"), 1)
	require.Len(t, other.texts("status"), 1)
	require.Empty(t, w.chat.texts("status"))
	require.Empty(t, other.texts("incidents"))
}

func TestWarmingSaysWhatItCouldNotFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.People = append(c.People, Person{ID: "zoe", Handles: map[chat.Name]string{"room": "zoe"}})
		c.Channels["room"] = Channels{Announce: "nowhere"}
	})
	err := w.warm(t.Context(), "room")
	require.ErrorContains(t, err, "look up the announce channel")
	require.NotContains(t, err.Error(), "zoe", "a person who is not there is no error")
	w = newWorld(t)
	w.chat.blind = 1
	require.ErrorIs(t, w.warm(t.Context(), "room"), context.DeadlineExceeded)
}

func TestAnItemThatCannotBeReadIsDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.journal.Commit(t.Context(), store.Commit{
		Stream: "inc/000009", Events: [][]byte{{1}}, Outbox: []store.Item{{Key: "k", Payload: []byte("{")}},
	})
	require.NoError(t, err)
	w.settle()
	dead, err := w.Dead(t.Context())
	require.NoError(t, err)
	require.Len(t, dead, 1)
	require.Contains(t, dead[0].Why, "decode item k")
	require.Zero(t, dead[0].Incident)
}

func TestWhatFailsInAnIncidentThatCannotBeWrittenIsStillSettled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.beginIn(1, "room", "")
	w.send(s, post("a", "bad"))
	_, err := w.journal.Commit(t.Context(), store.Commit{Stream: Stream(1), Expect: 1, Events: [][]byte{[]byte("x")}})
	require.NoError(t, err)
	w.chat.fault = failing(chat.Post, 1, &chat.Error{Class: chat.Invalid, Op: "post"})
	w.settle()
	depth, err := w.journal.Depth(t.Context())
	require.NoError(t, err)
	require.Zero(t, depth.Waiting)
	require.Equal(t, 1, depth.Dead)
}

func TestADeliveryThatChangedSomethingElseIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.request("ana", "general", "list")
	_, err := w.journal.Commit(t.Context(), store.Commit{Stream: "board/1", Events: [][]byte{{1}}, Seen: "room/" + r.Delivery, At: w.clock.Now()})
	require.NoError(t, err)
	require.NotEmpty(t, w.Hear(t.Context(), r).Message.Plain())
}

func TestRequestsAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.request("ana", "general", "declare P1 Checkout is down")
	w.Hear(t.Context(), r)
	seen := func() bool {
		_, _, ok, err := w.journal.Seen(t.Context(), "room/"+r.Delivery)
		require.NoError(t, err)
		return ok
	}
	w.sweep(t.Context(), w.clock.Now().Add(sweepAfter))
	require.True(t, seen())
	w.sweep(t.Context(), w.clock.Now().Add(sweepAfter+time.Second))
	require.False(t, seen())
}

func TestErrorsNameTheirIncident(t *testing.T) {
	t.Parallel()
	cause := errors.New("entry 3 was changed after it was written")
	err := &BrokenError{Number: 7, Err: cause}
	require.EqualError(t, err, "log of INC-7: entry 3 was changed after it was written")
	require.ErrorIs(t, err, cause)
}

func TestMattersKnowTheirCause(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]matter{
		"delivery": {account: true, commands: []incident.Command{incident.RecordRoom{}}},
		"clock":    {commands: []incident.Command{incident.Tick{}}},
		"bot":      {from: "bot", commands: []incident.Command{incident.Acknowledge{}}},
	} {
		require.Equal(t, want, m.cause())
	}
}
