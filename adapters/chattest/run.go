package chattest

import (
	"slices"
	"strings"
	"testing"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// promise is one thing that a platform's users rely on, and how it is checked.
type promise struct {
	name  string
	says  string // printed when it is broken
	check func(*stage)
}

// Run holds the platform of every world that open makes to the promises of bot/chat, a world for each.
// Worlds are used side by side.
func Run(t *testing.T, open func(t testing.TB) World) {
	t.Helper()
	for _, p := range promises() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the promise: %s", p.says)
				}
			})
			p.check(begin(t, open(t)))
		})
	}
}

// Promises are the names of all cases with what each holds a platform to, for documentation.
func Promises() map[string]string {
	all := map[string]string{}
	for _, p := range promises() {
		all[p.name] = p.says
	}
	return all
}

// Check plays one case against w; it is for those who prove that the suite notices a broken promise.
func Check(t testing.TB, name string, w World) {
	t.Helper()
	all := promises()
	at := slices.IndexFunc(all, func(p promise) bool { return p.name == name })
	if at < 0 {
		t.Fatalf("no promise is called %q", name)
	}
	all[at].check(begin(t, w))
}

func promises() []promise {
	return slices.Concat(
		lifePromises, lookupPromises, roomPromises, peoplePromises, postPromises, wherePromises, againPromises,
		errorPromises, requestPromises, formPromises, privatePromises, originalPromises,
		foreignPromises, renderPromises, limitPromises,
	)
}

// replaced puts plain names where a text has handles, which may differ where worlds share a server.
func (s *stage) replaced(text string, people ...string) string {
	for _, name := range people {
		text = strings.ReplaceAll(text, "@"+s.person(name).Handle, "@"+name)
	}
	return text
}

func mention(id chat.UserID, name string) chat.Span {
	return chat.Span{Kind: chat.Person, User: id, Text: name}
}
