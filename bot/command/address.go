package command

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var (
	named  = regexp.MustCompile(`(?i)^#?INC-([0-9]{1,9})[:,]?$`)
	naming = regexp.MustCompile(`^INC-([0-9]{1,9})(?:/|$)`)
)

// Address is the incident that a request names: "INC-7" in its text, or in its button or form.
//
// In a text that ends in free words the number counts only beside the command word ("log INC-7 tables
// locked"), so that a sentence about another incident stays where it was written.
func Address(r chat.Request) (number int, ok bool) {
	switch r.Kind {
	case chat.Typed:
		_, number, ok = locate(split(r.Text, nil))
		return number, ok
	case chat.Pressed:
		return addressed(r.Value)
	case chat.Sent:
		return addressed(r.State)
	default:
		return 0, false
	}
}

// locate finds the word that names the incident.
func locate(p phrase) (at, n int, ok bool) {
	last := len(p) - 1
	v, known := verbOf(p.first())
	if known {
		at, last = 1, scope(v, last)
	}
	for ; at <= last; at++ {
		if n, ok := incidentNumber(p[at].text); ok {
			return at, n, true
		}
		if n, ok := number(p[at].text); ok && known && v.query && at == 1 {
			return at, n, true
		}
	}
	return 0, 0, false
}

// scope is the last word in which a command looks for the incident's number.
func scope(v verb, last int) int {
	switch {
	case v.apart:
		return 0
	case v.name == wordTask:
		return min(2, last)
	case v.free:
		return min(1, last)
	}
	return last
}

func incidentNumber(word string) (int, bool) {
	return digits(named.FindStringSubmatch(word))
}

// addressed reads the beginning of a button's value or a form's state.
func addressed(value string) (int, bool) {
	return digits(naming.FindStringSubmatch(value))
}

func digits(match []string) (int, bool) {
	if match == nil {
		return 0, false
	}
	n, err := strconv.Atoi(match[1])
	return n, err == nil && n > 0
}

// argument is what follows the incident's number in a button's value or a form's state.
func argument(value string) string {
	_, rest, _ := strings.Cut(value, "/")
	return rest
}

// value is a button's value or a form's state: the incident, then an argument if there is one.
func value(n int, arg string) string {
	v := ""
	if n > 0 {
		v = "INC-" + strconv.Itoa(n)
	}
	if arg != "" {
		v += "/" + arg
	}
	return v
}
