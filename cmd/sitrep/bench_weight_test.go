package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkWeight measures the program as it is shipped: the size of the binary, and the memory that `sitrep run`
// keeps with an empty log and with 1,000 open incidents, their rooms in its browser room. The peer is a program that
// only serves HTTP.
func BenchmarkWeight(b *testing.B) {
	program, peer := build(b)
	b.Run("binary", func(b *testing.B) {
		for b.Loop() {
			b.ReportMetric(megabytes(b, program), "MB")
			b.ReportMetric(megabytes(b, program)/megabytes(b, peer), "x-empty-server")
		}
	})
	for _, open := range []int{0, 1000} {
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "data")
			furnish(b, dir, open)
			config := configure(b, dir)
			var kept, most, empty float64
			for b.Loop() {
				empty, _ = resident(b, exec.Command(peer))
				kept, most = resident(b, exec.Command(program, "run", "--config", config))
			}
			b.ReportMetric(kept, "resident-MB")
			b.ReportMetric(most, "peak-MB")
			b.ReportMetric(kept/empty, "x-empty-server")
		})
	}
}

// start runs the program on both houses, and its peer, by turns.
func (h *houses) start(b *testing.B) {
	program, peer := build(b)
	young, old := configure(b, h.young), configure(b, h.old)
	var tookYoung, took, floor spread
	for b.Loop() {
		for _, c := range []struct {
			to  *spread
			cmd *exec.Cmd
		}{
			{&floor, exec.Command(peer)},
			{&tookYoung, exec.Command(program, "run", "--config", young)},
			{&took, exec.Command(program, "run", "--config", old)},
		} {
			ready, stop := begin(b, c.cmd)
			*c.to = append(*c.to, ready)
			stop()
		}
	}
	report(b, took.middle(), "old-ms")
	report(b, tookYoung.middle(), "young-ms")
	report(b, floor.middle(), "empty-server-ms")
	b.ReportMetric(ratio(took.middle(), tookYoung.middle()), "x-young")
	b.ReportMetric(ratio(took.middle(), floor.middle()), "x-empty-server")
}

// emptyServer opens a port, says so, and serves nothing.
const emptyServer = `package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go http.Serve(listener, http.NotFoundHandler())
	fmt.Println("ready")
	<-stop
}
`

// build makes the program as it is shipped, and its peer.
func build(b *testing.B) (program, peer string) {
	b.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(b, err)
	dir := b.TempDir()
	source := filepath.Join(dir, "empty.go")
	require.NoError(b, os.WriteFile(source, []byte(emptyServer), 0o600))
	peer = filepath.Join(dir, "empty")
	makePeer := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", peer, source)
	makePeer.Env = append(os.Environ(), "CGO_ENABLED=0")
	for _, cmd := range []*exec.Cmd{exec.Command("make", "--no-print-directory", "-C", root, "build"), makePeer} {
		said, err := cmd.CombinedOutput()
		require.NoError(b, err, "%s", said)
	}
	return filepath.Join(root, "bin", "sitrep"), peer
}

func megabytes(b *testing.B, path string) float64 {
	b.Helper()
	info, err := os.Stat(path)
	require.NoError(b, err)
	return float64(info.Size()) / 1e6
}

// configure writes a config for a data folder, with the browser room and the usual team.
func configure(b *testing.B, data string) string {
	b.Helper()
	var c strings.Builder
	fmt.Fprintf(&c, "data: %s\nplaybook: nexus-micro\nhttp: {listen: 127.0.0.1:0}\nroom: {enabled: true}\n", data)
	fmt.Fprintln(&c, "channels: {announce: incidents, stakeholders: leadership, status: status}\nlog: {level: error}\npeople:")
	for _, who := range people {
		fmt.Fprintf(&c, "  %s: {room: %s}\n", who, who)
	}
	fmt.Fprintln(&c, "roles:")
	for _, role := range sortedKeys(usualRoles) {
		fmt.Fprintf(&c, "  %s: {people: [%s]}\n", role, usualRoles[role])
	}
	path := filepath.Join(b.TempDir(), "config.yaml")
	require.NoError(b, os.WriteFile(path, []byte(c.String()), 0o600))
	return path
}

// begin starts a program, tells how long it took until it said that it is ready, and how to end it.
func begin(b *testing.B, cmd *exec.Cmd) (ready time.Duration, stop func()) {
	b.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	began := time.Now()
	require.NoError(b, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "ready" {
			ready = time.Since(began)
			break
		}
	}
	stop = func() {
		require.NoError(b, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(b, cmd.Wait(), "%s", errs.String())
	}
	if ready == 0 {
		b.Fatalf("%s never was ready: %v\n%s", cmd, cmd.Wait(), errs.String())
	}
	return ready, stop
}

// resident is how much memory a program holds three seconds after it was ready, and the most that it held until
// then, in megabytes.
func resident(b *testing.B, cmd *exec.Cmd) (settled, most float64) {
	b.Helper()
	_, stop := begin(b, cmd)
	defer stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for range 30 {
		<-look.C
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		if err != nil {
			b.Skipf("this system does not tell how much memory a process has: %v", err)
		}
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
				require.NoError(b, err)
				settled = float64(kilobytes) * 1024 / 1e6
				most = max(most, settled)
			}
		}
	}
	return settled, most
}
