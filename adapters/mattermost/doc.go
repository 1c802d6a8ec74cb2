// Package mattermost connects the bot to a Mattermost server, version 9.9 or later, without a licence.
//
// It speaks as a bot account over the REST API, hears reactions and edits over the WebSocket, and hears
// slash commands, buttons and dialogs as HTTP callbacks, which [Platform.Handler] serves. Mattermost signs
// none of these callbacks, and most of what is in them can be read or forged by people; trust.go says what
// is checked instead. [Setup] makes the account and the command on a server, [Check] tries them.
//
// Start with [New], then [Platform.Run] and [Platform.Do]. Everything else here is private.
package mattermost
