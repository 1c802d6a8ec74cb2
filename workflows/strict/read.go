package strict

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// MaxItems is how many items one list may have.
const MaxItems = 200

// Place is where a value stands in the file.
type Place struct {
	Line, Column int    // counted from 1; 0 when the file as a whole is meant
	Path         string // for people
}

// Reader fills Go values from YAML nodes and remembers where each came from. It is strict: it knows no
// key, type or value that the Go type does not ask for. Every problem is reported and reading goes on.
type Reader struct {
	report *report
	places map[string]Place // by key: clocks.3.steps.0.after
	bad    map[string]bool  // keys whose value could not be read
}

// wrong reports a value that could not be read. Nothing is said about it later: one mistake, one problem.
func (r *Reader) wrong(n *yaml.Node, s spot, what, fix string) {
	r.bad[s.key] = true
	r.report.add(at(n, s), what, fix)
}

// spot is a place while reading: its key in places and its path for people.
type spot struct{ key, path string }

func (s spot) field(name string) spot {
	if s.key == "" {
		return spot{name, name}
	}
	return spot{s.key + "." + name, s.path + "." + name}
}

// item is the place of a list's item: by its id where it has one, else counted from 1.
func (s spot) item(i int, n *yaml.Node) spot {
	name := strconv.Itoa(i + 1)
	if id := idOf(n); id != "" {
		name = id
	}
	return spot{s.key + "." + strconv.Itoa(i), s.path + "[" + name + "]"}
}

func idOf(n *yaml.Node) string {
	if n.Kind != yaml.MappingNode {
		return ""
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "id" && n.Content[i+1].Kind == yaml.ScalarNode && len(n.Content[i+1].Value) <= MaxWord {
			return n.Content[i+1].Value
		}
	}
	return ""
}

func at(n *yaml.Node, s spot) Place { return Place{n.Line, n.Column, s.path} }

var durationType = reflect.TypeFor[time.Duration]()

// value reads one node into v.
func (r *Reader) value(n *yaml.Node, v reflect.Value, s spot) {
	r.places[s.key] = at(n, s)
	switch {
	case n.Kind == yaml.AliasNode:
		r.wrong(n, s, "aliases are not allowed", "the value itself")
	case isNull(n):
		r.wrong(n, s, "has no value", "a value, or leave the key out")
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.value(n, v.Elem(), s)
	case v.Kind() == reflect.Struct:
		r.mapping(n, v, s)
	case v.Kind() == reflect.Map:
		r.dictionary(n, v, s)
	case v.Kind() == reflect.Slice:
		r.list(n, v, s)
	default:
		r.scalar(n, v, s)
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (r *Reader) mapping(n *yaml.Node, v reflect.Value, s spot) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, s, "must be a mapping of keys to values, not "+kindOf(n), "")
		return
	}
	keys := keysOf(v.Type())
	seen := make(map[string]bool, len(n.Content)/2)
	var meant []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		here := s.field(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "<<":
			r.report.add(at(key, s), "keys must be plain words", OneOf(keys))
		case !slices.Contains(keys, key.Value):
			meant = append(meant, r.unknownKey(key, here, keys))
		case seen[key.Value]:
			r.report.add(at(key, here), fmt.Sprintf("%q is given twice", key.Value), "it once")
		default:
			seen[key.Value] = true
			r.value(n.Content[i+1], fieldOf(v, key.Value), here)
		}
	}
	for _, key := range meant {
		if key != "" && !seen[key] {
			r.bad[s.field(key).key] = true // misspelt, not missing
		}
	}
}

// dictionary reads a mapping whose keys are the author's own.
func (r *Reader) dictionary(n *yaml.Node, v reflect.Value, s spot) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, s, "must be a mapping of names to values, not "+kindOf(n), "")
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		here := s.field(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "<<" || key.Value == "":
			r.report.add(at(key, s), "keys must be plain words", "")
		case v.MapIndex(reflect.ValueOf(key.Value)).IsValid():
			r.report.add(at(key, here), fmt.Sprintf("%s is given twice", Quote(key.Value)), "it once")
		default:
			value := reflect.New(v.Type().Elem()).Elem()
			r.value(n.Content[i+1], value, here)
			v.SetMapIndex(reflect.ValueOf(key.Value), value)
		}
	}
}

// unknownKey reports a key and returns the one that it was meant to be, if that can be told.
func (r *Reader) unknownKey(key *yaml.Node, s spot, keys []string) string {
	if r.report.full() {
		r.report.more = true
		return ""
	}
	r.wrong(key, s, fmt.Sprintf("unknown key %s", Quote(key.Value)), Suggest(key.Value, keys))
	return Nearest(key.Value, keys)
}

func (r *Reader) list(n *yaml.Node, v reflect.Value, s spot) {
	switch {
	case n.Kind != yaml.SequenceNode && n.Kind == yaml.ScalarNode:
		r.wrong(n, s, "must be a list, not "+kindOf(n), "["+n.Value+"]")
		return
	case n.Kind != yaml.SequenceNode:
		r.wrong(n, s, "must be a list, not "+kindOf(n), "each item on a line that begins with a dash")
		return
	case len(n.Content) > MaxItems:
		r.wrong(n, s, fmt.Sprintf("has %d items", len(n.Content)), fmt.Sprintf("at most %d", MaxItems))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		r.value(item, v.Index(i), s.item(i, item))
	}
}

func (r *Reader) scalar(n *yaml.Node, v reflect.Value, s spot) {
	want := wanted(v)
	if n.Kind != yaml.ScalarNode {
		r.wrong(n, s, "must be "+want+", not "+kindOf(n), "")
		return
	}
	switch {
	case v.Type() == durationType:
		r.duration(n, v, s)
	case v.Kind() == reflect.String && isText(n):
		v.SetString(strings.TrimSpace(n.Value))
	case v.Kind() == reflect.String && isSecret(v):
		r.wrong(n, s, "must be "+want+", not "+kindOf(n), "it in quotes")
	case v.Kind() == reflect.String:
		r.wrong(n, s, "must be "+want+", not "+kindOf(n), strconv.Quote(n.Value))
	case v.Kind() == reflect.Bool && n.ShortTag() == "!!bool":
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case v.Kind() == reflect.Float64 && (n.ShortTag() == "!!int" || n.ShortTag() == "!!float"):
		r.number(n, v, s)
	default:
		r.wrong(n, s, fmt.Sprintf("must be %s, not %s", want, Quote(n.Value)), example(v))
	}
}

func (r *Reader) duration(n *yaml.Node, v reflect.Value, s spot) {
	d, what, fix := ParseDuration(n.Value)
	if what != "" {
		r.wrong(n, s, what, fix)
		return
	}
	v.SetInt(int64(d))
}

// groupedThousands matches what is ten thousand to some people and ten to YAML.
var groupedThousands = regexp.MustCompile(`^[0-9]{1,3}\.[0-9]{3}$`)

func (r *Reader) number(n *yaml.Node, v reflect.Value, s spot) {
	if groupedThousands.MatchString(n.Value) {
		r.wrong(n, s, n.Value+" may be read in two ways", strings.ReplaceAll(n.Value, ".", "")+", without separators")
		return
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 {
		r.wrong(n, s, fmt.Sprintf("must be a number, not %s", Quote(n.Value)), example(v))
		return
	}
	v.SetFloat(f)
}

// isText tells whether a scalar may stand where text is asked for. YAML takes a date for a timestamp; we
// take it as it is written.
func isText(n *yaml.Node) bool { return n.ShortTag() == "!!str" || n.ShortTag() == "!!timestamp" }

// Secret is implemented by text that no message may show.
type Secret interface{ Reveal() string }

func isSecret(v reflect.Value) bool { return v.Type().Implements(reflect.TypeFor[Secret]()) }

func wanted(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return "a duration"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.Kind() == reflect.Float64:
		return "a number"
	default:
		return "text"
	}
}

func example(v reflect.Value) string {
	if v.Kind() == reflect.Bool {
		return "true or false, without quotes"
	}
	return "a number such as 10000, without quotes or separators"
}

// kindOf names what a node is, for people.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!int" || n.ShortTag() == "!!float":
		return "a number"
	case n.ShortTag() == "!!bool":
		return "true or false"
	case isText(n):
		return "text"
	default:
		return "the type " + Quote(n.Tag)
	}
}

// keysOf are the keys that a struct knows, in the order of its fields.
func keysOf(t reflect.Type) []string {
	var keys []string
	for f := range t.Fields() {
		if name := keyOf(f); name != "" {
			keys = append(keys, name)
		}
	}
	return keys
}

func keyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		return ""
	}
	return name
}

func fieldOf(v reflect.Value, key string) reflect.Value {
	t := v.Type()
	for i := range t.NumField() {
		if keyOf(t.Field(i)) == key {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// Quote quotes a word for a message and cuts what is too long to be one.
func Quote(word string) string {
	if runes := []rune(word); len(runes) > MaxWord {
		word = string(runes[:MaxWord]) + "…"
	}
	return strconv.Quote(word)
}
