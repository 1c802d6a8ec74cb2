package incident

import (
	"encoding/json"
	"fmt"

	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Kind names the event in the log.
func (Declared) Kind() string { return "declared" }

// Kind names the event in the log.
func (Acknowledged) Kind() string { return "acknowledged" }

// Kind names the event in the log.
func (Identified) Kind() string { return "identified" }

// Kind names the event in the log.
func (Mitigated) Kind() string { return "mitigated" }

// Kind names the event in the log.
func (MonitoringStarted) Kind() string { return "monitoring_started" }

// Kind names the event in the log.
func (Regressed) Kind() string { return "regressed" }

// Kind names the event in the log.
func (Resolved) Kind() string { return "resolved" }

// Kind names the event in the log.
func (Closed) Kind() string { return "closed" }

// Kind names the event in the log.
func (Reopened) Kind() string { return "reopened" }

// Kind names the event in the log.
func (Cancelled) Kind() string { return "cancelled" }

// Kind names the event in the log.
func (StatusSet) Kind() string { return "status_set" }

// Kind names the event in the log.
func (SeverityChanged) Kind() string { return "severity_changed" }

// Kind names the event in the log.
func (RoleGiven) Kind() string { return "role_given" }

// Kind names the event in the log.
func (CommandTaken) Kind() string { return "command_taken" }

// Kind names the event in the log.
func (HandOffOffered) Kind() string { return "hand_off_offered" }

// Kind names the event in the log.
func (HandOffDeclined) Kind() string { return "hand_off_declined" }

// Kind names the event in the log.
func (Joined) Kind() string { return "joined" }

// Kind names the event in the log.
func (FactFound) Kind() string { return "fact_found" }

// Kind names the event in the log.
func (ImpactSet) Kind() string { return "impact_set" }

// Kind names the event in the log.
func (CauseNamed) Kind() string { return "cause_named" }

// Kind names the event in the log.
func (FlagRaised) Kind() string { return "flag_raised" }

// Kind names the event in the log.
func (FlagCleared) Kind() string { return "flag_cleared" }

// Kind names the event in the log.
func (ChecklistOpened) Kind() string { return "checklist_opened" }

// Kind names the event in the log.
func (TaskAdded) Kind() string { return "task_added" }

// Kind names the event in the log.
func (TaskTaken) Kind() string { return "task_taken" }

// Kind names the event in the log.
func (TaskDone) Kind() string { return "task_done" }

// Kind names the event in the log.
func (TaskSkipped) Kind() string { return "task_skipped" }

// Kind names the event in the log.
func (ChecklistSettled) Kind() string { return "checklist_settled" }

// Kind names the event in the log.
func (ClockStarted) Kind() string { return "clock_started" }

// Kind names the event in the log.
func (ClockStopped) Kind() string { return "clock_stopped" }

// Kind names the event in the log.
func (ClockStruck) Kind() string { return "clock_struck" }

// Kind names the event in the log.
func (ClockSnoozed) Kind() string { return "clock_snoozed" }

// Kind names the event in the log.
func (Updated) Kind() string { return "updated" }

// Kind names the event in the log.
func (Briefed) Kind() string { return "briefed" }

// Kind names the event in the log.
func (Escalated) Kind() string { return "escalated" }

// Kind names the event in the log.
func (EscalationAnswered) Kind() string { return "escalation_answered" }

// Kind names the event in the log.
func (GateOverridden) Kind() string { return "gate_overridden" }

// Kind names the event in the log.
func (Noted) Kind() string { return "noted" }

// Kind names the event in the log.
func (Amended) Kind() string { return "amended" }

// Kind names the event in the log.
func (Retracted) Kind() string { return "retracted" }

// Kind names the event in the log.
func (RoomOpened) Kind() string { return "room_opened" }

// Kind names the event in the log.
func (RoomFailed) Kind() string { return "room_failed" }

// Kind names the event in the log.
func (DeliveryFailed) Kind() string { return "delivery_failed" }

// Kind names the event in the log.
func (NotReached) Kind() string { return "not_reached" }

// decoders holds one decoder a kind. A kind that was ever released stays here for good.
var decoders = map[string]func(json.RawMessage) (Event, error){
	Declared{}.Kind():           decode[Declared],
	Acknowledged{}.Kind():       decode[Acknowledged],
	Identified{}.Kind():         decode[Identified],
	Mitigated{}.Kind():          decode[Mitigated],
	MonitoringStarted{}.Kind():  decode[MonitoringStarted],
	Regressed{}.Kind():          decode[Regressed],
	Resolved{}.Kind():           decode[Resolved],
	Closed{}.Kind():             decode[Closed],
	Reopened{}.Kind():           decode[Reopened],
	Cancelled{}.Kind():          decode[Cancelled],
	StatusSet{}.Kind():          decode[StatusSet],
	SeverityChanged{}.Kind():    decode[SeverityChanged],
	RoleGiven{}.Kind():          decode[RoleGiven],
	CommandTaken{}.Kind():       decode[CommandTaken],
	HandOffOffered{}.Kind():     decode[HandOffOffered],
	HandOffDeclined{}.Kind():    decode[HandOffDeclined],
	Joined{}.Kind():             decode[Joined],
	FactFound{}.Kind():          decode[FactFound],
	ImpactSet{}.Kind():          decode[ImpactSet],
	CauseNamed{}.Kind():         decode[CauseNamed],
	FlagRaised{}.Kind():         decode[FlagRaised],
	FlagCleared{}.Kind():        decode[FlagCleared],
	ChecklistOpened{}.Kind():    decode[ChecklistOpened],
	TaskAdded{}.Kind():          decode[TaskAdded],
	TaskTaken{}.Kind():          decode[TaskTaken],
	TaskDone{}.Kind():           decode[TaskDone],
	TaskSkipped{}.Kind():        decode[TaskSkipped],
	ChecklistSettled{}.Kind():   decode[ChecklistSettled],
	ClockStarted{}.Kind():       decode[ClockStarted],
	ClockStopped{}.Kind():       decode[ClockStopped],
	ClockStruck{}.Kind():        decode[ClockStruck],
	ClockSnoozed{}.Kind():       decode[ClockSnoozed],
	Updated{}.Kind():            decode[Updated],
	Briefed{}.Kind():            decode[Briefed],
	Escalated{}.Kind():          decode[Escalated],
	EscalationAnswered{}.Kind(): decode[EscalationAnswered],
	GateOverridden{}.Kind():     decode[GateOverridden],
	Noted{}.Kind():              decode[Noted],
	Amended{}.Kind():            decode[Amended],
	Retracted{}.Kind():          decode[Retracted],
	RoomOpened{}.Kind():         decode[RoomOpened],
	RoomFailed{}.Kind():         decode[RoomFailed],
	DeliveryFailed{}.Kind():     decode[DeliveryFailed],
	NotReached{}.Kind():         decode[NotReached],
}

// Kinds is a zero event of every kind.
func Kinds() map[string]Event {
	kinds := make(map[string]Event, len(decoders))
	for kind, read := range decoders {
		if e, err := read(json.RawMessage("{}")); err == nil {
			kinds[kind] = e
		}
	}
	return kinds
}

func decode[E Event](data json.RawMessage) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

// Read is the event in a stored entry. A kind it does not know is an error: the log was written by a
// newer sitrep, and guessing would be worse than stopping.
func Read(e stream.Entry) (Event, error) {
	read, ok := decoders[e.Kind]
	if !ok {
		return nil, fmt.Errorf("entry %d: unknown kind %q: this log was written by a newer version", e.Seq, e.Kind)
	}
	event, err := read(e.Data)
	if err != nil {
		return nil, fmt.Errorf("entry %d: decode %s: %w", e.Seq, e.Kind, err)
	}
	return event, nil
}
