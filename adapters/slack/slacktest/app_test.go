package slacktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

// app is the smallest app there is, in HTTP mode.
type app struct {
	*bundle
	mu     sync.Mutex
	got    []seen
	answer func(seen) (int, string)
}

// seen is one request of Slack.
type seen struct {
	path, body string
	header     http.Header
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s := seen{r.URL.Path, string(body), r.Header}
	a.mu.Lock()
	a.got = append(a.got, s)
	answer := a.answer
	a.mu.Unlock()
	if answer == nil {
		return
	}
	status, text := answer(s)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func (a *app) answers(answer func(seen) (int, string)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = answer
}

// events are the requests at the address of events so far.
func (a *app) events() []seen {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []seen
	for _, s := range a.got {
		if s.path == "/slack/event" {
			found = append(found, s)
		}
	}
	return found
}

func serve(t *testing.T, opts slacktest.Options) *app {
	t.Helper()
	a := &app{bundle: setup(t, opts)}
	front := httptest.NewServer(a)
	t.Cleanup(front.Close)
	a.DeliverTo(front.URL)
	return a
}

func TestEventsAreRetriedThreeTimes(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	a.answers(func(seen) (int, string) { return http.StatusInternalServerError, "" })
	a.Say(a.ana, a.room, "hello & <goodbye>")
	a.Settle()
	require.Len(t, a.events(), 2, "at once, and at once again")
	a.clock.add(time.Minute)
	a.Wake()
	a.Settle()
	require.Equal(t, a.clock.now().Add(5*time.Minute), a.NextWake())
	a.clock.add(5 * time.Minute)
	a.Wake()
	a.Settle()
	a.clock.add(time.Hour)
	a.Wake()
	a.Settle()
	all := a.events()
	require.Len(t, all, 4)
	require.Empty(t, all[0].header.Get("X-Slack-Retry-Num"))
	require.Equal(t, "3", all[3].header.Get("X-Slack-Retry-Num"))
	require.Equal(t, "http_error", all[3].header.Get("X-Slack-Retry-Reason"))
	require.Equal(t, all[0].body, all[3].body)
	var e struct {
		EventID string `json:"event_id"`
		Event   struct {
			Text string `json:"text"`
		} `json:"event"`
	}
	require.NoError(t, json.Unmarshal([]byte(all[0].body), &e))
	require.Equal(t, "hello &amp; &lt;goodbye&gt;", e.Event.Text, "entities are encoded")
	require.Equal(t, slacktest.Lost, a.Deliveries()[0].State)
	a.Redeliver(e.EventID)
	a.Settle()
	require.Len(t, a.events(), 5, "on demand once more")
}

// The vector is of Slack's documentation.
func TestRequestsAreSigned(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	header := http.Header{}
	a.Sign(header, []byte(body), time.Unix(1531420618, 0))
	require.Equal(t, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503", header.Get("X-Slack-Signature"))
	a.Type(a.ana, a.room, "/incident list")
	a.Sign(header, []byte(a.got[0].body), a.clock.now())
	require.Equal(t, header.Get("X-Slack-Signature"), a.got[0].header.Get("X-Slack-Signature"))
}

func TestCommandsAreNotRepeatedAndTheirFailureIsSeen(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	a.answers(func(seen) (int, string) {
		a.clock.add(4 * time.Second)
		return http.StatusOK, "late"
	})
	require.Equal(t, "operation_timeout", a.Type(a.ana, a.room, "/incident list").Failure)
	require.Empty(t, a.Ephemerals(a.ana))
	a.answers(func(seen) (int, string) { return http.StatusOK, "in time" })
	require.Empty(t, a.Type(a.ana, a.room, "/incident list").Failure)
	require.Equal(t, "in time", a.Ephemerals(a.ana)[0].Plain())
	a.answers(func(seen) (int, string) { return http.StatusOK, `{"response_type":"in_channel","text":"for all"}` })
	a.Type(a.ana, a.room, "/incident list")
	require.Equal(t, "for all", a.Messages(a.room)[0].Plain())
	a.Settle()
	require.Len(t, a.got, 4, "three commands, and the event of what was said for all")
	require.Contains(t, a.Type(a.ana, a.room, "/other").Failure, "not a valid command")
}

func TestOnlyWhatIsSubscribedIsSent(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{Events: []string{"message.channels"}})
	ts := a.Say(a.ana, a.room, "hi")
	a.React(a.ana, a.room, ts, "eyes")
	a.Say(a.ana, a.AddChannel("elsewhere", false, a.ana), "the bot is not here")
	a.Say(a.ana, a.AddChannel("secret", true, a.ana, a.BotUser), "not subscribed to private ones")
	a.Settle()
	require.Len(t, a.events(), 1)
}

// hook is the response_url of the newest command.
func (a *app) hook(t *testing.T) string {
	t.Helper()
	a.Type(a.ana, a.room, "/incident list")
	a.mu.Lock()
	defer a.mu.Unlock()
	for part := range strings.SplitSeq(a.got[len(a.got)-1].body, "&") {
		if address, ok := strings.CutPrefix(part, "response_url="); ok {
			return strings.NewReplacer("%3A", ":", "%2F", "/").Replace(address)
		}
	}
	require.Fail(t, "no response_url")
	return ""
}

func TestResponseURLsLiveHalfAnHourAndFiveUses(t *testing.T) {
	t.Parallel()
	a := serve(t, slacktest.Options{})
	address := a.hook(t)
	respond := func(options ...slack.MsgOption) error {
		_, _, err := a.api.PostMessage("", append(options, slack.MsgOptionResponseURL(address, "ephemeral"))...)
		return err
	}
	require.NoError(t, respond(slack.MsgOptionText("only you", false)))
	require.Equal(t, "only you", a.Ephemerals(a.ana)[0].Plain())
	require.ErrorContains(t, respond(slack.MsgOptionText("x", false), slack.MsgOptionBlocks(raw(`{"type":"sparkle"}`))), "400", "block errors are a bare code")
	for range 3 {
		require.NoError(t, respond(slack.MsgOptionText("again", false)))
	}
	require.Error(t, respond(slack.MsgOptionText("once too often", false)))
	require.Len(t, a.Ephemerals(a.ana), 4)
	address = a.hook(t)
	a.clock.add(31 * time.Minute)
	require.Error(t, respond(slack.MsgOptionText("too late", false)))
}

// dial opens a socket as a client would.
func dial(t *testing.T, b *bundle) *websocket.Conn {
	t.Helper()
	_, address, err := b.api.StartSocketModeContext(t.Context())
	require.NoError(t, err)
	ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil) //nolint:bodyclose // the connection takes it over
	require.NoError(t, err)
	t.Cleanup(func() { _ = ws.Close() })
	var hello map[string]any
	require.NoError(t, ws.ReadJSON(&hello))
	require.Equal(t, "hello", hello["type"])
	_, _, err = websocket.DefaultDialer.DialContext(t.Context(), address, nil) //nolint:bodyclose // the handshake is refused
	require.Error(t, err, "a ticket works once")
	return ws
}

func next(t *testing.T, ws *websocket.Conn) map[string]any {
	t.Helper()
	var frame map[string]any
	require.NoError(t, ws.ReadJSON(&frame))
	return frame
}

func TestWhatIsNotAcknowledgedComesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{Events: []string{"message.channels"}})
	ws := dial(t, b)
	b.Say(b.ana, b.room, "hello")
	first := next(t, ws)
	require.Equal(t, "events_api", first["type"])
	require.Equal(t, false, first["accepts_response_payload"])
	b.clock.add(4 * time.Second)
	b.Wake()
	second := next(t, ws)
	require.NotEqual(t, first["envelope_id"], second["envelope_id"])
	require.EqualValues(t, 1, second["retry_attempt"])
	require.Equal(t, "timeout", second["retry_reason"])
	require.NoError(t, ws.WriteJSON(map[string]any{"envelope_id": second["envelope_id"], "payload": map[string]any{"text": "ignored"}}))
	b.Settle()
	require.Equal(t, slacktest.Acked, b.Deliveries()[0].State)
}

func TestALargeAcknowledgementIsDropped(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	ws := dial(t, b)
	reply := b.TypeAsync(b.ana, b.room, "/incident list")
	frame := next(t, ws)
	require.Equal(t, true, frame["accepts_response_payload"])
	require.NoError(t, ws.WriteJSON(map[string]any{"envelope_id": frame["envelope_id"], "payload": map[string]any{"text": strings.Repeat("x", 20_000)}}))
	b.clock.add(4 * time.Second)
	b.Wake()
	require.Equal(t, "timeout", reply.Wait().Failure)
}

func TestAnAcknowledgementOnAnotherConnection(t *testing.T) {
	t.Parallel()
	for _, loose := range []bool{true, false} {
		b := setup(t, slacktest.Options{LooseAcks: loose})
		one, two := dial(t, b), dial(t, b)
		conns := map[bool]*websocket.Conn{}
		reply := b.TypeAsync(b.ana, b.room, "/incident list")
		frames := make(chan map[string]any, 1)
		for first, ws := range map[bool]*websocket.Conn{true: one, false: two} {
			conns[first] = ws
			go func() {
				var frame map[string]any
				if ws.ReadJSON(&frame) == nil {
					frame["first"] = first
					frames <- frame
				}
			}()
		}
		frame := <-frames
		other := conns[!frame["first"].(bool)]
		require.NoError(t, other.WriteJSON(map[string]any{"envelope_id": frame["envelope_id"]}))
		if !loose {
			b.AwaitAcks(frame["envelope_id"].(string))
			b.clock.add(4 * time.Second)
			b.Wake()
		}
		require.Equal(t, loose, reply.Wait().Failure == "", "unverified, so both must be lived with")
	}
}

func TestAnAppHasTenSocketsAtMost(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	for range 10 {
		dial(t, b)
	}
	open, ever := b.Sockets()
	require.Equal(t, 10, open)
	require.Equal(t, 10, ever)
	_, address, err := b.api.StartSocketModeContext(t.Context())
	require.NoError(t, err)
	ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil) //nolint:bodyclose // the connection takes it over
	require.NoError(t, err)
	defer ws.Close()
	require.Equal(t, "too_many_websockets", next(t, ws)["reason"])
}
