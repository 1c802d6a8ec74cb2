package slack_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestMarkupBecomesWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	for in, want := range map[string]string{
		"a &lt; b &amp;amp; c": "a < b &amp; c", "<@U0ANA> and <@U0BEN|benny>": "@ana and @ben", "<@U404|zed>": "@zed",
		"in <#C1|general>": "in #general", "<#" + s.room + ">": "#incidents", "<!here> <!channel>": "@here @channel",
		"<!subteam^S1|@architects> <!subteam^S2>": "@architects @S2", "<!date^1^{time}|10:00>": "10:00",
		"<https://example.org/?a=1&amp;b=2>": "https://example.org/?a=1&b=2", "<http://example.org|example.org>": "example.org",
		"<https://example.org|the book>": "the book (https://example.org)", "<mailto:x@example.org|x@example.org>": "x@example.org",
		"broken < <": "broken < <", "": "",
	} {
		got, _ := s.p.ReadText(in)
		require.Equal(t, want, got)
	}
	_, people := s.p.ReadText("<@U0ANA> then <@U0BEN>")
	require.Equal(t, []string{"@ana", "@ben"}, []string{people[0].Token, people[1].Token})
	require.Equal(t, "pt-BR", people[0].User.Locale)
}

func TestACommandTellsWhoAndWhere(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.Type(s.ana, s.room, "/incident   declare P1 Checkout down @ben")
	r := s.all()[0]
	require.Equal(t, chat.Request{
		Delivery: r.Delivery, Platform: slack.Name, Kind: chat.Typed, Text: "declare P1 Checkout down @ben", Room: chat.RoomID(s.room), RoomName: "incidents",
		By:     chat.User{ID: "U0ANA", Handle: "ana", Name: "Ana Souza", Locale: "pt-BR", Zone: "America/Sao_Paulo"},
		People: []chat.Mention{{Token: "@ben", User: chat.User{ID: "U0BEN", Handle: "ben", Name: "Ben Okafor"}}},
	}, r)
	require.Empty(t, s.Calls("users.info"), "hearing asked nobody")
}

func TestSomebodyNewIsLookedUpAfterwards(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	zoe := s.AddUser(slacktest.User{ID: "U0ZOE", Handle: "zoe", Name: "Zoé", Locale: "fr-FR"})
	s.Type(zoe, s.room, "/incident list")
	s.quiet()
	s.Type(zoe, s.room, "/incident list")
	require.Equal(t, "zoe", s.all()[0].By.Name, "what came along will do")
	require.Equal(t, "Zoé", s.all()[1].By.Name)
	s.ChangeUser(slacktest.User{ID: "U0ZOE", Handle: "zoe", Name: "Zoé K.", Locale: "en-US"})
	s.quiet()
	s.Type(zoe, s.room, "/incident list")
	require.Equal(t, "en-US", s.all()[2].By.Locale, "changes arrive as events")
	require.Len(t, s.Calls("users.info"), 1)
}

func TestPeopleOfOtherWorkspacesPressNothing(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	olga := s.AddUser(slacktest.User{ID: "U0OLGA", Handle: "olga", Name: "Olga", External: true, Team: "T0OTHER"})
	m := text("INC-7")
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "ack", Label: "Acknowledge"}}})
	r := s.must(chat.Action{Key: "1", Verb: chat.Post, Room: chat.RoomID(s.room), Body: m})
	s.Press(olga, s.room, string(r.Message), "Acknowledge")
	s.quiet()
	require.Empty(t, s.all())
	require.Contains(t, s.Ephemerals(olga)[0].Plain(), "Only people of this workspace")
	s.Press(s.ben, s.room, string(r.Message), "Acknowledge")
	require.Len(t, s.all(), 1)
}

func TestOnlyPushpinsAreAskedAbout(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	ts := s.Say(s.ana, s.room, "look")
	s.quiet()
	s.React(s.ben, s.room, ts, "tada")
	s.React(s.ben, s.room, ts, "pushpin")
	s.quiet()
	require.Len(t, s.all(), 1)
	require.Empty(t, s.Calls("reactions.get"), "what was said lately is known")
}

func TestAPushpinOnOldWordsIsLookedUp(t *testing.T) {
	t.Parallel()
	s := prepare(t, slacktest.Options{}, nil)
	old := s.Say(s.ana, s.room, "said <before> the bot came, @ben")
	reply := s.SayIn(s.ben, s.room, old, "in a thread")
	s.Settle()
	s.run()
	<-s.ready
	s.Fail("reactions.get", slacktest.Internal, 1)
	s.React(s.ben, s.room, old, "pushpin")
	s.AwaitCalls("reactions.get", 1)
	s.React(s.ben, s.room, reply, "pushpin")
	s.AwaitCalls("reactions.get", 2)
	s.p.Quiesce()
	s.now.add(4 * time.Second)
	s.Wake() // the first was not acknowledged, so it comes again
	s.quiet()
	said := map[string]bool{}
	for _, r := range s.all() {
		said[r.On.Text] = true
		require.Equal(t, "incidents", r.RoomName)
	}
	require.Equal(t, map[string]bool{"said <before> the bot came, @ben": true, "in a thread": true}, said)
}

func TestAFormKeepsWhereItWasOpened(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	f := form()
	s.says(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Sent {
			return chat.Answer{Message: text("done")}
		}
		return chat.Answer{Form: &f}
	})
	s.Type(s.ana, s.room, "/incident")
	s.quiet()
	require.Equal(t, hostile, s.OpenView(s.ana).Values["title"])
	s.Submit(s.ana, map[string]string{"who": "U0BEN", "severity": "P0", "none": "-"})
	s.quiet()
	r := s.all()[1]
	require.Equal(t, "declare", r.Form)
	require.Equal(t, f.State, r.State)
	require.Equal(t, "incidents", r.RoomName)
	require.Equal(t, map[string]string{"title": hostile, "text": "one\ntwo", "severity": "P0", "who": "U0BEN", "none": "-"}, r.Values)
	require.Equal(t, "response_url", s.Ephemerals(s.ana)[0].Via, "answered where it was asked")
	require.Nil(t, s.OpenView(s.ana))
}
