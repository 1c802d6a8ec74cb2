package store

import (
	"errors"
	"fmt"
)

// What a journal answers when it does not do what was asked. Test with errors.Is; the texts may change.
var (
	// ErrInvalid: the commit contradicts itself or a limit. Repeating it does not help.
	ErrInvalid = errors.New("invalid")
	// ErrSeen: the request was committed before. See SeenError.
	ErrSeen = errors.New("request already committed")
	// ErrConflict: the stream has moved on since the decision. Read, decide and commit again.
	ErrConflict = errors.New("stream has moved on")
	// ErrTaken: a claimed link belongs to something else. See TakenError.
	ErrTaken = errors.New("link already taken")
	// ErrReadOnly: nothing can be written at the moment (disk full, file read-only, device failing). The cause is
	// wrapped. Reads go on, and so do commits once the cause is gone.
	ErrReadOnly = errors.New("journal takes no commits")
	// ErrUnsure: the storage failed in the middle of a commit; it may be there after the next successful open.
	ErrUnsure = errors.New("commit may or may not have been kept")
	// ErrLocked: another process has the journal open.
	ErrLocked = errors.New("journal is in use by another process")
	// ErrCorrupt: a record is not what was written. See CorruptError.
	ErrCorrupt = errors.New("corrupt")
	// ErrClosed: the journal was closed.
	ErrClosed = errors.New("journal closed")
)

// SeenError tells what the first commit of a request recorded. It is an ErrSeen.
type SeenError struct {
	ID     string // of the request
	Stream string // that the request changed
	Last   uint64 // event of that stream after the commit
}

// Error names the request and its stream.
func (e *SeenError) Error() string {
	return fmt.Sprintf("request %q: already committed to stream %q at %d", e.ID, e.Stream, e.Last)
}

// Unwrap makes it an ErrSeen.
func (e *SeenError) Unwrap() error { return ErrSeen }

// TakenError tells to whom a claimed link belongs. It is an ErrTaken.
type TakenError struct {
	Link Link // as it is
}

// Error names the link and what it points to.
func (e *TakenError) Error() string {
	return fmt.Sprintf("link %q: already taken by %q", e.Link.Key, e.Link.Value)
}

// Unwrap makes it an ErrTaken.
func (e *TakenError) Unwrap() error { return ErrTaken }

// CorruptError names a record that is not what was written. It is an ErrCorrupt.
type CorruptError struct {
	Stream string // empty when the record does not belong to a stream
	Seq    uint64 // of the event, 0 when it is not about one event
	What   string // the kind of record and what is wrong with it
}

// Error names the stream, the event and the damage.
func (e *CorruptError) Error() string {
	switch {
	case e.Stream == "":
		return fmt.Sprintf("corrupt: %s", e.What)
	case e.Seq == 0:
		return fmt.Sprintf("corrupt: stream %q: %s", e.Stream, e.What)
	}
	return fmt.Sprintf("corrupt: stream %q, event %d: %s", e.Stream, e.Seq, e.What)
}

// Unwrap makes it an ErrCorrupt.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }
