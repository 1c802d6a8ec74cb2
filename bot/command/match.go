package command

import (
	"slices"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// choice is something a playbook offers by id and label.
type choice struct{ id, label string }

// choose finds what a phrase begins with: an id, a label, or the beginning of a word of either, as long
// as only one begins so. It returns how many words that took; near are those it could have been.
func choose(p phrase, from []choice) (found choice, took int, near []choice) {
	for n := min(len(p), 5); n > 0; n-- {
		if i := slices.IndexFunc(from, func(c choice) bool { return c.is(p[:n].text()) }); i >= 0 {
			return from[i], n, nil
		}
	}
	given := fold(p[:min(len(p), 1)].text())
	if len(given) < 2 {
		return choice{}, 0, nil
	}
	for _, begins := range []func(choice, string) bool{choice.begins, choice.contains} {
		near = nil
		for _, c := range from {
			if begins(c, given) {
				near = append(near, c)
			}
		}
		if len(near) == 1 {
			return near[0], 1, nil
		}
		if len(near) > 1 {
			return choice{}, 0, near
		}
	}
	return choice{}, 0, nil
}

// fold makes ids and labels alike: lower case, without accents, with spaces for hyphens.
func fold(text string) string {
	text = strings.Trim(words.Fold(text), " :,")
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "-", " ")), " ")
}

func (c choice) is(given string) bool {
	given = fold(given)
	return given != "" && (given == fold(c.id) || given == fold(c.label))
}

func (c choice) begins(given string) bool {
	return strings.HasPrefix(fold(c.id), given) || strings.HasPrefix(fold(c.label), given)
}

// contains tells whether one of the later words begins so: "producer" for the studio producer.
func (c choice) contains(given string) bool {
	return strings.Contains(" "+fold(c.id), " "+given) || strings.Contains(" "+fold(c.label), " "+given)
}

func roleChoices(p *playbook.Playbook) []choice {
	list := make([]choice, len(p.Roles))
	for i, r := range p.Roles {
		list[i] = choice{string(r.ID), r.Title}
	}
	return list
}

func severityChoices(p *playbook.Playbook) []choice {
	list := make([]choice, len(p.Severities))
	for i, s := range p.Severities {
		list[i] = choice{string(s.ID), s.Name}
	}
	return list
}

func statusChoices(p *playbook.Playbook) []choice {
	list := make([]choice, len(p.Statuses))
	for i, s := range p.Statuses {
		list[i] = choice{s.ID, s.Label}
	}
	return list
}

func causeChoices(p *playbook.Playbook) []choice {
	list := make([]choice, len(p.Causes))
	for i, c := range p.Causes {
		list[i] = choice{c.ID, c.Label}
	}
	return list
}

func flagChoices(p *playbook.Playbook) []choice {
	list := make([]choice, len(p.Flags))
	for i, f := range p.Flags {
		list[i] = choice{f.ID, f.Label}
	}
	return list
}

// sorted puts what is nearest to the given word first.
func sorted(given string, from []choice) []choice {
	list := slices.Clone(from)
	far := func(c choice) int {
		return min(words.Distance(fold(given), fold(c.id)), words.Distance(fold(given), fold(c.label)))
	}
	slices.SortStableFunc(list, func(a, b choice) int { return far(a) - far(b) })
	return list
}

// mistyped tells whether a word is most likely a choice with a slip in it: a long word, two letters off at most.
func mistyped(given string, from []choice) bool {
	const long, slips = 6, 2
	return len([]rune(given)) >= long && slices.ContainsFunc(from, func(c choice) bool {
		return words.Distance(fold(given), fold(c.id)) <= slips
	})
}
