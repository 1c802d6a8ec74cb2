package slack

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ellipsis ends what was cut.
const ellipsis = "…"

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// escape makes data of text for Slack's markup: exactly these three characters are special. The invisible
// word joiner keeps a bare "@here" from being taken for a mention.
func escape(text string) string {
	return strings.ReplaceAll(escaper.Replace(clean(text)), "@", "@\u2060")
}

// clean takes out what no reader sees and some validators refuse: control characters and broken bytes.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			if r == '\t' {
				return ' '
			}
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// oneLine is for places that have no line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// weight is how many characters text has once it is escaped. Slack counts whole messages like that.
func weight(text string) int {
	n := 0
	for _, r := range text {
		n += runeWeight(r)
	}
	return n
}

func runeWeight(r rune) int {
	switch r {
	case '&':
		return len("&amp;")
	case '<', '>':
		return len("&lt;")
	}
	return 1
}

// cut shortens text to so many characters, the ellipsis included. Slack counts code points.
func cut(text string, most int) string {
	return cutBy(text, most, func(rune) int { return 1 })
}

// cutWeight shortens text so that it is at most that long once escaped.
func cutWeight(text string, most int) string { return cutBy(text, most, runeWeight) }

// cutEscaped escapes text and shortens it without splitting an entity. What is special at the end of the
// count counts as written.
func cutEscaped(text string, most int) string {
	short := cutBy(clean(text), most, func(r rune) int {
		if r == '@' {
			return 2
		}
		return runeWeight(r)
	})
	return escape(short)
}

func cutBy(text string, most int, size func(rune) int) string {
	total, end, fits := 0, 0, true
	for i, r := range text {
		if total+size(r) > most {
			fits = false
			break
		}
		total += size(r)
		if total <= most-1 {
			end = i + utf8.RuneLen(r)
		}
	}
	if fits || most < 1 {
		return text[:len(text)*btoi(fits)]
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + ellipsis
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cutBytes shortens text to so many bytes, at a rune, and never inside of an entity or a token.
func cutBytes(text string, most int) (string, bool) {
	if len(text) <= most {
		return text, false
	}
	end := max(most-len(ellipsis), 0)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	short := text[:end]
	if at := strings.LastIndexAny(short, "&<"); at >= 0 && !strings.ContainsAny(short[at:], ";>") {
		short = short[:at]
	}
	return strings.TrimRightFunc(short, unicode.IsSpace) + ellipsis, true
}

// leads tells whether an address may become a link: http or https, and nothing in it that could end it
// early.
func leads(address string) bool {
	if len(address) > 3000 || strings.ContainsAny(address, " \t\n\r<>|\"\\^`{}") || clean(address) != address {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// lively tells whether Slack's markup would make something of text although it is escaped: formatting,
// quotes, emoji, addresses.
func lively(text string) bool {
	return strings.ContainsAny(text, "*_~`:>") || strings.Contains(text, "www.") || strings.Contains(text, "•")
}
