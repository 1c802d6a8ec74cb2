// Package playbook holds the rules a team agreed on before anything broke: YAML in, a validated and
// read-only [Playbook] out, or every problem at once, each with its place and what to write instead.
//
// A playbook is data from a small closed set of primitives: severities with teams, roles, facts and flags,
// checklists, clocks, gates, escalations and message templates, tied together by [Trigger]s. There is no
// expression language. docs/playbooks.md is the manual. The shipped playbooks are embedded here.
//
// The package does not run anything: workflows/incident reads a playbook when it decides, and writes all
// it needs into events, so that a later edit never changes what has happened.
package playbook

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/calendar"
)

// Ids name things within one playbook. They are lower case with hyphens, except severities, which keep
// the team's own spelling and are compared without case.
type (
	// SeverityID is a severity as the team spells it: "P0", "SEV1".
	SeverityID string
	// RoleID is a role: "support-responder".
	RoleID string
)

// Playbook is how a team runs incidents. It is read-only after loading.
type Playbook struct {
	Name     string `yaml:"playbook"`
	Title    string `yaml:"title"`
	About    string `yaml:"about"`
	Language string `yaml:"language"`
	// Calendar holds the business hours that clocks with `hours: business` keep to. Nil: always open.
	Calendar    *calendar.Calendar `yaml:"calendar"`
	Severities  []Severity         `yaml:"severities"` // worst first
	Roles       []Role             `yaml:"roles"`
	Origins     []Origin           `yaml:"origins"`
	Statuses    []Status           `yaml:"statuses"`
	Facts       []Fact             `yaml:"facts"`
	Flags       []Flag             `yaml:"flags"`
	Causes      []Cause            `yaml:"causes"`
	Checklists  []Checklist        `yaml:"checklists"`
	Clocks      []Clock            `yaml:"clocks"`
	Gates       []Gate             `yaml:"gates"`
	Escalations []Escalation       `yaml:"escalations"`
	Update      Template           `yaml:"update"`
	Brief       Template           `yaml:"brief"`
}

// Severity is how bad an incident can be.
type Severity struct {
	ID       SeverityID `yaml:"id"`
	Name     string     `yaml:"name"` // "Critical"
	Means    string     `yaml:"means"`
	Examples []string   `yaml:"examples"`
	Response string     `yaml:"response"` // as people say it: "at once", "within 1 hour"
	// NoRoom makes an incident of this severity a backlog item: recorded, handed to the first role of
	// Team, without a room.
	NoRoom bool `yaml:"no_room"`
	// Team is who joins, in the order shown. The commander is the first of them that may command, else
	// the first.
	Team []RoleID `yaml:"team"`
	// Brief tells whether stakeholders get the executive brief.
	Brief bool `yaml:"brief"`
}

// Role is a part somebody plays in an incident.
type Role struct {
	ID       RoleID `yaml:"id"`
	Title    string `yaml:"title"`
	Does     string `yaml:"does"`     // the action shown to its holder
	Commands bool   `yaml:"commands"` // may be incident commander
}

// Origin is where the first word of an incident came from.
type Origin struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	// From says whose declarations get this origin unless they name another: person, bot or machine.
	From string `yaml:"from"`
}

// Status is the label that people outside read, from the trigger that sets it on.
type Status struct {
	ID    string    `yaml:"id"`
	Label string    `yaml:"label"`
	On    []Trigger `yaml:"on"`
}

// Fact is something to find out about an incident: users affected, services, data at risk.
type Fact struct {
	ID      string   `yaml:"id"`
	Label   string   `yaml:"label"`
	Ask     string   `yaml:"ask"`     // the question in forms
	Options []Option `yaml:"options"` // empty: free text
	// AtDeclare asks for it in the declare form.
	AtDeclare bool `yaml:"at_declare"`
}

// Option is one of a closed list of answers.
type Option struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
}

// Flag marks an incident: data breach suspected, API-related. Raising it fires the trigger flag:ID; with
// Above set it carries an amount, and fires only above that.
type Flag struct {
	ID    string  `yaml:"id"`
	Label string  `yaml:"label"`
	Above *Amount `yaml:"above"`
}

// Amount is a sum of money with its ISO 4217 currency.
type Amount struct {
	Value    float64 `yaml:"value"`
	Currency string  `yaml:"currency"`
}

// Cause is one branch of the decision tree; naming it fires cause:ID.
type Cause struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	Means string `yaml:"means"`
}

// Trigger is a moment in an incident that rules hang on. The fixed ones are the constants; the others
// are written flag:ID, cause:ID, fact:ID, checklist:ID (all its tasks settled), clock:ID (its end step
// reached) and severity:ID (declared as, or changed to).
type Trigger string

// The fixed triggers.
const (
	Declared     Trigger = "declared"
	Acknowledged Trigger = "acknowledged"
	Identified   Trigger = "identified" // the cause is found or narrowed down
	Mitigated    Trigger = "mitigated"  // the impact has ended
	Monitoring   Trigger = "monitoring"
	Regressed    Trigger = "regressed" // while watched, it came back
	Resolved     Trigger = "resolved"
	Closed       Trigger = "closed"
	Reopened     Trigger = "reopened"
	Cancelled    Trigger = "cancelled"
	Updated      Trigger = "updated" // a status update went out
	Briefed      Trigger = "briefed" // an executive brief went out
)

// Checklist is a list of tasks that opens on a trigger.
type Checklist struct {
	ID         string       `yaml:"id"`
	Title      string       `yaml:"title"`
	On         []Trigger    `yaml:"on"`
	Severities []SeverityID `yaml:"severities"` // empty: all that have a room
	Role       RoleID       `yaml:"role"`       // for tasks that name none
	// Says is posted when every task is settled, with what each task brought out. Empty: nothing.
	Says  string `yaml:"says"`
	Tasks []Task `yaml:"tasks"`
}

// Task is one thing to do.
type Task struct {
	ID         string       `yaml:"id"`
	Text       string       `yaml:"text"`
	Role       RoleID       `yaml:"role"`
	Severities []SeverityID `yaml:"severities"` // empty: those of the checklist
	// DoneBy settles the task by itself once all these triggers have happened.
	DoneBy []Trigger `yaml:"done_by"`
	// If opens the task only once this trigger has happened (flag:api-related).
	If Trigger `yaml:"if"`
	// Evidence asks for a link or a file with the tick.
	Evidence bool `yaml:"evidence"`
}

// Clock is a time limit that people can see. It runs from any of Starts until any of Stops; each of
// Restarts sets it back to zero. A clock without steps for the severity does not run.
type Clock struct {
	ID         string       `yaml:"id"`
	Label      string       `yaml:"label"`
	Starts     []Trigger    `yaml:"starts"`
	Restarts   []Trigger    `yaml:"restarts"`
	Stops      []Trigger    `yaml:"stops"`
	Severities []SeverityID `yaml:"severities"` // empty: all that have a room
	Owes       RoleID       `yaml:"owes"`       // who owes what it waits for; "commander" for whoever commands
	// Promise ties the clock to what an update or a brief promises: "update" or "brief". Its overdue step is
	// the "next update by" that people read.
	Promise string `yaml:"promise"`
	// Business counts business hours of the playbook's calendar only.
	Business bool   `yaml:"business"`
	Steps    []Step `yaml:"steps"`
}

// StepKind is what a clock's step does.
type StepKind string

// The kinds of steps.
const (
	Near     StepKind = "near"     // reminds those it tells
	Overdue  StepKind = "overdue"  // says and logs that the limit is broken
	Escalate StepKind = "escalate" // pages the next in line
	End      StepKind = "end"      // the time has been kept: fires clock:ID and stops
)

// Step is what happens when a clock has run for After.
type Step struct {
	After time.Duration `yaml:"after"`
	Kind  StepKind      `yaml:"kind"`
	// Tell are the roles told; "owner" is who owes, "commander" whoever commands.
	Tell   []RoleID `yaml:"tell"`
	Expect string   `yaml:"expect"` // with Escalate: the action expected
}

// Names that stand for whoever holds something, usable where a role is asked for.
const (
	TheOwner     RoleID = "owner"     // in steps: the clock's Owes
	TheCommander RoleID = "commander" // whoever commands now
)

// Gate keeps a step of the incident back until its needs are met.
type Gate struct {
	ID         string       `yaml:"id"`
	Label      string       `yaml:"label"`
	Before     Trigger      `yaml:"before"` // resolved, monitoring, closed
	Severities []SeverityID `yaml:"severities"`
	// Needs are triggers that must hold: checklist:ID, clock:ID, fact:ID, acknowledged, ….
	Needs []Trigger `yaml:"needs"`
	// Override lets the commander pass with a reason, which is logged.
	Override bool `yaml:"override"`
}

// Escalation pages roles on a trigger.
type Escalation struct {
	ID         string       `yaml:"id"`
	On         Trigger      `yaml:"on"`
	Severities []SeverityID `yaml:"severities"`
	To         []RoleID     `yaml:"to"`
	Why        string       `yaml:"why"`
	Expect     string       `yaml:"expect"`
}

// Template is the shape of a message that goes out at a cadence.
type Template struct {
	Title  string  `yaml:"title"`
	Role   RoleID  `yaml:"role"` // who writes it
	Fields []Field `yaml:"fields"`
}

// Field is one line of a template.
type Field struct {
	ID     string `yaml:"id"`
	Label  string `yaml:"label"`
	Source Source `yaml:"source"` // what it is prefilled from
	// Ask shows it in the form. A field that is not asked for is always filled from its source.
	Ask bool `yaml:"ask"`
}

// Source is where a template field takes its text from; fact:ID is a source too.
type Source string

// The sources.
const (
	FromNow        Source = "now"
	FromService    Source = "service"   // the fact "services", else the title
	FromStatus     Source = "status"    // the status label
	FromImpact     Source = "impact"    // the latest impact
	FromAction     Source = "action"    // what is being done now: the text of the last phase step
	FromNextUpdate Source = "next"      // the time promised
	FromSituation  Source = "situation" // service, down or degraded, users affected
	FromCause      Source = "cause"     // the cause or "under investigation"
	FromText       Source = "text"      // what the writer typed
)
