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
	refused atomic.Int64 // how many bytes must be written to believe in the disk again; 0: it is not in doubt
	suspect error        // why the file must be opened anew before it is written; the committer's alone
}

// How much is written at least and at most to find out whether a disk that refused a commit takes commits again.
// Less than a commit needs would be taken by a disk that is full: the file has a few free pages of its own.
const (
	minProbe = 64 << 10
	maxProbe = 4 << 20
)

func (h *health) inDoubt() bool { return h.refused.Load() > 0 }

// refuse notes that the disk did not take so many bytes.
func (h *health) refuse(bytes int64) {
	h.refused.Store(max(h.refused.Load(), min(max(bytes, minProbe), maxProbe)))
}

// took notes that the disk took so many bytes. That it took less than it refused means nothing.
func (h *health) took(bytes int64) {
	if bytes >= h.refused.Load() {
		h.refused.Store(0)
	}
}

// failed decides what a group is answered whose transaction the disk did not take. nil: it was kept after all.
func (j *Journal) failed(cause error, t *txn) error {
	j.health.refuse(t.size())
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

// Ping implements store.Journal. As long as writes succeed it writes nothing. After one was refused it writes as
// much as that one would have, and throws it away.
func (j *Journal) Ping(ctx context.Context) error {
	if err := j.view(ctx, func(*txn) error { return nil }); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if !j.health.inDoubt() && !j.options.ReadOnly {
		return nil
	}
	if err := j.probe(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// probe writes as much as was refused and lets the pages go again.
func (j *Journal) probe(ctx context.Context) error {
	size := j.health.refused.Load()
	err := j.write(ctx, func(t *txn) error { return t.put(bMeta, keyPing, make([]byte, sumSize+size)) })
	if err != nil {
		return err
	}
	return j.write(ctx, func(t *txn) error { return t.del(bMeta, keyPing) })
}
