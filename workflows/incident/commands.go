package incident

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Command is what somebody wants to happen. Text in it is as the person wrote it.
type Command interface{ command() }

// Moment is all that a decision may look at beside the state.
type Moment struct {
	stream.Moment
	Playbook *playbook.Playbook
	// Roster says who would hold each role at this moment: people from the config, chat groups and
	// whoever is on call, already resolved.
	Roster map[playbook.RoleID][]stream.Person
	// From is what By is: "person", "bot" or "machine"; empty is "person".
	From string
}

// The commands.
type (
	// Declare opens the incident with the number it was given.
	Declare struct {
		Number   int
		Title    string
		Severity string // empty: the second worst, said aloud
		Origin   string // an origin's id; empty: by who declares
		People   []stream.Person
		Home     string
		Place    string
		Zone     string
		Facts    map[string]string // by fact id
	}
	// Acknowledge takes the incident, or answers the page that the asker got.
	Acknowledge struct{}
	// Update sends a status-page update. Status is a status id or label; empty keeps it. Values are typed
	// template fields by id.
	Update struct {
		Status string
		Text   string
		Values map[string]string
	}
	// Brief sends an executive brief.
	Brief struct {
		Text   string
		Values map[string]string
	}
	// SetSeverity changes severity.
	SetSeverity struct{ Severity, Why string }
	// Identify says what the cause is, or to what it is narrowed down.
	Identify struct{ Text string }
	// Mitigate says what ended the impact.
	Mitigate struct{ Text string }
	// Monitor starts the watch.
	Monitor struct{ Text string }
	// Regress reports that it came back.
	Regress struct{ Text string }
	// Resolve ends the work.
	Resolve struct{ Text string }
	// Close says that nothing is owed.
	Close struct{}
	// Reopen takes it back to work.
	Reopen struct{ Why string }
	// Cancel says that it was none.
	Cancel struct{ Why string }
	// Override passes a gate with a reason.
	Override struct{ Gate, Why string }

	// Take makes the asker commander.
	Take struct{}
	// HandOff offers command to somebody.
	HandOff struct{ To stream.Person }
	// Accept accepts the offered command.
	Accept struct{}
	// Decline refuses it.
	Decline struct{}
	// GiveRole puts people on a role; empty clears it. Role is an id or a title.
	GiveRole struct {
		Role   string
		People []stream.Person
	}
	// Join brings people into the room without a role.
	Join struct{ People []stream.Person }

	// SetImpact says what users feel; Facts answers the playbook's questions by id.
	SetImpact struct {
		Text  string
		Facts map[string]string
	}
	// NameCause takes a branch of the decision tree.
	NameCause struct{ Cause, Text string }
	// RaiseFlag marks the incident; Value is an amount such as "12000", "12.000,50 EUR" or empty.
	RaiseFlag struct{ Flag, Value string }
	// ClearFlag takes the mark away.
	ClearFlag struct{ Flag, Why string }

	// TakeTask says that the asker does task N.
	TakeTask struct{ N int }
	// DoTask ticks task N.
	DoTask struct {
		N    int
		Note string
	}
	// AddTask adds one.
	AddTask struct {
		Text string
		Who  stream.Person
	}
	// SkipTask leaves task N undone.
	SkipTask struct {
		N   int
		Why string
	}

	// Escalate pages a role (Role), people, or, with neither, the next in line.
	Escalate struct {
		Role   string
		People []stream.Person
		Why    string
	}
	// Snooze holds back the reminders that the asker would get.
	Snooze struct{ For time.Duration }

	// Note writes an entry. When is when it happened; zero: now.
	Note struct {
		Text     string
		When     time.Time
		Decision bool
		Source   Source
	}
	// Amend corrects entry N.
	Amend struct {
		N    uint64
		Text string
	}
	// Retract strikes out entry N.
	Retract struct {
		N   uint64
		Why string
	}

	// RecordRoom, RecordNoRoom, RecordFailure and RecordNotReached write down what happened outside.
	RecordRoom struct{ Room, Name, URL string }
	// RecordNoRoom says that the room could not be opened.
	RecordNoRoom struct{ Why string }
	// RecordFailure says that an action failed for good.
	RecordFailure struct{ What, Why string }
	// RecordNotReached says who could not be brought in.
	RecordNotReached struct {
		Who stream.Person
		Why string
	}
	// Tick lets the clocks strike that are due.
	Tick struct{}
)

func (Declare) command()          {}
func (Acknowledge) command()      {}
func (Update) command()           {}
func (Brief) command()            {}
func (SetSeverity) command()      {}
func (Identify) command()         {}
func (Mitigate) command()         {}
func (Monitor) command()          {}
func (Regress) command()          {}
func (Resolve) command()          {}
func (Close) command()            {}
func (Reopen) command()           {}
func (Cancel) command()           {}
func (Override) command()         {}
func (Take) command()             {}
func (HandOff) command()          {}
func (Accept) command()           {}
func (Decline) command()          {}
func (GiveRole) command()         {}
func (Join) command()             {}
func (SetImpact) command()        {}
func (NameCause) command()        {}
func (RaiseFlag) command()        {}
func (ClearFlag) command()        {}
func (TakeTask) command()         {}
func (DoTask) command()           {}
func (AddTask) command()          {}
func (SkipTask) command()         {}
func (Escalate) command()         {}
func (Snooze) command()           {}
func (Note) command()             {}
func (Amend) command()            {}
func (Retract) command()          {}
func (RecordRoom) command()       {}
func (RecordNoRoom) command()     {}
func (RecordFailure) command()    {}
func (RecordNotReached) command() {}
func (Tick) command()             {}

// Refusal says why a command did not happen. Nothing was changed. Code names the sentence in the
// message catalogue and Args fill it; Way is a command that would work, ready to paste after the slash
// command, or empty.
type Refusal struct {
	Code string
	Args map[string]any
	Way  string
}

// Error is for logs; people read the catalogue's sentence.
func (r *Refusal) Error() string { return "refused: " + r.Code }
