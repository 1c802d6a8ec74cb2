package mattermost

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func platform(t *testing.T) *Platform {
	t.Helper()
	p, err := New(Config{
		URL: "http://chat.test", Token: "t", CommandToken: "c", Team: "ops", PublicURL: "http://bot.test", Now: func() time.Time { return time.Unix(1000, 0) },
	})
	require.NoError(t, err)
	return p
}

func TestMentions(t *testing.T) {
	t.Parallel()
	p := platform(t)
	for text, want := range map[string][]string{
		"page @ana and @Ben.":  {"@ana", "@Ben"},
		"@ana @ana":            {"@ana"},
		"@ana.b, @ana.b. @ana": {"@ana.b", "@ana"},
		"@nobody x@ana.b":      {"@ana.b"},
		"@":                    nil,
		"@chloe's":             {"@chloe"},
		"@anabel":              nil,
	} {
		form := url.Values{
			"text":              {text},
			"user_mentions":     {"ana", "ben", "ana.b", "chloe"},
			"user_mentions_ids": {"1", "2", "3", "4"},
		}
		var got []string
		for _, m := range p.mentions(form) {
			got = append(got, m.Token)
			require.NotEmpty(t, m.User.ID)
		}
		require.Equal(t, want, got, text)
	}
	require.Empty(t, p.mentions(url.Values{"text": {"@ana"}, "user_mentions": {"ana"}}), "a name without an id is nobody")
}

func TestPrivateChannelName(t *testing.T) {
	t.Parallel()
	p := platform(t)
	p.me.bot = &model.User{Id: "bot"}
	require.True(t, p.withBot("ana__bot"))
	require.True(t, p.withBot("bot__ana"))
	require.False(t, p.withBot("ana__ben"))
	require.False(t, p.withBot("general"))
}

func TestWordsOfAPost(t *testing.T) {
	t.Parallel()
	post := &model.Post{Message: " "}
	post.AddProp(propAttachments, []*model.MessageAttachment{{Pretext: "a", Title: "b", Text: "c" + gap}, {Text: "d"}})
	require.Equal(t, "a\nb\nc\nd", words(post))
	require.Equal(t, "said", words(&model.Post{Message: "said"}))
}

func TestResponsePath(t *testing.T) {
	t.Parallel()
	id := model.NewId()
	require.Equal(t, "/hooks/commands/"+id, responsePath("http://elsewhere.test/sub/hooks/commands/"+id))
	for _, bad := range []string{"", "http://x/hooks/commands/../" + id, "http://x/hooks/" + id, "%", "http://x/hooks/commands/" + id + "/more"} {
		require.Empty(t, responsePath(bad), bad)
	}
}

// What the server would deliver broken to people is made to fit before.
func TestDialogFits(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n-1) + "é" }
	d := dialog(chat.Form{ID: "declare", Title: long(99), Submit: long(99), Intro: "@all", Inputs: []chat.Input{
		{ID: "a", Kind: chat.Line, Label: long(99), Hint: long(999), Max: 200},
		{ID: "b", Kind: chat.Line, Label: "B", Value: long(180), Max: 200},
		{ID: "c", Kind: chat.Area, Label: "C", Max: 9999, Optional: true},
		{ID: "d", Kind: chat.Choice, Label: "D", Options: []chat.Option{{Value: "1", Label: long(99)}}},
		{ID: "e", Kind: chat.People, Label: "E"},
	}}, "state")
	require.Equal(t, 24, utf8.RuneCountInString(d.Title))
	require.Equal(t, 24, utf8.RuneCountInString(d.SubmitLabel))
	require.Equal(t, 24, utf8.RuneCountInString(d.Elements[0].DisplayName))
	require.Equal(t, 150, utf8.RuneCountInString(d.Elements[0].HelpText))
	require.Equal(t, 75, utf8.RuneCountInString(d.Elements[3].Options[0].Text))
	require.Equal(t, "@"+gap+"all", d.IntroductionText)
	kinds := []string{"text", "textarea", "textarea", "select", "select"}
	for i, e := range d.Elements {
		require.Equal(t, kinds[i], e.Type)
	}
	require.Equal(t, 150, d.Elements[0].MaxLength)
	require.Equal(t, 200, d.Elements[1].MaxLength)
	require.Equal(t, 3000, d.Elements[2].MaxLength)
	require.Equal(t, "users", d.Elements[4].DataSource)
}

func TestFormAnswers(t *testing.T) {
	t.Parallel()
	form := opened{Inputs: questions([]chat.Input{
		{ID: "line", Kind: chat.Line, Max: 5},
		{ID: "note", Kind: chat.Area, Optional: true},
		{ID: "pick", Kind: chat.Choice, Options: []chat.Option{{Value: "a"}, {Value: "b"}}},
		{ID: "who", Kind: chat.People, Optional: true},
	})}
	values, problems := form.read(map[string]any{"line": "ééééé", "note": nil, "pick": "b", "who": model.NewId(), "extra": "x"})
	require.Empty(t, problems)
	require.NotContains(t, values, "extra")
	require.Empty(t, values["note"])
	for input, wrong := range map[string][]any{
		"line": {"éééééé", " \n", nil, 5, true, []any{"x"}},
		"note": {strings.Repeat("x", 3001), 1.5},
		"pick": {"c", "", nil},
		"who":  {"ana", "../../x"},
	} {
		for _, value := range wrong {
			all := map[string]any{"line": "x", "pick": "a", input: value}
			_, problems := form.read(all)
			require.Len(t, problems, 1, "%s: %v", input, value)
			require.NotEmpty(t, problems[input])
		}
	}
}

func TestCardsForgetTheOldest(t *testing.T) {
	t.Parallel()
	var c cards
	for range keptCards + 5 {
		c.put(model.NewId(), "room", "key")
	}
	require.Len(t, c.known, keptCards)
	require.Len(t, c.order, keptCards)
	c.put("p", "room", "key")
	c.put("p", "room", "other")
	found, ok := c.get("p")
	require.True(t, ok)
	require.Equal(t, "other", found.key)
}

func TestLaterAnswers(t *testing.T) {
	t.Parallel()
	var l laters
	now := time.Unix(1000, 0)
	l.put("a", "/hooks/x", now, time.Hour)
	require.Equal(t, "/hooks/x", l.path("a"))
	require.Equal(t, 1, l.try("a"))
	require.Equal(t, 2, l.try("a"))
	require.Empty(t, l.path("b"))
	l.put("c", "", now.Add(2*time.Hour), time.Hour)
	require.Empty(t, l.path("a"), "what is over is forgotten")
}

func TestMissedDebts(t *testing.T) {
	t.Parallel()
	var m missed
	_, ok := m.begin()
	require.False(t, ok)
	early, late := time.Unix(1000, 0), time.Unix(2000, 0)
	m.owe(late)
	m.owe(early)
	since, ok := m.begin()
	require.True(t, ok)
	require.Equal(t, early, since, "all debts are one")
	m.owe(late)
	_, ok = m.begin()
	require.False(t, ok, "somebody is reading already")
	m.end(since, false)
	since, ok = m.begin()
	require.True(t, ok)
	require.Equal(t, early, since, "what was not paid is owed still")
	m.end(since, true)
	_, ok = m.begin()
	require.False(t, ok)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{"9.8.0": true, "9.9.0": false, "9.11.2": false, "11.4.0": false, "8.1.0": true, "": false, "dev": false, "10": false} {
		require.Equal(t, old, older(version, oldest), version)
	}
}

func TestInternalHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "10.1.2.3": true, "192.168.0.9": true, "::1": true, "localhost": true, "bot": true, "bot.internal": true,
		"8.8.8.8": false, "bot.example.org": false,
	} {
		require.Equal(t, want, internal(host), host)
	}
	require.True(t, listed("10.1.2.3", "localhost 10.0.0.0/8"))
	require.True(t, listed("bot.internal", "a,bot.internal"))
	require.False(t, listed("bot.internal", "internal"))
	require.False(t, listed("11.1.2.3", "10.0.0.0/8 11.1.2.4"))
}
