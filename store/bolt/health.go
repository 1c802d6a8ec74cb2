package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/sitrep-bot/sitrep/store"
)

// health is what the committer knows about the disk.
type health struct {
	refused atomic.Bool // the last attempt to write failed
	suspect error       // why the file must be opened anew before it is written; the committer's alone
}

func (h *health) ok() { h.refused.Store(false) }

// failed decides what a group is answered whose transaction the disk did not take. nil: it was kept after all.
func (j *Journal) failed(cause error, t *txn) error {
	j.health.refused.Store(true)
	refusal := fmt.Errorf("%w: %w", store.ErrReadOnly, cause)
	if full(cause) && j.lastTransaction() < t.id {
		return refusal // The file is as it was before, and the handle is good.
	}
	j.health.suspect = cause
	if err := j.mend(); err != nil {
		return fmt.Errorf("%w: %w", store.ErrUnsure, refusal)
	}
	if j.lastTransaction() >= t.id {
		return nil
	}
	return refusal
}

// full tells that a write was refused for want of space. When the file itself cannot grow, which comes before any
// write, bbolt passes the reason on as text only.
func full(err error) bool {
	return strings.HasPrefix(err.Error(), "file resize error:") || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) || errors.Is(err, syscall.EDQUOT) ||
		errors.Is(err, berrors.ErrMaxSizeReached)
}

// lastTransaction returns the number of the transaction that the file is at.
func (j *Journal) lastTransaction() int {
	last := 0
	_ = j.view(context.Background(), func(t *txn) error {
		last = t.tx.ID()
		return nil
	})
	return last
}

// mend opens a suspect file anew and verifies it. Until it succeeds nothing is written.
func (j *Journal) mend() error {
	if j.health.suspect == nil {
		return nil
	}
	if err := j.reopen(); err != nil {
		return fmt.Errorf("%w: %w; opening the file anew: %w", store.ErrReadOnly, j.health.suspect, err)
	}
	if _, err := j.Verify(context.Background(), ""); err != nil {
		return fmt.Errorf("%w: %w; verifying the file: %w", store.ErrReadOnly, j.health.suspect, err)
	}
	j.health.suspect = nil
	return nil
}

// reopen exchanges the database for a fresh one. When the file cannot be written it is opened for reading, so that
// reads go on.
func (j *Journal) reopen() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.db != nil {
		_ = j.db.Close() // It failed already; what it has to say about its closing does not matter.
		j.db = nil
	}
	dropCache(j.path)
	db, err := open(j.path, j.options)
	if err == nil {
		j.db, j.down = db, nil
		return nil
	}
	reading := j.options
	reading.ReadOnly = true
	if j.db, j.down = nil, err; j.readable(reading) == nil {
		j.down = nil
	}
	return err
}

func (j *Journal) readable(o Options) error {
	db, err := open(j.path, o)
	if err == nil {
		j.db = db
	}
	return err
}

// dropCache lets the kernel forget the pages of the file that it believes to be on disk, so that what is read next
// is what the disk has.
func dropCache(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	_ = f.Sync()
	forgetPages(f)
}

// Ping implements store.Journal. As long as writes succeed it writes nothing.
func (j *Journal) Ping(ctx context.Context) error {
	if err := j.view(ctx, func(*txn) error { return nil }); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if !j.health.refused.Load() && !j.options.ReadOnly {
		return nil
	}
	if err := j.write(ctx, func(t *txn) error { return t.putText(bMeta, keyPing, "") }); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}
