package incident_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

var (
	ana  = stream.Person{ID: "ana", Name: "Ana"}
	ben  = stream.Person{ID: "ben", Name: "Ben"}
	dora = stream.Person{ID: "dora", Name: "Dora"}
	boss = stream.Person{ID: "boss", Name: "Boss"}
)

// life is one incident on a virtual clock.
type life struct {
	t      *testing.T
	now    time.Time
	s      incident.State
	pb     *playbook.Playbook
	roster map[playbook.RoleID][]stream.Person
	log    []incident.Event
}

func newLife(t *testing.T) *life {
	t.Helper()
	return &life{t: t, now: start, pb: smallPlaybook(), roster: map[playbook.RoleID][]stream.Person{
		"lead": {ana}, "scribe": {ben}, "director": {boss},
	}}
}

func (l *life) try(by stream.Person, c incident.Command) ([]incident.Event, *incident.Refusal) {
	return incident.Decide(l.s, c, incident.Moment{
		Moment: stream.Moment{Now: l.now, By: by}, Playbook: l.pb, Roster: l.roster, From: "person",
	})
}

func (l *life) do(by stream.Person, c incident.Command) []incident.Event {
	l.t.Helper()
	events, r := l.try(by, c)
	require.Nil(l.t, r, "%T was refused", c)
	for _, e := range events {
		l.s = incident.Apply(l.s, incident.Recorded{Seq: l.s.Seq + 1, At: l.now, By: by, Event: e})
	}
	l.log = append(l.log, events...)
	return events
}

func (l *life) refused(by stream.Person, c incident.Command, code string) *incident.Refusal {
	l.t.Helper()
	events, r := l.try(by, c)
	require.Empty(l.t, events)
	require.NotNil(l.t, r, "%T was not refused", c)
	require.Equal(l.t, code, r.Code)
	_, known := incident.RefusalCodes[r.Code]
	require.True(l.t, known, "refusal code %q is not listed", r.Code)
	return r
}

// wait lets time pass and the clocks strike, each at its moment.
func (l *life) wait(d time.Duration) []incident.Event {
	l.t.Helper()
	until := l.now.Add(d)
	var all []incident.Event
	for next := l.s.NextWake(); !next.IsZero() && !next.After(until); next = l.s.NextWake() {
		l.now = next
		all = append(all, l.do(stream.Person{}, incident.Tick{})...)
		require.True(l.t, l.s.NextWake().IsZero() || l.s.NextWake().After(next), "after a tick the next wake is later")
	}
	l.now = until
	return all
}

// sleep lets time pass with nobody there to wake, as in a downtime, and then ticks once.
func (l *life) sleep(d time.Duration) []incident.Event {
	l.t.Helper()
	l.now = l.now.Add(d)
	return l.do(stream.Person{}, incident.Tick{})
}

func (l *life) declare() *life {
	l.t.Helper()
	l.do(dora, incident.Declare{Number: 7, Title: "Checkout down", Severity: "high", Home: "room", Place: "general"})
	return l
}

func TestALifeFromDeclareToClose(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	require.Equal(t, incident.PhaseDeclared, l.s.Phase)
	require.Equal(t, "inc-7-checkout-down", l.s.RoomName)
	require.Equal(t, ana, l.s.Commander, "the first holder of the commanding role commands")
	require.Equal(t, "User report", l.s.Origin.Label)
	require.Equal(t, start.Add(15*time.Minute), l.s.NextWake())

	l.do(ben, incident.Acknowledge{})
	require.Equal(t, incident.PhaseAcknowledged, l.s.Phase)
	l.refused(ana, incident.Acknowledge{}, "ack.already")

	l.do(ana, incident.SetImpact{Text: "Nobody can pay", Facts: map[string]string{"users": "4000", "services": "checkout", "data": "no"}})
	settled, ok := find[incident.ChecklistSettled](l.log)
	require.True(t, ok, "triage settles by itself once it is acknowledged and the facts are known")
	require.Equal(t, "Triage is done.", settled.Says)
	require.Equal(t, "Users: 4000; Services: checkout", settled.Outcomes[1].Note)

	l.do(ana, incident.NameCause{Cause: "deploy", Text: "release 42"})
	require.Equal(t, incident.PhaseMitigating, l.s.Phase)
	require.Equal(t, "Identified", l.s.Status.Label)
	require.Equal(t, "Roll back", l.s.Checklists[1].Title)

	l.do(ana, incident.Mitigate{Text: "rolled back"})
	l.do(ana, incident.Monitor{})
	require.Equal(t, "Monitoring", l.s.Status.Label)

	gate := l.refused(ana, incident.Resolve{Text: "all well"}, "gate")
	missing, _ := gate.Args["missing"].([]incident.Need)
	require.Len(t, missing, 2)
	require.Equal(t, l.now.Add(30*time.Minute), missing[1].Until)

	task := l.s.Checklists[2].Tasks[0]
	l.refused(ben, incident.DoTask{N: task.N}, "task.evidence")
	l.do(ben, incident.DoTask{N: task.N, Note: "https://example.org/shot.png"})
	l.wait(30 * time.Minute)
	l.do(ana, incident.Resolve{Text: "all well"})
	require.Equal(t, "Resolved", l.s.Status.Label)
	require.Zero(t, l.s.NextWake(), "nothing is owed after resolving")
	l.do(ana, incident.Close{})
	require.True(t, l.s.Phase.Over())
	l.refused(ana, incident.Update{Text: "one more"}, "over.closed")
}

func find[E incident.Event](events []incident.Event) (E, bool) {
	for _, e := range events {
		if e, ok := e.(E); ok {
			return e, true
		}
	}
	var zero E
	return zero, false
}
