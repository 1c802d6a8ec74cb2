package strict

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Limits of a file. What people write by hand stays far below.
const (
	MaxBytes = 256 << 10
	maxDepth = 20
)

// parse is the root of the only document in data, or nil and a problem.
func (r *report) parse(data []byte, o Options) *yaml.Node {
	if len(data) > MaxBytes {
		r.add(Place{}, fmt.Sprintf("is %d KiB long", len(data)>>10), fmt.Sprintf("at most %d KiB", MaxBytes>>10))
		return nil
	}
	var doc yaml.Node
	limits := loaderlimits.New(loaderlimits.AliasValue(0), loaderlimits.DepthValue(maxDepth))
	switch err := yaml.Load(data, &doc, yaml.WithPlugin(limits)); {
	case err == nil:
	case strings.HasSuffix(err.Error(), "no documents in stream"):
		return r.empty(o)
	case strings.HasSuffix(err.Error(), "expected single document, found multiple"):
		r.add(Place{}, "holds more than one document", o.What+" in a file, without a line of ---")
		return nil
	default:
		r.syntax(err, data)
		return nil
	}
	root := &doc
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	if root.IsZero() || isNull(root) {
		return r.empty(o)
	}
	return root
}

// empty reports a file without anything in it, and is no node.
func (r *report) empty(o Options) *yaml.Node {
	r.add(Place{}, "is empty", o.Start)
	return nil
}

// syntax reports what the YAML parser refused. What is missing at the end it finds on a line after the
// last one; people find it on the last.
func (r *report) syntax(err error, data []byte) {
	var one *yaml.LoadError
	if !errors.As(err, &one) {
		r.add(Place{}, "is not YAML: "+err.Error(), "")
		return
	}
	at := Place{Line: one.Mark.Line, Column: one.Mark.Column}
	if last := strings.Count(string(data), "\n") + 1; at.Line > last && !strings.ContainsAny(string(data), "\r\u0085\u2028\u2029") {
		at = Place{Line: last, Column: 1}
	}
	r.add(at, "is not YAML: "+one.Message, "")
}
