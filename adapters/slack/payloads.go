package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// The kinds of what arrives, in Socket Mode's words; HTTP mode has an address for each.
const (
	kindCommand = "slash_commands"
	kindAction  = "interactive"
	kindEvent   = "events_api"
)

// command is a slash command. Only what the bot uses is read.
type command struct {
	TeamID      string `json:"team_id"`
	ChannelID   string `json:"channel_id"`
	ChannelName string `json:"channel_name"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	Command     string `json:"command"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

func commandOf(form url.Values) command {
	return command{
		TeamID: form.Get("team_id"), ChannelID: form.Get("channel_id"), ChannelName: form.Get("channel_name"),
		UserID: form.Get("user_id"), UserName: form.Get("user_name"), Command: form.Get("command"), Text: form.Get("text"),
		ResponseURL: form.Get("response_url"), TriggerID: form.Get("trigger_id"),
	}
}

// interaction is a press, a submission or a shortcut.
type interaction struct {
	Type        string `json:"type"`
	CallbackID  string `json:"callback_id"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	ActionTS    string `json:"action_ts"`
	MessageTS   string `json:"message_ts"`
	User        struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		TeamID   string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		ChannelID string `json:"channel_id"`
	} `json:"container"`
	Message *message `json:"message"`
	View    *view    `json:"view"`
	Actions []struct {
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
		ActionTS string `json:"action_ts"`
	} `json:"actions"`
}

// message is what somebody said, in Slack's markup.
type message struct {
	TS      string `json:"ts"`
	User    string `json:"user"`
	BotID   string `json:"bot_id"`
	Text    string `json:"text"`
	Subtype string `json:"subtype"`
	Edited  *struct {
		TS string `json:"ts"`
	} `json:"edited"`
}

func (m message) original() original { return original{user: m.User, bot: m.BotID, text: m.Text} }

// view is a form that came back.
type view struct {
	ID              string `json:"id"`
	Hash            string `json:"hash"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	Blocks          []struct {
		Type    string `json:"type"`
		BlockID string `json:"block_id"`
	} `json:"blocks"`
	State struct {
		Values map[string]map[string]answer `json:"values"`
	} `json:"state"`
}

// answer is what was filled into an input.
type answer struct {
	Value          string  `json:"value"`
	SelectedUser   string  `json:"selected_user"`
	SelectedOption *choose `json:"selected_option"`
}

type choose struct {
	Value string `json:"value"`
}

func (v *view) inputs() []string {
	var ids []string
	for _, b := range v.Blocks {
		if b.Type == "input" {
			ids = append(ids, b.BlockID)
		}
	}
	return ids
}

func (v *view) values() map[string]string {
	values := map[string]string{}
	for id, elements := range v.State.Values {
		for _, a := range elements {
			values[id] = a.Value + a.SelectedUser
			if a.SelectedOption != nil {
				values[id] = a.SelectedOption.Value
			}
		}
	}
	return values
}

// envelope is around an event.
type envelope struct {
	Type      string          `json:"type"`
	Challenge string          `json:"challenge"`
	EventID   string          `json:"event_id"`
	TeamID    string          `json:"team_id"`
	Event     json.RawMessage `json:"event"`
}

// event is any event the app is subscribed to.
type event struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	TS          string          `json:"ts"`
	EventTS     string          `json:"event_ts"`
	ChannelRaw  json.RawMessage `json:"channel"`
	UserRaw     json.RawMessage `json:"user"`
	BotID       string          `json:"bot_id"`
	Text        string          `json:"text"`
	Reaction    string          `json:"reaction"`
	Tab         string          `json:"tab"`
	ChannelType string          `json:"channel_type"`
	Item        struct {
		Type    string `json:"type"`
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	} `json:"item"`
	Message  *message `json:"message"`
	Previous *message `json:"previous_message"`
}

// id reads a field that is an id in some events and an object in others.
func id(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var o struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(raw, &o) == nil {
		return o.ID
	}
	return ""
}

func parse[T any](what string, raw []byte) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("read %s: %w", what, err)
	}
	return v, nil
}
