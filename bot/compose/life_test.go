package compose_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	ana  = stream.Person{ID: "ana", Name: "Ana"}
	ben  = stream.Person{ID: "ben", Name: "Ben"}
	cleo = stream.Person{ID: "cleo", Name: "Cleo"}
	dan  = stream.Person{ID: "dan", Name: "Dan"}
	kim  = stream.Person{ID: "kim", Name: "Kim Ito"}
	zoe  = stream.Person{ID: "zoe", Name: "Zoe"}
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

var roster = map[playbook.RoleID][]stream.Person{
	"infrastructure-maintainer": {ana}, "devops-automator": {ben}, "backend-architect": {cleo}, "support-responder": {dan},
	"executive-summary": {kim}, "developer": {cleo}, "evidence-collector": {dan}, "studio-producer": {zoe},
	"sprint-prioritizer": {kim}, "legal-compliance": {zoe},
}

// shipped is loaded once for all tests, which only read it.
var shipped = sync.OnceValue(func() *playbook.Playbook {
	p, err := playbook.Load("nexus-micro")
	if err != nil {
		panic(err)
	}
	return p
})

// life is one incident lived through the engine, with what was said at each step.
type life struct {
	t       testing.TB
	p       *playbook.Playbook
	c       compose.Context
	s       incident.State
	now     time.Time
	history []incident.Recorded
	story   strings.Builder
	outs    []compose.Out // of the last step
	refusal *incident.Refusal
}

func newLife(t testing.TB, lang string) *life {
	t.Helper()
	own := *shipped()
	own.Language = lang
	return &life{t: t, p: &own, now: noon, c: compose.Context{
		Slash: "/incident", Announce: true, Stakeholders: true, Status: true, Zone: time.FixedZone("CET", 3600),
	}}
}

// try asks the engine and tells what is said of it.
func (l *life) try(by stream.Person, c incident.Command) []incident.Recorded {
	l.t.Helper()
	events, refusal := incident.Decide(l.s, c, incident.Moment{
		Moment: stream.Moment{Now: l.now, By: by}, Playbook: l.p, Roster: roster, From: "person",
	})
	l.refusal = refusal
	return l.happen(by, events...)
}

// happen lets events happen, whatever the engine would say.
func (l *life) happen(by stream.Person, events ...incident.Event) []incident.Recorded {
	was := l.s
	var recorded []incident.Recorded
	for _, e := range events {
		r := incident.Recorded{Seq: l.s.Seq + 1, At: l.now, By: by, Event: e}
		l.s = incident.Apply(l.s, r)
		recorded = append(recorded, r)
	}
	l.history = append(l.history, recorded...)
	l.outs = compose.Events(l.c, was, l.s, recorded)
	return recorded
}

// do is try for what must succeed; it is written into the story.
func (l *life) do(by stream.Person, c incident.Command) *life {
	l.t.Helper()
	l.try(by, c)
	require.Nil(l.t, l.refusal, "%T", c)
	name := by.Name
	if by.Zero() {
		name = "sitrep"
	}
	fmt.Fprintf(&l.story, "## %s %s: %s %s\n\n", l.now.Format("15:04"), name, strings.TrimPrefix(fmt.Sprintf("%T", c), "incident."), plainArgs(c))
	l.story.WriteString(told(l.outs))
	return l
}

// after lets time pass and the clocks strike that are due, each at its time.
func (l *life) after(d time.Duration) *life {
	l.t.Helper()
	end := l.now.Add(d)
	for next := l.s.NextWake(); !next.IsZero() && !next.After(end); next = l.s.NextWake() {
		l.now = next
		l.do(stream.Person{}, incident.Tick{})
	}
	l.now = end
	return l
}

func plainArgs(c incident.Command) string {
	data, err := json.Marshal(c)
	if err != nil || string(data) == "{}" {
		return ""
	}
	return string(data)
}

// told is what actions do and say, as people can read it.
func told(outs []compose.Out) string {
	var s strings.Builder
	for _, o := range outs {
		a := o.Action
		fmt.Fprintf(&s, "→ %s", a.Verb)
		for _, part := range []string{string(a.Room), string(a.Message), a.Spec.Name, a.Spec.Topic, a.Text} {
			if part != "" {
				fmt.Fprintf(&s, " %s", part)
			}
		}
		for _, p := range a.People {
			fmt.Fprintf(&s, " @%s", p)
		}
		fmt.Fprintf(&s, " [lane %s, rank %d", o.Lane, o.Rank)
		if o.As != "" {
			fmt.Fprintf(&s, ", as %s", o.As)
		}
		if o.Replaces != "" {
			fmt.Fprintf(&s, ", replaces %s", o.Replaces)
		}
		fmt.Fprintf(&s, "] %s\n", o.What)
		s.WriteString(shown(a.Body))
	}
	s.WriteString("\n")
	return s.String()
}

// shown is a message with its tone, indented.
func shown(m chat.Message) string {
	if m.Empty() {
		return ""
	}
	tone := string(m.Tone)
	if tone != "" {
		tone = "(" + tone + ")\n"
	}
	return "    " + strings.ReplaceAll(strings.TrimSpace(tone+m.Plain()), "\n", "\n    ") + "\n"
}

// golden compares with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with go test ./bot/compose -update")
	require.Equal(t, string(want), got, "%s: if this is meant, write it anew with go test ./bot/compose -update", path)
}

// p0 lives a P0 from the first word to the last.
func p0(t testing.TB, lang string) *life {
	t.Helper()
	l := newLife(t, lang)
	l.do(ana, incident.Declare{
		Number: 7, Title: "Checkout down", Severity: "P0", Home: "room", Place: "lobby", People: []stream.Person{zoe},
		Facts: map[string]string{"services": "checkout"},
	})
	l.do(stream.Person{}, incident.RecordRoom{Room: "R7", Name: "inc-7-checkout-down"})
	l.after(3*time.Minute).do(ben, incident.Acknowledge{})
	l.after(time.Minute).do(ana, incident.SetImpact{Text: "nobody can pay", Facts: map[string]string{"users": "all", "data-at-risk": "no"}})
	l.do(dan, incident.Update{Text: "we are looking at the last release"})
	l.do(kim, incident.Brief{Text: "Checkout is down for all users; a rollback is being prepared."})
	l.do(ben, incident.TakeTask{N: 6}).do(ben, incident.DoTask{N: 6, Note: "memory is full"})
	l.do(ana, incident.NameCause{Cause: "deployment", Text: "release 4.3"})
	l.do(ana, incident.Identify{Text: "the cache grows without limit"})
	l.do(cleo, incident.Note{Text: "restarted two pods"}).do(ana, incident.Note{Text: "we roll back", Decision: true, When: l.now.Add(-2 * time.Minute)})
	l.do(ana, incident.RaiseFlag{Flag: "user-data"})
	l.do(zoe, incident.Acknowledge{})
	l.after(16*time.Minute).do(dan, incident.Snooze{For: 10 * time.Minute})
	l.after(24 * time.Minute)
	l.do(dan, incident.Update{Status: "identified", Text: "the rollback is running"})
	l.do(ana, incident.HandOff{To: ben}).do(ben, incident.Accept{}).do(ana, incident.Take{})
	l.do(ben, incident.Mitigate{Text: "rolled back to 4.2"})
	l.do(ana, incident.Monitor{Text: "error rates are normal"})
	l.after(5*time.Minute).do(dan, incident.Regress{Text: "errors rise again"})
	l.do(ben, incident.Mitigate{Text: "emptied the cache"}).do(ana, incident.Monitor{})
	for _, c := range l.s.Checklists {
		for _, task := range c.Tasks {
			if task.Open() && c.ID == "verification" {
				l.do(dan, incident.DoTask{N: task.N, Note: "https://x.test/shot.png"})
			}
		}
	}
	l.after(31 * time.Minute)
	l.do(ana, incident.Resolve{Text: "it held for half an hour"})
	l.do(kim, incident.Reopen{Why: "one region still fails"})
	l.do(ana, incident.SetSeverity{Severity: "P1", Why: "one region only"})
	l.do(ana, incident.Override{Why: "the region is switched off"}).do(ana, incident.Resolve{Text: "the region is switched off"})
	l.do(ana, incident.Close{})
	return l
}
