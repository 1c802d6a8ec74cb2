package compose

import (
	"cmp"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// sentence tells one event as one sentence, with the foreign text that belongs to it apart, so that a
// long one can be set off. It knows every kind of event.
func (t teller) sentence(r incident.Recorded) (key, foreign string, args []any) { //nolint:cyclop // a flat switch over a closed set
	by := t.name(r.By)
	switch e := r.Event.(type) {
	case incident.Declared:
		return "said.declared", e.Title, []any{"who", by, "severity", severity(e.Severity), "origin", e.Origin.Label}
	case incident.Acknowledged:
		return "said.acknowledged", "", []any{"who", by, "after", t.w.Between(t.s.At.Declared, r.At)}
	case incident.Identified:
		return "said.identified", e.Text, []any{"who", by}
	case incident.Mitigated:
		return "said.mitigated", e.Text, []any{"who", by}
	case incident.MonitoringStarted:
		return "said.monitoring", e.Text, []any{"who", by, "until", t.when(watchEnds(t.s))}
	case incident.Regressed:
		return "said.regressed", e.Text, []any{"who", by}
	case incident.Resolved:
		return "said.resolved", e.Text, []any{"who", by}
	case incident.Closed:
		return "said.closed", "", []any{"who", by}
	case incident.Reopened:
		return "said.reopened", e.Why, []any{"who", by}
	case incident.Cancelled:
		return "said.cancelled", e.Why, []any{"who", by}
	case incident.StatusSet:
		return "said.status", "", []any{"status", e.Status.Label}
	case incident.GateOverridden:
		return "said.override", e.Why, []any{"who", by, "gate", e.Gate.Label, "missing", t.w.JoinTexts(e.Missing)}
	case incident.Noted:
		return t.noted(r, e)
	case incident.Amended:
		return "said.amended", e.Text, []any{"who", by, "entry", entry(e.Entry)}
	case incident.Retracted:
		return "said.retracted", e.Why, []any{"who", by, "entry", entry(e.Entry)}
	case incident.RoomOpened:
		return "said.room", "", []any{"room", chat.Span{Kind: chat.Room, Room: chat.RoomID(e.Room), Text: e.Name}}
	case incident.RoomFailed:
		return "said.noroom", e.Why, []any{"incident", number(t.s.Number)}
	case incident.DeliveryFailed:
		return "said.undelivered", e.Why, []any{"what", e.What}
	case incident.NotReached:
		return "said.notreached", e.Why, []any{"who", t.name(e.Who)}
	}
	if key, foreign, args = t.sentenceOfPeople(r); key != "" {
		return key, foreign, args
	}
	return t.sentenceOfWork(r)
}

func (t teller) noted(r incident.Recorded, e incident.Noted) (key, foreign string, args []any) {
	author := r.By
	if !e.Source.Author.Zero() {
		author = e.Source.Author
	}
	key = "said.noted"
	if e.Decision {
		key = "said.decided"
	}
	return key, e.Text, []any{"who", t.name(author), "at", t.when(e.When)}
}

// sentenceOfPeople tells what happened to people and severity.
func (t teller) sentenceOfPeople(r incident.Recorded) (key, foreign string, args []any) {
	by := t.name(r.By)
	switch e := r.Event.(type) {
	case incident.SeverityChanged:
		return "said.severity", e.Why, []any{"who", by, "from", severity(e.From), "to", severity(e.To)}
	case incident.RoleGiven:
		if len(e.Holding.Holders) == 0 {
			return "said.role.cleared", "", []any{"who", by, "role", t.role(e.Holding)}
		}
		return "said.role", e.Holding.Does, []any{"people", t.everybody(e.Holding.Holders), "role", t.role(e.Holding)}
	case incident.CommandTaken:
		return t.commandTaken(e)
	case incident.HandOffOffered:
		return t.toThem("said.offered", "said.offered.log"), "", []any{"who", by, "to", t.to(e.To)}
	case incident.HandOffDeclined:
		return t.toThem("said.declined", "said.declined.log"), "", []any{"who", by, "to", t.to(e.From)}
	case incident.Joined:
		if len(e.People) == 1 && e.People[0] == r.By {
			return "said.joined.self", "", []any{"who", by}
		}
		return "said.joined", "", []any{"who", by, "people", t.everybody(e.People)}
	case incident.Escalated:
		return t.escalated(e)
	case incident.EscalationAnswered:
		return "said.answered", "", []any{"who", by, "role", t.role(e.To)}
	}
	return "", "", nil
}

// toThem is the sentence that speaks to people, where they hear it, and otherwise the one about them.
func (t teller) toThem(heard, read string) string {
	if t.alert {
		return heard
	}
	return read
}

func (t teller) commandTaken(e incident.CommandTaken) (key, foreign string, args []any) {
	switch {
	case e.HandedOff:
		key = "said.command.handed"
	case e.From.Zero() || e.From == e.To:
		key = "said.command.first"
	default:
		key = "said.command.taken"
	}
	return key, "", []any{"who", t.name(e.To), "from", t.name(e.From)}
}

func (t teller) escalated(e incident.Escalated) (key, foreign string, args []any) {
	role := ""
	if e.To.Role != "" {
		role = t.role(e.To)
	}
	if len(e.To.Holders) == 0 {
		return t.toThem("said.escalated.nobody", "said.escalated.nobody.log"), e.Why, []any{"role", role, "commander", t.to(t.s.Commander)}
	}
	return t.toThem("said.escalated", "said.escalated.log"), e.Why, []any{"people", t.everybody(e.To.Holders), "role", role}
}

// sentenceOfWork tells what happened to facts, tasks, clocks and messages.
func (t teller) sentenceOfWork(r incident.Recorded) (key, foreign string, args []any) { //nolint:cyclop // a flat switch over a closed set
	by := t.name(r.By)
	switch e := r.Event.(type) {
	case incident.FactFound:
		return "said.fact", e.Text, []any{"who", by, "fact", e.Fact.Label}
	case incident.ImpactSet:
		return "said.impact", e.Text, []any{"who", by}
	case incident.CauseNamed:
		return "said.cause", e.Text, []any{"who", by, "cause", e.Cause.Label}
	case incident.FlagRaised:
		return "said.flag", "", []any{"who", by, "flag", e.Flag.Label, "amount", t.amount(e)}
	case incident.FlagCleared:
		return "said.unflag", e.Why, []any{"who", by, "flag", e.Flag.Label}
	case incident.ChecklistOpened:
		return "said.checklist", "", []any{"title", e.Title, "count", len(e.Tasks)}
	case incident.ChecklistSettled:
		return "said.settled", e.Says, []any{"title", e.Title}
	case incident.TaskAdded:
		return "said.task.added", e.Task.Text, []any{"who", by, "n", e.Task.N, "owner", t.owner(e.Task)}
	case incident.TaskTaken:
		return "said.task.taken", t.taskText(e.N), []any{"who", t.name(e.Who), "n", e.N}
	case incident.TaskDone:
		if e.Auto {
			return "said.task.auto", e.Note, []any{"n", e.N, "task", e.Text}
		}
		return "said.task.done", e.Note, []any{"who", by, "n", e.N, "task", e.Text}
	case incident.TaskSkipped:
		return "said.task.skipped", e.Why, []any{"who", by, "n", e.N, "task", e.Text}
	case incident.ClockStarted:
		return "said.clock.started", "", []any{"clock", e.Label, "due", t.when(e.Due)}
	case incident.ClockStopped:
		return "said.clock.stopped", "", []any{"clock", e.Label}
	case incident.ClockStruck:
		return t.struck(e)
	case incident.ClockSnoozed:
		return "said.snoozed", "", []any{"who", by, "clock", e.Label, "until", t.when(e.Until)}
	case incident.Updated:
		return "said.updated", cmp.Or(e.Text, valueOf(e.Values, "action")), []any{"who", by, "n", e.N, "status", e.Status.Label}
	case incident.Briefed:
		return "said.briefed", e.Text, []any{"who", by, "n", e.N}
	}
	return "", "", nil
}

func (t teller) struck(e incident.ClockStruck) (key, foreign string, args []any) {
	args = []any{"clock", e.Label, "due", t.when(e.Due), "people", t.everybody(holders(e.Told))}
	switch e.Step {
	case playbook.Near:
		key = "said.clock.near"
	case playbook.Overdue:
		key = "said.clock.overdue"
	case playbook.End:
		key = "said.clock.end"
	default:
		key = "said.clock.escalate"
	}
	return key, "", args
}

// amount is a flag's sum of money.
func (t teller) amount(f incident.FlagRaised) string {
	if f.Currency == "" && f.Amount == 0 {
		return ""
	}
	return t.w.Text("format.money", "amount", t.w.Number(f.Amount), "currency", f.Currency)
}

// owner is who does a task: the person who took it or, before that, its role.
func (t teller) owner(task incident.TaskInfo) []chat.Span {
	switch {
	case !task.Owner.Zero():
		return []chat.Span{t.to(task.Owner)}
	case task.Role != "":
		h, _ := t.s.Holding(task.Role, "")
		return t.w.Spans("task.head", "title", "", "role", t.roleTitle(task.Role, task.Title), "people", t.everybody(h.Holders))
	}
	return nil
}

func (t teller) taskText(n int) string {
	task, _ := t.s.Task(n)
	return task.Text
}

// watchEnds is when the watch is over; zero when nothing is watched.
func watchEnds(s incident.State) time.Time {
	for _, c := range s.Clocks {
		for _, step := range c.Left {
			if step.Kind == playbook.End {
				return step.At
			}
		}
	}
	return time.Time{}
}

func valueOf(values []incident.Value, id string) string {
	for _, v := range values {
		if v.ID == id {
			return v.Text
		}
	}
	return ""
}
