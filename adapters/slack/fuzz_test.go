package slack_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func offline(t testing.TB) *slack.Platform {
	t.Helper()
	p, err := slack.New(slack.Config{
		BotToken: "xoxb-1", SigningSecret: "s", APIURL: "http://127.0.0.1:1/", Now: func() time.Time { return at },
	})
	require.NoError(t, err)
	return p
}

func FuzzReadText(f *testing.F) {
	for _, seed := range []string{"<@U0ANA|ana> &lt;x&gt;", "<!here|x>", "<https://a|b>", "<<>><", "<!date^1^{time}|x>", "&amp;amp;", "<#C1|>"} {
		f.Add(seed)
	}
	p := offline(f)
	f.Fuzz(func(t *testing.T, text string) {
		words, people := p.ReadText(text)
		for _, m := range people {
			require.Contains(t, words, m.Token)
		}
		if !strings.ContainsAny(text, "<&\u2060") {
			require.Equal(t, text, words, "what is no markup stays as it is")
		}
	})
}

// Whatever a signed request holds, the handler answers it and lives on.
func FuzzHandler(f *testing.F) {
	f.Add("/slack/event", `{"type":"event_callback","event":{"type":"reaction_added","user":"U1","reaction":"pushpin","item":{"type":"message","channel":"C1","ts":"1.2"}}}`)
	f.Add("/slack/event", `{"type":"event_callback","event":{"type":"message","subtype":"message_changed","channel":"C1","message":{"ts":"1.2"}}}`)
	f.Add("/slack/event", `{"type":"event_callback","event":{"type":"user_change","user":{"id":"U1"}}}`)
	f.Add("/slack/action", `payload={"type":"block_actions","actions":[{"action_id":"a:0"}],"container":{"message_ts":"1"}}`)
	f.Add("/slack/action", `payload={"type":"view_submission","view":{"private_metadata":"{","state":{"values":{"a":{"b":{"selected_option":null}}}}}}`)
	f.Add("/slack/action", `payload={"type":"message_action","callback_id":"timeline_add","message":null}`)
	f.Add("/slack/command", "command=/incident&text=x&user_id=U1&channel_id=D1")
	s := slacktest.New(f, slacktest.Options{})
	p := offline(f)
	f.Fuzz(func(t *testing.T, path, body string) {
		if path != "/slack/event" && path != "/slack/action" && path != "/slack/command" {
			return
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		s.SigningSecret = "s"
		s.Sign(r.Header, []byte(body), at)
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, r)
		require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusServiceUnavailable}, w.Code)
		p.Quiesce()
	})
}

// pieces are what makes trouble in a message.
var pieces = []string{
	"words ", "<!channel>", "@here", "*b*", "_i_", "`c`", "\n", "&", "<", ">", "é", "😀", "https://evil.example ", "|", "\x00", strings.Repeat("long ", 700), ":tada:", "",
}

func drawSpans(t *rapid.T) []chat.Span {
	kinds := []chat.SpanKind{chat.Words, chat.Bold, chat.Code, chat.Person, chat.Group, chat.Link, chat.Room, chat.Clock}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) chat.Span {
		return chat.Span{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Text: strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4).Draw(t, "text"), ""),
			User: rapid.SampledFrom([]chat.UserID{"", "U0ANA", "S0ARCH", "<!here>"}).Draw(t, "user"), Room: rapid.SampledFrom([]chat.RoomID{"", "C0000000013", "x"}).Draw(t, "room"),
			URL: rapid.SampledFrom([]string{"", "https://good.example/?a=1&b", "javascript:x", "https://a|b>"}).Draw(t, "url"), Time: rapid.SampledFrom([]time.Time{{}, at}).Draw(t, "time"),
		}
	}), 0, 4).Draw(t, "spans")
}

func drawBlock(t *rapid.T) chat.Block {
	b := chat.Block{Kind: rapid.SampledFrom([]chat.BlockKind{chat.Heading, chat.Text, chat.Small, chat.Quote, chat.Fields, chat.List, chat.Buttons}).Draw(t, "block")}
	n := rapid.IntRange(0, 30).Draw(t, "n")
	b.Spans = drawSpans(t)
	value := drawSpans(t)
	for range n {
		b.Fields = append(b.Fields, chat.Field{Label: rapid.SampledFrom(pieces).Draw(t, "label"), Value: value})
		b.Items = append(b.Items, value)
		b.Buttons = append(b.Buttons, chat.Button{Action: "run", Label: rapid.SampledFrom(pieces).Draw(t, "button")})
	}
	return b
}

// Whatever a message holds, Slack takes its richest form, and no button is lost.
func TestEveryMessageIsTaken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := chat.Message{Tone: rapid.SampledFrom([]chat.Tone{"", chat.Good}).Draw(t, "tone"), Blocks: rapid.SliceOfN(rapid.Custom(drawBlock), 0, 8).Draw(t, "blocks")}
		buttons := 0
		for _, b := range m.Blocks {
			if b.Kind == chat.Buttons {
				buttons += len(b.Buttons)
			}
		}
		for i, form := range slack.Render(m) {
			if form.Blocks == nil {
				continue
			}
			blocks := plainJSON(form.Blocks)
			require.Empty(t, slacktest.CheckBlocks(blocks), "form %d", i)
			require.LessOrEqual(t, slacktest.Weight(blocks), 12_000, "form %d", i)
			require.Equal(t, buttons, countButtons(blocks), "form %d", i)
		}
	})
}

func plainJSON(v any) []any {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var blocks []any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		panic(err)
	}
	return blocks
}

func countButtons(blocks []any) int {
	n := 0
	for _, b := range blocks {
		if o := b.(map[string]any); o["type"] == "actions" {
			n += len(o["elements"].([]any))
		}
	}
	return n
}
