package bolt

import (
	"encoding/binary"
	"fmt"

	"github.com/sitrep-bot/sitrep/store"
)

// counts is how many records each bucket holds. A damaged page can hide the keys below it without a wrong
// checksum anywhere; then there are fewer than were written, and Verify says so. The log is not counted, since its
// positions follow each other, and neither is meta.
type counts struct {
	of      [bucketCount]uint64
	changed bool
}

func counted(id int) bool { return id != bMeta && id != bLog }

func (t *txn) loadCounts() (*counts, error) {
	if t.counts != nil {
		return t.counts, nil
	}
	body, ok, err := t.get(bMeta, keyCounts)
	if err != nil {
		return nil, err
	}
	c := &counts{}
	if ok && len(body) != 8*bucketCount {
		return nil, corrupt(bMeta, keyCounts, "cut short")
	}
	for id := range c.of {
		if ok {
			c.of[id] = binary.BigEndian.Uint64(body[8*id:])
		}
	}
	t.counts = c
	return c, nil
}

// count keeps book of a key that is about to be written (by 1) or deleted (by -1).
func (t *txn) count(id int, key []byte, by int) error {
	if !counted(id) || t.has(id, key) == (by > 0) {
		return nil
	}
	c, err := t.loadCounts()
	if err != nil {
		return err
	}
	c.of[id] += uint64(by) // -1 wraps around to one less
	c.changed = true
	return nil
}

func (t *txn) flushCounts() error {
	if t.counts == nil || !t.counts.changed {
		return nil
	}
	value := room(8 * bucketCount)
	for _, n := range t.counts.of {
		value = binary.BigEndian.AppendUint64(value, n)
	}
	return t.put(bMeta, keyCounts, value)
}

// census checks that every bucket holds as many records as were written, and that each can be found: a damaged
// key in a page above them leads those astray who look for one, and not those who go through all.
func (a *audit) census() error {
	for id := range bucketCount {
		err := a.j.view(a.ctx, func(t *txn) error { return a.tally(t, id) })
		if err = a.found(err); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) tally(t *txn, id int) error {
	c, err := t.loadCounts()
	if err != nil {
		return err
	}
	var is uint64
	cursor := t.bucket(id).Cursor()
	for k, _ := cursor.First(); k != nil; k, _ = cursor.Next() {
		if is++; is%page == 0 && a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		if !t.has(id, k) {
			return corrupt(id, k, "cannot be found")
		}
	}
	if counted(id) && is != c.of[id] {
		return &store.CorruptError{What: fmt.Sprintf("%s: holds %d records, %d were written", buckets[id], is, c.of[id])}
	}
	return nil
}
