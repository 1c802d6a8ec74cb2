package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
)

// patience is how long anything in a script may take.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	testscript.Main(housed{m}, map[string]func(){"sitrep": main})
}

// housed stops the servers that tests started before the binary ends.
type housed struct{ m *testing.M }

func (h housed) Run() int { return mattermosttest.Run(h.m) }

// TestScripts runs the program as people do. testdata/script/README.md is the manual of the script's own commands.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: rewrite(),
		Setup: func(e *testscript.Env) error {
			e.Values["bots"] = map[string]*background{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "start": startBot, "halt": haltBot, "slay": slayBot, "listen": listenIn, "get": get, "seed": seedLog, "tamper": tamperLog,
		},
	})
}

// exits runs sitrep and expects an exit code: exits 2 sitrep nonsense.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE sitrep ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, expected %d", got, want)
	}
}

// background is a sitrep that runs beside the script.
type background struct {
	cmd      *exec.Cmd
	out, err locked
	ended    chan error
}

// locked is a buffer for two.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startBot runs sitrep beside the script and waits until it prints a line that begins with LINE. What follows on that
// line becomes the variable NAME: start NAME LINE sitrep ARGS….
func startBot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start NAME LINE sitrep ARGS…")
	}
	name, begin := args[0], args[1]
	b := &background{cmd: exec.Command(args[2], args[3:]...), ended: make(chan error, 1)}
	b.cmd.Dir, b.cmd.Stderr = ts.MkAbs("."), &b.err
	b.cmd.Env = append(os.Environ(), "TMPDIR="+ts.Getenv("WORK"), "HOME="+ts.Getenv("HOME"))
	stdout, err := b.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(b.cmd.Start())
	ts.Defer(func() { _ = b.cmd.Process.Kill() })
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(io.TeeReader(stdout, &b.out))
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), begin); ok {
				select {
				case found <- strings.TrimSpace(rest):
				default:
				}
			}
		}
		b.ended <- b.cmd.Wait()
	}()
	select {
	case rest := <-found:
		ts.Setenv(name, rest)
	case err := <-b.ended:
		ts.Fatalf("%s ended before it said %q: %v\n%s%s", name, begin, err, b.out.String(), b.err.String())
	case <-time.After(patience):
		ts.Fatalf("%s did not say %q in %s\n%s%s", name, begin, patience, b.out.String(), b.err.String())
	}
	ts.Value("bots").(map[string]*background)[name] = b
}

// haltBot asks a bot to terminate, expects that it ends with 0 within ten seconds, and keeps what it said in
// NAME.out and NAME.err: halt NAME.
func haltBot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: halt NAME")
	}
	b := ts.Value("bots").(map[string]*background)[args[0]]
	if b == nil {
		ts.Fatalf("no bot %s was started", args[0])
	}
	ts.Check(b.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-b.ended:
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), []byte(b.out.String()), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), []byte(b.err.String()), 0o600))
		if err != nil {
			ts.Fatalf("%s ended with %v\n%s", args[0], err, b.err.String())
		}
	case <-time.After(10 * time.Second):
		ts.Fatalf("%s still runs ten seconds after it was asked to end\n%s", args[0], b.err.String())
	}
}

// slayBot kills a bot where it stands: slay NAME.
func slayBot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: slay NAME")
	}
	b := ts.Value("bots").(map[string]*background)[args[0]]
	ts.Check(b.cmd.Process.Kill())
	if <-b.ended == nil {
		ts.Fatalf("a killed bot ends with an error")
	}
}

// listenIn opens a stream and keeps it open until the other side ends it: listen URL.
func listenIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listen URL")
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, args[0], nil)
	ts.Check(err)
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), line)
	ts.Defer(func() { _ = response.Body.Close() })
}

// get asks a server and shows its answer: get URL. With ! the answer is an error.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: get URL")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, args[0], nil)
	ts.Check(err)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n%s", response.StatusCode, response.Header.Get("Location"), body)
	if bad := response.StatusCode >= http.StatusBadRequest; bad != neg {
		ts.Fatalf("GET %s: %s", args[0], response.Status)
	}
}
