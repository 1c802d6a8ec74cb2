package incident

import (
	"strings"
	"unicode/utf8"
)

// Limits of what people may write, in characters.
const (
	MaxTitle = 200
	MaxText  = 4000
)

// RefusalCodes are all codes that a [Refusal] of this package can carry, with the names of their arguments.
// The message catalogues hold a sentence for each.
var RefusalCodes = map[string][]string{
	"unknown":            nil,
	"over.resolved":      {"at"},
	"over.closed":        nil,
	"text.empty":         nil,
	"text.long":          {"max", "length"},
	"title.empty":        nil,
	"title.long":         {"max", "length"},
	"severity.unknown":   {"given", "known"},
	"severity.same":      {"severity"},
	"origin.unknown":     {"given", "known"},
	"ack.already":        {"who", "at"},
	"status.unknown":     {"given", "known"},
	"status.resolved":    {"status"},
	"brief.none":         {"severity"},
	"phase.monitoring":   {"at"},
	"phase.notwatched":   nil,
	"phase.notresolved":  nil,
	"phase.active":       nil,
	"phase.resolved":     {"at"},
	"phase.backlog":      nil,
	"gate":               {"gate", "missing", "override"},
	"gate.unknown":       {"given", "known"},
	"gate.open":          nil,
	"commander.only":     {"commander"},
	"commander.already":  nil,
	"handoff.self":       nil,
	"handoff.notoffered": nil,
	"handoff.waiting":    {"who"},
	"person.missing":     nil,
	"role.unknown":       {"given", "known"},
	"role.commander":     nil,
	"role.same":          {"role"},
	"join.already":       nil,
	"impact.empty":       nil,
	"fact.unknown":       {"given", "known"},
	"fact.option":        {"given", "fact", "known"},
	"cause.unknown":      {"given", "known"},
	"flag.unknown":       {"given", "known"},
	"flag.raised":        {"flag"},
	"flag.notraised":     {"flag"},
	"flag.amount":        {"flag", "given"},
	"flag.currency":      {"flag", "given", "currency"},
	"task.unknown":       {"n"},
	"task.settled":       {"n", "who"},
	"task.yours":         {"n"},
	"task.evidence":      {"n"},
	"escalate.nobody":    nil,
	"snooze.nothing":     nil,
	"snooze.range":       {"max"},
	"log.future":         {"when"},
	"log.already":        nil,
	"entry.unknown":      {"n"},
	"entry.retracted":    {"n"},
	"entry.notyours":     {"n", "who"},
}

// refuse makes a refusal. Args come in pairs of name and value.
func refuse(code string, args ...any) *Refusal {
	r := &Refusal{Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if r.Args == nil {
			r.Args = make(map[string]any, len(args)/2)
		}
		name, _ := args[i].(string)
		r.Args[name] = args[i+1]
	}
	return r
}

// way adds a command that would work.
func (r *Refusal) way(command string) *Refusal {
	r.Way = command
	return r
}

// clean trims what somebody wrote and refuses nothing and too much.
func clean(text string) (string, *Refusal) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", refuse("text.empty")
	}
	return text, tooLong(text)
}

func tooLong(text string) *Refusal {
	if n := utf8.RuneCountInString(text); n > MaxText {
		return refuse("text.long", "max", MaxText, "length", n)
	}
	return nil
}
