package compose

import (
	"reflect"
	"slices"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// Context is what composing depends on beside the incident.
type Context struct {
	Slash string // the slash command, "/incident"
	// Announce, Stakeholders and Status tell which of the channels are configured.
	Announce, Stakeholders, Status bool
	Zone                           *time.Location // the incident's zone; nil is UTC
}

// The lanes. What is said in one room stays in order; everything else goes side by side.
const (
	laneOpen         = "open"
	laneRoom         = "room"
	laneCard         = "card"
	laneInvite       = "invite"
	laneTopic        = "topic"
	laneAnnounce     = "announce"
	laneStakeholders = "stakeholders"
	laneStatus       = "status"
	lanePlace        = "place"
	laneDirect       = "direct"
)

// scene is one decision while it is being put into words.
type scene struct {
	teller
	c      Context
	was    incident.State
	before teller // tells was
	events []incident.Recorded
	outs   []Out

	// The one message for the room, as it grows.
	blocks []chat.Block
	row    []chat.Button
	tone   chat.Tone
	rank   int
	ticks  int             // tasks that have a button already
	invite []stream.Person // to be brought in before the message is said
}

// Events is what everybody sees of one decision: was is the state before its events, is the one after.
// All that a decision has to say in the incident's room is one message.
func Events(c Context, was, is incident.State, events []incident.Recorded) []Out {
	if len(events) == 0 {
		return nil
	}
	s := newScene(c, was, is, events)
	switch {
	case is.RoomName == "":
		s.backlog()
	case was.RoomName == "":
		s.open()
	default:
		s.change()
	}
	return s.outs
}

func newScene(c Context, was, is incident.State, events []incident.Recorded) *scene {
	w := words.For(is.Language)
	t := teller{w: w, zone: c.Zone, s: is, ref: events[0].At, alert: true}
	before := t
	before.s = was
	return &scene{teller: t, c: c, was: was, before: before, events: events, rank: RankUpdate}
}

// change says what a decision changed about an incident that has its place.
func (s *scene) change() {
	for _, i := range s.order() {
		s.tell(i)
	}
	s.speak()
	s.refresh()
}

// order is the order in which the events are told: as they happened, with what is to be done next last.
func (s *scene) order() []int {
	var first, last []int
	for i, r := range s.events {
		if r.Event.Kind() == (incident.ChecklistOpened{}).Kind() {
			last = append(last, i)
		} else {
			first = append(first, i)
		}
	}
	return append(first, last...)
}

// say adds to the message for the room. What was said right before is not said again.
func (s *scene) say(blocks ...chat.Block) {
	for _, b := range blocks {
		if n := len(s.blocks); n == 0 || !reflect.DeepEqual(s.blocks[n-1], b) {
			s.blocks = append(s.blocks, b)
		}
	}
}

// offer adds buttons to the message, each once.
func (s *scene) offer(buttons ...chat.Button) {
	for _, b := range buttons {
		same := func(o chat.Button) bool { return o.Action == b.Action && o.Value == b.Value }
		if !slices.ContainsFunc(s.row, same) {
			s.row = append(s.row, b)
		}
	}
}

// buttons are those offered, with what only puts it off at the end.
func (s *scene) buttons() chat.Block {
	later := func(b chat.Button) int {
		if b.Action == "snooze" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(s.row, func(a, b chat.Button) int { return later(a) - later(b) })
	return row(s.row...)
}

// press makes the message more urgent, never less.
func (s *scene) press(rank int) { s.rank = min(s.rank, rank) }

// speak posts the message for the room, after those who are asked in by it.
func (s *scene) speak() {
	if len(s.invite) > 0 && s.s.HasRoom() {
		lane, rank := laneInvite, RankRole
		if s.rank == RankPage {
			lane, rank = laneRoom, RankPage // who is paged is there before the words are
		}
		s.add(Out{
			Action: chat.Action{Verb: chat.Invite, Room: InRoom, People: ids(s.invite)},
			Rank:   rank, Lane: lane, What: s.w.Text("what.invite"),
		})
	}
	s.say(s.buttons())
	if m := s.w.Say(s.blocks...); !m.Empty() {
		m.Tone = s.tone
		s.post(InRoom, laneRoom, s.rank, m, "what.post")
	}
}

func (s *scene) add(out Out) { s.outs = append(s.outs, out) }

// post says something in a place. What names it for when it fails.
func (s *scene) post(place chat.RoomID, lane string, rank int, m chat.Message, what string) {
	s.add(Out{
		Action: chat.Action{Verb: chat.Post, Room: place, Body: m}, Rank: rank, Lane: lane, What: s.w.Text(what),
	})
}

// refresh edits what is found again, where it has changed.
func (s *scene) refresh() {
	if card := s.card(); !reflect.DeepEqual(card, s.before.card()) {
		s.add(Out{
			Action: chat.Action{Verb: chat.Edit, Room: InRoom, Message: Card, Body: card},
			Rank:   RankCosmetic, Lane: laneCard, Replaces: string(Card), What: s.w.Text("what.card"),
		})
	}
	if line := s.announcement(); s.c.Announce && !reflect.DeepEqual(line, s.before.announcement()) {
		s.add(Out{
			Action: chat.Action{Verb: chat.Edit, Room: Announce, Message: Announcement, Body: line},
			Rank:   RankCosmetic, Lane: laneAnnounce, Replaces: string(Announcement), What: s.w.Text("what.announce"),
		})
	}
	if s.s.HasRoom() && topic(s.s) != topic(s.was) {
		s.add(Out{
			Action: chat.Action{Verb: chat.Topic, Room: InRoom, Text: topic(s.s)},
			Rank:   RankCosmetic, Lane: laneTopic, Replaces: laneTopic, What: s.w.Text("what.topic"),
		})
	}
}

// ids are people as the recipients of an action. Sitrep itself is never one.
func ids(people []stream.Person) []chat.UserID {
	list := make([]chat.UserID, 0, len(people))
	for _, p := range people {
		if id := chat.UserID(p.ID); !p.Zero() && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// holders are all who hold one of the roles, each once.
func holders(roles []incident.Holding) []stream.Person {
	var list []stream.Person
	for _, h := range roles {
		for _, p := range h.Holders {
			if !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
	}
	return list
}
