package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sitrep-bot/sitrep/store"
)

// childEnv names what this test binary does instead of testing, when a test has started it as a process of its own.
const childEnv = "SITREP_BOLT_CHILD"

var children = map[string]func(path string) error{"commit": commitForEver}

func TestMain(m *testing.M) {
	if child := children[os.Getenv(childEnv)]; child != nil {
		if err := child(os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// startChild starts this binary in a role, with a path as its argument.
func startChild(t *testing.T, role, path string) (*exec.Cmd, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, path)
	cmd.Env = append(os.Environ(), childEnv+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return cmd, out
}

const crashWriters = 8

// commitForEver commits side by side, and says so on stdout when a commit was acknowledged.
func commitForEver(path string) error {
	j, err := Open(path, Options{})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() {
			stream := fmt.Sprintf("s-%d", w)
			for seq := uint64(0); ; seq++ {
				last, err := j.Commit(context.Background(), crashCommit(stream, seq))
				if errors.Is(err, store.ErrSeen) {
					continue // Committed before the last kill.
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Fprintf(os.Stdout, "%s %d\n", stream, last)
			}
		})
	}
	wg.Wait()
	return nil
}

// crashCommit is a commit with one of everything, all of which tells the number of its event.
func crashCommit(stream string, expect uint64) store.Commit {
	seq := expect + 1
	name := fmt.Sprintf("%s/%d", stream, seq)
	at := time.Unix(int64(seq), 0)
	return store.Commit{
		Stream: stream, Expect: expect, Events: [][]byte{[]byte(name)}, Wake: at, At: at, Seen: "req/" + name,
		Outbox: []store.Item{{Key: name, Lane: stream}}, Links: []store.Link{{Key: "link/" + name, Value: "1"}},
	}
}

// TestKillLosesNothing kills a committing process at random moments, again and again on the same file. Everything
// that was acknowledged must be there, and no commit by half.
func TestKillLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	acknowledged := make(map[string]uint64)
	for round := range 8 {
		cmd, out := startChild(t, "commit", path)
		lines := bufio.NewScanner(out)
		for n := rand.IntN(400) + 1; n > 0 && lines.Scan(); n-- {
			note(t, acknowledged, lines.Text())
		}
		require.NoError(t, cmd.Process.Kill())
		for lines.Scan() {
			if strings.Count(lines.Text(), " ") == 1 {
				note(t, acknowledged, lines.Text())
			}
		}
		require.Error(t, cmd.Wait(), "the child ended before it was killed")
		checkAfterKill(t, path, acknowledged, round)
	}
}

// note remembers an acknowledged commit. A last line may be cut by the kill: it then names a smaller number.
func note(t *testing.T, acknowledged map[string]uint64, line string) {
	t.Helper()
	var stream string
	var seq uint64
	if _, err := fmt.Sscanf(line, "%s %d", &stream, &seq); err == nil {
		acknowledged[stream] = max(acknowledged[stream], seq)
	}
}

func checkAfterKill(t *testing.T, path string, acknowledged map[string]uint64, round int) {
	t.Helper()
	j, err := Open(path, Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	_, err = j.Verify(t.Context(), "")
	require.NoError(t, err)
	total := 0
	for s, err := range j.Streams(t.Context(), "") {
		require.NoError(t, err)
		require.GreaterOrEqual(t, s.Last, acknowledged[s.Name], "round %d: stream %s lost acknowledged commits", round, s.Name)
		require.EqualValues(t, s.Last, s.Wake.Unix(), "alarm is of another commit")
		checkWholeStream(t, j, s)
		total += int(s.Last)
	}
	require.NotEmpty(t, acknowledged)
	d, err := j.Depth(t.Context())
	require.NoError(t, err)
	require.Equal(t, total, d.Waiting)
	n := 0
	for _, err := range j.Scan(t.Context(), "link/") {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, total, n)
}

func checkWholeStream(t *testing.T, j *Journal, s store.Stream) {
	t.Helper()
	seq := uint64(0)
	for r, err := range j.Events(t.Context(), s.Name, 0) {
		require.NoError(t, err)
		seq++
		require.Equal(t, fmt.Sprintf("%s/%d", s.Name, seq), string(r.Data))
		_, last, ok, err := j.Seen(t.Context(), "req/"+string(r.Data))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, seq, last)
	}
	require.Equal(t, s.Last, seq)
}
