package slacktest

// The blocks and elements that the bot uses, with their limits (Slack docs, reference of Block Kit). Others
// exist; they are refused here until somebody needs them and writes down their rules.

var (
	plainText = object(map[string]field{
		"type": need(oneOf("plain_text")), "text": need(chars(1, 3000)), "emoji": may(boolean),
	})
	markedText = object(map[string]field{
		"type": need(oneOf("mrkdwn")), "text": need(chars(1, 3000)), "verbatim": may(boolean),
	})
)

// words is a text object of either type with its own limit.
func words(most int) rule {
	return either(typed(map[string]rule{"plain_text": limited(plainText, most), "mrkdwn": limited(markedText, most)}))
}

// plain is a text object that must be plain.
func plain(most int) rule {
	return typed(map[string]rule{"plain_text": limited(plainText, most)})
}

func limited(r rule, most int) rule {
	if most >= 3000 {
		return r
	}
	return func(k *check, v any, pointer string) {
		r(k, v, pointer)
		if o, ok := v.(obj); ok {
			if text, ok := o["text"].(string); ok && text != "" {
				chars(1, most)(k, text, pointer+"/text")
			}
		}
	}
}

var blockID = chars(1, 255)

var section = func(k *check, v any, pointer string) {
	object(map[string]field{
		"type": need(oneOf("section")), "block_id": may(blockID),
		"text": may(words(3000)), "fields": may(items(1, 10, words(2000))),
	})(k, v, pointer)
	o, _ := v.(obj)
	if o["text"] == nil && o["fields"] == nil {
		k.fail(pointer, "must define either `text` or `fields`")
	}
}

var (
	header = object(map[string]field{
		"type": need(oneOf("header")), "block_id": may(blockID), "text": need(plain(150)),
	})
	divider      = object(map[string]field{"type": need(oneOf("divider")), "block_id": may(blockID)})
	contextBlock = object(map[string]field{
		"type": need(oneOf("context")), "block_id": may(blockID), "elements": need(items(1, 10, words(3000))),
	})
	actions = object(map[string]field{
		"type": need(oneOf("actions")), "block_id": may(blockID),
		"elements": need(items(1, 25, typed(map[string]rule{"button": button, "static_select": staticSelect, "users_select": usersSelect}))),
	})
	input = object(map[string]field{
		"type": need(oneOf("input")), "block_id": may(blockID), "label": need(plain(2000)), "hint": may(plain(2000)),
		"optional": may(boolean), "dispatch_action": may(boolean),
		"element": need(typed(map[string]rule{"plain_text_input": textInput, "static_select": staticSelect, "users_select": usersSelect})),
	})
)

var (
	button = object(map[string]field{
		"type": need(oneOf("button")), "action_id": may(blockID), "text": need(plain(75)), "value": may(chars(0, 2000)),
		"url": may(chars(1, 3000)), "style": may(oneOf("primary", "danger")), "accessibility_label": may(chars(1, 75)),
	})
	option = object(map[string]field{
		"text": need(plain(75)), "value": need(chars(1, 75)), "description": may(plain(75)),
	})
	staticSelect = object(map[string]field{
		"type": need(oneOf("static_select")), "action_id": may(blockID), "placeholder": may(plain(150)),
		"options": need(items(1, 100, option)), "initial_option": may(option), "focus_on_load": may(boolean),
	})
	usersSelect = object(map[string]field{
		"type": need(oneOf("users_select")), "action_id": may(blockID), "placeholder": may(plain(150)),
		"initial_user": may(chars(1, 255)), "focus_on_load": may(boolean),
	})
	textInput = object(map[string]field{
		"type": need(oneOf("plain_text_input")), "action_id": may(blockID), "placeholder": may(plain(150)), "multiline": may(boolean),
		"initial_value": may(chars(0, 3000)), "min_length": may(whole(0, 3000)), "max_length": may(whole(1, 3000)), "focus_on_load": may(boolean),
	})
)

var richStyle = object(map[string]field{
	"bold": may(boolean), "italic": may(boolean), "strike": may(boolean), "code": may(boolean),
})

// richPiece is what may stand in a line of rich text.
var richPiece = typed(map[string]rule{
	"text":      object(map[string]field{"type": need(oneOf("text")), "text": need(chars(1, 12_000)), "style": may(richStyle)}),
	"link":      object(map[string]field{"type": need(oneOf("link")), "url": need(chars(1, 3000)), "text": may(chars(1, 3000)), "style": may(richStyle)}),
	"user":      object(map[string]field{"type": need(oneOf("user")), "user_id": need(chars(1, 50)), "style": may(richStyle)}),
	"usergroup": object(map[string]field{"type": need(oneOf("usergroup")), "usergroup_id": need(chars(1, 50)), "style": may(richStyle)}),
	"channel":   object(map[string]field{"type": need(oneOf("channel")), "channel_id": need(chars(1, 50)), "style": may(richStyle)}),
	"broadcast": object(map[string]field{"type": need(oneOf("broadcast")), "range": need(oneOf("here", "channel", "everyone"))}),
	"date": object(map[string]field{
		"type": need(oneOf("date")), "timestamp": need(whole(0, 1e11)), "format": need(chars(1, 500)), "fallback": may(chars(1, 500)), "url": may(chars(1, 3000)),
	}),
})

var (
	richSection = object(map[string]field{"type": need(oneOf("rich_text_section")), "elements": need(items(1, 1000, richPiece))})
	richQuote   = object(map[string]field{"type": need(oneOf("rich_text_quote")), "elements": need(items(1, 1000, richPiece)), "border": may(whole(0, 1))})
	richList    = object(map[string]field{
		"type": need(oneOf("rich_text_list")), "style": need(oneOf("bullet", "ordered")), "indent": may(whole(0, 8)),
		"elements": need(items(1, 1000, richSection)), "border": may(whole(0, 1)), "offset": may(whole(0, 1e6)),
	})
	richText = object(map[string]field{
		"type": need(oneOf("rich_text")), "block_id": may(blockID),
		"elements": need(items(1, 1000, typed(map[string]rule{
			"rich_text_section": richSection, "rich_text_quote": richQuote, "rich_text_list": richList,
		}))),
	})
)

// messageBlock leaves input out: whether messages may hold it is disputed (unverified).
var messageBlock = typed(map[string]rule{
	"section": section, "header": header, "divider": divider, "context": contextBlock, "actions": actions, "rich_text": richText,
})

var viewBlocks = items(0, 100, typed(map[string]rule{
	"section": section, "header": header, "divider": divider, "context": contextBlock, "actions": actions, "rich_text": richText, "input": input,
}))

var viewRule = typed(map[string]rule{
	"modal": object(map[string]field{
		"type": need(oneOf("modal")), "title": need(plain(24)), "submit": may(plain(24)), "close": may(plain(24)), "blocks": need(viewBlocks),
		"private_metadata": may(chars(0, 3000)), "callback_id": may(chars(0, 255)), "external_id": may(chars(0, 255)),
		"clear_on_close": may(boolean), "notify_on_close": may(boolean),
	}),
	"home": object(map[string]field{
		"type": need(oneOf("home")), "blocks": need(viewBlocks),
		"private_metadata": may(chars(0, 3000)), "callback_id": may(chars(0, 255)), "external_id": may(chars(0, 255)),
	}),
})
