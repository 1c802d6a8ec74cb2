package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/slack"
)

// environ makes an environment out of NAME=value lines.
func environ(lines string) func(string) (string, bool) {
	values := map[string]string{}
	for line := range strings.Lines(lines) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[name] = value
		}
	}
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

// TestConfigProblems loads wrong configs and compares what is said about them, word by word. A case holds the config,
// the environment in "env", other files by their names, and what is expected in "want". -update rewrites.
func TestConfigProblems(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/config/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			require.NoError(t, err)
			dir, env, want := t.TempDir(), "", ""
			for _, f := range archive.Files {
				switch f.Name {
				case "env":
					env = string(f.Data)
				case "want":
					want = string(f.Data)
				default:
					require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
				}
			}
			var stdout, stderr bytes.Buffer
			code := run([]string{"check", "--config", filepath.Join(dir, "config.yaml")}, nil, &stdout, &stderr, environ(env))
			got := fmt.Sprintf("exit %d\n%s%s", code, stdout.String(), stderr.String())
			got = strings.ReplaceAll(got, dir+string(filepath.Separator), "")
			if rewrite() {
				archive.Files = append(slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" }),
					txtar.File{Name: "want", Data: []byte(got)})
				require.NoError(t, os.WriteFile(path, txtar.Format(archive), 0o600))
				return
			}
			require.Equal(t, want, got, "go test ./cmd/sitrep -run TestConfigProblems -update, if this is meant")
		})
	}
}

// example loads config.example.yaml with everything that it names.
func example(t *testing.T) settings {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "slack-signing-secret"), []byte("seal-5ecret\n"), 0o600))
	p := &program{env: environ("SLACK_BOT_TOKEN=xoxb-5ecret\nSLACK_APP_TOKEN=xapp-5ecret\nMATTERMOST_TOKEN=mm-5ecret\n" +
		"MATTERMOST_COMMAND_TOKEN=cmd-5ecret\nSITREP_SECRET=own-5ecret\n")}
	s, err := p.load(file)
	require.NoError(t, err)
	return s
}

func TestExampleConfigIsRight(t *testing.T) {
	t.Parallel()
	s := example(t)
	require.Equal(t, "Europe/Paris", s.zone.String())
	require.Equal(t, "nexus-micro", s.playbook.Name)
	require.Equal(t, "xoxb-5ecret", s.Slack.BotToken.Reveal())
	require.Equal(t, "seal-5ecret", s.Slack.SigningSecret.Reveal())
	require.Equal(t, []string{"ana", "ben"}, s.Roles["infrastructure-maintainer"].People)
	require.True(t, filepath.IsAbs(s.Data))

	cfg := s.bot(machineClock(), zerolog.Nop())
	require.Equal(t, "America/Sao_Paulo", cfg.People[0].Zone.String())
	require.Equal(t, "U0BEN", cfg.People[1].Handles[slack.Name])
	require.Equal(t, "leadership", cfg.Channels[mattermost.Name].Stakeholders)
	require.Equal(t, []string{"incidents", "leadership", "status", "general"}, s.rooms())
}

// TestExampleConfigShowsEverySetting holds the example to the structs: every field stands in it, on a line of its own
// with a comment.
func TestExampleConfigShowsEverySetting(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	require.NoError(t, err)
	for _, path := range fieldsOf(reflect.TypeFor[config](), nil) {
		name := path[len(path)-1]
		shown := false
		for line := range strings.Lines(string(data)) {
			indent := len(line) - len(strings.TrimLeft(line, " "))
			shown = shown || (strings.HasPrefix(strings.TrimSpace(line), name+":") && indent == 2*(len(path)-1) &&
				(strings.Contains(line, " # ") || len(strings.TrimSpace(line)) == len(name)+1))
		}
		require.True(t, shown, "%s is not shown with a comment", strings.Join(path, "."))
	}
}

// fieldsOf are the paths of all settings. Names that people choose count as a level.
func fieldsOf(t reflect.Type, above []string) [][]string {
	switch t.Kind() {
	case reflect.Pointer:
		return fieldsOf(t.Elem(), above)
	case reflect.Map:
		return fieldsOf(t.Elem(), append(slices.Clip(above), "*"))
	case reflect.Struct:
	default:
		return nil
	}
	var all [][]string
	for f := range t.Fields() {
		path := slices.Concat(above, []string{f.Tag.Get("yaml")})
		all = append(append(all, path), fieldsOf(f.Type, path)...)
	}
	return all
}

// TestConfigKnowsEverySettingOfTheAdapters fails when an adapter gets a setting that the config does not have.
func TestConfigKnowsEverySettingOfTheAdapters(t *testing.T) {
	t.Parallel()
	for _, pair := range []struct{ ours, theirs reflect.Type }{
		{reflect.TypeFor[slackConfig](), reflect.TypeFor[slack.Config]()},
		{reflect.TypeFor[mattermostConfig](), reflect.TypeFor[mattermost.Config]()},
	} {
		var ours, theirs []string
		for f := range pair.ours.Fields() {
			ours = append(ours, f.Tag.Get("yaml"))
		}
		for f := range pair.theirs.Fields() {
			if tag := f.Tag.Get("yaml"); tag != "-" && tag != "" {
				theirs = append(theirs, tag)
			}
		}
		require.ElementsMatch(t, theirs, ours, pair.theirs.String())
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	s := example(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		printed := fmt.Sprintf(verb, *s.Slack) + fmt.Sprintf(verb, *s.Mattermost) + fmt.Sprintf(verb, s.Slack.BotToken)
		require.NotContains(t, printed, "5ecret", verb)
		require.NotContains(t, printed, fmt.Sprintf("%x", "5ecret"), verb)
	}
	encoded, err := json.Marshal(s.config) //nolint:musttag // a config is not meant for JSON; this is somebody's mistake
	require.NoError(t, err)
	require.NotContains(t, string(encoded), "5ecret")
	require.Contains(t, string(encoded), veiled)

	var log bytes.Buffer
	l := zerolog.New(&log)
	l.Info().Interface("config", s.config).Any("token", s.Slack.AppToken).Msg("read")
	require.NotContains(t, log.String(), "5ecret")

	var out bytes.Buffer
	p := &program{out: &out}
	require.NoError(t, p.describe(s))
	require.NotContains(t, out.String(), "5ecret")
	require.Contains(t, out.String(), "slack, in Socket Mode")
}
