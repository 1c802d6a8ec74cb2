package slacktest_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
)

// raw is a block that is exactly the JSON it was made of.
type raw string

func (r raw) BlockType() slack.MessageBlockType { return "raw" }
func (r raw) ID() string                        { return "" }
func (r raw) MarshalJSON() ([]byte, error)      { return []byte(r), nil }

func post(b *bundle, options ...slack.MsgOption) (string, error) {
	_, ts, err := b.api.PostMessage(b.room, options...)
	return ts, err
}

func TestTimestampsAreUniqueWhenTimeStandsStill(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	first, err := post(b, slack.MsgOptionText("one", false))
	require.NoError(t, err)
	second, err := post(b, slack.MsgOptionText("two", false))
	require.NoError(t, err)
	require.Equal(t, "1772442000.000000", first)
	require.Equal(t, "1772442000.000001", second)
	_, err = post(b)
	require.Equal(t, "no_text", code(t, err))
}

func TestLongTextIsCutWhenPostedAndRefusedWhenUpdated(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	ts, err := post(b, slack.MsgOptionText(strings.Repeat("ü", 40_001), false))
	require.NoError(t, err)
	require.Len(t, []rune(b.Messages(b.room)[0].Text), 40_000)
	_, _, _, err = b.api.UpdateMessage(b.room, ts, slack.MsgOptionText(strings.Repeat("ü", 2001), false))
	require.Equal(t, "msg_too_long", code(t, err), "4,002 bytes")
	_, _, _, err = b.api.UpdateMessage(b.room, ts, slack.MsgOptionText(strings.Repeat("ü", 2000), false))
	require.NoError(t, err)
}

func TestUpdatesKeepWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	meta := slack.SlackMetadata{EventType: "sitrep", EventPayload: map[string]any{"key": "42-1-1"}}
	block := raw(`{"type":"section","text":{"type":"mrkdwn","text":"first"}}`)
	ts, err := post(b, slack.MsgOptionText("first", false), slack.MsgOptionBlocks(block), slack.MsgOptionMetadata(meta))
	require.NoError(t, err)
	update := func(options ...slack.MsgOption) slacktest.Message {
		_, _, _, err := b.api.UpdateMessage(b.room, ts, options...)
		require.NoError(t, err)
		return b.Messages(b.room)[0]
	}
	require.Empty(t, update(slack.MsgOptionText("second", false)).Blocks, "text alone removes the blocks")
	m := update(slack.MsgOptionText("third", false), slack.MsgOptionBlocks(block))
	require.Equal(t, []string{"first"}, m.Lines)
	require.Equal(t, "42-1-1", m.Metadata["event_payload"].(map[string]any)["key"])

	hers := b.Say(b.ana, b.room, "mine")
	_, _, _, err = b.api.UpdateMessage(b.room, hers, slack.MsgOptionText("x", false))
	require.Equal(t, "cant_update_message", code(t, err))
	_, _, err = b.api.DeleteMessage(b.room, ts)
	require.NoError(t, err)
	_, _, _, err = b.api.UpdateMessage(b.room, ts, slack.MsgOptionText("x", false))
	require.Equal(t, "message_not_found", code(t, err))
}

func TestMetadataIsShownInFullOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	meta := slack.SlackMetadata{EventType: "sitrep", EventPayload: map[string]any{"key": "42-1-1"}}
	_, err := post(b, slack.MsgOptionText("hi", false), slack.MsgOptionMetadata(meta))
	require.NoError(t, err)
	for _, all := range []bool{true, false} {
		h, err := b.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: b.room, IncludeAllMetadata: all})
		require.NoError(t, err)
		require.Equal(t, "sitrep", h.Messages[0].Metadata.EventType)
		require.Equal(t, all, h.Messages[0].Metadata.EventPayload != nil)
	}
	nested := slack.SlackMetadata{EventType: "sitrep", EventPayload: map[string]any{"key": []string{"a"}}}
	_, err = post(b, slack.MsgOptionText("hi", false), slack.MsgOptionMetadata(nested))
	require.Equal(t, "invalid_metadata_schema", code(t, err))
}

func TestPrivateMessagesAreNotKept(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	_, err := b.api.PostEphemeral(b.room, b.ben, slack.MsgOptionText("psst", false))
	require.Equal(t, "user_not_in_channel", code(t, err))
	ts, err := b.api.PostEphemeral(b.room, b.ana, slack.MsgOptionText("psst", false))
	require.NoError(t, err)
	require.Equal(t, "psst", b.Ephemerals(b.ana)[0].Plain())
	require.Empty(t, b.Messages(b.room))
	_, _, _, err = b.api.UpdateMessage(b.room, ts, slack.MsgOptionText("x", false))
	require.Equal(t, "message_not_found", code(t, err))
}

func TestMarksAreIdempotentErrors(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	ref := slack.NewRefToMessage(b.room, b.Say(b.ana, b.room, "look"))
	require.NoError(t, b.api.AddPin(b.room, ref))
	require.Equal(t, "already_pinned", code(t, b.api.AddPin(b.room, ref)))
	items, _, err := b.api.ListPins(b.room)
	require.NoError(t, err)
	require.Len(t, items, 1)
	require.NoError(t, b.api.AddReaction("eyes", ref))
	require.Equal(t, "already_reacted", code(t, b.api.AddReaction("eyes", ref)))
	require.Equal(t, "invalid_name", code(t, b.api.AddReaction("no such", ref)))
	require.Equal(t, []string{"eyes"}, b.Messages(b.room)[0].Reactions)
	link := slack.AddBookmarkParameters{Title: "Runbook", Type: "link", Link: "https://example.org"}
	for range 2 {
		_, err := b.api.AddBookmark(b.room, link)
		require.NoError(t, err, "the same bookmark twice is allowed")
	}
	link.Link = "ftp://example.org"
	_, err = b.api.AddBookmark(b.room, link)
	require.Equal(t, "invalid_link", code(t, err))
	marks, err := b.api.ListBookmarks(b.room)
	require.NoError(t, err)
	require.Len(t, marks, 2)
	url, err := b.api.GetPermalink(&slack.PermalinkParameters{Channel: b.room, Ts: ref.Timestamp})
	require.NoError(t, err)
	require.Contains(t, url, "/archives/"+b.room+"/p")
}

func TestBlocksAreHeldToAClosedSchema(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 3001)
	cases := map[string]struct {
		block string
		want  []string
	}{
		"unknown property":    {`{"type":"divider","text":"x"}`, []string{"invalid additional property: text [json-pointer:/blocks/0]"}},
		"unknown type":        {`{"type":"sparkle"}`, []string{"unsupported type: sparkle [json-pointer:/blocks/0]"}},
		"empty section":       {`{"type":"section"}`, []string{"must define either `text` or `fields` [json-pointer:/blocks/0]"}},
		"missing text":        {`{"type":"header"}`, []string{"missing required field: text [json-pointer:/blocks/0]"}},
		"null elements":       {`{"type":"context","elements":null}`, []string{"must provide an array [json-pointer:/blocks/0/elements]"}},
		"no elements":         {`{"type":"actions","elements":[]}`, []string{"must provide at least 1 items [json-pointer:/blocks/0/elements]"}},
		"header in markup":    {`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, []string{"unsupported type: mrkdwn [json-pointer:/blocks/0/text]"}},
		"emoji on markup":     {`{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, []string{"failed to match all allowed schemas [json-pointer:/blocks/0/text]", "invalid additional property: emoji [json-pointer:/blocks/0/text]"}},
		"long text":           {`{"type":"section","text":{"type":"mrkdwn","text":"` + long + `"}}`, []string{"failed to match all allowed schemas [json-pointer:/blocks/0/text]", "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"}},
		"input in a message":  {`{"type":"input"}`, []string{"unsupported type: input [json-pointer:/blocks/0]"}},
		"style":               {`{"type":"actions","elements":[{"type":"button","action_id":"a","style":"loud","text":{"type":"plain_text","text":"x"}}]}`, []string{"must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"}},
		"same action twice":   {`{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}},{"type":"button","action_id":"a","text":{"type":"plain_text","text":"y"}}]}`, []string{"`action_id` a already exists [json-pointer:/blocks/0/elements/1/action_id]"}},
		"empty rich text":     {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[]}]}`, []string{"must provide at least 1 items [json-pointer:/blocks/0/elements/0/elements]"}},
		"verbatim not a bool": {`{"type":"context","elements":[{"type":"mrkdwn","text":"x","verbatim":"yes"}]}`, []string{"failed to match all allowed schemas [json-pointer:/blocks/0/elements/0]", "must be a boolean [json-pointer:/blocks/0/elements/0/verbatim]"}},
		"number for text":     {`{"type":"header","text":{"type":"plain_text","text":7}}`, []string{"must provide a string [json-pointer:/blocks/0/text/text]"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, slacktest.Options{})
			_, err := post(b, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(raw(c.block)))
			var e slack.SlackErrorResponse
			require.ErrorAs(t, err, &e)
			require.Equal(t, "invalid_blocks", e.Err)
			var got []string
			for _, one := range e.Errors {
				got = append(got, *one.Message)
			}
			require.Equal(t, c.want, got)
			require.Equal(t, "[ERROR] "+c.want[0], e.ResponseMetadata.Messages[0])
		})
	}
}

func TestWholeMessagesHaveABudget(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	section := raw(`{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("&amp;", 590) + `"}}`)
	_, err := post(b, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(section, section, section))
	require.NoError(t, err)
	_, err = post(b, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(section, section, section, section))
	require.Equal(t, "msg_blocks_too_long", code(t, err), "entities count as they are written")
	many := make([]slack.Block, 51)
	for i := range many {
		many[i] = raw(`{"type":"divider"}`)
	}
	_, err = post(b, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(many...))
	require.Equal(t, "invalid_blocks", code(t, err))
}

func TestBlocksThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	_, err := post(b, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(raw(`"text"`)))
	require.Equal(t, "invalid_blocks_format", code(t, err))
	require.NotEmpty(t, slacktest.CheckBlocks([]any{
		map[string]any{"type": "divider", "block_id": "a"}, map[string]any{"type": "divider", "block_id": "a"},
	}), "the same block_id twice")
}

func TestTheDetectorSeesWhatWakesPeople(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text, block string
		pings       []string
		links       int
	}{
		"token in text":      {text: "<!channel> <@U0ANA> <!subteam^S1>", pings: []string{"channel", "user", "group"}},
		"escaped":            {text: "&lt;!channel&gt; &lt;@U0ANA&gt;"},
		"bare word":          {text: "look @here", pings: []string{"here"}},
		"broken word":        {text: "look @\u2060here"},
		"bare address":       {text: "see https://evil.example", links: 1},
		"verbatim section":   {text: "x", block: `{"type":"section","text":{"type":"mrkdwn","text":"https://evil.example","verbatim":true}}`},
		"loose section":      {text: "x", block: `{"type":"section","text":{"type":"mrkdwn","text":"https://evil.example"}}`, links: 1},
		"plain text":         {text: "x", block: `{"type":"header","text":{"type":"plain_text","text":"<!channel> @here"}}`},
		"rich text":          {text: "x", block: `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!channel>"}]}]}`},
		"rich text elements": {text: "x", block: `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"broadcast","range":"here"},{"type":"user","user_id":"U0ANA"},{"type":"link","url":"https://a"}]}]}`, pings: []string{"here", "user"}, links: 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, slacktest.Options{})
			options := []slack.MsgOption{slack.MsgOptionText(c.text, false)}
			if c.block != "" {
				options = append(options, slack.MsgOptionBlocks(raw(c.block)))
			}
			_, err := post(b, options...)
			require.NoError(t, err)
			var kinds []string
			for _, p := range b.Pings() {
				kinds = append(kinds, p.Kind)
			}
			require.Equal(t, c.pings, kinds)
			require.Len(t, b.Links(), c.links)
		})
	}
}

func TestLinesAreWhatPeopleRead(t *testing.T) {
	t.Parallel()
	b := setup(t, slacktest.Options{})
	blocks := []slack.Block{
		raw(`{"type":"header","text":{"type":"plain_text","text":"INC-7"}}`),
		raw(`{"type":"section","fields":[{"type":"mrkdwn","text":"*Severity*\nP0"},{"type":"mrkdwn","text":"*Room*\n<#` + b.room + `>"}]}`),
		raw(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U0ANA"},{"type":"text","text":" leads\nsince "},{"type":"date","timestamp":1772442000,"format":"{time}","fallback":"09:00"}]},{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"b\nc"}]}]}`),
		raw(`{"type":"context","elements":[{"type":"mrkdwn","text":"<https://example.org|more> &amp; <!date^1^{time}|10:00>"}]}`),
		raw(`{"type":"actions","elements":[{"type":"button","action_id":"ack","text":{"type":"plain_text","text":"Ack"}}]}`),
	}
	_, err := post(b, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(blocks...))
	require.NoError(t, err)
	require.Equal(t, []string{
		"INC-7", "Severity: P0", "Room: #incidents", "@ana leads", "since 09:00", "• a", "> b", "> c",
		"more (https://example.org) & 10:00", "[Ack]",
	}, b.Messages(b.room)[0].Lines)
}
