package room

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// asking is somebody doing something in a room.
type asking struct {
	who      chat.User
	room     place
	delivery string // of the page's making, the same when it sends again
	line     string // the command that was typed
}

// answered is what the page of the asker gets back.
type answered struct {
	Message chat.MessageID // the private answer, or what was said
	Form    *openForm
	Errors  map[string]string
	Home    bool
}

// request begins a request of this person in this room.
func (r *Room) request(a asking, kind chat.RequestKind) chat.Request {
	delivery := a.delivery
	if delivery == "" {
		delivery = rand.Text()
	}
	name := a.room.Name
	if a.room.Direct {
		name = ""
	}
	return chat.Request{
		Delivery: string(a.who.ID) + "/" + delivery, Platform: Platform, Kind: kind, By: a.who,
		Room: a.room.ID, RoomName: name, Private: a.room.Direct, At: r.cfg.Now().UTC(),
	}
}

// hear passes a request on and brings the answer to where the asker sees it.
func (r *Room) hear(ctx context.Context, a asking, req chat.Request) (answered, error) {
	r.mu.Lock()
	hearer := r.hearer
	r.mu.Unlock()
	if hearer == nil {
		return answered{}, errStarting
	}
	return r.answer(a, hearer.Hear(ctx, req))
}

func (r *Room) answer(a asking, said chat.Answer) (answered, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out answered
	if said.Form != nil {
		out.Form = r.show(a, *said.Form)
	} else if !said.Message.Empty() {
		room := a.room.ID
		if room == "" { // asked on the home page
			room = directID(a.who.ID)
		}
		e := r.compose(room, bot)
		e.ID = chat.MessageID("P" + r.epoch + string(e.ID))
		e.Body, e.For, e.Asked = r.clean(said.Message), a.who.ID, a.line
		if err := r.keepEntry(e); err != nil {
			return out, err
		}
		out.Message = e.ID
	}
	if said.Home != nil {
		out.Home = true
		if err := r.keepHome(a.who.ID, *said.Home); err != nil {
			return out, err
		}
	}
	out.Errors = said.Errors
	return out, nil
}

// enter takes a line that somebody entered: a command for the bot, or words for everybody.
func (r *Room) enter(ctx context.Context, a asking, text string, thread chat.MessageID) (answered, error) {
	text = strings.TrimRight(visible(text), " \n\t")
	words, command := r.command(text)
	switch {
	case strings.TrimSpace(text) == "":
		return answered{}, errEmpty
	case command:
		a.line = line(text, 200)
		req := r.request(a, chat.Typed)
		req.Text = words
		req.People = r.mentions(words)
		return r.hear(ctx, a, req)
	case strings.HasPrefix(text, "/"):
		return answered{}, errNoCommand
	}
	return r.say(a, text, thread)
}

// command tells whether a line is for the bot, and what follows the slash command.
func (r *Room) command(line string) (words string, ok bool) {
	head, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if first, more, broken := strings.Cut(head, "\n"); broken {
		head, rest = first, more+" "+rest
	}
	return strings.TrimSpace(rest), strings.EqualFold(head, r.cfg.Command)
}

func (r *Room) say(a asking, text string, thread chat.MessageID) (answered, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := ""
	if a.delivery != "" {
		key = "said/" + string(a.who.ID) + "/" + a.delivery
		if was, ok := r.byKey(key); ok {
			return answered{Message: was.ID}, nil
		}
	}
	if len([]rune(text)) > maxSaid {
		return answered{}, errTooLong
	}
	e := r.compose(a.room.ID, a.who.ID)
	e.Text, e.Key = text, key
	if _, ok := r.find(a.room.ID, thread); ok {
		e.Thread = thread
	}
	if err := r.keepEntry(e); err != nil {
		return answered{}, err
	}
	return answered{Message: e.ID}, nil
}

// named matches what may stand for a person. What comes before it must not make it part of an address.
var named = regexp.MustCompile(`@[a-zA-Z0-9][a-zA-Z0-9._-]*`)

// span is where in a text a person is named.
type span struct {
	from, to int
	who      chat.User
}

// spans finds the people named in a text, in order. The people never change, so it takes no lock.
func (r *Room) spans(text string) []span {
	var found []span
	for _, at := range named.FindAllStringIndex(text, -1) {
		if at[0] > 0 && (isHandle(strings.ToLower(text[at[0]-1:at[0]])) || text[at[0]-1] == '@' || text[at[0]-1] == '/') {
			continue
		}
		for to := at[1]; to > at[0]+1; to-- {
			who, ok := r.people[chat.UserID(strings.ToLower(text[at[0]+1:to]))]
			if ok && (to == at[1] || strings.Trim(text[to:at[1]], "._-") == "") {
				found = append(found, span{from: at[0], to: to, who: who})
				break
			}
		}
	}
	return found
}

func (r *Room) mentions(text string) []chat.Mention {
	var people []chat.Mention
	for _, s := range r.spans(text) {
		m := chat.Mention{Token: text[s.from:s.to], User: s.who}
		if !slices.Contains(people, m) {
			people = append(people, m)
		}
	}
	return people
}

// press passes a button on when the message still has it.
func (r *Room) press(ctx context.Context, a asking, message chat.MessageID, action, value string) (answered, error) {
	if message == "" && a.room.Direct {
		return r.pressHome(ctx, a, action, value)
	}
	e, err := r.visibleTo(a, message)
	if err != nil {
		return answered{}, err
	}
	if !hasButton(e.Body, action, value) {
		return answered{}, errNoButton
	}
	req := r.request(a, chat.Pressed)
	req.Action, req.Value = action, value
	req.On = r.original(e)
	return r.hear(ctx, a, req)
}

// pressHome passes a button of the asker's home page on.
func (r *Room) pressHome(ctx context.Context, a asking, action, value string) (answered, error) {
	r.mu.Lock()
	home := r.homes[a.who.ID]
	r.mu.Unlock()
	if !hasButton(home, action, value) {
		return answered{}, errNoButton
	}
	a.room = place{}
	req := r.request(a, chat.Pressed)
	req.Action, req.Value = action, value
	return r.hear(ctx, a, req)
}

func hasButton(m chat.Message, action, value string) bool {
	return slices.ContainsFunc(m.Blocks, func(b chat.Block) bool {
		return slices.ContainsFunc(b.Buttons, func(b chat.Button) bool { return b.Action == action && b.Value == value })
	})
}

// visibleTo is a message in the room that the asker can see.
func (r *Room) visibleTo(a asking, id chat.MessageID) (entry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.find(a.room.ID, id)
	if !ok || (e.For != "" && e.For != a.who.ID) {
		return entry{}, errNoMessage
	}
	return e, nil
}

func (r *Room) original(e entry) *chat.Original {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := e.Text
	if text == "" {
		text = e.Body.Plain()
	}
	return &chat.Original{Message: e.ID, Author: r.people[e.By], Text: text, At: e.At, URL: r.link(e.Room, e.ID)}
}

// Reactions are what people can put on a message, by name, in the order in which they are offered.
var Reactions = []struct{ Name, Sign string }{
	{"pushpin", "📌"}, {"eyes", "👀"}, {"white_check_mark", "✅"}, {"thumbsup", "👍"}, {"warning", "⚠️"}, {"pray", "🙏"},
}

// react puts a reaction on a message, or takes it away. Only the first is a request.
func (r *Room) react(ctx context.Context, a asking, id chat.MessageID, name string, on bool) (answered, error) {
	known := false
	for _, offered := range Reactions {
		known = known || offered.Name == name
	}
	e, err := r.visibleTo(a, id)
	if err != nil || !known || e.For != "" {
		return answered{}, errNoMessage
	}
	changed, err := r.setReaction(e, a.who.ID, name, on)
	if err != nil || !on || !changed {
		return answered{}, err
	}
	req := r.request(a, chat.Reacted)
	req.Text, req.On = name, r.original(e)
	return r.hear(ctx, a, req)
}

func (r *Room) setReaction(e entry, who chat.UserID, name string, on bool) (changed bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, _ = r.find(e.Room, e.ID)
	is := slices.Clone(e.Reactions)
	at := slices.IndexFunc(is, func(x reaction) bool { return x.Name == name })
	has := at >= 0 && slices.Contains(is[at].People, who)
	switch {
	case has == on:
		return false, nil
	case !on:
		is[at].People = without(is[at].People, []chat.UserID{who})
	case at < 0:
		is = append(is, reaction{Name: name, People: []chat.UserID{who}})
	default:
		is[at].People = added(is[at].People, who)
	}
	e.Reactions = slices.DeleteFunc(is, func(x reaction) bool { return len(x.People) == 0 })
	return true, r.keepEntry(e)
}

// mark asks for a message to be put on the timeline.
func (r *Room) mark(ctx context.Context, a asking, id chat.MessageID) (answered, error) {
	e, err := r.visibleTo(a, id)
	if err != nil {
		return answered{}, err
	}
	if e.For == "" && !e.Marked {
		if err := r.setMarked(e); err != nil {
			return answered{}, err
		}
	}
	req := r.request(a, chat.Marked)
	req.On = r.original(e)
	return r.hear(ctx, a, req)
}

func (r *Room) setMarked(e entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, _ = r.find(e.Room, e.ID)
	e.Marked = true
	return r.keepEntry(e)
}

// rewrite replaces what the asker said before. The bot hears of it when the message is on the timeline.
func (r *Room) rewrite(ctx context.Context, a asking, id chat.MessageID, text string) (answered, error) {
	e, err := r.visibleTo(a, id)
	text = strings.TrimRight(visible(text), " \n\t")
	switch {
	case err != nil:
		return answered{}, err
	case e.By != a.who.ID:
		return answered{}, errNotYours
	case text == "":
		return answered{}, errEmpty
	case len([]rune(text)) > maxSaid:
		return answered{}, errTooLong
	}
	e, err = r.setText(e, text)
	if err != nil || !(e.Marked || len(e.Reactions) > 0) {
		return answered{Message: e.ID}, err
	}
	req := r.request(a, chat.Retold)
	req.On = r.original(e)
	return r.hear(ctx, a, req)
}

func (r *Room) setText(e entry, text string) (entry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, _ = r.find(e.Room, e.ID)
	e.Text, e.Edited = text, true
	return e, r.keepEntry(e)
}
