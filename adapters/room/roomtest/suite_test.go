package roomtest_test

import (
	"testing"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/room/roomtest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	chattest.Run(t, func(t testing.TB) chattest.World {
		t.Helper()
		return roomtest.New(t)
	})
}
