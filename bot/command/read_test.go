package command_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func declare(title, severity string, people ...stream.Person) incident.Declare {
	return incident.Declare{Title: title, Severity: severity, People: people, Home: "room", Place: "lobby", Zone: "UTC"}
}

func TestDeclareInAnyOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := declare("Checkout down", "P1", ben)
	for _, line := range []string{
		"declare P1 Checkout down @ben", "declare Checkout down p1 @ben", "declare @ben P1 Checkout down",
		"declare Checkout down @ben P1", "DECLARE p1 Checkout down @ben  ", "declare P1: Checkout down @ben",
		"declare “Checkout down” p1 @ben", `declare "Checkout down" @ben P1`, "declare P1 « Checkout down » @ben",
		"declarar P1 Checkout down @ben", "déclarer P1 Checkout down @ben", "declare Checkout P1 down @ben",
	} {
		got := command.Read(typed(line), w.outside())
		require.Equal(t, command.Intent{Command: want}, got, line)
	}
}

func TestDeclareKeepsWhatIsNotForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for line, want := range map[string]incident.Declare{
		"declare High latency":                      declare("High latency", ""),
		"declare INC-3 came back":                   declare("INC-3 came back", ""),
		"declare <!channel> `x` https://x.test/a:b": declare("<!channel> `x` https://x.test/a:b", ""),
		"declare It's @benches":                     declare("It's @benches", ""),
		"declare P1 is what @ben says about it":     declare("is what @Ben says about it", "P1", ben),
		"declare disk full @ben, <@U3|kim>":         declare("disk full @Ben,", "", ben, kim),
		"declare 支付 不可用 p0":                         declare("支付 不可用", "P0"),
	} {
		require.Equal(t, command.Intent{Command: want}, command.Read(typed(line), w.outside()), line)
	}
	with := declare("Checkout down", "P1")
	with.Origin, with.Facts = "alert", map[string]string{"services": "checkout,api"}
	require.Equal(t, command.Intent{Command: with}, command.Read(typed("declare P1 origin:alert Checkout down services:checkout,api"), w.outside()))
}

func TestALongTitleIsOfferedShorter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := command.Read(typed("declare P1 "+strings.Repeat("all is lost ", 500)), w.outside())
	require.Equal(t, 1, one(i))
	line := i.Say.Blocks[2].Items[0][0].Text
	again := command.Read(typed(strings.TrimPrefix(line, "/incident ")), w.outside())
	c, ok := again.Command.(incident.Declare)
	require.True(t, ok, "the line works: %s", line)
	require.Equal(t, "P1", c.Severity)
	require.LessOrEqual(t, len([]rune(c.Title)), incident.MaxTitle)
}

// simple are lines in the incident's room with the command they mean.
var simple = map[string]incident.Command{
	"ack": incident.Acknowledge{}, "Acknowledge": incident.Acknowledge{}, "reconhecer": incident.Acknowledge{},
	"update Still down":                  incident.Update{Text: "Still down"},
	"update monitoring The fix is out":   incident.Update{Status: "monitoring", Text: "The fix is out"},
	"update Identified: the pool":        incident.Update{Status: "identified", Text: "the pool"},
	"brief All users are hit":            incident.Brief{Text: "All users are hit"},
	"severity p1":                        incident.SetSeverity{Severity: "P1"},
	"severity to P1 less bad":            incident.SetSeverity{Severity: "P1", Why: "less bad"},
	"sev critical it spreads":            incident.SetSeverity{Severity: "P0", Why: "it spreads"},
	"identify the pool is empty":         incident.Identify{Text: "the pool is empty"},
	"mitigate \"rolled back\"":           incident.Mitigate{Text: "rolled back"},
	"monitor":                            incident.Monitor{},
	"monitor rates are fine":             incident.Monitor{Text: "rates are fine"},
	"regression errors are back":         incident.Regress{Text: "errors are back"},
	"resolve it held":                    incident.Resolve{Text: "it held"},
	"close":                              incident.Close{},
	"reopen it is back":                  incident.Reopen{Why: "it is back"},
	"cancel a test":                      incident.Cancel{Why: "a test"},
	"override resolve in writing":        incident.Override{Gate: "resolve", Why: "in writing"},
	"override they confirmed":            incident.Override{Why: "they confirmed"},
	"take":                               incident.Take{},
	"handoff @ben":                       incident.HandOff{To: ben},
	"handoff to @ben":                    incident.HandOff{To: ben},
	"handoff accept":                     incident.Accept{},
	"passer décliner":                    incident.Decline{},
	"role support @ben":                  incident.GiveRole{Role: "support-responder", People: []stream.Person{ben}},
	"role @ben Backend architect":        incident.GiveRole{Role: "backend-architect", People: []stream.Person{ben}},
	"role producer @ben <@U3|kim>":       incident.GiveRole{Role: "studio-producer", People: []stream.Person{ben, kim}},
	"role legal nobody":                  incident.GiveRole{Role: "legal-compliance"},
	"role commander @ben":                incident.HandOff{To: ben},
	"role commander @ana":                incident.Take{},
	"join @ben <@U3|kim>":                incident.Join{People: []stream.Person{ben, kim}},
	"impact nobody can pay users:1200":   incident.SetImpact{Text: "nobody can pay", Facts: map[string]string{"users": "1200"}},
	"cause deployment release 4.3":       incident.NameCause{Cause: "deployment", Text: "release 4.3"},
	"cause Recent deployment":            incident.NameCause{Cause: "deployment"},
	"cause infra":                        incident.NameCause{Cause: "infrastructure"},
	"flag data-breach":                   incident.RaiseFlag{Flag: "data-breach"},
	"flag revenue 12000 EUR":             incident.RaiseFlag{Flag: "revenue-impact", Value: "12000 EUR"},
	"unflag data-breach it was a test":   incident.ClearFlag{Flag: "data-breach", Why: "it was a test"},
	"task take 3":                        incident.TakeTask{N: 3},
	"task done #3 all clean":             incident.DoTask{N: 3, Note: "all clean"},
	"task 3 done":                        incident.DoTask{N: 3},
	"tarefa feita 3. limpo":              incident.DoTask{N: 3, Note: "limpo"},
	"task add Call the provider @ben":    incident.AddTask{Text: "Call the provider", Who: ben},
	"task skip 3 not ours":               incident.SkipTask{N: 3, Why: "not ours"},
	"escalate":                           incident.Escalate{},
	"escalate legal data is out":         incident.Escalate{Role: "legal-compliance", Why: "data is out"},
	"escalate studio producer no answer": incident.Escalate{Role: "studio-producer", Why: "no answer"},
	"escalate @ben we need the keys":     incident.Escalate{People: []stream.Person{ben}, Why: "we need the keys"},
	"escalate now":                       incident.Escalate{Why: "now"},
	"snooze 10m":                         incident.Snooze{For: 10 * time.Minute},
	"snooze 1h30":                        incident.Snooze{For: 90 * time.Minute},
	"snooze 15":                          incident.Snooze{For: 15 * time.Minute},
	"snooze 1 h 5 min":                   incident.Snooze{For: 65 * time.Minute},
	"log restarted the pods":             incident.Note{Text: "restarted the pods"},
	"log first error at 11:40":           incident.Note{Text: "first error", When: noon.Add(-20 * time.Minute)},
	"log first error at 23:50":           incident.Note{Text: "first error", When: noon.Add(-12*time.Hour - 10*time.Minute)},
	"anotar primeiro erro às 11h40":      incident.Note{Text: "primeiro erro", When: noon.Add(-20 * time.Minute)},
	"log we looked at 99:99":             incident.Note{Text: "we looked at 99:99"},
	"log it looks like INC-3 again":      incident.Note{Text: "it looks like INC-3 again"},
	"decision we roll back":              incident.Note{Text: "we roll back", Decision: true},
	"amend 12 the replica":               incident.Amend{N: 12, Text: "the replica"},
	"retract 12 wrong incident":          incident.Retract{N: 12, Why: "wrong incident"},
	"INC-7 log two\nlines":               incident.Note{Text: "two\nlines"},
	"log INC-7: two lines":               incident.Note{Text: "two lines"},
	"task INC-7 take 3":                  incident.TakeTask{N: 3},
	"ack inc-7":                          incident.Acknowledge{},
}

func TestCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for line, want := range simple {
		got := command.Read(typed(line), w.inside())
		require.Equal(t, command.Intent{Incident: 7, Command: want}, got, line)
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for line, want := range map[string]command.Query{
		"roles":           {Kind: command.Roles, Incident: 7},
		"timeline":        {Kind: command.Timeline, Incident: 7},
		"timeline 7":      {Kind: command.Timeline, Incident: 7},
		"show #7":         {Kind: command.Show, Incident: 7},
		"mostrar INC-7":   {Kind: command.Show, Incident: 7},
		"catchup":         {Kind: command.Catchup, Incident: 7},
		"task":            {Kind: command.Tasks, Incident: 7},
		"task list":       {Kind: command.Tasks, Incident: 7},
		"list":            {Kind: command.List, Incident: 7},
		"find INC-3 slow": {Kind: command.Find, Words: "INC-3 slow"},
	} {
		require.Equal(t, want, command.Read(typed(line), w.inside()).Query, line)
	}
	require.Equal(t, command.HomePage, command.Read(chat.Request{Kind: chat.Opened}, w.outside()).Query.Kind)
	require.Equal(t, command.List, command.Read(typed("list"), w.outside()).Query.Kind)
}

func TestTimesAreThoseOfTheReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.inside()
	c.Zone = time.FixedZone("BRT", -3*3600)
	i := command.Read(typed("log it began at 8:55"), c)
	note, ok := i.Command.(incident.Note)
	require.True(t, ok)
	require.True(t, noon.Add(-5*time.Minute).Equal(note.When), note.When)
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"ack INC-12": 12, "inc-12 ack": 12, "log INC-12 tables locked": 12, "task done INC-12 3": 12, "show 12": 12,
		"catchup #12": 12, "escalate INC-12 legal": 12, "severity INC-12, P1": 12, "role legal @x INC-12": 12, "foo INC-12": 12,
		"log like INC-12": 0, "declare INC-12": 0, "find INC-12": 0, "update the INC-12 twin": 0, "ack": 0, "": 0,
		"ack INC-0": 0, "ack INC-99999999999": 0, "ack XINC-12": 0, "ack 12": 0,
	} {
		n, ok := command.Address(typed(text))
		require.Equal(t, want, n, text)
		require.Equal(t, want > 0, ok, text)
	}
	n, ok := command.Address(pressed("task", "INC-12/done 3"))
	require.True(t, ok)
	require.Equal(t, 12, n)
	n, _ = command.Address(sent("task", "INC-12", nil))
	require.Equal(t, 12, n)
	_, ok = command.Address(pressed("declare", "/P1 like INC-12"))
	require.False(t, ok)
	_, ok = command.Address(chat.Request{Kind: chat.Reacted, Text: "INC-7"})
	require.False(t, ok)
}

func TestPressesMeanWhatTheLineMeans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for value, want := range map[[2]string]incident.Command{
		{"ack", "INC-7"}:               incident.Acknowledge{},
		{"task", "INC-7/done 3"}:       incident.DoTask{N: 3},
		{"snooze", "INC-7/10m"}:        incident.Snooze{For: 10 * time.Minute},
		{"handoff", "INC-7/accept"}:    incident.Accept{},
		{"severity", "INC-7/P1"}:       incident.SetSeverity{Severity: "P1"},
		{"declare", "/P1 Search slow"}: declare("Search slow", "P1"),
	} {
		c := w.inside()
		c.Place = "lobby"
		require.Equal(t, want, command.Read(pressed(value[0], value[1]), c).Command, value)
	}
	require.NotNil(t, command.Read(pressed("escalate", "INC-7"), w.inside()).Form, "a page is not one press away")
	require.Contains(t, command.Read(pressed("gone", "INC-7"), w.inside()).Say.Plain(), "older version")
}

func TestMarksBecomeEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	on := &chat.Original{Message: "M1", Author: chat.User{ID: "U2", Name: "Ben"}, Text: "it is the cache", At: noon, URL: "https://x.test/1"}
	want := incident.Note{
		Text: "it is the cache", When: noon,
		Source: incident.Source{Room: "R7", Message: "M1", Author: ben, URL: "https://x.test/1"},
	}
	for _, reaction := range []string{"pushpin", ":pushpin:", "round_pushpin", "📌"} {
		i := command.Read(chat.Request{Kind: chat.Reacted, Room: "R7", Text: reaction, On: on}, w.inside())
		require.Equal(t, want, i.Command, reaction)
	}
	require.Equal(t, want, command.Read(chat.Request{Kind: chat.Marked, Room: "R7", On: on}, w.inside()).Command)
	require.Zero(t, command.Read(chat.Request{Kind: chat.Reacted, Text: "tada", On: on}, w.inside()))
	require.Zero(t, command.Read(chat.Request{Kind: chat.Reacted, Text: "pushpin", On: on}, w.outside()))
	require.Zero(t, command.Read(chat.Request{Kind: chat.Reacted, Text: "pushpin"}, w.inside()))
	require.NotEmpty(t, command.Read(chat.Request{Kind: chat.Marked, On: on}, w.outside()).Say.Plain())

	stranger := &chat.Original{Message: "M2", Author: chat.User{ID: "U9", Handle: "zoe"}, Text: "hm"}
	note, ok := command.Read(chat.Request{Kind: chat.Marked, Room: "R7", On: stranger}, w.inside()).Command.(incident.Note)
	require.True(t, ok)
	require.Equal(t, stream.Person{ID: "U9", Name: "zoe"}, note.Source.Author)
}

func TestAnEditedMessageAmendsItsEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(ben, incident.Note{Text: "it is the cash", Source: incident.Source{Room: "R7", Message: "M1", Author: ben}})
	seq := w.s.Notes[0].Seq
	edited := func(message, text string) chat.Request {
		return chat.Request{Kind: chat.Retold, Room: "R7", On: &chat.Original{Message: chat.MessageID(message), Text: text}}
	}
	require.Equal(t, incident.Amend{N: seq, Text: "it is the cache"}, command.Read(edited("M1", "it is the cache"), w.inside()).Command)
	require.Zero(t, command.Read(edited("M1", "it is the cash"), w.inside()), "nothing new")
	require.Zero(t, command.Read(edited("M9", "other"), w.inside()))
	require.Zero(t, command.Read(edited("M1", "  "), w.inside()))
}
