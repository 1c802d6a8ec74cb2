package playbook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

func TestEveryShippedPlaybookLoads(t *testing.T) {
	t.Parallel()
	require.Contains(t, Shipped(), "nexus-micro")
	for _, name := range Shipped() {
		book, err := Load(name)
		require.NoError(t, err)
		require.Equal(t, name, book.Name)
		require.Contains(t, Languages, book.Language)
	}
}

func TestAPlaybookThatIsNotShippedNamesThoseThatAre(t *testing.T) {
	t.Parallel()
	_, err := Load("nexus")
	require.ErrorContains(t, err, `no shipped playbook "nexus"; there are: `)
	require.ErrorContains(t, err, "nexus-micro")
	_, err = Text("../load")
	require.Error(t, err)
}

func TestTheSourceOfAShippedPlaybookCanBeStartedFrom(t *testing.T) {
	t.Parallel()
	text, err := Text("nexus-micro")
	require.NoError(t, err)
	_, err = Parse("mine.yaml", []byte(strings.Replace(string(text), "after: 15m", "after: 10m", 1)))
	require.NoError(t, err)
}

func TestProblemsAreAnErrorWithEverythingInIt(t *testing.T) {
	t.Parallel()
	_, err := Parse("mine.yaml", []byte(complete("titel: Small\nabout: [1]\n")))
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Equal(t, Problem{
		File: "mine.yaml", Line: 1, Column: 1, Path: "titel", What: `unknown key "titel"`, Fix: "title",
	}, problems[0])
	require.Len(t, strings.Split(err.Error(), "\n"), len(problems))
}

func TestTooManyProblemsAreCut(t *testing.T) {
	t.Parallel()
	_, err := Parse("bad.yaml", []byte(complete("flags:\n"+strings.Repeat("  - {}\n", strict.MaxItems))))
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, strict.MaxProblems+1)
	require.Equal(t, "bad.yaml: has more than these 100 problems", problems[strict.MaxProblems].String())
}

func TestLimitsOfAFile(t *testing.T) {
	t.Parallel()
	_, err := Parse("big.yaml", []byte("about: "+strings.Repeat("x", strict.MaxBytes)))
	require.EqualError(t, err, "big.yaml: is 256 KiB long; write: at most 256 KiB")
	_, err = Parse("bad.yaml", []byte(complete("flags:\n"+strings.Repeat("  - {}\n", strict.MaxItems+1))))
	require.ErrorContains(t, err, "flags: has 201 items; write: at most 200")
	_, err = Parse("bad.yaml", []byte("title: \xff"))
	require.ErrorContains(t, err, "is not YAML")
}

// Files as large as they may be, and as bad as we could think of, are answered at once.
func TestTheWorstFilesAreAnsweredQuickly(t *testing.T) {
	t.Parallel()
	var unknown, chain strings.Builder
	for i := range strict.MaxItems {
		id := fmt.Sprintf("%s-%d", strings.Repeat("a", 55), i)
		fmt.Fprintf(&unknown, "  - {id: %s, title: A, on: [%s], tasks: [{id: a, text: A}]}\n", id, strings.Repeat("checklist:"+strings.Repeat("b", 55)+", ", 15))
		fmt.Fprintf(&chain, "  - {id: l-%d, title: A, on: [%s], tasks: [{id: a, text: A}]}\n", i, strings.Repeat(fmt.Sprintf("checklist:l-%d, ", (i+1)%strict.MaxItems), 70))
	}
	for name, text := range map[string]string{"unknown": unknown.String(), "chain": chain.String()} {
		text = complete("checklists:\n" + text)
		require.Less(t, len(text), strict.MaxBytes, name)
		_, err := Parse("worst.yaml", []byte(text))
		require.ErrorContains(t, err, "has more than these 100 problems", name)
	}
}

func TestSeveritiesAreReadInAnyCase(t *testing.T) {
	t.Parallel()
	book, err := Parse("small.yaml", []byte(complete(`checklists:
  - id: list
    title: List
    on: [severity:s1]
    severities: [s1]
    tasks: [{id: one, text: One, severities: [s1], done_by: [severity:s1]}]
`)))
	require.NoError(t, err)
	list := book.Checklists[0]
	require.Equal(t, []Trigger{"severity:S1"}, list.On)
	require.Equal(t, []SeverityID{"S1"}, list.Severities)
	require.Equal(t, []SeverityID{"S1"}, list.Tasks[0].Severities)
	require.Equal(t, []Trigger{"severity:S1"}, list.Tasks[0].DoneBy)
}

func TestEverythingIsRead(t *testing.T) {
	t.Parallel()
	book, err := Parse("small.yaml", []byte(complete(`about: "  Words.  "
calendar: {zone: Europe/Paris, hours: "09:00-18:00", holidays: [2026-12-25]}
facts:
  - {id: users, label: Users, ask: How many?, at_declare: true}
flags:
  - {id: costly, label: Costly, above: {value: 1.5e3, currency: EUR}}
clocks:
  - id: response
    label: Response
    starts: [declared]
    stops: [acknowledged]
    business: TRUE
    steps: [{after: 1d12h, kind: escalate, tell: [lead], expect: Help.}]
`)))
	require.NoError(t, err)
	require.Equal(t, "Words.", book.About)
	require.Equal(t, []string{"2026-12-25"}, book.Calendar.Holidays)
	require.Equal(t, Fact{ID: "users", Label: "Users", Ask: "How many?", AtDeclare: true}, book.Facts[0])
	require.Equal(t, &Amount{Value: 1500, Currency: "EUR"}, book.Flags[0].Above)
	require.True(t, book.Clocks[0].Business)
	require.Equal(t, []Step{{After: 36 * time.Hour, Kind: Escalate, Tell: []RoleID{"lead"}, Expect: "Help."}}, book.Clocks[0].Steps)
}
