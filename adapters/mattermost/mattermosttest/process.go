package mattermosttest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a child that runs until it is killed. Its output goes to a file.
type process struct {
	cmd  *exec.Cmd
	log  string
	gone chan struct{}
}

// spawner starts all children on one operating system thread that lives as long as the binary, because
// the kernel ends a child together with the thread that started it.
var spawner = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}()
	return jobs
})

func start(cmd *exec.Cmd, log string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	dieWithUs(cmd.SysProcAttr)
	started := make(chan error)
	spawner() <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	p := &process{cmd: cmd, log: log, gone: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // killing it is how it ends
		close(p.gone)
	}()
	return p, nil
}

// kill ends the child with sig and waits until it is gone.
func (p *process) kill(sig syscall.Signal) {
	_ = p.cmd.Process.Signal(sig) // it may be gone already
	<-p.gone
}

// tail is the end of what the child wrote.
func (p *process) tail() string {
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// until calls probe every few milliseconds until it answers nil, the child is gone or ctx ends.
func (p *process) until(ctx context.Context, probe func(context.Context) error) error {
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		pause, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		select {
		case <-p.gone:
			cancel()
			return fmt.Errorf("%s ended: %s", filepath.Base(p.cmd.Path), p.tail())
		case <-pause.Done():
			cancel()
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s does not answer: %w\n%s", filepath.Base(p.cmd.Path), err, p.tail())
		}
	}
}

// unprivileged makes cmd run as somebody other than root, which PostgreSQL insists on, and gives dir to
// them. It does nothing for everybody else.
func unprivileged(cmd *exec.Cmd, dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return fmt.Errorf("find a user for PostgreSQL: %w", err)
		}
	}
	uid, _ := strconv.Atoi(who.Uid) // numbers on every system this runs on
	gid, _ := strconv.Atoi(who.Gid)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	if err := os.Chown(dir, uid, gid); err != nil {
		return fmt.Errorf("give %s to %s: %w", dir, who.Username, err)
	}
	return nil
}

// freePort is a port of loopback that nobody listens on at this moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
