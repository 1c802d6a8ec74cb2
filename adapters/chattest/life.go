package chattest

import (
	"sync"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

var lifePromises = []promise{
	{"run", "Run calls ready once, when requests arrive and actions work, and returns nil when its context ends", checkRun},
	{"name", "a platform has a name, the same before, while and after it runs", checkName},
	{"reconnect", "after its connection breaks the platform comes back by itself and hears people again", checkReconnect},
	{"redelivered", "a request that is delivered twice is heard with the same delivery id", checkRedelivered},
	{"deliveries", "every request has a delivery id of its own", checkDeliveries},
	{"stuck action", "people are answered while an action hangs, and a hanging action ends with its context, unsure", checkStuckAction},
	{"side by side", "actions and requests at the same time do not get into each other's way", checkSideBySide},
}

func checkRun(s *stage) {
	s.post("general", text("at work"))
	s.hearer.says(text("heard"))
	requireReads(s, "heard", s.world.Type(s, "ana", "general", "/incident help").Text, "what is typed after ready is answered")
	require.NoError(s, s.stop(), "Run returns nil when its context ends")
	require.EqualValues(s, 1, s.readies.Load(), "ready is called once")
}

func checkName(s *stage) {
	name := s.platform.Name()
	require.NotEmpty(s, name)
	require.NoError(s, s.stop())
	require.Equal(s, name, s.platform.Name())
}

func checkReconnect(s *stage) {
	w, ok := s.world.(Cuttable)
	if !ok {
		s.Skip("this world's connection cannot be cut")
	}
	s.hearer.says(text("still here"))
	for range 2 {
		w.Cut(s)
		requireReads(s, "still here", s.world.Type(s, "ana", "general", "/incident list").Text, "after a cut")
		s.hearer.next(s, chat.Typed)
		s.post("general", text("said after a cut"))
	}
	require.EqualValues(s, 1, s.readies.Load(), "ready is called once, however often the connection breaks")
}

func checkRedelivered(s *stage) {
	w, ok := s.world.(Redelivers)
	if !ok {
		s.Skip("this world delivers once")
	}
	s.world.Type(s, "ana", "general", "/incident list")
	first := s.hearer.next(s, chat.Typed)
	w.Redeliver(s)
	second := s.hearer.next(s, chat.Typed)
	require.Equal(s, first.Delivery, second.Delivery)
	require.Equal(s, first.Text, second.Text)
}

func checkDeliveries(s *stage) {
	s.post("general", withButtons("ready", chat.Button{Action: "ack", Value: "1", Label: "Acknowledge"}))
	s.world.Type(s, "ana", "general", "/incident list")
	s.world.Type(s, "ana", "general", "/incident list")
	s.world.Press(s, "ana", "general", "Acknowledge")
	s.world.Press(s, "ana", "general", "Acknowledge")
	s.world.Press(s, "ben", "general", "Acknowledge")
	s.world.Say(s, "ana", "general", "look at this")
	s.world.React(s, "ana", "general", "look at this", "pushpin")
	s.world.React(s, "ben", "general", "look at this", "pushpin")
	seen := map[string]bool{}
	kinds := []chat.RequestKind{chat.Typed, chat.Typed, chat.Pressed, chat.Pressed, chat.Pressed, chat.Reacted, chat.Reacted}
	for _, kind := range kinds {
		r := s.hearer.next(s, kind)
		require.NotEmpty(s, r.Delivery, "%s has a delivery id", kind)
		require.False(s, seen[r.Delivery], "delivery %q is used twice", r.Delivery)
		seen[r.Delivery] = true
	}
}

func checkStuckAction(s *stage) {
	room := s.room("general")
	s.fault(Fault{Verb: chat.Post, Kind: Hang})
	ctx, cancel := cancelable(s)
	failed := make(chan error, 1)
	go func() {
		_, err := s.platform.Do(ctx, chat.Action{Key: s.key(), Verb: chat.Post, Room: room, Body: text("stuck")}, false)
		failed <- err
	}()
	s.hearer.says(text("prompt"))
	requireReads(s, "prompt", s.world.Type(s, "ana", "general", "/incident list").Text, "an answer while an action hangs")
	cancel()
	select {
	case err := <-failed:
		s.classed(err, chat.Unsure, chat.Temporary)
	case <-s.soon():
		require.FailNow(s, "a hanging action does not end with its context")
	}
}

func checkSideBySide(s *stage) {
	s.hearer.says(text("yes"))
	channels := []string{"general", "incidents", "status", "leadership"}
	rooms := make([]chat.RoomID, len(channels))
	for i, channel := range channels {
		rooms[i] = s.room(channel)
	}
	var posts sync.WaitGroup
	failed := make(chan error, 3*len(rooms))
	for _, room := range rooms {
		for range 3 {
			key := s.key()
			posts.Go(func() {
				_, err := s.platform.Do(s.Context(), chat.Action{Key: key, Verb: chat.Post, Room: room, Body: text("side by side")}, false)
				failed <- err
			})
		}
	}
	for range 3 {
		requireReads(s, "yes", s.world.Type(s, "ana", "general", "/incident list").Text, "an answer while others post")
	}
	posts.Wait()
	close(failed)
	for err := range failed {
		require.NoError(s, err)
	}
	for _, channel := range channels {
		require.Len(s, s.holding(channel, "side by side"), 3, channel)
	}
}

var lookupPromises = []promise{
	{"person", "Person finds people by id and by handle and says who they are, in which language and zone, and whether they are a bot", checkPerson},
	{"nobody", "Person answers missing for somebody who is not there", checkNobody},
	{"place", "Place finds channels by id and by name, rooms that the bot opened included, and answers missing for what is not there", checkPlace},
}

func checkPerson(s *stage) {
	ana := s.person("ana")
	require.Equal(s, s.user("ana"), ana.ID)
	require.NotEmpty(s, ana.Handle)
	require.NotContains(s, ana.Handle, "@", "a handle comes without its @")
	require.NotEmpty(s, ana.Name)
	require.False(s, ana.Bot)
	if ana.Locale != "" {
		tag, err := language.Parse(ana.Locale)
		require.NoError(s, err, "the locale is BCP 47")
		base, _ := tag.Base()
		require.Equal(s, "pt", base.String(), "ana reads Portuguese")
	}
	requireZone(s, ana.Zone)
	for _, handle := range []string{ana.Handle, "@" + ana.Handle} {
		same, err := s.platform.Person(s.Context(), handle)
		require.NoError(s, err, "look up %q", handle)
		require.Equal(s, ana, same)
	}
	require.True(s, s.person("robot").Bot, "robot is a bot")
}

func checkNobody(s *stage) {
	for _, handle := range []string{"nobody-of-that-name", "@", ""} {
		_, err := s.platform.Person(s.Context(), handle)
		s.classed(err, chat.Missing)
	}
}

func checkPlace(s *stage) {
	_, opened := s.open("inc-7-checkout-down")
	for _, name := range []string{"incidents", "general", opened} {
		id := s.room(name)
		for _, handle := range []string{name, "#" + name, string(id)} {
			found, err := s.platform.Place(s.Context(), handle)
			require.NoError(s, err, "look up %q", handle)
			require.Equal(s, id, found)
		}
	}
	for _, name := range []string{"no-such-channel", ""} {
		_, err := s.platform.Place(s.Context(), name)
		s.classed(err, chat.Missing)
	}
}
