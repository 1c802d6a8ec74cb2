package main

// place is what the project has agreed on about one of its packages.
type place struct {
	dir     string   // folder below the root
	purpose string   // the one idea of the package
	may     []string // folders of ours that it may import
	tests   []string // folders of ours that its tests may import besides
	pure    bool     // values in, values out: no clock, chance, I/O, context, lock or goroutine
	support bool     // a suite, fake or harness: only tests and other support packages import it
}

// places is the map of the project. A package that is not here does not exist, and an arrow that is not
// here is not drawn. Before you add an arrow, ask which side should own the word.
var places = []place{
	{dir: "workflows/stream", pure: true, purpose: "what every event-sourced thing shares"},
	{dir: "workflows/calendar", pure: true, purpose: "time as a team lives it"},
	{dir: "workflows/strict", pure: true, purpose: "files that people write, read with every mistake named"},
	{
		dir: "workflows/playbook", pure: true, purpose: "the rules a team agreed on before",
		may: []string{"workflows/calendar", "workflows/strict"},
	},
	{
		dir: "workflows/incident", pure: true, purpose: "the life of one incident",
		may: []string{"workflows/stream", "workflows/calendar", "workflows/playbook"},
	},
	{
		dir: "workflows/board", pure: true, purpose: "the life of a delivery cycle",
		may: []string{"workflows/stream", "workflows/calendar", "workflows/playbook"},
	},
	{
		dir: "workflows/register", pure: true, purpose: "what is true across streams",
		may: []string{"workflows/stream", "workflows/incident", "workflows/board"},
	},
	{
		dir: "workflows/report", pure: true, purpose: "Markdown, figures and bundles out of history",
		may: []string{"workflows/stream", "workflows/incident", "workflows/board", "workflows/playbook"},
	},

	{dir: "bot/chat", purpose: "the words between the bot and any chat platform"},
	{dir: "bot/hook", purpose: "the words between the bot and machines"},
	{
		dir: "bot/words", purpose: "the catalogues: every sentence people read, in every language",
		may: []string{"bot/chat"},
	},
	{
		dir: "bot/command", pure: true, purpose: "text, buttons and forms become commands",
		may: []string{
			"bot/chat", "bot/words",
			"workflows/stream", "workflows/incident", "workflows/board", "workflows/playbook",
		},
	},
	{
		dir: "bot/compose", pure: true, purpose: "events become what is said",
		may: []string{
			"bot/chat", "bot/hook", "bot/words",
			"workflows/stream", "workflows/incident", "workflows/board", "workflows/playbook", "workflows/report",
		},
		tests: []string{"bot/command"}, // every button that is composed must be understood
	},
	{
		dir: "bot", purpose: "the loop: hear, decide, remember, say; wake; deliver",
		may: []string{
			"bot/chat", "bot/hook", "bot/words", "bot/command", "bot/compose", "store",
			"workflows/stream", "workflows/calendar", "workflows/playbook", "workflows/incident",
			"workflows/board", "workflows/register", "workflows/report",
		},
		tests: []string{"store/bolt"},
	},

	{dir: "store", purpose: "the journal: its contract and the reference in memory"},
	{dir: "store/bolt", purpose: "the journal in one file", may: []string{"store"}},
	{
		dir: "store/storetest", support: true, purpose: "the promises that every journal keeps",
		may: []string{"store"},
	},

	{dir: "adapters/slack", purpose: "Slack", may: []string{"bot/chat"}},
	{dir: "adapters/mattermost", purpose: "Mattermost", may: []string{"bot/chat"}},
	{dir: "adapters/room", purpose: "a chat in the browser, served by sitrep", may: []string{"bot/chat"}},
	{dir: "adapters/alertmanager", purpose: "alerts from Alertmanager", may: []string{"bot/hook"}},
	{dir: "adapters/statuspage", purpose: "updates to a status page", may: []string{"bot/hook"}},
	{
		dir: "adapters/chattest", support: true, purpose: "the promises that every chat platform keeps",
		may: []string{"bot/chat"},
	},
	{
		dir: "adapters/hooktest", support: true, purpose: "the promises that every machine's adapter keeps",
		may: []string{"bot/hook"},
	},
	{
		dir: "adapters/slack/slacktest", support: true, purpose: "a strict Slack to test against",
		may: []string{"bot/chat", "adapters/chattest", "adapters/slack"},
	},
	{
		dir: "adapters/mattermost/mattermosttest", support: true, purpose: "a real Mattermost to test against",
		may: []string{"bot/chat", "adapters/chattest", "adapters/mattermost"},
	},
	{
		dir: "adapters/room/roomtest", support: true, purpose: "people in the browser room",
		may: []string{"bot/chat", "adapters/chattest", "adapters/room"},
	},

	{dir: "cmd/sitrep", purpose: "flags, config, wiring, signals", may: []string{"*"}},
}

// topLevel is everything that may lie in the root of the project.
var topLevel = []string{
	"cmd", "bot", "workflows", "store", "adapters", "docs", "tools",
	"config.example.yaml", "go.mod", "go.sum", "Dockerfile", "Makefile",
	"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",
	".ci", ".github", ".gitignore", ".gitattributes", ".dockerignore", ".editorconfig", ".golangci.yaml",
}

// impure are the imports that bring the outside world into a package. One that ends in a slash stands
// for everything below it.
var impure = []string{
	"context", "os", "os/", "net", "net/", "math/rand", "math/rand/", "crypto/rand", "sync", "sync/",
	"log", "log/", "runtime", "runtime/", "syscall", "unsafe", "plugin", "database/sql",
	"github.com/rs/zerolog", "golang.org/x/time/", "golang.org/x/sync/",
}

// realClock are the names in package time that read or wait for the clock of the machine.
var realClock = []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"}

// apologies begin an error that says it is an error, which everybody knows already.
var apologies = []string{"failed to", "could not", "unable to", "cannot "}

const (
	modulePath       = "github.com/sitrep-bot/sitrep"
	maxFileLines     = 500
	maxFunctionLines = 80
)
