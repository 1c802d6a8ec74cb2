package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// script is one acceptance transcript: a chat as text on a virtual clock. Lines that begin at the margin are
// what people do; the indented lines below are what becomes visible, and are compared. testdata/chats/README.md
// is the manual.
type script struct {
	name   string
	rows   []string          // of the playbooks' rows that it proves
	header map[string]string // playbook, only
	roles  map[string]string // role → person, beside the usual ones
	steps  []step
}

// step is one thing that happens, and what is to be seen then.
type step struct {
	line   string // as written, comments and blank lines included
	do     bool   // false for comments and blank lines
	person string
	room   string
	verb   string // types, says, presses, submits, reacts, marks, wait, restart, fault, members, topic
	text   string
	extra  string
	wait   time.Duration
	want   []string
}

func parseScript(name string, data []byte) (script, error) {
	s := script{name: name, header: map[string]string{}, roles: map[string]string{}}
	archive := txtar.Parse(data)
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") || strings.Contains(key, " ") {
			continue
		}
		if key == "rows" {
			s.rows = strings.Fields(value)
			continue
		}
		s.header[key] = strings.TrimSpace(value)
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "roles":
			for line := range strings.Lines(string(f.Data)) {
				if role, who, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
					s.roles[role] = strings.TrimSpace(who)
				}
			}
		case "chat":
			if err := s.parseChat(string(f.Data)); err != nil {
				return s, err
			}
		default:
			return s, fmt.Errorf("%s: unknown file %q; there are roles and chat", name, f.Name)
		}
	}
	return s, nil
}

// on tells whether the script is played on a platform: "only: slack, mattermost – the room has no rights".
func (s script) on(platform string) bool {
	only, _, _ := strings.Cut(s.header["only"], " – ")
	return only == "" || slices.Contains(strings.Split(only, ", "), platform)
}

func (s *script) parseChat(text string) error {
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if seen, ok := strings.CutPrefix(line, "    "); ok {
			if n := len(s.steps); n > 0 {
				s.steps[n-1].want = append(s.steps[n-1].want, seen)
			}
			continue
		}
		st, err := parseStep(line)
		if err != nil {
			return fmt.Errorf("%s: chat line %d: %w", s.name, i+1, err)
		}
		s.steps = append(s.steps, st)
	}
	return nil
}

func parseStep(line string) (step, error) {
	st := step{line: line}
	trimmed := strings.TrimSpace(line)
	if trimmed == "" || strings.HasPrefix(trimmed, "# ") {
		return st, nil
	}
	st.do = true
	first, rest, _ := strings.Cut(trimmed, " ")
	switch first {
	case "wait":
		d, err := time.ParseDuration(rest)
		st.verb, st.wait = first, d
		return st, err
	case "restart":
		st.verb = first
		return st, nil
	case "fault", "members", "topic":
		st.verb, st.text = first, rest
		return st, nil
	}
	return parsePerson(st, first, rest)
}

// parsePerson reads "ana #room: text", "ana #room presses Label", "ana submits a=b | c=d".
func parsePerson(st step, person, rest string) (step, error) {
	st.person = person
	if strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "@sitrep") {
		room, text, _ := strings.Cut(rest, " ")
		if channel, ok := strings.CutSuffix(room, ":"); ok {
			st.room, st.verb, st.text = strings.TrimPrefix(channel, "#"), "says", text
			if strings.HasPrefix(text, "/") {
				st.verb = "types"
			}
			return st, nil
		}
		st.room, rest = strings.TrimPrefix(room, "#"), text
	}
	verb, text, _ := strings.Cut(rest, " ")
	st.verb, st.text = verb, text
	switch verb {
	case "presses", "submits", "marks":
	case "reacts":
		st.extra, st.text, _ = strings.Cut(text, " ")
	default:
		return st, fmt.Errorf("%q: people can say (#room: …), press, submit, react and mark", st.line)
	}
	return st, nil
}

// values reads "impact=Nobody can pay | users=4000".
func (st step) values() map[string]string {
	values := map[string]string{}
	for pair := range strings.SplitSeq(st.text, " | ") {
		if id, value, ok := strings.Cut(pair, "="); ok {
			values[strings.TrimSpace(id)] = strings.ReplaceAll(strings.TrimSpace(value), `\n`, "\n")
		}
	}
	return values
}

// render is the chat with what was seen in place of what was expected.
func (s script) render(seen [][]string) string {
	var b strings.Builder
	for i, st := range s.steps {
		b.WriteString(st.line + "\n")
		for _, line := range seen[i] {
			b.WriteString(strings.TrimRight("    "+line, " ") + "\n")
		}
	}
	return b.String()
}

// expected is the chat as the file has it.
func (s script) expected() string {
	want := make([][]string, len(s.steps))
	for i, st := range s.steps {
		want[i] = st.want
	}
	return s.render(want)
}

func atoi(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}
