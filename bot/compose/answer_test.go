package compose_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func reader(lang string) compose.Reader {
	return compose.Reader{Lang: lang, Zone: time.FixedZone("BRT", -3*3600), Now: noon.Add(2 * time.Hour), Slash: "/incident"}
}

// asked are commands with what was to be answered, one after the other in one life.
func asked(t *testing.T, lang string) string {
	t.Helper()
	var s strings.Builder
	l := newLife(t, "en")
	for _, step := range []struct {
		by stream.Person
		c  incident.Command
	}{
		{ana, incident.Declare{Number: 7, Title: "Checkout down", Home: "room", Place: "lobby", People: []stream.Person{zoe}}},
		{ben, incident.Acknowledge{}},
		{dan, incident.Update{Text: "we look"}},
		{ana, incident.SetSeverity{Severity: "P0"}},
		{kim, incident.Brief{Text: "all is down"}},
		{ana, incident.HandOff{To: ben}},
		{ben, incident.Accept{}},
		{dan, incident.Snooze{For: 10 * time.Minute}},
		{ana, incident.Note{Text: "one"}},
		{ana, incident.RaiseFlag{Flag: "revenue-impact", Value: "200"}},
		{ana, incident.RaiseFlag{Flag: "data-breach"}},
		{ana, incident.Mitigate{Text: "done"}},
	} {
		was := l.s
		events := l.try(step.by, step.c)
		require.Nil(t, l.refusal, "%T", step.c)
		fmt.Fprintf(&s, "## %T\n\n%s\n", step.c, shown(compose.Answer(reader(lang), step.c, was, l.s, events)))
	}
	fmt.Fprintf(&s, "## nothing happened\n\n%s\n", shown(compose.Answer(reader(lang), incident.Monitor{}, l.s, l.s, nil)))
	b := newLife(t, "en")
	events := b.try(ana, incident.Declare{Number: 8, Title: "Typo", Severity: "P3"})
	fmt.Fprintf(&s, "## a backlog item\n\n%s\n", shown(compose.Answer(reader(lang), incident.Declare{Severity: "P3"}, incident.State{}, b.s, events)))
	return s.String()
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		golden(t, "answers."+lang, asked(t, lang))
	}
}

func TestAnswersDoNotRepeatTheRoom(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	here := reader("en")
	here.Here = true
	answer := func(c incident.Command) chat.Message {
		events := l.try(ana, c)
		require.Nil(t, l.refusal, "%T", c)
		return compose.Answer(here, c, incident.State{}, l.s, events)
	}
	require.False(t, answer(incident.Acknowledge{}).Empty(), "there is no room yet")
	l.do(stream.Person{}, incident.RecordRoom{Room: "R7", Name: "inc-7"})
	require.True(t, answer(incident.Identify{Text: "the pool"}).Empty())
	require.True(t, answer(incident.Update{Text: "we look"}).Empty())
	require.Contains(t, answer(incident.Note{Text: "one"}).Plain(), "Entry", "the number is for corrections")
	require.Contains(t, answer(incident.RaiseFlag{Flag: "revenue-impact", Value: "5"}).Plain(), "nobody was brought in")
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		var s strings.Builder
		page := func(name string, m chat.Message) {
			require.Equal(t, lang, m.Lang, name)
			fmt.Fprintf(&s, "## %s\n\n%s\n", name, shown(m))
		}
		r, l := reader(lang), p0(t, "en")
		early := declaredLife(t, "en")
		backlog := newLife(t, "en")
		backlog.do(ana, incident.Declare{Number: 8, Title: "Typo on the start page", Severity: "P3"})
		all := []incident.State{l.s, early.s, backlog.s}
		page("list", compose.List(r, all))
		page("list of none", compose.List(r, nil))
		page("found", compose.Found(r, "checkout", all[:1]))
		page("found none", compose.Found(r, "<!here>", nil))
		page("show", compose.Show(r, l.s))
		page("show early", compose.Show(r, early.s))
		page("roles", compose.Roles(r, l.s))
		page("tasks", compose.Tasks(r, l.s))
		page("tasks of none", compose.Tasks(r, backlog.s))
		page("home", compose.Home(r, all))
		page("home of none", compose.Home(r, nil))
		page("catchup", compose.Catchup(r, l.s, l.history))
		page("catchup early", compose.Catchup(r, early.s, early.history))
		page("timeline", compose.Timeline(r, l.s, l.history))
		golden(t, "pages."+lang, s.String())
	}
}

func TestLongListsAreCut(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	many := slices.Repeat([]incident.State{l.s}, 50)
	plain := compose.List(reader("en"), many).Plain()
	require.Contains(t, plain, "50 incidents are open")
	require.Contains(t, plain, "30 more are not shown")
	require.Equal(t, 20, strings.Count(plain, "Checkout down"))
	require.Contains(t, compose.Home(reader("fr"), many).Plain(), "30 autres ne sont pas montrés")
}

func TestTheTimelineShowsCorrections(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	one := l.try(ana, incident.Note{Text: "the primary"})[0].Seq
	two := l.try(ana, incident.Note{Text: "a mistake"})[0].Seq
	l.try(ana, incident.Amend{N: one, Text: "the replica"})
	l.try(ana, incident.Retract{N: two, Why: "wrong incident"})
	plain := compose.Timeline(reader("en"), l.s, l.history).Plain()
	require.Contains(t, plain, "Ana noted: the replica (corrected)")
	require.NotContains(t, plain, "the primary")
	require.Contains(t, plain, "struck out: Ana noted: a mistake")
	for range 100 {
		l.try(ana, incident.Note{Text: "again"})
	}
	plain = compose.Timeline(reader("en"), l.s, l.history).Plain()
	require.Contains(t, plain, "earlier entries are not shown")
	require.Contains(t, plain, fmt.Sprintf("%d · ", l.s.Seq), "the newest stay")
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		for _, code := range []string{"internal", "done", "unknown", "broken", "storage"} {
			m := compose.Trouble(reader(lang), code, map[string]any{"Incident": 7})
			require.NotContains(t, m.Plain(), "trouble.")
			if strings.Contains(words.For(lang).Text("trouble."+code, "incident", "INC-7"), "INC-7") {
				require.Contains(t, m.Plain(), "INC-7", code)
			}
		}
		require.Contains(t, compose.Trouble(reader(lang), "no such code", nil).Plain(), "sitrep")
	}
	require.Equal(t, "This has been done already.", compose.Trouble(reader("en"), "done", nil).Plain())
}

// refusals are a refusal of every code, with arguments of the types the engine gives.
func refusals() map[string]*incident.Refusal {
	values := map[string]any{
		"at": noon, "when": noon, "who": ana, "commander": ana, "max": 200, "length": 12345, "n": 3, "override": true,
		"known": []string{"data-breach", "user-data"}, "missing": []incident.Need{
			{Label: "Verification", Tasks: []int{3, 4}}, {Label: "Watch", Until: noon.Add(time.Hour)}, {Label: "Cause"},
		},
	}
	all := map[string]*incident.Refusal{}
	for code, names := range incident.RefusalCodes {
		r := &incident.Refusal{Code: code, Args: map[string]any{}}
		for _, name := range names {
			r.Args[name] = values[name]
			if r.Args[name] == nil {
				r.Args[name] = "⟨" + name + "⟩"
			}
		}
		all[code] = r
	}
	all["snooze.range"].Args["max"] = time.Hour
	all["severity.unknown"].Way = "severity P1"
	all["gate"].Way = "monitor"
	all["text.long"].Way = "log " + strings.Repeat("x", 600)
	return all
}

func TestEveryRefusalHasASentence(t *testing.T) {
	t.Parallel()
	all := refusals()
	for _, lang := range words.Languages() {
		var s strings.Builder
		for _, code := range slices.Sorted(maps.Keys(all)) {
			r := all[code]
			require.True(t, words.For(lang).Has("refusal."+code), "%s: refusal.%s is missing", lang, code)
			m := compose.Refused(reader(lang), r)
			plain := m.Plain()
			for _, name := range incident.RefusalCodes[code] {
				given, ok := r.Args[name].(string)
				require.True(t, !ok || strings.Contains(plain, given), "%s: %s does not say %s: %s", lang, code, name, plain)
			}
			require.NotContains(t, plain, "map[", code)
			fmt.Fprintf(&s, "## %s\n\n%s\n", code, shown(m))
		}
		golden(t, "refusals."+lang, strings.ReplaceAll(s.String(), strings.Repeat("x", 600), "x…"))
	}
	require.True(t, compose.Refused(reader("en"), nil).Empty())
}

func TestWhatIsKnownComesNearestFirst(t *testing.T) {
	t.Parallel()
	m := compose.Refused(reader("en"), &incident.Refusal{Code: "flag.unknown", Args: map[string]any{
		"given": "usr-data", "known": []string{"data-breach", "user-data", "api-related"},
	}})
	require.Contains(t, m.Plain(), "There are: user-data, ")
}

// Real refusals of the engine carry what their sentences need.
func TestRefusalsOfTheEngine(t *testing.T) {
	t.Parallel()
	l := declaredLife(t, "en")
	for _, c := range []incident.Command{
		incident.SetSeverity{Severity: "P9"},
		incident.Resolve{Text: "x"},
		incident.GiveRole{Role: "king"},
		incident.Monitor{Text: strings.Repeat("x", 5000)},
		incident.Snooze{For: time.Second},
		incident.Amend{N: 99, Text: "x"},
		incident.DoTask{N: 99},
		incident.RaiseFlag{Flag: "revenue-impact"},
		incident.SetSeverity{Severity: "P0"},
		incident.Regress{Text: "x"},
		incident.Update{Status: "resolved", Text: "x"},
		incident.Override{Why: ""},
		incident.Close{},
		incident.Accept{},
	} {
		l.try(ana, c)
		require.NotNil(t, l.refusal, "%T", c)
		m := compose.Refused(reader("en"), l.refusal)
		require.NotContains(t, m.Plain(), "refusal.", "%T", c)
		require.NotContains(t, m.Plain(), "⟨", "%T", c)
	}
	require.Equal(t, playbook.SeverityID("P0"), l.s.Severity.ID)
}
