package compose_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// posted are the messages that a decision says in the incident's room.
func posted(outs []compose.Out) []chat.Message {
	var list []chat.Message
	for _, o := range outs {
		if o.Action.Room == compose.InRoom && o.Action.Verb == chat.Post {
			list = append(list, o.Action.Body)
		}
	}
	return list
}

func TestOneDecisionIsOneMessageInTheRoom(t *testing.T) {
	t.Parallel()
	for _, e := range samples() {
		l := declaredLife(t, "en")
		l.happen(ana, e, incident.Noted{Text: "one more"})
		require.LessOrEqual(t, len(posted(l.outs)), 1, e.Kind())
		seen := map[string]bool{}
		for _, o := range l.outs {
			require.NotEmpty(t, o.Lane, e.Kind())
			if o.Replaces != "" {
				require.False(t, seen[o.Replaces], e.Kind())
				seen[o.Replaces] = true
			}
		}
	}
}

func TestAnUnchangedCardIsNotEdited(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ana, incident.Note{Text: "one"})
	require.Equal(t, []chat.Verb{chat.Post}, verbs(l.outs))
	l.do(ana, incident.SetImpact{Text: "nobody can pay"})
	require.Equal(t, []chat.Verb{chat.Post, chat.Edit}, verbs(l.outs), "the announcement does not tell the impact")
	l.do(ana, incident.Acknowledge{})
	require.Equal(t, []chat.Verb{chat.Post, chat.Edit, chat.Edit}, verbs(l.outs))
	for _, o := range l.outs[1:] {
		require.Equal(t, compose.RankCosmetic, o.Rank)
		require.NotEmpty(t, o.Replaces, "a newer edit drops an older one")
	}
}

// Who is paged comes in before they are mentioned, in the same lane.
func TestAPageBringsPeopleInFirst(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ana, incident.Escalate{Role: "studio", Why: "we need the vendor"})
	require.Equal(t, []chat.Verb{chat.Invite, chat.Post}, verbs(l.outs)[:2])
	for _, o := range l.outs[:2] {
		require.Equal(t, compose.RankPage, o.Rank)
		require.Equal(t, "room", o.Lane)
	}
	plain := to(l.outs, compose.InRoom)
	require.Contains(t, plain, "@Zoe: you are needed as Studio producer. we need the vendor")
	require.Contains(t, plain, "What is expected: ")
	require.Contains(t, plain, "[I'm on it]")
	l.do(zoe, incident.Acknowledge{})
	require.Contains(t, to(l.outs, compose.InRoom), "Zoe is on it as Studio producer.")
}

func TestAPageThatReachesNobodyGoesToTheCommander(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ana, incident.Escalate{Role: "finance-tracker", Why: "it costs"})
	require.NotContains(t, verbs(l.outs), chat.Invite)
	require.Contains(t, to(l.outs, compose.InRoom), "Nobody holds the role Finance tracker, so nobody was paged. @Ana, please find somebody.")
}

func TestRemindersGoToTheRoleThenToTheCommander(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ana, incident.Acknowledge{})
	said := map[string]string{}
	for range 12 {
		next := l.s.NextWake()
		if next.IsZero() {
			break
		}
		l.now = next
		l.do(stream.Person{}, incident.Tick{})
		said[next.Sub(noon).String()] = to(l.outs, compose.InRoom)
	}
	require.Contains(t, said["15m0s"], "@Dan: Status update is due by 13:30.")
	require.Contains(t, said["15m0s"], "[Post update] [Write brief] [Snooze 10 min]")
	require.Contains(t, said["30m0s"], "@Dan: Status update is overdue; it was due by 13:30.")
	require.Contains(t, said["35m0s"], "@Ana: Status update is still overdue since 13:30. It is owed by Support responder; please see to it.")
	require.Contains(t, said["40m0s"], "@Zoe: you are needed as Studio producer. Status update")
	require.Contains(t, said["40m0s"], "Find somebody who posts the status update.")
}

func TestTheTriageEndsInOneSummary(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ben, incident.Acknowledge{})
	l.do(ana, incident.SetImpact{Text: "nobody can pay", Facts: map[string]string{"users": "all", "services": "checkout", "data-at-risk": "no"}})
	require.Len(t, posted(l.outs), 1)
	plain := posted(l.outs)[0].Plain()
	for _, line := range []string{
		"Triage is done. This is what we know.", "Severity: P0 Critical", "Users affected: all", "Services: checkout",
		"Data at risk: No", "Team: Ana, Ben, Cleo, Dan and Kim Ito", "Room: #inc-7-checkout-down",
	} {
		require.Contains(t, plain, line)
	}
	require.NotContains(t, plain, "found out", "what the summary says is not said twice")
}

func TestAnUpdateHasItsShape(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(dan, incident.Update{Text: "rolling back", Values: map[string]string{"service": "checkout", "impact": "nobody can pay"}})
	require.Equal(t, "Status update – checkout\nTime: 13:00 CET on 21 November\nService: checkout\nStatus: Investigating\n"+
		"Impact: nobody can pay\nCurrent action: rolling back\nNext update: by 13:30\nINC-7", to(l.outs, compose.StatusPage))
	l.now = l.now.Add(38 * time.Minute)
	l.do(dan, incident.Update{Text: "done"})
	require.Contains(t, to(l.outs, compose.InRoom), "It came 8 min after the promised time.")
	require.NotContains(t, to(l.outs, compose.StatusPage), "promised time", "readers outside are not told")
}

func TestTheEndHasItsFigures(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.now = l.now.Add(3 * time.Minute)
	l.do(ben, incident.Acknowledge{})
	l.now = l.now.Add(17 * time.Minute)
	l.do(ben, incident.Mitigate{Text: "rolled back"}).do(ana, incident.Monitor{}).do(dan, incident.Update{Text: "it works"})
	l.now = l.now.Add(65 * time.Minute)
	l.do(ana, incident.Override{Why: "seen"}).do(ana, incident.Resolve{Text: "it holds"})
	plain := to(l.outs, compose.InRoom)
	for _, line := range []string{
		"Time to acknowledge: 3 min", "Time to mitigate: 20 min", "Time to resolve: 1 h 25 min", "Promised updates: 1 kept, 0 late, 1 missed",
	} {
		require.Contains(t, plain, line)
	}
	for _, o := range l.outs {
		require.Equal(t, chat.Good, o.Action.Body.Tone, "%s %s", o.Action.Verb, o.Action.Room)
	}
}

func TestMarkedMessagesAreNotSaidAgain(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ana, incident.Note{Text: "it is the cache", Source: incident.Source{Room: "R7", Message: "M1", Author: ben}})
	require.Empty(t, l.outs)
	require.Contains(t, compose.Timeline(reader("en"), l.s, l.history).Plain(), "Ben noted: it is the cache")
}

func TestATaskThatIsAddedReachesWhoDoesIt(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	l.do(ana, incident.Mitigate{Text: "rolled back"}).do(ana, incident.RaiseFlag{Flag: "api-related"})
	plain := to(l.outs, compose.InRoom)
	require.Contains(t, plain, "for API tester: Run the regression tests of the affected endpoints")
	require.Contains(t, plain, "[Tick 23] [Tick 24] [Tick 25]")
	l.do(ana, incident.AddTask{Text: "Call the provider", Who: ben})
	require.Contains(t, to(l.outs, compose.InRoom), "for @Ben: Call the provider")
	require.Equal(t, compose.RankRole, l.outs[0].Rank)
}
