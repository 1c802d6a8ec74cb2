package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/sitrep-bot/sitrep/store"
)

// Options say how a journal is opened. The zero value is right for a bot.
type Options struct {
	// ReadOnly opens an existing file for reading only, side by side with other readers. Everything that writes
	// answers store.ErrReadOnly.
	ReadOnly bool
	// LockWait is how long to wait for another process to let go of the file; zero is one second.
	LockWait time.Duration
	// MaxSize is the size in bytes beyond which the file does not grow; zero is no limit.
	MaxSize int

	// opened is told about every file that is opened. Tests use it to take the disk away.
	opened func(*os.File)
}

// Journal is a store.Journal in a file. It is safe for concurrent use.
type Journal struct {
	path    string
	options Options

	mu     sync.RWMutex // guards db while it is exchanged
	db     *bbolt.DB    // nil when closed or, with down set, out of reach
	down   error        // why db is nil
	closed bool

	committer
	flight   flight
	watchers store.Watchers
}

var _ store.Journal = (*Journal)(nil)

// format is what the file says about itself. It changes when an older sitrep could not read the file.
const format = "sitrep journal 1"

// Open opens the journal in the file, which is created when it does not exist; its folder must. When another
// process has it open, the answer is store.ErrLocked after LockWait. Opening does not read the journal: a file
// with a million events opens like an empty one.
func Open(path string, o Options) (*Journal, error) {
	if o.LockWait == 0 {
		o.LockWait = time.Second
	}
	db, err := open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	j := &Journal{path: path, options: o, db: db}
	if err := j.prepare(); err != nil {
		return nil, fmt.Errorf("open journal %s: %w", path, errors.Join(err, db.Close()))
	}
	j.init()
	if !o.ReadOnly {
		go j.commitLoop()
	}
	return j, nil
}

// open opens the file and turns bbolt's answers into the contract's.
func open(path string, o Options) (db *bbolt.DB, err error) {
	var file *os.File
	defer func() {
		if err != nil && db == nil && file != nil {
			_ = file.Close() // When bbolt panicked it kept the file, and with it the lock.
		}
	}()
	defer guard(debug.SetPanicOnFault(true), &err)
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: o.LockWait, ReadOnly: o.ReadOnly, MaxSize: o.MaxSize,
		FreelistType: bbolt.FreelistMapType, InitialMmapSize: reserve(), NoStatistics: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, mode)
			if file = f; err != nil {
				return f, err
			}
			if o.opened != nil {
				o.opened(f)
			}
			return f, o.refuse(f)
		},
	})
	if err != nil {
		return nil, openError(err)
	}
	db.AllocSize = 4 << 20
	return db, nil
}

// refuse tells that there is nothing to read in a file, which bbolt would begin to write.
func (o Options) refuse(f *os.File) error {
	if info, err := f.Stat(); err != nil || !o.ReadOnly || info.Size() > 0 {
		return err
	}
	return &store.CorruptError{What: "file: it is empty"}
}

// reserve is how much address space the file may grow into before it must be mapped anew, for which every reader
// has to pause. Windows would grow the file itself.
func reserve() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 0
	}
	return 1 << 30
}

func openError(err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%w; stop the other sitrep that uses this file, or name another data folder", store.ErrLocked)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return &store.CorruptError{What: fmt.Sprintf("file: %v", err)}
	case strings.HasPrefix(err.Error(), "file size too small"): // bbolt has no name for it
		return &store.CorruptError{What: "file: too short for a journal"}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	return err
}

// prepare checks the file's format, and makes a new file a journal.
func (j *Journal) prepare() (err error) {
	defer guard(debug.SetPanicOnFault(true), &err)
	fresh := false
	err = j.db.View(func(tx *bbolt.Tx) error {
		if fresh = tx.Bucket(buckets[bMeta]) == nil; fresh {
			return nil
		}
		body, _, err := newTxn(j, tx).get(bMeta, keyFormat)
		if err == nil && string(body) != format {
			err = fmt.Errorf("file has format %q, this sitrep reads %q", body, format)
		}
		return err
	})
	if err != nil || !fresh {
		return err
	}
	if j.options.ReadOnly {
		return &store.CorruptError{What: "file: holds no journal"}
	}
	if err := j.db.Update(j.found); err != nil {
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	}
	syncFolder(filepath.Dir(j.path))
	return nil
}

// found creates the buckets of a new journal.
func (j *Journal) found(tx *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	t := newTxn(j, tx)
	return t.putText(bMeta, keyFormat, format)
}

// syncFolder makes the name of a new file durable. Not every system can, and the file is good without it.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// view runs fn in a read transaction. Panics and faults that damaged pages cause come back as errors.
func (j *Journal) view(ctx context.Context, fn func(*txn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	if err := j.reachable(); err != nil {
		return err
	}
	defer guard(debug.SetPanicOnFault(true), &err)
	return j.db.View(func(tx *bbolt.Tx) error { return fn(newTxn(j, tx)) })
}

// reachable tells why there is no database to read.
func (j *Journal) reachable() error {
	switch {
	case j.closed:
		return store.ErrClosed
	case j.db == nil:
		return fmt.Errorf("file out of reach: %w", j.down)
	}
	return nil
}

// guard ends a function that touches pages: it restores the fault handling and makes an error of a panic.
func guard(faults bool, err *error) {
	debug.SetPanicOnFault(faults)
	if p := recover(); p != nil {
		*err = panicked(p)
	}
}

func panicked(p any) error {
	if damage, ok := p.(*store.CorruptError); ok {
		return damage
	}
	return &store.CorruptError{What: fmt.Sprintf("damaged page: %v", p)}
}

// Watch implements store.Journal.
func (j *Journal) Watch(ctx context.Context) <-chan struct{} { return j.watchers.Watch(ctx) }

// Close implements store.Journal.
func (j *Journal) Close() error {
	j.stop()
	if !j.options.ReadOnly {
		<-j.stopped
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	if j.db == nil {
		return nil
	}
	if err := j.db.Close(); err != nil {
		return fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return nil
}
