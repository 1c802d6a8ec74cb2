package strict

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// token is text that no message may show.
type token string

// Reveal makes it a Secret.
func (t token) Reveal() string { return string(t) }

// sample has a field of every shape that can be read.
type sample struct {
	Name  string            `yaml:"name"`
	Token token             `yaml:"token"`
	On    bool              `yaml:"on"`
	Share float64           `yaml:"share"`
	After time.Duration     `yaml:"after"`
	Words []string          `yaml:"words"`
	Parts []part            `yaml:"parts"`
	Deep  *part             `yaml:"deep"`
	By    map[string]part   `yaml:"by"`
	Tags  map[string]string `yaml:"tags"`
	Apart string            `yaml:"-"`
}

type part struct {
	ID   string `yaml:"id"`
	Size string `yaml:"size"`
}

var samples = Options{What: "one sample", Start: "a sample"}

func TestEverythingIsRead(t *testing.T) {
	t.Parallel()
	v := sample{Name: "kept", Tags: map[string]string{"old": "gone"}}
	r := Read("f.yaml", []byte(`token: " abc "
on: true
share: 1.5
after: 1d12h
words: [a, 2026-12-25]
parts: [{id: x, size: big}, {size: small}]
deep: {id: y}
by: {ana: {id: z}, ben.b: {}}
tags: {new: "1"}
`), &v, samples)
	require.NoError(t, r.Problems().Err())
	require.Equal(t, sample{
		Name: "kept", Token: "abc", On: true, Share: 1.5, After: 36 * time.Hour, Words: []string{"a", "2026-12-25"},
		Parts: []part{{"x", "big"}, {"", "small"}}, Deep: &part{ID: "y"}, By: map[string]part{"ana": {ID: "z"}, "ben.b": {}},
		Tags: map[string]string{"new": "1"},
	}, v)
	require.True(t, r.Given("by.ana.id"))
	require.False(t, r.Given("name"))
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	r := Read("f.yaml", []byte("name: a\nparts:\n  - id: x\n  - {size: big}\nby:\n  ana: {size: big}\n"), &sample{}, samples)
	for key, want := range map[string]Place{
		"name":           {1, 7, "name"},
		"parts.0.id":     {3, 9, "parts[x].id"},
		"parts.1.size":   {4, 12, "parts[2].size"},
		"parts.1.id":     {4, 5, "parts[2].id"},
		"by.ana.size":    {6, 15, "by.ana.size"},
		"by.ben.size":    {6, 3, "by.ben.size"},
		"deep.id":        {1, 1, "deep.id"},
		"":               {1, 1, ""},
		"parts.0.size.x": {3, 5, "parts[x].size.x"},
	} {
		require.Equal(t, want, r.At(key), key)
	}
}

func TestWhatCouldNotBeReadIsNotComplainedAboutTwice(t *testing.T) {
	t.Parallel()
	r := Read("f.yaml", []byte("deep: 3\nname: a\nshaer: 2\n"), &sample{}, samples)
	r.Wrong("deep.id", "is missing", "")
	r.Wrong("share", "is missing", "") // it is misspelt
	require.True(t, r.Spoiled("deep.id"))
	require.False(t, r.Spoiled("name"))
	r.Wrong("name", "is no name", "b")
	r.Spoil("name")
	r.Wrong("name", "is too short", "")
	require.Equal(t, "f.yaml:1:7: deep: must be a mapping of keys to values, not a number\n"+
		"f.yaml:2:7: name: is no name; write: b\n"+
		"f.yaml:3:1: shaer: unknown key \"shaer\"; write: share", r.Problems().Error())

	r = Read("f.yaml", nil, &sample{}, samples)
	r.Wrong("name", "is missing", "")
	require.Equal(t, "f.yaml: is empty; write: a sample", r.Problems().Error())
}

func TestASecretIsNotShown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"token: 5757", "token: 5.75", "token: true", "token: [5757]", "token: {a: 5757}", "token: !!binary 5757"} {
		r := Read("f.yaml", []byte(text), &sample{}, samples)
		require.NotEmpty(t, r.Problems(), text)
		for _, hidden := range []string{"5757", "5.75"} {
			require.NotContains(t, r.Problems().Error(), hidden, text)
		}
	}
}

func TestMoreThanEnough(t *testing.T) {
	t.Parallel()
	r := Read("f.yaml", []byte(strings.Repeat("x: 1\n", 20)), &sample{}, samples)
	require.False(t, r.Enough())
	require.Len(t, r.Problems(), 20)
	r = Read("f.yaml", []byte("parts:\n"+strings.Repeat("  - {x: 1}\n", MaxProblems)), &sample{}, samples)
	require.True(t, r.Enough())
	require.Len(t, r.Problems(), MaxProblems+1)
	require.Equal(t, "f.yaml: has more than these 100 problems", r.Problems()[MaxProblems].String())
	require.NoError(t, Problems(nil).Err())
}

// TestProblems compares what is said about a wrong file, word by word: NAME.yaml, what somebody wrote, and
// NAME.problems, what they are told.
func TestProblems(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "problems.txtar"))
	require.NoError(t, err)
	for i := 0; i+1 < len(archive.Files); i += 2 {
		file, want := archive.Files[i], &archive.Files[i+1]
		r := Read(file.Name, file.Data, &sample{}, samples)
		got := r.Problems().Error() + "\n"
		if os.Getenv("UPDATE") != "" {
			want.Data = []byte(got)
			continue
		}
		require.Equal(t, string(want.Data), got, "UPDATE=1 go test ./workflows/strict, if this is meant")
	}
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(filepath.Join("testdata", "problems.txtar"), txtar.Format(archive), 0o600))
	}
}

// FuzzRead holds that whatever is in a file, it is read or named wrong, on one line each.
func FuzzRead(f *testing.F) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "problems.txtar"))
	require.NoError(f, err)
	for _, file := range archive.Files {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := Read("f.yaml", data, &sample{}, samples)
		require.LessOrEqual(t, len(r.Problems()), MaxProblems+1)
		for _, p := range r.Problems() {
			require.NotEmpty(t, p.What)
			require.NotContains(t, p.String(), "\n")
		}
	})
}
