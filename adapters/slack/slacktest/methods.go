package slacktest

import "maps"

// tier is how often a method may be called. See ratelimit.go.
type tier int

const (
	tierSpecial tier = iota
	tier1
	tier2
	tier3
	tier4
	tierPosting // one a second in each channel
)

// method is one method of the Web API: who may call it, how often, with what, and what it does.
// Scopes, tiers and arguments: Slack docs, one page for each method.
type method struct {
	tier    tier
	scopes  []string // on public channels, and where no channel is named
	private []string // their twins on private channels and direct messages
	need    []string // arguments without which nothing happens
	args    []string // the others it knows
	app     bool     // wants the app-level token
	run     func(*call) obj
}

var (
	reading   = []string{"channels:read"}
	readingP  = []string{"groups:read"}
	managing  = []string{"channels:manage"}
	managingP = []string{"groups:write"}
	history   = []string{"channels:history"}
	historyP  = []string{"groups:history", "im:history"}
	speaking  = []string{"chat:write"}
	paging    = []string{"cursor", "limit"}
)

// methods is everything this fake knows. It is filled once; the functions look it up again for scopes.
var methods map[string]method

func init() {
	methods = merge(accountMethods(), channelMethods(), messageMethods(), markMethods(), peopleMethods(), viewMethods(), fileMethods())
}

func merge(parts ...map[string]method) map[string]method {
	all := map[string]method{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

func with(more ...string) []string { return append(more, paging...) }

func accountMethods() map[string]method {
	return map[string]method{
		"auth.test":             {tier: tierSpecial, run: authTest},
		"team.info":             {tier: tier3, scopes: []string{"team:read"}, args: []string{"team"}, run: teamInfo},
		"apps.connections.open": {tier: tier1, scopes: []string{"connections:write"}, app: true, run: connectionsOpen},
	}
}

func channelMethods() map[string]method {
	return map[string]method{
		"conversations.create": {tier: tier2, need: []string{"name"}, args: []string{"is_private", "team_id"}, run: conversationsCreate},
		"conversations.invite": {tier: tier3, scopes: managing, private: managingP, need: []string{"channel", "users"}, args: []string{"force"}, run: conversationsInvite},
		"conversations.kick":   {tier: tier3, scopes: managing, private: managingP, need: []string{"channel", "user"}, run: conversationsKick},
		"conversations.info": {
			tier: tier3, scopes: reading, private: readingP, need: []string{"channel"}, args: []string{"include_locale", "include_num_members"},
			run: conversationsInfo,
		},
		"conversations.list":    {tier: tier2, args: with("types", "exclude_archived", "team_id"), run: conversationsList},
		"conversations.members": {tier: tier4, scopes: reading, private: readingP, need: []string{"channel"}, args: with(), run: conversationsMembers},
		"conversations.history": {
			tier: tier3, scopes: history, private: historyP, need: []string{"channel"},
			args: with("oldest", "latest", "inclusive", "include_all_metadata"), run: conversationsHistory,
		},
		"conversations.replies": {
			tier: tier3, scopes: history, private: historyP, need: []string{"channel", "ts"},
			args: with("oldest", "latest", "inclusive", "include_all_metadata"), run: conversationsReplies,
		},
		"conversations.join":       {tier: tier3, scopes: []string{"channels:join"}, private: []string{"channels:join"}, need: []string{"channel"}, run: conversationsJoin},
		"conversations.leave":      {tier: tier3, scopes: managing, private: managingP, need: []string{"channel"}, run: conversationsLeave},
		"conversations.setTopic":   {tier: tier2, scopes: managing, private: managingP, need: []string{"channel"}, args: []string{"topic"}, run: conversationsSetTopic},
		"conversations.setPurpose": {tier: tier2, scopes: managing, private: managingP, need: []string{"channel"}, args: []string{"purpose"}, run: conversationsSetPurpose},
		"conversations.open":       {tier: tier3, scopes: []string{"im:write"}, args: []string{"users", "channel", "return_im"}, run: conversationsOpen},
		"conversations.archive":    {tier: tier2, scopes: managing, private: managingP, need: []string{"channel"}, run: conversationsArchive},
		"conversations.unarchive":  {tier: tier2, scopes: managing, private: managingP, need: []string{"channel"}, run: conversationsUnarchive},
		"users.conversations":      {tier: tier2, args: with("types", "exclude_archived", "user", "team_id"), run: usersConversations},
	}
}

func messageMethods() map[string]method {
	content := []string{"text", "blocks", "metadata", "mrkdwn", "parse", "link_names", "thread_ts"}
	return map[string]method{
		"chat.postMessage": {
			tier: tierPosting, scopes: speaking, need: []string{"channel"},
			args: append([]string{"unfurl_links", "unfurl_media", "reply_broadcast"}, content...), run: chatPostMessage,
		},
		"chat.update":        {tier: tier3, scopes: speaking, need: []string{"channel", "ts"}, args: content, run: chatUpdate},
		"chat.delete":        {tier: tier3, scopes: speaking, need: []string{"channel", "ts"}, run: chatDelete},
		"chat.postEphemeral": {tier: tier4, scopes: speaking, need: []string{"channel", "user"}, args: content, run: chatPostEphemeral},
		"chat.getPermalink":  {tier: tierSpecial, need: []string{"channel", "message_ts"}, run: chatGetPermalink},
	}
}

func markMethods() map[string]method {
	return map[string]method{
		"pins.add":       {tier: tier2, scopes: []string{"pins:write"}, need: []string{"channel"}, args: []string{"timestamp"}, run: pinsAdd},
		"pins.remove":    {tier: tier2, scopes: []string{"pins:write"}, need: []string{"channel"}, args: []string{"timestamp"}, run: pinsRemove},
		"pins.list":      {tier: tier2, scopes: []string{"pins:read"}, need: []string{"channel"}, run: pinsList},
		"bookmarks.add":  {tier: tier2, scopes: []string{"bookmarks:write"}, need: []string{"channel_id", "title", "type"}, args: []string{"link", "emoji"}, run: bookmarksAdd},
		"bookmarks.list": {tier: tier3, scopes: []string{"bookmarks:read"}, need: []string{"channel_id"}, run: bookmarksList},
		"reactions.add":  {tier: tier3, scopes: []string{"reactions:write"}, need: []string{"name", "channel", "timestamp"}, run: reactionsAdd},
		"reactions.get":  {tier: tier3, scopes: []string{"reactions:read"}, need: []string{"channel", "timestamp"}, args: []string{"full"}, run: reactionsGet},
	}
}

func peopleMethods() map[string]method {
	return map[string]method{
		"users.info":            {tier: tier4, scopes: []string{"users:read"}, need: []string{"user"}, args: []string{"include_locale"}, run: usersInfo},
		"users.list":            {tier: tier2, scopes: []string{"users:read"}, args: with("include_locale", "team_id"), run: usersList},
		"users.lookupByEmail":   {tier: tier3, scopes: []string{"users:read.email"}, need: []string{"email"}, run: usersLookupByEmail},
		"usergroups.users.list": {tier: tier2, scopes: []string{"usergroups:read"}, need: []string{"usergroup"}, args: []string{"include_disabled", "team_id"}, run: usergroupsUsersList},
	}
}

func viewMethods() map[string]method {
	return map[string]method{
		"views.open":    {tier: tier4, need: []string{"trigger_id", "view"}, run: viewsOpen},
		"views.push":    {tier: tier4, need: []string{"trigger_id", "view"}, run: viewsPush},
		"views.update":  {tier: tier4, need: []string{"view"}, args: []string{"view_id", "external_id", "hash"}, run: viewsUpdate},
		"views.publish": {tier: tier4, need: []string{"user_id", "view"}, args: []string{"hash"}, run: viewsPublish},
	}
}

func fileMethods() map[string]method {
	return map[string]method{
		"files.getUploadURLExternal": {
			tier: tier4, scopes: []string{"files:write"}, need: []string{"filename", "length"}, args: []string{"alt_txt", "snippet_type"},
			run: filesGetUploadURL,
		},
		"files.completeUploadExternal": {
			tier: tier4, scopes: []string{"files:write"}, need: []string{"files"},
			args: []string{"channel_id", "initial_comment", "thread_ts", "channels"}, run: filesComplete,
		},
	}
}

// eventScopes is what each event subscription asks for (Slack docs, event pages).
var eventScopes = map[string][]string{
	"app_home_opened":       nil,
	"message.channels":      {"channels:history"},
	"message.groups":        {"groups:history"},
	"message.im":            {"im:history"},
	"reaction_added":        {"reactions:read"},
	"reaction_removed":      {"reactions:read"},
	"member_joined_channel": {"channels:read", "groups:read"},
	"channel_archive":       {"channels:read"},
	"group_archive":         {"groups:read"},
	"user_change":           {"users:read"},
	"team_join":             {"users:read"},
	"tokens_revoked":        nil,
	"app_uninstalled":       nil,
}
