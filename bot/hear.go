package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// choices is how many open incidents a request that belongs to none is read against: enough to choose from.
const choices = 25

// hearing is one request on its way through the bot.
type hearing struct {
	b      *Bot
	r      chat.Request
	by     stream.Person
	reader compose.Reader
	seen   string
}

var _ chat.Hearer = (*Bot)(nil)

// Hear answers a request. What it changes is durable when it returns. The same delivery heard twice changes
// nothing and gets the answer it got.
func (b *Bot) Hear(ctx context.Context, r chat.Request) (answer chat.Answer) {
	began := b.cfg.Now()
	h := b.hearing(r, began)
	defer func() {
		if p := recover(); p != nil {
			b.cfg.Log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("hearing a request panicked")
			answer = h.trouble(ctx, "internal", nil)
		}
		b.metrics.heard(r, b.cfg.Now().Sub(began))
	}()
	answer, err := h.answer(ctx)
	if err != nil {
		return h.explain(ctx, err)
	}
	return answer
}

func (b *Bot) hearing(r chat.Request, now time.Time) *hearing {
	by := b.people.who(r.Platform, r.By)
	return &hearing{
		b: b, r: r, by: by, reader: b.reader(by, r.By, now),
		seen: string(r.Platform) + "/" + r.Delivery,
	}
}

// reader is how somebody wants to be answered: as the config says of them, else as their platform does,
// else as everybody.
func (b *Bot) reader(by stream.Person, u chat.User, now time.Time) compose.Reader {
	r := compose.Reader{Lang: b.cfg.Language, Zone: b.cfg.Zone, Now: now, Slash: b.cfg.Slash}
	if u.Locale != "" {
		r.Lang = u.Locale
	}
	if zone, ok := b.zones.load(u.Zone); ok {
		r.Zone = zone
	}
	p := b.people.people[by.ID]
	if p.Language != "" {
		r.Lang = p.Language
	}
	if p.Zone != nil {
		r.Zone = p.Zone
	}
	return r
}

// answer finds out what is wanted and does it.
func (h *hearing) answer(ctx context.Context) (chat.Answer, error) {
	name, last, ok, err := h.b.journal.Seen(ctx, h.seen)
	if err != nil {
		return chat.Answer{}, err
	}
	if ok {
		return h.again(ctx, name, last)
	}
	here, err := h.here(ctx)
	if err != nil {
		return chat.Answer{}, err
	}
	c, err := h.context(ctx, here)
	if err != nil {
		return chat.Answer{}, err
	}
	switch intent := command.Read(h.r, c); {
	case intent.Command != nil:
		return h.command(ctx, intent)
	case intent.Query.Kind != "":
		return h.query(ctx, intent.Query)
	case intent.Form != nil:
		return chat.Answer{Form: intent.Form}, nil
	case len(intent.Errors) > 0:
		return chat.Answer{Errors: intent.Errors}, nil
	default:
		return h.private(ctx, intent.Incident, intent.Say), nil
	}
}

// here is the incident that a request is about: the one it names, else the one whose room it was asked in;
// nil when there is neither.
func (h *hearing) here(ctx context.Context) (*incident.State, error) {
	number, named := command.Address(h.r)
	if !named && h.r.Room != "" {
		value, ok, err := h.b.journal.Lookup(ctx, roomKey(h.r.Platform, h.r.Room))
		if err != nil || !ok {
			return nil, err
		}
		if number, err = strconv.Atoi(value); err != nil {
			return nil, fmt.Errorf("room %s: %w", h.r.Room, err)
		}
	}
	if number == 0 {
		return nil, nil
	}
	f, err := h.b.open.read(ctx, h.b.open.incident(number))
	if errors.Is(err, errUnknown) {
		return nil, nil // said by those who read the words
	}
	if err != nil {
		return nil, err
	}
	return &f.state, nil
}

// context is what the request is read against.
func (h *hearing) context(ctx context.Context, here *incident.State) (command.Context, error) {
	c := command.Context{
		Now: h.reader.Now, Lang: h.reader.Lang, Zone: h.reader.Zone,
		By: h.by, Bot: h.r.By.Bot, Slash: h.b.cfg.Slash,
		Home: string(h.r.Platform), Place: string(h.r.Room), Here: here,
		Playbook: h.b.cfg.Playbook,
		People:   make(map[string]stream.Person), Users: make(map[string]stream.Person),
	}
	for _, m := range h.r.People {
		p := h.b.people.who(h.r.Platform, m.User)
		c.People[m.Token], c.Users[string(m.User.ID)] = p, p
	}
	if h.r.On != nil {
		c.Users[string(h.r.On.Author.ID)] = h.b.people.who(h.r.Platform, h.r.On.Author)
	}
	for _, value := range h.r.Values {
		if _, known := c.Users[value]; !known && value != "" && len(value) <= 64 {
			c.Users[value] = h.b.people.who(h.r.Platform, chat.User{ID: chat.UserID(value)})
		}
	}
	if here != nil {
		c.Playbook = h.b.playbook(here.Playbook)
		return c, nil
	}
	var err error
	c.Open, err = h.b.open.states(ctx, choices)
	return c, err
}

// command decides and answers with what came of it.
func (h *hearing) command(ctx context.Context, intent command.Intent) (chat.Answer, error) {
	number, refusal, err := h.number(ctx, intent)
	if err != nil {
		return chat.Answer{}, err
	}
	if refusal != nil {
		h.b.metrics.commanded(intent.Command, "refused")
		return h.refused(ctx, 0, refusal), nil
	}
	if declare, ok := intent.Command.(incident.Declare); ok {
		declare.Number = number
		intent.Command = declare
	}
	d, err := h.b.decide(ctx, h.b.open.incident(number), matter{
		commands: []incident.Command{intent.Command},
		by:       h.by, from: origin(h.r.By), seen: h.seen,
	})
	if seen, ok := errors.AsType[*store.SeenError](err); ok {
		return h.again(ctx, seen.Stream, seen.Last)
	}
	if err != nil {
		h.b.metrics.commanded(intent.Command, "error")
		return chat.Answer{}, err
	}
	if d.refusal != nil {
		h.b.metrics.commanded(intent.Command, "refused")
		return h.refused(ctx, number, d.refusal), nil //nolint:nilerr // a refusal is an answer, not an error
	}
	h.b.metrics.commanded(intent.Command, "done")
	h.reader.Here = d.is.Room.Room != "" && d.is.Room.Room == string(h.r.Room)
	return h.private(ctx, number, compose.Answer(h.reader, intent.Command, d.was, d.is, d.events)), nil
}

// refused says why not. In a form it stays open with what was filled in.
func (h *hearing) refused(ctx context.Context, number int, refusal *incident.Refusal) chat.Answer {
	if _, named := command.Address(h.r); named && refusal.Way != "" {
		way := *refusal
		verb, rest, _ := strings.Cut(way.Way, " ")
		way.Way = strings.TrimSpace(fmt.Sprintf("%s INC-%d %s", verb, number, rest))
		refusal = &way
	}
	answer := h.private(ctx, number, compose.Refused(h.reader, refusal))
	if h.r.Kind == chat.Sent {
		answer.Errors = map[string]string{"": answer.Message.Plain()}
	}
	return answer
}

// number is the incident that a command is for. A declaration gets a number that nobody else has, once it
// is clear that it will not be refused.
func (h *hearing) number(ctx context.Context, intent command.Intent) (int, *incident.Refusal, error) {
	declare, ok := intent.Command.(incident.Declare)
	if !ok {
		return intent.Incident, nil, nil
	}
	m := matter{by: h.by, from: origin(h.r.By)}
	if _, refusal := incident.Decide(incident.State{}, declare, h.b.moment(incident.State{}, m, h.reader.Now)); refusal != nil {
		return 0, refusal, nil
	}
	n, err := h.b.journal.Next(ctx, counter)
	return int(n), nil, err
}

func origin(u chat.User) string {
	if u.Bot {
		return "bot"
	}
	return "person"
}

func (h *hearing) query(ctx context.Context, q command.Query) (chat.Answer, error) {
	message, err := h.b.query(ctx, h.reader, q)
	if err != nil {
		return chat.Answer{}, err
	}
	answer := h.private(ctx, q.Incident, message)
	if q.Kind == command.HomePage && h.r.Kind == chat.Opened {
		return chat.Answer{Home: &answer.Message}, nil
	}
	return answer, nil
}

// again answers a delivery that was heard before: as it was answered then, as far as the log tells.
func (h *hearing) again(ctx context.Context, name string, last uint64) (chat.Answer, error) {
	number, ok := Number(name)
	if !ok {
		return h.trouble(ctx, "done", nil), nil
	}
	d, err := h.b.replay(ctx, number, last)
	if err != nil {
		return chat.Answer{}, err
	}
	c, err := h.context(ctx, &d.was)
	if err != nil {
		return chat.Answer{}, err
	}
	if d.was.Phase == incident.PhaseNone {
		c.Here, c.Playbook = nil, h.b.cfg.Playbook
	}
	intent := command.Read(h.r, c)
	if intent.Command == nil || len(d.events) == 0 {
		return h.trouble(ctx, "done", map[string]any{"Incident": number}), nil
	}
	return h.private(ctx, number, compose.Answer(h.reader, intent.Command, d.was, d.is, d.events)), nil
}

func (h *hearing) private(ctx context.Context, number int, m chat.Message) chat.Answer {
	return chat.Answer{Message: h.b.known(ctx, h.r.Platform, number, h.r.Room, m)}
}

// explain says in a person's words why nothing was done. What is not of their making is told to the operator.
func (h *hearing) explain(ctx context.Context, err error) chat.Answer {
	var broken *BrokenError
	switch {
	case errors.Is(err, errUnknown):
		number, _ := command.Address(h.r)
		return h.trouble(ctx, "unknown", map[string]any{"Incident": number})
	case errors.As(err, &broken):
		h.b.cfg.Log.Error().Err(err).Msg("command refused: the log of its incident is broken")
		return h.trouble(ctx, "broken", map[string]any{"Incident": broken.Number})
	case errors.Is(err, store.ErrReadOnly), errors.Is(err, store.ErrUnsure):
		h.b.cfg.Log.Error().Err(err).Msg("command refused: the journal takes no commits")
		return h.trouble(ctx, "storage", nil)
	default:
		h.b.cfg.Log.Error().Err(err).Str("delivery", h.r.Delivery).Msg("hear a request")
		return h.trouble(ctx, "internal", nil)
	}
}

func (h *hearing) trouble(ctx context.Context, code string, args map[string]any) chat.Answer {
	answer := h.private(ctx, 0, compose.Trouble(h.reader, code, args))
	if h.r.Kind == chat.Sent {
		answer.Errors = map[string]string{"": answer.Message.Plain()}
	}
	return answer
}
