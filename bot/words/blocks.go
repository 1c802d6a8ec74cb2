package words

import (
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Block is a sentence as a block of a message.
func (c *Catalogue) Block(kind chat.BlockKind, key string, args ...any) chat.Block {
	return chat.Block{Kind: kind, Spans: c.Spans(key, args...)}
}

// Paragraph is a sentence as a paragraph.
func (c *Catalogue) Paragraph(key string, args ...any) chat.Block {
	return c.Block(chat.Text, key, args...)
}

// Button is a button whose label is the sentence of key.
func (c *Catalogue) Button(action, value, key string, args ...any) chat.Button {
	return chat.Button{Action: action, Value: value, Label: c.Text(key, args...)}
}

// Say is a message in this language. Blocks that say nothing are left out.
func (c *Catalogue) Say(blocks ...chat.Block) chat.Message {
	m := chat.Message{Lang: c.lang}
	for _, b := range blocks {
		if len(b.Spans)+len(b.Fields)+len(b.Items)+len(b.Buttons) > 0 {
			m.Blocks = append(m.Blocks, b)
		}
	}
	return m
}

// Code is text set in a fixed face, such as a command to paste.
func Code(text string) chat.Span { return chat.Span{Kind: chat.Code, Text: text} }

// Bold is text set bold.
func Bold(text string) chat.Span { return chat.Span{Kind: chat.Bold, Text: text} }

// Person mentions somebody; the name is read where the mention cannot be made.
func Person(id, name string) chat.Span {
	return chat.Span{Kind: chat.Person, User: chat.UserID(id), Text: name}
}

// Between is how long something lasted between two moments; empty when one of them is missing.
func (c *Catalogue) Between(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return c.Duration(to.Sub(from))
}
