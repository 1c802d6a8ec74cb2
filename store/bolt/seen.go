package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/sitrep-bot/sitrep/store"
)

// sweepStep is how many requests one transaction forgets, so that commits do not wait for a sweep.
const sweepStep = 1000

// seen returns what was recorded for a request, nil when nothing was.
func (t *txn) seen(id string) (*store.SeenError, error) {
	if id == "" {
		return nil, nil
	}
	body, ok, err := t.get(bSeen, []byte(id))
	if err != nil || !ok {
		return nil, err
	}
	r := reader{b: body}
	was := &store.SeenError{ID: id, Last: r.uint64(), Stream: string(r.b)}
	if r.bad {
		return nil, corrupt(bSeen, []byte(id), "not a request")
	}
	return was, nil
}

// remember records the request behind a commit.
func (t *txn) remember(c store.Commit, last uint64) error {
	if c.Seen == "" {
		return nil
	}
	if err := t.putText(bSeenAt, at(c.At, []byte(c.Seen)), ""); err != nil {
		return err
	}
	return t.put(bSeen, []byte(c.Seen), append(binary.BigEndian.AppendUint64(room(8+len(c.Stream)), last), c.Stream...))
}

// Seen implements store.Log.
func (j *Journal) Seen(ctx context.Context, id string) (stream string, last uint64, ok bool, err error) {
	err = j.view(ctx, func(t *txn) error {
		was, err := t.seen(id)
		if was != nil {
			stream, last, ok = was.Stream, was.Last, true
		}
		return err
	})
	if err != nil {
		return "", 0, false, fmt.Errorf("look for request %q: %w", id, err)
	}
	return stream, last, ok, nil
}

// Sweep implements store.Log.
func (j *Journal) Sweep(ctx context.Context, before time.Time) (int, error) {
	total := 0
	for {
		n := 0
		err := j.write(ctx, func(t *txn) (err error) {
			n, err = t.sweep(before)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep requests: %w", err)
		}
		if n < sweepStep {
			return total, nil
		}
	}
}

func (t *txn) sweep(before time.Time) (int, error) {
	var keys [][]byte
	for r := range t.scan(bSeenAt, nil, nil) {
		if bytes.Compare(r.key, at(before, nil)) >= 0 || len(keys) == sweepStep {
			break
		}
		keys = append(keys, bytes.Clone(r.key))
	}
	for _, key := range keys {
		if err := t.del(bSeenAt, key); err != nil {
			return 0, err
		}
		if err := t.del(bSeen, key[min(timeSize, len(key)):]); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// Next implements store.Log.
func (j *Journal) Next(ctx context.Context, counter string) (n uint64, err error) {
	if err := store.CheckName("counter", counter); err != nil {
		return 0, err
	}
	err = j.write(ctx, func(t *txn) error {
		n, err = t.next(counter)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count %q: %w", counter, err)
	}
	return n, nil
}

func (t *txn) next(counter string) (uint64, error) {
	body, ok, err := t.get(bCounters, []byte(counter))
	if err != nil {
		return 0, err
	}
	n := uint64(1)
	if ok && len(body) == 8 {
		n += binary.BigEndian.Uint64(body)
	}
	return n, t.put(bCounters, []byte(counter), binary.BigEndian.AppendUint64(room(8), n))
}
