package incident

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Phase is where an incident stands. The phases are fixed; the playbook puts its labels on them.
type Phase string

// The phases. The zero value is an incident that does not exist yet.
const (
	PhaseNone         Phase = ""
	PhaseDeclared     Phase = "declared"
	PhaseAcknowledged Phase = "acknowledged"
	PhaseMitigating   Phase = "mitigating"
	PhaseMonitoring   Phase = "monitoring"
	PhaseResolved     Phase = "resolved"
	PhaseClosed       Phase = "closed"
	PhaseCancelled    Phase = "cancelled"
)

// Active tells whether responders are at work: declared to monitoring.
func (p Phase) Active() bool {
	return p == PhaseDeclared || p == PhaseAcknowledged || p == PhaseMitigating || p == PhaseMonitoring
}

// Over tells whether nothing can happen any more but reading, notes and reopening.
func (p Phase) Over() bool { return p == PhaseClosed || p == PhaseCancelled }

// State is one incident now. It is folded from events by [Apply] and never changed otherwise; the zero
// value is an incident that was not declared yet. Slices and maps in it are read-only.
type State struct {
	Seq      uint64 // of the last event
	Number   int
	Title    string
	Severity SeverityInfo
	Playbook string
	Language string
	Zone     string
	Origin   Labelled
	Home     string // platform
	Place    string // where it was declared
	Room     RoomOpened
	RoomName string // asked for; empty for a backlog item
	RoomLost bool   // no room could be opened; it lives in Place

	Phase                      Phase
	Status                     Labelled
	Commander                  stream.Person
	DeclaredBy, AcknowledgedBy stream.Person
	Offered                    stream.Person // waits to accept command
	Roles                      []Holding     // the team by severity, then roles given later
	People                     []stream.Person

	Impact string
	Facts  []FactFound
	Cause  CauseNamed
	Flags  []FlagRaised
	Action string // what is being done now, as last said

	Checklists  []Checklist
	NextTask    int // the number the next task gets
	Clocks      []Clock
	Escalations []Escalation
	Passed      []string // gates overridden, until the step they let pass is undone
	Notes       []LogNote

	Updates    int
	Briefs     int
	LastUpdate Updated
	LastBrief  Briefed
	UpdatedAt  time.Time // of the last update
	Promises   map[string]Promises
	Failures   int // deliveries that failed for good

	At   Times
	Held map[playbook.Trigger]time.Time // the triggers that hold, and since when
}

// Times are when the phases began, last; zero for those that did not.
type Times struct {
	Declared, Acknowledged, Identified, Mitigated, Monitoring, Resolved, Closed time.Time
}

// Promises counts how the promised times were held.
type Promises struct{ Kept, Late, Missed int }

// Checklist is a list of tasks in an incident. Its ID is empty for tasks that people added themselves.
type Checklist struct {
	ID      string
	Title   string
	Tasks   []Task
	Settled bool
}

// TaskStatus is how far a task is.
type TaskStatus string

// The statuses of a task.
const (
	TaskOpen    TaskStatus = "open"
	TaskStarted TaskStatus = "started"
	TaskTicked  TaskStatus = "done"
	TaskLeft    TaskStatus = "skipped"
)

// Task is one task.
type Task struct {
	TaskInfo
	Status TaskStatus
	Note   string
	By     stream.Person // who ticked or skipped it
	At     time.Time
}

// Open tells whether the task still waits.
func (t Task) Open() bool { return t.Status == TaskOpen || t.Status == TaskStarted }

// Clock is a running clock.
type Clock struct {
	ID      string
	Label   string
	Owes    playbook.RoleID
	Promise string
	Started time.Time
	Due     time.Time // the promise; zero when it has no overdue step
	Overdue bool      // its overdue step has been said
	Left    []StepAt
}

// Escalation is one page.
type Escalation struct {
	N        int
	To       Holding
	Why      string
	Expect   string
	At       time.Time
	Answered stream.Person
}

// LogNote is an entry that can be amended or retracted.
type LogNote struct {
	Seq       uint64
	By        stream.Person
	Text      string
	Decision  bool
	Retracted bool
	Source    string // the message it was made from
}

// NextWake is when the next [Tick] is due; zero means never.
func (s State) NextWake() time.Time {
	var next time.Time
	for _, c := range s.Clocks {
		for _, step := range c.Left {
			if next.IsZero() || step.At.Before(next) {
				next = step.At
			}
		}
	}
	return next
}

// Holding finds who holds a role, looking the special names up too. Owner is what "owner" stands for.
func (s State) Holding(role, owner playbook.RoleID) (Holding, bool) {
	if role == playbook.TheOwner {
		role = owner
	}
	if role == playbook.TheCommander {
		if s.Commander.Zero() {
			return Holding{Role: role}, false
		}
		return Holding{Role: role, Holders: []stream.Person{s.Commander}}, true
	}
	for _, h := range s.Roles {
		if h.Role == role {
			return h, len(h.Holders) > 0
		}
	}
	return Holding{Role: role}, false
}

// Task finds a task by its number.
func (s State) Task(n int) (Task, bool) {
	for _, c := range s.Checklists {
		for _, t := range c.Tasks {
			if t.N == n {
				return t, true
			}
		}
	}
	return Task{}, false
}

// Clock finds a running clock.
func (s State) Clock(id string) (Clock, bool) {
	for _, c := range s.Clocks {
		if c.ID == id {
			return c, true
		}
	}
	return Clock{}, false
}

// HasRoom tells whether the incident has, or waits for, a room of its own.
func (s State) HasRoom() bool { return s.RoomName != "" && !s.RoomLost }
