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

// Some rules of Slack are disputed. The promises hold whichever way they are.
func TestConformanceWhereSlackIsDisputed(t *testing.T) {
	t.Parallel()
	chattest.Run(t, func(t testing.TB) chattest.World {
		t.Helper()
		return slacktest.NewSocketWorld(t, slacktest.Setup{Server: slacktest.Options{BareWordsSleep: true, LooseAcks: true, CreateRace: true}})
	})
}
