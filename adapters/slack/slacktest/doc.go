// Package slacktest is a strict fake of Slack: a server on loopback with a workspace behind it.
//
// It is not a mock. The real client talks real HTTP and real WebSocket to it; it keeps channels, people,
// messages, views and files, and refuses what Slack refuses, with Slack's own words. What it does not
// know it answers with a loud 501 that fails the test: it never guesses.
//
// A test makes a [Server] with [New], points an adapter at [Server.APIURL], and then plays people:
// [Server.Type], [Server.Press], [Server.Submit], [Server.React]. What people see is read back with
// [Server.Messages], [Server.Ephemerals] and [Server.OpenView]; who was woken with [Server.Pings].
// Time is the test's: nothing here reads a clock or waits for one. After moving its clock a test calls
// [Server.Wake], which redelivers, times out and pings as Slack would have by then.
//
// Each rule says where it comes from: "Slack docs" is the public documentation, "observed live" was seen
// in answers of the real service by those who published them, and "unverified" marks a rule that sources
// dispute and that a test can switch.
package slacktest
