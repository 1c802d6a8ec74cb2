package words

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is text for comparing what people type: lower case, without accents.
func Fold(text string) string {
	text = strings.ToLower(text)
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(text))
}

// Nearest sorts known by how near each is to what was typed, nearest first.
func Nearest(given string, known []string) []string {
	given = Fold(given)
	sorted := slices.Clone(known)
	slices.SortStableFunc(sorted, func(a, b string) int { return apart(given, Fold(a)) - apart(given, Fold(b)) })
	return sorted
}

// apart is a distance in which the beginning of a word is nearer than any misspelling.
func apart(given, known string) int {
	if given != "" && strings.HasPrefix(known, given) {
		return -1
	}
	return Distance(given, known)
}

// Distance is how many letters have to be inserted, deleted, replaced or swapped with their neighbour to
// make one text from the other. Texts of more than 40 letters are compared by their first 40.
func Distance(a, b string) int {
	s, t := clip(a), clip(b)
	before, last, now := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		now[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(t)]
}

func clip(text string) []rune {
	runes := []rune(text)
	return runes[:min(len(runes), 40)]
}
