package compose_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// samples are events as they could happen to an incident that is being worked on, several a kind where
// they read differently.
func samples() []incident.Event { return append(samplesOfPeople(), samplesOfWork()...) }

func samplesOfPeople() []incident.Event {
	support := incident.Holding{Role: "support-responder", Title: "Support responder", Does: "Tell users.", Holders: []stream.Person{dan}}
	nobody := incident.Holding{Role: "frontend-developer", Title: "Frontend developer"}
	return []incident.Event{
		incident.Acknowledged{},
		incident.Identified{Text: "the pool is empty"},
		incident.Mitigated{Text: "rolled back"},
		incident.MonitoringStarted{},
		incident.MonitoringStarted{Text: "rates are normal"},
		incident.Regressed{Text: "errors rise"},
		incident.Resolved{Text: "it held"},
		incident.Closed{},
		incident.Reopened{Why: "it is back"},
		incident.Cancelled{Why: "a test"},
		incident.StatusSet{Status: incident.Labelled{ID: "x", Label: "Label"}},
		incident.SeverityChanged{
			From: incident.SeverityInfo{ID: "P1", Name: "High", Rank: 1}, To: incident.SeverityInfo{ID: "P0", Name: "Critical"},
			Why: "it spreads", Joined: []incident.Holding{support, nobody}, Released: []incident.Holding{nobody},
		},
		incident.RoleGiven{Holding: support},
		incident.RoleGiven{Holding: nobody, Before: []stream.Person{ben}},
		incident.CommandTaken{From: ana, To: ben},
		incident.CommandTaken{From: ana, To: ben, HandedOff: true},
		incident.CommandTaken{To: ben},
		incident.HandOffOffered{To: ben},
		incident.HandOffDeclined{From: ana},
		incident.Joined{People: []stream.Person{kim, zoe}},
		incident.Joined{People: []stream.Person{ana}},
	}
}

func samplesOfWork() []incident.Event {
	at := noon.Add(10 * time.Minute)
	support := incident.Holding{Role: "support-responder", Title: "Support responder", Does: "Tell users.", Holders: []stream.Person{dan}}
	nobody := incident.Holding{Role: "frontend-developer", Title: "Frontend developer"}
	label := incident.Labelled{ID: "x", Label: "Label"}
	values := []incident.Value{
		{ID: "time", Label: "Time", Time: noon},
		{ID: "impact", Label: "Impact", Text: "nobody can pay"},
		{ID: "next", Label: "Next update", Time: at},
	}
	clock := func(step playbook.StepKind, told ...incident.Holding) incident.ClockStruck {
		return incident.ClockStruck{ID: "update", Label: "Status update", Owes: "support-responder", Step: step, Due: at, Told: told}
	}
	return []incident.Event{
		incident.FactFound{Fact: incident.Labelled{ID: "users", Label: "Users affected"}, Text: "1200"},
		incident.ImpactSet{Text: "nobody can pay"},
		incident.ImpactSet{Text: "line one\nline two"},
		incident.CauseNamed{Cause: label, Text: "release 4.3"},
		incident.CauseNamed{Cause: label},
		incident.FlagRaised{Flag: label, Fires: true},
		incident.FlagRaised{Flag: label, Amount: 12000.5, Currency: "EUR"},
		incident.FlagCleared{Flag: label, Why: "checked"},
		incident.ChecklistOpened{ID: "c", Title: "Look around", Tasks: []incident.TaskInfo{
			{N: 90, Text: "Read the logs", Role: "support-responder", Title: "Support responder"},
			{N: 91, Text: "Show it", Role: playbook.TheCommander, Evidence: true},
			{N: 92, Text: "Call", Owner: ben},
		}},
		incident.TaskAdded{Task: incident.TaskInfo{N: 93, Text: "Call the provider", Owner: ben}},
		incident.TaskTaken{N: 2, Who: ben},
		incident.TaskDone{N: 2, Text: "Read the logs", Note: "clean"},
		incident.TaskDone{N: 2, Text: "Read the logs"},
		incident.TaskDone{N: 2, Text: "Read the logs", Auto: true},
		incident.TaskSkipped{N: 2, Text: "Read the logs", Why: "no access"},
		incident.ChecklistSettled{ID: "triage", Title: "Triage", Says: "This is what we know.", Outcomes: []incident.Outcome{{N: 1, Text: "One"}}},
		incident.ChecklistSettled{ID: "other", Title: "Other"},
		incident.ClockStarted{ID: "n", Label: "New", Due: at, Steps: []incident.StepAt{{At: at, Kind: playbook.Overdue}}},
		incident.ClockStopped{ID: "update", Label: "Status update"},
		clock(playbook.Near, support),
		clock(playbook.Overdue, support),
		clock(playbook.Overdue, incident.Holding{Role: playbook.TheCommander, Holders: []stream.Person{ana}}),
		clock(playbook.End, support),
		clock(playbook.Escalate, support),
		incident.ClockSnoozed{ID: "update", Label: "Status update", Until: at},
		incident.Updated{N: 2, Status: label, Text: "rolling back", Title: "Status update", Values: values, Next: at, Kept: incident.KeptLate, Late: 8 * time.Minute},
		incident.Briefed{N: 1, Text: "All is down", Title: "Incident brief", Values: values, Next: at},
		incident.Escalated{N: 1, To: support, Why: "Data is out.", Expect: "Say who must know."},
		incident.Escalated{N: 1, To: incident.Holding{Holders: []stream.Person{kim}}},
		incident.Escalated{N: 1, To: nobody, Why: "Data is out."},
		incident.EscalationAnswered{N: 1, To: support},
		incident.GateOverridden{Gate: label, Why: "in writing", Missing: []string{"Verification", "Watch"}},
		incident.Noted{Text: "restarted the pods", When: noon.Add(-26 * time.Hour)},
		incident.Noted{Text: "we roll back", Decision: true},
		incident.Noted{Text: "it is the cache", Source: incident.Source{Message: "M1", Author: ben}},
		incident.Amended{Entry: 12, Text: "the replica"},
		incident.Retracted{Entry: 12, Why: "wrong incident"},
		incident.RoomOpened{Room: "R7", Name: "inc-7"},
		incident.RoomFailed{Why: "the workspace is full"},
		incident.DeliveryFailed{What: "post the status update", Why: "not in the channel"},
		incident.NotReached{Who: kim, Why: "not in this workspace"},
	}
}

// declaredLife is an incident in its first minute.
func declaredLife(t testing.TB, lang string) *life {
	t.Helper()
	l := newLife(t, lang)
	l.do(ana, incident.Declare{Number: 7, Title: "Checkout down", Severity: "P0", Home: "room", Place: "lobby"})
	return l
}

func TestEveryKindOfEvent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{incident.Declared{}.Kind(): true} // see the stories
	for _, e := range samples() {
		seen[e.Kind()] = true
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(incident.Kinds())), slices.Collect(maps.Keys(seen)))
	for _, lang := range words.Languages() {
		var s strings.Builder
		for _, e := range samples() {
			l := declaredLife(t, lang)
			l.now = noon.Add(5 * time.Minute)
			recorded := l.happen(ana, e)
			fmt.Fprintf(&s, "## %s\n\n", e.Kind())
			for _, o := range l.outs {
				if o.Action.Verb != "edit" { // the card has its place in the stories
					s.WriteString(told([]compose.Out{o}))
				}
			}
			timeline := compose.Timeline(compose.Reader{Lang: lang, Now: l.now, Slash: "/incident"}, l.s, recorded)
			if len(timeline.Blocks) > 1 {
				s.WriteString("in the timeline:\n" + shown(timeline) + "\n")
			}
		}
		golden(t, "kinds."+lang, s.String())
	}
}
