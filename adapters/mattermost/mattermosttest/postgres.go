package mattermosttest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// postgres is a running PostgreSQL that forgets everything when it stops.
type postgres struct {
	bin  string
	dir  string
	port int
	proc *process
}

func startPostgres(ctx context.Context, bin, dir string) (*postgres, error) {
	data := filepath.Join(dir, "postgres")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"),
		"-D", data, "-A", "trust", "-U", "mm", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir = data
	if err := unprivileged(initdb, data); err != nil {
		return nil, err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	pg := &postgres{bin: bin, dir: dir, port: port}
	return pg, pg.serve(ctx, data)
}

func (pg *postgres) serve(ctx context.Context, data string) error {
	cmd := exec.Command(filepath.Join(pg.bin, "postgres"), "-D", data, "-p", strconv.Itoa(pg.port), "-k", "",
		"-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB", "-c", "max_connections=300",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	cmd.Dir = data
	if err := unprivileged(cmd, data); err != nil {
		return err
	}
	proc, err := start(cmd, filepath.Join(pg.dir, "postgres.log"))
	if err != nil {
		return err
	}
	pg.proc = proc
	return proc.until(ctx, func(ctx context.Context) error { return pg.create(ctx, database{name: "ready"}) })
}

// database is one to make: empty, or as a copy of another that nobody is connected to.
type database struct{ name, like string }

func (pg *postgres) create(ctx context.Context, db database) error {
	args := []string{"-h", "127.0.0.1", "-p", strconv.Itoa(pg.port), "-U", "mm", "--maintenance-db=postgres"}
	if db.like != "" {
		args = append(args, "--template="+db.like)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(pg.bin, "createdb"), append(args, db.name)...)
	cmd.Dir = pg.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("createdb %s: %w: %s", db.name, err, out)
	}
	return nil
}

// source is the address of a database in the form that the server reads.
func (pg *postgres) source(database string) string {
	return fmt.Sprintf("postgres://mm@127.0.0.1:%d/%s?sslmode=disable", pg.port, database)
}

// stop ends it at once; nothing in it is worth keeping.
func (pg *postgres) stop() {
	if pg.proc != nil {
		pg.proc.kill(syscall.SIGQUIT)
	}
}
