package mattermost_test

import (
	"testing"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
)

func TestMain(m *testing.M) { mattermosttest.Main(m) }

// The adapter keeps what every chat platform promises, against a real server.
func TestPromises(t *testing.T) {
	chattest.Run(t, func(t testing.TB) chattest.World {
		t.Helper()
		return mattermosttest.NewWorld(t)
	})
}
