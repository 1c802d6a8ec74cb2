package incident_test

import (
	"testing"
	"time"

	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
	"github.com/stretchr/testify/require"
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

func smallPlaybook() *playbook.Playbook {
	m := time.Minute
	return &playbook.Playbook{
		Name: "small", Language: "en",
		Severities: []playbook.Severity{
			{ID: "HIGH", Name: "High", Team: []playbook.RoleID{"lead", "scribe", "fixer"}, Brief: true},
			{ID: "MID", Name: "Middling", Team: []playbook.RoleID{"lead"}},
			{ID: "LOW", Name: "Low", Team: []playbook.RoleID{"scribe"}, NoRoom: true},
		},
		Roles: []playbook.Role{
			{ID: "lead", Title: "Lead", Does: "Leads", Commands: true}, {ID: "scribe", Title: "Scribe", Does: "Writes"},
			{ID: "fixer", Title: "Fixer", Does: "Fixes"}, {ID: "director", Title: "Director", Does: "Directs"},
			{ID: "legal", Title: "Legal", Does: "Advises"},
		},
		Origins: []playbook.Origin{{ID: "alert", Label: "Alert", From: "machine"}, {ID: "user", Label: "User report", From: "person"}},
		Statuses: []playbook.Status{
			{ID: "investigating", Label: "Investigating", On: []playbook.Trigger{playbook.Declared, playbook.Reopened}},
			{ID: "identified", Label: "Identified", On: []playbook.Trigger{playbook.Identified, playbook.Regressed}},
			{ID: "monitoring", Label: "Monitoring", On: []playbook.Trigger{playbook.Monitoring}},
			{ID: "resolved", Label: "Resolved", On: []playbook.Trigger{playbook.Resolved}},
		},
		Facts: []playbook.Fact{
			{ID: "users", Label: "Users"}, {ID: "services", Label: "Services"},
			{ID: "data", Label: "Data at risk", Options: []playbook.Option{{ID: "yes", Label: "Yes"}, {ID: "no", Label: "No"}}},
		},
		Flags: []playbook.Flag{
			{ID: "api", Label: "API-related"}, {ID: "breach", Label: "Breach suspected"},
			{ID: "money", Label: "Revenue impact", Above: &playbook.Amount{Value: 10000, Currency: "EUR"}},
		},
		Causes: []playbook.Cause{{ID: "deploy", Label: "Recent deployment"}, {ID: "outside", Label: "External dependency"}},
		Checklists: []playbook.Checklist{
			{ID: "triage", Title: "Triage", On: []playbook.Trigger{playbook.Declared}, Role: "lead", Says: "Triage is done.", Tasks: []playbook.Task{
				{ID: "ack", Text: "Acknowledge", DoneBy: []playbook.Trigger{playbook.Acknowledged}},
				{ID: "scope", Text: "Find the scope", DoneBy: []playbook.Trigger{"fact:users", "fact:services"}},
			}},
			{ID: "rollback", Title: "Roll back", On: []playbook.Trigger{"cause:deploy"}, Tasks: []playbook.Task{{ID: "roll", Text: "Roll back", Role: "fixer"}}},
			{ID: "verify", Title: "Verify", On: []playbook.Trigger{playbook.Mitigated}, Role: "scribe", Tasks: []playbook.Task{
				{ID: "see", Text: "See it work", Evidence: true}, {ID: "api", Text: "Run the regression", If: "flag:api"},
			}},
		},
		Clocks: []playbook.Clock{
			{
				ID: "update", Label: "Status update", Promise: "update", Owes: "scribe", Starts: []playbook.Trigger{playbook.Declared, playbook.Reopened},
				Restarts: []playbook.Trigger{playbook.Updated}, Stops: []playbook.Trigger{playbook.Resolved, playbook.Cancelled},
				Steps: []playbook.Step{
					{After: 15 * m, Kind: playbook.Near, Tell: []playbook.RoleID{playbook.TheOwner}},
					{After: 30 * m, Kind: playbook.Overdue, Tell: []playbook.RoleID{playbook.TheOwner}},
					{After: 35 * m, Kind: playbook.Overdue, Tell: []playbook.RoleID{playbook.TheCommander}},
					{After: 45 * m, Kind: playbook.Escalate, Tell: []playbook.RoleID{"director"}, Expect: "Get an update out"},
				},
			},
			{
				ID: "chain", Label: "Unresolved", Severities: []playbook.SeverityID{"HIGH"}, Starts: []playbook.Trigger{playbook.Declared},
				Stops: []playbook.Trigger{playbook.Resolved, playbook.Cancelled},
				Steps: []playbook.Step{
					{After: 60 * m, Kind: playbook.Escalate, Tell: []playbook.RoleID{"director"}, Expect: "Bring people"},
					{After: 90 * m, Kind: playbook.Escalate, Tell: []playbook.RoleID{"legal"}, Expect: "Read the contract"},
				},
			},
			{
				ID: "watch", Label: "Watch", Starts: []playbook.Trigger{playbook.Monitoring},
				Stops: []playbook.Trigger{playbook.Regressed, playbook.Resolved, playbook.Cancelled},
				Steps: []playbook.Step{{After: 30 * m, Kind: playbook.End, Tell: []playbook.RoleID{playbook.TheCommander}}},
			},
		},
		Gates: []playbook.Gate{{
			ID: "verified", Label: "Verification", Before: playbook.Resolved, Override: true,
			Needs: []playbook.Trigger{"checklist:verify", "clock:watch"},
		}},
		Escalations: []playbook.Escalation{
			{ID: "breach", On: "flag:breach", To: []playbook.RoleID{"legal", "director"}, Why: "Breach suspected", Expect: "Assess the duty to notify"},
			{ID: "money", On: "flag:money", To: []playbook.RoleID{"director"}, Why: "Money", Expect: "Assess"},
		},
		Update: playbook.Template{Title: "Update", Role: "scribe", Fields: []playbook.Field{
			{ID: "time", Label: "Time", Source: playbook.FromNow}, {ID: "service", Label: "Service", Source: playbook.FromService},
			{ID: "status", Label: "Status", Source: playbook.FromStatus}, {ID: "impact", Label: "Impact", Source: playbook.FromImpact, Ask: true},
			{ID: "action", Label: "Current action", Source: playbook.FromAction, Ask: true}, {ID: "next", Label: "Next update", Source: playbook.FromNextUpdate},
		}},
		Brief: playbook.Template{Title: "Brief", Fields: []playbook.Field{
			{ID: "situation", Label: "Situation", Source: playbook.FromSituation}, {ID: "cause", Label: "Cause", Source: playbook.FromCause},
		}},
	}
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
