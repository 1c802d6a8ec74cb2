// Package stream holds what everything event-sourced here shares: the recorded entry, the moment of a
// decision, and the hash chain that makes a changed or missing entry show.
//
// It is pure. Start with [Seal], which turns an event into an entry, and [Head.Follow], which checks one.
package stream

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Person is somebody who acted, by a stable id and by the name people read. The zero value is sitrep itself.
type Person struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Zero tells whether p is nobody, which is to say sitrep itself.
func (p Person) Zero() bool { return p.ID == "" }

// Moment is when a decision is made, and by whom.
type Moment struct {
	Now time.Time
	By  Person
}

// Event is a fact in the past tense. Its Kind never changes once released.
type Event interface{ Kind() string }

// Entry is one recorded event. Hash covers everything else in it, Prev the entry before.
type Entry struct {
	Seq  uint64          `json:"seq"`
	At   time.Time       `json:"at"`
	By   Person          `json:"by,omitzero"`
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
	Prev string          `json:"prev,omitempty"`
	Hash string          `json:"hash"`
}

// Head is the last entry of a stream. The zero value is an empty stream.
type Head struct {
	Seq  uint64 `json:"seq"`
	Hash string `json:"hash"`
}

// Seal makes the entry that follows h. Times are kept in UTC to the millisecond.
func (h Head) Seal(m Moment, e Event) (Entry, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return Entry{}, fmt.Errorf("encode event %s: %w", e.Kind(), err)
	}
	entry := Entry{
		Seq: h.Seq + 1, At: m.Now.UTC().Truncate(time.Millisecond), By: m.By,
		Kind: e.Kind(), Data: data, Prev: h.Hash,
	}
	entry.Hash = entry.sum()
	return entry, nil
}

// Follow checks that e is whole and comes right after h, and returns the new head. The error is a
// [*ChainError].
func (h Head) Follow(e Entry) (Head, error) {
	switch {
	case e.Seq != h.Seq+1:
		return h, &ChainError{Seq: h.Seq + 1, What: fmt.Sprintf("is missing; entry %d stands in its place", e.Seq)}
	case e.Prev != h.Hash:
		return h, &ChainError{Seq: e.Seq, What: "does not follow the entry before it"}
	case e.Hash != e.sum():
		return h, &ChainError{Seq: e.Seq, What: "was changed after it was written"}
	}
	return Head{Seq: e.Seq, Hash: e.Hash}, nil
}

// Head is the head of a stream that ends with e.
func (e Entry) Head() Head { return Head{Seq: e.Seq, Hash: e.Hash} }

// sum hashes every field but Hash, each with its length before it so that none can lend to another.
func (e Entry) sum() string {
	h := sha256.New()
	for _, field := range []string{
		fmt.Sprint(e.Seq), e.At.UTC().Format(time.RFC3339Nano), e.By.ID, e.By.Name, e.Kind, string(e.Data), e.Prev,
	} {
		fmt.Fprintf(h, "%d:%s", len(field), field)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Encode is the entry as it is stored.
func (e Entry) Encode() ([]byte, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode entry %d: %w", e.Seq, err)
	}
	return data, nil
}

// Decode reads a stored entry. It does not check the chain: see [Head.Follow].
func Decode(data []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil {
		return Entry{}, fmt.Errorf("decode entry: %w", err)
	}
	return e, nil
}

// ChainError names the first entry that breaks a stream's chain.
type ChainError struct {
	Seq  uint64
	What string
}

func (e *ChainError) Error() string { return fmt.Sprintf("entry %d %s", e.Seq, e.What) }
