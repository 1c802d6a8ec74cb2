// Package bot is the loop between chat platforms, the incident engine and the journal: hear, decide,
// remember, say; wake; deliver.
//
// A request comes in through [Bot.Hear], which touches memory and the journal only: it finds the incident,
// reads the words, decides, and makes events, outbox, alarm and links durable in one commit before it
// answers. [Bot.Wake] lets the clocks strike that are due. [Bot.Deliver] takes from the outbox what may go
// out now and does it on the platforms, many lanes side by side. [Bot.Run] is all three together with the
// platforms; nothing in it polls or sleeps.
//
// The package decides nothing about incidents and writes no sentence: see workflows/incident and
// bot/compose. It reads no clock of its own either: the time comes from [Config].
package bot
