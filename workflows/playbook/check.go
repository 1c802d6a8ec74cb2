package playbook

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sitrep-bot/sitrep/workflows/calendar"
	"github.com/sitrep-bot/sitrep/workflows/strict"
)

// Limits of what a playbook may say, in characters. A label must fit into a button and a menu entry of
// every chat; the shortest of those are Slack's, with 75.
const (
	maxLabel = 75
	maxText  = 500
)

// Languages are those that sitrep speaks.
var Languages = []string{"en", "pt-BR", "fr"}

// checker holds a playbook that was read against the rules that no type can express.
type checker struct {
	*Playbook
	read *strict.Reader
}

// check reports everything that is wrong with a playbook beyond its types, and writes severities the way
// they were declared, wherever they are mentioned.
func check(book *Playbook, read *strict.Reader) {
	if read.Spoiled("") {
		return // not even a mapping
	}
	c := &checker{Playbook: book, read: read}
	c.head()
	c.severities()
	c.roles()
	c.origins()
	c.statuses()
	c.facts()
	c.flags()
	c.causes()
	c.checklists()
	c.clocks()
	c.gates()
	c.escalations()
	c.templates()
	c.references()
	c.reach()
}

func (c *checker) head() {
	c.id("playbook", c.Name)
	c.label("title", c.Title)
	c.text("about", c.About)
	if c.required("language", c.Language != "", strict.OneOf(Languages)) && !slices.Contains(Languages, c.Language) {
		c.wrong("language", strict.Quote(c.Language)+" is no language that sitrep speaks", strict.Suggest(c.Language, Languages))
	}
	if c.Calendar == nil {
		return
	}
	for _, err := range c.Calendar.Check() {
		if f, ok := errors.AsType[*calendar.FieldError](err); ok {
			c.wrong("calendar."+f.Field, f.What, f.Fix)
		}
	}
}

// wrong reports a problem with the value at a key. Where that value, or what holds it, was not readable,
// it has been reported already.
func (c *checker) wrong(key, what, fix string) { c.read.Wrong(key, what, fix) }

// required reports a value that is missing or empty, and tells whether it is there.
func (c *checker) required(key string, there bool, fix string) bool {
	if there {
		return true
	}
	what := "is missing"
	if c.read.Given(key) {
		what = "is empty"
	}
	c.wrong(key, what, fix)
	return false
}

var (
	idShape       = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	severityShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	notID         = regexp.MustCompile(`[^a-z0-9]+`)
)

// id checks one id: lower case, digits and hyphens.
func (c *checker) id(key, id string) {
	if !c.required(key, id != "", "a short name in lower case with hyphens") {
		return
	}
	if !idShape.MatchString(id) || len(id) > strict.MaxWord {
		c.wrong(key, strict.Quote(id)+" is no id", slug(id))
	}
}

// slug is the id that somebody most likely meant.
func slug(text string) string {
	s := strings.Trim(notID.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(s) > strict.MaxWord || !idShape.MatchString(s) {
		return "a short name in lower case with hyphens, beginning with a letter"
	}
	return s
}

// label checks a short text that must be there and fits on a button.
func (c *checker) label(key, text string) {
	if c.required(key, text != "", "a few words") {
		c.long(key, text, maxLabel)
		if strings.ContainsRune(text, '\n') {
			c.wrong(key, "has more than one line", "it on one line")
		}
	}
}

// must checks a text that must be there.
func (c *checker) must(key, text string) {
	if c.required(key, text != "", "a sentence") {
		c.long(key, text, maxText)
	}
}

// text checks a text that may be left out.
func (c *checker) text(key, text string) { c.long(key, text, maxText) }

func (c *checker) long(key, text string, limit int) {
	if n := utf8.RuneCountInString(text); n > limit {
		c.wrong(key, fmt.Sprintf("is %d characters long", n), fmt.Sprintf("at most %d", limit))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		c.wrong(key, "holds a control character", "it without")
	}
}

// item is the key of an item in a list, and field that of something in it.
func item(list string, i int) string { return list + "." + strconv.Itoa(i) }

// unique reports what is in a list twice, ignoring case. The keys are those of the values.
func (c *checker) unique(what string, values, keys []string) {
	seen := make(map[string]string, len(values))
	for i, v := range values {
		low := strings.ToLower(v)
		first, twice := seen[low]
		if twice && v != "" {
			c.wrong(keys[i], fmt.Sprintf("the %s %s is there already, in line %d", what, strict.Quote(v), c.read.At(first).Line), "another one, or leave it out")
			continue
		}
		seen[low] = keys[i]
	}
}

// named checks the ids of a list: each is there, well-formed and unique.
func named[E any](c *checker, list, what string, items []E, id func(E) string) {
	values, keys := make([]string, len(items)), make([]string, len(items))
	for i, e := range items {
		values[i], keys[i] = id(e), item(list, i)+".id"
		c.id(keys[i], values[i])
	}
	c.unique(what, values, keys)
}

// words are the ids of a list as plain strings.
func words[E any](items []E, id func(E) string) []string {
	var out []string
	for _, e := range items {
		if s := id(e); s != "" {
			out = append(out, s)
		}
	}
	return out
}
