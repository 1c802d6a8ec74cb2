package mattermost

import (
	"strings"
	"unicode/utf8"
)

// page is text that ends, with an ellipsis, where there is no room left.
type page struct {
	b    strings.Builder
	left int // runes, without the ellipsis
	full bool
}

// newPage holds n runes, the ellipsis included.
func newPage(n int) page { return page{left: n - 1} }

// add writes s as a whole or, when it does not fit, ends the page.
func (p *page) add(s string) {
	n := utf8.RuneCountInString(s)
	switch {
	case p.full:
	case n > p.left:
		p.end()
	default:
		p.b.WriteString(s)
		p.left -= n
	}
}

// words writes escaped text, cut where the page ends.
func (p *page) words(s string) {
	if p.full {
		return
	}
	n := utf8.RuneCountInString(s)
	if n <= p.left {
		p.b.WriteString(s)
		p.left -= n
		return
	}
	p.b.WriteString(cut(s, p.left+1))
	p.full, p.left = true, 0
}

// bold writes foreign text set bold. Spaces at its ends would undo that, so they stand outside.
func (p *page) bold(text string) {
	text = inline(text)
	inner := strings.TrimSpace(text)
	if inner == "" || p.full {
		return
	}
	before, after, _ := strings.Cut(text, inner)
	set := escape(inner, false)
	if room := p.left - 4; utf8.RuneCountInString(set) > room {
		set = cut(set, room)
		if set == "" {
			p.end()
			return
		}
	}
	p.add(before)
	p.add("**" + set + "**")
	p.add(after)
}

func (p *page) end() {
	p.b.WriteString("…")
	p.full, p.left = true, 0
}

// fresh tells whether the next character begins a line.
func (p *page) fresh() bool {
	s := p.b.String()
	return s == "" || strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "- ") || strings.HasSuffix(s, "# ")
}

func (p *page) String() string { return p.b.String() }
