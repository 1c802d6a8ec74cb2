package mattermost

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// gap is a zero width space. Behind a character that would start a mention, a link or a list it keeps the
// text readable and takes the meaning away. A backslash does not: the server still notifies for \@channel.
const gap = "\u200b"

var (
	schemes = regexp.MustCompile(`(?i)(https?|ftps?|mailto|tel|mattermost|ws|wss|file|javascript|data):`)
	hosts   = regexp.MustCompile(`(?i)(www)\.`)
	emoji   = regexp.MustCompile(`:([a-zA-Z0-9_+-]+:)`)
	smiley  = regexp.MustCompile(`([:;=])(['-]?[()\[\]|/\\DPpOoSsXx@$*])|(<)(3)`)
	ticks   = regexp.MustCompile("`+")
	number  = regexp.MustCompile(`^(\d+)([.)])`)
)

// dropped are characters that a post cannot hold (NUL makes the server answer 500) or that turn the text
// behind them around.
var dropped = strings.NewReplacer(
	"\x00", "", "\r\n", "\n", "\r", "\n",
	"\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	"\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "",
)

var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `>`, `\>`, `|`, `\|`,
	"@", "@"+gap, "#", "#"+gap, "~", "~"+gap, "!", "!"+gap, "$", "$"+gap, "&", "&"+gap,
)

// quell takes from text what wakes people or leads somewhere, and leaves markup alone: for places where
// Mattermost renders no Markdown, such as names.
func quell(text string) string {
	return strings.ReplaceAll(clean(text), "@", "@"+gap)
}

// clean is text without what a post cannot hold.
func clean(text string) string {
	return dropped.Replace(strings.ToValidUTF8(text, "\uFFFD"))
}

// escape makes foreign text stand for itself: no mention, link, channel, hashtag, emoji or Markdown.
// start tells whether the text begins a line. Line breaks stay.
func escape(text string, start bool) string {
	text = clean(text)
	text = schemes.ReplaceAllString(text, "${1}:"+gap)
	text = hosts.ReplaceAllString(text, "${1}"+gap+".")
	for emoji.MatchString(text) { // a colon may end one and begin another
		text = emoji.ReplaceAllString(text, ":"+gap+"$1")
	}
	text = smiley.ReplaceAllString(text, "$1$3"+gap+"$2$4")
	text = markup.Replace(text)
	lines := strings.Split(text, "\n")
	for i := range lines {
		if i > 0 || start {
			lines[i] = flat(lines[i])
		}
	}
	return strings.Join(lines, "\n")
}

// flat keeps a line from beginning a list, a rule, a heading or indented code.
func flat(line string) string {
	rest := strings.TrimLeft(line, " \t")
	if indent := line[:len(line)-len(rest)]; indent != "" {
		indent = strings.ReplaceAll(indent, "\t", "    ")
		line = strings.Repeat("\u00a0", len(indent)) + rest
	}
	switch {
	case rest == "":
		return line
	case strings.ContainsRune("-+=", rune(rest[0])), number.MatchString(rest):
		return gap + line
	}
	return line
}

// inline is text on one line.
func inline(text string) string {
	return strings.Join(strings.FieldsFunc(clean(text), func(r rune) bool { return r == '\n' || r == '\v' || r == '\f' }), " ")
}

// code sets text in a fixed face. Nothing in it notifies, so it stays as it is and can be copied and typed.
// More backticks than the text holds in a row stand around it.
func code(text string) string {
	text = strings.TrimSpace(inline(text))
	if text == "" {
		return ""
	}
	longest := 0
	for _, run := range ticks.FindAllString(text, -1) {
		longest = max(longest, len(run))
	}
	fence := strings.Repeat("`", longest+1)
	if strings.Contains(text, "`") {
		return gap + fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// cut shortens text to at most n runes, the last of them an ellipsis when something is missing. Escaped
// text may be cut anywhere: a backslash that lost its character goes with it.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	if n <= 0 {
		return ""
	}
	head := string([]rune(text)[:n-1])
	if slashes := len(head) - len(strings.TrimRight(head, `\`)); slashes%2 == 1 {
		head = head[:len(head)-1]
	}
	return head + "…"
}
