// Package strict reads YAML files that people write by hand, and names everything that is wrong in one go: with its
// place, what is wrong with it, and what to write instead.
//
// [Read] fills a struct by its yaml tags. It knows no key, type or value that the struct does not ask for, and goes on
// after each problem. What no type can express the caller checks afterwards and reports with [Reader.Wrong], by the key
// of the value; what could not be read is not complained about twice.
//
// A key is the way to a value with dots between: clocks.3.steps.0.after. Lists count from 0 there, and from 1, or by
// the id of the item, in the paths that people read.
package strict

import (
	"reflect"
	"strings"
)

// Options say what a file is, for what is said about it.
type Options struct {
	What  string // "one playbook"
	Start string // what to write into an empty file; may be empty
}

// Read fills v, a pointer to a struct, from the only document in data. The name is that of the file, for messages. What
// could be read is in v, whatever else is wrong. v keeps its values where the file says nothing.
func Read(file string, data []byte, v any, o Options) *Reader {
	r := &Reader{report: &report{file: file}, places: map[string]Place{}, bad: map[string]bool{}}
	root := r.report.parse(data, o)
	if root == nil {
		r.bad[""] = true
		return r
	}
	r.value(root, reflect.ValueOf(v).Elem(), spot{})
	return r
}

// Problems are all the problems found so far, in the order of the file; nil when there is none.
func (r *Reader) Problems() Problems { return r.report.problems() }

// Enough tells that no more problems are kept, for those who would have to look for more. It is then said that there
// are more.
func (r *Reader) Enough() bool {
	r.report.more = r.report.more || r.report.full()
	return r.report.full()
}

// Given tells whether the file has a key at all.
func (r *Reader) Given(key string) bool {
	_, ok := r.places[key]
	return ok
}

// At is where a key stands; a key that is not there stands where it should be: in what holds it.
func (r *Reader) At(key string) Place {
	if p, ok := r.places[key]; ok || key == "" {
		return p
	}
	parent, name := cutLast(key)
	p := r.At(parent)
	if p.Path != "" {
		name = p.Path + "." + name
	}
	p.Path = name
	return p
}

func cutLast(key string) (parent, name string) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 {
		return "", key
	}
	return key[:i], key[i+1:]
}

// Spoiled tells whether the value at a key, or what holds it, could not be read. That was reported then.
func (r *Reader) Spoiled(key string) bool {
	for k := key; k != ""; k, _ = cutLast(k) {
		if r.bad[k] {
			return true
		}
	}
	return r.bad[""]
}

// Spoil keeps quiet what is said of a key from now on: one mistake, one problem.
func (r *Reader) Spoil(key string) { r.bad[key] = true }

// Wrong reports a problem with the value at a key, unless that value is spoiled.
func (r *Reader) Wrong(key, what, fix string) {
	if !r.Spoiled(key) {
		r.report.add(r.At(key), what, fix)
	}
}
