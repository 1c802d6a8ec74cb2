package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// detail is the content of an entry on one line, whatever kind it is: its fields in their order, and of a thing
// that has a label or a name only that.
func detail(data json.RawMessage) string {
	in := json.NewDecoder(bytes.NewReader(data))
	in.UseNumber()
	value, err := readValue(in)
	if err != nil {
		return string(data)
	}
	if fields, ok := value.([]field); ok {
		return pairs(fields, "; ")
	}
	return fmt.Sprint(value)
}

// field is a member of a JSON object, which keeps its place.
type field struct {
	name  string
	value any // string, []field, []any
}

// readValue reads one JSON value. Numbers, words and moments become text.
func readValue(in *json.Decoder) (any, error) {
	token, err := in.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return readWithin(in, token)
	case string:
		return asMoment(token), nil
	case nil:
		return "", nil
	default:
		return fmt.Sprint(token), nil
	}
}

func readWithin(in *json.Decoder, open json.Delim) (any, error) {
	var fields []field
	var list []any
	for in.More() {
		name := ""
		if open == '{' {
			token, err := in.Token()
			if err != nil {
				return nil, err
			}
			name, _ = token.(string) // a member's name always is one
		}
		value, err := readValue(in)
		if err != nil {
			return nil, err
		}
		fields, list = append(fields, field{name, value}), append(list, value)
	}
	if _, err := in.Token(); err != nil {
		return nil, err
	}
	if open == '{' {
		return fields, nil
	}
	return list, nil
}

// asMoment shortens a moment to what people read.
func asMoment(text string) string {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC().Format("2006-01-02 15:04:05Z")
	}
	return text
}

func pairs(fields []field, between string) string {
	var parts []string
	for _, f := range fields {
		if text := brief(f.value); text != "" {
			parts = append(parts, f.name+" "+text)
		}
	}
	return strings.Join(parts, between)
}

// brief is a value within another one.
func brief(value any) string {
	switch value := value.(type) {
	case []field:
		return briefObject(value)
	case []any:
		var parts []string
		for _, v := range value {
			if text := brief(v); text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, ", ")
	default:
		return fmt.Sprint(value)
	}
}

// briefObject names a thing the way people do: a role with its holders, an answer with its question, a task with
// its number; anything else by its label, title or name.
func briefObject(fields []field) string {
	by := map[string]string{}
	for _, f := range fields {
		by[f.name] = brief(f.value)
	}
	switch {
	case by["role"] != "" && by["title"] != "":
		return by["title"] + ": " + orElse(by["holders"], "nobody")
	case by["label"] != "" && by["text"] != "":
		return by["label"] + ": " + by["text"]
	case by["n"] != "" && by["text"] != "":
		return by["n"] + ". " + by["text"]
	case by["at"] != "" && by["kind"] != "":
		return by["kind"] + " at " + by["at"]
	}
	for _, name := range []string{"label", "title", "name", "text", "id"} {
		if by[name] != "" {
			return by[name]
		}
	}
	if rest := pairs(fields, ", "); rest != "" {
		return "(" + rest + ")"
	}
	return ""
}

// oneLine keeps foreign text on its line and its control characters away from the terminal.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d':
			return -1
		}
		return r
	}, text)), " ")
}
