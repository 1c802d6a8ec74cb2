package room

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// place is a room as it is kept. Values of it are never changed in place.
type place struct {
	ID        chat.RoomID      `json:"id"`
	Name      string           `json:"name"`
	Title     string           `json:"title"`
	Topic     string           `json:"topic,omitempty"`
	Private   bool             `json:"private,omitempty"`
	Direct    bool             `json:"direct,omitempty"`
	Archived  bool             `json:"archived,omitempty"`
	Members   []chat.UserID    `json:"members,omitempty"`
	Pins      []chat.MessageID `json:"pins,omitempty"`
	Bookmarks []bookmark       `json:"bookmarks,omitempty"`
	Key       string           `json:"key,omitempty"`
	Opened    int              `json:"opened,omitempty"` // 1 for the first room that was opened; 0 for channels
}

type bookmark struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// entry is a message as it is kept. Values of it are never changed in place.
type entry struct {
	N         uint64         `json:"n"` // messages are numbered through all rooms
	ID        chat.MessageID `json:"id"`
	Room      chat.RoomID    `json:"room"`
	By        chat.UserID    `json:"by"`
	At        time.Time      `json:"at"`
	Text      string         `json:"text,omitempty"` // what a person wrote
	Body      chat.Message   `json:"body,omitzero"`  // what the bot said
	Thread    chat.MessageID `json:"thread,omitempty"`
	Key       string         `json:"key,omitempty"`
	Reactions []reaction     `json:"reactions,omitempty"`
	Edited    bool           `json:"edited,omitempty"`
	Marked    bool           `json:"marked,omitempty"` // somebody put it on the timeline
	File      *chat.File     `json:"file,omitempty"`
	For       chat.UserID    `json:"for,omitempty"` // only this person sees it; such an entry is not kept
	Asked     string         `json:"-"`             // with For: what it answers
}

type reaction struct {
	Name   string        `json:"name"`
	People []chat.UserID `json:"people"`
}

// maxChanges is how many changes are remembered for pages that come back; an older page starts anew.
const maxChanges = 4096

// change is one thing that pages must hear of.
type change struct {
	kind    changeKind
	room    chat.RoomID
	message chat.MessageID
	person  chat.UserID // whom it concerns; empty: everybody who may see the room
}

type changeKind string

const (
	roomChanged    changeKind = "room"
	messageChanged changeKind = "message"
	readChanged    changeKind = "read"
	homeChanged    changeKind = "home"
)

const (
	placeKey = "room/"
	entryKey = "message/"
	readKey  = "read/"
	homeKey  = "home/"
)

// directID is the id of the conversation of one person with the bot.
func directID(person chat.UserID) chat.RoomID { return chat.RoomID("D-" + string(person)) }

// channelID is the id of a channel of the config: its own, whatever else is opened.
func channelID(name string) chat.RoomID { return hashed("channel " + name) }

// hashed makes ids that are no names and give no hint at their neighbours.
func hashed(s string) chat.RoomID {
	sum := sha256.Sum256([]byte(s))
	return chat.RoomID("R" + strings.ToUpper(hex.EncodeToString(sum[:5])))
}

// restore reads what was kept.
func (r *Room) restore() error {
	err := load(r.keep, placeKey, func(_ string, p place) {
		r.places[p.ID] = p
		r.opened = max(r.opened, p.Opened)
	})
	if err != nil {
		return err
	}
	err = load(r.keep, entryKey, func(_ string, e entry) {
		r.entries[e.Room] = append(r.entries[e.Room], e)
		r.index(e)
		r.last = max(r.last, e.N)
	})
	if err != nil {
		return err
	}
	for _, list := range r.entries {
		slices.SortFunc(list, func(a, b entry) int { return int(int64(a.N) - int64(b.N)) })
	}
	if err := load(r.keep, readKey, func(who string, m map[chat.RoomID]uint64) { r.read[chat.UserID(who)] = m }); err != nil {
		return err
	}
	return load(r.keep, homeKey, func(who string, m chat.Message) { r.homes[chat.UserID(who)] = m })
}

func load[T any](k Keep, prefix string, take func(key string, value T)) error {
	for key, data := range k.Load(prefix) {
		var value T
		if err := json.Unmarshal(data, &value); err != nil {
			return fmt.Errorf("room: read %s: %w", key, err)
		}
		take(strings.TrimPrefix(key, prefix), value)
	}
	return nil
}

func (r *Room) save(key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("save %s: %w", key, err)
	}
	return r.keep.Save(key, data)
}

// put takes a place over as it is.
func (r *Room) put(p place) {
	r.places[p.ID] = p
	r.tell(change{kind: roomChanged, room: p.ID})
}

// keepPlace saves a place and takes it over.
func (r *Room) keepPlace(p place) error {
	if err := r.save(placeKey+string(p.ID), p); err != nil {
		return err
	}
	r.put(p)
	return nil
}

// keepEntry saves an entry and takes it over, new or instead of the one with its id. A new entry that could
// not be saved leaves its number to the next, so that what may lie on the disk is overwritten.
func (r *Room) keepEntry(e entry) error {
	if e.For == "" {
		if err := r.save(fmt.Sprintf("%s%s/%012d", entryKey, e.Room, e.N), e); err != nil {
			return err
		}
	}
	list := r.forgetPrivate(e)
	if at := slices.IndexFunc(list, func(o entry) bool { return o.ID == e.ID }); at >= 0 {
		list[at] = e
	} else {
		r.entries[e.Room] = append(list, e)
		r.last = max(r.last, e.N)
	}
	r.index(e)
	r.tell(change{kind: messageChanged, room: e.Room, message: e.ID})
	return nil
}

// maxPrivate is how many private answers a room remembers; they are old news soon.
const maxPrivate = 300

// forgetPrivate is the room's list, without its oldest private answer when e is one too many.
func (r *Room) forgetPrivate(e entry) []entry {
	list := r.entries[e.Room]
	if e.For == "" {
		return list
	}
	count, oldest := 0, -1
	for i := range list {
		if list[i].For != "" {
			if count++; oldest < 0 {
				oldest = i
			}
		}
	}
	if count < maxPrivate {
		return list
	}
	delete(r.where, list[oldest].ID)
	return slices.Delete(list, oldest, oldest+1)
}

func (r *Room) index(e entry) {
	r.where[e.ID] = e.Room
	if e.Key != "" {
		r.keys[e.Key] = e.ID
	}
}

// compose makes the next entry of a room.
func (r *Room) compose(room chat.RoomID, by chat.UserID) entry {
	n := r.last + 1
	return entry{N: n, ID: chat.MessageID(fmt.Sprintf("M%d", n)), Room: room, By: by, At: r.cfg.Now().UTC()}
}

// find is the entry with this id in this room.
func (r *Room) find(room chat.RoomID, id chat.MessageID) (entry, bool) {
	list := r.entries[room]
	if at := slices.IndexFunc(list, func(e entry) bool { return e.ID == id }); at >= 0 {
		return list[at], true
	}
	return entry{}, false
}

// byKey is the entry that carries an action's key.
func (r *Room) byKey(key string) (entry, bool) {
	id, ok := r.keys[key]
	if !ok {
		return entry{}, false
	}
	return r.find(r.where[id], id)
}

// named is the place with this name that is not archived, conversations left out.
func (r *Room) named(name string) (place, bool) {
	for _, p := range r.places {
		if p.Name == name && !p.Direct && !p.Archived {
			return p, true
		}
	}
	return place{}, false
}

// maySee tells whether a person can read in a place.
func (p place) maySee(person chat.UserID) bool {
	return !p.Private || p.has(person)
}

func (p place) has(person chat.UserID) bool { return slices.Contains(p.Members, person) }

// tell lets every page know that there is something to fetch.
func (r *Room) tell(c change) {
	r.changes = append(r.changes, c)
	if len(r.changes) >= 2*maxChanges {
		r.changes = slices.Clone(r.changes[maxChanges:])
		r.dropped += maxChanges
	}
	for reader := range r.readers {
		select {
		case reader <- struct{}{}:
		default:
		}
	}
}
