// Package chat is the vocabulary between the bot and any chat platform.
//
// A [Platform] hears people and turns what they type, press and submit into a [Request];
// it carries out an [Action] at a time and says how that went. Everything in between is data:
// a [Message] is built of typed spans, so text that a person or a machine wrote can never turn
// into a mention, a link or markup. The adapter escapes that text once, in the platform's own way.
//
// The package knows nothing of incidents and does no I/O. Start with [Platform], then [Message].
// adapters/chattest holds every platform to the promises written here.
package chat
