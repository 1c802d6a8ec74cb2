package slack

import (
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// What tests outside of the package look at.
var (
	Cut, CutWeight, CutEscaped, Escape, Leads, Lively = cut, cutWeight, cutEscaped, escape, leads, lively
	CutBytes, Weight, Classify, ByInput, OneLine      = cutBytes, weight, classify, byInput, oneLine
)

// Rendered is one form of a message as it is sent.
type Rendered struct {
	Text   string `json:"text"`
	Blocks any    `json:"blocks,omitempty"`
}

// Render gives a message's forms, the richest first.
func Render(m chat.Message) []Rendered {
	var all []Rendered
	for _, d := range drafts(m) {
		r := Rendered{Text: d.text}
		if d.blocks != nil {
			r.Blocks = d.blocks
		}
		all = append(all, r)
	}
	return all
}

// FormView, NoticeView and HomeView are views as they are sent.
func FormView(f chat.Form) any { return modal(f, origin{Room: "C0000000013", Name: "incidents"}, "") }

func NoticeView(m chat.Message) any { return notice(m, origin{}) }

func HomeView(m chat.Message) any { return homeTab(m) }

// ReadText is text in Slack's markup as a person typed it.
func (p *Platform) ReadText(text string) (string, []chat.Mention) { return p.readText(text) }

// Forget forgets what was said, as a restart does.
func (p *Platform) Forget() { p.words = newOverheard(10) }
