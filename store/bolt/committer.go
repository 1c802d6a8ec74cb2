package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/sitrep-bot/sitrep/store"
)

// maxGroup bounds one transaction, and with it how long the last of a group waits.
const maxGroup = 4096

// op is something that writes. Its run checks first and writes second: an error after it wrote undoes the whole
// transaction. It may run more than once, so it sets what it returns anew each time.
type op struct {
	ctx  context.Context
	run  func(*txn) error
	err  error
	done *sync.WaitGroup
}

// committer is the queue in front of the one goroutine that writes.
type committer struct {
	queueMu  sync.Mutex
	queue    []*op
	stopping bool

	kick    chan struct{} // something is in the queue, or stopping is set
	stopped chan struct{} // closed when the goroutine has ended
	health  health
}

func (c *committer) init() {
	c.kick = make(chan struct{}, 1)
	c.stopped = make(chan struct{})
}

// stop lets the goroutine finish its group and refuse the rest.
func (c *committer) stop() {
	c.queueMu.Lock()
	c.stopping = true
	c.queueMu.Unlock()
	c.wake()
}

func (c *committer) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// write queues an operation and waits until it is durable or refused.
func (j *Journal) write(ctx context.Context, run func(*txn) error) error {
	ops := [1]op{{ctx: ctx, run: run}}
	if err := j.writeAll(ctx, ops[:]); err != nil {
		return err
	}
	return ops[0].err
}

// writeAll queues operations together and waits until each has its answer, unless none can be taken.
func (j *Journal) writeAll(ctx context.Context, ops []op) error {
	if j.options.ReadOnly {
		return j.whyNot()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var done sync.WaitGroup
	done.Add(len(ops))
	j.queueMu.Lock()
	if j.stopping {
		j.queueMu.Unlock()
		return store.ErrClosed
	}
	for i := range ops {
		ops[i].done = &done
		j.queue = append(j.queue, &ops[i])
	}
	j.queueMu.Unlock()
	j.wake()
	done.Wait()
	return nil
}

// whyNot tells why a journal that was opened for reading takes nothing.
func (j *Journal) whyNot() error {
	j.queueMu.Lock()
	defer j.queueMu.Unlock()
	if j.stopping {
		return store.ErrClosed
	}
	return fmt.Errorf("%w: opened for reading only", store.ErrReadOnly)
}

// commitLoop commits group after group until the journal is closed.
func (j *Journal) commitLoop() {
	defer close(j.stopped)
	for range j.kick {
		for {
			j.gather()
			group, stopping := j.takeGroup()
			if stopping {
				answer(group, store.ErrClosed)
				return
			}
			if len(group) == 0 {
				break
			}
			j.commitGroup(group)
		}
	}
}

// gather lets others run as long as that brings more to commit: those who were answered a moment ago are about to
// come back, and join this group in place of waiting for the next. It waits for nobody, and costs a lone writer less
// than a microsecond.
func (c *committer) gather() {
	const idle = 3 // passes of the scheduler without anybody new
	for was, quiet := 0, 0; quiet < idle; {
		runtime.Gosched()
		c.queueMu.Lock()
		n := len(c.queue)
		c.queueMu.Unlock()
		if quiet++; n > was {
			was, quiet = n, 0
		}
	}
}

// takeGroup takes what waits, or everything when the journal stops.
func (c *committer) takeGroup() (group []*op, stopping bool) {
	c.queueMu.Lock()
	defer c.queueMu.Unlock()
	n := len(c.queue)
	if !c.stopping {
		n = min(n, maxGroup)
	}
	group, c.queue = c.queue[:n:n], c.queue[n:]
	if len(c.queue) == 0 {
		c.queue = nil
	}
	return group, c.stopping
}

func answer(group []*op, err error) {
	for _, o := range group {
		if err != nil {
			o.err = err
		}
		o.done.Done()
	}
}

// commitGroup makes a group durable with one sync and answers it. When one of them comes upon damage in the middle
// of its writes, each gets a transaction of its own, so that only that one fails.
func (j *Journal) commitGroup(group []*op) {
	err := j.mend()
	if err == nil {
		err = j.attempt(group)
	}
	if errors.Is(err, errUndone) {
		if len(group) > 1 {
			for _, o := range group {
				j.commitGroup([]*op{o})
			}
			return
		}
		err = errors.Unwrap(err)
	}
	answer(group, err)
}

var (
	errUndone  = errors.New("transaction undone")
	errNothing = errors.New("nothing to write")
)

// undone is an errUndone that unwraps to what the operation is answered.
type undone struct{ cause error }

func (u undone) Error() string        { return u.cause.Error() }
func (u undone) Unwrap() error        { return u.cause }
func (u undone) Is(target error) bool { return target == errUndone }

// attempt runs a group in one transaction. nil means that every op has its own answer.
func (j *Journal) attempt(group []*op) error {
	var t *txn
	applied, err := j.apply(group, &t)
	switch {
	case errors.Is(err, errNothing):
		return nil
	case err != nil && !applied:
		return undone{err} // An operation failed, or a damaged page stopped the transaction.
	case err != nil:
		if err := j.failed(err, t); err != nil {
			return err
		}
	}
	j.health.took(t.size())
	j.flight.merge(t.flights)
	if t.news {
		j.watchers.Signal()
	}
	return nil
}

// apply runs the operations of a group and commits. applied tells that all of them ran, and that an error is the
// disk's.
func (j *Journal) apply(group []*op, t **txn) (applied bool, err error) {
	defer guardCommit(debug.SetPanicOnFault(true), &applied, &err)
	err = j.db.Update(func(tx *bbolt.Tx) error {
		*t = newTxn(j, tx)
		wrote := false
		for _, o := range group {
			(*t).wrote = false
			if o.err = o.ctx.Err(); o.err == nil {
				o.err = o.run(*t)
			}
			if o.err != nil && (*t).wrote {
				return o.err
			}
			wrote = wrote || (*t).wrote
		}
		if !wrote {
			return errNothing
		}
		if err := (*t).flush(); err != nil {
			return err
		}
		(*t).id = tx.ID()
		applied = true
		return nil
	})
	return applied, err
}

// guardCommit is guard for a commit: a panic is damage and not the disk's answer.
func guardCommit(faults bool, applied *bool, err *error) {
	debug.SetPanicOnFault(faults)
	if p := recover(); p != nil {
		*applied, *err = false, panicked(p)
	}
}
