package slack_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func serve(t *testing.T) (*stage, string) {
	t.Helper()
	s := prepare(t, slacktest.Options{}, func(c *slack.Config) {
		c.AppToken, c.SigningSecret = "", "8f742231b10e8888abcd99yyyzzz85a5"
	})
	front := httptest.NewServer(s.p.Handler())
	t.Cleanup(front.Close)
	s.DeliverTo(front.URL)
	return s, front.URL
}

func TestSlackIsAskedToComeAgainBeforeTheBotIsReady(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.Type(s.ana, s.room, "/incident list")
	require.Contains(t, s.Ephemerals(s.ana)[0].Plain(), "just starting")
	ts := s.Say(s.ana, s.room, "look")
	s.React(s.ana, s.room, ts, "pushpin")
	s.Settle()
	s.run()
	<-s.ready
	s.now.add(time.Minute)
	s.Wake()
	s.quiet()
	require.Len(t, s.all(), 1)
	require.Equal(t, chat.Reacted, s.all()[0].Kind, "the event came again")
}

// send is a request as anybody could make it.
func send(t *testing.T, address, body string, header http.Header) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	req.Header = header
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}

func TestForgeriesAreTurnedAway(t *testing.T) {
	t.Parallel()
	s, base := serve(t)
	s.run()
	<-s.ready
	body := url.Values{"command": {"/incident"}, "text": {"resolve done"}, "user_id": {s.ana}, "channel_id": {s.room}, "trigger_id": {"1"}}.Encode()
	sign := func(at time.Time, of string) http.Header {
		h := http.Header{}
		s.Sign(h, []byte(of), at)
		return h
	}
	for name, header := range map[string]http.Header{
		"unsigned": {}, "other body": sign(s.now.now(), body+"&text=close"), "too old": sign(s.now.now().Add(-301*time.Second), body),
		"from the future": sign(s.now.now().Add(301*time.Second), body), "no time": {"X-Slack-Signature": {"v0=00"}},
	} {
		status, answer := send(t, base+"/slack/command", body, header)
		require.Equal(t, http.StatusUnauthorized, status, name)
		require.NotContains(t, answer, "secret", name)
	}
	require.Empty(t, s.all())
	status, _ := send(t, base+"/slack/command", body, sign(s.now.now().Add(-299*time.Second), body))
	require.Equal(t, http.StatusOK, status)
	require.Len(t, s.all(), 1)
}

func TestTheSignatureOfTheDocumentation(t *testing.T) {
	t.Parallel()
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	p, err := slack.New(slack.Config{
		BotToken: "xoxb-1", SigningSecret: "8f742231b10e8888abcd99yyyzzz85a5", Now: func() time.Time { return time.Unix(1531420618, 0) },
	})
	require.NoError(t, err)
	for signature, want := range map[string]int{
		"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503": http.StatusOK,
		"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b504": http.StatusUnauthorized,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/slack/command", strings.NewReader(body))
		r.Header.Set("X-Slack-Request-Timestamp", "1531420618")
		r.Header.Set("X-Slack-Signature", signature)
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, r)
		require.Equal(t, want, w.Code)
	}
}

func TestOddRequestsOfSlack(t *testing.T) {
	t.Parallel()
	s, base := serve(t)
	s.run()
	<-s.ready
	signed := func(path, body string) (int, string) {
		h := http.Header{}
		s.Sign(h, []byte(body), s.now.now())
		return send(t, base+path, body, h)
	}
	status, answer := signed("/slack/event", `{"type":"url_verification","challenge":"abc"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "abc", answer)
	status, _ = signed("/slack/command", "ssl_check=1")
	require.Equal(t, http.StatusOK, status)
	status, _ = signed("/slack/event", `{"type":"event_callback","event_id":"Ev1","event":{"type":"brand_new"}}`)
	require.Equal(t, http.StatusOK, status, "what is not known is acknowledged, or it would come again")
	status, _ = signed("/slack/event", `{`)
	require.Equal(t, http.StatusBadRequest, status)
	status, _ = signed("/slack/action", `payload=%7B`)
	require.Equal(t, http.StatusBadRequest, status)
	status, _ = signed("/slack/action", `payload=`+strings.Repeat("x", 2<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Empty(t, s.all())
}

func TestAReplayIsTheSameDelivery(t *testing.T) {
	t.Parallel()
	s, _ := serve(t)
	s.run()
	<-s.ready
	s.Type(s.ana, s.room, "/incident ack")
	all := s.Deliveries()
	s.Redeliver(all[len(all)-1].ID)
	s.quiet()
	require.Len(t, s.all(), 2)
	require.Equal(t, s.all()[0].Delivery, s.all()[1].Delivery)
}
