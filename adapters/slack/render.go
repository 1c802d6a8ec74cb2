package slack

import (
	"slices"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Limits of Block Kit, in characters where nothing else is said (Slack's reference of blocks).
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxHeading       = 150
	maxSection       = 3000
	maxField         = 2000
	maxFieldsInBlock = 10
	maxButtonsInRow  = 25
	maxLabel         = 75
	maxButtonValue   = 2000
	// maxMessage is for all blocks of a message, with blockWeight for each. Slack refuses from about
	// 13,200 on and does not document it.
	maxMessage  = 11_500
	blockWeight = 100
	maxView     = 60_000
	typedWeight = 20 // of a mention, which is longer when shown than when sent
)

// renderer turns blocks into Block Kit as long as there is room.
type renderer struct {
	blocks []slack.Block
	left   int  // characters
	room   int  // blocks, those kept for buttons not counted
	full   bool // something was cut; only buttons follow
	rows   int  // of buttons so far
}

// messageBlocks is a message as blocks.
func messageBlocks(m chat.Message) []slack.Block { return render(m, maxMessageBlocks, maxMessage) }

func render(m chat.Message, blocks, characters int) []slack.Block {
	r := &renderer{left: characters, room: blocks}
	for _, b := range m.Blocks {
		if b.Kind == chat.Buttons {
			r.reserve(b)
		}
	}
	icon := ToneIcon(m.Tone)
	for i, b := range m.Blocks {
		if b.Kind == chat.Buttons {
			r.buttons(b)
			continue
		}
		if r.full || r.stop(m.Blocks[i+1:]) {
			continue
		}
		r.block(b, icon)
		icon = ""
	}
	return r.blocks
}

// ToneIcon stands at the beginning of a message with a tone: Slack has no colours beside blocks.
func ToneIcon(tone chat.Tone) string {
	switch tone {
	case chat.Good:
		return "🟢 "
	case chat.Caution:
		return "🟠 "
	case chat.Critical:
		return "🔴 "
	default:
		return ""
	}
}

// reserve keeps room for buttons, which are never cut away.
func (r *renderer) reserve(b chat.Block) {
	for row := range slices.Chunk(b.Buttons, maxButtonsInRow) {
		r.room--
		r.left -= blockWeight
		for _, button := range row {
			r.left -= weight(label(button))
		}
	}
}

// stop ends the words with an ellipsis when there is no room for this block and all after it.
func (r *renderer) stop(rest []chat.Block) bool {
	more := slices.ContainsFunc(rest, func(b chat.Block) bool { return b.Kind != chat.Buttons })
	if (r.room > 1 || r.room == 1 && !more) && r.left > 3*blockWeight {
		return false
	}
	r.full = true
	if r.room > 0 {
		r.add(slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(ellipsis, nil))))
	}
	return true
}

func (r *renderer) add(b slack.Block) {
	r.blocks = append(r.blocks, b)
	r.room--
	r.left -= blockWeight
}

func (r *renderer) block(b chat.Block, icon string) {
	switch b.Kind {
	case chat.Heading:
		r.heading(b, icon)
		return
	case chat.Fields:
		r.fields(b)
	case chat.List:
		r.list(b)
	case chat.Quote:
		if inner := r.rich(b.Spans, nil); len(inner) > 0 {
			r.add(slack.NewRichTextBlock("", &slack.RichTextQuote{Type: slack.RTEQuote, Elements: inner}))
		}
	case chat.Small:
		r.small(b)
	default:
		spans := b.Spans
		if icon != "" {
			spans = append([]chat.Span{{Text: icon}}, spans...)
		}
		r.paragraph(spans)
	}
}

func (r *renderer) paragraph(spans []chat.Span) {
	if inner := r.rich(spans, nil); len(inner) > 0 {
		r.add(slack.NewRichTextBlock("", slack.NewRichTextSection(inner...)))
	}
}

// heading is plain text, which cannot mention; with something typed in it, it is a bold paragraph.
func (r *renderer) heading(b chat.Block, icon string) {
	if slices.ContainsFunc(b.Spans, typed) {
		r.bold(append([]chat.Span{{Text: icon}}, b.Spans...))
		return
	}
	text := cut(icon+oneLine(chat.PlainSpans(b.Spans)), maxHeading)
	if text == "" {
		return
	}
	r.left -= weight(text)
	r.add(slack.NewHeaderBlock(plainText(text)))
}

func (r *renderer) bold(spans []chat.Span) {
	if inner := r.rich(spans, &slack.RichTextSectionTextStyle{Bold: true}); len(inner) > 0 {
		r.add(slack.NewRichTextBlock("", slack.NewRichTextSection(inner...)))
	}
}

// typed tells whether a span is more than words.
func typed(span chat.Span) bool {
	switch span.Kind {
	case chat.Words, chat.Bold, chat.Code:
		return false
	default:
		return true
	}
}

// list is a bullet for each item.
func (r *renderer) list(b chat.Block) {
	var items []slack.RichTextElement
	for i, item := range b.Items {
		if r.left <= 2*blockWeight && i < len(b.Items)-1 {
			r.full = true
			items = append(items, slack.NewRichTextSection(slack.NewRichTextSectionTextElement(ellipsis, nil)))
			break
		}
		if inner := r.rich(item, nil); len(inner) > 0 {
			items = append(items, slack.NewRichTextSection(inner...))
		}
		if r.full {
			break
		}
	}
	if len(items) > 0 {
		r.add(slack.NewRichTextBlock("", slack.NewRichTextList(slack.RTEListBullet, 0, items...)))
	}
}

// small is a context block. Foreign words stand there as plain text; where they are mixed with mentions and
// look like markup, an ordinary paragraph shows them as they are.
func (r *renderer) small(b chat.Block) {
	text := chat.PlainSpans(b.Spans)
	switch {
	case text == "":
	case !slices.ContainsFunc(b.Spans, func(s chat.Span) bool { return s.Kind != chat.Words }):
		r.context(plainText(r.fit(clean(text), maxSection)))
	case calm(b.Spans) && weight(text) < min(maxSection/2, r.left-blockWeight):
		marked := marked(b.Spans)
		r.left -= len([]rune(marked))
		r.context(markup(marked))
	default:
		r.paragraph(b.Spans)
	}
}

func (r *renderer) context(text *slack.TextBlockObject) {
	if text.Text != "" {
		r.add(slack.NewContextBlock("", text))
	}
}

// fit shortens text to a limit and to what is left of the whole message.
func (r *renderer) fit(text string, most int) string {
	short := cutWeight(cut(text, most), max(r.left-2*blockWeight, 1))
	if short != text && r.left < most {
		r.full = true
	}
	r.left -= weight(short)
	return short
}

// calm tells whether no words among spans would become markup.
func calm(spans []chat.Span) bool {
	return !slices.ContainsFunc(spans, func(s chat.Span) bool { return s.Kind != chat.Clock && lively(s.Text) })
}

// fields are pairs, ten in a block.
func (r *renderer) fields(b chat.Block) {
	for part := range slices.Chunk(b.Fields, maxFieldsInBlock) {
		if r.full || r.stop(nil) {
			return
		}
		texts := make([]*slack.TextBlockObject, 0, len(part))
		for _, f := range part {
			if r.full {
				break
			}
			text, ok := r.field(f)
			if !ok {
				r.lines(part)
				texts = nil
				break
			}
			texts = append(texts, text)
		}
		if len(texts) > 0 {
			r.add(slack.NewSectionBlock(nil, texts, nil))
		}
	}
}

// field is one pair. Words that look like markup are shown as plain text; false when they are mixed with
// mentions, which plain text does not have.
func (r *renderer) field(f chat.Field) (*slack.TextBlockObject, bool) {
	value := chat.PlainSpans(f.Value)
	mixed := slices.ContainsFunc(f.Value, func(s chat.Span) bool { return s.Kind != chat.Words })
	name, text := cut(oneLine(f.Label), maxLabel), cut(clean(value), maxField-2*maxLabel)
	if lively(name) || lively(text) {
		if mixed && !calm(f.Value) {
			return nil, false
		}
	}
	if mixed && weight(name+value) > min(maxField/2, r.left-3*blockWeight) {
		return nil, false
	}
	if lively(name) || (!mixed && lively(text)) || (!mixed && weight(text) > maxField/2) {
		return plainText(r.fit(name+"\n"+orDash(text), maxField)), true
	}
	written := "*" + escape(name) + "*\n" + orDash(marked(f.Value))
	if name == "" {
		written = orDash(marked(f.Value))
	}
	r.left -= len([]rune(written))
	return markup(written), true
}

func orDash(text string) string { return first(text, "–") }

// lines shows pairs as paragraphs.
func (r *renderer) lines(fields []chat.Field) {
	var spans []chat.Span
	for i, f := range fields {
		if i > 0 {
			spans = append(spans, chat.Span{Text: "\n"})
		}
		spans = append(spans, chat.Span{Kind: chat.Bold, Text: f.Label + ": "})
		spans = append(spans, f.Value...)
	}
	r.paragraph(spans)
}

// buttons are rows of twenty-five. The action comes first in the id, which must be unique in its row.
func (r *renderer) buttons(b chat.Block) {
	for row := range slices.Chunk(b.Buttons, maxButtonsInRow) {
		var elements []slack.BlockElement
		for i, button := range row {
			el := slack.NewButtonBlockElement(button.Action+":"+strconv.Itoa(i), button.Value, plainText(label(button)))
			switch button.Style {
			case chat.Primary:
				el.Style = slack.StylePrimary
			case chat.Danger:
				el.Style = slack.StyleDanger
			default:
			}
			elements = append(elements, el)
		}
		r.rows++
		r.blocks = append(r.blocks, slack.NewActionBlock("row"+strconv.Itoa(r.rows), elements...))
	}
}

func label(b chat.Button) string { return first(cut(oneLine(b.Label), maxLabel), "…") }

func plainText(text string) *slack.TextBlockObject {
	no := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: text, Emoji: &no}
}

// markup is text in Slack's markup that Slack shall not look for names and addresses in.
func markup(text string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: text, Verbatim: true}
}
