package playbook

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/strict"
)

// What is wrong with a playbook is said as with any file that people write.
type (
	// Problem is one thing that is wrong, and what to write instead.
	Problem = strict.Problem
	// Problems are all of them.
	Problems = strict.Problems
)

//go:embed shipped/*.yaml
var shipped embed.FS

// Shipped are the names of the playbooks that come with sitrep, in alphabetical order.
func Shipped() []string {
	entries, err := shipped.ReadDir("shipped")
	if err != nil {
		panic("playbook: the embedded folder is missing: " + err.Error()) // the compiler puts it there
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// Text is the YAML of a shipped playbook, comments and all, for those who want to start from it.
func Text(name string) ([]byte, error) {
	if !slices.Contains(Shipped(), name) {
		return nil, fmt.Errorf("no shipped playbook %s; there are: %s", strict.Quote(name), strings.Join(Shipped(), ", "))
	}
	data, err := shipped.ReadFile(path.Join("shipped", name+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("read shipped playbook %s: %w", name, err)
	}
	return data, nil
}

// Load is a shipped playbook. For a file of your own read it and call [Parse].
func Load(name string) (*Playbook, error) {
	data, err := Text(name)
	if err != nil {
		return nil, err
	}
	return Parse(name+".yaml", data)
}

// Parse reads a playbook. The name is that of the file, for messages. The error is [Problems]: all of
// them, not the first.
func Parse(name string, data []byte) (*Playbook, error) {
	book := &Playbook{}
	read := strict.Read(name, data, book, strict.Options{
		What: "one playbook", Start: "a playbook; start from a copy of a shipped one: " + strings.Join(Shipped(), ", "),
	})
	check(book, read)
	if err := read.Problems().Err(); err != nil {
		return nil, err
	}
	return book, nil
}
