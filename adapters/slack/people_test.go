package slack_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestPeopleAreFoundByWhatAnAdminWrites(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	ana := chat.User{ID: "U0ANA", Handle: "ana", Name: "Ana Souza", Locale: "pt-BR", Zone: "America/Sao_Paulo"}
	for _, handle := range []string{"U0ANA", "ana", "@ana", " Ana ", "ana@example.org"} {
		u, err := s.p.Person(t.Context(), handle)
		require.NoError(t, err, handle)
		require.Equal(t, ana.ID, u.ID, handle)
	}
	gone := s.AddUser(slacktest.User{ID: "U0GONE", Handle: "gone", Deleted: true})
	for _, handle := range []string{"", "@", "nobody", "U0NOBODY", "nobody@example.org", gone} {
		_, err := s.p.Person(t.Context(), handle)
		require.Error(t, err, handle)
		_ = classed(t, err, chat.Missing)
	}
}

func TestAHandleIsWhatPeopleType(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.AddUser(slacktest.User{ID: "U0ODD", Handle: "odd name", Name: "Odd"})
	u, err := s.p.Person(t.Context(), "U0ODD")
	require.NoError(t, err)
	require.Equal(t, "Odd", u.Name)
	s.AddUser(slacktest.User{ID: "U0MARS", Handle: "mars", Zone: "Mars/Base"})
	u, err = s.p.Person(t.Context(), "U0MARS")
	require.NoError(t, err)
	require.Empty(t, u.Zone, "a zone this machine does not know is none")
	require.Equal(t, "mars", u.Name)
}

func TestTheDirectoryIsReadPageByPageAndPatiently(t *testing.T) {
	t.Parallel()
	s := prepare(t, slacktest.Options{}, nil)
	for i := range 1200 {
		s.AddUser(slacktest.User{Handle: fmt.Sprintf("p%d", i), Name: "P"})
	}
	s.Fail("users.list", slacktest.LimitedBare, 2)
	s.run()
	<-s.ready
	u, err := s.p.Person(t.Context(), "p1199")
	require.NoError(t, err)
	require.Equal(t, "p1199", u.Handle)
	_, err = s.p.Person(t.Context(), "p1200")
	_ = classed(t, err, chat.Missing)
}

func TestSomebodySlackDoesNotKnowIsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	for range 3 {
		text, people := s.p.ReadText("<@U0NOBODY|zed> did it")
		require.Equal(t, "@zed did it", text)
		require.Equal(t, chat.User{ID: "U0NOBODY", Handle: "zed", Name: "zed"}, people[0].User)
	}
	s.quiet()
	require.Len(t, s.Calls("users.info"), 1)
}

func TestPlacesAreFoundByWhatAnAdminWrites(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	for i := range 700 {
		s.AddChannel(fmt.Sprintf("c%d", i), false, s.ana)
	}
	secret := s.AddChannel("secret", true, s.ana)
	for _, name := range []string{"incidents", "#incidents", "Incidents", s.room} {
		room, err := s.p.Place(t.Context(), name)
		require.NoError(t, err, name)
		require.EqualValues(t, s.room, room)
	}
	require.Empty(t, s.Calls("conversations.list"), "the bot's own channels are known from the start")
	room, err := s.p.Place(t.Context(), "c699")
	require.NoError(t, err)
	require.EqualValues(t, s.Channel("c699").ID, room)
	calls := len(s.Calls("conversations.list"))
	_, err = s.p.Place(t.Context(), "c699")
	require.NoError(t, err)
	require.Len(t, s.Calls("conversations.list"), calls, "what was found is remembered")
	for _, name := range []string{"", "nowhere", "secret", secret, "C0000000001"} {
		_, err := s.p.Place(t.Context(), name)
		_ = classed(t, err, chat.Missing)
	}
}
