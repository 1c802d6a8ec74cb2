package room

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// personView is somebody as pages know them.
type personView struct {
	ID   chat.UserID `json:"id"`
	Name string      `json:"name"`
	Bot  bool        `json:"bot,omitempty"`
}

// roomView is a room as one person sees it.
type roomView struct {
	ID        chat.RoomID      `json:"id"`
	Name      string           `json:"name"`
	Title     string           `json:"title"`
	Topic     string           `json:"topic,omitempty"`
	Private   bool             `json:"private,omitempty"`
	Direct    bool             `json:"direct,omitempty"`
	Archived  bool             `json:"archived,omitempty"`
	Incident  bool             `json:"incident,omitempty"` // opened by the bot
	Member    bool             `json:"member,omitempty"`
	Members   []chat.UserID    `json:"members"`
	Pins      []chat.MessageID `json:"pins"`
	Bookmarks []bookmark       `json:"bookmarks"`
	Unread    int              `json:"unread"`
	Called    bool             `json:"called,omitempty"` // something unread names this person
	Last      uint64           `json:"last"`             // number of its newest message
}

// messageView is a message as one person sees it. What a person said comes as spans, too.
type messageView struct {
	ID        chat.MessageID `json:"id"`
	N         uint64         `json:"n"`
	Room      chat.RoomID    `json:"room"`
	By        chat.UserID    `json:"by"`
	At        time.Time      `json:"at"`
	Text      string         `json:"text,omitempty"`
	Body      chat.Message   `json:"body"`
	Thread    chat.MessageID `json:"thread,omitempty"`
	Reply     string         `json:"reply,omitempty"` // how the message it answers begins
	Reactions []reactionView `json:"reactions,omitempty"`
	Pinned    bool           `json:"pinned,omitempty"`
	Edited    bool           `json:"edited,omitempty"`
	Marked    bool           `json:"marked,omitempty"`
	Private   bool           `json:"private,omitempty"`
	Asked     string         `json:"asked,omitempty"` // with Private: the command that it answers
	Calls     bool           `json:"calls,omitempty"` // it names this person
	Wakes     []chat.UserID  `json:"wakes,omitempty"` // everybody it names
	File      *fileView      `json:"file,omitempty"`
}

type reactionView struct {
	Name   string        `json:"name"`
	Sign   string        `json:"sign"`
	People []chat.UserID `json:"people"`
}

type fileView struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

// formView is an open form as its page shows it.
type formView struct {
	Token string `json:"token"`
	chat.Form
}

func viewForm(f *openForm) *formView {
	if f == nil {
		return nil
	}
	return &formView{Token: f.Token, Form: f.Form}
}

func (r *Room) viewPeople() []personView {
	list := []personView{{ID: bot, Name: r.people[bot].Name, Bot: true}}
	for _, id := range r.order {
		u := r.people[id]
		list = append(list, personView{ID: id, Name: u.Name, Bot: u.Bot})
	}
	return list
}

func (r *Room) viewRoom(p place, who chat.UserID) roomView {
	v := roomView{
		ID: p.ID, Name: p.Name, Title: p.Title, Topic: p.Topic, Private: p.Private, Direct: p.Direct, Archived: p.Archived,
		Incident: p.Opened > 0, Member: p.has(who), Members: present(p.Members), Pins: present(p.Pins), Bookmarks: present(p.Bookmarks),
	}
	list := r.entries[p.ID]
	if len(list) > 0 {
		v.Last = list[len(list)-1].N
	}
	seen := r.read[who][p.ID]
	for _, e := range slices.Backward(list) {
		if e.N <= seen {
			break
		}
		if v.Member && e.By != who && e.For == "" {
			v.Unread++
			v.Called = v.Called || p.Direct || slices.Contains(r.woken(e), who)
		}
	}
	return v
}

// present is list, as [] rather than null.
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (r *Room) viewMessage(e entry, who chat.UserID) messageView {
	v := messageView{
		ID: e.ID, N: e.N, Room: e.Room, By: e.By, At: e.At, Text: e.Text, Body: e.Body, Thread: e.Thread,
		Pinned: slices.Contains(r.places[e.Room].Pins, e.ID), Edited: e.Edited, Marked: e.Marked, Private: e.For != "", Asked: e.Asked,
		Wakes: r.woken(e),
	}
	v.Calls = slices.Contains(v.Wakes, who)
	if e.Text != "" {
		v.Body = chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: r.said(e.Text)}}}
	}
	if root, ok := r.find(e.Room, e.Thread); ok {
		v.Reply = line(root.Text+root.Body.Plain(), 90)
	}
	if e.File != nil {
		v.File = &fileView{Name: e.File.Name, Size: len(e.File.Data)}
	}
	for _, x := range e.Reactions {
		v.Reactions = append(v.Reactions, reactionView{Name: x.Name, Sign: sign(x.Name), People: x.People})
	}
	return v
}

func sign(reaction string) string {
	for _, offered := range Reactions {
		if offered.Name == reaction {
			return offered.Sign
		}
	}
	return reaction
}

// woken are the people whom a message names, each once. Private answers wake nobody.
func (r *Room) woken(e entry) []chat.UserID {
	if e.For != "" {
		return nil
	}
	var people []chat.UserID
	spans := r.said(e.Text)
	for _, b := range e.Body.Blocks {
		spans = slices.Concat(spans, b.Spans, slices.Concat(b.Items...))
		for _, f := range b.Fields {
			spans = append(spans, f.Value...)
		}
	}
	for _, s := range spans {
		for _, who := range r.called(s) {
			people = added(people, who)
		}
	}
	return people
}

// called are the people whom one span names.
func (r *Room) called(s chat.Span) []chat.UserID {
	switch s.Kind {
	case chat.Person:
		if u, ok := r.people[s.User]; ok && !u.Bot {
			return []chat.UserID{s.User}
		}
	case chat.Group:
		for _, g := range r.cfg.Groups {
			if g.ID == string(s.User) {
				return ids(g.Members)
			}
		}
	default: // wakes nobody
	}
	return nil
}

func ids(handles []string) []chat.UserID {
	var list []chat.UserID
	for _, h := range handles {
		list = append(list, chat.UserID(h))
	}
	return list
}

// address matches what people paste. What ends a sentence is not part of it.
var address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?')\]]`)

// said is what a person wrote, with the people it names and the addresses in it.
func (r *Room) said(text string) []chat.Span {
	var out []chat.Span
	for text != "" {
		at := address.FindStringIndex(text)
		if at == nil {
			return append(out, r.naming(text)...)
		}
		out = append(out, r.naming(text[:at[0]])...)
		url := text[at[0]:at[1]]
		if leads(url) {
			out = append(out, chat.Span{Kind: chat.Link, Text: url, URL: url})
		} else {
			out = append(out, chat.Span{Text: url})
		}
		text = text[at[1]:]
	}
	return out
}

func (r *Room) naming(text string) []chat.Span {
	var out []chat.Span
	from := 0
	for _, s := range r.spans(text) {
		out = append(out, words(text[from:s.from])...)
		out = append(out, chat.Span{Kind: chat.Person, User: s.who.ID, Text: strings.TrimPrefix(text[s.from:s.to], "@")})
		from = s.to
	}
	return append(out, words(text[from:])...)
}

func words(text string) []chat.Span {
	if text == "" {
		return nil
	}
	return []chat.Span{{Text: text}}
}
