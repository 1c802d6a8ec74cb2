package slack_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing may be left running when every platform has been stopped.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
