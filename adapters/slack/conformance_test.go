package slack_test

import (
	"testing"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

func TestConformanceOverHTTP(t *testing.T) {
	t.Parallel()
	chattest.Run(t, func(t testing.TB) chattest.World {
		t.Helper()
		return slacktest.NewWorld(t, slacktest.Setup{})
	})
}

func TestConformanceOverSocket(t *testing.T) {
	t.Parallel()
	chattest.Run(t, func(t testing.TB) chattest.World {
		t.Helper()
		return slacktest.NewSocketWorld(t, slacktest.Setup{})
	})
}
