package incident

import (
	"time"

	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Recorded is an event with its place in the log.
type Recorded struct {
	Seq   uint64
	At    time.Time
	By    stream.Person
	Event Event
}

// Decide answers a command with the events that follow from it, or with the reason why not. No events and
// no refusal means that all is as wanted already. The order of the events is the order they happened in.
//
// It is pure: the same state, command and moment give the same answer.
func Decide(s State, c Command, m Moment) ([]Event, *Refusal) {
	m.Now = m.Now.UTC().Truncate(time.Millisecond)
	t := &turn{s: s, m: m}
	if s.Phase == PhaseNone {
		if _, ok := c.(Declare); !ok {
			return nil, refuse("unknown")
		}
	}
	if r := t.do(c); r != nil {
		return nil, r
	}
	return t.events, nil
}

// turn is one decision in the making: the state as it will be after the events so far.
type turn struct {
	s      State
	m      Moment
	events []Event
}

// emit makes an event happen and then everything that the playbook hangs on it.
func (t *turn) emit(e Event) {
	t.s = Apply(t.s, Recorded{Seq: t.s.Seq + 1, At: t.m.Now, By: t.m.By, Event: e})
	t.events = append(t.events, e)
	t.follow(e)
}

func (t *turn) do(c Command) *Refusal {
	switch c := c.(type) {
	case Declare:
		return t.declare(c)
	case Acknowledge:
		return t.acknowledge()
	case Update:
		return t.update(c)
	case Brief:
		return t.brief(c)
	case SetSeverity:
		return t.setSeverity(c)
	case Identify, Mitigate, Monitor, Regress, Resolve, Close, Reopen, Cancel, Override:
		return t.phase(c)
	case Take, HandOff, Accept, Decline, GiveRole, Join:
		return t.people(c)
	case SetImpact, NameCause, RaiseFlag, ClearFlag:
		return t.facts(c)
	case TakeTask, DoTask, AddTask, SkipTask:
		return t.task(c)
	case Escalate:
		return t.escalate(c)
	case Snooze:
		return t.snooze(c)
	case Note, Amend, Retract:
		return t.log(c)
	case Tick:
		t.tick()
		return nil
	default:
		return t.record(c)
	}
}

// active refuses what only makes sense while responders are at work.
func (t *turn) active() *Refusal {
	switch {
	case t.s.Phase.Active():
		return nil
	case t.s.Phase == PhaseResolved:
		return refuse("over.resolved", "at", t.s.At.Resolved).way("reopen")
	default:
		return refuse("over.closed").way("reopen")
	}
}
