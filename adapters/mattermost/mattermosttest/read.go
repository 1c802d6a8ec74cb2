package mattermosttest

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/markdown"
)

const gap = "\u200b"

// reader reads Markdown the way a Mattermost client shows it: escapes are undone, markup that takes effect
// is gone. It knows nothing of how a bot escapes.
type reader struct {
	out  strings.Builder
	rest string
	line bool // at the start of a line
}

// shown is what people see of a text.
func shown(text string) string {
	r := &reader{rest: text, line: true}
	for r.rest != "" {
		r.step()
	}
	return r.out.String()
}

var (
	entity  = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)
	heading = regexp.MustCompile(`^#{1,6} `)
	bullet  = regexp.MustCompile(`^[-*+] `)
	ticks   = regexp.MustCompile("^`+")
	linkRe  = regexp.MustCompile(`^\[((?:\\.|[^\]\\])*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)`)
	escaped = regexp.MustCompile(`^\\[!-/:-@\[-` + "`" + `{-~]`)
	roomRe  = regexp.MustCompile(`^~[a-z0-9]`)
)

// step reads the next piece.
func (r *reader) step() {
	start := r.line
	r.line = false
	switch {
	case start && r.begin():
	case escaped.MatchString(r.rest):
		r.take(r.rest[1:2], 2)
	case r.rest[0] == '`' && r.code():
	case r.rest[0] == '[' && r.link():
	case strings.HasPrefix(r.rest, "**"), strings.HasPrefix(r.rest, "~~"):
		r.skip(2)
	case r.rest[0] == '*', r.rest[0] == '_':
		r.skip(1)
	case r.rest[0] == '&' && entity.MatchString(r.rest):
		found := entity.FindString(r.rest)
		r.take(html.UnescapeString(found), len(found))
	case roomRe.MatchString(r.rest):
		r.take("#", 1)
	default:
		r.line = r.rest[0] == '\n'
		r.take(r.rest[:1], 1)
	}
}

// begin reads what has a meaning at the start of a line.
func (r *reader) begin() bool {
	switch {
	case heading.MatchString(r.rest):
		r.skip(len(heading.FindString(r.rest)))
	case bullet.MatchString(r.rest):
		r.take("• ", 2)
	case strings.HasPrefix(r.rest, "> "):
		r.take("> ", 2)
		r.line = true
	default:
		return false
	}
	return true
}

func (r *reader) take(shown string, n int) {
	r.out.WriteString(shown)
	r.rest = r.rest[n:]
}

func (r *reader) skip(n int) { r.rest = r.rest[n:] }

// code reads a code span, which shows everything as it is.
func (r *reader) code() bool {
	fence := ticks.FindString(r.rest)
	body := r.rest[len(fence):]
	for at := 0; at < len(body); {
		i := strings.Index(body[at:], fence)
		if i < 0 {
			return false
		}
		end := at + i
		if run := ticks.FindString(body[end:]); run != fence {
			at = end + len(run)
			continue
		}
		r.out.WriteString(strings.TrimSpace(body[:end]))
		r.rest = body[end+len(fence):]
		return true
	}
	return false
}

// link reads a link as "text (url)".
func (r *reader) link() bool {
	m := linkRe.FindStringSubmatch(r.rest)
	if m == nil {
		return false
	}
	r.take(shown(m[1])+" ("+m[2]+")", len(m[0]))
	return true
}

var (
	urls     = regexp.MustCompile(`(?i)\b(?:(?:https?|ftp|mailto|tel|mattermost):|www\.)[^\s` + gap + `]+`)
	mails    = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	hashtags = regexp.MustCompile(`(?:^|[\s(])#[a-zA-Z][^\s` + gap + `]*`)
	rooms    = regexp.MustCompile(`~[a-z0-9][a-z0-9_-]*`)
)

// links are all places a click on a text leads to: what the server's own parser takes for links and
// images, and what clients make links of by themselves. Mentions of channels are not counted when the
// text was made by a template; foreign text is tested with channels that exist.
func links(text string, channels []string) []string {
	var found []string
	plain := &strings.Builder{}
	markdown.Inspect(text, func(node any) bool {
		switch n := node.(type) {
		case *markdown.InlineLink:
			found = append(found, n.Destination())
			return false
		case *markdown.InlineImage:
			found = append(found, n.Destination())
			return false
		case *markdown.ReferenceLink:
			found = append(found, n.Destination())
			return false
		case *markdown.Autolink:
			found = append(found, n.Destination())
			return false
		case *markdown.Text:
			plain.WriteString(n.Text)
			plain.WriteString("\n")
		}
		return true
	})
	for _, re := range []*regexp.Regexp{urls, mails, hashtags} {
		found = append(found, re.FindAllString(plain.String(), -1)...)
	}
	for _, room := range rooms.FindAllString(plain.String(), -1) {
		if slices.Contains(channels, room[1:]) {
			found = append(found, room)
		}
	}
	return found
}

// text is everything people see of a post, with its buttons as lines of labels.
func text(post *model.Post) string {
	var lines []string
	if post.Message != "" {
		lines = append(lines, shown(post.Message))
	}
	for _, a := range post.Attachments() {
		for _, part := range []string{a.Pretext, a.Title, a.Text, a.Footer} {
			if part != "" {
				lines = append(lines, shown(part))
			}
		}
		if labels := buttons(a.Actions); len(labels) > 0 {
			lines = append(lines, "["+strings.Join(labels, "] [")+"]")
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), gap, "")
}

// marked is everything in a post that clients read as Markdown.
func marked(post *model.Post) string {
	parts := []string{post.Message}
	for _, a := range post.Attachments() {
		parts = append(parts, a.Pretext, a.Title, a.Text, a.Footer)
	}
	return strings.Join(parts, "\n\n")
}

func buttons(actions []*model.PostAction) []string {
	var labels []string
	for _, action := range actions {
		labels = append(labels, strings.ReplaceAll(action.Name, gap, ""))
	}
	return labels
}

func allButtons(post *model.Post) []string {
	var labels []string
	for _, a := range post.Attachments() {
		labels = append(labels, buttons(a.Actions)...)
	}
	return labels
}
