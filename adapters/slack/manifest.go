package slack

import (
	"fmt"
	"strings"
)

// right is something the app may do, and why it must.
type right struct{ name, why string }

// rights are the bot's scopes. A test holds them against what the adapter's calls and events ask for.
var rights = []right{
	{"commands", "the slash command and the shortcuts"},
	{"chat:write", "cards, updates, private answers"},
	{"channels:manage", "open, name and archive public incident rooms, invite the team"},
	{"channels:read", "find channels by name"},
	{"channels:join", "join the public channels that updates go to"},
	{"channels:history", "pushpins and edits; find a post again whose answer was lost"},
	{"groups:write", "the same for private incident rooms"},
	{"groups:read", "find private channels the bot is in"},
	{"groups:history", "pushpins and edits in private rooms"},
	{"im:write", "direct messages to those who are paged"},
	{"im:history", "find a direct message again whose answer was lost"},
	{"pins:write", "pin the card"},
	{"bookmarks:read", "see whether a link is there already"},
	{"bookmarks:write", "links at the top of a room"},
	{"reactions:read", "the pushpin that puts a message into the log"},
	{"users:read", "names, languages and time zones"},
	{"users:read.email", "find people of the config by email address"},
	{"files:write", "reports and exports"},
}

// subscriptions are the events the app is told.
var subscriptions = []right{
	{"app_home_opened", "show open incidents on the home tab"},
	{"message.channels", "know what a pushpin is on; notice edits"},
	{"message.groups", "the same in private rooms"},
	{"reaction_added", "pushpins"},
	{"user_change", "keep names and languages fresh"},
	{"team_join", "know new people"},
	{"tokens_revoked", "say loudly that the app was cut off"},
	{"app_uninstalled", "the same"},
}

// Scopes are the scopes that the bot token needs.
func Scopes() []string { return names(rights) }

// Events are the events that the app subscribes to.
func Events() []string { return names(subscriptions) }

func names(rights []right) []string {
	all := make([]string, len(rights))
	for i, r := range rights {
		all[i] = r.name
	}
	return all
}

// Manifest is an app manifest that can be pasted into Slack's "create an app" page. With socket it is for
// Socket Mode, else for HTTP mode at publicURL. The command comes with its slash.
func Manifest(socket bool, publicURL, command string) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	address := func(path string) string { return strings.TrimRight(publicURL, "/") + path }
	if command == "" {
		command = "/incident"
	}
	line("# Paste this at https://api.slack.com/apps, Create New App, From a manifest.")
	line("_metadata: {major_version: 1, minor_version: 1}")
	line("display_information:")
	line("  name: Sitrep")
	line("  description: Run incidents from chat")
	line("features:")
	line("  app_home: {home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false}")
	line("  bot_user: {display_name: sitrep, always_online: true}")
	line("  slash_commands:")
	line("    - command: %s", command)
	if !socket {
		line("      url: %s", address(pathCommand))
	}
	line("      description: Declare and run incidents")
	line("      usage_hint: declare P1 Checkout down")
	line("      should_escape: true")
	line("  shortcuts:")
	line("    - {name: Declare incident, type: global, callback_id: %s, description: Open the declare form}", shortcutDeclare)
	line("    - {name: Add to timeline, type: message, callback_id: %s, description: Put this message into the log}", shortcutMark)
	line("oauth_config:")
	line("  scopes:")
	line("    bot:")
	for _, r := range rights {
		line("      - %s # %s", r.name, r.why)
	}
	line("settings:")
	line("  event_subscriptions:")
	if !socket {
		line("    request_url: %s", address(pathEvent))
	}
	line("    bot_events:")
	for _, r := range subscriptions {
		line("      - %s # %s", r.name, r.why)
	}
	if socket {
		line("  interactivity: {is_enabled: true}")
	} else {
		line("  interactivity: {is_enabled: true, request_url: %q}", address(pathAction))
	}
	line("  org_deploy_enabled: false")
	line("  socket_mode_enabled: %t", socket)
	line("  token_rotation_enabled: false")
	return out.String()
}
