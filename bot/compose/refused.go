package compose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// maxValue is how long a button's action and value may be together, in bytes.
const maxValue = 480

// Refused is why a command did not happen, and what would work, ready to paste and as a button.
func Refused(r Reader, ref *incident.Refusal) chat.Message {
	t := r.teller(incident.State{})
	if ref == nil {
		return chat.Message{}
	}
	given, _ := ref.Args["given"].(string)
	blocks := []chat.Block{t.w.Paragraph("refusal."+ref.Code, t.pairs(ref.Args, given)...)}
	if missing, ok := ref.Args["missing"].([]incident.Need); ok {
		blocks = append(blocks, t.needs(missing))
		if override, _ := ref.Args["override"].(bool); override {
			blocks = append(blocks, t.w.Block(chat.Small, "refusal.gate.override", "line", words.Code(r.Slash+" override …")))
		}
	}
	return t.w.Say(append(blocks, t.way(r.Slash, ref.Way)...)...)
}

// way is the command that would work.
func (t teller) way(slash, way string) []chat.Block {
	if way == "" {
		return nil
	}
	verb, rest, _ := strings.Cut(way, " ")
	blocks := []chat.Block{t.w.Paragraph("refusal.way", "line", words.Code(slash+" "+way))}
	b := chat.Button{Action: verb, Label: short(way, 24)}
	incident := ""
	if strings.HasPrefix(rest, "INC-") { // asked from elsewhere: the button must not lose the number
		incident, rest, _ = strings.Cut(rest, " ")
	}
	if incident+rest != "" {
		b.Value = incident + "/" + rest
	}
	if key := "button." + verb; rest == "" && t.w.Has(key) {
		b.Label = t.w.Text(key)
	}
	if len(b.Action)+len(b.Value) <= maxValue {
		blocks = append(blocks, row(b))
	}
	return blocks
}

// pairs turns the arguments of the engine into what fills a sentence.
func (t teller) pairs(args map[string]any, given string) []any {
	list := make([]any, 0, 2*len(args))
	for _, name := range slices.Sorted(maps.Keys(args)) {
		v := args[name]
		if n, ok := v.(int); ok && strings.EqualFold(name, "incident") {
			v = number(n)
		}
		list = append(list, strings.ToLower(name), t.fill(v, given))
	}
	return list
}

func (t teller) fill(v any, given string) any {
	switch v := v.(type) {
	case time.Time:
		return t.when(v)
	case time.Duration:
		return t.w.Duration(v)
	case stream.Person:
		return t.name(v)
	case []stream.Person:
		return t.names(v)
	case []string:
		known := words.Nearest(given, v)
		return t.w.JoinTexts(known[:min(len(known), 20)])
	case []incident.Need:
		return ""
	case bool:
		return map[bool]string{true: "1"}[v]
	case uint64:
		return entry(v)
	case int:
		if v < 10000 {
			return strconv.Itoa(v)
		}
		return t.w.Number(v)
	case string:
		return short(v, 200)
	default:
		return fmt.Sprint(v)
	}
}

// needs are what a gate still waits for.
func (t teller) needs(missing []incident.Need) chat.Block {
	list := chat.Block{Kind: chat.List}
	for _, n := range missing {
		tasks := make([]string, len(n.Tasks))
		for i, task := range n.Tasks {
			tasks[i] = strconv.Itoa(task)
		}
		key := "need.open"
		switch {
		case len(tasks) > 0:
			key = "need.tasks"
		case !n.Until.IsZero():
			key = "need.until"
		}
		list.Items = append(list.Items, t.w.Spans(key,
			"label", n.Label, "tasks", t.w.JoinTexts(tasks), "until", t.when(n.Until)))
	}
	return list
}
