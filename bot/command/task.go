package command

import (
	"strconv"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// The forms of tasks; a form's id holds letters only.
const (
	formTaskTake = "tasktake"
	formTaskDone = "taskdone"
	formTaskSkip = "taskskip"
	formTaskAdd  = "taskadd"
)

// task reads "take N", "done N [note]", "add TEXT [@who]", "skip N WHY" and nothing.
func (a *asker) task(p phrase) Intent {
	word, rest := p.first(), p.rest()
	switch {
	case word == "" || is("list", word):
		return a.ask(Tasks)
	case is("add", word):
		return a.taskAdd(rest)
	case is("take", word):
		return a.taskBy(formTaskTake, rest)
	case is("done", word):
		return a.taskBy(formTaskDone, rest)
	case is("skip", word):
		return a.taskBy(formTaskSkip, rest)
	}
	if n, ok := number(word); ok && is("done", rest.first()) {
		return a.taskBy(formTaskDone, append(phrase{{text: strconv.Itoa(n)}}, rest.rest()...))
	}
	return a.taskHelp(word)
}

// taskHelp answers words that mean nothing after "task".
func (a *asker) taskHelp(word string) Intent {
	known := []string{"list", "take", "done", "add", "skip"}
	given := words.Nearest(word, known)[0]
	rest := map[string]string{"take": "take 1", "done": "done 1", "add": "add …", "skip": "skip 1 …", "list": ""}[given]
	return a.offer(a.here.Number, wordTask, rest, a.w.Paragraph("which.task", "given", short(word, 60)))
}

// taskBy reads "N [text]" for what is done to a task.
func (a *asker) taskBy(form string, p phrase) Intent {
	if len(p) == 0 {
		return a.taskForm(form, "", "")
	}
	n, ok := number(strings.TrimRight(p.first(), ".:,"))
	if !ok {
		return a.taskForm(form, "", p.text())
	}
	return a.onTask(form, n, p.rest().text())
}

// onTask does something to task n, or asks for the words it needs.
func (a *asker) onTask(form string, n int, text string) Intent {
	t, known := a.here.Task(n)
	switch form {
	case formTaskTake:
		return a.do(incident.TakeTask{N: n})
	case formTaskSkip:
		if text == "" {
			return a.taskForm(form, strconv.Itoa(n), "")
		}
		return a.do(incident.SkipTask{N: n, Why: text})
	}
	if known && t.Open() && t.Evidence && text == "" {
		return a.taskForm(form, strconv.Itoa(n), "")
	}
	return a.do(incident.DoTask{N: n, Note: text})
}

// taskForm asks which task, unless that is known, and for the words that go with it.
func (a *asker) taskForm(form, n, text string) Intent {
	f := a.newForm(form, a.here.Number, n)
	if n == "" {
		f.Inputs = append(f.Inputs, chat.Input{
			ID: "task", Kind: chat.Choice, Label: a.w.Text("input.task"), Options: a.openTasks(),
		})
	} else if i, err := strconv.Atoi(n); err == nil {
		t, _ := a.here.Task(i)
		f.Intro = n + ". " + short(t.Text, 200)
	}
	switch form {
	case formTaskDone:
		in := chat.Input{ID: "text", Kind: chat.Area, Label: a.w.Text("input.note"), Value: text, Optional: true}
		in.Hint = a.w.Text("input.note.hint")
		f.Inputs = append(f.Inputs, in)
	case formTaskSkip:
		f.Inputs = append(f.Inputs, chat.Input{ID: "text", Kind: chat.Line, Label: a.w.Text("input.why"), Value: text})
	}
	return a.open(f)
}

// openTasks are the tasks that wait, as a form shows them.
func (a *asker) openTasks() []chat.Option {
	var list []chat.Option
	for _, c := range a.here.Checklists {
		for _, t := range c.Tasks {
			if t.Open() && len(list) < 100 {
				n := strconv.Itoa(t.N)
				list = append(list, chat.Option{Value: n, Label: short(n+". "+t.Text, maxOption)})
			}
		}
	}
	return list
}

func (a *asker) taskAdd(p phrase) Intent {
	who, rest := p.edges()
	if len(rest) == 0 {
		return a.open(a.newForm(formTaskAdd, a.here.Number, ""), a.area(formTaskAdd, ""),
			chat.Input{ID: "who", Kind: chat.People, Label: a.w.Text("input.who"), Optional: true})
	}
	c := incident.AddTask{Text: rest.text()}
	if len(who) > 0 {
		c.Who = who[len(who)-1]
	}
	return a.do(c)
}

func (a *asker) sentTask(form string) Intent {
	text := a.value("text")
	if form == formTaskAdd {
		var who stream.Person
		if id := a.value("who"); id != "" {
			p, ok := a.user(id)
			if !ok {
				return a.wrong("who", "wrong.person")
			}
			who = p
		}
		if text == "" {
			return a.wrong("text", "wrong.text")
		}
		return a.do(incident.AddTask{Text: text, Who: who})
	}
	given := argument(a.r.State)
	if given == "" {
		given = a.value("task")
	}
	n, ok := number(given)
	t, known := a.here.Task(n)
	switch {
	case !ok || !known:
		return a.wrong("task", "wrong.choice")
	case form == formTaskSkip && text == "":
		return a.wrong("text", "wrong.text")
	case form == formTaskDone && t.Evidence && !strings.Contains(text, "://"):
		return a.wrong("text", "wrong.link")
	}
	return a.onTask(form, n, text)
}
