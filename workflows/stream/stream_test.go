package stream_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/workflows/stream"
)

type said struct{ Text string }

func (said) Kind() string { return "said" }

type unspeakable struct{ C chan int }

func (unspeakable) Kind() string { return "unspeakable" }

func chain(t *testing.T, texts ...string) []stream.Entry {
	t.Helper()
	var head stream.Head
	var entries []stream.Entry
	for i, text := range texts {
		m := stream.Moment{Now: time.Date(2026, 3, 2, 9, i, 0, 123456789, time.UTC), By: stream.Person{ID: "ana", Name: "Ana"}}
		e, err := head.Seal(m, said{text})
		require.NoError(t, err)
		head, err = head.Follow(e)
		require.NoError(t, err)
		require.Equal(t, e.Head(), head)
		entries = append(entries, e)
	}
	return entries
}

func walk(entries []stream.Entry) error {
	var head stream.Head
	for _, e := range entries {
		var err error
		if head, err = head.Follow(e); err != nil {
			return err
		}
	}
	return nil
}

func TestAChainThatWasTouchedNamesTheFirstBadEntry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		touch func([]stream.Entry) []stream.Entry
		want  string
	}{
		"text changed":  {func(e []stream.Entry) []stream.Entry { e[1].Data = []byte(`{"Text":"no"}`); return e }, "entry 2 was changed after it was written"},
		"name changed":  {func(e []stream.Entry) []stream.Entry { e[1].By.Name = "Eve"; return e }, "entry 2 was changed after it was written"},
		"time changed":  {func(e []stream.Entry) []stream.Entry { e[0].At = e[0].At.Add(time.Hour); return e }, "entry 1 was changed after it was written"},
		"entry gone":    {func(e []stream.Entry) []stream.Entry { return append(e[:1], e[2]) }, "entry 2 is missing; entry 3 stands in its place"},
		"entry swapped": {func(e []stream.Entry) []stream.Entry { o := chain(t, "x", "two", "three"); e[1] = o[1]; return e }, "entry 2 does not follow the entry before it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := walk(c.touch(chain(t, "one", "two", "three")))
			var broken *stream.ChainError
			require.ErrorAs(t, err, &broken)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestAnEntrySurvivesStorage(t *testing.T) {
	t.Parallel()
	entries := chain(t, "one", "two")
	for i := range entries {
		data, err := entries[i].Encode()
		require.NoError(t, err)
		entries[i], err = stream.Decode(data)
		require.NoError(t, err)
	}
	require.NoError(t, walk(entries))
	require.Equal(t, 123*time.Millisecond, time.Duration(entries[0].At.Nanosecond()), "times are kept to the millisecond")
}

func TestWhatCannotBeStoredIsNamed(t *testing.T) {
	t.Parallel()
	_, err := stream.Head{}.Seal(stream.Moment{}, unspeakable{})
	require.ErrorContains(t, err, "encode event unspeakable")
	_, err = stream.Decode([]byte("{"))
	require.ErrorContains(t, err, "decode entry")
	require.True(t, stream.Person{Name: "x"}.Zero())
}
