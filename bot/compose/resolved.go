package compose

import (
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// resolved says that the work has ended, with how long each step took and how the promises were held.
func (s *scene) resolved(r incident.Recorded) {
	s.tone = chat.Good
	s.plain(r)
	s.say(chat.Block{Kind: chat.Fields, Fields: s.durations()})
	if open := openTasks(s.s); open > 0 {
		s.say(s.w.Paragraph("resolved.open", "count", open))
	}
	s.offer(primary(s.button("close", "", "close")), s.button("reopen", "", "reopen"))
}

// durations are the times to acknowledge, mitigate and resolve, and the promises.
func (t teller) durations() []chat.Field {
	var list []chat.Field
	add := func(key string, until time.Time) {
		if d := t.w.Between(t.s.At.Declared, until); d != "" {
			list = append(list, t.field(key, text(d)...))
		}
	}
	add("tta", t.s.At.Acknowledged)
	add("ttm", t.s.At.Mitigated)
	add("ttr", t.s.At.Resolved)
	promise := func(what, key string) {
		if p, ok := t.s.Promises[what]; ok {
			list = append(list, t.field(key,
				t.w.Spans("resolved.promises", "kept", p.Kept, "late", p.Late, "missed", p.Missed)...))
		}
	}
	promise("update", "promises.update")
	promise("brief", "promises.brief")
	return list
}

func openTasks(s incident.State) int {
	open := 0
	for _, c := range s.Checklists {
		for _, task := range c.Tasks {
			if task.Open() {
				open++
			}
		}
	}
	return open
}

// bring asks people into the room who were not part of the incident before.
func (s *scene) bring(people ...stream.Person) {
	for _, p := range people {
		if !p.Zero() && !s.was.Knows(p) {
			s.invite = append(s.invite, p)
		}
	}
}
