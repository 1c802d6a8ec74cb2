package compose

import (
	"cmp"
	"slices"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// maxEntries is how many entries one answer shows; the newest stay.
const maxEntries = 40

// Timeline is what happened, in order: each entry with its number, for corrections. What was corrected
// reads as it should have been; what was struck out stays, and is said to be.
func Timeline(r Reader, s incident.State, history []incident.Recorded) chat.Message {
	t := r.teller(s)
	fixes := corrections(history)
	var shown []incident.Recorded
	for _, entry := range history {
		if worth(entry.Event) {
			shown = append(shown, entry)
		}
	}
	earlier := max(len(shown)-maxEntries, 0)
	list := chat.Block{Kind: chat.List}
	for _, r := range shown[earlier:] {
		list.Items = append(list.Items, t.entryLine(r, fixes[r.Seq]))
	}
	blocks := []chat.Block{t.w.Paragraph("timeline.title", "incident", bold(number(s.Number)), "title", short(s.Title, 100))}
	if earlier > 0 {
		blocks = append(blocks, t.w.Block(chat.Small, "timeline.earlier", "count", earlier))
	}
	return t.w.Say(append(blocks, list)...)
}

// fix is what happened to an entry later.
type fix struct {
	text   string
	struck bool
}

func corrections(history []incident.Recorded) map[uint64]fix {
	fixes := map[uint64]fix{}
	for _, r := range history {
		switch e := r.Event.(type) {
		case incident.Amended:
			f := fixes[e.Entry]
			f.text = e.Text
			fixes[e.Entry] = f
		case incident.Retracted:
			f := fixes[e.Entry]
			f.struck = true
			fixes[e.Entry] = f
		}
	}
	return fixes
}

// worth tells whether an event is told in the timeline. Clocks that start and stop follow from the rest.
func worth(e incident.Event) bool {
	switch e := e.(type) {
	case incident.ClockStarted, incident.ClockStopped:
		return false
	case incident.ClockStruck:
		return e.Step != playbook.Escalate // the page that follows tells more
	case incident.TaskDone:
		return !e.Auto
	}
	return true
}

func (t teller) entryLine(r incident.Recorded, f fix) []chat.Span {
	key, foreign, args := t.sentence(r)
	said := t.w.Spans(key, append(args, "text", short(cmp.Or(f.text, foreign), 300))...)
	line := "timeline.item"
	switch {
	case f.struck:
		line = "timeline.struck"
	case f.text != "":
		line = "timeline.amended"
	}
	return t.w.Spans(line, "n", entry(r.Seq), "time", t.when(r.At), "said", said)
}

// Catchup is what matters to somebody who joins now: five lines, then what is owed.
func Catchup(r Reader, s incident.State, history []incident.Recorded) chat.Message {
	t := r.teller(s)
	lines := chat.Block{Kind: chat.List}
	add := func(key string, args ...any) { lines.Items = append(lines.Items, t.w.Spans(key, args...)) }
	add("catchup.what", "severity", severity(s.Severity), "status", t.status(),
		"since", t.when(s.At.Declared), "for", t.w.Between(s.At.Declared, cmp.Or(s.At.Resolved, r.Now)))
	if s.Impact == "" {
		add("catchup.noimpact")
	} else {
		add("catchup.impact", "impact", short(s.Impact, 300))
	}
	if cause := causeText(s); cause == "" {
		add("catchup.nocause")
	} else {
		add("catchup.cause", "cause", short(cause, 300))
	}
	if said, ok := t.lastDecision(history); ok {
		add("catchup.decision", "said", said)
	} else {
		add("catchup.action", "action", cmp.Or(short(s.Action, 300), t.w.Text("catchup.noaction")))
	}
	add("catchup.who", "commander", t.commanderName(), "last", t.when(s.UpdatedAt), "next", t.nextUpdate())
	blocks := []chat.Block{
		t.w.Paragraph("catchup.title", "incident", bold(number(s.Number)), "title", bold(short(s.Title, 120))), lines,
	}
	return t.w.Say(append(blocks, t.owed()...)...)
}

// lastDecision is the newest decision that stands.
func (t teller) lastDecision(history []incident.Recorded) ([]chat.Span, bool) {
	for _, n := range slices.Backward(t.s.Notes) {
		if !n.Decision || n.Retracted {
			continue
		}
		for _, r := range history {
			if r.Seq == n.Seq {
				return t.w.Spans("catchup.decided", "who", t.name(n.By), "time", t.when(r.At), "text", short(n.Text, 300)), true
			}
		}
	}
	return nil, false
}

// owed are the clocks that run and the tasks that wait.
func (t teller) owed() []chat.Block {
	clocks, open := t.clocks(), openTasks(t.s)
	if len(clocks.Items) == 0 && open == 0 {
		return []chat.Block{t.w.Paragraph("catchup.nothing")}
	}
	if open > 0 {
		clocks.Items = append(clocks.Items, t.w.Spans("catchup.tasks", "count", open))
	}
	return []chat.Block{t.w.Paragraph("catchup.owed"), clocks, row(t.button("task", "", "task"), t.button("timeline", "", "timeline"))}
}
