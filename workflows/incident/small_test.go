package incident_test

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// smallPlaybook has one of everything the engine knows.
func smallPlaybook() *playbook.Playbook {
	return &playbook.Playbook{
		Name: "small", Language: "en",
		Severities: []playbook.Severity{
			{ID: "HIGH", Name: "High", Team: []playbook.RoleID{"lead", "scribe", "fixer"}, Brief: true},
			{ID: "MID", Name: "Middling", Team: []playbook.RoleID{"lead"}},
			{ID: "LOW", Name: "Low", Team: []playbook.RoleID{"scribe"}, NoRoom: true},
		},
		Roles: []playbook.Role{
			{ID: "lead", Title: "Lead", Does: "Leads", Commands: true},
			{ID: "scribe", Title: "Scribe", Does: "Writes"},
			{ID: "fixer", Title: "Fixer", Does: "Fixes"},
			{ID: "director", Title: "Director", Does: "Directs"},
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
			{ID: "users", Label: "Users"},
			{ID: "services", Label: "Services"},
			{ID: "data", Label: "Data at risk", Options: []playbook.Option{{ID: "yes", Label: "Yes"}, {ID: "no", Label: "No"}}},
		},
		Flags: []playbook.Flag{
			{ID: "api", Label: "API-related"},
			{ID: "breach", Label: "Breach suspected"},
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
		Clocks: smallClocks(),
		Gates: []playbook.Gate{{
			ID: "verified", Label: "Verification", Before: playbook.Resolved, Override: true,
			Needs: []playbook.Trigger{"checklist:verify", "clock:watch"},
		}},
		Escalations: []playbook.Escalation{
			{ID: "breach", On: "flag:breach", To: []playbook.RoleID{"legal", "director"}, Why: "Breach suspected", Expect: "Assess the duty to notify"},
			{ID: "money", On: "flag:money", To: []playbook.RoleID{"director"}, Why: "Money", Expect: "Assess"},
		},
		Update: playbook.Template{Title: "Update", Role: "scribe", Fields: []playbook.Field{
			{ID: "time", Label: "Time", Source: playbook.FromNow},
			{ID: "service", Label: "Service", Source: playbook.FromService},
			{ID: "status", Label: "Status", Source: playbook.FromStatus},
			{ID: "impact", Label: "Impact", Source: playbook.FromImpact, Ask: true},
			{ID: "action", Label: "Current action", Source: playbook.FromAction, Ask: true},
			{ID: "next", Label: "Next update", Source: playbook.FromNextUpdate},
		}},
		Brief: playbook.Template{Title: "Brief", Fields: []playbook.Field{
			{ID: "situation", Label: "Situation", Source: playbook.FromSituation}, {ID: "cause", Label: "Cause", Source: playbook.FromCause}, {ID: "size", Label: "Size", Source: "fact:users", Ask: true},
		}},
	}
}

func smallClocks() []playbook.Clock {
	m := time.Minute
	return []playbook.Clock{
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
	}
}
