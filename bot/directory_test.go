package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func someDirectory() *directory {
	return newDirectory([]Person{
		{ID: "ana", Handles: map[chat.Name]string{"slack": "U0ANA", "room": "ana"}},
		{ID: "ben", Name: "Ben Ny", Handles: map[chat.Name]string{"slack": "@Ben", "room": "ben"}},
	}, store.NewMemory())
}

func TestWhoIsWho(t *testing.T) {
	t.Parallel()
	d := someDirectory()
	for _, c := range []struct {
		name     string
		platform chat.Name
		user     chat.User
		want     stream.Person
	}{
		{"by an id in the config", "slack", chat.User{ID: "U0ANA", Handle: "a.b", Name: "Ana B"}, stream.Person{ID: "ana", Name: "Ana B"}},
		{"by a handle in the config", "slack", chat.User{ID: "U0BEN", Handle: "ben", Name: "benny"}, stream.Person{ID: "ben", Name: "Ben Ny"}},
		{"on another platform", "room", chat.User{ID: "7", Handle: "ana"}, stream.Person{ID: "ana", Name: "ana"}},
		{"not in the config", "slack", chat.User{ID: "U9", Name: "Uma"}, stream.Person{ID: "slack/U9", Name: "Uma"}},
		{"nothing but an id", "slack", chat.User{ID: "U8"}, stream.Person{ID: "slack/U8", Name: "U8"}},
		{"a config id is no handle", "mattermost", chat.User{ID: "x", Handle: "ana"}, stream.Person{ID: "mattermost/x", Name: "ana"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, d.who(c.platform, c.user))
		})
	}
}

func TestAHandleThatWasLookedUpCannotBeTaken(t *testing.T) {
	t.Parallel()
	d := someDirectory()
	d.learn("ben", "slack", "@Ben", chat.User{ID: "U0BEN", Name: "Ben"})
	require.Equal(t, "slack/U666", d.who("slack", chat.User{ID: "U666", Handle: "ben"}).ID, "somebody calls themselves ben")
	require.Equal(t, "ben", d.who("slack", chat.User{ID: "U0BEN", Handle: "renamed"}).ID)
	user, ok := d.account("slack", "ben")
	require.True(t, ok)
	require.Equal(t, chat.UserID("U0BEN"), user)
}

func TestNamesOutliveTheProcess(t *testing.T) {
	t.Parallel()
	journal := store.NewMemory()
	d := newDirectory(nil, journal)
	link, news := d.remember(stream.Person{ID: "slack/U9", Name: "Uma"})
	require.True(t, news)
	_, news = d.remember(stream.Person{ID: "slack/U9", Name: "Uma"})
	require.False(t, news, "written once")
	_, err := journal.Commit(t.Context(), store.Commit{Stream: "x", Links: []store.Link{link}})
	require.NoError(t, err)
	next := newDirectory(nil, journal)
	require.NoError(t, next.read(t.Context()))
	require.Equal(t, "Uma", next.who("slack", chat.User{ID: "U9"}).Name)
}

func TestWhoWasNotFoundIsAskedForAgainLater(t *testing.T) {
	t.Parallel()
	d := someDirectory()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	_, ask := d.handle("slack", "ben", now)
	require.True(t, ask)
	d.missed("slack", "@Ben", now.Add(absence))
	_, ask = d.handle("slack", "ben", now.Add(absence-1))
	require.False(t, ask)
	_, ask = d.handle("slack", "ben", now.Add(absence))
	require.True(t, ask)
	_, ask = d.handle("mattermost", "ben", now)
	require.False(t, ask, "there is nothing to ask for")
}

func TestRosterNamesPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	roster := w.roster()
	require.Equal(t, []stream.Person{{ID: "ana", Name: "ana"}}, roster["infrastructure-maintainer"])
	require.NoError(t, w.warm(t.Context(), "room"))
	require.Equal(t, []stream.Person{{ID: "ana", Name: "Ana"}}, w.roster()["infrastructure-maintainer"], "as the platform calls them")
	require.Equal(t, []stream.Person{{ID: "gus", Name: "Gus"}}, w.roster()["studio-producer"], "as the config calls them")
}

func TestWarmingLooksEverythingUpOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.warm(t.Context(), "room"))
	looked := w.chat.lookups
	require.Equal(t, 8, looked, "five people and three channels")
	require.NoError(t, w.warm(t.Context(), "room"))
	require.Equal(t, looked, w.chat.lookups)
}

func TestZones(t *testing.T) {
	t.Parallel()
	var z zones
	paris, ok := z.load("Europe/Paris")
	require.True(t, ok)
	same, ok := z.load("Europe/Paris")
	require.True(t, ok)
	require.Same(t, paris, same)
	for _, bad := range []string{"", "Mars/Olympus"} {
		_, ok = z.load(bad)
		require.False(t, ok)
	}
}
