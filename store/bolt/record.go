package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/sitrep-bot/sitrep/store"
)

// The buckets of the file. What a key is made of stands behind each; · is a zero byte, which no name contains.
const (
	bMeta     = iota // name → fixed records: format, tail
	bLog             // position → event with stream, seq and the position of the one before
	bStreams         // stream → last seq, its position, alarm
	bAlarms          // time, stream → nothing
	bItems           // item key → waiting item
	bDead            // item key → dead item
	bLanes           // lane · order → item key
	bReady           // rank, order → item key: heads of lanes that wait for nothing, as far as is known
	bLater           // time, order → item key: heads that have a NotBefore
	bParked          // missing link · order → item key: heads that need it
	bReplaces        // replaces · order → item key
	bLinks           // link → value
	bSeen            // request id → time, last, stream
	bSeenAt          // time, request id → nothing
	bCounters        // counter → number
	bucketCount
)

var buckets = [bucketCount][]byte{
	[]byte("meta"), []byte("log"), []byte("streams"), []byte("alarms"), []byte("items"), []byte("dead"),
	[]byte("lanes"), []byte("ready"), []byte("later"), []byte("parked"), []byte("replaces"), []byte("links"),
	[]byte("seen"), []byte("seen-at"), []byte("counters"),
}

var (
	keyFormat = []byte("format")
	keyTail   = []byte("tail")
	keyCounts = []byte("counts")
	keyPing   = []byte("ping")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sumSize = 4

// checksum covers the bucket and the key too, so that a record that turns up in the wrong place is noticed.
func checksum(bucket int, key, body []byte) uint32 {
	head := [3]byte{byte(bucket), byte(len(key) >> 8), byte(len(key))}
	sum := crc32.Update(0, castagnoli, head[:])
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, body)
}

// room returns an empty record body with room for a checksum in front and for n bytes behind.
func room(n int) []byte { return make([]byte, sumSize, sumSize+n) }

// unseal returns the body of a record, or says that it is not what was written.
func unseal(bucket int, key, value []byte) ([]byte, error) {
	if len(value) < sumSize {
		return nil, corrupt(bucket, key, "cut short")
	}
	body := value[sumSize:]
	if binary.BigEndian.Uint32(value) != checksum(bucket, key, body) {
		return nil, corrupt(bucket, key, "wrong checksum")
	}
	return body, nil
}

// corrupt names a damaged record. Those who know the stream and the event say so instead.
func corrupt(bucket int, key []byte, what string) *store.CorruptError {
	if bucket == bStreams {
		return &store.CorruptError{Stream: string(key), What: "stream record: " + what}
	}
	return &store.CorruptError{What: fmt.Sprintf("record %q of %s: %s", key, buckets[bucket], what)}
}

// txn is a transaction that checks what it reads and seals what it writes. What it returns is valid until its end.
type txn struct {
	j       *Journal
	tx      *bbolt.Tx
	opened  [bucketCount]*bbolt.Bucket
	id      int             // of bbolt, once the transaction is about to commit
	wrote   bool            // something was written; callers reset it
	bytes   int64           // of the records that were put
	news    bool            // something new may be due or ready
	flights map[string]bool // item key → in flight, where it differs from the journal's
	tail    *tail           // loaded once, written by flush
	counts  *counts         // likewise
}

func newTxn(j *Journal, tx *bbolt.Tx) *txn { return &txn{j: j, tx: tx} }

// size is about how many bytes the transaction needs, once it was to be committed: the pages that it got or, when it
// did not get that far, four times what it put, as neighbours are written anew with it.
func (t *txn) size() int64 {
	stats := t.tx.Stats()
	return max(stats.GetPageAlloc(), 4*t.bytes)
}

func (t *txn) bucket(id int) *bbolt.Bucket {
	if t.opened[id] == nil {
		t.opened[id] = t.tx.Bucket(buckets[id])
	}
	if t.opened[id] == nil {
		panic(&store.CorruptError{What: fmt.Sprintf("file: %s is missing", buckets[id])})
	}
	return t.opened[id]
}

func (t *txn) get(id int, key []byte) (body []byte, ok bool, err error) {
	value := t.bucket(id).Get(key)
	if value == nil {
		return nil, false, nil
	}
	body, err = unseal(id, key, value)
	return body, err == nil, err
}

func (t *txn) has(id int, key []byte) bool { return t.bucket(id).Get(key) != nil }

// put writes a record. Its value is one that began as room.
func (t *txn) put(id int, key, value []byte) error {
	if err := t.count(id, key, 1); err != nil {
		return err
	}
	t.wrote = true
	t.bytes += int64(len(key) + len(value))
	binary.BigEndian.PutUint32(value, checksum(id, key, value[sumSize:]))
	return t.bucket(id).Put(key, value)
}

// putText writes a record that is a text, or nothing.
func (t *txn) putText(id int, key []byte, text string) error {
	return t.put(id, key, append(room(len(text)), text...))
}

func (t *txn) del(id int, key []byte) error {
	if err := t.count(id, key, -1); err != nil {
		return err
	}
	t.wrote = true
	return t.bucket(id).Delete(key)
}

// record is one key of a bucket with its checked body, or with what is wrong with it.
type record struct {
	key, body []byte
	err       error
}

// scan yields the records from a key on, as long as their keys have the prefix. Do not write while it runs.
func (t *txn) scan(id int, from, prefix []byte) iter.Seq[record] {
	return func(yield func(record) bool) {
		c := t.bucket(id).Cursor()
		for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			body, err := unseal(id, k, v)
			if !yield(record{key: k, body: body, err: err}) {
				return
			}
		}
	}
}

// collect returns copies of the bodies below a prefix, for those who write while they go through them.
func (t *txn) collect(id int, prefix []byte) ([]record, error) {
	var all []record
	for r := range t.scan(id, prefix, prefix) {
		if r.err != nil {
			return nil, r.err
		}
		all = append(all, record{key: bytes.Clone(r.key), body: bytes.Clone(r.body)})
	}
	return all, nil
}

// tail is where the log ends and how many items there ever were.
type tail struct {
	position uint64 // of the last event
	order    uint64 // of the last item
	changed  bool
}

func (t *txn) loadTail() (*tail, error) {
	if t.tail != nil {
		return t.tail, nil
	}
	body, ok, err := t.get(bMeta, keyTail)
	if err != nil {
		return nil, err
	}
	t.tail = &tail{}
	if ok && len(body) == 16 {
		t.tail.position = binary.BigEndian.Uint64(body)
		t.tail.order = binary.BigEndian.Uint64(body[8:])
	}
	return t.tail, nil
}

// flush writes what was kept back until the end of the transaction.
func (t *txn) flush() error {
	if err := t.flushCounts(); err != nil {
		return err
	}
	if t.tail == nil || !t.tail.changed {
		return nil
	}
	value := binary.BigEndian.AppendUint64(room(16), t.tail.position)
	return t.put(bMeta, keyTail, binary.BigEndian.AppendUint64(value, t.tail.order))
}
