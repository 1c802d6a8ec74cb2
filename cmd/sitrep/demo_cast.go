package main

import (
	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// cast are the people of the demo.
var cast = []struct{ id, name, language string }{
	{"ana", "Ana Souza", "pt-BR"},
	{"ben", "Ben Carter", "en"},
	{"chloe", "Chloé Martin", "fr"},
	{"dora", "Dora Novak", "en"},
	{"emil", "Emil Berg", "en"},
	{"fay", "Fay Osei", "en"},
	{"gus", "Gus Romero", "en"},
	{"hugo", "Hugo Lindt", "en"},
}

// demoParts says who plays which role of nexus-micro. Ana has none that joins a P0, so she can be the one who
// notices.
var demoParts = map[playbook.RoleID]string{
	"infrastructure-maintainer": "ben",
	"devops-automator":          "chloe",
	"backend-architect":         "dora",
	"frontend-developer":        "emil",
	"support-responder":         "fay",
	"executive-summary":         "gus",
	"developer":                 "hugo",
	"evidence-collector":        "emil",
	"api-tester":                "dora",
	"workflow-optimizer":        "gus",
	"sprint-prioritizer":        "hugo",
	"studio-producer":           "ana",
	"project-shepherd":          "ana",
	"legal-compliance":          "ana",
	"finance-tracker":           "gus",
}

func demoResidents() []room.Person {
	all := make([]room.Person, len(cast))
	for i, p := range cast {
		all[i] = room.Person{Handle: p.id, Name: p.name, Locale: p.language}
	}
	return all
}

func demoPeople() []bot.Person {
	all := make([]bot.Person, len(cast))
	for i, p := range cast {
		all[i] = bot.Person{
			ID: p.id, Name: p.name, Language: p.language, Handles: map[chat.Name]string{room.Platform: p.id},
		}
	}
	return all
}

// demoRoles fills every role of a playbook: as demoParts says, and the others in turn.
func demoRoles(book *playbook.Playbook) map[playbook.RoleID][]string {
	roles := make(map[playbook.RoleID][]string, len(book.Roles))
	next := 1 // after ana
	for _, r := range book.Roles {
		who, ok := demoParts[r.ID]
		if !ok {
			who = cast[next].id
			next = next%(len(cast)-1) + 1
		}
		roles[r.ID] = []string{who}
	}
	return roles
}
