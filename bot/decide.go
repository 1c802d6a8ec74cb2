package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// rounds is how often a decision is made anew because somebody else committed first. In one process that
// does not happen at all; with several it takes bad luck to need a third.
const rounds = 8

// stall is how long the alarm of an incident is put off when its engine asks to be woken in the past.
const stall = time.Minute

// matter is one thing to be decided and remembered: commands that belong together, and what has to be
// written down with them.
type matter struct {
	commands []incident.Command
	by       stream.Person
	from     string // who or what by is: person, bot, machine
	seen     string // the delivery it came with, if any
	settle   []store.Settlement
	links    []store.Link
	// account tells that the commands report what happened outside: one that is refused is passed over, and
	// what cannot be said of the others is not reported again.
	account bool
}

// decide makes a decision about an incident and remembers it with all that follows. A refusal is part of
// the decision; an error means that nothing was remembered.
func (b *Bot) decide(ctx context.Context, h *hot, m matter) (decision, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, err := b.open.load(ctx, h)
	if errors.Is(err, errUnknown) && declares(m) {
		f, err = &folded{}, nil
	}
	for range rounds {
		if err != nil {
			return decision{}, err
		}
		if f.broken != nil {
			return decision{}, f.broken
		}
		d, after, commit, stop := b.consider(ctx, h.number, *f, m)
		if stop != nil || commit == nil {
			return d, stop
		}
		_, err = b.journal.Commit(ctx, *commit)
		if err == nil {
			b.open.keep(h, after)
			b.metrics.decided(d, m)
			return d, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return decision{}, err
		}
		f, err = b.open.refresh(ctx, h, *f)
	}
	return decision{}, fmt.Errorf("decide about INC-%d: %w", h.number, store.ErrConflict)
}

func declares(m matter) bool {
	if len(m.commands) == 0 {
		return false
	}
	_, ok := m.commands[0].(incident.Declare)
	return ok
}

// consider asks the engine, and puts together what has to be committed: nil when there is nothing.
func (b *Bot) consider(ctx context.Context, number int, f folded, m matter) (decision, *folded, *store.Commit, error) {
	now := b.cfg.Now()
	d := decision{was: f.state, is: f.state}
	after := f
	commit := store.Commit{
		Stream: Stream(number), Expect: f.head.Seq, Seen: m.seen, At: now,
		Settle: m.settle, Links: m.links,
	}
	for _, c := range m.commands {
		events, refusal := incident.Decide(d.is, c, b.moment(d.is, m, now))
		if refusal != nil && !m.account {
			d.refusal = refusal
			return d, nil, nil, nil
		}
		for _, e := range events {
			r, data, err := seal(&after.head, stream.Moment{Now: now, By: m.by}, e)
			if err != nil {
				return d, nil, nil, err
			}
			d.is = incident.Apply(d.is, r)
			d.events = append(d.events, r)
			commit.Events = append(commit.Events, data)
		}
	}
	after.state = d.is
	if len(d.events) == 0 && len(m.settle) == 0 && !wakes(m) {
		return d, nil, nil, nil
	}
	if link, ok := b.people.remember(m.by); ok {
		commit.Links = append(commit.Links, link)
	}
	commit.Links = append(commit.Links, status(number, d)...)
	commit.Links = append(commit.Links, b.giveBack(ctx, d.is)...)
	commit.Wake = d.is.NextWake()
	if wakes(m) {
		commit.Wake = b.later(number, commit.Wake, now)
	}
	items, links, err := b.outbox(ctx, d, after.head.Seq, m)
	commit.Outbox, commit.Links = items, append(commit.Links, links...)
	return d, &after, &commit, err
}

func wakes(m matter) bool {
	if len(m.commands) != 1 {
		return false
	}
	_, ok := m.commands[0].(incident.Tick)
	return ok
}

func (b *Bot) moment(s incident.State, m matter, now time.Time) incident.Moment {
	p := b.cfg.Playbook
	if s.Phase != incident.PhaseNone {
		p = b.playbook(s.Playbook)
	}
	return incident.Moment{
		Moment:   stream.Moment{Now: now, By: m.by},
		Playbook: p, Roster: b.roster(), From: m.from,
	}
}

// seal turns an event into the entry that follows head, and moves head on.
func seal(head *stream.Head, m stream.Moment, e incident.Event) (incident.Recorded, []byte, error) {
	sealed, err := head.Seal(m, e)
	if err != nil {
		return incident.Recorded{}, nil, err
	}
	data, err := sealed.Encode()
	if err != nil {
		return incident.Recorded{}, nil, err
	}
	*head = sealed.Head()
	return incident.Recorded{Seq: sealed.Seq, At: sealed.At, By: sealed.By, Event: e}, data, nil
}

// later is the alarm after a tick. One that has passed already would ring for ever, so it is put off and
// told to the operator.
func (b *Bot) later(number int, next, now time.Time) time.Time {
	if next.IsZero() || next.After(now) {
		return next
	}
	b.cfg.Log.Error().Int("incident", number).Time("wake", next).Msg("a clock asks to be woken in the past")
	return now.Add(stall)
}

// status are the links that say whether an incident is open.
func status(number int, d decision) []store.Link {
	was, is := d.was.Phase, d.is.Phase
	existed := was != incident.PhaseNone
	switch {
	case is.Over() && !was.Over():
		return []store.Link{{Key: openKey(number)}, {Key: pastKey(number), Value: summarize(d.is)}}
	case !is.Over() && (was.Over() || !existed):
		return []store.Link{{Key: openKey(number), Value: fmt.Sprint(number)}, {Key: pastKey(number)}}
	}
	return nil
}

// composing is what is said depends on beside the incident itself.
func (b *Bot) composing(s incident.State) compose.Context {
	channels := b.cfg.Channels[platformOf(s)]
	zone := b.cfg.Zone
	if z, ok := b.zones.load(s.Zone); ok {
		zone = z
	}
	return compose.Context{
		Slash:    b.cfg.Slash,
		Announce: channels.Announce != "", Stakeholders: channels.Stakeholders != "", Status: channels.Status != "",
		Zone: zone,
	}
}
