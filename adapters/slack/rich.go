package slack

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var groupIDs = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)

// maxClock is in bytes. What is longer is no time of day.
const maxClock = 100

// clockFormat has Slack show a time of day in the reader's zone and way.
const clockFormat = "{time}"

// rich is spans as elements of rich text. Slack parses nothing in them, so words need no escaping.
func (r *renderer) rich(spans []chat.Span, style *slack.RichTextSectionTextStyle) []slack.RichTextSectionElement {
	var elements []slack.RichTextSectionElement
	for _, span := range spans {
		if r.full {
			break
		}
		if el := r.typedElement(span, style); el != nil {
			elements = append(elements, el)
			continue
		}
		if text := r.words(said(span)); text != "" {
			elements = append(elements, slack.NewRichTextSectionTextElement(text, styled(span, style)))
		}
	}
	return elements
}

// words is text as far as it fits into the message.
func (r *renderer) words(text string) string {
	text = clean(text)
	room := max(r.left-blockWeight-blockWeight/2, 1)
	if weight(text) > room {
		text = cutWeight(text, room)
		r.full = true
	}
	r.left -= weight(text)
	return text
}

func styled(span chat.Span, style *slack.RichTextSectionTextStyle) *slack.RichTextSectionTextStyle {
	switch span.Kind {
	case chat.Bold:
		return &slack.RichTextSectionTextStyle{Bold: true}
	case chat.Code:
		return &slack.RichTextSectionTextStyle{Code: true}
	default:
		return style
	}
}

// said is a span in words, where it is words or cannot be more.
func said(span chat.Span) string {
	switch span.Kind {
	case chat.Person, chat.Group:
		return "@" + span.Text
	case chat.Room:
		return "#" + span.Text
	default:
		return span.Text
	}
}

// typedElement is an element for a span that is more than words, nil where its id or address is none.
func (r *renderer) typedElement(span chat.Span, style *slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	if !links(span) {
		return nil
	}
	r.left -= typedWeight
	switch span.Kind {
	case chat.Person:
		return slack.NewRichTextSectionUserElement(string(span.User), style)
	case chat.Group:
		return slack.NewRichTextSectionUserGroupElement(string(span.User))
	case chat.Room:
		return slack.NewRichTextSectionChannelElement(string(span.Room), style)
	case chat.Link:
		return slack.NewRichTextSectionLinkElement(span.URL, r.words(cut(span.Text, maxSection)), style)
	default:
		text := oneLine(span.Text)
		return slack.NewRichTextSectionDateElement(span.Time.Unix(), clockFormat, nil, &text)
	}
}

// links tells whether a span has what its kind needs.
func links(span chat.Span) bool {
	switch span.Kind {
	case chat.Person:
		return userIDs.MatchString(string(span.User))
	case chat.Group:
		return groupIDs.MatchString(string(span.User))
	case chat.Room:
		return roomIDs.MatchString(string(span.Room))
	case chat.Link:
		return leads(span.URL)
	case chat.Clock:
		return span.Time.Unix() > 0 && oneLine(span.Text) != "" && len(span.Text) <= maxClock
	default:
		return false
	}
}

// marked is spans in Slack's markup, for the few places that have no rich text. Words are escaped; callers
// keep words away that would be formatted.
func marked(spans []chat.Span) string {
	var s strings.Builder
	for _, span := range spans {
		s.WriteString(markedSpan(span))
	}
	return s.String()
}

func markedSpan(span chat.Span) string {
	if !links(span) {
		return wrapped(span)
	}
	switch span.Kind {
	case chat.Person:
		return "<@" + string(span.User) + ">"
	case chat.Group:
		return "<!subteam^" + string(span.User) + ">"
	case chat.Room:
		return "<#" + string(span.Room) + ">"
	case chat.Link:
		return "<" + escaper.Replace(span.URL) + "|" + strings.ReplaceAll(escape(oneLine(span.Text)), "|", "¦") + ">"
	default:
		return fmt.Sprintf("<!date^%d^%s|%s>", span.Time.Unix(), clockFormat, strings.ReplaceAll(escape(oneLine(span.Text)), "|", "¦"))
	}
}

func wrapped(span chat.Span) string {
	text := escape(said(span))
	bare := strings.TrimSpace(span.Text)
	if bare == "" || bare != span.Text || strings.ContainsAny(bare, "*`\n") {
		return text
	}
	switch span.Kind {
	case chat.Bold:
		return "*" + text + "*"
	case chat.Code:
		return "`" + text + "`"
	default:
		return text
	}
}
