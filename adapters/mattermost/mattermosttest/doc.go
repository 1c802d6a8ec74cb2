// Package mattermosttest gives tests a real Mattermost: a PostgreSQL and a Mattermost server of their own,
// on loopback, thrown away afterwards, with teams full of people who type, press, submit and react
// through the same REST API and WebSocket that real clients use.
//
// It is not a fake and knows nothing of sitrep. A test binary that uses it calls [Main] from TestMain;
// a test calls [Start] for the server that all tests of the binary share, or [StartOwn] for one that it
// may stop, restart or configure. [Server.Team] then gives a team of its own to each test.
//
// Whoever runs a test without the server or PostgreSQL sees it skipped with the command that would help;
// under CI=true or SITREP_E2E=1 it fails instead.
package mattermosttest
