package compose

import (
	"slices"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// open opens the room of an incident that gets one: at its declaration, or when a backlog item turns out
// to be worse. The room comes first; everything else goes side by side into it.
func (s *scene) open() {
	s.add(Out{
		Action: chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{
			Name: s.s.RoomName, Title: short(number(s.s.Number)+" "+s.s.Title, 200), Topic: topic(s.s),
		}},
		Rank: RankPage, Lane: laneOpen, What: s.w.Text("what.open"),
	})
	if people := ids(s.everyone()); len(people) > 0 {
		s.add(Out{
			Action: chat.Action{Verb: chat.Invite, Room: InRoom, People: people},
			Rank:   RankPage, Lane: laneInvite, What: s.w.Text("what.invite"),
		})
	}
	s.add(Out{
		Action: chat.Action{Verb: chat.Post, Room: InRoom, Body: s.card(), Pinned: true}, As: Card,
		Rank: RankPage, Lane: laneCard, What: s.w.Text("what.card"),
	})
	s.brief()
	if s.c.Announce {
		s.add(Out{
			Action: chat.Action{Verb: chat.Post, Room: Announce, Body: s.announcement()}, As: Announcement,
			Rank: RankUpdate, Lane: laneAnnounce, What: s.w.Text("what.announce"),
		})
	}
}

// everyone is who belongs to the incident: its team, those asked to join, and who declared it.
func (s *scene) everyone() []stream.Person {
	people := holders(s.s.Roles)
	more := append(slices.Clone(s.s.People), s.s.Commander)
	if !s.declaredByMachine() {
		more = append(more, s.events[0].By)
	}
	for _, p := range more {
		if !p.Zero() && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	return people
}

// declaredByMachine tells whether nobody has to be brought in for having declared it.
func (s *scene) declaredByMachine() bool { return s.events[0].By.Zero() }

// brief tells every role what it owes, names the roles that nobody holds, and lists the first tasks: one
// message, the first in the room after the card.
func (s *scene) brief() {
	s.rank = RankRole
	team, missing := chat.Block{Kind: chat.List}, []any{}
	for _, h := range s.s.Roles {
		if len(h.Holders) == 0 {
			missing = append(missing, s.role(h))
			continue
		}
		team.Items = append(team.Items, s.w.Spans("brief.role",
			"people", s.everybody(h.Holders), "role", bold(s.role(h)), "does", h.Does))
	}
	s.say(s.w.Paragraph("brief.intro", "severity", severity(s.s.Severity), "response", s.s.Severity.Response), team)
	if len(missing) > 0 {
		s.say(s.w.Paragraph("brief.missing", "roles", s.w.Join(missing...)))
	}
	if s.s.Commander.Zero() {
		s.say(s.w.Paragraph("brief.nocommander"))
	}
	s.opening()
	s.offer(primary(s.button("ack", "", "ack")))
	s.say(s.buttons())
	s.post(InRoom, laneRoom, RankRole, s.w.Say(s.blocks...), "what.brief")
}

// opening adds what else the decision brought that the card does not show.
func (s *scene) opening() {
	for i, r := range s.events {
		switch r.Event.(type) {
		case incident.SeverityChanged, incident.ChecklistOpened, incident.Escalated, incident.FlagRaised:
			s.tell(i)
		}
	}
	s.invite = nil // everybody is invited already
}

// backlog records what needs no room: who puts it into the backlog is told in private, and it is
// confirmed where it was declared.
func (s *scene) backlog() {
	if s.was.Phase == incident.PhaseNone {
		for _, p := range holders(s.s.Roles) {
			s.direct(p, s.w.Say(
				s.w.Paragraph("backlog.you", "incident", bold(number(s.s.Number)), "severity", severity(s.s.Severity),
					"title", s.s.Title, "who", s.name(s.events[0].By)),
				row(primary(s.button("close", "", "close")), s.button("severity", "", "severity"), s.button("show", "", "show"))))
		}
		s.backlogConfirmed()
		return
	}
	for _, i := range s.order() {
		s.tell(i)
	}
	s.say(s.buttons())
	if m := s.w.Say(s.blocks...); !m.Empty() && s.s.Place != "" {
		s.post(InPlace, lanePlace, RankUpdate, m, "what.post")
	}
}

func (s *scene) backlogConfirmed() {
	if s.s.Place == "" {
		return
	}
	key, people := "backlog.said", s.names(holders(s.s.Roles))
	if len(people) == 0 {
		key = "backlog.nobody"
	}
	s.post(InPlace, lanePlace, RankUpdate, s.w.Say(s.w.Paragraph(key, "incident", bold(number(s.s.Number)),
		"severity", severity(s.s.Severity), "title", s.s.Title, "people", people)), "what.post")
}

// direct tells one person something in private.
func (s *scene) direct(p stream.Person, m chat.Message) {
	s.add(Out{
		Action: chat.Action{Verb: chat.Direct, People: ids([]stream.Person{p}), Body: m},
		Rank:   RankRole, Lane: laneDirect + "/" + p.ID, What: s.w.Text("what.direct"),
	})
}
