// Package mattermosttest gives tests a real Mattermost: a PostgreSQL and a Mattermost server of their own,
// on loopback, thrown away afterwards, with teams full of people who type, press, submit and react
// through the same REST API and WebSocket that real clients use.
//
// It is not a fake. A test binary that uses it calls [Main] from TestMain; a test calls [Start] for the
// server that all tests of the binary share, or [StartOwn] for one that it may stop, restart or configure.
// [Server.Team] then gives a team of its own to each test. [NewWorld] is a whole small chat on a server of
// its own, with the platform under test connected through a [Proxy] that can make things go wrong.
//
// Whoever runs a test without the server or PostgreSQL sees it skipped with the command that would help;
// under CI=true or SITREP_E2E=1 it fails instead.
package mattermosttest
