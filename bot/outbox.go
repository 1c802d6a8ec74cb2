package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// parcel is an action on its way, as it lies in the outbox: logical still, with what is needed to address
// it when its turn comes.
type parcel struct {
	Platform chat.Name `json:"platform"`
	Number   int       `json:"number"`
	// Place is the room to speak in while the incident has none of its own.
	Place chat.RoomID `json:"place,omitempty"`
	compose.Out
	// Quiet tells that it reports a failure itself: when it fails, that is not reported in turn.
	Quiet bool `json:"quiet,omitempty"`
}

func readParcel(it store.Item) (parcel, error) {
	var p parcel
	if err := json.Unmarshal(it.Payload, &p); err != nil {
		return parcel{}, fmt.Errorf("decode item %s: %w", it.Key, err)
	}
	return p, nil
}

func platformOf(s incident.State) chat.Name { return chat.Name(s.Home) }

// outbox is what a decision wants to be said and done outside, and the links that remember which messages
// will be found again.
func (b *Bot) outbox(ctx context.Context, d decision, seq uint64, m matter) ([]store.Item, []store.Link, error) {
	if len(d.events) == 0 {
		return nil, nil, nil
	}
	var items []store.Item
	var links []store.Link
	promised := make(map[chat.MessageID]bool)
	for n, out := range compose.Events(b.composing(d.is), d.was, d.is, d.events) {
		out, ok, err := b.anchor(ctx, d.is.Number, out, promised)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		if out.As != "" && !promised[out.As] {
			promised[out.As] = true
			links = append(links, store.Link{Key: promiseKey(d.is.Number, out.As), Value: "1"})
		}
		it, err := item(d.is, out, seq, n, m.account)
		if err != nil {
			return nil, nil, err
		}
		items = append(items, it)
	}
	return items, links, nil
}

// anchor handles an action on a message that nobody ever asked to be said, such as the announcement of an
// incident that is older than the announce channel: an edit says it now, anything else has no purpose.
func (b *Bot) anchor(ctx context.Context, number int, out compose.Out, promised map[chat.MessageID]bool) (compose.Out, bool, error) {
	name := out.Action.Message
	if !logical(name) || promised[name] {
		return out, true, nil
	}
	_, ok, err := b.journal.Lookup(ctx, promiseKey(number, name))
	if err != nil || ok {
		return out, ok, err
	}
	out.Action.Verb, out.Action.Message, out.As = chat.Post, "", name
	return out, out.Action.Body.Blocks != nil, nil
}

// item packs the n-th action of the decision that ended with entry seq.
func item(s incident.State, out compose.Out, seq uint64, n int, quiet bool) (store.Item, error) {
	stream := Stream(s.Number)
	p := parcel{Platform: platformOf(s), Number: s.Number, Place: chat.RoomID(s.Place), Out: out, Quiet: quiet}
	data, err := json.Marshal(p)
	if err != nil {
		return store.Item{}, fmt.Errorf("encode action %s of %s: %w", out.Action.Verb, stream, err)
	}
	it := store.Item{
		Key: fmt.Sprintf("%s/%d/%d", stream, seq, n), Rank: out.Rank,
		Needs: needs(s, out), Payload: data,
	}
	if out.Lane != "" {
		it.Lane = stream + "/" + out.Lane
	}
	if out.Replaces != "" {
		it.Replaces = stream + "/" + out.Replaces
	}
	return it, nil
}

// needs are the links that must be there first: the room that is still being opened, and the message that
// is to be edited, pinned or answered.
func needs(s incident.State, out compose.Out) []string {
	var needs []string
	a := out.Action
	if a.Verb != chat.OpenRoom && s.HasRoom() && (a.Room == compose.InRoom || mentionsRoom(a.Body)) {
		needs = append(needs, placeKey(s.Number))
	}
	for _, message := range []chat.MessageID{a.Message, a.Thread} {
		if logical(message) {
			needs = append(needs, messageKey(s.Number, message))
		}
	}
	return needs
}

func logical(m chat.MessageID) bool { return m == compose.Card || m == compose.Announcement }

// mentionsRoom tells whether a message refers to the incident's room.
func mentionsRoom(m chat.Message) bool {
	found := false
	eachSpan(m, func(s chat.Span) {
		found = found || (s.Kind == chat.Room && s.Room == compose.InRoom)
	})
	return found
}

// eachSpan visits every run of text in a message.
func eachSpan(m chat.Message, visit func(chat.Span)) {
	all := func(spans []chat.Span) {
		for _, s := range spans {
			visit(s)
		}
	}
	for _, block := range m.Blocks {
		all(block.Spans)
		for _, f := range block.Fields {
			all(f.Value)
		}
		for _, i := range block.Items {
			all(i)
		}
	}
}
