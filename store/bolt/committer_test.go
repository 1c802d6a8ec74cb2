package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/store"
)

// held stops the committer inside a transaction until release is called, and waits until it is there.
func held(t *testing.T, j *Journal) (release func()) {
	t.Helper()
	inside, leave, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- j.write(context.Background(), func(*txn) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	return func() {
		close(leave)
		require.NoError(t, <-ended)
	}
}

// queued waits until so many operations stand in the queue.
func queued(j *Journal, n int) {
	for {
		j.queueMu.Lock()
		is := len(j.queue)
		j.queueMu.Unlock()
		if is >= n {
			return
		}
		runtime.Gosched()
	}
}

func TestThoseWhoWaitShareOneTransaction(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	before := j.lastTransaction()
	release := held(t, j)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			_, err := j.Commit(context.Background(), store.Commit{Stream: fmt.Sprintf("s-%d", i%32), Events: [][]byte{{1}}})
			if err != nil && !errors.Is(err, store.ErrConflict) {
				t.Errorf("commit: %v", err)
			}
		})
	}
	queued(j, 64)
	release()
	wg.Wait()
	require.Equal(t, before+1, j.lastTransaction(), "64 commits that waited took more than one transaction")
	n := 0
	for _, err := range j.All(t.Context()) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 32, n, "of two commits of one group to one stream exactly one is taken")
}

func TestRefusalsCostNoTransaction(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	_, err := j.Commit(t.Context(), store.Commit{Stream: "s", Seen: "r", Claims: []store.Link{{Key: "k", Value: "v"}}})
	require.NoError(t, err)
	before := j.lastTransaction()
	for _, c := range []store.Commit{
		{Stream: "s", Expect: 4}, {Stream: "s", Seen: "r"}, {Stream: "s", Claims: []store.Link{{Key: "k", Value: "w"}}},
	} {
		_, err := j.Commit(t.Context(), c)
		require.Error(t, err)
	}
	_, err = j.Commit(t.Context(), store.Commit{Stream: "s"})
	require.NoError(t, err)
	require.NoError(t, j.Settle(t.Context(), store.Settlement{Key: "unknown"}))
	require.Equal(t, before, j.lastTransaction())
}

func TestCloseRefusesWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	j := mustOpen(t, path, Options{})
	release := held(t, j)
	answers := make(chan error, 3)
	for i := range cap(answers) {
		go func() {
			_, err := j.Commit(context.Background(), store.Commit{Stream: fmt.Sprint(i), Events: [][]byte{{1}}})
			answers <- err
		}()
	}
	queued(j, cap(answers))
	closed := make(chan error)
	j.stop()
	go func() { closed <- j.Close() }()
	release()
	require.NoError(t, <-closed)
	for range cap(answers) {
		require.ErrorIs(t, <-answers, store.ErrClosed)
	}
	again := mustOpen(t, path, Options{})
	for s, err := range again.Streams(t.Context(), "") {
		require.NoError(t, err)
		t.Fatalf("stream %s was refused and is there", s.Name)
	}
}

func TestContextThatEndsInTheQueueStopsTheCommit(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{})
	release := held(t, j)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := j.Commit(ctx, store.Commit{Stream: "s", Events: [][]byte{{1}}})
		answer <- err
	}()
	queued(j, 1)
	cancel()
	release()
	require.ErrorIs(t, <-answer, context.Canceled)
	for s, err := range j.Streams(t.Context(), "") {
		require.NoError(t, err)
		t.Fatalf("stream %s was cancelled and is there", s.Name)
	}
}

// TestFailedGroupIsForgotten makes the disk refuse a group in which one commit builds on another.
func TestFailedGroupIsForgotten(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, filepath.Join(t.TempDir(), "journal.db"), Options{MaxSize: 6 << 20})
	release := held(t, j)
	answers := make(chan []store.Result)
	go func() {
		var commits []store.Commit
		for n := range uint64(40) {
			commits = append(commits, store.Commit{Stream: "s", Expect: n, Events: [][]byte{make([]byte, 256<<10)}})
		}
		answers <- j.CommitAll(context.Background(), commits)
	}()
	queued(j, 40)
	release()
	for i, r := range <-answers {
		require.ErrorIs(t, r.Err, store.ErrReadOnly, "commit %d", i)
	}
	_, err := j.Commit(t.Context(), store.Commit{Stream: "s", Events: [][]byte{{1}}})
	require.NoError(t, err)
}
