package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"unicode/utf8"
)

// Slack checks blocks with a closed schema: an unknown or misplaced property refuses the whole message
// (observed live, and in Slack's open-source JSON schema validator, whose words these are).

// check collects what is wrong with a tree of blocks.
type check struct {
	problems []problem
}

type problem struct{ text, pointer string }

func (k *check) fail(pointer, format string, args ...any) {
	k.problems = append(k.problems, problem{fmt.Sprintf(format, args...), pointer})
}

func (p problem) String() string { return p.text + " [json-pointer:" + p.pointer + "]" }

// rule checks one value.
type rule func(k *check, v any, pointer string)

// field is a property of an object.
type field struct {
	rule     rule
	required bool
}

func need(r rule) field { return field{r, true} }
func may(r rule) field  { return field{r, false} }

// object is a closed list of properties. "type" is allowed on all that have one in their list.
func object(fields map[string]field) rule {
	return func(k *check, v any, pointer string) {
		o, ok := v.(obj)
		if !ok {
			k.fail(pointer, "must provide an object")
			return
		}
		for _, name := range sortedKeys(fields) {
			f := fields[name]
			value, there := o[name]
			switch {
			case there:
				f.rule(k, value, pointer+"/"+name)
			case f.required:
				k.fail(pointer, "missing required field: %s", name)
			}
		}
		for _, name := range sortedKeys(o) {
			if _, known := fields[name]; !known {
				k.fail(pointer, "invalid additional property: %s", name)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// chars is a string of so many characters. Slack counts code points, not bytes (Slack's validator).
func chars(least, most int) rule {
	return func(k *check, v any, pointer string) {
		s, ok := v.(string)
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			k.fail(pointer, "must provide a string")
		case n > most:
			k.fail(pointer, "must be less than %d characters", most+1)
		case n < least:
			k.fail(pointer, "must be more than %d characters", least-1)
		}
	}
}

func oneOf(words ...string) rule {
	return func(k *check, v any, pointer string) {
		s, ok := v.(string)
		switch {
		case !ok:
			k.fail(pointer, "must provide a string")
		case !slices.Contains(words, s):
			k.fail(pointer, "must be a valid enum value")
		}
	}
}

func boolean(k *check, v any, pointer string) {
	if _, ok := v.(bool); !ok {
		k.fail(pointer, "must be a boolean")
	}
}

func whole(least, most float64) rule {
	return func(k *check, v any, pointer string) {
		n, ok := v.(float64)
		switch {
		case !ok || n != float64(int64(n)):
			k.fail(pointer, "must provide an integer")
		case n < least || n > most:
			k.fail(pointer, "must be a valid enum value")
		}
	}
}

// items is an array of so many.
func items(least, most int, each rule) rule {
	return func(k *check, v any, pointer string) {
		list, ok := v.([]any)
		switch {
		case !ok:
			k.fail(pointer, "must provide an array")
			return
		case len(list) > most:
			k.fail(pointer, "no more than %d items allowed", most)
		case len(list) < least:
			k.fail(pointer, "must provide at least %d items", least)
		}
		for i, item := range list {
			each(k, item, fmt.Sprintf("%s/%d", pointer, i))
		}
	}
}

// typed picks the rule by the object's type.
func typed(kinds map[string]rule) rule {
	return func(k *check, v any, pointer string) {
		o, ok := v.(obj)
		if !ok {
			k.fail(pointer, "must provide an object")
			return
		}
		kind, _ := o["type"].(string)
		r, known := kinds[kind]
		if !known {
			k.fail(pointer, "unsupported type: %s", kind)
			return
		}
		r(k, v, pointer)
	}
}

// either wraps a value with alternatives: when none fits, that is said first, then why (observed live).
func either(r rule) rule {
	return func(k *check, v any, pointer string) {
		inner := &check{}
		r(inner, v, pointer)
		if len(inner.problems) > 0 {
			k.fail(pointer, "failed to match all allowed schemas")
			k.problems = append(k.problems, inner.problems...)
		}
	}
}

func decode(raw string) any {
	var v any
	if json.Unmarshal([]byte(raw), &v) != nil {
		return nil
	}
	return v
}

// maxBlocks is for messages; views take twice as many (Slack docs).
const maxBlocks = 50

// parseBlocks reads and checks the blocks of a message.
func parseBlocks(raw string) ([]any, obj) {
	list, ok := decode(raw).([]any)
	if !ok || !allObjects(list) {
		return nil, no("invalid_blocks_format")
	}
	if found := CheckBlocks(list); len(found) > 0 {
		return nil, details("invalid_blocks", found)
	}
	return list, nil
}

func allObjects(list []any) bool {
	for _, item := range list {
		if _, ok := item.(obj); !ok {
			return false
		}
	}
	return true
}

// CheckBlocks is what Slack would find wrong with the blocks of a message, each with its pointer.
func CheckBlocks(blocks []any) []string {
	k := &check{}
	items(0, maxBlocks, messageBlock)(k, blocks, "/blocks")
	uniqueIDs(k, blocks, "/blocks")
	return k.lines()
}

// CheckView is what Slack would find wrong with a modal or a home tab.
func CheckView(v any) []string {
	k := &check{}
	viewRule(k, v, "/view")
	if o, ok := v.(obj); ok {
		blocks, _ := o["blocks"].([]any)
		uniqueIDs(k, blocks, "/view/blocks")
		if _, submit := o["submit"]; !submit && slices.ContainsFunc(blocks, isInput) {
			k.fail("/view", "missing required field: submit")
		}
	}
	return k.lines()
}

func isInput(b any) bool {
	o, _ := b.(obj)
	return o["type"] == "input"
}

func (k *check) lines() []string {
	lines := make([]string, 0, len(k.problems))
	for _, p := range k.problems {
		lines = append(lines, p.String())
	}
	return lines
}

// uniqueIDs refuses the same block_id twice, and the same action_id twice in a block (observed live).
func uniqueIDs(k *check, blocks []any, pointer string) {
	seen := map[string]bool{}
	for i, b := range blocks {
		o, _ := b.(obj)
		if id, ok := o["block_id"].(string); ok {
			if seen[id] {
				k.fail(fmt.Sprintf("%s/%d/block_id", pointer, i), "`block_id` %s already exists", id)
			}
			seen[id] = true
		}
		elements, _ := o["elements"].([]any)
		uniqueActions(k, elements, fmt.Sprintf("%s/%d/elements", pointer, i))
	}
}

func uniqueActions(k *check, elements []any, pointer string) {
	seen := map[string]bool{}
	for i, e := range elements {
		o, _ := e.(obj)
		id, ok := o["action_id"].(string)
		if ok && seen[id] {
			k.fail(fmt.Sprintf("%s/%d/action_id", pointer, i), "`action_id` %s already exists", id)
		}
		seen[id] = true
	}
}

// details is a refusal of a message, with the reasons where Slack puts them (observed live).
func details(code string, found []string) obj {
	errors, messages := make([]any, len(found)), make([]any, len(found))
	for i, text := range found {
		errors[i], messages[i] = text, "[ERROR] "+text
	}
	return obj{"ok": false, "error": code, "errors": errors, "response_metadata": obj{"messages": messages}}
}
