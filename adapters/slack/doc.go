// Package slack connects sitrep to a Slack workspace.
//
// [Platform] implements [chat.Platform] in one of two modes. With an app-level token it listens over
// Socket Mode and needs no public address; with a signing secret it serves [Platform.Handler] and
// Slack calls it. Both modes read the same payloads in requests.go and answer them in answers.go.
//
// What people and machines wrote is data here: it travels as rich text or plain text elements, which
// Slack never parses, and only where Slack wants its own markup is it escaped. See render.go.
// Slack has no idempotency key, so posts carry the action's key as metadata and an uncertain outcome is
// looked up before it is repeated. See recover.go.
//
// The numbers next to the constants are Slack's limits, from its public documentation unless said
// otherwise. Nobody else in the project imports the client library.
package slack
