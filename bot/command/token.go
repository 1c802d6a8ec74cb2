package command

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// token is one word of what was typed, with the space before it. Who is set where the word is a mention.
type token struct {
	gap  string
	text string
	who  *stream.Person
}

// phrase is a run of words.
type phrase []token

// split cuts what was typed into words; mentions in people are words of their own.
func split(text string, people map[string]stream.Person) phrase {
	marks := make([]string, 0, len(people))
	for mark := range people {
		if mark != "" {
			marks = append(marks, mark)
		}
	}
	slices.SortFunc(marks, func(a, b string) int { // the longest first, so that @ben does not hide @ben.ito
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var p phrase
	for rest := text; rest != ""; {
		word := strings.TrimLeftFunc(rest, unicode.IsSpace)
		gap := rest[:len(rest)-len(word)]
		if word == "" {
			break
		}
		t := next(word, marks, people)
		t.gap, rest = gap, word[len(t.text):]
		p = append(p, t)
	}
	return p
}

// next is the first word of text, which does not begin with a space.
func next(text string, marks []string, people map[string]stream.Person) token {
	if mark := mention(text, marks); mark != "" {
		who := people[mark]
		return token{text: mark, who: &who}
	}
	joined := true // whether the rune before could be part of the same name
	for i, r := range text {
		if i > 0 && (unicode.IsSpace(r) || (!joined && mention(text[i:], marks) != "")) {
			return token{text: text[:i]}
		}
		joined = unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return token{text: text}
}

// mention is the mark that text begins with, if it ends there: "@ben" is not in "@bench".
func mention(text string, marks []string) string {
	for _, mark := range marks {
		after, ok := strings.CutPrefix(text, mark)
		if !ok {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(mark)
		r, _ := utf8.DecodeRuneInString(after)
		closed := !unicode.IsLetter(last) && !unicode.IsDigit(last)
		if closed || after == "" || (!unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_') {
			return mark
		}
	}
	return ""
}

// first is the first word, or nothing.
func (p phrase) first() string {
	if len(p) == 0 {
		return ""
	}
	return p[0].text
}

// rest is all but the first word.
func (p phrase) rest() phrase {
	if len(p) == 0 {
		return nil
	}
	return p[1:]
}

// without is the phrase without its word i.
func (p phrase) without(i int) phrase {
	return slices.Delete(slices.Clone(p), i, i+1)
}

// text is the phrase as it was written, mentions as @name, without quotes around the whole.
func (p phrase) text() string {
	var s strings.Builder
	for i, t := range p {
		if i > 0 {
			s.WriteString(t.gap)
		}
		if t.who != nil {
			s.WriteString("@" + t.who.Name)
		} else {
			s.WriteString(t.text)
		}
	}
	return unquote(s.String())
}

// raw is the phrase exactly as it was written.
func (p phrase) raw() string {
	var s strings.Builder
	for i, t := range p {
		if i > 0 {
			s.WriteString(t.gap)
		}
		s.WriteString(t.text)
	}
	return s.String()
}

// people are those mentioned, each once, and the phrase without them.
func (p phrase) people() ([]stream.Person, phrase) {
	var who []stream.Person
	var rest phrase
	for _, t := range p {
		switch {
		case t.who == nil:
			rest = append(rest, t)
		case !slices.Contains(who, *t.who):
			who = append(who, *t.who)
		}
	}
	return who, rest
}

// edges takes the mentions off both ends. Those inside stay in the text, as part of a sentence, and
// are named all the same.
func (p phrase) edges() ([]stream.Person, phrase) {
	who, _ := p.people()
	for len(p) > 0 && p[0].who != nil {
		p = p[1:]
	}
	for len(p) > 0 && p[len(p)-1].who != nil {
		p = p[:len(p)-1]
	}
	return who, p
}

// quotes are the pairs that people, phones and languages put around a text.
var quotes = map[rune]rune{'"': '"', '“': '”', '„': '“', '«': '»', '‘': '’', '\'': '\''}

// unquote takes one pair of quotes off that stands around the whole.
func unquote(text string) string {
	text = strings.TrimSpace(text)
	open, n := utf8.DecodeRuneInString(text)
	closing, ok := quotes[open]
	if !ok {
		return text
	}
	inner, ok := strings.CutSuffix(text[n:], string(closing))
	if !ok || inner == "" || strings.ContainsRune(inner, closing) || strings.ContainsRune(inner, open) {
		return text
	}
	return strings.TrimSpace(inner)
}

// number reads a counting number such as "3" or "#3".
func number(word string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(word, "#"))
	return n, err == nil && n > 0
}
