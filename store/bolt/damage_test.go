package bolt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/sitrep-bot/sitrep/store"
)

func init() { children["flip"] = flipBits }

const (
	flips       = 250
	flipStreams = 12
	flipEvents  = 40
)

// TestFlippedBitsAreNeverBelieved flips one random bit of the file at a time and reads everything. Another process
// does it, because a page that points at itself ends the process that follows it; that may be, rarely, but what is
// read must never be wrong.
func TestFlippedBitsAreNeverBelieved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, Options{})
	for seq := range uint64(flipEvents) {
		for s := range flipStreams {
			_, err := j.Commit(t.Context(), crashCommit(fmt.Sprintf("s-%d", s), seq))
			require.NoError(t, err)
		}
	}
	var copied bytes.Buffer
	require.NoError(t, j.Snapshot(t.Context(), &copied))
	require.NoError(t, os.WriteFile(path+".copy", copied.Bytes(), 0o600))
	answers := make(map[string]int)
	for next := 0; next < flips; {
		require.NoError(t, os.WriteFile(path+".next", []byte(strconv.Itoa(next)), 0o600))
		next = max(next, readFlips(t, path, answers)) + 1
	}
	t.Logf("of %d flipped bits: %v", flips, answers)
	require.Zero(t, answers["wrong"], "damage was believed")
	require.Greater(t, answers["named"], flips/20)
	require.LessOrEqual(t, answers["died"], flips/20, "the process dies too often")
}

// readFlips runs a child until it is through or dies, and returns the last bit that it tried.
func readFlips(t *testing.T, path string, answers map[string]int) int {
	t.Helper()
	cmd, out := startChild(t, "flip", path)
	cmd.Stderr = nil
	last := -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var answer, why string
		if n, _ := fmt.Sscanf(lines.Text(), "%d %s %s", &last, &answer, &why); n < 2 {
			continue
		}
		if answer == "wrong" {
			t.Errorf("bit %s", lines.Text())
		}
		answers[answer]++
	}
	if cmd.Wait() != nil {
		answers["died"]++
		return last + 1
	}
	return flips
}

// flipBits tries bit after bit, from the one that the parent wrote down.
func flipBits(path string) error {
	whole, err := os.ReadFile(path + ".copy")
	if err != nil {
		return err
	}
	from, err := os.ReadFile(path + ".next")
	if err != nil {
		return err
	}
	first, err := strconv.Atoi(string(from))
	if err != nil {
		return err
	}
	for i := first; i < flips; i++ {
		watchdog := time.AfterFunc(20*time.Second, func() { os.Exit(3) })
		at := rand.New(rand.NewPCG(1, uint64(i))).IntN(8 * len(whole))
		bad := bytes.Clone(whole)
		bad[at/8] ^= 1 << (at % 8)
		name := fmt.Sprintf("%s.%d", path, i)
		if err := os.WriteFile(name, bad, 0o600); err != nil {
			return err
		}
		fmt.Fprintf(os.Stdout, "%d %s\n", i, judge(name))
		watchdog.Stop()
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// judge reads and writes a damaged journal: "fine", "named", or "wrong" with what was believed.
func judge(path string) string {
	j, err := Open(path, Options{})
	if err != nil {
		return "named"
	}
	defer func() { _ = j.Close() }()
	problems, wrong := readAll(j)
	_, err = j.Verify(context.Background(), "")
	if err != nil {
		problems = append(problems, err)
	}
	if len(problems) == 0 && wrong == "" {
		wrong = j.complete()
	}
	if _, err := j.Commit(context.Background(), store.Commit{Stream: "s-0", Expect: flipEvents}); err != nil {
		problems = append(problems, err)
	}
	switch {
	case wrong != "":
		return "wrong " + wrong
	case len(problems) > 0:
		return "named"
	}
	return "fine"
}

// readAll reads everything and compares what is answered with what was written.
func readAll(j *Journal) (problems []error, wrong string) {
	note := func(err error, right bool, what string) {
		if err != nil {
			problems = append(problems, err)
		} else if !right {
			wrong = what
		}
	}
	ctx := context.Background()
	for e, err := range j.All(ctx) {
		note(err, string(e.Data) == fmt.Sprintf("%s/%d", e.Stream, e.Seq), "all")
	}
	for s := range flipStreams {
		name := fmt.Sprintf("s-%d", s)
		for r, err := range j.Events(ctx, name, 0) {
			note(err, string(r.Data) == fmt.Sprintf("%s/%d", name, r.Seq), "events")
		}
	}
	for l, err := range j.Scan(ctx, "") {
		note(err, l.Value == "1", "link")
	}
	items, _, err := j.Ready(ctx, time.Unix(1000, 0), 0)
	note(err, true, "")
	for _, it := range items {
		note(nil, it.Lane != "" && it.Tries == 0, "item")
	}
	due, _, err := j.Due(ctx, time.Unix(1000, 0), 0)
	note(err, true, "")
	for _, a := range due {
		note(nil, a.At.Equal(time.Unix(flipEvents, 0)), "alarm")
	}
	return problems, wrong
}

// complete tells what is missing from a journal about which nobody complained.
func (j *Journal) complete() string {
	ctx := context.Background()
	n, links := 0, 0
	for _, err := range j.All(ctx) {
		if err == nil {
			n++
		}
	}
	for _, err := range j.Scan(ctx, "") {
		if err == nil {
			links++
		}
	}
	due, _, _ := j.Due(ctx, time.Unix(1000, 0), 0)
	depth, _ := j.Depth(ctx)
	if n != flipStreams*flipEvents || len(due) != flipStreams || links != n || depth.Waiting != n {
		return fmt.Sprintf("incomplete:%d,%d,%d,%d", n, len(due), links, depth.Waiting)
	}
	return ""
}

// TestEveryKindOfRecordIsChecked damages one record of every bucket in turn.
func TestEveryKindOfRecordIsChecked(t *testing.T) {
	t.Parallel()
	for id, name := range buckets {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
			oneOfEverything(t, j)
			var key []byte
			require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
				b := tx.Bucket(name)
				k, v := b.Cursor().First()
				require.NotNil(t, k, "nothing to damage")
				key = bytes.Clone(k)
				v = bytes.Clone(v)
				v[0] ^= 1
				return b.Put(key, v)
			}))
			_, err := j.Verify(t.Context(), "")
			require.ErrorIs(t, err, store.ErrCorrupt)
			require.NoError(t, j.db.View(func(tx *bbolt.Tx) error {
				_, _, err := newTxn(j, tx).get(id, key)
				require.ErrorIs(t, err, store.ErrCorrupt)
				return nil
			}))
		})
	}
}

// TestDamagedIsNotMissing damages two events of a stream and takes a third away. Each is named for what it is, however
// the break was come upon.
func TestDamagedIsNotMissing(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	for seq := range uint64(8) {
		_, err := j.Commit(t.Context(), store.Commit{Stream: "s", Expect: seq, Events: [][]byte{[]byte("event")}})
		require.NoError(t, err)
	}
	require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
		log := tx.Bucket(buckets[bLog])
		for _, position := range []uint64{1, 4} {
			v := bytes.Clone(log.Get(number(position)))
			v[len(v)-1] ^= 1
			require.NoError(t, log.Put(number(position), v))
		}
		return log.Delete(number(6))
	}))
	const damaged, missing = "record is damaged, its checksum is wrong", "event is missing"
	for after, want := range map[uint64]store.CorruptError{
		0: {Stream: "s", Seq: 1, What: damaged}, 1: {Stream: "s", Seq: 4, What: damaged}, 4: {Stream: "s", Seq: 6, What: missing},
	} {
		var got *store.CorruptError
		for _, err := range j.Events(t.Context(), "s", after) {
			if err != nil {
				require.ErrorAs(t, err, &got)
			}
		}
		require.Equal(t, &want, got, "what is read after %d", after)
	}
}

// oneOfEverything leaves a record in every bucket.
func oneOfEverything(t *testing.T, j *Journal) {
	t.Helper()
	c := crashCommit("s", 0)
	c.Outbox = append(c.Outbox,
		store.Item{Key: "needs", Needs: []string{"nothing"}}, store.Item{Key: "later", NotBefore: time.Unix(9, 0)},
		store.Item{Key: "dead", Replaces: "card"})
	c.Settle = nil
	_, err := j.Commit(t.Context(), c)
	require.NoError(t, err)
	require.NoError(t, j.Settle(t.Context(), store.Settlement{Key: "dead", Outcome: store.Dead}))
	_, err = j.Next(t.Context(), "incident")
	require.NoError(t, err)
}

// TestDamageStopsNobodyElse commits in one group with a commit that comes upon damage.
func TestDamageStopsNobodyElse(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	for _, s := range []string{"good", "bad"} {
		_, err := j.Commit(t.Context(), crashCommit(s, 0))
		require.NoError(t, err)
	}
	require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(buckets[bItems]).Put([]byte("bad/1"), []byte("nonsense"))
	}))
	done := []store.Settlement{{Key: "good/1"}, {Key: "bad/1"}}
	ops := []*op{
		{run: func(txn *txn) error { _, err := txn.commit(crashCommit("good", 1)); return err }},
		{run: func(txn *txn) error { return txn.settle(done) }},
		{run: func(*txn) error { panic("page 7: invalid page type") }},
		{run: func(txn *txn) error { _, err := txn.commit(crashCommit("good", 2)); return err }},
	}
	var answered sync.WaitGroup
	answered.Add(len(ops))
	for _, o := range ops {
		o.ctx, o.done = t.Context(), &answered
	}
	j.commitGroup(ops)
	require.NoError(t, ops[0].err)
	require.ErrorIs(t, ops[1].err, store.ErrCorrupt)
	require.ErrorIs(t, ops[2].err, store.ErrCorrupt)
	require.NoError(t, ops[3].err)
	_, ok, err := storedItem(j, "good/1")
	require.NoError(t, err)
	require.True(t, ok, "half of a settlement was kept")
	for s, err := range j.Streams(t.Context(), "good") {
		require.NoError(t, err)
		require.EqualValues(t, 3, s.Last)
	}
	items, _, err := j.Ready(t.Context(), time.Unix(1000, 0), 0)
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.Len(t, items, 1, "a damaged item hides the others")
	require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(buckets[bAlarms]).Put(at(time.Unix(0, 1), []byte("x")), []byte("nonsense"))
	}))
	due, _, err := j.Due(t.Context(), time.Unix(1000, 0), 0)
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.Len(t, due, 2, "a damaged alarm hides the others")
}

func storedItem(j *Journal, key string) (it item, ok bool, err error) {
	viewErr := j.view(context.Background(), func(t *txn) error {
		it, ok, err = t.item(bItems, []byte(key))
		return nil
	})
	return it, ok, errors.Join(viewErr, err)
}
