package strict

import (
	"strings"
	"unicode/utf8"
)

// MaxWord is the longest word that is compared with others; longer ones are no misspelling of an id.
const MaxWord = 64

// Nearest is the known name that word most likely means, or empty when none is near. The distance allowed
// grows with the length of the word, so that "ad" does not become "api".
func Nearest(word string, known []string) string {
	if utf8.RuneCountInString(word) > MaxWord {
		return ""
	}
	best, least := "", allowance(word)+1
	for _, name := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

func allowance(word string) int {
	n := utf8.RuneCountInString(word)
	switch {
	case n <= 2:
		return 1
	case n <= 5:
		return 2
	default:
		return 3
	}
}

// distance counts the letters to add, drop, change or swap with their neighbour to come from a to b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) > 3 || len(t)-len(s) > 3 {
		return 4
	}
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := last[j-1]
			if s[i-1] != t[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}

// Suggest is the nearest known name as a fix, else the list of all, else empty.
func Suggest(word string, known []string) string {
	if name := Nearest(word, known); name != "" {
		return name
	}
	return OneOf(known)
}

// OneOf lists the choices as a fix. A list too long to read is left out.
func OneOf(known []string) string {
	switch {
	case len(known) == 0:
		return ""
	case len(known) == 1:
		return known[0]
	case len(known) > 30:
		return ""
	}
	return "one of " + strings.Join(known, ", ")
}
