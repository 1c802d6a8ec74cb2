package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/sitrep-bot/sitrep/store"
)

// big is a commit that needs new pages.
func big(stream string, expect uint64) store.Commit {
	return store.Commit{Stream: stream, Expect: expect, Events: [][]byte{make([]byte, 256<<10)}}
}

// fillUp commits until the disk refuses, and returns how many were taken and the refusal.
func fillUp(ctx context.Context, j *Journal) (uint64, error) {
	for n := range uint64(1000) {
		if _, err := j.Commit(ctx, big("s", n)); err != nil {
			return n, err
		}
	}
	return 0, errors.New("the disk never filled")
}

// readable wants that reads are answered, with the given number of events.
func readBack(ctx context.Context, j *Journal, want uint64) error {
	n := uint64(0)
	for r, err := range j.Events(ctx, "s", 0) {
		if err != nil {
			return err
		}
		if n++; r.Seq != n {
			return fmt.Errorf("event %d in place of %d", r.Seq, n)
		}
	}
	if n != want {
		return fmt.Errorf("%d events, want %d", n, want)
	}
	_, err := j.Verify(ctx, "")
	return err
}

func TestSizeLimitRefusesCommitsAndAnswersReads(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, Options{MaxSize: 8 << 20})
	n, err := fillUp(t.Context(), j)
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.ErrorIs(t, err, berrors.ErrMaxSizeReached)
	require.NotErrorIs(t, err, store.ErrUnsure)
	require.Positive(t, n)
	require.NoError(t, readBack(t.Context(), j, n))
	require.NoError(t, j.Close())
	require.NoError(t, readBack(t.Context(), mustOpen(t, path, Options{}), n))
}

// TestFullDiskIsNotWritable fills the file with events of a page each. As long as a commit is refused Ping refuses, too,
// although the file has free pages that something small finds room in.
func TestFullDiskIsNotWritable(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{MaxSize: 6 << 20})
	c := store.Commit{Stream: "s", Events: slices.Repeat([][]byte{make([]byte, 3000)}, 100)}
	last, err := j.Commit(t.Context(), c)
	for ; err == nil; last, err = j.Commit(t.Context(), c) {
		c.Expect = last
		require.NoError(t, j.Ping(t.Context()))
		require.False(t, j.health.inDoubt())
	}
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.ErrorIs(t, j.Ping(t.Context()), store.ErrReadOnly)
	_, err = j.Next(t.Context(), "small")
	require.NoError(t, err, "what fits into the free pages is taken")
	require.ErrorIs(t, j.Ping(t.Context()), store.ErrReadOnly, "what is small says nothing about a commit")
	_, err = j.Commit(t.Context(), c)
	require.ErrorIs(t, err, store.ErrReadOnly)
}

func init() { children["limited"] = writeUntilLimited }

// TestFullDisk runs against a real refusal by the kernel: a child process whose files may not grow.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	cmd, _ := startChild(t, "limited", path)
	require.NoError(t, cmd.Wait())
	require.NoError(t, readBack(t.Context(), mustOpen(t, path, Options{}), 50))
}

// writeUntilLimited fills its journal up to a limit on file sizes, and wants refusals, reads, and recovery without
// a restart when the limit is lifted.
func writeUntilLimited(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	ctx := context.Background()
	j, err := Open(path, Options{})
	if err != nil {
		return err
	}
	if err := limitFiles(6 << 20); err != nil {
		return err
	}
	n, err := fillUp(ctx, j)
	if !errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrUnsure) || n == 0 {
		return fmt.Errorf("full disk answered %d, %w", n, err)
	}
	if err := readBack(ctx, j, n); err != nil {
		return fmt.Errorf("read with a full disk: %w", err)
	}
	if _, err := j.Commit(ctx, big("s", n)); !errors.Is(err, store.ErrReadOnly) {
		return fmt.Errorf("full disk answered the second time: %w", err)
	}
	if err := j.Ping(ctx); !errors.Is(err, store.ErrReadOnly) {
		return fmt.Errorf("ping with a full disk: %w", err)
	}
	if err := limitFiles(64 << 20); err != nil {
		return err
	}
	if err := j.Ping(ctx); err != nil {
		return fmt.Errorf("ping with space again: %w", err)
	}
	if j.health.inDoubt() {
		return errors.New("ping with space again still doubts the disk")
	}
	for ; n < 50; n++ {
		if _, err := j.Commit(ctx, big("s", n)); err != nil {
			return fmt.Errorf("commit with space again: %w", err)
		}
	}
	return errors.Join(readBack(ctx, j, n), j.Close())
}

func limitFiles(size uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = size
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}

// takeDisk puts another file in the place of an open one, which keeps its mapping.
func takeDisk(t *testing.T, fd int, path string, flag int) {
	t.Helper()
	other, err := os.OpenFile(path, flag, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	require.NoError(t, syscall.Dup3(int(other.Fd()), fd, syscall.O_CLOEXEC))
}

// watched returns options that remember the descriptor of the file.
func watched(fd *atomic.Int64) Options {
	return Options{opened: func(f *os.File) { fd.Store(int64(f.Fd())) }}
}

// TestFailedSync lets writes vanish and syncs fail: the null device takes every write and refuses fdatasync. What
// was written is gone, so the commit must be refused, and the file opened anew before the next.
func TestFailedSync(t *testing.T) {
	t.Parallel()
	var fd atomic.Int64
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), watched(&fd))
	_, err := j.Commit(t.Context(), big("s", 0))
	require.NoError(t, err)
	takeDisk(t, int(fd.Load()), os.DevNull, os.O_RDWR)
	_, err = j.Commit(t.Context(), big("s", 1))
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.NotErrorIs(t, err, store.ErrUnsure, "the file was opened anew, so the answer is known")
	require.NoError(t, readBack(t.Context(), j, 1))
	require.NoError(t, j.Ping(t.Context()))
	_, err = j.Commit(t.Context(), big("s", 1))
	require.NoError(t, err)
	require.NoError(t, readBack(t.Context(), j, 2))
}

// TestReadOnlyFile makes the open file unwritable, as a file system does that is mounted read-only after an error.
func TestReadOnlyFile(t *testing.T) {
	t.Parallel()
	var fd atomic.Int64
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, watched(&fd))
	_, err := j.Commit(t.Context(), big("s", 0))
	require.NoError(t, err)
	takeDisk(t, int(fd.Load()), path, os.O_RDONLY)
	_, err = j.Commit(t.Context(), big("s", 1))
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.NoError(t, readBack(t.Context(), j, 1))
	_, err = j.Commit(t.Context(), big("s", 1))
	require.NoError(t, err)
}

// TestFileGone keeps the file away while the store wants to open it anew: reads go on as long as it can be read at
// all, commits are refused without a hang, and both recover when it is back.
func TestFileGone(t *testing.T) {
	t.Parallel()
	var fd atomic.Int64
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, watched(&fd))
	_, err := j.Commit(t.Context(), big("s", 0))
	require.NoError(t, err)
	takeDisk(t, int(fd.Load()), os.DevNull, os.O_RDWR)
	require.NoError(t, os.Rename(path, path+".away"))
	require.NoError(t, os.Mkdir(path, 0o700))
	_, err = j.Commit(t.Context(), big("s", 1))
	require.ErrorIs(t, err, store.ErrReadOnly)
	require.ErrorIs(t, err, store.ErrUnsure)
	require.ErrorContains(t, j.Ping(t.Context()), "out of reach")
	_, _, err = j.Lookup(t.Context(), "k")
	require.ErrorContains(t, err, "out of reach")
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Rename(path+".away", path))
	_, err = j.Commit(t.Context(), big("s", 1))
	require.NoError(t, err)
	require.NoError(t, readBack(t.Context(), j, 2))
}
