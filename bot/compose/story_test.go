package compose_test

import (
	"testing"

	"github.com/sitrep-bot/sitrep/bot/words"
)

func TestTheStoryOfAP0(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		golden(t, "p0."+lang, p0(t, lang).story.String())
	}
}
