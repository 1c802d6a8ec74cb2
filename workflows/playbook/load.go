package playbook

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Limits of a playbook file. The shipped ones stay far below.
const (
	maxBytes = 256 << 10
	maxDepth = 20
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
		return nil, fmt.Errorf("no shipped playbook %s; there are: %s", quote(name), strings.Join(Shipped(), ", "))
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
	rep := &report{file: name}
	root := parseYAML(rep, data)
	if root == nil {
		return nil, rep.problems()
	}
	read := &reader{report: rep, places: map[string]place{}, bad: map[string]bool{}}
	book := &Playbook{}
	read.value(root, reflect.ValueOf(book).Elem(), spot{})
	check(book, read)
	if found := rep.problems(); found != nil {
		return nil, found
	}
	return book, nil
}

// parseYAML is the root of the only document in data, or nil and a problem.
func parseYAML(rep *report, data []byte) *yaml.Node {
	if len(data) > maxBytes {
		rep.add(place{}, fmt.Sprintf("is %d KiB long", len(data)>>10), fmt.Sprintf("at most %d KiB", maxBytes>>10))
		return nil
	}
	var doc yaml.Node
	limits := loaderlimits.New(loaderlimits.AliasValue(0), loaderlimits.DepthValue(maxDepth))
	switch err := yaml.Load(data, &doc, yaml.WithPlugin(limits)); {
	case err == nil:
	case strings.HasSuffix(err.Error(), "no documents in stream"):
		return rep.empty()
	case strings.HasSuffix(err.Error(), "expected single document, found multiple"):
		rep.add(place{}, "holds more than one document", "one playbook in a file, without a line of ---")
		return nil
	default:
		rep.syntax(err, data)
		return nil
	}
	root := &doc
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	if root.IsZero() || isNull(root) {
		return rep.empty()
	}
	return root
}

// empty reports a file without a playbook, and is no node.
func (r *report) empty() *yaml.Node {
	r.add(place{}, "is empty", "a playbook; start from a copy of a shipped one: "+strings.Join(Shipped(), ", "))
	return nil
}

// syntax reports what the YAML parser refused. What is missing at the end it finds on a line after the
// last one; people find it on the last.
func (r *report) syntax(err error, data []byte) {
	var one *yaml.LoadError
	if !errors.As(err, &one) {
		r.add(place{}, "is not YAML: "+err.Error(), "")
		return
	}
	at := place{line: one.Mark.Line, column: one.Mark.Column}
	if last := strings.Count(string(data), "\n") + 1; at.line > last && !strings.ContainsAny(string(data), "\r\u0085\u2028\u2029") {
		at = place{line: last, column: 1}
	}
	r.add(at, "is not YAML: "+one.Message, "")
}
