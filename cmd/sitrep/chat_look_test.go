package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// look tells what has become visible since the last look: new messages, the changed lines of edited ones,
// files, pins and who was woken.
func (st *stage) look() []string {
	st.t.Helper()
	var lines []string
	for _, channel := range st.world.Channels(st.t) {
		if !slices.Contains(st.channels, channel) {
			st.channels = append(st.channels, channel)
			if st.looked {
				lines = append(lines, "#"+channel+" opens with "+strings.Join(st.world.Members(st.t, channel), ", "))
			}
		}
		lines = append(lines, st.news("#"+channel, st.world.Messages(st.t, channel))...)
	}
	for _, person := range people {
		lines = append(lines, st.news("@"+person, st.world.Directs(st.t, person))...)
	}
	if woken := st.world.Woken(st.t); len(woken) > 0 {
		lines = append(lines, "woken: "+strings.Join(woken, ", "))
	}
	st.looked = true
	return lines
}

func (st *stage) news(where string, messages []chattest.Seen) []string {
	var lines []string
	for _, m := range st.cardFirst(where, messages) {
		key := where + "/" + string(m.ID)
		old, known := st.seen[key]
		st.seen[key] = m
		switch {
		case !known:
			lines = append(lines, said(where+" "+m.By, m.Text)...)
			lines = append(lines, attached(m)...)
		case old.Text != m.Text:
			lines = append(lines, changed(where, old.Text, m.Text)...)
		}
	}
	return lines
}

// cardFirst puts the card before what was posted side by side with it: which of them a platform shows first
// is chance. The order of everything else is kept, since it is promised.
func (st *stage) cardFirst(where string, messages []chattest.Seen) []chattest.Seen {
	messages = slices.Clone(messages)
	slices.SortStableFunc(messages, func(a, b chattest.Seen) int {
		return st.side(where, a) - st.side(where, b)
	})
	return messages
}

// side is 0 for what was seen before, 1 for a card and 2 for the rest.
func (st *stage) side(where string, m chattest.Seen) int {
	_, old := st.seen[where+"/"+string(m.ID)]
	switch {
	case old:
		return 0
	case strings.HasPrefix(m.Text, "INC-"):
		return 1
	default:
		return 2
	}
}

func said(who, text string) []string {
	lines := strings.Split(text, "\n")
	out := []string{who + ": " + lines[0]}
	for _, line := range lines[1:] {
		if strings.TrimSpace(line) != "" { // how far apart paragraphs stand is the platform's business
			out = append(out, "  "+line)
		}
	}
	return out
}

func attached(m chattest.Seen) []string {
	if m.File == "" {
		return nil
	}
	out := []string{"  file " + m.File}
	for line := range strings.SplitSeq(strings.TrimRight(m.FileText, "\n"), "\n") {
		out = append(out, "  | "+line)
	}
	return out
}

// changed are the lines of an edited message that were not in it before.
func changed(where, old, now string) []string {
	before := strings.Split(old, "\n")
	var out []string
	for line := range strings.SplitSeq(now, "\n") {
		if strings.TrimSpace(line) != "" && !slices.Contains(before, line) {
			out = append(out, "  ~ "+line)
		}
	}
	heading, _, _ := strings.Cut(now, "\n")
	return append([]string{fmt.Sprintf("%s edited: %s", where, heading)}, out...)
}

// private tells what only one person sees.
func (st *stage) private(person string, p chattest.Private) []string {
	var lines []string
	if p.Text != "" {
		lines = said(person+" alone sees", p.Text)
	}
	if p.Form != nil && !reflect.DeepEqual(p.Form, st.forms[person]) { // some platforms show it as long as it is open
		st.forms[person] = p.Form
		lines = append(lines, fmt.Sprintf("%s gets the form %q with [%s]", person, p.Form.Title, p.Form.Submit))
		for _, id := range slices.Sorted(mapKeys(p.Form.Labels)) {
			value := strings.ReplaceAll(p.Form.Values[id], "\n", `\n`)
			lines = append(lines, strings.TrimRight(fmt.Sprintf("  %s: %s", p.Form.Labels[id], value), " "))
		}
	}
	for _, id := range slices.Sorted(mapKeys(p.Errors)) {
		lines = append(lines, fmt.Sprintf("  %s: %s", st.label(person, id), p.Errors[id]))
	}
	return lines
}

// label is what people read of an input; the whole form is "form".
func (st *stage) label(person, id string) string {
	if form := st.forms[person]; form != nil && form.Labels[id] != "" {
		return form.Labels[id]
	}
	return "form"
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// faultOf reads "post limit 2 30s": the verb, the kind, how often and for how long.
func faultOf(text string) chattest.Fault {
	words := strings.Fields(text + "    ")
	f := chattest.Fault{Verb: chat.Verb(words[0]), Count: 1}
	for _, kind := range []chattest.FaultKind{
		chattest.LostAnswer, chattest.NotReached, chattest.ServerError, chattest.Limit, chattest.NoRight, chattest.Dead,
	} {
		if strings.Contains(text, string(kind)) {
			f.Kind = kind
		}
	}
	for _, word := range words {
		f.Count = atoi(word, f.Count)
	}
	return f
}
