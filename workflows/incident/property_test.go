package incident_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func anyCommand(t *rapid.T) incident.Command {
	text := rapid.SampledFrom([]string{"", "x", "Checkout is down", "see https://example.org/1", strings.Repeat("y", 5000)}).Draw(t, "text")
	n := rapid.IntRange(0, 12).Draw(t, "n")
	who := rapid.SampledFrom([]stream.Person{{}, ana, ben, dora, boss}).Draw(t, "who")
	severity := rapid.SampledFrom([]string{"", "high", "MID", "low", "P9"}).Draw(t, "severity")
	return rapid.SampledFrom([]incident.Command{
		incident.Declare{Number: 1, Title: text, Severity: severity},
		incident.Acknowledge{},
		incident.Update{Text: text},
		incident.Update{Status: "monitoring", Text: text},
		incident.Brief{Text: text},
		incident.SetSeverity{Severity: severity, Why: text},
		incident.Identify{Text: text},
		incident.Mitigate{Text: text},
		incident.Monitor{Text: text},
		incident.Regress{Text: text},
		incident.Resolve{Text: text},
		incident.Close{},
		incident.Reopen{Why: text},
		incident.Cancel{Why: text},
		incident.Override{Why: text},
		incident.Take{},
		incident.HandOff{To: who},
		incident.Accept{},
		incident.Decline{},
		incident.GiveRole{Role: "scribe", People: []stream.Person{who}},
		incident.Join{People: []stream.Person{who}},
		incident.SetImpact{Text: text, Facts: map[string]string{"users": text, "services": text}},
		incident.NameCause{Cause: "deploy", Text: text},
		incident.RaiseFlag{Flag: "money", Value: "20000"},
		incident.RaiseFlag{Flag: "api"},
		incident.ClearFlag{Flag: "api", Why: text},
		incident.TakeTask{N: n},
		incident.DoTask{N: n, Note: text},
		incident.AddTask{Text: text},
		incident.SkipTask{N: n, Why: text},
		incident.Escalate{Why: text},
		incident.Escalate{Role: "legal"},
		incident.Snooze{For: 10 * time.Minute},
		incident.Note{Text: text},
		incident.Amend{N: uint64(n), Text: text},
		incident.Retract{N: uint64(n), Why: text},
		incident.RecordRoom{Room: "C1"},
		incident.RecordNoRoom{Why: text},
		incident.RecordFailure{What: text},
		incident.Tick{},
	}).Draw(t, "command")
}

// TestAnyHistoryHolds plays random commands by random people at random times, and checks after each what
// must be true of every incident.
func TestAnyHistoryHolds(t *testing.T) {
	t.Parallel()
	pb := smallPlaybook()
	roster := map[playbook.RoleID][]stream.Person{"lead": {ana}, "scribe": {ben}, "director": {boss}}
	rapid.Check(t, func(t *rapid.T) {
		var s, replayed incident.State
		var head stream.Head
		now := start
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100*60).Draw(t, "seconds")) * time.Second)
			by := rapid.SampledFrom([]stream.Person{ana, ben, dora, boss}).Draw(t, "by")
			c := anyCommand(t)
			m := incident.Moment{Moment: stream.Moment{Now: now, By: by}, Playbook: pb, Roster: roster}
			before := s
			events, refusal := incident.Decide(s, c, m)
			if refusal != nil {
				require.Empty(t, events, "a refusal changes nothing")
				require.Contains(t, incident.RefusalCodes, refusal.Code)
			}
			for _, e := range events {
				entry, err := head.Seal(m.Moment, e)
				require.NoError(t, err)
				head, err = head.Follow(entry)
				require.NoError(t, err)
				s = incident.Apply(s, incident.Recorded{Seq: entry.Seq, At: now, By: by, Event: e})
				read, err := incident.Read(entry)
				require.NoError(t, err)
				replayed = incident.Apply(replayed, incident.Recorded{Seq: entry.Seq, At: entry.At, By: entry.By, Event: read})
			}
			require.Equal(t, snapshot(t, s), snapshot(t, replayed), "a replay of what was stored gives the same state")
			again, _ := incident.Decide(before, c, m)
			require.Len(t, again, len(events), "the same question gets the same answer")
			if _, tick := c.(incident.Tick); tick && s.Phase != incident.PhaseNone {
				require.True(t, s.NextWake().IsZero() || s.NextWake().After(now), "after a tick the next wake is later or never")
			}
			if s.Phase.Over() {
				require.Empty(t, s.Clocks, "nothing runs in an incident that is over")
			}
			if s.Phase != incident.PhaseNone {
				require.False(t, s.Commander.Zero(), "somebody commands")
			}
		}
	})
}

func snapshot(t require.TestingT, s incident.State) string {
	data, err := json.Marshal(s) //nolint:musttag // only compared with itself
	require.NoError(t, err)
	return string(data)
}

// TestEventsAreReadAsTheyWereWritten holds every released kind to its golden file. A golden is never
// changed, only added to: what was written once must be read for ever.
func TestEventsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for kind, event := range everyKind(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			entry, err := stream.Head{}.Seal(stream.Moment{Now: start, By: ana}, event)
			require.NoError(t, err)
			path := filepath.Join("testdata", "events", kind+".json")
			if *update {
				if _, err := os.Stat(path); os.IsNotExist(err) {
					require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
					data, err := entry.Encode()
					require.NoError(t, err)
					require.NoError(t, os.WriteFile(path, append(data, '\n'), 0o644))
				}
			}
			data, err := os.ReadFile(path)
			require.NoError(t, err, "a new kind needs its golden: go test ./workflows/incident -update")
			old, err := stream.Decode(data)
			require.NoError(t, err)
			_, err = stream.Head{}.Follow(old)
			require.NoError(t, err, "the golden was edited; goldens are only added")
			read, err := incident.Read(old)
			require.NoError(t, err)
			require.Equal(t, event, read, "what was written once must be read the same for ever")
		})
	}
}

// everyKind is one event of each kind with every field filled.
func everyKind(t *testing.T) map[string]incident.Event {
	t.Helper()
	events := map[string]incident.Event{}
	for kind, zero := range incident.Kinds() {
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		fill(v, kind)
		event, ok := reflect.TypeAssert[incident.Event](v)
		require.True(t, ok)
		require.Equal(t, kind, event.Kind())
		events[kind] = event
	}
	require.Len(t, events, 44, "a kind came or went: kinds only come")
	return events
}

func fill(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(name)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(7.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(start))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), strings.ToLower(v.Type().Field(i).Name))
		}
	}
}

func TestAnUnknownKindIsNamed(t *testing.T) {
	t.Parallel()
	_, err := incident.Read(stream.Entry{Seq: 3, Kind: "levitated"})
	require.ErrorContains(t, err, `entry 3: unknown kind "levitated"`)
}

func BenchmarkDecideUpdate(b *testing.B) {
	s := incident.State{}
	m := incident.Moment{Moment: stream.Moment{Now: start, By: ana}, Playbook: smallPlaybook()}
	events, _ := incident.Decide(s, incident.Declare{Number: 1, Title: "x", Severity: "high"}, m)
	for i, e := range events {
		s = incident.Apply(s, incident.Recorded{Seq: uint64(i + 1), At: start, By: ana, Event: e})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, r := incident.Decide(s, incident.Update{Text: "on it"}, m); r != nil {
			b.Fatal(r)
		}
	}
}
