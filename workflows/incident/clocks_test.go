package incident_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func all[E incident.Event](events []incident.Event) []E {
	var list []E
	for _, e := range events {
		if e, ok := e.(E); ok {
			list = append(list, e)
		}
	}
	return list
}

func kinds(struck []incident.ClockStruck) []playbook.StepKind {
	var list []playbook.StepKind
	for _, s := range struck {
		list = append(list, s.Step)
	}
	return list
}

func TestRemindersGoFromTheOwnerToTheCommanderToTheMatrix(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	struck := all[incident.ClockStruck](l.wait(45 * time.Minute))
	require.Equal(t, []playbook.StepKind{playbook.Near, playbook.Overdue, playbook.Overdue, playbook.Escalate}, kinds(struck))
	require.Equal(t, []stream.Person{ben}, struck[0].Told[0].Holders)
	require.Equal(t, []stream.Person{ben}, struck[1].Told[0].Holders)
	require.Equal(t, []stream.Person{ana}, struck[2].Told[0].Holders)
	require.Equal(t, []stream.Person{boss}, struck[3].Told[0].Holders)
	require.Equal(t, start.Add(30*time.Minute), struck[1].Due)
	paged := all[incident.Escalated](l.log)
	require.Len(t, paged, 1)
	require.Equal(t, "Get an update out", paged[0].Expect)
	require.True(t, l.s.Knows(boss), "who is paged is asked into the room")
}

func TestALateWakeSaysOneThingAndPagesOneLevel(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	events := l.sleep(5 * time.Hour)
	byClock := map[string][]playbook.StepKind{}
	for _, s := range all[incident.ClockStruck](events) {
		byClock[s.ID] = append(byClock[s.ID], s.Step)
	}
	require.Equal(t, []playbook.StepKind{playbook.Overdue, playbook.Escalate}, byClock["update"], "no reminder that is overtaken")
	require.Equal(t, []playbook.StepKind{playbook.Escalate}, byClock["chain"], "one level, never two at once")
	require.Equal(t, l.now.Add(30*time.Minute), l.s.NextWake(), "the window of the second level begins when the first is paged")
	struck := all[incident.ClockStruck](l.wait(30 * time.Minute))
	require.Len(t, struck, 1)
	require.Equal(t, playbook.RoleID("legal"), struck[0].Told[0].Role)
	require.Empty(t, struck[0].Told[0].Holders, "a role without a holder is paged all the same, and that shows")
}

func TestAnUpdateKeepsItsPromiseOrNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after time.Duration
		kept  incident.Kept
		late  time.Duration
	}{
		"in time":   {10 * time.Minute, incident.KeptInTime, 0},
		"just":      {30 * time.Minute, incident.KeptInTime, 0},
		"late":      {42 * time.Minute, incident.KeptLate, 12 * time.Minute},
		"far later": {61 * time.Minute, incident.KeptMissed, 31 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLife(t).declare()
			l.wait(c.after)
			u, _ := find[incident.Updated](l.do(ben, incident.Update{Text: "Looking at the database"}))
			require.Equal(t, c.kept, u.Kept)
			require.Equal(t, c.late, u.Late)
			require.Equal(t, l.now.Add(30*time.Minute), u.Next, "it names the next one")
			require.Equal(t, l.now.Add(15*time.Minute), clock(t, l, "update").Left[0].At, "and the clock starts again")
		})
	}
}

func clock(t *testing.T, l *life, id string) incident.Clock {
	t.Helper()
	c, ok := l.s.Clock(id)
	require.True(t, ok, "clock %s runs", id)
	return c
}

func TestAPromiseThatEndsUnkeptCountsAsMissed(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.wait(40 * time.Minute)
	l.do(ana, incident.Cancel{Why: "a false alarm"})
	require.Equal(t, 1, l.s.Promises["update"].Missed)
	require.Empty(t, l.s.Clocks)
	require.Zero(t, l.s.NextWake())
}

func TestSnoozeHoldsRemindersBackAndLeavesThePromise(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.wait(15 * time.Minute)
	l.refused(dora, incident.Snooze{For: 10 * time.Minute}, "snooze.nothing")
	l.refused(ben, incident.Snooze{For: 2 * time.Hour}, "snooze.range")
	l.do(ben, incident.Snooze{For: 10 * time.Minute})
	c := clock(t, l, "update")
	require.Equal(t, start.Add(30*time.Minute), c.Due)
	require.Equal(t, start.Add(25*time.Minute), c.Left[0].At)
	require.Equal(t, []playbook.StepKind{playbook.Near, playbook.Overdue}, kinds(all[incident.ClockStruck](l.wait(15*time.Minute))))

	l.do(ben, incident.Snooze{For: 10 * time.Minute})
	struck := all[incident.ClockStruck](l.wait(10 * time.Minute))
	require.Equal(t, []playbook.StepKind{playbook.Overdue, playbook.Overdue}, kinds(struck))
	require.Equal(t, []stream.Person{ana}, struck[0].Told[0].Holders, "what others are told is not held back")
	require.Equal(t, l.now.Add(-5*time.Minute), start.Add(35*time.Minute))
	require.Equal(t, []stream.Person{ben}, struck[1].Told[0].Holders, "the own reminder comes at the end, and says that it is overdue")
}

func TestTheHolderOfTheDutyIsWhoHoldsTheRoleWhenItStrikes(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.do(ana, incident.GiveRole{Role: "scribe", People: []stream.Person{dora}})
	struck := all[incident.ClockStruck](l.wait(15 * time.Minute))
	require.Equal(t, []stream.Person{dora}, struck[0].Told[0].Holders)
	l.do(ana, incident.GiveRole{Role: "scribe"})
	struck = all[incident.ClockStruck](l.wait(15 * time.Minute))
	require.Equal(t, []stream.Person{ben}, struck[0].Told[0].Holders, "an empty role is heard by whoever would hold it")
	l.roster["scribe"] = nil
	l.do(ben, incident.Update{Text: "on it"})
	struck = all[incident.ClockStruck](l.wait(15 * time.Minute))
	require.Equal(t, []stream.Person{ana}, struck[0].Told[0].Holders, "and failing that by the commander")
}

func TestARegressionTakesTheWatchBack(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.refused(ana, incident.Regress{Text: "again"}, "phase.notwatched")
	l.do(ana, incident.Mitigate{Text: "restarted"})
	l.do(ana, incident.Monitor{})
	before := l.s.Checklists[len(l.s.Checklists)-1].Tasks[0].N
	l.do(ben, incident.DoTask{N: before, Note: "https://example.org/1"})
	l.wait(20 * time.Minute)
	l.do(ana, incident.Regress{Text: "errors are back"})
	require.Equal(t, incident.PhaseMitigating, l.s.Phase)
	_, running := l.s.Clock("watch")
	require.False(t, running)

	l.do(ana, incident.Mitigate{Text: "restarted for good"})
	l.do(ana, incident.Monitor{})
	require.Equal(t, l.now.Add(30*time.Minute), clock(t, l, "watch").Left[0].At, "the watch starts anew")
	again := l.s.Checklists[len(l.s.Checklists)-1].Tasks[0]
	require.True(t, again.Open(), "what was verified before must be verified again")
	require.NotEqual(t, before, again.N)
}

func TestSeverityBringsClocksAndTakesThem(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.wait(20 * time.Minute)
	e, _ := find[incident.SeverityChanged](l.do(ana, incident.SetSeverity{Severity: "mid", Why: "half of it is back"}))
	require.Len(t, e.Released, 2)
	_, running := l.s.Clock("chain")
	require.False(t, running, "what the severity does not ask for stops")
	require.Equal(t, start.Add(30*time.Minute), clock(t, l, "update").Due, "what it still asks for goes on")
	l.do(ana, incident.SetSeverity{Severity: "HIGH"})
	require.Equal(t, l.now.Add(time.Hour), clock(t, l, "chain").Left[0].At, "what it asks for anew begins now")
	l.refused(ana, incident.SetSeverity{Severity: "high"}, "severity.same")
	l.refused(ana, incident.SetSeverity{Severity: "P9"}, "severity.unknown")
}

func TestEscalateByHandTakesTheNextInLine(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.do(dora, incident.Escalate{Why: "we need hands"})
	paged := all[incident.Escalated](l.log)
	require.Equal(t, playbook.RoleID("director"), paged[0].To.Role)
	require.Equal(t, "update", paged[0].Clock, "the page that would have come first")
	l.do(boss, incident.Acknowledge{})
	require.Equal(t, boss, l.s.Escalations[0].Answered)
	require.Equal(t, incident.PhaseAcknowledged, l.s.Phase)
	l.do(dora, incident.Escalate{Role: "legal"})
	l.do(dora, incident.Escalate{People: []stream.Person{ben}})
	require.Len(t, l.s.Escalations, 3)
	l.refused(dora, incident.Escalate{Role: "janitor"}, "role.unknown")
}
