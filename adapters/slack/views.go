package slack

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Limits of views, in characters (Slack's reference of views and elements).
const (
	maxTitle       = 24
	maxHint        = 2000
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 75
	maxInputText   = 3000
)

// origin is where a form was opened. It travels in the view, which only the app and the one who has it open
// can see.
type origin struct {
	State string `json:"s,omitempty"`
	Room  string `json:"r,omitempty"`
	Name  string `json:"n,omitempty"`
	Reply string `json:"u,omitempty"` // a response_url, good for half an hour
}

// pack writes without HTML escapes, which would make some states six times as long.
func (o origin) pack() string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(o) != nil {
		return ""
	}
	return strings.TrimSpace(out.String())
}

func unpack(metadata string) origin {
	var o origin
	if json.Unmarshal([]byte(metadata), &o) != nil {
		return origin{}
	}
	return o
}

// modal is a form as a view. A form that takes the place of another has a turn of its own: Slack keeps what was
// typed under the same ids, and a new form shall show its own values.
func modal(f chat.Form, from origin, turn string) slack.ModalViewRequest {
	from.State = f.State
	view := slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(title(f.Title, "Sitrep")), Close: plainText(title(f.Cancel, "Cancel")),
		CallbackID: f.ID, PrivateMetadata: from.pack(),
	}
	if f.Submit != "" || len(f.Inputs) > 0 {
		view.Submit = plainText(title(f.Submit, "OK"))
	}
	if intro := cut(clean(f.Intro), maxSection); intro != "" {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewSectionBlock(plainText(intro), nil, nil))
	}
	for _, in := range f.Inputs {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, input(in, turn))
	}
	if view.Blocks.BlockSet == nil {
		view.Blocks.BlockSet = []slack.Block{}
	}
	return view
}

func title(text, otherwise string) string { return first(cut(oneLine(text), maxTitle), otherwise) }

// input is a question. Its block carries its id, by which the answer is found again.
func input(in chat.Input, turn string) slack.Block {
	var hint *slack.TextBlockObject
	if text := cut(oneLine(in.Hint), maxHint); text != "" {
		hint = plainText(text)
	}
	b := slack.NewInputBlock(in.ID, plainText(first(cut(oneLine(in.Label), maxHint), in.ID)), hint, element(in, in.ID+turn))
	b.Optional = in.Optional
	return b
}

func element(in chat.Input, id string) slack.BlockElement {
	switch in.Kind {
	case chat.Choice:
		return choice(in, id)
	case chat.People:
		el := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, nil, id)
		if userIDs.MatchString(in.Value) {
			el.InitialUser = in.Value
		}
		return el
	default:
		return textInput(in, id)
	}
}

func textInput(in chat.Input, id string) slack.BlockElement {
	most := maxInputText
	if in.Max > 0 {
		most = min(in.Max, maxInputText)
	}
	return &slack.PlainTextInputBlockElement{
		Type: slack.METPlainTextInput, ActionID: id, Multiline: in.Kind == chat.Area, MaxLength: most,
		InitialValue: cut(clean(in.Value), most),
	}
}

// choice is a menu. One that has no options would be refused, so it offers none to be chosen.
func choice(in chat.Input, id string) slack.BlockElement {
	options := in.Options[:min(len(in.Options), maxOptions)]
	el := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, id)
	for _, o := range options {
		option := slack.NewOptionBlockObject(cut(o.Value, maxOptionValue), plainText(first(cut(oneLine(o.Label), maxOptionText), o.Value)), nil)
		el.Options = append(el.Options, option)
		if o.Value == in.Value {
			el.InitialOption = option
		}
	}
	if len(el.Options) == 0 {
		el.Options = []*slack.OptionBlockObject{slack.NewOptionBlockObject("-", plainText("–"), nil)}
	}
	return el
}

// notice is a message as a view, for answers where there is no room to give them in.
func notice(m chat.Message, from origin) slack.ModalViewRequest {
	blocks := render(m, maxViewBlocks, maxView)
	if len(blocks) == 0 {
		blocks = []slack.Block{}
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText("Sitrep"), Close: plainText("OK"), Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: from.pack(),
	}
}

// homeTab is a message as somebody's home page.
func homeTab(m chat.Message) slack.HomeTabViewRequest {
	blocks := render(m, maxViewBlocks, maxView)
	if len(blocks) == 0 {
		blocks = []slack.Block{slack.NewDividerBlock()}
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}

// byInput puts errors under inputs of the view they are about. Slack shows errors nowhere else, so one about
// the whole form goes under the first input.
func byInput(errors map[string]string, inputs []string) map[string]string {
	if len(inputs) == 0 {
		return nil
	}
	shown := map[string]string{}
	for id, text := range errors {
		if !slices.Contains(inputs, id) {
			id = inputs[0]
		}
		if shown[id] != "" {
			text = shown[id] + " " + text
		}
		shown[id] = cut(oneLine(text), maxHint)
	}
	return shown
}
