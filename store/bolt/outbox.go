package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/sitrep-bot/sitrep/store"
)

// item reads a waiting or dead item.
func (t *txn) item(bucket int, key []byte) (item, bool, error) {
	body, ok, err := t.get(bucket, key)
	if err != nil || !ok {
		return item{}, false, err
	}
	it, err := decodeItem(bucket, key, body)
	return it, err == nil, err
}

func (t *txn) putItem(bucket int, it item) error {
	return t.put(bucket, []byte(it.Key), it.encode())
}

// enqueue adds a committed item and drops those it replaces.
func (t *txn) enqueue(committed store.Item, when time.Time) error {
	if err := t.replace(committed.Replaces); err != nil {
		return err
	}
	it := item{Item: committed}
	it.At, it.Tries, it.Unsure, it.Note = when, 0, false, ""
	return t.join(it)
}

// join puts an item at the end of its lane.
func (t *txn) join(it item) error {
	end, err := t.loadTail()
	if err != nil {
		return err
	}
	end.order++
	end.changed = true
	it.order = end.order
	if err := t.putItem(bItems, it); err != nil {
		return err
	}
	if it.Replaces != "" {
		if err := t.putText(bReplaces, under(it.Replaces, it.order), it.Key); err != nil {
			return err
		}
	}
	if it.Lane != "" {
		if err := t.putText(bLanes, under(it.Lane, it.order), it.Key); err != nil {
			return err
		}
	}
	return t.placeHead(it)
}

// replace drops the items that one with this coalescing key supersedes.
func (t *txn) replace(replaces string) error {
	if replaces == "" {
		return nil
	}
	older, err := t.collect(bReplaces, below(replaces))
	if err != nil {
		return err
	}
	for _, r := range older {
		if err := t.drop(r.body); err != nil {
			return err
		}
	}
	return nil
}

// drop removes a superseded item, unless its last try may have had an effect, or may have one yet.
func (t *txn) drop(key []byte) error {
	dead, ok, err := t.item(bDead, key)
	if err != nil {
		return err
	}
	if ok {
		return t.removeDead(dead)
	}
	it, ok, err := t.item(bItems, key)
	if err != nil || !ok || it.Unsure {
		return err
	}
	return t.remove(it, true)
}

func (t *txn) removeDead(it item) error {
	if err := t.forgetReplaces(it); err != nil {
		return err
	}
	return t.del(bDead, []byte(it.Key))
}

// remove takes a waiting item out of its lane and brings up the next one.
func (t *txn) remove(it item, forget bool) error {
	wasHead := t.isHead(it)
	if err := t.unplace(it); err != nil {
		return err
	}
	if err := t.del(bItems, []byte(it.Key)); err != nil {
		return err
	}
	if forget {
		if err := t.forgetReplaces(it); err != nil {
			return err
		}
	}
	if it.Lane == "" {
		return nil
	}
	if err := t.del(bLanes, under(it.Lane, it.order)); err != nil {
		return err
	}
	if !wasHead {
		return nil
	}
	return t.bringUp(it.Lane)
}

func (t *txn) forgetReplaces(it item) error {
	if it.Replaces == "" {
		return nil
	}
	return t.del(bReplaces, under(it.Replaces, it.order))
}

// bringUp places the first item of a lane.
func (t *txn) bringUp(lane string) error {
	key, err := t.firstOf(lane)
	if err != nil || key == nil {
		return err
	}
	it, ok, err := t.item(bItems, key)
	if err != nil || !ok {
		return err
	}
	return t.place(it)
}

func (t *txn) firstOf(lane string) ([]byte, error) {
	prefix := below(lane)
	for r := range t.scan(bLanes, prefix, prefix) {
		return r.body, r.err
	}
	return nil, nil
}

func (t *txn) isHead(it item) bool {
	if it.Lane == "" {
		return true
	}
	prefix := below(it.Lane)
	for r := range t.scan(bLanes, prefix, prefix) {
		return r.err == nil && binary.BigEndian.Uint64(r.key[len(prefix):]) == it.order
	}
	return false
}

func (t *txn) placeHead(it item) error {
	if !t.isHead(it) {
		return nil
	}
	return t.place(it)
}

// place enters the head of a lane where Ready or a link will find it.
func (t *txn) place(it item) error {
	t.news = true
	if need, missing := t.missing(it); missing {
		return t.putText(bParked, under(need, it.order), it.Key)
	}
	if it.NotBefore.IsZero() {
		return t.putText(bReady, readyKey(it), it.Key)
	}
	return t.putText(bLater, at(it.NotBefore, number(it.order)), it.Key)
}

// unplace undoes place, wherever it put the item then.
func (t *txn) unplace(it item) error {
	for _, need := range it.Needs {
		if err := t.del(bParked, under(need, it.order)); err != nil {
			return err
		}
	}
	if err := t.del(bReady, readyKey(it)); err != nil {
		return err
	}
	return t.del(bLater, at(it.NotBefore, number(it.order)))
}

func readyKey(it item) []byte { return append([]byte{byte(it.Rank)}, number(it.order)...) }

// missing returns the first need of an item that is not linked.
func (t *txn) missing(it item) (string, bool) {
	for _, need := range it.Needs {
		if !t.has(bLinks, []byte(need)) {
			return need, true
		}
	}
	return "", false
}

// link sets and removes links, and wakes the items that waited for them.
func (t *txn) link(links []store.Link) error {
	for _, l := range links {
		if l.Value == "" {
			if err := t.del(bLinks, []byte(l.Key)); err != nil {
				return err
			}
			continue
		}
		if err := t.putText(bLinks, []byte(l.Key), l.Value); err != nil {
			return err
		}
		if err := t.unpark(l.Key); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) unpark(need string) error {
	parked, err := t.collect(bParked, below(need))
	if err != nil {
		return err
	}
	for _, r := range parked {
		if err := t.del(bParked, r.key); err != nil {
			return err
		}
		it, ok, err := t.item(bItems, r.body)
		if err != nil {
			return err
		}
		if ok {
			if err := t.place(it); err != nil {
				return err
			}
		}
	}
	return nil
}

// Start implements store.Outbox.
func (j *Journal) Start(ctx context.Context, keys ...string) (started []store.Item, err error) {
	err = j.write(ctx, func(t *txn) error {
		started, err = t.start(keys)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("start items: %w", err)
	}
	return started, nil
}

func (t *txn) start(keys []string) ([]store.Item, error) {
	var started []store.Item
	for _, key := range keys {
		it, ok, err := t.item(bItems, []byte(key))
		if err != nil {
			return nil, err
		}
		if !ok || t.inFlight(key) {
			continue
		}
		it.Tries++
		started = append(started, it.Item)
		it.Unsure = true // Until it is settled nobody knows.
		if err := t.putItem(bItems, it); err != nil {
			return nil, err
		}
		t.setFlight(key, true)
	}
	return started, nil
}
