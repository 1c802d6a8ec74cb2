package incident

import (
	"slices"
	"time"
)

// skew is how far the clock of a phone may run ahead before "in the future" is a mistake.
const skew = time.Minute

func (t *turn) log(c Command) *Refusal {
	switch c := c.(type) {
	case Note:
		return t.note(c)
	case Amend:
		return t.onNote(c.N, func() *Refusal {
			text, r := clean(c.Text)
			if r == nil {
				t.emit(Amended{Entry: c.N, Text: text})
			}
			return r
		})
	case Retract:
		return t.onNote(c.N, func() *Refusal {
			why, r := clean(c.Why)
			if r == nil {
				t.emit(Retracted{Entry: c.N, Why: why})
			}
			return r
		})
	}
	return refuse("unknown")
}

func (t *turn) note(c Note) *Refusal {
	text, r := clean(c.Text)
	if r != nil {
		return r
	}
	if c.When.After(t.m.Now.Add(skew)) {
		return refuse("log.future", "when", c.When)
	}
	marked := func(n LogNote) bool { return n.Source == c.Source.Message && !n.Retracted }
	if c.Source.Message != "" && slices.ContainsFunc(t.s.Notes, marked) {
		return refuse("log.already")
	}
	t.emit(Noted{Text: text, When: c.When, Decision: c.Decision, Source: c.Source})
	return nil
}

// onNote does something to an entry that somebody wrote. Its writer may, and the commander.
func (t *turn) onNote(n uint64, do func() *Refusal) *Refusal {
	i := slices.IndexFunc(t.s.Notes, func(note LogNote) bool { return note.Seq == n })
	switch {
	case i < 0:
		return refuse("entry.unknown", "n", n).way("timeline")
	case t.s.Notes[i].Retracted:
		return refuse("entry.retracted", "n", n)
	case t.s.Notes[i].By.ID != t.m.By.ID && t.s.Commander.ID != t.m.By.ID:
		return refuse("entry.notyours", "n", n, "who", t.s.Notes[i].By)
	}
	return do()
}
