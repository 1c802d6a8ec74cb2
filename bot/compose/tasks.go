package compose

import (
	"strconv"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// maxTicks is how many tasks of one message get a button of their own.
const maxTicks = 15

// checklist shows the open tasks of a checklist, by role, each role's holders mentioned once, and a
// button to tick each.
func (s *scene) checklist(e incident.ChecklistOpened) {
	var order []playbook.RoleID
	byRole := map[playbook.RoleID][]incident.Task{}
	for _, info := range e.Tasks {
		task, ok := s.s.Task(info.N)
		if !ok || !task.Open() {
			continue
		}
		if len(byRole[task.Role]) == 0 {
			order = append(order, task.Role)
		}
		byRole[task.Role] = append(byRole[task.Role], task)
	}
	if len(order) == 0 {
		return
	}
	s.press(RankRole)
	var ticks []chat.Button
	for i, role := range order {
		title := ""
		if i == 0 {
			title = e.Title
		}
		list := chat.Block{Kind: chat.List}
		for _, task := range byRole[role] {
			list.Items = append(list.Items, s.task(task))
			if s.ticks < maxTicks {
				s.ticks++
				ticks = append(ticks, s.button("task", "done "+strconv.Itoa(task.N), "tick", "n", task.N))
			}
		}
		s.say(s.listHead(title, byRole[role][0]), list)
	}
	s.say(row(ticks...))
}

// listHead is the line above a role's tasks.
func (s *scene) listHead(title string, task incident.Task) chat.Block {
	role := any("")
	if task.Role != "" {
		role = s.roleTitle(task.Role, task.Title)
	}
	h, _ := s.s.Holding(task.Role, "")
	args := []any{"title", "", "role", role, "people", s.everybody(h.Holders)}
	if title != "" {
		args[1] = bold(title)
	}
	return s.w.Paragraph("task.head", args...)
}

// task is one open task in a list.
func (t teller) task(task incident.Task) []chat.Span {
	owner := []chat.Span(nil)
	if !task.Owner.Zero() {
		owner = []chat.Span{t.name(task.Owner)}
	}
	evidence := ""
	if task.Evidence {
		evidence = t.w.Text("task.evidence")
	}
	return t.w.Spans("task.item", "n", strconv.Itoa(task.N), "task", task.Text, "owner", owner, "evidence", evidence)
}

// settled says that a checklist has nothing open any more. One for which the playbook has something to
// say then gets a summary: what is known and what each task brought out.
func (s *scene) settled(e incident.ChecklistSettled) {
	if e.Says == "" {
		s.say(s.w.Paragraph("said.settled", "title", e.Title, "text", ""))
		return
	}
	s.say(bolded(chat.Span{Text: e.Title}), chat.Block{Kind: chat.Text, Spans: text(e.Says)})
	if s.s.At.Mitigated.IsZero() {
		s.say(chat.Block{Kind: chat.Fields, Fields: s.summary()})
		return
	}
	list := chat.Block{Kind: chat.List}
	for _, o := range e.Outcomes {
		list.Items = append(list.Items, s.outcome(o))
	}
	s.say(list)
}

// outcome is how a task ended, in a list.
func (t teller) outcome(o incident.Outcome) []chat.Span {
	key := "task.ticked"
	if o.Skipped {
		key = "task.skipped"
	}
	return t.w.Spans(key, "task", o.Text, "note", short(o.Note, 300), "who", t.by(o.By))
}

// by is who did something; nothing for what settled itself.
func (t teller) by(p stream.Person) any {
	if p.Zero() {
		return ""
	}
	return t.name(p)
}

// summary is what is known at the end of the triage: severity, facts, team and room.
func (s *scene) summary() []chat.Field {
	list := []chat.Field{s.field("severity", text(severity(s.s.Severity))...)}
	for _, f := range s.s.Facts {
		list = append(list, chat.Field{Label: f.Fact.Label, Value: text(short(f.Text, 300))})
	}
	if s.s.Impact != "" {
		list = append(list, s.field("impact", text(short(s.s.Impact, 300))...))
	}
	if cause := causeText(s.s); cause != "" {
		list = append(list, s.field("cause", text(short(cause, 300))...))
	}
	list = append(list, s.field("team", s.names(holders(s.s.Roles))...))
	if s.s.HasRoom() {
		list = append(list, s.field("room", chat.Span{Kind: chat.Room, Room: InRoom, Text: s.s.RoomName}))
	}
	return list
}
