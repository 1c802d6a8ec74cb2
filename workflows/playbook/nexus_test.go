package playbook

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests in this file hold the rows of nexus-micro as data, one test a row; what the bot makes of them
// is shown by the transcripts.

func nexus(t *testing.T) *Playbook {
	t.Helper()
	book, err := Load("nexus-micro")
	require.NoError(t, err)
	return book
}

func checklist(t *testing.T, p *Playbook, id string) Checklist {
	t.Helper()
	for _, l := range p.Checklists {
		if l.ID == id {
			return l
		}
	}
	require.Failf(t, "no checklist", "%s", id)
	return Checklist{}
}

// clockAt is the clock of a label that runs at a severity.
func clockAt(t *testing.T, p *Playbook, label string, s SeverityID) Clock {
	t.Helper()
	var found []Clock
	for _, k := range p.Clocks {
		if k.Label == label && p.Covers(k.Severities, s) {
			found = append(found, k)
		}
	}
	require.Len(t, found, 1, "%s at %s", label, s)
	return found[0]
}

func overdue(k Clock) time.Duration {
	for _, s := range k.Steps {
		if s.Kind == Overdue {
			return s.After
		}
	}
	return 0
}

// tasksFor maps the roles with something to do at a severity to their tasks, without those that wait for a flag.
func tasksFor(p *Playbook, l Checklist, s SeverityID) map[RoleID][]string {
	tasks := map[RoleID][]string{}
	for _, task := range l.Tasks {
		role := task.Role
		if role == "" {
			role = l.Role
		}
		if task.If == "" && (len(task.Severities) == 0 || p.Covers(task.Severities, s)) {
			tasks[role] = append(tasks[role], task.ID)
		}
	}
	return tasks
}

func TestN01FourSeveritiesWithTheirResponse(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	var got [][2]string
	for _, s := range book.Severities {
		got = append(got, [2]string{string(s.ID) + " " + s.Name, s.Response})
		require.NotEmpty(t, s.Means, s.ID)
		require.GreaterOrEqual(t, len(s.Examples), 2, s.ID)
	}
	require.Equal(t, [][2]string{
		{"P0 Critical", "at once, all hands"}, {"P1 High", "within 1 hour"}, {"P2 Medium", "within 4 hours"}, {"P3 Low", "next sprint"},
	}, got)
	for s, due := range map[SeverityID]time.Duration{"P0": 5 * time.Minute, "P1": time.Hour, "P2": 4 * time.Hour} {
		k := clockAt(t, book, "Response", s)
		require.Equal(t, due, overdue(k), s)
		require.Equal(t, []Trigger{Declared}, k.Starts)
		require.Contains(t, k.Stops, Acknowledged)
		require.Equal(t, Near, k.Steps[0].Kind)
	}
}

func TestN02TeamsBySeverity(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	teams := map[SeverityID][]RoleID{
		"P0": {"infrastructure-maintainer", "devops-automator", "backend-architect", "frontend-developer", "support-responder", "executive-summary"},
		"P1": {"infrastructure-maintainer", "devops-automator", "developer", "support-responder"},
		"P2": {"developer", "evidence-collector"},
		"P3": {"sprint-prioritizer"},
	}
	commanders := map[SeverityID]RoleID{
		"P0": "infrastructure-maintainer", "P1": "infrastructure-maintainer", "P2": "developer", "P3": "sprint-prioritizer",
	}
	for _, s := range book.Severities {
		require.Equal(t, teams[s.ID], s.Team, s.ID)
		require.Equal(t, commanders[s.ID], book.Commander(s))
	}
	for _, r := range book.Roles {
		require.NotEmpty(t, r.Does, r.ID)
		require.Equal(t, r.ID == "infrastructure-maintainer", r.Commands, r.ID)
	}
}

func TestRoleNamesAreTheFixedOnes(t *testing.T) {
	t.Parallel()
	var ids []RoleID
	for _, r := range nexus(t).Roles {
		ids = append(ids, r.ID)
	}
	require.Equal(t, []RoleID{
		"infrastructure-maintainer", "devops-automator", "backend-architect", "frontend-developer", "support-responder",
		"executive-summary", "developer", "evidence-collector", "api-tester", "workflow-optimizer", "sprint-prioritizer",
		"studio-producer", "project-shepherd", "legal-compliance", "finance-tracker",
	}, ids)
}

func TestN03ThreeOrigins(t *testing.T) {
	t.Parallel()
	from := map[string]string{}
	for _, o := range nexus(t).Origins {
		from[o.ID] = o.From
	}
	require.Equal(t, map[string]string{"monitoring-alert": "machine", "user-report": "person", "agent-detection": "bot"}, from)
}

func TestN04TriageSettlesIntoOneSummary(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	triage := checklist(t, book, "triage")
	require.Equal(t, []Trigger{Declared}, triage.On)
	require.NotEmpty(t, triage.Says)
	by := map[string][]Trigger{}
	for _, task := range triage.Tasks {
		by[task.ID] = task.DoneBy
	}
	require.Equal(t, map[string][]Trigger{
		"acknowledge": {Acknowledged},
		"scope":       {"fact:users", "fact:services", "fact:data-at-risk"},
		"classify":    {Declared},
		"team":        {Declared},
		"room":        {Declared},
	}, by)
	for _, s := range []SeverityID{"P0", "P1", "P2"} {
		k := clockAt(t, book, "Triage", s)
		require.Equal(t, 5*time.Minute, overdue(k))
		require.Contains(t, k.Stops, Trigger("checklist:triage"))
	}
	for _, f := range book.Facts {
		if f.ID == "data-at-risk" {
			require.Equal(t, []Option{{"yes", "Yes"}, {"no", "No"}, {"unknown", "Not known yet"}}, f.Options)
		}
	}
}

func TestN05ThreeInvestigationsSideBySide(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	working := map[SeverityID]map[RoleID]int{}
	for _, s := range book.Severities {
		working[s.ID] = map[RoleID]int{}
		for _, l := range book.Checklists {
			if len(l.On) == 1 && l.On[0] == Acknowledged && book.Covers(l.Severities, s.ID) {
				for role, tasks := range tasksFor(book, l, s.ID) {
					working[s.ID][role] += len(tasks)
				}
			}
		}
	}
	full := map[RoleID]int{"infrastructure-maintainer": 4, "backend-architect": 4, "devops-automator": 4}
	require.Equal(t, map[SeverityID]map[RoleID]int{"P0": full, "P1": full, "P2": {"developer": 5}, "P3": {}}, working)
	for _, s := range []SeverityID{"P0", "P1", "P2"} {
		k := clockAt(t, book, "Investigation", s)
		require.Equal(t, 30*time.Minute, overdue(k))
		require.Contains(t, k.Stops, Identified)
	}
}

func TestN06EachCauseOpensItsTasks(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	type roles = map[RoleID][]string
	want := map[string][2]roles{ // at P0 and P1, at P2
		"deployment": {
			{"devops-automator": {"rollback"}, "infrastructure-maintainer": {"recovery"}, "evidence-collector": {"confirm"}},
			{"devops-automator": {"rollback"}, "developer": {"recovery-medium"}, "evidence-collector": {"confirm"}},
		},
		"infrastructure": {
			{"infrastructure-maintainer": {"act", "recovery"}, "devops-automator": {"support"}},
			{"developer": {"act-medium", "recovery-medium"}, "devops-automator": {"support"}},
		},
		"code-bug": {
			{"developer": {"hotfix"}, "evidence-collector": {"verify"}, "devops-automator": {"deploy"}, "infrastructure-maintainer": {"recovery"}},
			{"developer": {"hotfix", "recovery-medium"}, "evidence-collector": {"verify"}, "devops-automator": {"deploy"}},
		},
		"external-dependency": {
			{"infrastructure-maintainer": {"fallback", "recovery"}, "support-responder": {"users"}},
			{"developer": {"fallback-medium", "recovery-medium"}, "support-responder": {"users"}},
		},
	}
	require.Len(t, book.Causes, len(want))
	for _, cause := range book.Causes {
		found := 0
		for _, l := range book.Checklists {
			if len(l.On) == 1 && l.On[0] == Trigger("cause:"+cause.ID) {
				found++
				require.Equal(t, want[cause.ID][0], tasksFor(book, l, "P0"), cause.ID)
				require.Equal(t, want[cause.ID][0], tasksFor(book, l, "P1"), cause.ID)
				require.Equal(t, want[cause.ID][1], tasksFor(book, l, "P2"), cause.ID)
			}
		}
		require.Equal(t, 1, found, cause.ID)
	}
}

func TestN07UpdatesForAllBriefsForP0(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	for s, want := range map[SeverityID]struct {
		owes     RoleID
		near     time.Duration
		promised time.Duration
		last     RoleID
	}{
		"P0": {"support-responder", 15 * time.Minute, 30 * time.Minute, "studio-producer"},
		"P1": {"support-responder", 15 * time.Minute, 30 * time.Minute, "project-shepherd"},
		"P2": {TheCommander, 45 * time.Minute, time.Hour, TheOwner},
	} {
		k := clockAt(t, book, "Status update", s)
		require.Equal(t, "update", k.Promise)
		require.Equal(t, want.owes, k.Owes, s)
		require.Equal(t, want.near, k.Steps[0].After, s)
		require.Equal(t, want.promised, overdue(k), s)
		require.Equal(t, []RoleID{want.last}, k.Steps[len(k.Steps)-1].Tell, s)
		require.Equal(t, []Trigger{Updated}, k.Restarts)
		require.Equal(t, []Trigger{Resolved, Cancelled}, k.Stops)
	}
	for _, s := range book.Severities {
		require.Equal(t, s.ID == "P0", s.Brief)
	}
	for _, k := range book.Clocks {
		require.False(t, book.Covers(k.Severities, "P3"), "nothing runs at P3, but %s does", k.ID)
		if k.Promise == "brief" {
			require.Equal(t, []SeverityID{"P0"}, k.Severities)
			require.Equal(t, RoleID("executive-summary"), k.Owes)
		}
	}
}

func TestN08VerifiedAndWatchedBeforeResolved(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	require.Len(t, book.Gates, 1)
	gate := book.Gates[0]
	require.Equal(t, Resolved, gate.Before)
	require.Equal(t, []Trigger{"checklist:verification", "clock:watch"}, gate.Needs)
	require.True(t, gate.Override)
	verification := checklist(t, book, "verification")
	require.Equal(t, map[RoleID][]string{
		"evidence-collector": {"solves", "evidence", "nothing-new"}, "infrastructure-maintainer": {"metrics", "cascade"},
	}, tasksFor(book, verification, "P1"))
	var forAPI []string
	for _, task := range verification.Tasks {
		require.Equal(t, task.ID == "evidence", task.Evidence, task.ID)
		if task.If == "flag:api-related" {
			require.Equal(t, RoleID("api-tester"), task.Role)
			forAPI = append(forAPI, task.ID)
		}
	}
	require.Equal(t, []string{"endpoints", "latency", "error-rates"}, forAPI)
	for _, s := range []SeverityID{"P0", "P1", "P2"} {
		watch := clockAt(t, book, "Watch", s)
		require.Equal(t, []Step{{After: 30 * time.Minute, Kind: End, Tell: []RoleID{TheCommander}}}, watch.Steps)
		require.Equal(t, []Trigger{Monitoring}, watch.Starts)
		require.Contains(t, watch.Stops, Regressed)
	}
}

func TestN10TheStatusUpdate(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	require.Equal(t, RoleID("support-responder"), book.Update.Role)
	require.Equal(t, []Source{FromNow, FromService, FromStatus, FromImpact, FromAction, FromNextUpdate}, sourcesOf(book.Update))
	var labels []string
	for _, s := range book.Statuses {
		labels = append(labels, s.Label)
	}
	require.Equal(t, []string{"Investigating", "Identified", "Monitoring", "Resolved"}, labels)
}

func TestN11TheExecutiveBrief(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	require.Equal(t, RoleID("executive-summary"), book.Brief.Role)
	require.Equal(t, []Source{
		FromNow, FromSituation, FromCause, FromAction, "fact:eta", "fact:business-impact", FromNextUpdate,
	}, sourcesOf(book.Brief))
}

func sourcesOf(t Template) []Source {
	var out []Source
	for _, f := range t.Fields {
		out = append(out, f.Source)
	}
	return out
}

func TestN12TheEscalationMatrix(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	for s, want := range map[SeverityID]struct {
		after time.Duration
		to    RoleID
	}{"P0": {30 * time.Minute, "studio-producer"}, "P1": {2 * time.Hour, "project-shepherd"}} {
		k := clockAt(t, book, string(s)+" unresolved", s)
		require.Len(t, k.Steps, 1)
		require.Equal(t, Escalate, k.Steps[0].Kind)
		require.Equal(t, want.after, k.Steps[0].After)
		require.Equal(t, []RoleID{want.to}, k.Steps[0].Tell)
		require.NotEmpty(t, k.Steps[0].Expect)
	}
	to := map[Trigger][]RoleID{}
	for _, e := range book.Escalations {
		to[e.On] = e.To
		require.NotEmpty(t, e.Expect)
	}
	require.Equal(t, map[Trigger][]RoleID{
		"flag:data-breach":    {"legal-compliance"},
		"flag:user-data":      {"legal-compliance", "executive-summary"},
		"flag:revenue-impact": {"finance-tracker", "studio-producer"},
	}, to)
	for _, f := range book.Flags {
		if f.ID == "revenue-impact" {
			require.Equal(t, &Amount{Value: 10000, Currency: "EUR"}, f.Above)
		}
	}
}

func TestN13P3IsABacklogItem(t *testing.T) {
	t.Parallel()
	book := nexus(t)
	p3, ok := book.Severity("p3")
	require.True(t, ok)
	require.True(t, p3.NoRoom)
	require.Equal(t, []RoleID{"sprint-prioritizer"}, p3.Team)
	for _, l := range book.Checklists {
		require.False(t, book.Covers(l.Severities, "P3"), l.ID)
	}
}
