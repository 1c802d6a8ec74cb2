package incident

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Event is a fact in the life of an incident. Events are complete: they carry names and absolute times,
// so that reading them never needs the playbook they came from. Released kinds and fields never change.
type Event = stream.Event

// SeverityInfo is a severity as it was when it was set.
type SeverityInfo struct {
	ID       playbook.SeverityID `json:"id"`
	Name     string              `json:"name"`
	Means    string              `json:"means,omitempty"`
	Response string              `json:"response,omitempty"`
	NoRoom   bool                `json:"no_room,omitempty"`
	Brief    bool                `json:"brief,omitempty"`
	Rank     int                 `json:"rank"` // 0 is the worst
}

// Holding is a role and who holds it. Nobody in Holders means that the role is not filled.
type Holding struct {
	Role     playbook.RoleID `json:"role"`
	Title    string          `json:"title"`
	Does     string          `json:"does,omitempty"`
	Commands bool            `json:"commands,omitempty"`
	Holders  []stream.Person `json:"holders,omitempty"`
}

// Labelled is an id of the playbook with the label it had.
type Labelled struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Value is one filled line of a template.
type Value struct {
	ID    string    `json:"id"`
	Label string    `json:"label"`
	Text  string    `json:"text"`
	Time  time.Time `json:"time,omitzero"` // set where the text is a moment: now, next update
}

// The phases.
type (
	// Declared opens the stream.
	Declared struct {
		Number   int             `json:"number"`
		Title    string          `json:"title"`
		Severity SeverityInfo    `json:"severity"`
		Playbook string          `json:"playbook"`
		Language string          `json:"language"`
		Zone     string          `json:"zone,omitempty"`
		Origin   Labelled        `json:"origin"`
		Home     string          `json:"home"`            // the platform it lives on
		Place    string          `json:"place,omitempty"` // the room it was declared in, as the platform names it
		RoomName string          `json:"room_name,omitempty"`
		Status   Labelled        `json:"status"`
		People   []stream.Person `json:"people,omitempty"` // asked to join beside the team
		Team     []Holding       `json:"team"`
	}
	// Acknowledged says that a responder has taken it.
	Acknowledged struct{}
	// Identified says what is known of the cause.
	Identified struct {
		Text string `json:"text"`
	}
	// Mitigated says that the impact has ended, and how.
	Mitigated struct {
		Text string `json:"text"`
	}
	// MonitoringStarted says that the team now watches whether it holds.
	MonitoringStarted struct {
		Text string `json:"text,omitempty"`
	}
	// Regressed says that it came back while it was watched. Clears lists what no longer holds.
	Regressed struct {
		Text   string             `json:"text"`
		Clears []playbook.Trigger `json:"clears,omitempty"`
	}
	// Resolved says that the work has ended.
	Resolved struct {
		Text string `json:"text"`
	}
	// Closed says that nothing is owed any more.
	Closed struct{}
	// Reopened takes a resolved or closed incident back to work. Clears lists what no longer holds.
	Reopened struct {
		Why    string             `json:"why"`
		Clears []playbook.Trigger `json:"clears,omitempty"`
	}
	// Cancelled says that it was none.
	Cancelled struct {
		Why string `json:"why"`
	}
	// StatusSet changes the label people outside read.
	StatusSet struct {
		Status Labelled `json:"status"`
	}
)

// People and severity.
type (
	// SeverityChanged changes how bad it is, and the team with it.
	SeverityChanged struct {
		From     SeverityInfo `json:"from"`
		To       SeverityInfo `json:"to"`
		Why      string       `json:"why,omitempty"`
		Joined   []Holding    `json:"joined,omitempty"`
		Released []Holding    `json:"released,omitempty"`
		RoomName string       `json:"room_name,omitempty"` // set when this severity needs a room and there was none
	}
	// RoleGiven says who holds a role from now on.
	RoleGiven struct {
		Holding Holding         `json:"holding"`
		Before  []stream.Person `json:"before,omitempty"`
	}
	// CommandTaken says who commands from now on. HandedOff tells that the one before agreed to it.
	CommandTaken struct {
		From      stream.Person `json:"from,omitzero"`
		To        stream.Person `json:"to"`
		HandedOff bool          `json:"handed_off,omitempty"`
	}
	// HandOffOffered waits for the other to accept.
	HandOffOffered struct {
		To stream.Person `json:"to"`
	}
	// HandOffDeclined leaves command where it was.
	HandOffDeclined struct {
		From stream.Person `json:"from"`
	}
	// Joined says that people were asked into the room.
	Joined struct {
		People []stream.Person `json:"people"`
	}
)

// Facts.
type (
	// FactFound answers one of the playbook's questions.
	FactFound struct {
		Fact Labelled `json:"fact"`
		Text string   `json:"text"`
	}
	// ImpactSet says what users feel.
	ImpactSet struct {
		Text string `json:"text"`
	}
	// CauseNamed takes a branch of the decision tree.
	CauseNamed struct {
		Cause Labelled `json:"cause"`
		Text  string   `json:"text,omitempty"`
	}
	// FlagRaised marks the incident. Fires tells whether the amount, if any, was enough for its rules.
	FlagRaised struct {
		Flag     Labelled `json:"flag"`
		Amount   float64  `json:"amount,omitempty"`
		Currency string   `json:"currency,omitempty"`
		Fires    bool     `json:"fires"`
	}
	// FlagCleared takes the mark away.
	FlagCleared struct {
		Flag Labelled `json:"flag"`
		Why  string   `json:"why"`
	}
)

// TaskInfo is a task as it was opened. N is its number within the incident.
type TaskInfo struct {
	N        int             `json:"n"`
	ID       string          `json:"id,omitempty"`
	Text     string          `json:"text"`
	Role     playbook.RoleID `json:"role,omitempty"`
	Title    string          `json:"title,omitempty"` // of the role
	Owner    stream.Person   `json:"owner,omitzero"`
	Evidence bool            `json:"evidence,omitempty"`
}

// Outcome is how a task ended.
type Outcome struct {
	N       int           `json:"n"`
	Text    string        `json:"text"`
	Note    string        `json:"note,omitempty"`
	By      stream.Person `json:"by,omitzero"`
	Skipped bool          `json:"skipped,omitempty"`
}

// Tasks.
type (
	// ChecklistOpened opens tasks.
	ChecklistOpened struct {
		ID    string     `json:"id"`
		Title string     `json:"title"`
		Tasks []TaskInfo `json:"tasks"`
	}
	// TaskAdded adds one task, to a checklist or, without one, to the incident.
	TaskAdded struct {
		Checklist string   `json:"checklist,omitempty"`
		Task      TaskInfo `json:"task"`
	}
	// TaskTaken says who does it.
	TaskTaken struct {
		N   int           `json:"n"`
		Who stream.Person `json:"who"`
	}
	// TaskDone ticks a task. Auto tells that the incident itself settled it.
	TaskDone struct {
		N    int    `json:"n"`
		Text string `json:"text"`
		Note string `json:"note,omitempty"`
		Auto bool   `json:"auto,omitempty"`
	}
	// TaskSkipped leaves a task undone for a reason.
	TaskSkipped struct {
		N    int    `json:"n"`
		Text string `json:"text"`
		Why  string `json:"why"`
	}
	// ChecklistSettled says that nothing of it is open any more. Says is what the playbook has to say then.
	ChecklistSettled struct {
		ID       string    `json:"id"`
		Title    string    `json:"title"`
		Says     string    `json:"says,omitempty"`
		Outcomes []Outcome `json:"outcomes"`
	}
)

// StepAt is a step of a running clock at its absolute time.
type StepAt struct {
	At     time.Time         `json:"at"`
	Kind   playbook.StepKind `json:"kind"`
	Tell   []playbook.RoleID `json:"tell,omitempty"`
	Expect string            `json:"expect,omitempty"`
}

// Clocks.
type (
	// ClockStarted starts a clock, or starts it again from zero.
	ClockStarted struct {
		ID      string          `json:"id"`
		Label   string          `json:"label"`
		Owes    playbook.RoleID `json:"owes,omitempty"`
		Promise string          `json:"promise,omitempty"`
		Due     time.Time       `json:"due,omitzero"` // its first overdue step, the promise people read
		Steps   []StepAt        `json:"steps"`
	}
	// ClockStopped stops it. Missed tells that the time was over and what it waited for never came.
	ClockStopped struct {
		ID     string `json:"id"`
		Label  string `json:"label"`
		Missed bool   `json:"missed,omitempty"`
	}
	// ClockStruck says that a step was reached. Left are the steps that are still to come.
	ClockStruck struct {
		ID     string            `json:"id"`
		Label  string            `json:"label"`
		Owes   playbook.RoleID   `json:"owes,omitempty"`
		Step   playbook.StepKind `json:"step"`
		Due    time.Time         `json:"due,omitzero"`
		Told   []Holding         `json:"told,omitempty"` // whoever must hear it; a role without holders fell to the commander
		Expect string            `json:"expect,omitempty"`
		Left   []StepAt          `json:"left,omitempty"`
	}
	// ClockSnoozed holds one person's reminders back until a time. The promise stays, and so does what others hear.
	ClockSnoozed struct {
		ID    string    `json:"id"`
		Label string    `json:"label"`
		Until time.Time `json:"until"`
		Left  []StepAt  `json:"left"`
	}
)

// Kept says how a promise of "next update by" was held.
type Kept string

// How promises end.
const (
	KeptInTime Kept = "kept"
	KeptLate   Kept = "late"
	KeptMissed Kept = "missed"
)

// Words that go out.
type (
	// Updated is a status-page update.
	Updated struct {
		N      int           `json:"n"` // 1 is the first
		Status Labelled      `json:"status"`
		Text   string        `json:"text"`
		Title  string        `json:"title"`
		Values []Value       `json:"values"`
		Next   time.Time     `json:"next,omitzero"` // the promise it makes
		Kept   Kept          `json:"kept,omitempty"`
		Late   time.Duration `json:"late,omitempty"`
	}
	// Briefed is an executive brief.
	Briefed struct {
		N      int           `json:"n"`
		Text   string        `json:"text"`
		Title  string        `json:"title"`
		Values []Value       `json:"values"`
		Next   time.Time     `json:"next,omitzero"`
		Kept   Kept          `json:"kept,omitempty"`
		Late   time.Duration `json:"late,omitempty"`
	}
	// Escalated pages a role or a person. Nobody in To.Holders means that nobody could be found.
	Escalated struct {
		N      int     `json:"n"`
		To     Holding `json:"to"`
		Why    string  `json:"why"`
		Expect string  `json:"expect,omitempty"`
		Clock  string  `json:"clock,omitempty"` // the clock whose step it was
	}
	// EscalationAnswered says that somebody paged is on it.
	EscalationAnswered struct {
		N  int     `json:"n"`
		To Holding `json:"to"`
	}
	// GateOverridden lets a step pass for a reason, once.
	GateOverridden struct {
		Gate    Labelled `json:"gate"`
		Why     string   `json:"why"`
		Missing []string `json:"missing"`
	}
)

// Source is the message that an entry was made from.
type Source struct {
	Room    string        `json:"room"`
	Message string        `json:"message"`
	Author  stream.Person `json:"author"`
	URL     string        `json:"url,omitempty"`
}

// The log.
type (
	// Noted is an entry that somebody wrote or marked. When is when it happened, if not now.
	Noted struct {
		Text     string    `json:"text"`
		When     time.Time `json:"when,omitzero"`
		Decision bool      `json:"decision,omitempty"`
		Source   Source    `json:"source,omitzero"`
	}
	// Amended says what entry Entry should have said.
	Amended struct {
		Entry uint64 `json:"entry"`
		Text  string `json:"text"`
	}
	// Retracted strikes entry Entry out; it stays readable as struck out.
	Retracted struct {
		Entry uint64 `json:"entry"`
		Why   string `json:"why"`
	}
)

// What happened outside.
type (
	// RoomOpened says where the room is.
	RoomOpened struct {
		Room string `json:"room"` // the platform's id
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	// RoomFailed says that no room could be opened and the incident lives on where it was declared.
	RoomFailed struct {
		Why string `json:"why"`
	}
	// DeliveryFailed says that something could not be said or done for good.
	DeliveryFailed struct {
		What string `json:"what"` // the action in a few words: "post the update in status"
		Why  string `json:"why"`
	}
	// NotReached says who could not be brought into the room.
	NotReached struct {
		Who stream.Person `json:"who"`
		Why string        `json:"why"`
	}
)
