package mattermosttest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// needs is what has to be on the machine: the built server and the programs of PostgreSQL.
type needs struct {
	server string // the Mattermost binary
	pgBin  string // the folder of initdb, postgres and createdb
}

// look finds what the tests need. Its error says what is missing and the command to run.
func look() (needs, error) {
	server, err := findServer()
	if err != nil {
		return needs{}, err
	}
	pg, err := findPostgres()
	if err != nil {
		return needs{}, err
	}
	return needs{server: server, pgBin: pg}, nil
}

// demanded tells whether a missing server fails the tests rather than skipping them.
func demanded() bool {
	wanted := os.Getenv("SITREP_E2E")
	return wanted == "1" || wanted != "0" && os.Getenv("CI") == "true"
}

// without ends the test because something is missing on this machine.
func without(t testing.TB, err error) {
	t.Helper()
	if demanded() {
		t.Fatalf("a real Mattermost is needed here: %v", err)
	}
	t.Skipf("no real Mattermost on this machine: %v", err)
}

func findServer() (string, error) {
	script, err := buildScript()
	if err != nil {
		return "", err
	}
	out, err := exec.Command(script, "--where").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s where the server is: %w", script, err)
	}
	path := strings.TrimSpace(string(out))
	if _, err := os.Stat(path); err != nil {
		return "", errors.New("the server is not built; run adapters/mattermost/mattermosttest/build-server")
	}
	return path, nil
}

// buildScript walks up from the test's folder to the root of the module.
func buildScript() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the source tree: %w", err)
	}
	for {
		script := filepath.Join(dir, "adapters", "mattermost", "mattermosttest", "build-server")
		if _, err := os.Stat(script); err == nil {
			return script, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("build-server is not in any folder above the test; run the tests from the source tree")
		}
		dir = up
	}
}

// pgPlaces are the folders in which Debian and Homebrew keep PostgreSQL's programs outside PATH.
var pgPlaces = []string{
	"/usr/lib/postgresql/*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/usr/pgsql-*/bin",
}

func findPostgres() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil && complete(filepath.Dir(path)) {
		return filepath.Dir(path), nil
	}
	for _, place := range pgPlaces {
		found, _ := filepath.Glob(place) // the only error is a bad pattern
		slices.Sort(found)
		slices.Reverse(found)
		for _, dir := range found {
			if complete(dir) {
				return dir, nil
			}
		}
	}
	return "", errors.New("PostgreSQL is not installed; run `apt-get install postgresql` or `brew install postgresql@15`")
}

func complete(dir string) bool {
	for _, program := range []string{"initdb", "postgres", "createdb"} {
		if _, err := os.Stat(filepath.Join(dir, program)); err != nil {
			return false
		}
	}
	return true
}
