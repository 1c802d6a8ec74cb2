package storetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

var readCases = []testCase{
	{"read/after", "events come in order from the given number on; beyond the end there are none", checkAfter},
	{"read/long", "a long stream among others is read whole and in order", checkLongStream},
	{"read/all", "All yields every event once, those of a stream in order", checkAll},
	{"read/streams", "streams with a prefix come in order of their names", checkStreams},
	{"read/scan", "links with a prefix come in order, however many there are", checkScan},
	{"read/early", "a sequence may be left early and ranged over again", checkEarly},
	{"read/commit inside", "any method may be called while a sequence is read", checkCommitInside},
	{"read/copies", "what is returned belongs to the caller, and what was given is not kept", checkCopies},
	{"read/verify", "an undamaged journal passes", checkVerify},
	{"read/damage", "a damaged event is named and never yielded, and those before it are", checkDamage},
	{"read/damage elsewhere", "damage in one stream keeps nobody from reading and writing another", checkDamageElsewhere},
}

func checkAfter(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Events: events(1, 5)})
	for after := range uint64(7) {
		records := read(t, h, "s", after)
		require.Len(t, records, max(0, 5-int(after)))
		for i, r := range records {
			require.Equal(t, after+uint64(i)+1, r.Seq)
		}
	}
	require.Empty(t, read(t, h, "unknown", 0))
	require.Empty(t, read(t, h, "s", ^uint64(0)))
}

func checkLongStream(t *testing.T, h *Harness) {
	t.Helper()
	const n = 1500
	for from := 0; from < n; from += 50 {
		must(t, h, store.Commit{Stream: "long", Expect: uint64(from), Events: events(from+1, 50)})
		must(t, h, store.Commit{Stream: fmt.Sprintf("other-%d", from), Events: events(1, 3)})
	}
	h.Reopen(t)
	records := read(t, h, "long", 0)
	require.Len(t, records, n)
	for i, r := range records {
		require.EqualValues(t, i+1, r.Seq)
		require.Equal(t, fmt.Sprintf("event %d", i+1), string(r.Data))
	}
}

func checkAll(t *testing.T, h *Harness) {
	t.Helper()
	for round := range 100 {
		for s := range 6 {
			must(t, h, store.Commit{Stream: fmt.Sprintf("s-%d", s), Expect: uint64(round), Events: events(round+1, 1)})
		}
	}
	last := make(map[string]uint64)
	for _, e := range all(t, h.All(t.Context())) {
		require.Equal(t, last[e.Stream]+1, e.Seq)
		require.Equal(t, fmt.Sprintf("event %d", e.Seq), string(e.Data))
		last[e.Stream] = e.Seq
	}
	require.Len(t, last, 6)
	for s, n := range last {
		require.EqualValues(t, 100, n, s)
	}
}

func checkStreams(t *testing.T, h *Harness) {
	t.Helper()
	for _, name := range []string{"inc-2", "board-1", "inc-10", "inc-1"} {
		must(t, h, store.Commit{Stream: name, Events: events(1, 2), Wake: minute(2)})
	}
	want := []store.Stream{{Name: "inc-1", Last: 2, Wake: minute(2)}, {Name: "inc-10", Last: 2, Wake: minute(2)}, {Name: "inc-2", Last: 2, Wake: minute(2)}}
	require.Equal(t, want, all(t, h.Streams(t.Context(), "inc-")))
	require.Len(t, all(t, h.Streams(t.Context(), "")), 4)
	require.Empty(t, all(t, h.Streams(t.Context(), "x")))
}

func checkScan(t *testing.T, h *Harness) {
	t.Helper()
	const n = 3000
	for from := 0; from < n; from += 500 {
		c := store.Commit{Stream: "s"}
		for i := range 500 {
			c.Links = append(c.Links, store.Link{Key: fmt.Sprintf("room/%05d", from+i), Value: fmt.Sprint(from + i)})
		}
		must(t, h, c)
	}
	link(t, h, "roof", "x")
	link(t, h, "rooms", "x")
	links := all(t, h.Scan(t.Context(), "room/"))
	require.Len(t, links, n)
	for i, l := range links {
		require.Equal(t, store.Link{Key: fmt.Sprintf("room/%05d", i), Value: fmt.Sprint(i)}, l)
	}
	require.Len(t, all(t, h.Scan(t.Context(), "")), n+2)
	require.Empty(t, all(t, h.Scan(t.Context(), "room0")))
}

func checkEarly(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Events: events(1, 600)})
	seq := h.Events(t.Context(), "s", 0)
	for range 2 {
		for r, err := range seq {
			require.NoError(t, err)
			if r.Seq == 300 {
				break
			}
		}
	}
	require.Len(t, all(t, seq), 600)
}

func checkCommitInside(t *testing.T, h *Harness) {
	t.Helper()
	must(t, h, store.Commit{Stream: "s", Events: events(1, 300), Links: []store.Link{{Key: "a", Value: "1"}, {Key: "b", Value: "1"}}})
	last := uint64(300)
	n := 0
	for _, err := range h.Events(t.Context(), "s", 0) {
		require.NoError(t, err)
		if n++; n <= 3 {
			last = must(t, h, store.Commit{Stream: "s", Expect: last, Events: [][]byte{make([]byte, 100_000)}})
			require.NoError(t, h.Settle(t.Context()))
		}
	}
	require.GreaterOrEqual(t, n, 300)
	for l, err := range h.Scan(t.Context(), "") {
		require.NoError(t, err)
		require.Equal(t, l.Value, lookup(t, h, l.Key))
	}
	for s, err := range h.Streams(t.Context(), "") {
		require.NoError(t, err)
		require.NotEmpty(t, read(t, h, s.Name, 0))
	}
}

func checkCopies(t *testing.T, h *Harness) {
	t.Helper()
	event, payload, needs := []byte("event"), []byte("payload"), []string{"need"}
	must(t, h, store.Commit{
		Stream: "s", Events: [][]byte{event}, Links: []store.Link{{Key: "need", Value: "1"}},
		Outbox: []store.Item{{Key: "k", Payload: payload, Needs: needs}},
	})
	event[0], payload[0], needs[0] = 'X', 'X', "X"
	for range 2 {
		r := read(t, h, "s", 0)
		require.Equal(t, "event", string(r[0].Data))
		r[0].Data[0] = 'Y'
		items, _, err := h.Ready(t.Context(), minute(0), 0)
		require.NoError(t, err)
		require.Len(t, items, 1)
		require.Equal(t, "payload", string(items[0].Payload))
		require.Equal(t, []string{"need"}, items[0].Needs)
		items[0].Payload[0], items[0].Needs[0] = 'Y', "Y"
	}
}

func checkVerify(t *testing.T, h *Harness) {
	t.Helper()
	fill(t, h)
	n, err := h.Verify(t.Context(), "")
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 40)
	n, err = h.Verify(t.Context(), "s-1")
	require.NoError(t, err)
	require.Equal(t, 10, n)
	n, err = h.Verify(t.Context(), "unknown")
	require.NoError(t, err)
	require.Zero(t, n)
}

// fill commits something of everything.
func fill(t *testing.T, j store.Journal) {
	t.Helper()
	for seq := range uint64(10) {
		for s := range 4 {
			name := fmt.Sprintf("s-%d", s)
			must(t, j, store.Commit{
				Stream: name, Expect: seq, Events: events(int(seq)+1, 1), Wake: minute(int(seq)), At: minute(0),
				Seen: fmt.Sprintf("req-%d-%d", s, seq), Links: []store.Link{{Key: fmt.Sprintf("l/%d/%d", s, seq), Value: name}},
				Outbox: []store.Item{{
					Key: fmt.Sprintf("%s/%d/0", name, seq), Lane: name, Needs: []string{fmt.Sprintf("l/%d/9", s)},
					Replaces: fmt.Sprintf("card-%d-%d", s, seq%4), NotBefore: minute(int(seq) % 2), Payload: []byte("p"),
				}},
			})
		}
	}
	_, err := j.Next(t.Context(), "incident")
	require.NoError(t, err)
}

func checkDamage(t *testing.T, h *Harness) {
	t.Helper()
	if h.Damage == nil {
		t.Skip("nothing can be damaged")
	}
	fill(t, h)
	h.Damage(t, "s-1", 6)
	var got []uint64
	var damage *store.CorruptError
	for r, err := range h.Events(t.Context(), "s-1", 0) {
		if err != nil {
			require.ErrorAs(t, err, &damage)
			break
		}
		got = append(got, r.Seq)
	}
	require.Equal(t, []uint64{1, 2, 3, 4, 5}, got)
	require.NotNil(t, damage, "the damaged event was skipped or believed")
	require.Equal(t, "s-1", damage.Stream)
	require.EqualValues(t, 6, damage.Seq)
	require.Len(t, read(t, h, "s-1", 6), 4, "events behind the damage")
	for _, stream := range []string{"s-1", ""} {
		_, err := h.Verify(t.Context(), stream)
		require.ErrorIs(t, err, store.ErrCorrupt)
		require.ErrorAs(t, err, &damage)
		require.Equal(t, "s-1", damage.Stream)
		require.EqualValues(t, 6, damage.Seq)
	}
}

func checkDamageElsewhere(t *testing.T, h *Harness) {
	t.Helper()
	if h.Damage == nil {
		t.Skip("nothing can be damaged")
	}
	fill(t, h)
	h.Damage(t, "s-1", 10)
	require.Len(t, read(t, h, "s-2", 0), 10)
	n, err := h.Verify(t.Context(), "s-2")
	require.NoError(t, err)
	require.Equal(t, 10, n)
	must(t, h, store.Commit{Stream: "s-2", Expect: 10, Events: events(11, 1)})
	require.NotEmpty(t, ready(t, h, minute(5)))
}
