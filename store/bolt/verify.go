package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sitrep-bot/sitrep/store"
)

// maxDamage is how many problems Verify names before it stops.
const maxDamage = 100

// audit is one run of Verify.
type audit struct {
	j       *Journal
	ctx     context.Context
	checked int
	damage  []error
	last    map[string]uint64 // stream → last event seen in the log
}

// Verify implements store.Log. Of the whole journal it reads every bucket page by page; commits go on meanwhile.
func (j *Journal) Verify(ctx context.Context, stream string) (int, error) {
	a := &audit{j: j, ctx: ctx, last: make(map[string]uint64)}
	var err error
	if stream != "" {
		err = a.stream(stream)
	} else {
		err = a.everything()
	}
	if err = errors.Join(append(a.damage, err)...); err != nil {
		err = fmt.Errorf("verify: %w", err)
	}
	return a.checked, err
}

// found notes damage and passes anything else on.
func (a *audit) found(err error) error {
	if errors.Is(err, store.ErrCorrupt) && len(a.damage) < maxDamage {
		a.damage = append(a.damage, err)
		return nil
	}
	return err
}

// stream checks each event of a stream, also behind a broken one.
func (a *audit) stream(name string) error {
	for after := uint64(0); ; {
		clean := true
		for r, err := range a.j.Events(a.ctx, name, after) {
			if err == nil {
				a.checked++
				after = r.Seq
				continue
			}
			var damage *store.CorruptError
			if !errors.As(err, &damage) || damage.Seq == 0 {
				return a.found(err)
			}
			if err := a.found(damage); err != nil {
				return err
			}
			clean, after = false, damage.Seq
		}
		if clean {
			return nil
		}
	}
}

func (a *audit) everything() error {
	a.j.warm(a.ctx)
	if err := a.log(); err != nil {
		return err
	}
	for id := range bucketCount {
		if id == bLog {
			continue
		}
		if err := a.bucket(id); err != nil {
			return err
		}
	}
	return a.census()
}

// log checks that every position up to the tail holds an event, and that the events of a stream follow each other.
func (a *audit) log() error {
	next, end := uint64(1), uint64(0)
	for more := true; more; {
		err := a.j.view(a.ctx, func(t *txn) error {
			tail, err := t.loadTail()
			if err != nil {
				return err
			}
			end, more = tail.position, false
			n := 0
			for r := range t.scan(bLog, number(next), nil) {
				if n++; n > page {
					more = true
					break
				}
				if next, err = a.position(t, r, next); err != nil {
					return err
				}
			}
			return nil
		})
		if err = a.found(err); err != nil {
			return err
		}
	}
	if next <= end {
		return a.found(&store.CorruptError{What: fmt.Sprintf("log: ends at position %d, %d were written", next-1, end)})
	}
	return nil
}

// position checks one record of the log and returns the position that should come next.
func (a *audit) position(t *txn, r record, want uint64) (uint64, error) {
	a.checked++
	if len(r.key) != 8 {
		return want, a.found(corrupt(bLog, r.key, "not a position"))
	}
	is := binary.BigEndian.Uint64(r.key)
	if is != want {
		gap := t.blame(&store.CorruptError{What: fmt.Sprintf("log: position %d is missing", want)}, want)
		if err := a.found(gap); err != nil {
			return want, err
		}
	}
	e, err := decodeEvent(r.key, r.body)
	if r.err != nil {
		err = t.blame(r.err, is)
	}
	if err != nil {
		return is + 1, a.found(err)
	}
	a.last[e.stream] = max(a.last[e.stream], e.seq)
	return is + 1, nil
}

// bucket checks every record of a bucket other than the log.
func (a *audit) bucket(id int) error {
	from := []byte{}
	for from != nil {
		start := from
		from = nil
		err := a.j.view(a.ctx, func(t *txn) error {
			n := 0
			for r := range t.scan(id, start, nil) {
				if n++; n > page {
					from = bytes.Clone(r.key)
					break
				}
				a.checked++
				if err := a.found(a.record(t, id, r)); err != nil {
					return err
				}
			}
			return nil
		})
		if err = a.found(err); err != nil {
			return err
		}
	}
	return nil
}

// record checks that a record can be read and agrees with the records it belongs to.
func (a *audit) record(t *txn, id int, r record) error {
	if r.err != nil {
		return r.err
	}
	switch id {
	case bStreams:
		return a.head(t, r)
	case bItems, bDead:
		_, err := decodeItem(id, r.key, r.body)
		return err
	case bAlarms:
		return a.alarm(t, r)
	case bLanes, bReady, bLater, bParked:
		if !t.has(bItems, r.body) {
			return corrupt(id, r.key, fmt.Sprintf("item %q is missing", r.body))
		}
	}
	return nil
}

// head checks that the log holds what a stream's record says, and that its alarm is set.
func (a *audit) head(t *txn, r record) error {
	h, err := decodeHead(r.key, r.body)
	if err != nil {
		return err
	}
	if h.last > 0 {
		if _, err := t.eventAt(string(r.key), h.last, h.position); err != nil && a.last[string(r.key)] < h.last {
			return err
		}
	}
	if !h.wake.IsZero() && !t.has(bAlarms, at(h.wake, r.key)) {
		return corrupt(bStreams, r.key, "alarm is missing")
	}
	return nil
}

func (a *audit) alarm(t *txn, r record) error {
	if len(r.key) <= timeSize {
		return corrupt(bAlarms, r.key, "not an alarm")
	}
	stream := r.key[timeSize:]
	h, ok, err := t.head(string(stream))
	if err == nil && (!ok || !h.wake.Equal(getTime(r.key))) {
		err = corrupt(bAlarms, r.key, "stream does not want it")
	}
	return err
}
