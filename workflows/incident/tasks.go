package incident

import (
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

func (t *turn) task(c Command) *Refusal {
	if t.s.Phase.Over() {
		return t.active()
	}
	switch c := c.(type) {
	case AddTask:
		return t.addTask(c)
	case TakeTask:
		return t.onTask(c.N, func(task Task) *Refusal {
			if task.Owner.ID == t.m.By.ID {
				return refuse("task.yours", "n", c.N)
			}
			t.emit(TaskTaken{N: c.N, Who: t.m.By})
			return nil
		})
	case DoTask:
		return t.onTask(c.N, func(task Task) *Refusal { return t.doTask(task, c.Note) })
	case SkipTask:
		return t.onTask(c.N, func(task Task) *Refusal { return t.skipTask(task, c.Why) })
	}
	return refuse("unknown")
}

func (t *turn) onTask(n int, do func(Task) *Refusal) *Refusal {
	task, ok := t.s.Task(n)
	if !ok {
		return refuse("task.unknown", "n", n).way("task")
	}
	if !task.Open() {
		return refuse("task.settled", "n", n, "who", task.By)
	}
	return do(task)
}

func (t *turn) doTask(task Task, note string) *Refusal {
	note = strings.TrimSpace(note)
	if r := tooLong(note); r != nil {
		return r
	}
	if task.Evidence && !strings.Contains(note, "https://") && !strings.Contains(note, "http://") {
		return refuse("task.evidence", "n", task.N)
	}
	t.emit(TaskDone{N: task.N, Text: task.Text, Note: note})
	t.settleTasks()
	return nil
}

func (t *turn) skipTask(task Task, why string) *Refusal {
	why, r := clean(why)
	if r != nil {
		return r
	}
	t.emit(TaskSkipped{N: task.N, Text: task.Text, Why: why})
	t.settleTasks()
	return nil
}

func (t *turn) addTask(c AddTask) *Refusal {
	text, r := clean(c.Text)
	if r != nil {
		return r
	}
	t.emit(TaskAdded{Task: TaskInfo{N: t.s.NextTask, Text: text, Owner: c.Who}})
	return nil
}

func (t *turn) followChecklists(trigger playbook.Trigger) {
	for _, c := range t.m.Playbook.Checklists {
		if slices.Contains(c.On, trigger) {
			t.openChecklist(c)
			continue
		}
		for _, task := range c.Tasks {
			if task.If == trigger {
				t.openTask(c, task)
			}
		}
	}
}

// openChecklist opens what the severity and the flags ask for of a checklist. One that is there
// already only gets what is missing.
func (t *turn) openChecklist(c playbook.Checklist) {
	if !t.covers(c.Severities) {
		return
	}
	if _, there := t.s.checklist(c.ID); there {
		for _, task := range c.Tasks {
			t.openTask(c, task)
		}
		return
	}
	e := ChecklistOpened{ID: c.ID, Title: c.Title}
	for _, task := range c.Tasks {
		if t.wanted(task) {
			e.Tasks = append(e.Tasks, t.taskInfo(c, task, t.s.NextTask+len(e.Tasks)))
		}
	}
	if len(e.Tasks) == 0 {
		return
	}
	t.emit(e)
	for _, task := range e.Tasks {
		t.bring(task.Role)
	}
	t.settleTasks()
}

// bring gives a role that tasks opened for to whoever holds it at this moment, when the team has not got
// it: work without anybody there to do it helps nobody.
func (t *turn) bring(role playbook.RoleID) {
	if _, there := t.s.role(role); there || len(t.m.Roster[role]) == 0 {
		return
	}
	t.emit(RoleGiven{Holding: t.holding(role)})
}

// openTask adds one task of the playbook to a checklist that is open already.
func (t *turn) openTask(c playbook.Checklist, task playbook.Task) {
	there, ok := t.s.checklist(c.ID)
	opened := slices.ContainsFunc(there.Tasks, func(o Task) bool { return o.ID == task.ID })
	if !ok || there.Settled || opened || !t.covers(c.Severities) || !t.wanted(task) {
		return
	}
	info := t.taskInfo(c, task, t.s.NextTask)
	t.emit(TaskAdded{Checklist: c.ID, Task: info})
	t.bring(info.Role)
}

func (t *turn) wanted(task playbook.Task) bool {
	severity := len(task.Severities) == 0 || slices.Contains(task.Severities, t.s.Severity.ID)
	return severity && (task.If == "" || t.holds(task.If))
}

func (t *turn) taskInfo(c playbook.Checklist, task playbook.Task, n int) TaskInfo {
	role := task.Role
	if role == "" {
		role = c.Role
	}
	info := TaskInfo{N: n, ID: task.ID, Text: task.Text, Role: role, Evidence: task.Evidence}
	if r, ok := t.m.Playbook.Role(role); ok {
		info.Title = r.Title
	}
	return info
}

// settleTasks ticks what the incident itself has settled, and closes checklists that have nothing open.
func (t *turn) settleTasks() {
	for _, list := range t.s.Checklists {
		if list.ID == "" || list.Settled {
			continue
		}
		for _, task := range list.Tasks {
			if by := t.doneBy(list.ID, task.ID); task.Open() && len(by) > 0 && t.holdsAll(by) {
				t.emit(TaskDone{N: task.N, Text: task.Text, Note: t.outcome(by), Auto: true})
			}
		}
		t.settleChecklist(list.ID)
	}
}

func (t *turn) settleChecklist(id string) {
	list, ok := t.s.checklist(id)
	if !ok || list.Settled || len(openTasks(list)) > 0 {
		return
	}
	e := ChecklistSettled{ID: id, Title: list.Title}
	for _, rule := range t.m.Playbook.Checklists {
		if rule.ID == id {
			e.Says = rule.Says
		}
	}
	for _, task := range list.Tasks {
		e.Outcomes = append(e.Outcomes, Outcome{
			N: task.N, Text: task.Text, Note: task.Note, By: task.By, Skipped: task.Status == TaskLeft,
		})
	}
	t.emit(e)
}

func (t *turn) doneBy(checklist, task string) []playbook.Trigger {
	for _, c := range t.m.Playbook.Checklists {
		if c.ID != checklist {
			continue
		}
		for _, rule := range c.Tasks {
			if rule.ID == task {
				return rule.DoneBy
			}
		}
	}
	return nil
}

// outcome is what a task that settled itself brought out: the facts it waited for.
func (t *turn) outcome(by []playbook.Trigger) string {
	var found []string
	for _, f := range t.s.Facts {
		if slices.Contains(by, named("fact", f.Fact.ID)) {
			found = append(found, f.Fact.Label+": "+f.Text)
		}
	}
	return strings.Join(found, "; ")
}

func (s State) checklist(id string) (Checklist, bool) {
	for _, c := range s.Checklists {
		if c.ID == id {
			return c, true
		}
	}
	return Checklist{}, false
}

func openTasks(c Checklist) []int {
	var open []int
	for _, task := range c.Tasks {
		if task.Open() {
			open = append(open, task.N)
		}
	}
	return open
}

func applyTasks(s State, r Recorded) State {
	switch e := r.Event.(type) {
	case ChecklistOpened:
		c := Checklist{ID: e.ID, Title: e.Title}
		for _, info := range e.Tasks {
			c.Tasks = append(c.Tasks, Task{TaskInfo: info, Status: TaskOpen})
			s.NextTask = max(s.NextTask, info.N+1)
		}
		s.Checklists = append(slices.Clone(s.Checklists), c)
	case TaskAdded:
		s = applyTaskAdded(s, e)
	case TaskTaken:
		return withTask(s, e.N, func(t *Task) { t.Status, t.Owner = TaskStarted, e.Who })
	case TaskDone:
		return withTask(s, e.N, func(t *Task) { t.Status, t.Note, t.By, t.At = TaskTicked, e.Note, r.By, r.At })
	case TaskSkipped:
		return withTask(s, e.N, func(t *Task) { t.Status, t.Note, t.By, t.At = TaskLeft, e.Why, r.By, r.At })
	case ChecklistSettled:
		s.Checklists = slices.Clone(s.Checklists)
		for i := range s.Checklists {
			if s.Checklists[i].ID == e.ID {
				s.Checklists[i].Settled = true
			}
		}
	}
	return s
}

func applyTaskAdded(s State, e TaskAdded) State {
	s.Checklists = slices.Clone(s.Checklists)
	i := slices.IndexFunc(s.Checklists, func(c Checklist) bool { return c.ID == e.Checklist })
	if i < 0 {
		s.Checklists = append(s.Checklists, Checklist{ID: e.Checklist})
		i = len(s.Checklists) - 1
	}
	s.Checklists[i].Tasks = append(slices.Clone(s.Checklists[i].Tasks), Task{TaskInfo: e.Task, Status: TaskOpen})
	s.NextTask = max(s.NextTask, e.Task.N+1)
	return s
}

func withTask(s State, n int, how func(*Task)) State {
	s.Checklists = slices.Clone(s.Checklists)
	for i, c := range s.Checklists {
		for j, task := range c.Tasks {
			if task.N == n {
				s.Checklists[i].Tasks = slices.Clone(c.Tasks)
				how(&s.Checklists[i].Tasks[j])
			}
		}
	}
	return s
}
