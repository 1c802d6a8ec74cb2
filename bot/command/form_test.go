package command_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// asking are lines that open a form, with the form's id.
var asking = map[string]string{
	"": "", "declare": "declare", "declare P1": "declare", "update": "update", "update monitoring": "update", "brief": "brief",
	"severity": "severity", "identify": "identify", "mitigate": "mitigate", "regression": "regression", "resolve": "resolve",
	"reopen": "reopen", "cancel": "cancel", "override": "override", "handoff": "handoff", "join": "join", "role": "role",
	"role support": "role", "role commander nobody": "handoff", "impact": "impact", "cause": "cause", "flag": "flag",
	"flag revenue-impact": "flag", "unflag": "unflag", "unflag data-breach": "unflag", "task take": "tasktake",
	"task done": "taskdone", "task skip": "taskskip", "task skip 2": "taskskip", "task add": "taskadd", "snooze": "snooze",
	"log": "log", "decision": "decision", "amend": "amend", "retract 9": "retract",
}

// checkForm holds a form to what platforms take.
func checkForm(t *testing.T, where string, f *chat.Form) {
	t.Helper()
	name := regexp.MustCompile(`^[a-z]+$`)
	require.Regexp(t, name, f.ID, where)
	require.Less(t, len(f.State), 1000, where)
	for _, label := range []string{f.Title, f.Submit, f.Cancel} {
		require.NotEmpty(t, label, where)
		require.LessOrEqual(t, utf8.RuneCountInString(label), 24, where)
	}
	require.LessOrEqual(t, len(f.Inputs), 10, where)
	require.NotEmpty(t, f.Inputs, where)
	ids := map[string]bool{}
	for _, in := range f.Inputs {
		require.Regexp(t, name, in.ID, where)
		require.False(t, ids[in.ID], "%s: two inputs %s", where, in.ID)
		ids[in.ID] = true
		require.LessOrEqual(t, utf8.RuneCountInString(in.Label), 24, where)
		require.NotEmpty(t, in.Label, where)
		require.Equal(t, in.Kind == chat.Choice, len(in.Options) > 0, "%s: %s", where, in.ID)
		known := in.Value == ""
		for _, o := range in.Options {
			require.LessOrEqual(t, utf8.RuneCountInString(o.Label), 75, where)
			known = known || o.Value == in.Value
		}
		require.True(t, known || in.Kind != chat.Choice, "%s: %s begins with %q", where, in.ID, in.Value)
	}
}

func TestMissingWordsOpenTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(ana, incident.Note{Text: "one"})
	for line, id := range asking {
		if id == "" {
			continue
		}
		for _, lang := range words.Languages() {
			c := w.inside()
			c.Lang = lang
			i := command.Read(typed(line), c)
			require.NotNil(t, i.Form, "%s: %q", lang, line)
			require.Equal(t, id, i.Form.ID, line)
			require.Equal(t, lang, i.Form.Lang)
			checkForm(t, lang+" "+line, i.Form)
			if id != "declare" {
				n, ok := command.Address(sent(i.Form.ID, i.Form.State, nil))
				require.True(t, ok, line)
				require.Equal(t, 7, n)
			}
		}
	}
}

func TestAloneOutsideDeclaresAndInsideActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, "declare", command.Read(typed("  "), w.outside()).Form.ID)
	require.Equal(t, "declare", command.Read(chat.Request{Kind: chat.Shortcut}, w.outside()).Form.ID)
	for phase, first := range map[incident.Phase]string{
		incident.PhaseDeclared: "ack", incident.PhaseAcknowledged: "update", incident.PhaseMitigating: "update",
		incident.PhaseMonitoring: "update", incident.PhaseResolved: "close", incident.PhaseClosed: "reopen",
	} {
		w.s.Phase = phase
		i := command.Read(typed(""), w.inside())
		buttons := buttonsOf(i.Say)
		require.Equal(t, first, buttons[0].Action, phase)
		require.LessOrEqual(t, len(buttons), 6)
		require.GreaterOrEqual(t, len(buttons), 3)
	}
	w.s.Phase, w.s.Offered = incident.PhaseAcknowledged, kim
	c := w.inside()
	c.By = kim
	buttons := buttonsOf(command.Read(typed(""), c).Say)
	require.Equal(t, "INC-7/accept", buttons[0].Value, "what waits for them comes first")
	require.Equal(t, "brief", buttons[1].Action, "who writes the briefs has them at hand")
}

func TestFormsBeginWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(ana, incident.SetImpact{Text: "nobody can pay", Facts: map[string]string{"services": "checkout", "data-at-risk": "no"}})
	w.do(ana, incident.Mitigate{Text: "rolled back"})
	values := func(line string) map[string]string {
		all := map[string]string{}
		for _, in := range command.Read(typed(line), w.inside()).Form.Inputs {
			all[in.Label] = in.Value
		}
		return all
	}
	update := values("update")
	require.Equal(t, "checkout", update["Service"])
	require.Equal(t, "nobody can pay", update["Impact"])
	require.Equal(t, "rolled back", update["Current action"])
	require.Equal(t, "monitoring", values("update Monitoring")["Status"])
	require.Equal(t, "rolled back", values("resolve")["How it was resolved"])
	require.Equal(t, "P0", values("severity")["Severity"])
	require.Equal(t, "nobody can pay", values("impact")["What users feel"])
	require.Equal(t, "no", values("impact")["Data at risk"])
	require.Contains(t, values("brief")["Situation"], "checkout")
	require.Equal(t, "support-responder", values("role support")["Role"])
}

func TestFormsMeanWhatLinesMean(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(ana, incident.Note{Text: "one"})
	entry := fmt.Sprint(w.s.Notes[0].Seq)
	zone := declare("Search slow", "P2", ben)
	zone.Place = "R7"
	zone.Origin = "user-report"
	zone.Facts = map[string]string{"services": "search"}
	for _, c := range []struct {
		form, state string
		values      map[string]string
		want        incident.Command
	}{
		{"declare", "", map[string]string{"title": " Search slow ", "severity": "P2", "who": "U2", "origin": "user-report", "factaa": "search"}, zone},
		{"update", "INC-7", map[string]string{"status": "identified", "fieldab": "checkout", "fieldae": "rolling back"}, incident.Update{
			Status: "identified", Text: "rolling back", Values: map[string]string{"service": "checkout", "action": "rolling back"},
		}},
		{"brief", "INC-7", map[string]string{"fieldab": "all down", "fieldad": "on it"}, incident.Brief{
			Text: "on it", Values: map[string]string{"situation": "all down", "action": "on it"},
		}},
		{"severity", "INC-7", map[string]string{"severity": "P1", "text": "better"}, incident.SetSeverity{Severity: "P1", Why: "better"}},
		{"resolve", "INC-7", map[string]string{"text": "held"}, incident.Resolve{Text: "held"}},
		{"decision", "INC-7", map[string]string{"text": "roll back"}, incident.Note{Text: "roll back", Decision: true}},
		{"handoff", "INC-7", map[string]string{"who": "U2"}, incident.HandOff{To: ben}},
		{"join", "INC-7", map[string]string{"who": "U3"}, incident.Join{People: []stream.Person{kim}}},
		{"role", "INC-7", map[string]string{"role": "developer", "who": "U2"}, incident.GiveRole{Role: "developer", People: []stream.Person{ben}}},
		{"role", "INC-7", map[string]string{"role": "commander", "who": "U2"}, incident.HandOff{To: ben}},
		{"impact", "INC-7", map[string]string{"text": "slow", "factab": "20"}, incident.SetImpact{Text: "slow", Facts: map[string]string{"users": "20"}}},
		{"cause", "INC-7", map[string]string{"cause": "code-bug"}, incident.NameCause{Cause: "code-bug"}},
		{"flag", "INC-7", map[string]string{"flag": "revenue-impact", "text": "12000"}, incident.RaiseFlag{Flag: "revenue-impact", Value: "12000"}},
		{"unflag", "INC-7", map[string]string{"flag": "user-data", "text": "no"}, incident.ClearFlag{Flag: "user-data", Why: "no"}},
		{"tasktake", "INC-7", map[string]string{"task": "2"}, incident.TakeTask{N: 2}},
		{"taskdone", "INC-7/2", map[string]string{"text": "20 %"}, incident.DoTask{N: 2, Note: "20 %"}},
		{"taskskip", "INC-7", map[string]string{"task": "2", "text": "no"}, incident.SkipTask{N: 2, Why: "no"}},
		{"taskadd", "INC-7", map[string]string{"text": "call", "who": "U2"}, incident.AddTask{Text: "call", Who: ben}},
		{"escalate", "INC-7", map[string]string{"role": "legal-compliance", "text": "see"}, incident.Escalate{Role: "legal-compliance", Why: "see"}},
		{"escalate", "INC-7", map[string]string{"who": "U2"}, incident.Escalate{People: []stream.Person{ben}}},
		{"snooze", "INC-7", map[string]string{"for": "30m"}, incident.Snooze{For: 30 * time.Minute}},
		{"amend", "INC-7", map[string]string{"entry": entry, "text": "two"}, incident.Amend{N: w.s.Notes[0].Seq, Text: "two"}},
		{"retract", "INC-7", map[string]string{"entry": entry, "text": "no"}, incident.Retract{N: w.s.Notes[0].Seq, Why: "no"}},
	} {
		got := command.Read(sent(c.form, c.state, c.values), w.inside())
		require.Equal(t, c.want, got.Command, c.form)
	}
}

func TestAFormSaysWhatIsWrongWhereItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(ana, incident.Mitigate{Text: "rolled back"})
	evidence := 0
	for _, c := range w.s.Checklists {
		for _, task := range c.Tasks {
			if task.Evidence {
				evidence = task.N
			}
		}
	}
	require.NotZero(t, evidence)
	for _, c := range []struct {
		form   string
		values map[string]string
		input  string
	}{
		{"declare", nil, "title"},
		{"declare", map[string]string{"title": "x", "severity": "P9"}, "severity"},
		{"declare", map[string]string{"title": "x", "who": "U9"}, "who"},
		{"update", nil, "fieldae"},
		{"update", map[string]string{"fieldab": "checkout"}, "fieldae"},
		{"brief", map[string]string{"fieldab": "all down", "fieldad": " "}, "fieldad"},
		{"update", map[string]string{"status": "gone", "fieldae": "x"}, "status"},
		{"severity", map[string]string{"severity": ""}, "severity"},
		{"resolve", map[string]string{"text": "\n"}, "text"},
		{"handoff", nil, "who"},
		{"role", map[string]string{"who": "U2", "role": "king"}, "role"},
		{"impact", nil, "text"},
		{"cause", map[string]string{"cause": "x"}, "cause"},
		{"flag", map[string]string{"flag": "revenue-impact"}, "text"},
		{"flag", nil, "flag"},
		{"unflag", map[string]string{"flag": "user-data"}, "text"},
		{"taskdone", map[string]string{"task": "99"}, "task"},
		{"taskdone", map[string]string{"task": fmt.Sprint(evidence), "text": "it works"}, "text"},
		{"taskskip", map[string]string{"task": "2"}, "text"},
		{"taskadd", nil, "text"},
		{"taskadd", map[string]string{"text": "x", "who": "U9"}, "who"},
		{"escalate", map[string]string{"who": "U9"}, "who"},
		{"snooze", map[string]string{"for": "soon"}, "for"},
		{"amend", nil, "entry"},
		{"retract", map[string]string{"entry": "3"}, "text"},
		{"gone", nil, ""},
	} {
		got := command.Read(sent(c.form, "INC-7", c.values), w.inside())
		require.Contains(t, got.Errors, c.input, "%s %v", c.form, c.values)
		require.Equal(t, 1, one(got))
		require.NotEmpty(t, got.Errors[c.input])
	}
	gone := command.Read(sent("resolve", "INC-9", map[string]string{"text": "x"}), w.inside())
	require.Contains(t, gone.Errors, "")
}

func TestEvidenceIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(ana, incident.Mitigate{Text: "rolled back"})
	for _, c := range w.s.Checklists {
		for _, task := range c.Tasks {
			i := command.Read(pressed("task", fmt.Sprintf("INC-7/done %d", task.N)), w.inside())
			require.Equal(t, task.Evidence, i.Form != nil, task.Text)
		}
	}
}

func TestAPlaybookWithoutChoicesAsksForNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.inside()
	c.Playbook = nil
	for _, line := range []string{"cause", "flag", "severity", "cause x", "flag x", "severity P1"} {
		i := command.Read(typed(line), c)
		require.Equal(t, 1, one(i), line)
		require.NotEmpty(t, i.Say.Plain(), line)
	}
	require.NotNil(t, command.Read(typed("declare"), c).Form)
	require.NotNil(t, command.Read(typed("escalate x"), c))
}
