package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func TestADeclarationIsDurableBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.types("ana", "general", "declare P0 Checkout is down")
	require.Contains(t, answer.Message.Plain(), "#inc-1-checkout-is-down")
	s := w.state(1)
	require.Equal(t, "Checkout is down", s.Title)
	require.Equal(t, "room", s.Home)
	require.Equal(t, "R-general", s.Place)
	require.Equal(t, stream.Person{ID: "ana", Name: "ana"}, s.DeclaredBy)
	require.Zero(t, len(w.chat.calls)+w.chat.lookups, "the chat is not spoken to before")
	require.Equal(t, []int{1}, w.open.numbers(0))
}

func TestAnAnswerRefersToARoomOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	other := newPlace()
	other.name = "slack"
	w := newWorld(t, func(c *Config) { c.Platforms = append(c.Platforms, other) })
	require.Empty(t, rooms(w.types("ana", "general", "declare P1 Checkout is down").Message), "the room is not open yet")
	w.settle()
	show := w.request("ana", "general", "show INC-1")
	require.Equal(t, []chat.RoomID{chat.RoomID(w.state(1).Room.Room)}, rooms(w.Hear(t.Context(), show).Message))
	show.Platform = "slack"
	elsewhere := w.Hear(t.Context(), show).Message
	require.Empty(t, rooms(elsewhere), "on another platform it is only a name")
	require.Contains(t, elsewhere.Plain(), "#inc-1-checkout-is-down")
}

func rooms(m chat.Message) []chat.RoomID {
	var found []chat.RoomID
	eachSpan(m, func(s chat.Span) {
		if s.Kind == chat.Room {
			found = append(found, s.Room)
		}
	})
	return found
}

func TestTheWholeJobFromDeclareToClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	w.settle()
	room := w.state(1).Room.Name
	require.True(t, strings.HasPrefix(room, "inc-1-"), room)
	for _, line := range []string{
		"ack", "impact nobody can pay", "identify the new release", "mitigate rolled back",
		"log pool exhausted", "resolve INC-1 all good", "cancel INC-1 test",
	} {
		w.types("ana", room, line)
		w.settle()
	}
	kinds := w.kinds(1)
	require.Subset(t, kinds, []string{"declared", "room_opened", "acknowledged", "impact_set", "identified", "mitigated", "noted"})
	require.NotContains(t, kinds, "delivery_failed")
	dead, err := w.Dead(t.Context())
	require.NoError(t, err)
	require.Empty(t, dead)
}

func TestTheSameDeliveryTwiceChangesNothingAndIsAnsweredTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	declare := w.request("ana", "general", "declare P1 Checkout is down")
	first := w.Hear(t.Context(), declare)
	require.Equal(t, first, w.Hear(t.Context(), declare))
	ack := w.request("ben", "general", "ack INC-1")
	first = w.Hear(t.Context(), ack)
	before := w.last(1)
	w.types("ana", "general", "impact INC-1 nobody can pay")
	w.start()
	require.Equal(t, first, w.Hear(t.Context(), ack), "also after a restart and with news since")
	require.Equal(t, before+1, w.last(1))
	require.Equal(t, []int{1}, w.open.numbers(0))
}

func TestTheSameDeliveryManyTimesAtOnceHappensOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	declare := w.request("ana", "general", "declare P1 Checkout is down")
	answers := make([]chat.Answer, 16)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = w.Hear(t.Context(), declare) })
	}
	wg.Wait()
	require.Len(t, w.open.numbers(0), 1)
	for _, a := range answers {
		require.Equal(t, answers[0], a)
	}
}

func TestManyPeopleAtOnceOnOneIncident(t *testing.T) {
	t.Parallel()
	const each = 20
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	before := w.last(1)
	var wg sync.WaitGroup
	for _, who := range []string{"ana", "ben", "chloe", "dora"} {
		for i := range each {
			r := w.request(who, "general", fmt.Sprintf("log INC-1 %s saw %d", who, i))
			wg.Go(func() { w.Hear(context.Background(), r) })
		}
	}
	wg.Go(func() { w.settle() })
	wg.Wait()
	w.settle()
	s := w.state(1) // proves the chain too
	require.Len(t, s.Notes, 4*each)
	require.Less(t, before, s.Seq)
	f, err := w.open.read(t.Context(), w.open.incident(1))
	require.NoError(t, err)
	require.Equal(t, s, f.state, "memory and log agree")
}

func TestTwoWhoTakeCommandAtOnceAreInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	var wg sync.WaitGroup
	for _, who := range []string{"ben", "chloe"} {
		r := w.request(who, "general", "take INC-1")
		wg.Go(func() { w.Hear(context.Background(), r) })
	}
	wg.Wait()
	taken := 0
	last := ""
	history, err := w.history(t.Context(), 1)
	require.NoError(t, err)
	for _, r := range history {
		if e, ok := r.Event.(incident.CommandTaken); ok && e.From.ID != "" {
			taken++
			last = e.To.ID
		}
	}
	require.Positive(t, taken)
	require.Equal(t, last, w.state(1).Commander.ID, "there is one commander, the last who took over")
}

func TestACommandInTheWrongRoomChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	before := w.last(1)
	answer := w.types("ben", "status", "ack")
	require.NotEmpty(t, answer.Message.Plain())
	require.Equal(t, before, w.last(1))
	for _, line := range []string{"ack INC-77", "show INC-77", "bogus", "declare"} {
		answer = w.types("ben", "status", line)
		require.True(t, answer.Form != nil || answer.Message.Plain() != "", "%q is answered", line)
	}
	require.Equal(t, []int{1}, w.open.numbers(0))
}

func TestARefusedDeclarationTakesNoNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 "+strings.Repeat("x", 5000))
	require.Empty(t, w.open.numbers(0))
	w.types("ana", "general", "declare P1 Checkout is down")
	require.Equal(t, []int{1}, w.open.numbers(0))
}

func TestQuestionsAreAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	before := w.last(1)
	for _, line := range []string{"list", "find checkout", "show INC-1", "timeline INC-1", "catchup INC-1", "roles INC-1", "task INC-1", "help"} {
		answer := w.types("ben", "general", line)
		require.NotEmpty(t, answer.Message.Plain(), "%q", line)
		require.NotContains(t, answer.Message.Plain(), "trouble", "%q", line)
	}
	home := w.request("ben", "general", "")
	home.Kind, home.Room = chat.Opened, ""
	answer := w.Hear(t.Context(), home)
	require.NotNil(t, answer.Home)
	require.False(t, answer.Home.Empty())
	require.Equal(t, before, w.last(1))
}

// sick is a journal that fails as it is told.
type sick struct {
	store.Journal
	mu     sync.Mutex
	commit error
	read   error
}

func (s *sick) set(commit, read error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commit, s.read = commit, read
}

func (s *sick) Commit(ctx context.Context, c store.Commit) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commit != nil {
		return 0, s.commit
	}
	return s.Journal.Commit(ctx, c)
}

func (s *sick) Events(ctx context.Context, name string, after uint64) iter.Seq2[store.Record, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read != nil {
		return func(yield func(store.Record, error) bool) { yield(store.Record{}, s.read) }
	}
	return s.Journal.Events(ctx, name, after)
}

func TestAJournalThatTakesNothingIsSaidAndRecovers(t *testing.T) {
	t.Parallel()
	journal := &sick{Journal: store.NewMemory()}
	w := newWorld(t, func(c *Config) { c.Journal = journal })
	w.journal = journal
	w.types("ana", "general", "declare P1 Checkout is down")
	for _, err := range []error{store.ErrReadOnly, store.ErrUnsure, errors.New("device on fire")} {
		journal.set(err, nil)
		refused := w.request("ana", "general", "ack INC-1")
		answer := w.Hear(t.Context(), refused)
		require.NotEmpty(t, answer.Message.Plain())
		require.NotContains(t, answer.Message.Plain(), "fire", "the cause is for the operator")
		require.Contains(t, w.types("ben", "general", "show INC-1").Message.Plain(), "P1", "reading goes on")
	}
	journal.set(nil, nil)
	w.types("ana", "general", "ack INC-1")
	require.Equal(t, incident.PhaseAcknowledged, w.state(1).Phase)
}

func TestALogThatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	journal := &sick{Journal: store.NewMemory()}
	w := newWorld(t, func(c *Config) { c.Journal = journal })
	w.journal = journal
	w.types("ana", "general", "declare P1 Checkout is down")
	journal.set(nil, &store.CorruptError{Stream: Stream(1), Seq: 1, What: "wrong checksum"})
	w.start(func(c *Config) { c.Journal = journal })
	require.NotEmpty(t, w.types("ana", "general", "ack INC-1").Message.Plain())
	journal.set(nil, io.ErrUnexpectedEOF)
	w.start(func(c *Config) { c.Journal = journal })
	require.NotEmpty(t, w.types("ana", "general", "ack INC-1").Message.Plain())
}

func TestReadersAreKnownByConfigThenPlatformThenDefault(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	require.NoError(t, err)
	w := newWorld(t, func(c *Config) {
		c.Language = "fr"
		c.People[0].Language, c.People[0].Zone = "pt-BR", tokyo
	})
	now := w.clock.Now()
	r := w.reader(stream.Person{ID: "ana"}, chat.User{Locale: "en", Zone: "Europe/Paris"}, now)
	require.Equal(t, "pt-BR", r.Lang)
	require.Equal(t, tokyo, r.Zone)
	r = w.reader(stream.Person{ID: "ben"}, chat.User{Locale: "en-GB", Zone: "Europe/Paris"}, now)
	require.Equal(t, "en-GB", r.Lang)
	require.Equal(t, "Europe/Paris", r.Zone.String())
	r = w.reader(stream.Person{ID: "room/x"}, chat.User{Zone: "Nowhere/Land"}, now)
	require.Equal(t, "fr", r.Lang)
	require.Equal(t, time.UTC, r.Zone)
}

func TestAPanicIsAnsweredAndLeavesNoLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	book := w.cfg.Playbook
	w.cfg.Playbook = nil // so that the engine falls over
	answer := w.types("ana", "general", "severity INC-1 P0 worse")
	require.NotEmpty(t, answer.Message.Plain())
	w.cfg.Playbook = book
	w.types("ana", "general", "ack INC-1")
	require.Equal(t, incident.PhaseAcknowledged, w.state(1).Phase)
}
