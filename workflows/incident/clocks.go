package incident

import (
	"slices"
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// grace is how late a step may strike without moving the steps after it. It is far longer than a timer
// is ever late, and far shorter than any window that people wait in.
const grace = 30 * time.Second

func (t *turn) followClocks(trigger playbook.Trigger) {
	for _, rule := range t.m.Playbook.Clocks {
		running, ok := t.s.Clock(rule.ID)
		switch {
		case ok && slices.Contains(rule.Stops, trigger):
			t.stopClock(running)
		case ok && slices.Contains(rule.Restarts, trigger), !ok && slices.Contains(rule.Starts, trigger):
			t.startClock(rule)
		}
	}
}

// shouldRun tells whether a clock would be running if its severity had been covered all along.
func (t *turn) shouldRun(rule playbook.Clock) bool {
	started, stopped := t.latest(rule.Starts), t.latest(rule.Stops)
	ended, over := t.s.Held[named("clock", rule.ID)]
	return !started.IsZero() && (stopped.IsZero() || stopped.Before(started)) && !(over && !ended.Before(started))
}

func (t *turn) latest(triggers []playbook.Trigger) time.Time {
	var last time.Time
	for _, trigger := range triggers {
		if at := t.s.Held[trigger]; at.After(last) {
			last = at
		}
	}
	return last
}

func (t *turn) startClock(rule playbook.Clock) {
	if !t.covers(rule.Severities) || len(rule.Steps) == 0 {
		return
	}
	e := ClockStarted{ID: rule.ID, Label: rule.Label, Owes: rule.Owes, Promise: rule.Promise}
	for _, step := range rule.Steps {
		at := t.after(rule, step.After)
		if step.Kind == playbook.Overdue && e.Due.IsZero() {
			e.Due = at
		}
		e.Steps = append(e.Steps, StepAt{At: at, Kind: step.Kind, Tell: step.Tell, Expect: step.Expect})
	}
	t.emit(e)
}

// after is the moment d from now, by the hours that the clock keeps to.
func (t *turn) after(rule playbook.Clock, d time.Duration) time.Time {
	if rule.Business && t.m.Playbook.Calendar != nil {
		return t.m.Playbook.Calendar.Add(t.m.Now, d)
	}
	return t.m.Now.Add(d)
}

func (t *turn) stopClock(c Clock) {
	missed := c.Promise != "" && !c.Due.IsZero() && t.m.Now.After(c.Due)
	t.emit(ClockStopped{ID: c.ID, Label: c.Label, Missed: missed})
}

func (t *turn) stopAllClocks() {
	for _, c := range t.s.Clocks {
		t.stopClock(c)
	}
}

func (t *turn) clockRule(id string) int {
	return slices.IndexFunc(t.m.Playbook.Clocks, func(c playbook.Clock) bool { return c.ID == id })
}

// tick lets every clock strike whose time has come.
func (t *turn) tick() {
	for _, c := range t.s.Clocks {
		if running, ok := t.s.Clock(c.ID); ok {
			t.strike(running)
		}
	}
}

// strike does what has come due of one clock. Late is not many: reminders that a later step has overtaken
// are left out, one level is paged, and the window of the next begins when this one was paged.
func (t *turn) strike(c Clock) {
	n := 0
	for n < len(c.Left) && !c.Left[n].At.After(t.m.Now) {
		n++
	}
	passed := c.Left[:n]
	if n == 0 {
		return
	}
	if slices.ContainsFunc(passed, func(s StepAt) bool { return s.Kind == playbook.End }) {
		t.emit(ClockStruck{ID: c.ID, Label: c.Label, Owes: c.Owes, Step: playbook.End, Told: t.told(passed[n-1].Tell, c.Owes)})
		return
	}
	paging := slices.IndexFunc(passed, func(s StepAt) bool { return s.Kind == playbook.Escalate })
	if paging < 0 {
		t.remind(c, passed, c.Left[n:])
		return
	}
	t.remind(c, passed[:paging], c.Left[paging:])
	t.pageNext(c, c.Left[paging:], c.Label)
}

// remind says the most serious of the steps passed, to everybody whom any of that kind tells.
func (t *turn) remind(c Clock, passed, left []StepAt) {
	if len(passed) == 0 {
		return
	}
	kind := playbook.Near
	if c.Overdue || slices.ContainsFunc(passed, func(s StepAt) bool { return s.Kind == playbook.Overdue }) {
		kind = playbook.Overdue
	}
	var tell []playbook.RoleID
	for _, step := range passed {
		if step.Kind == kind || c.Overdue {
			tell = append(tell, step.Tell...)
		}
	}
	t.emit(ClockStruck{
		ID: c.ID, Label: c.Label, Owes: c.Owes, Step: kind, Due: c.Due, Told: t.told(tell, c.Owes), Left: slices.Clone(left),
	})
}

// pageNext pages the first of the steps, with those of the same moment, and says why.
func (t *turn) pageNext(c Clock, steps []StepAt, why string) {
	at := steps[0].At
	n := 1
	for n < len(steps) && steps[n].At.Equal(at) && steps[n].Kind == playbook.Escalate {
		n++
	}
	left := slices.Clone(steps[n:])
	if late := t.m.Now.Sub(at); late > grace {
		for i := range left {
			left[i].At = left[i].At.Add(late)
		}
	}
	var told []Holding
	for _, step := range steps[:n] {
		for _, role := range step.Tell {
			told = append(told, t.reach(role, c.Owes))
		}
	}
	t.emit(ClockStruck{
		ID: c.ID, Label: c.Label, Owes: c.Owes, Step: playbook.Escalate, Due: c.Due, Told: told,
		Expect: steps[0].Expect, Left: left,
	})
	for _, to := range told {
		t.page(to, why, steps[0].Expect, c.ID)
	}
}

// told are those who must hear of a step. What an empty role would have heard, the commander hears.
func (t *turn) told(roles []playbook.RoleID, owner playbook.RoleID) []Holding {
	var told []Holding
	for _, role := range roles {
		h := t.reach(role, owner)
		if len(h.Holders) == 0 {
			h = t.reach(playbook.TheCommander, "")
		}
		if !slices.ContainsFunc(told, func(o Holding) bool { return o.Role == h.Role }) {
			told = append(told, h)
		}
	}
	return told
}

// reach finds who stands for a role now: whoever holds it in this incident, else whoever would hold it.
func (t *turn) reach(role, owner playbook.RoleID) Holding {
	if h, ok := t.s.Holding(role, owner); ok {
		return h
	}
	if role == playbook.TheOwner {
		role = owner
	}
	if role == playbook.TheCommander {
		return Holding{Role: role}
	}
	return t.holding(role)
}

// snooze holds back the reminders of the clocks that the asker answers for. The promises stay.
func (t *turn) snooze(c Snooze) *Refusal {
	const most = time.Hour // longer would be forgetting; an update takes a minute
	if r := t.active(); r != nil {
		return r
	}
	if c.For < time.Minute || c.For > most {
		return refuse("snooze.range", "max", most).way("snooze 10m")
	}
	clocks := t.owed(t.m.By)
	if len(clocks) == 0 {
		return refuse("snooze.nothing")
	}
	until := t.m.Now.Add(c.For)
	for _, clock := range clocks {
		t.emit(ClockSnoozed{ID: clock.ID, Label: clock.Label, Until: until, Left: t.snoozed(clock, until)})
	}
	return nil
}

// owed are the running clocks that p answers for: as holder of the role that owes, or else as commander
// for every promise.
func (t *turn) owed(p stream.Person) []Clock {
	var owed, promises []Clock
	for _, c := range t.s.Clocks {
		speaks := slices.ContainsFunc(c.Left, func(s StepAt) bool { return s.Kind != playbook.End })
		if h, ok := t.s.Holding(c.Owes, ""); ok && has(h.Holders, p) && speaks {
			owed = append(owed, c)
		}
		if c.Promise != "" && speaks {
			promises = append(promises, c)
		}
	}
	if len(owed) == 0 && t.s.Commander.ID == p.ID {
		return promises
	}
	return owed
}

// snoozed are a clock's steps with the asker's own reminders held until then, and a reminder at that moment.
// What others are told is not the asker's to hold back.
func (t *turn) snoozed(c Clock, until time.Time) []StepAt {
	left := slices.Clone(c.Left)
	own := func(role playbook.RoleID) bool {
		h, ok := t.s.Holding(role, c.Owes)
		return ok && has(h.Holders, t.m.By)
	}
	reminded := false
	for i, step := range left {
		if step.Kind == playbook.Escalate || step.Kind == playbook.End || !slices.ContainsFunc(step.Tell, own) {
			continue
		}
		if !step.At.After(until) {
			left[i].At = until
		}
		reminded = reminded || left[i].At.Equal(until)
	}
	if !reminded {
		left = append(left, StepAt{At: until, Kind: playbook.Near, Tell: []playbook.RoleID{playbook.TheOwner}})
	}
	slices.SortStableFunc(left, func(a, b StepAt) int { return a.At.Compare(b.At) })
	return left
}

func applyClocks(s State, r Recorded) State {
	switch e := r.Event.(type) {
	case ClockStarted:
		c := Clock{ID: e.ID, Label: e.Label, Owes: e.Owes, Promise: e.Promise, Started: r.At, Due: e.Due, Left: e.Steps}
		s.Clocks = put(s.Clocks, c, func(o Clock) bool { return o.ID == e.ID })
	case ClockStopped:
		if c, ok := s.Clock(e.ID); ok && e.Missed {
			s.Promises = count(s.Promises, c.Promise, KeptMissed)
		}
		s.Clocks = slices.DeleteFunc(slices.Clone(s.Clocks), func(c Clock) bool { return c.ID == e.ID })
	case ClockStruck:
		s.Clocks = struck(s.Clocks, e)
	case ClockSnoozed:
		s.Clocks = withLeft(s.Clocks, e.ID, e.Left)
	}
	return s
}

// struck keeps an overdue clock running without steps, since its promise is still owed; one that ended
// is gone.
func struck(clocks []Clock, e ClockStruck) []Clock {
	if e.Step == playbook.End {
		return slices.DeleteFunc(slices.Clone(clocks), func(c Clock) bool { return c.ID == e.ID })
	}
	clocks = withLeft(clocks, e.ID, e.Left)
	for i := range clocks {
		if clocks[i].ID == e.ID && e.Step == playbook.Overdue {
			clocks[i].Overdue = true
		}
	}
	return clocks
}

func withLeft(clocks []Clock, id string, left []StepAt) []Clock {
	if len(left) == 0 {
		left = nil // as it is read back from the log
	}
	clocks = slices.Clone(clocks)
	for i := range clocks {
		if clocks[i].ID == id {
			clocks[i].Left = left
		}
	}
	return clocks
}
