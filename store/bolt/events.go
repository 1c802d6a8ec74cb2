package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/sitrep-bot/sitrep/store"
)

// Events implements store.Log.
//
// The log is not ordered by stream, so it first follows the stream back from its end, which finds the positions,
// and then reads forward. When damage breaks the chain, the positions before it come from the whole log.
func (j *Journal) Events(ctx context.Context, stream string, after uint64) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		var c chain
		err := j.view(ctx, func(t *txn) (err error) {
			c, err = t.chain(stream, after)
			return err
		})
		if errors.Is(err, store.ErrCorrupt) && c.broken != 0 {
			err = j.relink(ctx, &c)
		}
		for err == nil && c.next <= c.last {
			var records []store.Record
			if viewErr := j.view(ctx, func(t *txn) error { records, err = t.follow(&c); return nil }); viewErr != nil {
				err = c.named(viewErr, c.next+uint64(len(records)))
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
			c.next += uint64(len(records))
		}
		if err != nil {
			yield(store.Record{}, fmt.Errorf("read stream %q: %w", stream, err))
		}
	}
}

// chain is where the events of a stream lie.
type chain struct {
	stream     string
	next, last uint64   // sequence numbers still to be read
	first      uint64   // sequence number of the first position
	positions  []uint64 // 0: not found
	broken     uint64   // sequence number at which following back came upon damage
}

func (c *chain) position(seq uint64) *uint64 { return &c.positions[seq-c.first] }

// named says which event a damaged page holds.
func (c *chain) named(err error, seq uint64) error {
	var damage *store.CorruptError
	if errors.As(err, &damage) && damage.Stream == "" {
		return &store.CorruptError{Stream: c.stream, Seq: seq, What: damage.What}
	}
	return err
}

// chain follows a stream back from its end. When a page is damaged on the way, the panic of bbolt passes through
// here, and the chain stays broken where it was.
func (t *txn) chain(stream string, after uint64) (c chain, err error) {
	h, _, err := t.head(stream)
	if err != nil || h.last <= after {
		return chain{next: 1}, err
	}
	c = chain{stream: stream, next: after + 1, first: after + 1, last: h.last, positions: make([]uint64, h.last-after)}
	position := h.position
	for seq := h.last; seq > after; seq-- {
		*c.position(seq) = position
		e, err := t.eventAt(stream, seq, position)
		if err != nil {
			c.broken = seq
			return c, err
		}
		position = e.prev
	}
	return c, nil
}

// eventAt reads the event that should be at a position.
func (t *txn) eventAt(stream string, seq, position uint64) (e event, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &store.CorruptError{Stream: stream, Seq: seq, What: fmt.Sprintf("damaged page: %v", p)}
		}
	}()
	wrong := &store.CorruptError{Stream: stream, Seq: seq}
	key := number(position)
	value := t.bucket(bLog).Get(key)
	if value == nil {
		wrong.What = "event is missing"
		return event{}, wrong
	}
	body, err := unseal(bLog, key, value)
	if err != nil {
		wrong.What = "record is damaged, its checksum is wrong"
		return event{}, wrong
	}
	e, err = decodeEvent(key, body)
	if err != nil || e.stream != stream || e.seq != seq {
		wrong.What = "another event in its place"
		return event{}, wrong
	}
	return e, nil
}

// relink finds what lies before a break by reading the log from its beginning. Where a damaged event lies the one
// behind it still tells, so that reading comes upon the damage itself.
func (j *Journal) relink(ctx context.Context, c *chain) error {
	from := number(0)
	for from != nil {
		err := j.view(ctx, func(t *txn) error {
			from = t.relinkPage(c, from)
			return nil
		})
		if errors.Is(err, store.ErrCorrupt) {
			return nil // A damaged page: what was found by now is what can be read.
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) relinkPage(c *chain, from []byte) (next []byte) {
	n := 0
	for r := range t.scan(bLog, from, nil) {
		if n++; n > page {
			return append([]byte(nil), r.key...)
		}
		if r.err != nil || len(r.key) != 8 {
			continue
		}
		e, err := decodeEvent(r.key, r.body)
		if err == nil && e.stream == c.stream && e.seq >= c.first && e.seq <= c.broken {
			c.found(e, binary.BigEndian.Uint64(r.key))
		}
	}
	return nil
}

// found notes where an event lies, and where the one before it should.
func (c *chain) found(e event, position uint64) {
	*c.position(e.seq) = position
	if e.seq == c.first {
		return
	}
	if before := c.position(e.seq - 1); *before == 0 {
		*before = e.prev
	}
}

// follow reads a page of events forward.
func (t *txn) follow(c *chain) ([]store.Record, error) {
	last := min(c.last, c.next+page-1)
	records := make([]store.Record, 0, last-c.next+1)
	for seq := c.next; seq <= last; seq++ {
		e, err := t.eventAt(c.stream, seq, *c.position(seq))
		if err != nil {
			return records, err
		}
		records = append(records, store.Record{Seq: seq, Data: append([]byte(nil), e.data...)})
	}
	return records, nil
}

// All implements store.Log. It reads the log from its beginning, which is the order of the commits.
func (j *Journal) All(ctx context.Context) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		j.warm(ctx)
		for position, more := uint64(1), true; more; {
			var entries []store.Entry
			err := j.view(ctx, func(t *txn) (err error) {
				entries, more, err = t.entries(position)
				return err
			})
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
			position += uint64(len(entries))
			if err != nil {
				yield(store.Entry{}, fmt.Errorf("read the log: %w", err))
				return
			}
		}
	}
}

// entries returns a page of the log. Positions have no gaps, so one that is not there is damage.
func (t *txn) entries(position uint64) (entries []store.Entry, more bool, err error) {
	end, err := t.loadTail()
	if err != nil {
		return nil, false, err
	}
	for r := range t.scan(bLog, number(position), nil) {
		if len(entries) == page {
			return entries, true, nil
		}
		e, err := t.entry(r, position)
		if err != nil {
			return entries, false, err
		}
		entries = append(entries, store.Entry{Stream: e.stream, Record: store.Record{Seq: e.seq, Data: append([]byte(nil), e.data...)}})
		position++
	}
	if position <= end.position {
		return entries, false, &store.CorruptError{What: fmt.Sprintf("log: position %d is missing", position)}
	}
	return entries, false, nil
}

func (t *txn) entry(r record, position uint64) (event, error) {
	if r.err != nil {
		return event{}, t.blame(r.err, position)
	}
	if len(r.key) != 8 || binary.BigEndian.Uint64(r.key) != position {
		return event{}, t.blame(&store.CorruptError{What: fmt.Sprintf("log: position %d is missing", position)}, position)
	}
	return decodeEvent(r.key, r.body)
}

// blame names the stream and event that a damaged position belonged to, as far as another record still tells.
func (t *txn) blame(err error, position uint64) error {
	what := "wrong checksum"
	if damage, ok := errors.AsType[*store.CorruptError](err); ok {
		what = damage.What
	}
	for r := range t.scan(bLog, number(position+1), nil) {
		if r.err != nil {
			continue
		}
		if e, decodeErr := decodeEvent(r.key, r.body); decodeErr == nil && e.prev == position {
			return &store.CorruptError{Stream: e.stream, Seq: e.seq - 1, What: what}
		}
	}
	for r := range t.scan(bStreams, nil, nil) {
		if r.err != nil {
			continue
		}
		if h, decodeErr := decodeHead(r.key, r.body); decodeErr == nil && h.position == position && h.last > 0 {
			return &store.CorruptError{Stream: string(r.key), Seq: h.last, What: what}
		}
	}
	return err
}
