package room

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// What a message may hold. The limits are the room's own: they keep a page readable and quick.
const (
	maxBlocks  = 50
	maxText    = 16_000 // characters in all blocks of a message
	maxHeading = 200
	maxSaid    = 8_000 // characters a person can say at once
	maxTopic   = 250
	maxFile    = 1 << 20
	ellipsis   = "…"
)

// clean is m as people will see it: without characters that nobody can see, with links only where they lead
// to the web, with people only where they are known, and cut to what fits.
func (r *Room) clean(m chat.Message) chat.Message {
	left := budget{left: maxText}
	out := chat.Message{Lang: m.Lang, Tone: m.Tone}
	shown := 0
	for _, b := range m.Blocks {
		if b.Kind != chat.Buttons {
			if shown++; shown > maxBlocks {
				left.end()
			}
		}
		if b, ok := r.cleanBlock(b, &left); ok {
			out.Blocks = append(out.Blocks, b)
		}
	}
	if left.cut {
		out.Blocks = withEllipsis(out.Blocks)
	}
	return out
}

// cleanBlock tells by false that nothing is left of the block.
func (r *Room) cleanBlock(b chat.Block, left *budget) (chat.Block, bool) {
	out := chat.Block{Kind: b.Kind}
	switch b.Kind {
	case chat.Buttons:
		out.Buttons = slices.Clone(b.Buttons)
		for i := range out.Buttons {
			out.Buttons[i].Label = line(out.Buttons[i].Label, 75)
		}
		return out, len(out.Buttons) > 0
	case chat.Fields:
		for _, f := range b.Fields {
			if left.left > 0 {
				out.Fields = append(out.Fields, chat.Field{Label: left.take(line(f.Label, 80)), Value: r.cleanSpans(f.Value, left)})
			} else {
				left.cut = true
			}
		}
		return out, len(out.Fields) > 0
	case chat.List:
		for _, item := range b.Items {
			if left.left > 0 {
				out.Items = append(out.Items, r.cleanSpans(item, left))
			} else {
				left.cut = true
			}
		}
		return out, len(out.Items) > 0
	case chat.Heading:
		out.Spans = r.cleanSpans(headline(b.Spans), left)
	default:
		out.Spans = r.cleanSpans(b.Spans, left)
	}
	return out, len(out.Spans) > 0
}

// headline cuts a heading to one short line.
func headline(spans []chat.Span) []chat.Span {
	left := budget{left: maxHeading}
	var out []chat.Span
	for _, s := range spans {
		if left.left == 0 {
			break
		}
		s.Text = left.take(strings.ReplaceAll(s.Text, "\n", " "))
		if left.cut {
			s.Text += ellipsis
		}
		out = append(out, s)
	}
	return out
}

func (r *Room) cleanSpans(spans []chat.Span, left *budget) []chat.Span {
	var out []chat.Span
	for _, s := range spans {
		if left.left <= 0 {
			left.cut = true
			break
		}
		s.Text = left.take(visible(s.Text))
		switch {
		case s.Kind == chat.Link && !leads(s.URL):
			s = chat.Span{Text: s.Text}
		case s.Kind == chat.Person:
			if _, ok := r.people[s.User]; !ok {
				s.User = ""
			}
		}
		out = append(out, s)
	}
	return out
}

// withEllipsis ends the last words before the buttons with an ellipsis.
func withEllipsis(blocks []chat.Block) []chat.Block {
	for i := len(blocks) - 1; i >= 0; i-- {
		b := &blocks[i]
		switch {
		case b.Kind == chat.Buttons:
			continue
		case len(b.Fields) > 0:
			last := &b.Fields[len(b.Fields)-1]
			last.Value = append(last.Value, chat.Span{Text: ellipsis})
		case len(b.Items) > 0:
			b.Items[len(b.Items)-1] = append(b.Items[len(b.Items)-1], chat.Span{Text: ellipsis})
		default:
			b.Spans = append(b.Spans, chat.Span{Text: ellipsis})
		}
		return blocks
	}
	return blocks
}

// budget is how many characters still fit.
type budget struct {
	left int
	cut  bool // something did not fit
}

func (b *budget) end() { b.left, b.cut = 0, true }

// take is as much of s as fits.
func (b *budget) take(s string) string {
	n := utf8.RuneCountInString(s)
	if n <= b.left {
		b.left -= n
		return s
	}
	s = string([]rune(s)[:b.left])
	b.end()
	return s
}

// visible drops control characters but line breaks and tabs, and what is not UTF-8.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' {
			return c
		}
		if unicode.IsControl(c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
}

// line is s as one line of at most n characters.
func line(s string, n int) string {
	s = strings.Join(strings.Fields(visible(s)), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + ellipsis
}

// leads tells whether a link may lead there: http and https only, and nothing that is not a URL.
func leads(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(link, " \"<>|\n\t")
}
