package mattermosttest

import (
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The judge of what people see must itself be right.
func TestShown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                       "plain",
		"#### Title":                  "Title",
		"a #### b":                    "a #### b",
		"**bold** *it* ~~no~~":        "bold it no",
		`\*not\* \\ \[x\]`:            `*not* \ [x]`,
		"`code *x*` and `` a`b ``":    "code *x* and a`b",
		"`unclosed *x*":               "`unclosed x",
		"[text](https://a.test/x(y))": "text (https://a.test/x(y))",
		"[a\\]b](https://a.test)":     "a]b (https://a.test)",
		"[not a link]":                "[not a link]",
		"- item\n- two":               "• item\n• two",
		"a - b":                       "a - b",
		"> - quoted":                  "> • quoted",
		"~room and a ~ b":             "#room and a ~ b",
		"a &amp; b &lt; c & d":        "a & b < c & d",
	} {
		require.Equal(t, want, shown(text), text)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"nothing":                       nil,
		"[a](https://a.test)":           {"https://a.test"},
		"![a](https://a.test/x.png)":    {"https://a.test/x.png"},
		"see www.a.test now":            {"http://www.a.test", "www.a.test"},
		"mail a@b.test":                 {"a@b.test"},
		"#tag":                          {"#tag"},
		"~general":                      {"~general"},
		"~unknown":                      nil,
		"`https://a.test`":              nil,
		"https:" + gap + "//a.test":     nil,
		"@" + gap + "all #" + gap + "x": nil,
	} {
		got := links(text, []string{"general"})
		if want == nil {
			require.Empty(t, got, text)
			continue
		}
		require.Subset(t, want, got, text)
		require.NotEmpty(t, got, text)
	}
}

// The world's time stands still but for Advance, and what happened before it stays there.
func TestWorldTime(t *testing.T) {
	t.Parallel()
	var w World
	before := time.Now()
	require.Equal(t, epoch, w.clock.at(before))
	w.Advance(10 * time.Minute)
	require.Equal(t, epoch.Add(10*time.Minute), w.clock.at(time.Now()))
	require.Equal(t, epoch, w.clock.at(before.Add(-time.Second)))
	w.Advance(time.Hour)
	r := w.clock.dated(chat.Request{At: time.Now(), On: &chat.Original{At: before.Add(-time.Second)}})
	require.Equal(t, epoch.Add(70*time.Minute), r.At)
	require.Equal(t, epoch, r.On.At)
	require.Zero(t, w.clock.dated(chat.Request{}).At)
}

func TestEverything(t *testing.T) {
	t.Parallel()
	post := &model.Post{Message: "said"}
	post.AddProp(model.PostPropsAttachments, []*model.MessageAttachment{{
		Text: "more", Fields: []*model.MessageAttachmentField{{Title: "Who", Value: "ana"}}, Actions: []*model.PostAction{{Name: "Go"}},
	}})
	for _, part := range []string{"said", "more", "Who", "ana", "[Go]"} {
		require.Contains(t, Everything(post), part)
	}
	require.Equal(t, []string{"Go"}, allButtons(post))
	require.Equal(t, "said\nmore\n[Go]", text(post))
}

// What is not wanted fails or skips the tests as the environment says.
func TestDemanded(t *testing.T) {
	for _, c := range []struct {
		ci, e2e string
		want    bool
	}{
		{"", "", false},
		{"true", "", true},
		{"true", "0", false},
		{"", "1", true},
	} {
		t.Setenv("CI", c.ci)
		t.Setenv("SITREP_E2E", c.e2e)
		require.Equal(t, c.want, demanded(), "%+v", c)
	}
}
