package slacktest_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing may be left running when every server has been closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
