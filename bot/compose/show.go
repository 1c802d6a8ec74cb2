package compose

import (
	"cmp"
	"strconv"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// maxListed is how many incidents one answer lists.
const maxListed = 20

// List is the open incidents.
func List(r Reader, open []incident.State) chat.Message {
	t := r.teller(incident.State{})
	if len(open) == 0 {
		return t.w.Say(t.w.Paragraph("list.none"), row(t.w.Button("declare", "", "button.declare")))
	}
	blocks := []chat.Block{t.w.Paragraph("list.open", "count", len(open)), r.lines(open)}
	return t.w.Say(append(blocks, t.more(len(open))...)...)
}

// Found is the incidents that were found for words.
func Found(r Reader, sought string, hits []incident.State) chat.Message {
	t := r.teller(incident.State{})
	if len(hits) == 0 {
		return t.w.Say(t.w.Paragraph("find.none", "words", short(sought, 100)),
			t.w.Block(chat.Small, "find.hint", "line", words.Code(r.Slash+" list")))
	}
	blocks := []chat.Block{t.w.Paragraph("find.some", "count", len(hits), "words", short(sought, 100)), r.lines(hits)}
	return t.w.Say(append(blocks, t.more(len(hits))...)...)
}

func (t teller) more(n int) []chat.Block {
	if n <= maxListed {
		return nil
	}
	return []chat.Block{t.w.Block(chat.Small, "list.more", "count", n-maxListed)}
}

// lines are incidents, one a line.
func (r Reader) lines(list []incident.State) chat.Block {
	b := chat.Block{Kind: chat.List}
	for _, s := range list[:min(len(list), maxListed)] {
		t := r.teller(s)
		b.Items = append(b.Items, t.w.Spans("list.item", "incident", bold(number(s.Number)),
			"severity", string(s.Severity.ID), "title", short(s.Title, 100), "status", t.status(),
			"commander", t.commanderName(), "since", t.when(s.At.Declared), "room", t.ownRoom()))
	}
	return b
}

// ownRoom refers to the incident's room wherever the reader is.
func (t teller) ownRoom() any {
	if t.s.Room.Room == "" {
		return ""
	}
	return chat.Span{Kind: chat.Room, Room: chat.RoomID(t.s.Room.Room), Text: cmp.Or(t.s.Room.Name, t.s.RoomName)}
}

// Show is one incident: its card as it is now, for the reader alone.
func Show(r Reader, s incident.State) chat.Message {
	t := r.teller(s)
	m := t.card()
	if room := t.ownRoom(); room != "" {
		last := len(m.Blocks) - 1
		m.Blocks = append(m.Blocks[:last:last], t.w.Block(chat.Small, "show.room", "room", room), m.Blocks[last])
	}
	return m
}

// Roles is who does what.
func Roles(r Reader, s incident.State) chat.Message {
	t := r.teller(s)
	blocks := []chat.Block{t.w.Paragraph("roles.title", "incident", bold(number(s.Number)), "commander", t.commanderName())}
	list := chat.Block{Kind: chat.List}
	for _, h := range s.Roles {
		key := "roles.item"
		if len(h.Holders) == 0 {
			key = "roles.nobody"
		}
		list.Items = append(list.Items, t.w.Spans(key, "role", bold(t.role(h)), "people", t.names(h.Holders),
			"does", h.Does, "id", words.Code(string(h.Role))))
	}
	blocks = append(blocks, list)
	if len(s.People) > 0 {
		blocks = append(blocks, t.w.Paragraph("roles.others", "people", t.names(s.People)))
	}
	return t.w.Say(append(blocks, t.w.Block(chat.Small, "roles.hint", "line", words.Code(r.Slash+" role … @…")))...)
}

// Tasks is what is to be done, with a button to tick each open task.
func Tasks(r Reader, s incident.State) chat.Message {
	t := r.teller(s)
	open := openTasks(s)
	key := "tasks.open"
	if open == 0 {
		key = "tasks.none"
	}
	blocks := []chat.Block{t.w.Paragraph(key, "incident", bold(number(s.Number)), "count", open)}
	var ticks []chat.Button
	for _, c := range s.Checklists {
		list := chat.Block{Kind: chat.List}
		for _, task := range c.Tasks {
			list.Items = append(list.Items, t.anyTask(task))
			if task.Open() && len(ticks) < maxTicks {
				ticks = append(ticks, t.button("task", "done "+strconv.Itoa(task.N), "tick", "n", task.N))
			}
		}
		title := cmp.Or(c.Title, t.w.Text("label.othertasks"))
		blocks = append(blocks, bolded(chat.Span{Text: title}), list)
	}
	return t.w.Say(append(blocks, row(ticks...))...)
}

// anyTask is one task in a list of all.
func (t teller) anyTask(task incident.Task) []chat.Span {
	switch {
	case task.Status == incident.TaskLeft:
		return t.w.Spans("task.skipped", "task", numbered(task), "note", short(task.Note, 200), "who", t.by(task.By))
	case !task.Open():
		return t.w.Spans("task.ticked", "task", numbered(task), "note", short(task.Note, 200), "who", t.by(task.By))
	case task.Owner.Zero() && task.Role != "":
		return t.w.Spans("task.item", "n", strconv.Itoa(task.N), "task", task.Text,
			"owner", t.roleTitle(task.Role, task.Title), "evidence", "")
	}
	return t.task(task)
}

func numbered(task incident.Task) string { return strconv.Itoa(task.N) + ". " + task.Text }

// Home is the bot's home page: what is open, and how to begin.
func Home(r Reader, open []incident.State) chat.Message {
	t := r.teller(incident.State{})
	blocks := []chat.Block{{Kind: chat.Heading, Spans: t.w.Spans("home.title")}}
	if len(open) == 0 {
		blocks = append(blocks, t.w.Paragraph("list.none"))
	} else {
		blocks = append(blocks, t.w.Paragraph("list.open", "count", len(open)), r.lines(open))
		blocks = append(blocks, t.more(len(open))...)
	}
	return t.w.Say(append(blocks,
		row(primary(t.w.Button("declare", "", "button.declare")), t.w.Button("help", "", "button.help")),
		t.w.Block(chat.Small, "home.hint", "line", words.Code(r.Slash)))...)
}
