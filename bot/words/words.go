// Package words holds every sentence that people read, in every language, and the way each language writes
// numbers, times and durations.
//
// A sentence has a key ("said.acknowledged") and placeholders. What fills a placeholder never becomes
// part of the sentence's text: [Catalogue.Spans] puts it between the words as a span of its own, so
// foreign text cannot forge a mention or a link. A new language is one more YAML file beside this one.
//
// Start with [For], then [Catalogue.Spans] and [Catalogue.Text].
package words

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Default is the language of those whose own one is not here.
const Default = "en"

//go:embed *.yaml
var files embed.FS

// Catalogue is one language. It is safe for concurrent use.
type Catalogue struct {
	lang      string
	tag       language.Tag
	sentences map[string]sentence
	otherwise *Catalogue // has what is not translated yet; nil in the default
	printer   *message.Printer
}

// library is all catalogues by language, with the order in which languages are matched.
type library struct {
	byLang  map[string]*Catalogue
	langs   []string
	matcher language.Matcher
}

var load = sync.OnceValue(func() *library {
	l, err := read()
	if err != nil {
		panic(err) // the files are part of the program
	}
	return l
})

func read() (*library, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	l := &library{byLang: map[string]*Catalogue{}, langs: []string{Default}}
	for _, entry := range entries {
		c, err := readCatalogue(entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read catalogue %s: %w", entry.Name(), err)
		}
		l.byLang[c.lang] = c
		if c.lang != Default {
			l.langs = append(l.langs, c.lang)
		}
	}
	tags := make([]language.Tag, len(l.langs))
	for i, lang := range l.langs {
		tags[i] = l.byLang[lang].tag
		if lang != Default {
			l.byLang[lang].otherwise = l.byLang[Default]
		}
	}
	l.matcher = language.NewMatcher(tags)
	return l, nil
}

func readCatalogue(file string) (*Catalogue, error) {
	data, err := files.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sentences, err := readSentences(data)
	if err != nil {
		return nil, err
	}
	lang := strings.TrimSuffix(file, ".yaml")
	tag := language.Make(lang)
	return &Catalogue{lang: lang, tag: tag, sentences: sentences, printer: message.NewPrinter(tag)}, nil
}

// Languages are all languages, the default one first.
func Languages() []string { return slices.Clone(load().langs) }

// For is the catalogue of a language: the nearest one for a variant ("fr-CA", "pt"), the default for one
// that nobody has translated yet.
func For(lang string) *Catalogue {
	l := load()
	if c, ok := l.byLang[lang]; ok {
		return c
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return l.byLang[Default]
	}
	_, i, confidence := l.matcher.Match(tag)
	if confidence == language.No {
		return l.byLang[Default]
	}
	return l.byLang[l.langs[i]]
}

// Lang is the language of the catalogue, such as "pt-BR".
func (c *Catalogue) Lang() string { return c.lang }

// first is the rune that stands for the first argument while a sentence is put together. It and its
// successors are in a private area that no catalogue uses; arguments are put in afterwards.
const first = '\uE000'

// Spans is a sentence. Args come in pairs of placeholder and value: a string or a number becomes plain
// words, a [chat.Span] or a slice of them stays what it is. "count" chooses the plural.
// A placeholder whose value is empty counts as false in the sentence's conditions.
func (c *Catalogue) Spans(key string, args ...any) []chat.Span {
	values := make([][]chat.Span, 0, len(args)/2)
	data := make(map[string]string, len(args)/2)
	var count any
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		spans := c.spansOf(args[i+1])
		data[name] = ""
		if len(spans) > 0 {
			data[name] = string(first + rune(len(values)))
		}
		values = append(values, spans)
		if name == "count" {
			count = args[i+1]
		}
	}
	return assemble(c.sentence(key, data, count), values)
}

// Text is a sentence as plain text, for labels and the like.
func (c *Catalogue) Text(key string, args ...any) string {
	return chat.PlainSpans(c.Spans(key, args...))
}

// Has tells whether there is a sentence for the key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.sentences[key]
	return ok || (c.otherwise != nil && c.otherwise.Has(key))
}

// sentence is the text of a key with a private rune for each argument. A key without a sentence is shown
// as it is, so that what has to be said is not lost; a test finds those before anybody else does.
func (c *Catalogue) sentence(key string, data map[string]string, count any) string {
	s, ok := c.sentences[key]
	switch {
	case ok:
		var b strings.Builder
		write(&b, s.form(c.tag, count), data)
		return b.String()
	case c.otherwise != nil:
		return c.otherwise.sentence(key, data, count)
	}
	return key
}

// spansOf is an argument as spans.
func (c *Catalogue) spansOf(v any) []chat.Span {
	switch v := v.(type) {
	case nil:
		return nil
	case chat.Span:
		return []chat.Span{v}
	case []chat.Span:
		return v
	case string:
		if v == "" {
			return nil
		}
		return []chat.Span{{Text: v}}
	default:
		return []chat.Span{{Text: c.Number(v)}}
	}
}

// assemble puts the arguments where their runes stand.
func assemble(sentence string, values [][]chat.Span) []chat.Span {
	var out []chat.Span
	begin := 0
	for at, r := range sentence {
		i := int(r - first)
		if i < 0 || i >= len(values) {
			continue
		}
		out = appendWords(out, sentence[begin:at])
		for _, span := range values[i] {
			out = appendSpan(out, span)
		}
		begin = at + len(string(r))
	}
	return appendWords(out, sentence[begin:])
}

func appendWords(spans []chat.Span, text string) []chat.Span {
	if text == "" {
		return spans
	}
	return appendSpan(spans, chat.Span{Text: text})
}

// appendSpan joins plain words with those before them.
func appendSpan(spans []chat.Span, span chat.Span) []chat.Span {
	if n := len(spans); n > 0 && span.Kind == chat.Words && spans[n-1].Kind == chat.Words {
		spans[n-1].Text += span.Text
		return spans
	}
	return append(spans, span)
}
