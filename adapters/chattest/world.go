// Package chattest holds every chat platform to the promises of bot/chat, and gives transcripts one
// way to act and to look on all of them.
//
// A [World] is a whole small chat with people in it: the platform under test, and behind it the real
// thing or a strict stand-in. [Run] plays the suite against it. cmd/sitrep plays its acceptance
// transcripts against the same worlds.
package chattest

import (
	"testing"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// World is a chat with people in it. Its people are ana, ben, chloe, dora, emil, fay, gus and hugo; its
// channels are incidents, leadership, status and general, with all people and the bot in them. Handles
// and channel names are unique within a World even where several share a server, so everything a test
// sees uses these plain names.
//
// Ana reads pt-BR and chloe fr where the platform knows languages; the others en. The slash command is
// /incident. In every method that takes a channel, [Bot] stands for the private conversation of that
// person with the bot.
//
// All methods fail the test when the platform itself cannot do what a person asks of it.
// A World stops whatever it started when the test ends. Its optional abilities are in optional.go.
type World interface {
	// Platform is the platform under test, not yet running.
	Platform() chat.Platform

	// User is the platform's id of a person. Every World also knows a bot account "robot",
	// and "outsider", who has no way into the bot's rooms.
	User(t testing.TB, person string) chat.UserID
	// Room is the platform's id of a channel by its name, rooms that the bot opened included.
	Room(t testing.TB, name string) chat.RoomID

	// Type has person type line, slash command included ("/incident declare P1 Checkout down @ben"), in a
	// channel; @names stand for the people of this world. It returns once the bot has answered, with what only person sees.
	Type(t testing.TB, person, channel, line string) Private
	// Press has person press the newest button labelled label in a channel that person sees,
	// private answers included.
	Press(t testing.TB, person, channel, label string) Private
	// Submit has person fill the form that is open for them, by input id; others keep their values. A
	// person input takes a person's name.
	Submit(t testing.TB, person string, values map[string]string) Private
	// React has person put a reaction ("pushpin") on the newest message in channel that contains words.
	React(t testing.TB, person, channel, words, reaction string)
	// Mark has person use the message action "Add to timeline" on it. False where the platform has none.
	Mark(t testing.TB, person, channel, words string) (Private, bool)
	// Say has person write a plain message.
	Say(t testing.TB, person, channel, text string)

	// Messages are the messages that people see in a channel now, oldest first, without the platform's own
	// notices of joining and the like.
	Messages(t testing.TB, channel string) []Seen
	// Directs are the private messages from the bot to person, oldest first.
	Directs(t testing.TB, person string) []Seen
	// Members are the people in a channel, by name, sorted, without the bot.
	Members(t testing.TB, channel string) []string
	// Topic is a channel's topic.
	Topic(t testing.TB, channel string) string
	// Channels are the names of all channels that are not archived, sorted.
	Channels(t testing.TB) []string
	// Woken are the people whom a message of the bot mentioned since the last call, with the words
	// "channel", "here" and "all" where a broadcast got through; sorted, each once.
	Woken(t testing.TB) []string

	// Fault makes the next calls of the platform go wrong. A World that cannot do one says so with false.
	Fault(t testing.TB, f Fault) bool
}

// Bot, as a channel, is the private conversation of a person with the bot.
const Bot = "@sitrep"

// Seen is a message as a person sees it.
//
// Text is read back from what the platform shows, as a reader would: escapes are undone, markup that took
// effect is not in it, and what took effect looks as [chat.Message.Plain] writes it (a mention that wakes is
// @name, a link that leads somewhere is "text (url)", a list item begins with "• "; a clock is its Text).
// Empty lines and spaces at the ends of lines do not count.
type Seen struct {
	ID       chat.MessageID
	By       string   // a person's name, or "sitrep" for the bot
	Text     string   // with the buttons as a line of "[label] [label]"
	Links    []string // wherever a click on the text leads: links made on purpose and those the platform made itself
	Buttons  []string // labels
	Pinned   bool
	File     string // the name of an attached file
	FileText string // and its content
	Thread   chat.MessageID
}

// Private is what only one person sees as the answer to what they did.
type Private struct {
	Text    string // as in [Seen]; empty when nothing was said
	Buttons []string
	Form    *OpenForm         // the form that opened, or stays open with Errors
	Errors  map[string]string // by input id; "" for the whole form
}

// OpenForm is a form as a person sees it.
type OpenForm struct {
	Title  string
	Submit string
	Values map[string]string // by input id, as prefilled
	Labels map[string]string // by input id
}

// Fault is one thing that goes wrong with the next Count calls of a verb.
type Fault struct {
	Verb  chat.Verb
	Kind  FaultKind
	Count int           // 0 means 1
	Wait  time.Duration // with Limit: what Retry-After says
}

// FaultKind is how a call goes wrong.
type FaultKind string

// The kinds.
const (
	LostAnswer  FaultKind = "lost answer" // it is done, and the connection breaks before the answer
	NotReached  FaultKind = "not reached" // the connection breaks before it is done
	ServerError FaultKind = "server error"
	Limit       FaultKind = "limit" // 429 with Retry-After
	NoRight     FaultKind = "no right"
	Dead        FaultKind = "dead" // the token is revoked, for all verbs, until Count calls were refused
	Hang        FaultKind = "hang" // nothing happens and no answer comes until the caller gives up
)
