// This module only pins and builds the Mattermost server that the tests talk
// to. It is apart from the product's module because the server needs another
// version of its own client library, and because nobody who builds sitrep
// should have to download a server.
module github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest/server

go 1.26

require (
	github.com/mattermost/mattermost/server/public v0.1.3
	github.com/mattermost/mattermost/server/v8 v8.0.0-20240520151130-4bdd8bb18e47
)
