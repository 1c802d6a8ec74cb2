package store

import (
	"context"
	"io"
	"iter"
	"time"
)

// Limits of what a journal takes. They leave room for a distributed engine, whose requests are small.
const (
	// MaxName is the longest stream name, key, lane or counter in bytes.
	MaxName = 1024
	// MaxCommit is the most that the events, payloads and links of one commit may weigh, in bytes.
	MaxCommit = 1 << 20
)

// Ranks of outbox items, most urgent first. Any value from 0 to 255 is allowed; these are the ones in use.
const (
	RankPage     = 0 // wakes a person
	RankRole     = 1 // puts somebody to work
	RankUpdate   = 2 // tells what happened
	RankCosmetic = 3 // topic, pin, bookmark
)

// Item is one thing that must be said or done outside, exactly as the deliverer will need it.
type Item struct {
	// Key names the item for ever and travels to the platform: "<stream>/<seq>/<n>". A commit that brings a key
	// which is still in the outbox, waiting or dead, is refused with ErrInvalid.
	Key string
	// Lane puts items in order: those of one lane are offered one at a time, in the order of their commits, and
	// within a commit in the order of its Outbox. Lanes stand side by side. Empty: a lane of its own.
	Lane string
	// Needs names links that must exist before the item is offered. Until then it waits, and its lane with it.
	Needs []string
	// Replaces coalesces: of several items with the same value only the newest is owed. When a newer one is
	// committed, older ones are dropped, dead ones too; only one that is in flight or Unsure stays, until it is
	// settled Dead, or Retry without Unsure. Such items belong into one lane. Empty: never replaced.
	Replaces string
	// Rank orders lanes among each other, 0 first. See RankPage and its siblings.
	Rank int
	// NotBefore is the earliest moment of delivery; zero is at once. The lane waits with it.
	NotBefore time.Time
	// Payload is the action. The journal does not look into it.
	Payload []byte

	// What follows is filled by the journal and ignored in a commit.

	// At is the moment of the commit that brought the item.
	At time.Time
	// Tries counts how often Start was called for the item, this time included.
	Tries int
	// Unsure tells that an earlier try may have had an effect: it was settled so, or began and was never settled
	// because its process died. Look before you speak again.
	Unsure bool
	// Note is what the last settlement said, usually an error text.
	Note string
}

// Link is a secondary key: "room/slack/C9" → "inc-42". In a commit or settlement an empty Value removes the link.
type Link struct {
	Key, Value string
}

// Commit is one decision with everything that follows from it. It is taken as a whole or not at all.
type Commit struct {
	// Stream is what the decision is about. It comes into being with its first commit.
	Stream string
	// Expect is the sequence number of the last event that the decision was based on; 0 for a new stream.
	Expect uint64
	// Events are appended as Expect+1, Expect+2, … There may be none.
	Events [][]byte
	// Outbox is what must be said or done outside.
	Outbox []Item
	// Wake replaces the alarm of the stream; zero clears it.
	Wake time.Time
	// Links are set, or removed when their Value is empty, in this order.
	Links []Link
	// Claims are links that must not exist yet with another value; otherwise the commit is refused with a
	// *TakenError. So one alert opens one incident, whoever hears it first.
	Claims []Link
	// Settle records outcomes of deliveries that this decision takes note of, as Outbox.Settle does.
	Settle []Settlement
	// Seen is the delivery id of the request behind the decision; empty when there is none. A commit whose Seen was
	// recorded before changes nothing and is answered with a *SeenError.
	Seen string
	// At is the moment of the decision. It dates Seen and the items.
	At time.Time
}

// Result is what Commit answers.
type Result struct {
	Last uint64
	Err  error
}

// Record is one event as it was committed.
type Record struct {
	Seq  uint64
	Data []byte
}

// Entry is a record with the stream that it belongs to.
type Entry struct {
	Stream string
	Record
}

// Alarm is the moment at which a stream wants to be woken.
type Alarm struct {
	Stream string
	At     time.Time
}

// Stream is what a journal knows about a stream without reading its events.
type Stream struct {
	Name string
	// Last is the sequence number of its last event, 0 when it has none.
	Last uint64
	// Wake is its alarm, zero when it has none.
	Wake time.Time
}

// Outcome is how a delivery ended.
type Outcome int

// The ways in which a delivery ends.
const (
	// Done: it was delivered. The item is gone.
	Done Outcome = iota
	// Retry: it is tried again, not before the settlement's NotBefore. It keeps its place in the lane.
	Retry
	// Dead: it will not be tried again. It leaves the lane and is kept among the dead until Revive, or Done.
	Dead
)

// Settlement is the outcome of one delivery.
type Settlement struct {
	Key     string
	Outcome Outcome
	// NotBefore is the earliest moment of the next try, for Retry; zero is at once.
	NotBefore time.Time
	// Note says what went wrong, for Retry and Dead.
	Note string
	// Unsure remembers that the try may have had an effect, for Retry and Dead.
	Unsure bool
	// Links are what the delivery learnt (the id of a room or message). They are set in the same transaction.
	Links []Link
}

// Depth is how much the outbox holds.
type Depth struct {
	// Waiting counts items that are not settled, in flight ones included. Dead counts the dead ones.
	Waiting, Dead int
	// Oldest is the moment of the commit of the oldest waiting item, zero when nothing waits.
	Oldest time.Time
}

// Log is the memory of what happened.
//
// Every sequence that a journal returns may be left early, may be ranged over again, and ends after the first
// error. Within the loop any method may be called. A sequence is not a snapshot: what is committed while it runs
// may or may not be seen, but what was there before and stays is seen once.
type Log interface {
	// Commit makes a decision durable and visible at once: events, outbox, alarm, links and the id of the request,
	// or nothing of it. It returns the sequence number of the last event of the stream. When it returns without an
	// error, the commit survives a kill and a power cut.
	//
	// It answers, in this order: ErrInvalid when the commit contradicts itself; a *SeenError (ErrSeen) when the
	// request was committed before, with last as recorded then; ErrConflict when the stream has moved on, with last
	// as it is now; a *TakenError (ErrTaken) when a claim is linked otherwise; ErrReadOnly when nothing can be
	// written at the moment. A *CorruptError says that a record the decision needs is damaged. After any of these
	// nothing has changed. ErrUnsure is the exception: the storage
	// failed while writing and would not say what it kept. Repeat the commit with the same Seen or Expect.
	//
	// A context that ends before the commit has begun stops it; one that ends later does not, and the answer is
	// then what happened.
	Commit(ctx context.Context, c Commit) (last uint64, err error)
	// CommitAll commits decisions that have nothing to do with each other, in their order, each taken or refused on
	// its own as by Commit, and answers each in its place. It costs less than as many calls of Commit.
	CommitAll(ctx context.Context, commits []Commit) []Result
	// Seen tells what the commit with this Seen recorded, if there was one and it has not been swept.
	Seen(ctx context.Context, id string) (stream string, last uint64, ok bool, err error)
	// Sweep forgets the ids of requests committed before the given moment, and tells how many. Keep a day.
	Sweep(ctx context.Context, before time.Time) (int, error)

	// Events yields the events of a stream after the given sequence number, in order and without a gap. An unknown
	// stream has none. An event whose checksum is wrong, or that is missing in the middle or at the end, is never
	// yielded: the sequence ends with a *CorruptError that names it.
	Events(ctx context.Context, stream string, after uint64) iter.Seq2[Record, error]
	// All yields every event of the journal: those of one stream in order, streams mixed in whatever way is fastest
	// to read. Damage ends it as it ends Events. It is for rebuilding everything; a single stream has Events.
	All(ctx context.Context) iter.Seq2[Entry, error]
	// Streams yields the streams whose name has the prefix, ordered by name.
	Streams(ctx context.Context, prefix string) iter.Seq2[Stream, error]
	// Verify checks every record of a stream, or of the whole journal when stream is empty, and tells how many it
	// read. Damage comes back as *CorruptError values joined in reading order, a hundred at most; errors.As finds
	// the first.
	Verify(ctx context.Context, stream string) (checked int, err error)

	// Lookup returns the value of a link.
	Lookup(ctx context.Context, key string) (value string, ok bool, err error)
	// Scan yields the links whose key has the prefix, ordered by key.
	Scan(ctx context.Context, prefix string) iter.Seq2[Link, error]
	// Next counts: 1, then always more than before, durable before it returns, never twice the same. A number may
	// be left out.
	Next(ctx context.Context, counter string) (uint64, error)
}

// Clock is when streams want to be woken.
type Clock interface {
	// Due returns the alarms that are not after now, earliest first, at most limit of them (0: all). An alarm stays
	// until a commit to its stream replaces or clears it. next is when to ask again if nothing changes: the first
	// alarm after those returned, zero when there is none; it is not after now when limit cut the answer. Damage hides
	// nothing else: err then names it (ErrCorrupt), and what could be read is returned beside it.
	Due(ctx context.Context, now time.Time, limit int) (due []Alarm, next time.Time, err error)
}

// Outbox is what must still be said or done. Delivering is: Ready, Start, do it, Settle.
type Outbox interface {
	// Ready returns items that may be delivered now, at most limit of them (0: all): the first of each lane, if its
	// needs exist, its NotBefore is not after now and it is not in flight. They are ordered by rank, then by age
	// (order of commit). next is when to ask again if nothing changes: the first NotBefore still ahead, zero when
	// nothing waits for a moment; it is not after now when limit cut the answer. Damage hides nothing else: err then
	// names it (ErrCorrupt), and what could be read is returned beside it.
	Ready(ctx context.Context, now time.Time, limit int) (items []Item, next time.Time, err error)
	// Start makes it durable that a try of these items begins, before the effect, and puts them in flight: Ready
	// leaves them out until they are settled, or until the process that started them is gone, whereupon they are
	// offered again with Unsure set. It returns the items as they are now, Tries counted, in the order of keys.
	// Keys that cannot be started are left out: in flight already, superseded, settled or dead since Ready.
	Start(ctx context.Context, keys ...string) ([]Item, error)
	// Settle records outcomes, all in one transaction, with the links that were learnt. It also takes items that
	// were never started. A dead item takes Done, which removes it. Any other settlement of a dead item, and one of
	// a key that is not in the outbox, is passed over with its links, so that settlements may be repeated.
	Settle(ctx context.Context, s ...Settlement) error
	// Dead yields the dead items, ordered by key, with the note that says why.
	Dead(ctx context.Context) iter.Seq2[Item, error]
	// Revive puts dead items back at the end of their lanes, to be tried at once with Tries at zero, and tells how
	// many. Unsure and Note stay. Other keys are passed over.
	Revive(ctx context.Context, keys ...string) (int, error)
	// Depth measures the outbox. It reads all of it: ask for it now and then, not in a loop.
	Depth(ctx context.Context) (Depth, error)
}

// Journal is everything a store does. It may be used by many goroutines at once. What it returns belongs to the
// caller, and what it is given is not kept. After Close every method answers ErrClosed.
type Journal interface {
	Log
	Clock
	Outbox

	// Watch returns a channel that gets a signal after every change which may have brought something new to Due or
	// Ready. Signals coalesce: one that nobody took yet stands for all. The first is there at once. The watch ends
	// with ctx or with Close; the channel is never closed.
	Watch(ctx context.Context) <-chan struct{}
	// Ping tells whether a commit would be taken now. A journal that refused writes tries to write again.
	Ping(ctx context.Context) error
	// Snapshot writes a consistent copy, from which the journal can be opened again, while commits go on.
	Snapshot(ctx context.Context, w io.Writer) error
	// Close waits for commits that have begun, refuses the rest with ErrClosed, and lets go of the storage. Closing
	// twice is fine.
	Close() error
}
