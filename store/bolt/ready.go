package bolt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/sitrep-bot/sitrep/store"
)

// Due implements store.Clock.
func (j *Journal) Due(ctx context.Context, now time.Time, limit int) (due []store.Alarm, next time.Time, err error) {
	var damage []error
	err = j.view(ctx, func(t *txn) error {
		for r := range t.scan(bAlarms, nil, nil) {
			if r.err != nil {
				damage = append(damage, r.err)
				continue
			}
			a := store.Alarm{At: getTime(r.key), Stream: string(r.key[timeSize:])}
			if a.At.After(now) || (limit > 0 && len(due) == limit) {
				next = a.At
				break
			}
			due = append(due, a)
		}
		return nil
	})
	if err = errors.Join(append(damage, err)...); err != nil {
		err = fmt.Errorf("look for due alarms: %w", err)
	}
	return due, next, err
}

// offer gathers what Ready answers.
type offer struct {
	t      *txn
	now    time.Time
	limit  int
	items  []item
	next   time.Time
	damage []error
}

// Ready implements store.Outbox.
func (j *Journal) Ready(ctx context.Context, now time.Time, limit int) ([]store.Item, time.Time, error) {
	o := offer{now: now, limit: limit}
	err := j.view(ctx, func(t *txn) error {
		o.t = t
		o.fromReady()
		o.fromLater()
		return nil
	})
	if err = errors.Join(append(o.damage, err)...); err != nil {
		err = fmt.Errorf("look for ready items: %w", err)
	}
	items, next := o.result()
	return items, next, err
}

// fromReady takes heads without a NotBefore, best first, one more than the limit so that a cut is noticed.
func (o *offer) fromReady() {
	for r := range o.t.scan(bReady, nil, nil) {
		if o.limit > 0 && len(o.items) > o.limit {
			return
		}
		if it, ok := o.load(r); ok {
			o.items = append(o.items, it)
		}
	}
}

// fromLater takes all heads whose NotBefore has passed, and the moment of the first that is still ahead.
func (o *offer) fromLater() {
	for r := range o.t.scan(bLater, nil, nil) {
		it, ok := o.load(r)
		if !ok {
			continue
		}
		if it.NotBefore.After(o.now) {
			o.next = it.NotBefore
			return
		}
		o.items = append(o.items, it)
	}
}

// load reads the item of an index entry if it can be offered. Damage is noted, and hides nothing else.
func (o *offer) load(r record) (item, bool) {
	if r.err != nil {
		o.damage = append(o.damage, r.err)
		return item{}, false
	}
	if o.t.inFlight(string(r.body)) {
		return item{}, false
	}
	it, ok, err := o.t.item(bItems, r.body)
	if err != nil {
		o.damage = append(o.damage, err)
	}
	if !ok {
		return item{}, false
	}
	_, missing := o.t.missing(it)
	return it, !missing
}

func (o *offer) result() ([]store.Item, time.Time) {
	slices.SortFunc(o.items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.order, b.order))
	})
	if o.limit > 0 && len(o.items) > o.limit {
		o.items, o.next = o.items[:o.limit], o.now.UTC().Round(0)
	}
	var items []store.Item
	for _, it := range o.items {
		items = append(items, it.Item)
	}
	return items, o.next
}

// Dead implements store.Outbox.
func (j *Journal) Dead(ctx context.Context) iter.Seq2[store.Item, error] {
	return paged(ctx, j, bDead, "", "read dead items", func(r record) (store.Item, error) {
		it, err := decodeItem(bDead, r.key, r.body)
		return it.Item, err
	})
}

// Depth implements store.Outbox.
func (j *Journal) Depth(ctx context.Context) (d store.Depth, err error) {
	var damage []error
	err = j.view(ctx, func(t *txn) error {
		for r := range t.scan(bItems, nil, nil) {
			d.Waiting++
			it, err := decodeItem(bItems, r.key, r.body)
			if err = cmp.Or(r.err, err); err != nil {
				damage = append(damage, err)
				continue
			}
			if d.Waiting == 1 || it.At.Before(d.Oldest) {
				d.Oldest = it.At
			}
		}
		for range t.scan(bDead, nil, nil) {
			d.Dead++
		}
		return nil
	})
	if err = errors.Join(append(damage, err)...); err != nil {
		err = fmt.Errorf("measure the outbox: %w", err)
	}
	return d, err
}

// page is how many records are read in one transaction. Between two nobody has to wait for a reader.
const page = 256

// paged yields the records of a bucket below a prefix, without keeping a transaction open while the caller works.
func paged[T any](
	ctx context.Context, j *Journal, id int, prefix, doing string, decode func(record) (T, error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		from := []byte(prefix)
		for from != nil {
			var values []T
			err := j.view(ctx, func(t *txn) (err error) {
				values, from, err = pageOf(t, id, from, []byte(prefix), decode)
				return err
			})
			for _, v := range values {
				if !yield(v, nil) {
					return
				}
			}
			if err != nil {
				var none T
				yield(none, fmt.Errorf("%s: %w", doing, err))
				return
			}
		}
	}
}

// pageOf returns a page of values and where the next one begins, nil when this was the last.
func pageOf[T any](t *txn, id int, from, prefix []byte, decode func(record) (T, error)) (values []T, next []byte, err error) {
	for r := range t.scan(id, from, prefix) {
		if len(values) == page {
			return values, bytes.Clone(r.key), nil
		}
		if r.err != nil {
			return values, nil, r.err
		}
		v, err := decode(r)
		if err != nil {
			return values, nil, err
		}
		values = append(values, v)
	}
	return values, nil, nil
}
