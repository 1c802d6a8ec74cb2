package room

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// pageSize is how many messages a page gets at once.
const pageSize = 100

// stateView is everything a page needs to begin.
type stateView struct {
	Epoch     string            `json:"epoch"`
	Since     string            `json:"since"` // where live updates go on
	Open      bool              `json:"open"`
	Lang      string            `json:"lang"`
	Words     map[string]string `json:"words"`
	People    []personView      `json:"people"`
	Me        chat.UserID       `json:"me,omitempty"`
	Rooms     []roomView        `json:"rooms,omitempty"`
	Home      chat.Message      `json:"home"`
	Command   string            `json:"command"`
	Commands  []Completion      `json:"commands"`
	Reactions []offeredView     `json:"reactions"`
}

type offeredView struct {
	Name string `json:"name"`
	Sign string `json:"sign"`
}

func (r *Room) handleState(w http.ResponseWriter, req *http.Request) {
	as := req.URL.Query().Get("as")
	me, ok := r.who(req, as)
	if !ok && (!r.cfg.Open || as != "") {
		r.refuse(w, errNobody)
		return
	}
	if ok && !r.cfg.Open {
		r.stay(w, me.Handle)
	}
	lang := speaks(req)
	v := stateView{
		Open: r.cfg.Open, Lang: lang, Words: catalogs()[lang], Command: r.cfg.Command, Commands: []Completion{}, Reactions: offered(),
	}
	if r.cfg.Commands != nil {
		v.Commands = present(r.cfg.Commands(lang))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v.Epoch, v.Since, v.People = r.epoch, r.cursor(r.dropped+len(r.changes)), r.viewPeople()
	if ok {
		v.Me, v.Rooms, v.Home = me.ID, r.viewRooms(me.ID), r.homes[me.ID]
	}
	reply(w, v)
}

func offered() []offeredView {
	var list []offeredView
	for _, x := range Reactions {
		list = append(list, offeredView(x))
	}
	return list
}

// viewRooms are the rooms that somebody can see, the newest first, then the channels.
func (r *Room) viewRooms(who chat.UserID) []roomView {
	list := []roomView{}
	for _, p := range r.places {
		if p.maySee(who) {
			list = append(list, r.viewRoom(p, who))
		}
	}
	slices.SortFunc(list, func(a, b roomView) int {
		if d := r.places[b.ID].Opened - r.places[a.ID].Opened; d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

func (r *Room) handleMessages(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	me, ok := r.who(req, q.Get("as"))
	if !ok {
		r.refuse(w, errNobody)
		return
	}
	before, err := strconv.ParseUint(q.Get("before"), 10, 64)
	if err != nil {
		before = 1 << 62
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.places[chat.RoomID(q.Get("room"))]
	if !ok || !p.maySee(me.ID) {
		r.refuse(w, errNoRoom)
		return
	}
	list, more := []messageView{}, false
	for _, e := range slices.Backward(r.entries[p.ID]) {
		if e.N >= before || (e.For != "" && e.For != me.ID) {
			continue
		}
		if more = len(list) == pageSize; more {
			break
		}
		list = append(list, r.viewMessage(e, me.ID))
	}
	slices.Reverse(list)
	pins := []messageView{}
	for _, id := range p.Pins {
		if e, ok := r.find(p.ID, id); ok {
			pins = append(pins, r.viewMessage(e, me.ID))
		}
	}
	reply(w, map[string]any{"messages": list, "more": more, "pins": pins})
}

// act is what a page sends for everything that people do.
type act struct {
	As       string            `json:"as"`
	Delivery string            `json:"delivery"` // the same when the page sends again
	Room     chat.RoomID       `json:"room"`
	Message  chat.MessageID    `json:"message"`
	Thread   chat.MessageID    `json:"thread"`
	Text     string            `json:"text"`
	Action   string            `json:"action"`
	Value    string            `json:"value"`
	Reaction string            `json:"reaction"`
	On       bool              `json:"on"`
	Form     string            `json:"form"`
	Values   map[string]string `json:"values"`
	N        uint64            `json:"n"`
}

// actView is what a page gets back.
type actView struct {
	Message *messageView      `json:"message,omitempty"`
	Form    *formView         `json:"form,omitempty"`
	Errors  map[string]string `json:"errors,omitempty"`
	Home    *chat.Message     `json:"home,omitempty"`
}

func (r *Room) handleAct(w http.ResponseWriter, req *http.Request) {
	var a act
	if kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); kind != "application/json" {
		r.refuse(w, errRequest)
		return
	}
	if err := json.NewDecoder(req.Body).Decode(&a); err != nil {
		r.refuse(w, errRequest)
		return
	}
	me, ok := r.who(req, a.As)
	if !ok {
		r.refuse(w, errNobody)
		return
	}
	out, err := r.act(req, me, a)
	if err != nil {
		r.refuse(w, err)
		return
	}
	reply(w, r.viewAnswer(out, me.ID))
}

// act does what the page asks.
func (r *Room) act(req *http.Request, me chat.User, a act) (answered, error) {
	ctx, what := req.Context(), req.PathValue("what")
	switch what {
	case "submit":
		return r.submit(ctx, me, a.Form, a.Delivery, a.Values)
	case "home", "shortcut":
		k := asking{who: me, delivery: a.Delivery}
		kind := map[string]chat.RequestKind{"home": chat.Opened, "shortcut": chat.Shortcut}[what]
		return r.hear(ctx, k, r.request(k, kind))
	}
	room, err := r.visit(me.ID, a.Room, what)
	if err != nil {
		return answered{}, err
	}
	k := asking{who: me, room: room, delivery: a.Delivery}
	switch what {
	case "say":
		return r.enter(ctx, k, a.Text, a.Thread)
	case "press":
		return r.press(ctx, k, a.Message, a.Action, a.Value)
	case "react":
		return r.react(ctx, k, a.Message, a.Reaction, a.On)
	case "mark":
		return r.mark(ctx, k, a.Message)
	case "rewrite":
		return r.rewrite(ctx, k, a.Message, a.Text)
	case "read":
		return answered{}, r.readUntil(me.ID, room.ID, a.N)
	case "join":
		return answered{}, r.join(me.ID, room.ID)
	}
	return answered{}, errRequest
}

// visit is the room somebody does something in. Reading and joining need no membership.
func (r *Room) visit(who chat.UserID, id chat.RoomID, what string) (place, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.places[id]
	switch {
	case !ok || !p.maySee(who):
		return p, errNoRoom
	case what == "read":
		return p, nil
	case p.Archived:
		return p, errArchived
	case what != "join" && !p.has(who):
		return p, errNotMember
	}
	return p, nil
}

func (r *Room) join(who chat.UserID, id chat.RoomID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.places[id]
	p.Members = added(p.Members, who)
	return r.keepPlace(p)
}

// readUntil notes how far somebody has read, for all of their pages.
func (r *Room) readUntil(who chat.UserID, room chat.RoomID, n uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read[who] == nil {
		r.read[who] = map[chat.RoomID]uint64{}
	}
	if n = min(n, r.last); r.read[who][room] >= n {
		return nil
	}
	r.read[who][room] = n
	r.tell(change{kind: readChanged, room: room, person: who})
	return r.save(readKey+string(who), r.read[who])
}

func (r *Room) viewAnswer(out answered, who chat.UserID) actView {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := actView{Form: viewForm(out.Form), Errors: out.Errors}
	if e, ok := r.find(r.where[out.Message], out.Message); ok {
		m := r.viewMessage(e, who)
		v.Message = &m
	}
	if out.Home {
		home := r.homes[who]
		v.Home = &home
	}
	return v
}

// handleFile gives a file out as text that cannot do anything.
func (r *Room) handleFile(w http.ResponseWriter, req *http.Request) {
	me, ok := r.who(req, req.URL.Query().Get("as"))
	if !ok {
		r.refuse(w, errNobody)
		return
	}
	r.mu.Lock()
	p, ok := r.places[chat.RoomID(req.PathValue("room"))]
	e, found := r.find(p.ID, chat.MessageID(req.PathValue("message")))
	r.mu.Unlock()
	if !ok || !found || !p.maySee(me.ID) || e.File == nil {
		r.refuse(w, errNoMessage)
		return
	}
	how := "attachment"
	if req.URL.Query().Has("view") {
		how = "inline"
	}
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": e.File.Name}))
	_, _ = w.Write(e.File.Data)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
