package bolt

import (
	"cmp"
	"context"
	"fmt"

	"github.com/sitrep-bot/sitrep/store"
)

// Commit implements store.Log.
func (j *Journal) Commit(ctx context.Context, c store.Commit) (uint64, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	var last uint64
	if err := j.write(ctx, committing(c, &last)); err != nil {
		return last, fmt.Errorf("commit to %q: %w", c.Stream, err)
	}
	return last, nil
}

// CommitAll implements store.Log. The commits join one group, as far as a group goes.
func (j *Journal) CommitAll(ctx context.Context, commits []store.Commit) []store.Result {
	results := make([]store.Result, len(commits))
	ops := make([]op, 0, len(commits))
	asked := make([]int, 0, len(commits))
	for i, c := range commits {
		if results[i].Err = c.Check(); results[i].Err == nil {
			ops = append(ops, op{ctx: ctx, run: committing(c, &results[i].Last)})
			asked = append(asked, i)
		}
	}
	err := j.writeAll(ctx, ops)
	for n, i := range asked {
		if err := cmp.Or(err, ops[n].err); err != nil {
			results[i].Err = fmt.Errorf("commit to %q: %w", commits[i].Stream, err)
		}
	}
	return results
}

// committing returns what makes a commit in a transaction, and where to put the number it ends at.
func committing(c store.Commit, last *uint64) func(*txn) error {
	return func(t *txn) (err error) {
		*last, err = t.commit(c)
		return err
	}
}

func (t *txn) commit(c store.Commit) (uint64, error) {
	was, err := t.seen(c.Seen)
	if err != nil {
		return 0, err
	}
	if was != nil {
		return was.Last, was
	}
	h, known, err := t.head(c.Stream)
	if err != nil {
		return 0, err
	}
	if h.last != c.Expect {
		return h.last, fmt.Errorf("based on event %d of %d: %w", c.Expect, h.last, store.ErrConflict)
	}
	if err := t.refuse(c); err != nil {
		return h.last, err
	}
	if err := t.settle(c.Settle); err != nil {
		return 0, err
	}
	if h, err = t.append(c, h, known); err != nil {
		return 0, err
	}
	for _, it := range c.Outbox {
		if err := t.enqueue(it, c.At); err != nil {
			return 0, err
		}
	}
	if err := t.link(c.Claims); err != nil {
		return 0, err
	}
	if err := t.link(c.Links); err != nil {
		return 0, err
	}
	return h.last, t.remember(c, h.last)
}

// refuse looks for claims that are taken and items that are in the outbox already.
func (t *txn) refuse(c store.Commit) error {
	for _, l := range c.Claims {
		value, ok, err := t.get(bLinks, []byte(l.Key))
		if err != nil {
			return err
		}
		if ok && string(value) != l.Value {
			return &store.TakenError{Link: store.Link{Key: l.Key, Value: string(value)}}
		}
	}
	for _, it := range c.Outbox {
		key := []byte(it.Key)
		if (t.has(bItems, key) || t.has(bDead, key)) && !done(c.Settle, it.Key) {
			return fmt.Errorf("item %q is in the outbox already: %w", it.Key, store.ErrInvalid)
		}
	}
	return nil
}

func done(settlements []store.Settlement, key string) bool {
	for _, s := range settlements {
		if s.Key == key && s.Outcome == store.Done {
			return true
		}
	}
	return false
}

// head reads the record of a stream.
func (t *txn) head(stream string) (head, bool, error) {
	body, ok, err := t.get(bStreams, []byte(stream))
	if err != nil || !ok {
		return head{}, false, err
	}
	h, err := decodeHead([]byte(stream), body)
	return h, err == nil, err
}

// append adds the events to the log and sets the alarm.
func (t *txn) append(c store.Commit, was head, known bool) (head, error) {
	is := head{last: was.last, position: was.position, wake: c.Wake}
	if err := t.appendEvents(c, &is); err != nil {
		return is, err
	}
	if err := t.setAlarm(c, was, known); err != nil {
		return is, err
	}
	if known && is.last == was.last && is.wake.Equal(was.wake) {
		return is, nil
	}
	return is, t.put(bStreams, []byte(c.Stream), is.encode())
}

func (t *txn) appendEvents(c store.Commit, h *head) error {
	if len(c.Events) == 0 {
		return nil
	}
	end, err := t.loadTail()
	if err != nil {
		return err
	}
	t.bucket(bLog).FillPercent = 0.95 // Events are only ever added behind the last.
	for _, data := range c.Events {
		end.position++
		e := event{stream: c.Stream, seq: h.last + 1, prev: h.position, data: data}
		if err := t.put(bLog, number(end.position), e.encode()); err != nil {
			return err
		}
		h.last, h.position = e.seq, end.position
	}
	end.changed = true
	return nil
}

func (t *txn) setAlarm(c store.Commit, was head, known bool) error {
	if known && !was.wake.IsZero() && !was.wake.Equal(c.Wake) {
		if err := t.del(bAlarms, at(was.wake, []byte(c.Stream))); err != nil {
			return err
		}
	}
	if c.Wake.IsZero() || (known && was.wake.Equal(c.Wake)) {
		return nil
	}
	t.news = true
	return t.putText(bAlarms, at(c.Wake, []byte(c.Stream)), "")
}
