package slack

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// reply is what follows from something that arrived: what the acknowledgement carries, and what is done
// after it. Both may be nil.
type reply struct {
	ack  any
	then func(context.Context)
	// again asks Slack to deliver once more: the answer needs something that is not there yet.
	again bool
}

// What people are told when something cannot be heard or shown.
const (
	sayStarting = "Sitrep is just starting. Please try again in a moment."
	sayOutside  = "Only people of this workspace can do that."
	sayExpired  = "The form took too long to open. Please try again."
)

// hear passes a request on; false while nobody listens.
func (p *Platform) hear(ctx context.Context, r chat.Request) (chat.Answer, bool) {
	hearer := p.hearer.Load()
	if hearer == nil {
		return chat.Answer{}, false
	}
	p.rooms.touch(r.Room)
	return (*hearer).Hear(ctx, r), true
}

// private is a message for the one who asked, as the acknowledgement of a command carries it.
type private struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Blocks       []slack.Block `json:"blocks,omitempty"`
}

func privately(m chat.Message) *private {
	drafts := drafts(m)
	if len(drafts) == 0 {
		return nil
	}
	return &private{ResponseType: "ephemeral", Text: drafts[0].text, Blocks: drafts[0].blocks}
}

func plainly(text string) *private { return &private{ResponseType: "ephemeral", Text: escape(text)} }

// onCommand hears a slash command. The answer rides on the acknowledgement, so it costs no call.
func (p *Platform) onCommand(ctx context.Context, c command) reply {
	self := p.self.Load()
	if self != nil && c.TeamID != "" && c.TeamID != self.team {
		return reply{ack: plainly(sayOutside)}
	}
	r := p.typedRequest(c)
	given, ok := p.hear(ctx, r)
	if !ok {
		return reply{ack: plainly(sayStarting)}
	}
	from := origin{Room: string(r.Room), Name: r.RoomName, Reply: c.ResponseURL}
	if given.Form != nil {
		return reply{then: func(ctx context.Context) { p.openForm(ctx, c.TriggerID, *given.Form, from, r.By.ID) }}
	}
	if message := privately(given.Message); message != nil {
		return reply{ack: message}
	}
	return reply{}
}

// onInteraction hears a press, a submission or a shortcut.
func (p *Platform) onInteraction(ctx context.Context, in interaction) reply {
	self := p.self.Load()
	if self != nil && in.User.TeamID != "" && in.User.TeamID != self.team {
		// Buttons in shared channels can be pressed by people of other organisations.
		return reply{then: func(ctx context.Context) {
			p.whisper(ctx, origin{Room: in.Channel.ID, Reply: in.ResponseURL}, chat.UserID(in.User.ID), "", words(sayOutside))
		}}
	}
	switch in.Type {
	case "block_actions":
		if r, ok := p.pressedRequest(in); ok {
			return p.answered(ctx, in, r)
		}
	case "message_action":
		if r, ok := p.markedRequest(in); ok && in.CallbackID == shortcutMark {
			return p.answered(ctx, in, r)
		}
	case "shortcut":
		if in.CallbackID == shortcutDeclare {
			return p.answered(ctx, in, p.acted(in, chat.Shortcut))
		}
	case "view_submission":
		if in.View != nil {
			return p.submitted(ctx, in)
		}
	}
	return reply{}
}

func words(text string) chat.Message {
	return chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: text}}}}}
}

// answered hears a request whose acknowledgement carries nothing: the answer follows it.
func (p *Platform) answered(ctx context.Context, in interaction, r chat.Request) reply {
	given, ok := p.hear(ctx, r)
	if !ok {
		given = chat.Answer{Message: words(sayStarting)}
	}
	from := origin{Room: string(r.Room), Name: r.RoomName, Reply: in.ResponseURL}
	switch {
	case given.Form != nil:
		return reply{then: func(ctx context.Context) { p.openForm(ctx, in.TriggerID, *given.Form, from, r.By.ID) }}
	case !given.Message.Empty():
		return reply{then: func(ctx context.Context) { p.whisper(ctx, from, r.By.ID, in.TriggerID, given.Message) }}
	}
	return reply{}
}

// submitted hears a form. Its acknowledgement decides what becomes of it.
func (p *Platform) submitted(ctx context.Context, in interaction) reply {
	r := p.sentRequest(in)
	from := unpack(in.View.PrivateMetadata)
	given, ok := p.hear(ctx, r)
	if !ok {
		given = chat.Answer{Errors: map[string]string{"": sayStarting}}
	}
	if shown := byInput(given.Errors, in.View.inputs()); len(given.Errors) > 0 && shown != nil {
		return reply{ack: slack.NewErrorsViewSubmissionResponse(shown)}
	}
	switch {
	case given.Form != nil:
		next := modal(*given.Form, from, "-"+first(in.View.Hash, in.TriggerID))
		return reply{ack: slack.NewUpdateViewSubmissionResponse(&next)}
	case given.Message.Empty():
		return reply{}
	case from.Room == "":
		next := notice(given.Message, from)
		return reply{ack: slack.NewUpdateViewSubmissionResponse(&next)}
	}
	return reply{then: func(ctx context.Context) { p.whisper(ctx, from, r.By.ID, "", given.Message) }}
}

// openForm opens a form with a trigger, which lives three seconds and works once. There is nothing to fill
// in later: hearing took no network, so the whole form is there at once.
func (p *Platform) openForm(ctx context.Context, trigger string, f chat.Form, from origin, user chat.UserID) {
	err := p.showView(ctx, trigger, modal(f, from, ""))
	if err == nil {
		return
	}
	p.cfg.Log.Warn().Err(classify("open the form "+f.ID, err)).Msg("a form did not open")
	p.whisper(ctx, from, user, "", words(sayExpired))
}

func (p *Platform) showView(ctx context.Context, trigger string, v slack.ModalViewRequest) error {
	if trigger == "" {
		return errors.New("no trigger came along")
	}
	return p.tell(ctx, func(ctx context.Context) error {
		_, err := p.api.OpenViewContext(ctx, trigger, v)
		return err
	})
}

// whisper answers one person in private, by the best way that is left: the address that came with the
// request, which works where the bot is not a member; a message only they see; a window, with a trigger;
// a direct message.
func (p *Platform) whisper(ctx context.Context, from origin, user chat.UserID, trigger string, m chat.Message) {
	drafts := drafts(m)
	if len(drafts) == 0 {
		return
	}
	ways := []func() error{
		func() error { return p.respond(ctx, from.Reply, drafts[0]) },
		func() error { return p.ephemeral(ctx, from.Room, user, drafts[0]) },
		func() error { return p.showView(ctx, trigger, notice(m, from)) },
		func() error { return p.aside(ctx, user, drafts[0]) },
	}
	var failures []error
	for _, way := range ways {
		err := way()
		if err == nil || unsure(err) && !errors.Is(err, errNoWay) {
			return // Perhaps it was shown. Twice would be worse than a log line nobody needs.
		}
		failures = append(failures, err)
	}
	p.cfg.Log.Warn().Err(classify("answer "+string(user), errors.Join(failures...))).Msg("a private answer did not arrive")
}

// errNoWay says that a way to answer does not exist here.
var errNoWay = errors.New("not possible here")

func (p *Platform) respond(ctx context.Context, address string, d draft) error {
	if address == "" {
		return errNoWay
	}
	err := p.tell(ctx, func(ctx context.Context) error {
		_, _, _, err := p.api.SendMessageContext(ctx, "", append(d.options(), slack.MsgOptionResponseURL(address, "ephemeral"))...)
		return err
	})
	if err != nil && strings.Contains(err.Error(), "_url") { // expired_url, used_url: words of Slack, not an error type.
		return errNoWay
	}
	return err
}

func (p *Platform) ephemeral(ctx context.Context, room string, user chat.UserID, d draft) error {
	if room == "" || isDirect(room) {
		return errNoWay
	}
	return p.tell(ctx, func(ctx context.Context) error {
		_, err := p.api.PostEphemeralContext(ctx, room, string(user), d.options()...)
		return err
	})
}

func (p *Platform) aside(ctx context.Context, user chat.UserID, d draft) error {
	room, err := p.conversation(ctx, user)
	if err != nil {
		return err
	}
	return p.tell(ctx, func(ctx context.Context) error {
		_, _, _, err := p.api.SendMessageContext(ctx, string(room), append(d.options(), slack.MsgOptionPost(), slack.MsgOptionDisableLinkUnfurl())...)
		return err
	})
}
