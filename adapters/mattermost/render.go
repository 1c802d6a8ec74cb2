package mattermost

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// maxText is how many runes a message holds (server: PostMessageMaxRunesV2). Attachments may be longer; what
// people should read is not.
const maxText = 16383

// colours are the bars at the left of an attachment.
var colours = map[chat.Tone]string{
	chat.Good:     "#2e7d32",
	chat.Caution:  "#f9a825",
	chat.Critical: "#c62828",
}

// styles are the looks of a button.
var styles = map[chat.Style]string{
	chat.Normal:  "default",
	chat.Primary: "primary",
	chat.Danger:  "danger",
}

// rendered is a message in Mattermost's form: what stands in the message itself, and attachments.
type rendered struct {
	text        string
	attachments []*model.MessageAttachment
}

// renderer turns neutral messages into Mattermost's form.
type renderer struct {
	// handle gives the user name to mention; false when it is not known.
	handle func(chat.UserID) (string, bool)
	// press says what a button carries.
	press func(chat.Button) *model.PostActionIntegration
}

// render puts plain words into the message, where they can be searched and quoted. A message with a
// colour or with buttons keeps its heading there and moves the rest into attachments, one for each row
// of buttons. Fields become lines rather than table cells, because mentions in cells wake nobody before
// version 10.2.
func (r renderer) render(m chat.Message) rendered {
	blocks := m.Blocks
	if !framed(m) {
		return rendered{text: r.blocks(blocks, maxText)}
	}
	var out rendered
	if len(blocks) > 0 && blocks[0].Kind == chat.Heading {
		out.text, blocks = r.blocks(blocks[:1], maxText), blocks[1:]
	}
	left := maxText
	for len(blocks) > 0 {
		part, buttons, rest := segment(blocks)
		attachment := &model.MessageAttachment{Color: colours[m.Tone], Text: r.blocks(part, left)}
		left -= utf8.RuneCountInString(attachment.Text)
		attachment.Fallback = cut(quell(chat.Message{Blocks: part}.Plain()), 300)
		for _, b := range buttons {
			attachment.Actions = append(attachment.Actions, r.action(b, count(out.attachments)+len(attachment.Actions)))
		}
		out.attachments = append(out.attachments, attachment)
		blocks = rest
	}
	return out
}

// framed tells whether a message needs attachments.
func framed(m chat.Message) bool {
	if m.Tone != chat.Plainly {
		return true
	}
	for _, b := range m.Blocks {
		if b.Kind == chat.Buttons && len(b.Buttons) > 0 {
			return true
		}
	}
	return false
}

// segment takes blocks up to and with the first row of buttons.
func segment(blocks []chat.Block) (part []chat.Block, buttons []chat.Button, rest []chat.Block) {
	for i, b := range blocks {
		if b.Kind == chat.Buttons {
			return blocks[:i], b.Buttons, blocks[i+1:]
		}
	}
	return blocks, nil, nil
}

func count(attachments []*model.MessageAttachment) int {
	n := 0
	for _, a := range attachments {
		n += len(a.Actions)
	}
	return n
}

// action is a button. Its id must be letters and digits; anything else makes the server lose the click.
func (r renderer) action(b chat.Button, n int) *model.PostAction {
	return &model.PostAction{
		Id:          "b" + string(rune('a'+n/26%26)) + string(rune('a'+n%26)),
		Type:        model.PostActionTypeButton,
		Name:        cut(quell(inline(b.Label)), 75),
		Style:       styles[b.Style],
		Integration: r.press(b),
	}
}

// blocks is a run of blocks as Markdown, cut to n runes.
func (r renderer) blocks(blocks []chat.Block, n int) string {
	if n < 1 {
		return ""
	}
	out := newPage(n)
	for i, b := range blocks {
		if i > 0 {
			out.add(between(blocks[i-1].Kind, b.Kind))
		}
		r.block(&out, b)
	}
	return strings.TrimRight(out.String(), "\n ")
}

// between is the space over a block: none over what belongs to the block above it.
func between(above, below chat.BlockKind) string {
	if above != chat.Quote && (below == chat.Small || below == chat.List) {
		return "\n"
	}
	return "\n\n"
}

func (r renderer) block(out *page, b chat.Block) {
	switch b.Kind {
	case chat.Heading:
		out.add("#### ")
		r.spans(out, oneLine(b.Spans))
	case chat.Small:
		r.small(out, b.Spans)
	case chat.Quote:
		r.quote(out, b.Spans)
	case chat.Fields:
		r.fields(out, b.Fields)
	case chat.List:
		for i, item := range b.Items {
			if i > 0 {
				out.add("\n")
			}
			out.add("- ")
			r.spans(out, oneLine(item))
		}
	case chat.Buttons: // in the attachment's actions
	default:
		r.spans(out, b.Spans)
	}
}

// small sets a quiet line in italics, unless it holds markup of its own.
func (r renderer) small(out *page, spans []chat.Span) {
	for _, s := range spans {
		if s.Kind != chat.Words && s.Kind != chat.Clock || strings.Contains(s.Text, "\n") {
			r.spans(out, spans)
			return
		}
	}
	line := page{left: out.left - 2}
	r.spans(&line, spans)
	if text := strings.TrimSpace(line.String()); text != "" {
		out.add("*" + text + "*")
	}
}

func (r renderer) quote(out *page, spans []chat.Span) {
	inner := page{left: out.left}
	r.spans(&inner, spans)
	for i, line := range strings.Split(inner.String(), "\n") {
		if i > 0 {
			out.add("\n")
		}
		out.words("> " + line)
	}
}

func (r renderer) fields(out *page, fields []chat.Field) {
	for i, f := range fields {
		if i > 0 {
			out.add("\n")
		}
		out.add("**" + escape(inline(f.Label), true) + ":** ")
		r.spans(out, oneLine(f.Value))
	}
}

// spans writes a run of spans. Only foreign words may be cut in the middle: half a mention is somebody else.
func (r renderer) spans(out *page, spans []chat.Span) {
	for _, s := range spans {
		switch s.Kind {
		case chat.Bold:
			out.bold(s.Text)
		case chat.Code:
			out.add(code(cut(clean(s.Text), out.left-20))) // the rest is for what stands around it
		case chat.Person, chat.Group:
			out.add(r.mention(s))
		case chat.Link:
			out.add(link(s))
		case chat.Room:
			out.add(channel(s.Text))
		default:
			out.words(escape(s.Text, out.fresh()))
		}
	}
}

// handles are the user and group names that a mention may consist of; anything else is plain text.
var handles = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func (r renderer) mention(s chat.Span) string {
	if s.Kind == chat.Group && s.User != "" && handles.MatchString(s.Text) {
		return "@" + s.Text
	}
	if s.Kind == chat.Person && s.User != "" {
		if name, ok := r.handle(s.User); ok && handles.MatchString(name) {
			return "@" + name
		}
	}
	return escape("@"+inline(s.Text), false)
}

func link(s chat.Span) string {
	text := escape(inline(s.Text), false)
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return text
	}
	if text == "" {
		text = escape(s.URL, false)
	}
	return "[" + text + "](" + destination(u) + ")"
}

var (
	unsafe = strings.NewReplacer("<", "%3C", ">", "%3E", `\`, "%5C", `"`, "%22", " ", "%20", "`", "%60", "*", "%2A")
	parens = strings.NewReplacer("(", "%28", ")", "%29")
)

// destination is a URL as it may stand in the parentheses of a link: with none of its own, unless each is
// closed again.
func destination(u *url.URL) string {
	s := unsafe.Replace(u.String())
	depth := 0
	for _, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 || depth > 1 {
			return parens.Replace(s)
		}
	}
	if depth != 0 {
		return parens.Replace(s)
	}
	return s
}

var channelNames = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

func channel(name string) string {
	if channelNames.MatchString(name) {
		return "~" + name
	}
	return escape("~"+inline(name), false)
}

// oneLine is spans without line breaks.
func oneLine(spans []chat.Span) []chat.Span {
	flat := make([]chat.Span, len(spans))
	for i, s := range spans {
		s.Text = strings.ReplaceAll(clean(s.Text), "\n", " ")
		flat[i] = s
	}
	return flat
}
