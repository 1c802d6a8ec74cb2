package command

import (
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// help shows all commands, or one of them.
func (a *asker) help(word string) Intent {
	if word == "" {
		return a.helpAll()
	}
	v, ok := verbOf(word)
	if !ok {
		near := nearVerbs(a.w, word)
		if len(near) == 0 {
			return a.helpAll()
		}
		v = near[0]
	}
	c := completion(a.w, v, a.c.Playbook)
	blocks := []chat.Block{
		{Kind: chat.Text, Spans: []chat.Span{words.Code(strings.TrimSpace(a.c.Slash + " " + c.Word + " " + c.Hint))}},
		{Kind: chat.Text, Spans: []chat.Span{{Text: c.About}}},
	}
	if example := a.w.Text("command." + v.name + ".example"); example != "" {
		blocks = append(blocks, a.w.Block(chat.Small, "help.example", "line", words.Code(strings.TrimSpace(a.c.Slash+" "+example))))
	}
	also := append(wordsOf(a.w, v.name), v.name) // the English word works for everybody
	also = slices.DeleteFunc(also, func(word string) bool { return word == c.Word })
	if len(also) > 0 {
		blocks = append(blocks, a.w.Block(chat.Small, "help.also", "words", a.w.JoinTexts(slices.Compact(also))))
	}
	return a.say(blocks...)
}

// groups are the commands as help shows them together. Their titles are help.group.KEY.
var groups = []struct {
	key   string
	verbs []string
}{
	{"start", []string{wordDeclare, wordAck, wordTake, wordHandoff, wordRole, wordRoles, wordJoin}},
	{"tell", []string{wordUpdate, wordBrief, wordImpact, wordLog, wordDecision, wordAmend, wordRetract, wordTimeline}},
	{"work", []string{
		wordSeverity, wordIdentify, wordCause, wordMitigate, wordMonitor, wordRegression, wordTask, wordFlag, wordUnflag,
		wordEscalate, wordSnooze,
	}},
	{"end", []string{wordResolve, wordOverride, wordClose, wordReopen, wordCancel}},
	{"look", []string{wordList, wordFind, wordShow, wordCatchup, wordHelp}},
}

// helpAll shows every command with what follows it and what it does.
func (a *asker) helpAll() Intent {
	blocks := []chat.Block{
		{Kind: chat.Heading, Spans: a.w.Spans("help.title")},
		a.w.Paragraph("help.intro", "slash", words.Code(a.c.Slash)),
	}
	for _, g := range groups {
		list := chat.Block{Kind: chat.List}
		for _, name := range g.verbs {
			c := completion(a.w, verb{name: name}, a.c.Playbook)
			list.Items = append(list.Items, a.w.Spans("help.item",
				"line", words.Code(strings.TrimSpace(c.Word+" "+c.Hint)), "about", c.About))
		}
		title := chat.Block{Kind: chat.Text, Spans: []chat.Span{words.Bold(a.w.Text("help.group." + g.key))}}
		blocks = append(blocks, title, list)
	}
	return a.say(append(blocks, a.w.Block(chat.Small, "help.more", "line", words.Code(a.c.Slash+" help declare")))...)
}

// alone answers the slash command by itself: the declare form, or what can be done here.
func (a *asker) alone() Intent {
	if !a.inside() {
		return a.declareForm(declaration{})
	}
	row := chat.Block{Kind: chat.Buttons}
	if a.here.Offered == a.c.By && !a.c.By.Zero() {
		row.Buttons = append(row.Buttons, a.w.Button(wordHandoff, value(a.here.Number, "accept"), "button.accept"))
	}
	for _, name := range a.useful() {
		row.Buttons = append(row.Buttons, a.w.Button(name, value(a.here.Number, ""), "button."+name))
	}
	row.Buttons = row.Buttons[:min(len(row.Buttons), 6)]
	row.Buttons[0].Style = chat.Primary
	intro := a.w.Paragraph("ask.actions", "incident", words.Bold(value(a.here.Number, "")), "title", a.here.Title)
	return a.say(intro, row, a.w.Block(chat.Small, "help.more", "line", words.Code(a.c.Slash+" help")))
}

// useful are the commands most worth a button now, for the one who asks.
func (a *asker) useful() []string {
	var list []string
	switch a.here.Phase {
	case incident.PhaseDeclared:
		list = []string{wordAck, wordUpdate, wordSeverity, wordTask}
	case incident.PhaseAcknowledged:
		list = []string{wordUpdate, wordTask, wordCause, wordMitigate}
	case incident.PhaseMitigating:
		list = []string{wordUpdate, wordMonitor, wordTask, wordResolve}
	case incident.PhaseMonitoring:
		list = []string{wordUpdate, wordTask, wordResolve, wordRegression}
	case incident.PhaseResolved:
		return []string{wordClose, wordReopen, wordTimeline, wordTask}
	default:
		return []string{wordReopen, wordTimeline, wordShow}
	}
	if a.here.Severity.Brief && a.writesBriefs() {
		list = append([]string{wordBrief}, list...)
	}
	if a.here.Commander == a.c.By {
		return append(list, wordHandoff)
	}
	return append(list, wordCatchup)
}

// writesBriefs tells whether the asker holds the role that writes them.
func (a *asker) writesBriefs() bool {
	h, _ := a.here.Holding(a.c.Playbook.Brief.Role, "")
	return slices.Contains(h.Holders, a.c.By)
}
