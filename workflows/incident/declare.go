package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

func (t *turn) declare(c Declare) *Refusal {
	if t.s.Phase != PhaseNone {
		return refuse("phase.active")
	}
	title, r := cleanTitle(c.Title)
	if r != nil {
		return r
	}
	severity, r := t.severity(cmp.Or(c.Severity, t.usualSeverity()))
	if r != nil {
		return r
	}
	origin, r := t.origin(c.Origin)
	if r != nil {
		return r
	}
	if r := t.checkFacts(c.Facts); r != nil {
		return r
	}
	info := t.info(severity)
	e := Declared{
		Number: c.Number, Title: title, Severity: info, Playbook: t.m.Playbook.Name, Language: t.m.Playbook.Language,
		Zone: c.Zone, Origin: origin, Home: c.Home, Place: c.Place, People: c.People, Team: t.team(severity),
		Status: t.firstStatus(),
	}
	if !info.NoRoom {
		e.RoomName = RoomName(c.Number, title)
	}
	t.emit(e)
	t.firstCommander(severity)
	t.findFacts(c.Facts)
	return nil
}

func cleanTitle(title string) (string, *Refusal) {
	title = strings.Join(strings.Fields(strings.Map(visible, title)), " ")
	if title == "" {
		return "", refuse("title.empty").way("declare")
	}
	if n := utf8.RuneCountInString(title); n > MaxTitle {
		short := strings.TrimSpace(string([]rune(title)[:MaxTitle-1])) + "…"
		return "", refuse("title.long", "max", MaxTitle, "length", n).way("declare " + short)
	}
	return title, nil
}

// visible drops what cannot be seen and turns text around, except the joiner that emoji are built with.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) && r != '\u200d' || r == 0 {
		return -1
	}
	return r
}

// usualSeverity is what an incident gets when nobody says: the second worst, so that a team comes but
// not everybody.
func (t *turn) usualSeverity() string {
	all := t.m.Playbook.Severities
	if len(all) == 0 {
		return ""
	}
	return string(all[min(1, len(all)-1)].ID)
}

func (t *turn) severity(given string) (playbook.Severity, *Refusal) {
	if s, ok := t.m.Playbook.Severity(given); ok {
		return s, nil
	}
	known := make([]string, 0, len(t.m.Playbook.Severities))
	for _, s := range t.m.Playbook.Severities {
		known = append(known, string(s.ID))
	}
	return playbook.Severity{}, refuse("severity.unknown", "given", given, "known", known)
}

func (t *turn) info(s playbook.Severity) SeverityInfo {
	rank := slices.IndexFunc(t.m.Playbook.Severities, func(o playbook.Severity) bool { return o.ID == s.ID })
	return SeverityInfo{
		ID: s.ID, Name: s.Name, Means: s.Means, Response: s.Response, NoRoom: s.NoRoom, Brief: s.Brief, Rank: rank,
	}
}

func (t *turn) origin(given string) (Labelled, *Refusal) {
	known := make([]string, 0, len(t.m.Playbook.Origins))
	for _, o := range t.m.Playbook.Origins {
		if given == "" && o.From == cmp.Or(t.m.From, "person") || given != "" && matches(given, o.ID, o.Label) {
			return Labelled{ID: o.ID, Label: o.Label}, nil
		}
		known = append(known, o.ID)
	}
	if given == "" {
		return Labelled{}, nil
	}
	return Labelled{}, refuse("origin.unknown", "given", given, "known", known)
}

// matches tells whether somebody meant the thing with this id and label.
func matches(given, id, label string) bool {
	given = strings.TrimSpace(given)
	return strings.EqualFold(given, id) || strings.EqualFold(given, label) ||
		strings.EqualFold(strings.ReplaceAll(given, " ", "-"), id)
}

func (t *turn) firstStatus() Labelled {
	for _, s := range t.m.Playbook.Statuses {
		if slices.Contains(s.On, playbook.Declared) {
			return Labelled{ID: s.ID, Label: s.Label}
		}
	}
	return Labelled{}
}

// team is who a severity brings, each with whoever holds the role at this moment.
func (t *turn) team(s playbook.Severity) []Holding {
	team := make([]Holding, 0, len(s.Team))
	for _, id := range s.Team {
		team = append(team, t.holding(id))
	}
	return team
}

func (t *turn) holding(id playbook.RoleID) Holding {
	role, _ := t.m.Playbook.Role(id)
	return Holding{
		Role: id, Title: cmp.Or(role.Title, string(id)), Does: role.Does, Commands: role.Commands,
		Holders: slices.Clone(t.m.Roster[id]),
	}
}

// firstCommander gives command to the commanding role's first holder or, where nobody holds it, to the
// person who declared, so that somebody decides from the first second.
func (t *turn) firstCommander(s playbook.Severity) {
	if h, ok := t.s.Holding(t.m.Playbook.Commander(s), ""); ok {
		t.emit(CommandTaken{To: h.Holders[0]})
		return
	}
	if !t.m.By.Zero() && t.m.From != "bot" && t.m.From != "machine" {
		t.emit(CommandTaken{To: t.m.By})
	}
}

// RoomName is the name of an incident's room: inc-NUMBER-slug, in a-z, 0-9 and hyphens, at most 60
// characters. Letters that have no such form fall away; accents do.
func RoomName(number int, title string) string {
	var slug strings.Builder
	gap := false
	for _, r := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && slug.Len() > 0 {
				slug.WriteByte('-')
			}
			slug.WriteRune(r)
			gap = false
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	name := fmt.Sprintf("inc-%d-%s", number, slug.String())
	return strings.TrimRight(name[:min(len(name), 60)], "-")
}
