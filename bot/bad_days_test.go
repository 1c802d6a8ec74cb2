package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// sends has a person send the form that a command opened.
func (w *world) sends(who, room, line string, values map[string]string) chat.Answer {
	w.t.Helper()
	form := w.types(who, room, line).Form
	require.NotNil(w.t, form, "%q opens a form", line)
	r := w.request(who, room, "")
	r.Kind, r.Form, r.State, r.Values = chat.Sent, form.ID, form.State, values
	return w.Hear(w.t.Context(), r)
}

func TestAFormKnowsPeopleByTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.warm(t.Context(), "room"))
	w.types("ana", "general", "declare P1 Checkout is down")
	answer := w.sends("ana", "general", "handoff INC-1", map[string]string{"who": "U-ben"})
	require.Empty(t, answer.Errors)
	require.Equal(t, stream.Person{ID: "ben", Name: "Ben"}, w.state(1).Offered)
}

func TestAFormThatIsRefusedStaysOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	w.types("ana", "general", "cancel INC-1 a drill")
	answer := w.sends("ana", "general", "resolve INC-1", map[string]string{"text": "done"})
	require.NotEmpty(t, answer.Errors, "what was written is not thrown away")
}

func TestAFormIsKeptOpenWhileTheJournalTakesNothing(t *testing.T) {
	t.Parallel()
	journal := &sick{Journal: store.NewMemory()}
	w := newWorld(t, func(c *Config) { c.Journal = journal })
	w.journal = journal
	w.types("ana", "general", "declare P1 Checkout is down")
	journal.set(store.ErrReadOnly, nil)
	require.NotEmpty(t, w.sends("ana", "general", "impact INC-1", map[string]string{"text": "nobody can pay"}).Errors)
}

func TestAButtonTwiceIsOneStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("ana", "general", "declare P1 Checkout is down")
	for _, who := range []string{"ben", "chloe"} {
		r := w.request(who, "general", "")
		r.Kind, r.Action, r.Value = chat.Pressed, "ack", "INC-1"
		require.NotEmpty(t, w.Hear(t.Context(), r).Message.Plain())
	}
	require.Equal(t, 1, count(w.kinds(1), "acknowledged"))
	require.Equal(t, "ben", w.state(1).AcknowledgedBy.ID)
}

func TestABotDeclaresAsABot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.request("robot", "general", "declare P1 Disk full")
	r.By.Bot = true
	w.Hear(t.Context(), r)
	person := newWorld(t)
	person.types("ana", "general", "declare P1 Disk full")
	require.NotEqual(t, person.state(1).Origin, w.state(1).Origin)
}

func TestAnIncidentInABorrowedRoomGivesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chat.fault = failing(chat.OpenRoom, 1, &chat.Error{Class: chat.Invalid, Op: "open", Code: "restricted_action"})
	w.types("ana", "general", "declare P1 Checkout is down")
	w.settle()
	w.types("ben", "general", "ack")
	require.Equal(t, incident.PhaseAcknowledged, w.state(1).Phase, "a command typed there reaches it")
	w.types("ana", "general", "declare P1 Search is down")
	w.settle()
	w.types("ben", "general", "cancel a drill")
	w.settle()
	require.Equal(t, incident.PhaseCancelled, w.state(1).Phase)
	before := w.last(1)
	w.types("ben", "general", "log nobody is here")
	require.Equal(t, before, w.last(1))
	require.Equal(t, incident.PhaseDeclared, w.state(2).Phase)
}

func TestAnIncidentThatIsOlderThanItsChannelIsAnnouncedLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Channels = nil })
	w.types("ana", "general", "declare P1 Checkout is down")
	w.settle()
	require.Empty(t, w.chat.texts("incidents"))
	w.start()
	w.types("ana", "general", "ack INC-1")
	w.settle()
	require.Len(t, w.chat.texts("incidents"), 1, "the edit has nothing to edit, so it is said")
	w.types("ana", "general", "mitigate INC-1 rolled back")
	w.settle()
	require.Len(t, w.chat.texts("incidents"), 1, "and edited from then on")
	require.Positive(t, w.chat.find(t, "incidents").said[0].edits)
}

func TestWhereNothingCanBeSaidItIsDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Channels = nil })
	s := w.beginIn(1, "room", "")
	s.Place = ""
	w.send(s, post("a", "hello"))
	w.settle()
	dead, err := w.Dead(t.Context())
	require.NoError(t, err)
	require.Len(t, dead, 1)
	require.Contains(t, dead[0].Why, "no_room")
}

func TestWhatWasAboutSomethingGoneIsDone(t *testing.T) {
	t.Parallel()
	for _, verb := range []chat.Verb{chat.Pin, chat.Remove, chat.Archive} {
		w := newWorld(t)
		s := w.begin(1, "room")
		w.send(s, openRoom(s))
		w.settle()
		w.chat.fault = failing(verb, -1, &chat.Error{Class: chat.Missing, Op: string(verb)})
		w.send(s, compose.Out{Action: chat.Action{Verb: verb, Room: compose.InRoom, Message: "M1", People: []chat.UserID{"ana"}}})
		w.settle()
		require.NotContains(t, w.kinds(1), "delivery_failed", verb)
		depth, err := w.journal.Depth(t.Context())
		require.NoError(t, err)
		require.Zero(t, depth.Waiting+depth.Dead, verb)
	}
}

func TestAPersonWhoLeftIsToldNotPagedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	w.chat.fault = failing(chat.Direct, -1, &chat.Error{Class: chat.Missing, Op: "direct", Code: "user_not_found"})
	send(compose.Out{Action: chat.Action{Verb: chat.Direct, People: []chat.UserID{"ana"}, Body: words("page")}})
	w.settle()
	require.Equal(t, 1, count(w.kinds(1), "not_reached"))
	dead, err := w.Dead(t.Context())
	require.NoError(t, err)
	require.Len(t, dead, 1)
}

func TestALookUpThatFailsIsTriedAgainAndOneThatFindsNobodyIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := w.roomless()
	delete(w.chat.people, "ben")
	w.chat.blind = 2
	body := chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{
		{Kind: chat.Person, User: "ana", Text: "Ana"}, {Kind: chat.Person, User: "ben", Text: "Ben"},
	}}}}
	mention := compose.Out{Action: chat.Action{Verb: chat.Post, Room: compose.InPlace, Body: body}}
	send(mention)
	w.after(absence + time.Minute)
	r := w.chat.find(t, "general")
	require.Len(t, r.said, 1)
	require.Equal(t, []chat.UserID{"U-ana"}, r.said[0].mentions)
	require.Zero(t, w.chat.again, "a look-up has no effect to look for")
	looked := w.chat.lookups
	send(mention)
	w.settle()
	require.Equal(t, looked+1, w.chat.lookups, "after ten minutes it is worth another look")
	send(mention)
	w.settle()
	require.Equal(t, looked+1, w.chat.lookups)
}

func TestReasonsAreForPeople(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"invite the bot":     &chat.Error{Class: chat.Forbidden, Code: "not_in_channel", Hint: "invite the bot"},
		"is archived":        &chat.Error{Class: chat.Forbidden, Code: "is_archived"},
		string(chat.Missing): &chat.Error{Class: chat.Missing},
		string(chat.Unsure):  store.ErrClosed,
	} {
		require.Equal(t, want, reason(err))
	}
}
