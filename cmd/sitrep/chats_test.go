package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/adapters/room/roomtest"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

// The flag is looked up, because a package that the tests import may have made one of the same name.
var rewrite = updateFlag()

func updateFlag() func() bool {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write down what is visible now as what is expected")
	}
	return func() bool { return flag.Lookup("update").Value.String() == "true" }
}

type world struct {
	name string
	open func(t testing.TB) chattest.World
}

// worlds are the platforms that every transcript is played on. The first one is written down by -update.
var worlds = []world{
	{"room", func(t testing.TB) chattest.World { t.Helper(); return roomtest.New(t) }},
	{"slack", func(t testing.TB) chattest.World { t.Helper(); return slacktest.NewWorld(t, slacktest.Setup{}) }},
	{"slack-socket", func(t testing.TB) chattest.World { t.Helper(); return slacktest.NewSocketWorld(t, slacktest.Setup{}) }},
	{"mattermost", func(t testing.TB) chattest.World { t.Helper(); return mattermosttest.NewWorld(t) }},
}

// TestChats plays every transcript on every platform.
func TestChats(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/chats/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	delivered := deliveredRows(t)
	for i, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, path := range paths {
				t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
					t.Parallel()
					data, err := os.ReadFile(path)
					require.NoError(t, err)
					s, err := parseScript(filepath.Base(path), data)
					require.NoError(t, err)
					require.Empty(t, unknownRows(s, delivered), "rows that are not in rows.txt")
					if !s.on(w.name) {
						t.Skip("this transcript is about other platforms: " + s.header["only"])
					}
					if rewrite() && i != firstWorld(s) {
						t.Skip("only the first platform of each transcript is written down")
					}
					got := playScript(t, s, w.open(t))
					if rewrite() && i == firstWorld(s) {
						writeChat(t, path, data, got)
						return
					}
					require.Equal(t, s.expected(), got, "%s on %s is not what it was; if that is intended: go test ./cmd/sitrep -run TestChats -update", path, w.name)
				})
			}
		})
	}
}

// firstWorld is the world whose look is written down.
func firstWorld(s script) int {
	return slices.IndexFunc(worlds, func(w world) bool { return s.on(w.name) })
}

func playScript(t *testing.T, s script, w chattest.World) string {
	t.Helper()
	st := newStage(t, s, w)
	seen := make([][]string, len(s.steps))
	played := 0
	t.Cleanup(func() {
		if t.Failed() && played < len(s.steps) {
			t.Logf("it went wrong at the step after this:\n%s", script{steps: s.steps[:played]}.render(seen))
		}
	})
	for i, step := range s.steps {
		played = i
		seen[i] = st.play(step)
	}
	played = len(s.steps)
	return s.render(seen)
}

func writeChat(t *testing.T, path string, data []byte, chat string) {
	t.Helper()
	archive := txtar.Parse(data)
	for i := range archive.Files {
		if archive.Files[i].Name == "chat" {
			archive.Files[i].Data = []byte(chat)
		}
	}
	require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o644))
}

// TestEveryDeliveredRowHasItsTranscript keeps the promise that a row is proven on every platform.
func TestEveryDeliveredRowHasItsTranscript(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/chats/*.txtar")
	require.NoError(t, err)
	var proven []string
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		s, err := parseScript(filepath.Base(path), data)
		require.NoError(t, err)
		if s.header["only"] == "" {
			proven = append(proven, s.rows...)
		}
	}
	for _, row := range deliveredRows(t) {
		require.True(t, slices.Contains(proven, row), "row %s is delivered but no transcript proves it on all platforms", row)
	}
}

func deliveredRows(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/chats/rows.txt")
	require.NoError(t, err)
	var rows []string
	for line := range strings.Lines(string(data)) {
		if row, _, ok := strings.Cut(line, " "); ok {
			rows = append(rows, row)
		}
	}
	return rows
}
