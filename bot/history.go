package bot

import (
	"context"
	"errors"
	"iter"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// entry is an event of the log with the head it makes.
type entry struct {
	incident.Recorded
	head stream.Head
}

// entries yields the log of an incident after a head. It ends with a *BrokenError at the first entry that
// cannot be believed or understood, or with what the journal answered.
func entries(ctx context.Context, journal store.Journal, number int, head stream.Head) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for record, err := range journal.Events(ctx, Stream(number), head.Seq) {
			if errors.Is(err, store.ErrCorrupt) {
				err = &BrokenError{Number: number, Err: err}
			}
			if err != nil {
				yield(entry{}, err)
				return
			}
			e, err := readEntry(head, record)
			if err != nil {
				yield(entry{}, &BrokenError{Number: number, Err: err})
				return
			}
			head = e.head
			if !yield(e, nil) {
				return
			}
		}
	}
}

func readEntry(head stream.Head, record store.Record) (entry, error) {
	sealed, err := stream.Decode(record.Data)
	if err != nil {
		return entry{}, err
	}
	if head, err = head.Follow(sealed); err != nil {
		return entry{}, err
	}
	event, err := incident.Read(sealed)
	if err != nil {
		return entry{}, err
	}
	return entry{
		Recorded: incident.Recorded{Seq: sealed.Seq, At: sealed.At, By: sealed.By, Event: event},
		head:     head,
	}, nil
}

// history is the whole log of an incident as far as it can be believed.
func (b *Bot) history(ctx context.Context, number int) ([]incident.Recorded, error) {
	var all []incident.Recorded
	for e, err := range entries(ctx, b.journal, number, stream.Head{}) {
		if _, broken := errors.AsType[*BrokenError](err); broken {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, e.Recorded)
	}
	return all, nil
}

// decision is what one commit brought: the state before and after it, and its events.
type decision struct {
	was, is incident.State
	events  []incident.Recorded
	refusal *incident.Refusal
}

// replay finds the decision that ended with entry last. The journal does not say where it began: events of
// one decision share moment and author, which is as good.
func (b *Bot) replay(ctx context.Context, number int, last uint64) (decision, error) {
	all, err := b.history(ctx, number)
	if err != nil {
		return decision{}, err
	}
	end := min(int(last), len(all))
	begin := end
	for begin > 0 && all[begin-1].At.Equal(all[end-1].At) && all[begin-1].By == all[end-1].By {
		begin--
	}
	var d decision
	for _, r := range all[:begin] {
		d.was = incident.Apply(d.was, r)
	}
	d.is, d.events = d.was, all[begin:end]
	for _, r := range d.events {
		d.is = incident.Apply(d.is, r)
	}
	return d, nil
}
