package command

import (
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// handoff reads "@who", "accept" and "decline".
func (a *asker) handoff(p phrase) Intent {
	who, rest := p.people()
	switch {
	case len(who) > 0:
		return a.do(incident.HandOff{To: who[0]})
	case is("accept", rest.first()):
		return a.do(incident.Accept{})
	case is("decline", rest.first()):
		return a.do(incident.Decline{})
	case len(rest) > 0:
		return a.unknownPerson(wordHandoff, "", rest)
	}
	return a.open(a.newForm(wordHandoff, a.here.Number, ""), a.whoInput("input.handoff"))
}

// join reads "@who …".
func (a *asker) join(p phrase) Intent {
	who, rest := p.people()
	switch {
	case len(who) > 0:
		return a.do(incident.Join{People: who})
	case len(rest) > 0:
		return a.unknownPerson(wordJoin, "", rest)
	}
	return a.open(a.newForm(wordJoin, a.here.Number, ""), a.whoInput("input.who"))
}

// role reads "ROLE @who …" in any order, and "ROLE nobody".
func (a *asker) role(p phrase) Intent {
	who, rest := p.people()
	if len(rest) == 0 {
		return a.roleForm("")
	}
	from := a.roles()
	found, took, near := choose(rest, from)
	if took == 0 {
		return a.which(wordRole, "which.role", p, from, near)
	}
	switch more := rest[took:]; {
	case len(who) > 0:
		return a.give(found.id, who)
	case is("nobody", more.first()):
		return a.give(found.id, nil)
	case len(more) > 0:
		return a.unknownPerson(wordRole, found.id, more)
	}
	return a.roleForm(found.id)
}

// give puts people on a role. Command is given by taking it or by a hand-off that the other accepts.
func (a *asker) give(role string, who []stream.Person) Intent {
	if role != string(playbook.TheCommander) {
		return a.do(incident.GiveRole{Role: role, People: who})
	}
	switch {
	case len(who) == 0:
		return a.open(a.newForm(wordHandoff, a.here.Number, ""), a.whoInput("input.handoff"))
	case who[0] == a.c.By:
		return a.do(incident.Take{})
	}
	return a.do(incident.HandOff{To: who[0]})
}

// roles are the playbook's roles, and the commander by that name.
func (a *asker) roles() []choice {
	list := roleChoices(a.c.Playbook)
	return append(list, choice{string(playbook.TheCommander), a.w.Text("label.commander")})
}

func (a *asker) roleForm(role string) Intent {
	return a.open(a.newForm(wordRole, a.here.Number, ""),
		chat.Input{
			ID: "role", Kind: chat.Choice, Label: a.w.Text("input.role"), Value: role, Options: options(a.roles()),
		}, a.whoInput("input.who"))
}

func (a *asker) whoInput(label string) chat.Input {
	return chat.Input{ID: "who", Kind: chat.People, Label: a.w.Text(label)}
}

func (a *asker) sentPeople(form string) Intent {
	who, ok := a.user(a.value("who"))
	if !ok {
		return a.wrong("who", "wrong.person")
	}
	switch form {
	case wordHandoff:
		return a.do(incident.HandOff{To: who})
	case wordJoin:
		return a.do(incident.Join{People: []stream.Person{who}})
	}
	role := a.value("role")
	for _, c := range a.roles() {
		if strings.EqualFold(c.id, role) {
			return a.give(c.id, []stream.Person{who})
		}
	}
	return a.wrong("role", "wrong.choice")
}
