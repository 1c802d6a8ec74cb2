package command

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// The command words. They are what buttons and forms carry too, and never change.
const (
	wordDeclare    = "declare"
	wordAck        = "ack"
	wordUpdate     = "update"
	wordBrief      = "brief"
	wordSeverity   = "severity"
	wordIdentify   = "identify"
	wordMitigate   = "mitigate"
	wordMonitor    = "monitor"
	wordRegression = "regression"
	wordResolve    = "resolve"
	wordClose      = "close"
	wordReopen     = "reopen"
	wordCancel     = "cancel"
	wordOverride   = "override"
	wordTake       = "take"
	wordHandoff    = "handoff"
	wordRole       = "role"
	wordRoles      = "roles"
	wordJoin       = "join"
	wordImpact     = "impact"
	wordCause      = "cause"
	wordFlag       = "flag"
	wordUnflag     = "unflag"
	wordTask       = "task"
	wordEscalate   = "escalate"
	wordSnooze     = "snooze"
	wordLog        = "log"
	wordDecision   = "decision"
	wordAmend      = "amend"
	wordRetract    = "retract"
	wordTimeline   = "timeline"
	wordList       = "list"
	wordFind       = "find"
	wordShow       = "show"
	wordCatchup    = "catchup"
	wordHelp       = "help"
)

// verb is one command.
type verb struct {
	name  string
	apart bool // needs no incident
	free  bool // ends in free text, which may name other incidents
	query bool // asks, and may give the incident as a bare number
}

// verbs are all commands, in the order that help shows them.
var verbs = []verb{
	{name: wordDeclare, apart: true, free: true},
	{name: wordAck},
	{name: wordUpdate, free: true},
	{name: wordBrief, free: true},
	{name: wordSeverity, free: true},
	{name: wordIdentify, free: true},
	{name: wordMitigate, free: true},
	{name: wordMonitor, free: true},
	{name: wordRegression, free: true},
	{name: wordResolve, free: true},
	{name: wordClose},
	{name: wordReopen, free: true},
	{name: wordCancel, free: true},
	{name: wordOverride, free: true},
	{name: wordTake},
	{name: wordHandoff},
	{name: wordRole},
	{name: wordRoles, query: true},
	{name: wordJoin},
	{name: wordImpact, free: true},
	{name: wordCause, free: true},
	{name: wordFlag},
	{name: wordUnflag, free: true},
	{name: wordTask, free: true},
	{name: wordEscalate, free: true},
	{name: wordSnooze},
	{name: wordLog, free: true},
	{name: wordDecision, free: true},
	{name: wordAmend, free: true},
	{name: wordRetract, free: true},
	{name: wordTimeline, query: true},
	{name: wordList, apart: true},
	{name: wordFind, apart: true, free: true},
	{name: wordShow, query: true},
	{name: wordCatchup, query: true},
	{name: wordHelp, apart: true},
}

// byWord finds a command by any of its words in any language, folded.
var byWord = indexVerbs()

func indexVerbs() map[string]verb {
	index := map[string]verb{}
	for _, lang := range words.Languages() {
		w := words.For(lang)
		for _, v := range verbs {
			index[v.name] = v
			for _, word := range wordsOf(w, v.name) {
				if _, taken := index[words.Fold(word)]; !taken {
					index[words.Fold(word)] = v
				}
			}
		}
	}
	return index
}

// wordsOf are the words of a command in one language, the usual one first.
func wordsOf(w *words.Catalogue, name string) []string {
	return strings.Fields(w.Text("command." + name + ".words"))
}

// small are the little words inside commands: the key of their spellings in the catalogues.
var small = indexSmall()

func indexSmall() map[string]map[string]bool {
	index := map[string]map[string]bool{}
	for _, name := range []string{"take", "done", "add", "skip", "list", "accept", "decline", "nobody", "at", "to", "origin"} {
		index[name] = map[string]bool{}
		for _, lang := range words.Languages() {
			for word := range strings.FieldsSeq(words.For(lang).Text("word." + name)) {
				index[name][words.Fold(word)] = true
			}
		}
	}
	return index
}

// is tells whether a word is one of the spellings of a little word.
func is(name, word string) bool { return small[name][words.Fold(word)] }

func verbOf(word string) (verb, bool) {
	v, ok := byWord[words.Fold(strings.TrimSuffix(word, ":"))]
	return v, ok
}

// Completion is one command for lists that complete what is being typed.
type Completion struct {
	Word  string // the command word
	Hint  string // what follows it
	About string // what it does
}

// Completions are all commands in a language, in the order of help. The playbook's own severities stand
// in the hint of declare.
func Completions(lang string, p *playbook.Playbook) []Completion {
	w := words.For(lang)
	list := make([]Completion, 0, len(verbs))
	for _, v := range verbs {
		list = append(list, completion(w, v, p))
	}
	return list
}

func completion(w *words.Catalogue, v verb, p *playbook.Playbook) Completion {
	c := Completion{
		Word: v.name, Hint: strings.TrimSpace(w.Text("command." + v.name + ".hint")),
		About: w.Text("command." + v.name + ".about"),
	}
	if own := wordsOf(w, v.name); len(own) > 0 {
		c.Word = own[0]
	}
	if v.name == wordDeclare && p != nil && len(p.Severities) > 0 {
		ids := make([]string, len(p.Severities))
		for i, s := range p.Severities {
			ids[i] = string(s.ID)
		}
		c.Hint = strings.Replace(c.Hint, w.Text("hint.severity"), strings.Join(ids, "|"), 1)
	}
	return c
}

// nearVerbs are the commands that a mistyped word may have meant, nearest first, at most three.
func nearVerbs(w *words.Catalogue, word string) []verb {
	type near struct {
		v verb
		d int
	}
	folded := words.Fold(word)
	var found []near
	for _, v := range verbs {
		best := len(folded)
		for _, known := range append(wordsOf(w, v.name), v.name) {
			best = min(best, apartBy(folded, words.Fold(known)))
		}
		if best <= 1+len(folded)/4 && best < len(folded) {
			found = append(found, near{v, best})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.d, b.d) })
	list := make([]verb, 0, 3)
	for _, n := range found[:min(len(found), 3)] {
		list = append(list, n.v)
	}
	return list
}

func apartBy(given, known string) int {
	if len(given) >= 2 && strings.HasPrefix(known, given) {
		return 0
	}
	return words.Distance(given, known)
}
