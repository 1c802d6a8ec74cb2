package mattermosttest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
)

func TestMain(m *testing.M) { mattermosttest.Main(m) }

// A command typed by a person reaches the listener and its answer reaches the person.
func TestCommandThereAndBack(t *testing.T) {
	t.Parallel()
	team := mattermosttest.Start(t).Team(t, "ana")
	heard := make(chan string, 1)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		heard <- string(body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"text": "understood"})
	}))
	defer listener.Close()
	team.Command("incident", listener.URL)

	answer := team.Person("ana").Type(team.Square, "/incident declare P1")

	require.Equal(t, "understood", answer.Text)
	require.Contains(t, <-heard, "text=declare+P1")
	require.Equal(t, "understood", team.Person("ana").Whisper("understood").Message)
}

// A server that was stopped comes back on its address with its data.
func TestStopAndResume(t *testing.T) {
	t.Parallel()
	server := mattermosttest.StartOwn(t, nil)
	team := server.Team(t, "ana")
	team.Person("ana").Say(team.Square, "before")
	server.Stop()
	_, _, err := server.Admin.GetPing(t.Context())
	require.Error(t, err)

	server.Resume(t)

	require.Equal(t, []string{"before"}, team.Said(team.Square))
}

// The script that the Makefile calls says where it keeps the server.
func TestBuildScriptSaysWhere(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("./build-server", "--where").Output()
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(strings.TrimSpace(string(out)), "/mattermost"), "path of a binary, got %q", out)
}
