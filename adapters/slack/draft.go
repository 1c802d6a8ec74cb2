package slack

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// draft is one form of a message that can be sent.
type draft struct {
	text   string
	blocks []slack.Block
}

// maxFallback is in bytes: an update takes 4,000 of them, and what is posted may be updated later.
const maxFallback = 3900

// drafts are the forms of a message from the richest to the plainest. The plainer ones are for the day on
// which Slack refuses a block; mentions and, in the second, buttons still work in them.
func drafts(m chat.Message) []draft {
	blocks, text := messageBlocks(m), fallback(m)
	if len(blocks) == 0 || strings.TrimSpace(text) == "" {
		return nil
	}
	short, _ := cutBytes(text, maxFallback)
	written, _ := cutBytes(markedMessage(m), maxSection-blockWeight)
	simple := &renderer{blocks: []slack.Block{slack.NewSectionBlock(markup(written), nil, nil)}}
	for _, b := range m.Blocks {
		if b.Kind == chat.Buttons {
			simple.buttons(b)
		}
	}
	plain, _ := cutBytes(markedMessage(m), maxFallback)
	return []draft{{short, blocks}, {short, simple.blocks}, {plain, nil}}
}

// fallback is what notifications and screen readers get beside the blocks. It wakes nobody: the mentions in
// the blocks do.
func fallback(m chat.Message) string { return escape(m.Plain()) }

// markedMessage is a whole message in Slack's markup.
func markedMessage(m chat.Message) string {
	var lines []string
	for _, b := range m.Blocks {
		switch b.Kind {
		case chat.Fields:
			for _, f := range b.Fields {
				lines = append(lines, escape(f.Label)+": "+marked(f.Value))
			}
		case chat.List:
			for _, item := range b.Items {
				lines = append(lines, "• "+marked(item))
			}
		case chat.Buttons:
		default:
			lines = append(lines, marked(b.Spans))
		}
	}
	return first(strings.TrimSpace(strings.Join(lines, "\n")), ellipsis)
}

// options are a draft as arguments of a post or an update.
func (d draft) options() []slack.MsgOption {
	if d.blocks == nil {
		return []slack.MsgOption{slack.MsgOptionText(d.text, false), slack.MsgOptionParse(false)}
	}
	return []slack.MsgOption{slack.MsgOptionText(d.text, false), slack.MsgOptionBlocks(d.blocks...)}
}
