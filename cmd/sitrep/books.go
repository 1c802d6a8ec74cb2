package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// loadPlaybook reads a shipped playbook by its name, or a file. A relative path starts at dir. The error is
// playbook.Problems when the file can be read and is wrong.
func loadPlaybook(name, dir string) (*playbook.Playbook, error) {
	if slices.Contains(playbook.Shipped(), name) {
		return playbook.Load(name)
	}
	if !strings.ContainsAny(name, `/\.`) {
		hint := "one of " + strings.Join(playbook.Shipped(), ", ") + ", or the path of a file such as ./ours.yaml"
		if near, ok := nearest(name, playbook.Shipped()); ok {
			hint = near
		}
		return nil, hinted(fmt.Errorf("no shipped playbook is called %q", name), hint)
	}
	path := within(dir, name)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hinted(fmt.Errorf("no playbook in %s", path), "a path that begins at the folder of the config file, or the name of a shipped playbook")
	}
	if err != nil {
		return nil, fmt.Errorf("read playbook: %w", err)
	}
	return playbook.Parse(path, data)
}

// within is a path that, when it is relative, starts at dir.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
