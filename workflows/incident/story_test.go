package incident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func TestDeclareRefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.refused(ana, incident.Declare{Title: " \n "}, "title.empty")
	l.refused(ana, incident.Declare{Title: "\u200b\u202e\ufeff"}, "title.empty")
	long := l.refused(ana, incident.Declare{Title: strings.Repeat("é", 5000)}, "title.long")
	require.LessOrEqual(t, len([]rune(strings.TrimPrefix(long.Way, "declare "))), incident.MaxTitle, "the way out works")
	known := l.refused(ana, incident.Declare{Title: "x", Severity: "P9"}, "severity.unknown")
	require.Equal(t, []string{"HIGH", "MID", "LOW"}, known.Args["known"])
	l.refused(ana, incident.Declare{Title: "x", Origin: "stars"}, "origin.unknown")
	l.refused(ana, incident.Declare{Title: "x", Facts: map[string]string{"data": "perhaps"}}, "fact.option")
	l.refused(ana, incident.Acknowledge{}, "unknown")
}

func TestDeclareWithoutSeverityTakesTheSecondWorst(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.do(dora, incident.Declare{Number: 1, Title: "Slow"})
	require.Equal(t, playbook.SeverityID("MID"), l.s.Severity.ID)
}

func TestSomebodyAlwaysCommands(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.roster = nil
	l.do(dora, incident.Declare{Number: 1, Title: "Slow"})
	require.Equal(t, dora, l.s.Commander, "who declared commands while the role is empty")
	l.refused(dora, incident.Take{}, "commander.already")
	l.do(ben, incident.Take{})
	require.Equal(t, ben, l.s.Commander)
	l.refused(dora, incident.HandOff{To: ana}, "commander.only")
	l.refused(ben, incident.HandOff{To: ben}, "handoff.self")
	l.refused(ben, incident.HandOff{}, "person.missing")
	l.do(ben, incident.HandOff{To: ana})
	l.refused(ben, incident.HandOff{To: ana}, "handoff.waiting")
	require.Equal(t, ben, l.s.Commander, "until the other accepts")
	l.refused(dora, incident.Accept{}, "handoff.notoffered")
	l.do(ana, incident.Decline{})
	l.refused(ana, incident.Accept{}, "handoff.notoffered")
	l.do(ben, incident.HandOff{To: ana})
	l.do(ana, incident.Accept{})
	require.Equal(t, ana, l.s.Commander)
}

func TestABacklogItemHasNoRoomUntilItGetsWorse(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.do(dora, incident.Declare{Number: 3, Title: "Typo", Severity: "LOW"})
	require.Empty(t, l.s.RoomName)
	require.Zero(t, l.s.NextWake())
	l.refused(ana, incident.Resolve{Text: "fixed"}, "phase.backlog")
	e, _ := find[incident.SeverityChanged](l.do(ana, incident.SetSeverity{Severity: "HIGH"}))
	require.Equal(t, "inc-3-typo", e.RoomName)
	require.NotEmpty(t, l.s.Clocks)

	other := newLife(t)
	other.do(dora, incident.Declare{Number: 4, Title: "Typo", Severity: "LOW"})
	other.do(dora, incident.Close{})
	require.True(t, other.s.Phase.Over())
}

func TestFlagsPageByTheMatrix(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.refused(ana, incident.RaiseFlag{Flag: "alien"}, "flag.unknown")
	l.refused(ana, incident.RaiseFlag{Flag: "money", Value: "much"}, "flag.amount")
	l.refused(ana, incident.RaiseFlag{Flag: "money", Value: "12000 USD"}, "flag.currency")
	l.do(ana, incident.RaiseFlag{Flag: "money", Value: "9.000,50 EUR"})
	require.Empty(t, l.s.Escalations, "below the amount nobody is paged")
	l.do(ana, incident.RaiseFlag{Flag: "money", Value: "€12,000"})
	require.Len(t, l.s.Escalations, 1)
	l.refused(ana, incident.RaiseFlag{Flag: "money", Value: "12000"}, "flag.raised")
	l.do(ana, incident.RaiseFlag{Flag: "breach"})
	require.Len(t, l.s.Escalations, 3)
	l.refused(ana, incident.ClearFlag{Flag: "api", Why: "no"}, "flag.notraised")
	l.do(ana, incident.ClearFlag{Flag: "breach", Why: "checked"})
	require.Len(t, l.s.Flags, 1)
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		amount   float64
		currency string
	}{
		"12000": {12000, ""}, "12,000": {12000, ""}, "12.000": {12000, ""}, "12.000,50 EUR": {12000.5, "EUR"},
		"12,000.50": {12000.5, ""}, "EUR 12 000": {12000, "EUR"}, "R$ 1.234.567,89": {1234567.89, "BRL"}, "0.5": {0.5, ""}, "€12k": {},
	} {
		amount, currency, ok := incident.ParseAmount(text)
		require.InDelta(t, want.amount, amount, 1e-9, text)
		require.Equal(t, want.amount > 0, ok, text)
		if ok {
			require.Equal(t, want.currency, currency, text)
		}
	}
}

func TestATaskOfAFlagOpensWithIt(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.do(ana, incident.Mitigate{Text: "restarted"})
	list := l.s.Checklists[len(l.s.Checklists)-1]
	require.Len(t, list.Tasks, 1)
	l.do(ana, incident.RaiseFlag{Flag: "api"})
	list = l.s.Checklists[len(l.s.Checklists)-1]
	require.Len(t, list.Tasks, 2)
	n := list.Tasks[1].N
	l.do(ben, incident.TakeTask{N: n})
	l.refused(ben, incident.TakeTask{N: n}, "task.yours")
	l.refused(ben, incident.SkipTask{N: n}, "text.empty")
	l.do(ben, incident.SkipTask{N: n, Why: "no endpoint is affected"})
	l.refused(ben, incident.DoTask{N: n}, "task.settled")
	l.refused(ben, incident.DoTask{N: 99}, "task.unknown")
	l.do(ben, incident.AddTask{Text: "Call the provider", Who: dora})
	task, ok := l.s.Task(l.s.NextTask - 1)
	require.True(t, ok)
	require.Equal(t, dora, task.Owner)
}

func TestTheGateOpensByOverrideForTheCommanderOnly(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	r := l.refused(ana, incident.Resolve{Text: "done"}, "gate")
	require.Equal(t, "monitor", r.Way)
	l.refused(ben, incident.Override{Why: "trust me"}, "commander.only")
	l.refused(ana, incident.Override{}, "text.empty")
	l.do(ana, incident.Override{Why: "the provider confirmed it in writing"})
	l.refused(ana, incident.Override{Why: "again"}, "gate.open")
	l.do(ana, incident.Resolve{Text: "done"})
	require.NotZero(t, l.s.At.Mitigated, "an incident that is resolved was mitigated")
	require.NotZero(t, l.s.At.Acknowledged)
	l.do(ana, incident.Reopen{Why: "it is back"})
	require.Equal(t, "Investigating", l.s.Status.Label)
	_, running := l.s.Clock("update")
	require.True(t, running, "updates are owed again")
	l.refused(ana, incident.Resolve{Text: "done"}, "gate")
}

func TestTheLogIsCorrectedNeverEdited(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.refused(ben, incident.Note{Text: "x", When: l.now.Add(time.Hour)}, "log.future")
	l.do(ben, incident.Note{Text: "restarted the pod", When: l.now.Add(-5 * time.Minute)})
	n := l.s.Notes[0].Seq
	l.refused(dora, incident.Amend{N: n, Text: "no"}, "entry.notyours")
	l.refused(ben, incident.Amend{N: 1, Text: "no"}, "entry.unknown")
	l.do(ana, incident.Amend{N: n, Text: "restarted two pods"})
	require.Equal(t, "restarted two pods", l.s.Notes[0].Text)
	l.do(ben, incident.Retract{N: n, Why: "wrong incident"})
	l.refused(ben, incident.Retract{N: n, Why: "again"}, "entry.retracted")
	source := incident.Source{Room: "C1", Message: "17.1", Author: dora}
	l.do(ben, incident.Note{Text: "see this", Source: source})
	l.refused(ana, incident.Note{Text: "see this", Source: source}, "log.already")
}

func TestUpdatesAreFilledFromTheState(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.do(ana, incident.SetImpact{Text: "Nobody can pay", Facts: map[string]string{"services": "Checkout"}})
	l.refused(ben, incident.Update{}, "text.empty")
	l.refused(ben, incident.Update{Status: "resolved", Text: "x"}, "status.resolved")
	l.refused(ben, incident.Update{Status: "fine", Text: "x"}, "status.unknown")
	u, _ := find[incident.Updated](l.do(ben, incident.Update{Status: "identified", Text: "Rolling back"}))
	got := map[string]string{}
	for _, v := range u.Values {
		got[v.ID] = v.Text
	}
	require.Equal(t, map[string]string{
		"time": "", "service": "Checkout", "status": "Identified", "impact": "Nobody can pay", "action": "Rolling back", "next": "",
	}, got)
	u, _ = find[incident.Updated](l.do(ben, incident.Update{Values: map[string]string{"impact": "Half can pay", "action": "Scaling up"}}))
	require.Equal(t, "Half can pay", l.s.Impact, "what an update says about the impact is the impact")
	require.Equal(t, 2, u.N)
	b, _ := find[incident.Briefed](l.do(ben, incident.Brief{Text: "We are on it"}))
	require.Equal(t, "Checkout – Half can pay", b.Values[0].Text)
	l.do(ben, incident.Brief{Text: "Still on it", Values: map[string]string{"size": "half of them"}})
	require.Equal(t, "half of them", l.s.Fact("users"), "what a brief says of a fact is the fact")
	l.do(ana, incident.SetSeverity{Severity: "MID"})
	l.refused(ben, incident.Brief{Text: "x"}, "brief.none")
}

func TestWhatHappenedOutsideIsWrittenOnce(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	room := incident.RecordRoom{Room: "C9", Name: "inc-7-checkout-down"}
	require.Len(t, l.do(stream.Person{}, room), 1)
	require.Empty(t, l.do(stream.Person{}, room))
	require.Empty(t, l.do(stream.Person{}, incident.RecordNoRoom{Why: "too late"}))
	l.do(stream.Person{}, incident.RecordFailure{What: "post the update", Why: "channel archived"})
	require.Equal(t, 1, l.s.Failures)
}

func TestRoomNames(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Checkout: 500s!":         "inc-1-checkout-500s",
		"Paiement indisponible é": "inc-1-paiement-indisponible-e",
		"<!channel> @all":         "inc-1-channel-all",
		"支付失败 😀":                  "inc-1",
		strings.Repeat("ab ", 60): "inc-1-" + strings.Repeat("ab-", 18)[:53],
	} {
		got := incident.RoomName(1, title)
		require.Equal(t, strings.TrimRight(want, "-"), got)
		require.LessOrEqual(t, len(got), 60)
	}
}

func TestTasksBringTheRoleTheyNeed(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.roster["fixer"] = []stream.Person{dora}
	l.do(ana, incident.Declare{Number: 1, Title: "Slow", Severity: "MID"})
	require.False(t, l.s.Knows(ben), "the scribe is not in this team")
	l.do(ana, incident.NameCause{Cause: "deploy"})
	given, ok := find[incident.RoleGiven](l.log)
	require.True(t, ok)
	require.Equal(t, []stream.Person{dora}, given.Holding.Holders)
	require.Equal(t, "Fixer", given.Holding.Title)
}

func TestThoseOutsideHearTheEnd(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.do(ben, incident.Update{Text: "Looking"})
	l.do(ben, incident.Brief{Text: "Looking"})
	l.do(ana, incident.Override{Why: "seen with my own eyes"})
	l.wait(40 * time.Minute)
	events := l.do(ana, incident.Resolve{Text: "It works again"})
	u, ok := find[incident.Updated](events)
	require.True(t, ok)
	require.Equal(t, "Resolved", u.Status.Label)
	require.Equal(t, incident.KeptLate, u.Kept, "the last promise counts")
	require.Zero(t, u.Next, "no further one is promised")
	require.Equal(t, "Resolved", u.Values[2].Text)
	require.Equal(t, 1, l.s.Promises["update"].Late)
	require.Zero(t, l.s.Promises["update"].Missed)
	_, ok = find[incident.Briefed](events)
	require.True(t, ok)

	quiet := newLife(t).declare()
	_, ok = find[incident.Updated](quiet.do(ana, incident.Cancel{Why: "a false alarm"}))
	require.False(t, ok, "where nothing was said there is nothing to take back")
}

func TestACauseFoundDuringTheWatchSendsNobodyBack(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	l.do(ana, incident.Mitigate{Text: "restarted"})
	l.do(ana, incident.Monitor{})
	l.do(ana, incident.NameCause{Cause: "deploy", Text: "release 42"})
	require.Equal(t, "Monitoring", l.s.Status.Label)
	require.Equal(t, incident.PhaseMonitoring, l.s.Phase)
	require.Equal(t, "restarted", l.s.Action)
}

func TestWordsOfAnEscalationAreKept(t *testing.T) {
	t.Parallel()
	l := newLife(t).declare()
	e, _ := find[incident.Escalated](l.do(dora, incident.Escalate{Why: "nobody from the database team answers"}))
	require.Equal(t, "nobody from the database team answers", e.Why)
}
