package roomtest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/adapters/room/roomtest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// desk is a small bot: it answers as a test has it answer, and otherwise plays an incident well enough to look at.
type desk struct {
	*roomtest.World
	t testing.TB

	mu     sync.Mutex
	heard  []chat.Request
	answer func(chat.Request) chat.Answer
	key    int
}

// newDesk runs the room of a new world with a desk behind it.
func newDesk(t testing.TB, changes ...func(*room.Config)) *desk {
	t.Helper()
	changes = append([]func(*room.Config){func(c *room.Config) { c.Commands = completions }}, changes...)
	d := &desk{World: roomtest.New(t, changes...), t: t}
	d.answer = func(chat.Request) chat.Answer { return chat.Answer{} }
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- d.Platform().Run(ctx, d, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return d
}

func completions(string) []room.Completion {
	return []room.Completion{
		{Word: "declare", Hint: "[SEVERITY] TITLE [@people]", About: "Open an incident", Args: []string{"P0", "P1", "P2", "P3"}},
		{Word: "ack", About: "Take it"},
		{Word: "update", Hint: "[STATUS] TEXT", About: "Post a status update", Args: []string{"Investigating", "Identified", "Monitoring"}},
		{Word: "escalate", Hint: "[TARGET] [WHY]", About: "Call the next in line"},
		{Word: "resolve", Hint: "TEXT", About: "End the work"},
	}
}

// Hear implements chat.Hearer.
func (d *desk) Hear(_ context.Context, r chat.Request) chat.Answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, r)
	return d.answer(r)
}

// answers sets what is said from now on.
func (d *desk) answers(answer func(chat.Request) chat.Answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = answer
}

// last is the newest request.
func (d *desk) last() chat.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	require.NotEmpty(d.t, d.heard, "nothing was heard")
	return d.heard[len(d.heard)-1]
}

func (d *desk) do(a chat.Action) chat.Result {
	d.t.Helper()
	d.mu.Lock()
	d.key++
	a.Key = "desk/" + strings.Repeat("i", d.key)
	d.mu.Unlock()
	r, err := d.Chat.Do(d.t.Context(), a, false)
	require.NoError(d.t, err)
	return r
}

func (d *desk) post(at chat.RoomID, m chat.Message) chat.MessageID {
	d.t.Helper()
	return d.do(chat.Action{Verb: chat.Post, Room: at, Body: m}).Message
}

// incident is a room with an incident in full swing, as a responder finds it at three in the morning.
func (d *desk) incident() (at chat.RoomID, card chat.MessageID) {
	d.t.Helper()
	at = d.do(chat.Action{Verb: chat.OpenRoom, Spec: chat.RoomSpec{
		Name: "inc-7-checkout-down", Title: "Checkout returns 502 for everybody", Topic: "P0 · Investigating · Ana commands",
	}}).Room
	d.do(chat.Action{Verb: chat.Invite, Room: at, People: []chat.UserID{"ana", "ben", "chloe", "dora", "emil"}})
	card = d.post(at, cardMessage())
	d.do(chat.Action{Verb: chat.Pin, Room: at, Message: card})
	d.do(chat.Action{Verb: chat.Bookmark, Room: at, Text: "Runbook", URL: "https://example.org/runbooks/checkout"})
	d.post(at, brief())
	d.Advance(2 * time.Minute)
	d.Say(d.t, "ben", "inc-7-checkout-down", "On it. payments-api restarts every 40 s since the 02:50 deploy, see https://grafana.example.org/d/checkout?from=now-1h")
	d.Say(d.t, "ben", "inc-7-checkout-down", "Rolling back to 4.18.2 now, @chloe can you watch the error budget?")
	d.Advance(3 * time.Minute)
	d.Say(d.t, "chloe", "inc-7-checkout-down", "Watching. 5xx is at 61 % and falling.")
	d.React(d.t, "ana", "inc-7-checkout-down", "Rolling back", "pushpin")
	d.React(d.t, "dora", "inc-7-checkout-down", "Rolling back", "pushpin")
	d.React(d.t, "ana", "inc-7-checkout-down", "Watching", "eyes")
	d.Advance(time.Minute)
	d.post(at, reminder())
	d.do(chat.Action{Verb: chat.Post, Room: d.Room(d.t, "incidents"), Body: announcement(at)})
	return at, card
}

func plain(text string) chat.Message {
	return chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: []chat.Span{{Text: text}}}}}
}

func spans(s ...chat.Span) []chat.Span { return s }

func cardMessage() chat.Message {
	return chat.Message{Lang: "en", Tone: chat.Critical, Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: spans(chat.Span{Text: "INC-7 · P0 · Checkout returns 502 for everybody"})},
		{Kind: chat.Text, Spans: spans(chat.Span{Kind: chat.Bold, Text: "Investigating"}, chat.Span{Text: " since "}, chat.Span{Kind: chat.Clock, Text: "03:02", Time: time.Date(2026, 3, 2, 3, 2, 0, 0, time.UTC)})},
		{Kind: chat.Fields, Fields: []chat.Field{
			{Label: "Commander", Value: spans(chat.Span{Kind: chat.Person, User: "ana", Text: "ana"})},
			{Label: "Next update", Value: spans(chat.Span{Text: "by 03:32"})},
			{Label: "Impact", Value: spans(chat.Span{Text: "Nobody can pay, all regions"})},
			{Label: "Open tasks", Value: spans(chat.Span{Text: "3 of 7"})},
		}},
		{Kind: chat.List, Items: [][]chat.Span{
			{{Text: "Backend Architect: "}, {Kind: chat.Person, User: "ben", Text: "ben"}},
			{{Text: "Support Responder: "}, {Kind: chat.Person, User: "chloe", Text: "chloe"}},
			{{Text: "DevOps Automator: nobody yet"}},
		}},
		{Kind: chat.Small, Spans: spans(chat.Span{Text: "Declared by ana from the alert "}, chat.Span{Kind: chat.Code, Text: "CheckoutErrorBudgetBurn"})},
		{Kind: chat.Buttons, Buttons: []chat.Button{
			{Action: "ack", Value: "7", Label: "Acknowledge", Style: chat.Primary},
			{Action: "update", Value: "7", Label: "Post update"},
			{Action: "brief", Value: "7", Label: "Write brief"},
			{Action: "resolve", Value: "7", Label: "Resolve", Style: chat.Danger},
		}},
	}}
}

func brief() chat.Message {
	return chat.Message{Lang: "en", Blocks: []chat.Block{
		{Kind: chat.Text, Spans: spans(chat.Span{Kind: chat.Person, User: "ben", Text: "ben"}, chat.Span{Text: ", you are Backend Architect. First: find what changed. The runbook is "},
			chat.Span{Kind: chat.Link, Text: "Checkout", URL: "https://example.org/runbooks/checkout"}, chat.Span{Text: "."})},
		{Kind: chat.Small, Spans: spans(chat.Span{Text: "Write /incident log to note what you do."})},
	}}
}

func reminder() chat.Message {
	return chat.Message{Lang: "en", Tone: chat.Caution, Blocks: []chat.Block{
		{Kind: chat.Heading, Spans: spans(chat.Span{Text: "A status update is due in 5 minutes"})},
		{Kind: chat.Text, Spans: spans(chat.Span{Kind: chat.Person, User: "chloe", Text: "chloe"}, chat.Span{Text: ", people were promised one by 03:32."})},
		{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "update", Value: "7", Label: "Write it", Style: chat.Primary}, {Action: "snooze", Value: "7", Label: "In 10 minutes"}}},
	}}
}

func announcement(at chat.RoomID) chat.Message {
	return chat.Message{Lang: "en", Tone: chat.Critical, Blocks: []chat.Block{
		{Kind: chat.Text, Spans: spans(chat.Span{Kind: chat.Bold, Text: "INC-7 · P0"}, chat.Span{Text: " Checkout returns 502 for everybody: "}, chat.Span{Kind: chat.Room, Room: at, Text: "inc-7-checkout-down"})},
	}}
}

func updateForm() chat.Form {
	return chat.Form{
		ID: "update", State: "7", Lang: "en", Title: "Status update", Submit: "Post update", Cancel: "Not now", Intro: "People read this on the status page. The next one is due 30 minutes later.",
		Inputs: []chat.Input{
			{ID: "status", Kind: chat.Choice, Label: "Status", Value: "Investigating", Options: []chat.Option{
				{Value: "Investigating", Label: "Investigating"}, {Value: "Identified", Label: "Identified"}, {Value: "Monitoring", Label: "Monitoring"},
			}},
			{ID: "text", Kind: chat.Area, Label: "What people should know", Value: "We are investigating failing payments.", Max: 1000},
			{ID: "next", Kind: chat.Line, Label: "Next update", Hint: "A time, or minutes from now", Value: "30", Max: 20},
			{ID: "who", Kind: chat.People, Label: "Who owes it", Optional: true},
		},
	}
}
