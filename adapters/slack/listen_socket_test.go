package slack_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func says(words string) func(chat.Request) chat.Answer {
	return func(chat.Request) chat.Answer { return chat.Answer{Message: text(words)} }
}

func TestAHalfOpenSocketIsGivenUp(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, func(c *slack.Config) { c.Silence = 30 * time.Millisecond })
	s.says(says("here"))
	_, ever := s.Sockets()
	s.HalfOpen()
	s.AwaitSockets(ever + 1)
	for range 5 { // With a silence as short as this the socket may be changed at any moment.
		if reply := s.Type(s.ana, s.room, "/incident list"); reply.Failure == "" {
			return
		}
	}
	require.Fail(t, "nothing is heard after a half-open socket")
}

func TestPingsKeepASocketAlive(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, func(c *slack.Config) { c.Silence = 10 * time.Second })
	for range 5 {
		s.now.add(6 * time.Second)
		s.Wake()
	}
	s.Type(s.ana, s.room, "/incident list")
	_, ever := s.Sockets()
	require.Equal(t, 1, ever)
}

func TestSlackAsksToMove(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.says(says("still here"))
	for i, reason := range []string{"warning", "refresh_requested", "link_disabled"} {
		_, ever := s.Sockets()
		s.Disconnect(reason)
		s.AwaitSockets(ever + 1)
		require.Empty(t, s.Type(s.ana, s.room, "/incident list").Failure, reason)
		require.Len(t, s.Ephemerals(s.ana), i+1, "%s: answered once", reason)
	}
}

func TestWhatNobodyKnowsIsAcknowledged(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.SendRaw(`{"type":"entity_details","envelope_id":"x1","payload":{"type":"odd"},"accepts_response_payload":false}`)
	s.SendRaw(`{"type":"events_api","envelope_id":"x2","payload":{"type":"event_callback","event":{"type":"brand_new","user":["x"]}}}`)
	s.SendRaw(`{"type":"events_api","envelope_id":"x3","payload":"no object"}`)
	s.SendRaw(`{"type":"interactive","envelope_id":"x4","payload":[]}`)
	s.SendRaw(`{"type":"slash_commands","envelope_id":"x5","payload":7}`)
	s.SendRaw(`{"type":"block_suggestion"}`)
	s.AwaitAcks("x1", "x2", "x3", "x4", "x5")
	require.Empty(t, s.all())
	require.Empty(t, s.Type(s.ana, s.room, "/incident list").Failure, "and the socket lives on")
}

func TestEventsOfAGapComeLater(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.must(s.post("1/1/0", "the card"))
	ts := s.Say(s.ana, s.room, "restarted db-2")
	s.quiet()
	_, ever := s.Sockets()
	s.HalfOpen()
	s.React(s.ben, s.room, ts, "pushpin")
	s.now.add(4 * time.Second)
	s.Wake() // Slack notices that nobody acknowledges, and tries again at once, into the void
	s.DropSockets()
	s.AwaitSockets(ever + 1)
	s.now.add(10 * time.Minute)
	s.Wake()
	s.quiet()
	var deliveries []string
	for _, r := range s.all() {
		if r.Kind == chat.Reacted {
			require.Equal(t, "restarted db-2", r.On.Text)
			deliveries = append(deliveries, r.Delivery)
		}
	}
	require.NotEmpty(t, deliveries, "found by looking, or sent again")
	for _, d := range deliveries {
		require.Equal(t, deliveries[0], d, "however it came, it is the same delivery")
	}
}

func TestALargeAnswerGoesAroundTheAcknowledgement(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	s.says(func(chat.Request) chat.Answer {
		var m chat.Message
		for range 40 {
			m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Fields, Fields: []chat.Field{{Label: "L", Value: []chat.Span{{Kind: chat.Bold, Text: strings.Repeat("語", 180)}}}}})
		}
		return chat.Answer{Message: m}
	})
	require.Empty(t, s.Type(s.ana, s.room, "/incident list").Failure)
	s.quiet()
	seen := s.Ephemerals(s.ana)
	require.Len(t, seen, 1)
	require.Equal(t, "response_url", seen[0].Via)
}

func TestNobodyAnswersBeforeTheBotIsReady(t *testing.T) {
	t.Parallel()
	s := prepare(t, slacktest.Options{}, nil)
	require.Equal(t, "dispatch_failed", s.Type(s.ana, s.room, "/incident list").Failure, "no socket yet")
	s.run()
	<-s.ready
	require.NoError(t, s.end())
	require.NotEmpty(t, s.Type(s.ana, s.room, "/incident list").Failure, "no socket any more")
}

func TestWhatIsBeingHeardIsAcknowledgedWhenTheBotStops(t *testing.T) {
	t.Parallel()
	s := play(t, slacktest.Options{}, nil)
	heard, proceed := make(chan struct{}), make(chan struct{})
	s.says(func(chat.Request) chat.Answer {
		close(heard)
		<-proceed
		return chat.Answer{Message: text("done all the same")}
	})
	reply := s.TypeAsync(s.ana, s.room, "/incident ack")
	<-heard
	stopped := make(chan error, 1)
	go func() { stopped <- s.end() }()
	close(proceed)
	require.Empty(t, reply.Wait().Failure)
	require.NoError(t, <-stopped)
	require.Equal(t, "done all the same", s.Ephemerals(s.ana)[0].Plain())
}
