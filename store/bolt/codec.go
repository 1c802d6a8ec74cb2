package bolt

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/sitrep-bot/sitrep/store"
)

const timeSize = 12

// appendTime encodes a time so that bytes sort as times do. Zone and monotonic reading are not kept.
func appendTime(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func getTime(b []byte) time.Time {
	seconds := int64(binary.BigEndian.Uint64(b) ^ 1<<63)
	return time.Unix(seconds, int64(binary.BigEndian.Uint32(b[8:]))).UTC()
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// under is the key of something numbered below a name.
func under(name string, n uint64) []byte {
	return binary.BigEndian.AppendUint64(below(name), n)
}

// below is the prefix of everything numbered below a name.
func below(name string) []byte { return append([]byte(name), 0) }

// at is the key of something that waits for a time.
func at(t time.Time, rest []byte) []byte {
	return append(appendTime(make([]byte, 0, timeSize+len(rest)), t), rest...)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// reader takes a record apart. A record that passed its checksum and still does not fit leaves bad set.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return make([]byte, min(n, 64))
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

func (r *reader) uint64() uint64  { return binary.BigEndian.Uint64(r.take(8)) }
func (r *reader) time() time.Time { return getTime(r.take(timeSize)) }

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.bad = true
		return 0
	}
	r.take(uint64(size))
	return n
}

func (r *reader) text() string {
	n := r.uvarint()
	if r.bad {
		return ""
	}
	return string(r.take(n))
}

// event is a record of the log.
type event struct {
	stream    string
	seq, prev uint64 // prev is the position of the event before it in its stream
	data      []byte
}

func (e event) encode() []byte {
	b := room(16 + 2 + len(e.stream) + len(e.data))
	b = binary.BigEndian.AppendUint64(b, e.seq)
	b = binary.BigEndian.AppendUint64(b, e.prev)
	return append(appendText(b, e.stream), e.data...)
}

// decodeEvent does not copy the data.
func decodeEvent(position, body []byte) (event, error) {
	r := reader{b: body}
	e := event{seq: r.uint64(), prev: r.uint64(), stream: r.text(), data: r.b}
	if r.bad {
		return event{}, corrupt(bLog, position, "not an event")
	}
	return e, nil
}

// head is the record of a stream.
type head struct {
	last, position uint64 // of the last event
	wake           time.Time
}

func (h head) encode() []byte {
	b := room(16 + timeSize)
	b = binary.BigEndian.AppendUint64(b, h.last)
	b = binary.BigEndian.AppendUint64(b, h.position)
	return appendTime(b, h.wake)
}

func decodeHead(stream, body []byte) (head, error) {
	r := reader{b: body}
	h := head{last: r.uint64(), position: r.uint64(), wake: r.time()}
	if r.bad {
		return head{}, corrupt(bStreams, stream, "not a stream")
	}
	return h, nil
}

// item is an outbox item with its place among all others.
type item struct {
	store.Item
	order uint64
}

func (it item) encode() []byte {
	b := room(64 + len(it.Lane) + len(it.Replaces) + len(it.Note) + len(it.Payload))
	b = binary.BigEndian.AppendUint64(b, it.order)
	b = appendTime(b, it.At)
	b = appendTime(b, it.NotBefore)
	b = binary.AppendUvarint(b, uint64(it.Tries))
	b = append(b, byte(it.Rank), flag(it.Unsure))
	b = appendText(b, it.Lane)
	b = appendText(b, it.Replaces)
	b = appendText(b, it.Note)
	b = binary.AppendUvarint(b, uint64(len(it.Needs)))
	for _, need := range it.Needs {
		b = appendText(b, need)
	}
	return append(b, it.Payload...)
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

// decodeItem copies everything out of the transaction.
func decodeItem(bucket int, key, body []byte) (item, error) {
	r := reader{b: body}
	it := item{order: r.uint64()}
	it.Key = string(key)
	it.At, it.NotBefore = r.time(), r.time()
	it.Tries = int(r.uvarint())
	it.Rank, it.Unsure = int(r.take(1)[0]), r.take(1)[0] == 1
	it.Lane, it.Replaces, it.Note = r.text(), r.text(), r.text()
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		it.Needs = append(it.Needs, r.text())
	}
	it.Needs = slices.Clip(it.Needs)
	it.Payload = append([]byte(nil), r.b...)
	if r.bad {
		return item{}, corrupt(bucket, key, "not an item")
	}
	return it, nil
}
