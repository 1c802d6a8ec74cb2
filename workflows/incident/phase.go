package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

func (t *turn) acknowledge() *Refusal {
	answered := t.answer()
	switch {
	case t.s.Phase == PhaseDeclared:
		t.emit(Acknowledged{})
		t.welcome()
		return nil
	case answered:
		return nil
	}
	if r := t.active(); r != nil {
		return r
	}
	return refuse("ack.already", "who", t.s.AcknowledgedBy, "at", t.s.At.Acknowledged)
}

// welcome brings somebody who acts from outside into the room.
func (t *turn) welcome() {
	if !t.m.By.Zero() && !t.s.Knows(t.m.By) {
		t.emit(Joined{People: slices.Clone(t.byAlone())})
	}
}

// engage acknowledges on behalf of somebody who acts without saying so: who works on it has taken it.
func (t *turn) engage() {
	if t.s.Phase == PhaseDeclared {
		t.emit(Acknowledged{})
	}
}

func (t *turn) phase(c Command) *Refusal {
	switch c := c.(type) {
	case Identify:
		return t.work(c.Text, func(text string) { t.emit(Identified{Text: text}) })
	case Mitigate:
		return t.work(c.Text, func(text string) { t.emit(Mitigated{Text: text}) })
	case Monitor:
		return t.monitor(c)
	case Regress:
		return t.regress(c)
	case Resolve:
		return t.resolve(c)
	case Close:
		return t.close()
	case Reopen:
		return t.reopen(c)
	case Cancel:
		return t.cancel(c)
	case Override:
		return t.override(c)
	}
	return refuse("unknown")
}

// work is a step of responders that needs words.
func (t *turn) work(text string, step func(string)) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	text, r := clean(text)
	if r != nil {
		return r
	}
	t.engage()
	step(text)
	return nil
}

func (t *turn) monitor(c Monitor) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	if t.s.Phase == PhaseMonitoring {
		return refuse("phase.monitoring", "at", t.s.At.Monitoring)
	}
	if r := tooLong(c.Text); r != nil {
		return r
	}
	if r := t.gate(playbook.Monitoring); r != nil {
		return r
	}
	t.engage()
	text := strings.TrimSpace(c.Text)
	if t.s.At.Mitigated.IsZero() {
		t.emit(Mitigated{Text: text})
	}
	t.emit(MonitoringStarted{Text: text})
	return nil
}

func (t *turn) regress(c Regress) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	if t.s.Phase != PhaseMonitoring {
		return refuse("phase.notwatched").way("mitigate")
	}
	text, r := clean(c.Text)
	if r != nil {
		return r
	}
	undone := []playbook.Trigger{playbook.Mitigated, playbook.Monitoring}
	t.emit(Regressed{Text: text, Clears: t.clears(undone)})
	return nil
}

// clears lists the given triggers, with all that opened, ran or settled because of them, however far down.
func (t *turn) clears(undone []playbook.Trigger) []playbook.Trigger {
	list := slices.Clone(undone)
	for before := 0; before < len(list); {
		before = len(list)
		for _, c := range t.m.Playbook.Checklists {
			list = hang(list, c.On, named("checklist", c.ID))
		}
		for _, c := range t.m.Playbook.Clocks {
			list = hang(list, c.Starts, named("clock", c.ID))
		}
	}
	return list
}

// hang adds what hangs on any of the triggers in the list.
func hang(list, on []playbook.Trigger, what playbook.Trigger) []playbook.Trigger {
	hangs := slices.ContainsFunc(on, func(tr playbook.Trigger) bool { return slices.Contains(list, tr) })
	if hangs && !slices.Contains(list, what) {
		return append(list, what)
	}
	return list
}

func (t *turn) resolve(c Resolve) *Refusal {
	if t.s.Phase == PhaseResolved {
		return refuse("phase.resolved", "at", t.s.At.Resolved).way("close")
	}
	if r := t.active(); r != nil {
		return r
	}
	if t.s.Severity.NoRoom && t.s.RoomName == "" {
		return refuse("phase.backlog").way("close")
	}
	text, r := clean(c.Text)
	if r != nil {
		return r
	}
	if r := t.gate(playbook.Resolved); r != nil {
		return r
	}
	t.engage()
	t.lastWords(text)
	t.emit(Resolved{Text: text})
	return nil
}

func (t *turn) close() *Refusal {
	backlog := t.s.RoomName == "" && t.s.Phase.Active()
	switch {
	case t.s.Phase.Over():
		return refuse("over.closed").way("reopen")
	case t.s.Phase != PhaseResolved && !backlog:
		return refuse("phase.notresolved").way("resolve")
	}
	if r := t.gate(playbook.Closed); r != nil {
		return r
	}
	t.emit(Closed{})
	return nil
}

func (t *turn) reopen(c Reopen) *Refusal {
	if t.s.Phase.Active() {
		return refuse("phase.active")
	}
	why, r := clean(c.Why)
	if r != nil {
		return r
	}
	undone := []playbook.Trigger{
		playbook.Mitigated, playbook.Monitoring, playbook.Regressed, playbook.Resolved, playbook.Closed, playbook.Cancelled,
	}
	t.emit(Reopened{Why: why, Clears: t.clears(undone)})
	return nil
}

func (t *turn) cancel(c Cancel) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	why, r := clean(c.Why)
	if r != nil {
		return r
	}
	if t.s.Updates > 0 || t.s.Briefs > 0 { // where nothing was said there is nothing to take back
		t.lastWords(why)
	}
	t.emit(Cancelled{Why: why})
	return nil
}

// Need is one thing that a gate still waits for. Refusals with code "gate" carry them as "missing".
type Need struct {
	Trigger playbook.Trigger
	Label   string    // the checklist, clock or fact by its label
	Tasks   []int     // with a checklist: its open tasks; none when it has not opened yet
	Until   time.Time // with a running clock: when it will be over
}

// gate refuses a step whose gate's needs are not met.
func (t *turn) gate(before playbook.Trigger) *Refusal {
	for _, g := range t.m.Playbook.Gates {
		if g.Before != before || !t.covers(g.Severities) || slices.Contains(t.s.Passed, g.ID) {
			continue
		}
		if missing := t.missing(g); len(missing) > 0 {
			r := refuse("gate", "gate", g.Label, "missing", missing, "override", g.Override)
			if before == playbook.Resolved && t.s.Phase != PhaseMonitoring {
				return r.way("monitor")
			}
			return r
		}
	}
	return nil
}

func (t *turn) missing(g playbook.Gate) []Need {
	var missing []Need
	for _, trigger := range g.Needs {
		if !t.holds(trigger) {
			missing = append(missing, t.need(trigger))
		}
	}
	return missing
}

func (t *turn) need(trigger playbook.Trigger) Need {
	n := Need{Trigger: trigger, Label: string(trigger)}
	kind, id, _ := strings.Cut(string(trigger), ":")
	switch kind {
	case "checklist":
		for _, c := range t.m.Playbook.Checklists {
			if c.ID == id {
				n.Label = c.Title
			}
		}
		for _, c := range t.s.Checklists {
			if c.ID == id {
				n.Tasks = openTasks(c)
			}
		}
	case "clock":
		if i := t.clockRule(id); i >= 0 {
			n.Label = t.m.Playbook.Clocks[i].Label
		}
		if c, ok := t.s.Clock(id); ok && len(c.Left) > 0 {
			n.Until = c.Left[len(c.Left)-1].At
		}
	case "fact":
		for _, f := range t.m.Playbook.Facts {
			if f.ID == id {
				n.Label = f.Label
			}
		}
	}
	return n
}

// override passes the gate that stands before the next step, once, with a reason.
func (t *turn) override(c Override) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	if t.m.By.ID != t.s.Commander.ID {
		return refuse("commander.only", "commander", t.s.Commander).way("take")
	}
	why, r := clean(c.Why)
	if r != nil {
		return r
	}
	gate, missing, r := t.closedGate(c.Gate)
	if r != nil {
		return r
	}
	labels := make([]string, 0, len(missing))
	for _, n := range missing {
		labels = append(labels, n.Label)
	}
	t.emit(GateOverridden{Gate: Labelled{ID: gate.ID, Label: gate.Label}, Why: why, Missing: labels})
	return nil
}

// closedGate finds the gate that is meant: by id or label, or the only one that is closed.
func (t *turn) closedGate(given string) (playbook.Gate, []Need, *Refusal) {
	var known []string
	for _, g := range t.m.Playbook.Gates {
		if !g.Override || !t.covers(g.Severities) {
			continue
		}
		known = append(known, g.ID)
		if given != "" && !matches(given, g.ID, g.Label) {
			continue
		}
		if missing := t.missing(g); len(missing) > 0 && !slices.Contains(t.s.Passed, g.ID) {
			return g, missing, nil
		}
	}
	if given != "" && !slices.Contains(known, given) {
		return playbook.Gate{}, nil, refuse("gate.unknown", "given", given, "known", known)
	}
	return playbook.Gate{}, nil, refuse("gate.open")
}
