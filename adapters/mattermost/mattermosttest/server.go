package mattermosttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// How long things may take before a test gives up. A busy machine takes long; a broken test is seldom.
const (
	patience = 2 * time.Minute // to start
	sight    = time.Minute     // to see what was done
)

// Server is a running Mattermost without a licence.
type Server struct {
	// URL is its address without a slash at the end.
	URL string
	// Admin acts as a system administrator.
	Admin *model.Client4

	binary string
	dir    string
	env    map[string]string
	proc   *process
}

// machine is what the tests of one binary share: a PostgreSQL and a server, both started on first use.
type machine struct {
	mu     sync.Mutex
	active bool
	dir    string
	needs  needs
	pg     *postgres
	shared *Server
	seeded *seed
	count  int
}

var house machine

// Main runs the tests of a binary and stops what they started. TestMain calls it and does nothing else.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a TestMain that has more to do. It returns the exit code.
func Run(m interface{ Run() int }) int {
	house.active = true
	defer house.close()
	return m.Run()
}

// Start is the server that all tests of the binary share. The first call starts it.
func Start(t testing.TB) *Server {
	t.Helper()
	house.mu.Lock()
	defer house.mu.Unlock()
	if house.shared == nil {
		house.shared = house.server(t, nil)
	}
	return house.shared
}

// StartOwn is a server for this test alone, which may restart it. The keys of env are Mattermost's
// (MM_SECTION_KEY); they win over the ones set here.
func StartOwn(t testing.TB, env map[string]string) *Server {
	t.Helper()
	house.mu.Lock()
	defer house.mu.Unlock()
	s := house.server(t, env)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the Mattermost log:\n%s", s.proc.tail())
		}
		s.proc.kill(syscall.SIGKILL)
	})
	return s
}

func (h *machine) server(t testing.TB, env map[string]string) *Server {
	t.Helper()
	if !h.active {
		t.Fatal("TestMain must call mattermosttest.Main")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if h.pg == nil {
		h.prepare(ctx, t)
	}
	h.count++
	s := &Server{binary: h.needs.server, dir: filepath.Join(h.dir, fmt.Sprintf("server%d", h.count))}
	if err := s.boot(ctx, h.pg, database{name: fmt.Sprintf("mm%d", h.count)}, env); err != nil {
		t.Fatal(err)
	}
	if err := s.firstUser(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *machine) prepare(ctx context.Context, t testing.TB) {
	t.Helper()
	if testing.Short() && !demanded() {
		t.Skip("a real Mattermost is started only without -short")
	}
	found, err := look()
	if err != nil {
		without(t, err)
	}
	h.needs = found
	if h.dir == "" {
		if h.dir, err = os.MkdirTemp("", "mattermosttest"); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(h.dir, 0o755); err != nil { // PostgreSQL's user has to pass through
			t.Fatal(err)
		}
	}
	if h.pg, err = startPostgres(ctx, found.pgBin, h.dir); err != nil {
		t.Fatal(err)
	}
}

func (h *machine) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.shared != nil {
		h.shared.proc.kill(syscall.SIGKILL)
	}
	if h.pg != nil {
		h.pg.stop()
	}
	if h.dir != "" {
		_ = os.RemoveAll(h.dir) // the operating system clears what stays
	}
}

// boot starts the process on a new database.
func (s *Server) boot(ctx context.Context, pg *postgres, db database, env map[string]string) error {
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		return fmt.Errorf("start Mattermost: %w", err)
	}
	if err := pg.create(ctx, db); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.URL = fmt.Sprintf("http://127.0.0.1:%d", port)
	s.env = settings(s.dir, port, pg.source(db.name))
	maps.Copy(s.env, env)
	return s.run(ctx)
}

// run starts the process and waits until it answers.
func (s *Server) run(ctx context.Context) error {
	cmd := exec.Command(s.binary)
	cmd.Dir = s.dir
	cmd.Env = []string{"HOME=" + s.dir, "PATH=/usr/bin:/bin"}
	for _, key := range slices.Sorted(maps.Keys(s.env)) {
		cmd.Env = append(cmd.Env, key+"="+s.env[key])
	}
	proc, err := start(cmd, filepath.Join(s.dir, "server.log"))
	if err != nil {
		return err
	}
	s.proc = proc
	client := model.NewAPIv4Client(s.URL)
	return proc.until(ctx, func(ctx context.Context) error {
		status, _, err := client.GetPing(ctx)
		if err == nil && status != model.StatusOk {
			return fmt.Errorf("ping says %q", status)
		}
		return err
	})
}

// firstUser signs up the first person, who becomes system administrator by that.
func (s *Server) firstUser(ctx context.Context) error {
	s.Admin = model.NewAPIv4Client(s.URL)
	name := &model.User{Username: "admin", Email: "admin@example.org", Password: password}
	if _, _, err := s.Admin.CreateUser(ctx, name); err != nil {
		return fmt.Errorf("create the administrator: %w", err)
	}
	if _, _, err := s.Admin.Login(ctx, name.Username, password); err != nil {
		return fmt.Errorf("sign in as administrator: %w", err)
	}
	if s.Admin.AuthToken == "" {
		return errors.New("sign in as administrator: no token")
	}
	return nil
}

// Stop ends the server at once, as a crash would. Only for a server from [StartOwn].
func (s *Server) Stop() { s.proc.kill(syscall.SIGKILL) }

// Resume starts a stopped server again, on the same address and with the same data.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.run(ctx); err != nil {
		t.Fatal(err)
	}
}
