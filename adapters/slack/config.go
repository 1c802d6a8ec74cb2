package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// DefaultAPIURL is where Slack's Web API is.
const DefaultAPIURL = "https://slack.com/api/"

// Config is what an admin writes under `slack:`, and what the program adds to it.
type Config struct {
	BotToken      string `yaml:"bot_token"`      // starts with xoxb-
	AppToken      string `yaml:"app_token"`      // starts with xapp-; present: Socket Mode
	SigningSecret string `yaml:"signing_secret"` // present without app_token: HTTP mode
	APIURL        string `yaml:"api_url"`        // another base URL for proxies and tests

	// Command is the slash command with its slash; it is named in hints.
	Command string `yaml:"-"`
	// Now is the clock. In HTTP mode it must be near Slack's, because signatures carry the time.
	Now func() time.Time `yaml:"-"`
	// Log tells an operator about lost connections and refused requests. The zero value is silent.
	Log zerolog.Logger `yaml:"-"`
	// HTTP carries all calls; nil means one with the system's proxy settings.
	HTTP *http.Client `yaml:"-"`
	// Timeout is how long one call may take; zero means 10 seconds.
	Timeout time.Duration `yaml:"-"`
	// Silence is how long a socket may be silent before it is given up; zero means 30 seconds. Slack
	// pings every few seconds.
	Silence time.Duration `yaml:"-"`
	// Recheck is the pause before the second look for a post whose answer was lost, because the first
	// look can overtake the post; zero means 2 seconds.
	Recheck time.Duration `yaml:"-"`
	// Backoff is the first pause before connecting again; it doubles up to a minute. Zero means a second.
	Backoff time.Duration `yaml:"-"`
}

// Socket tells whether the bot listens over Socket Mode rather than HTTP.
func (c Config) Socket() bool { return c.AppToken != "" }

// Problems are all mistakes an admin made, one sentence each, without a network.
func (c Config) Problems() []string {
	var problems []string
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	switch {
	case c.BotToken == "":
		add("bot_token: is missing; copy the Bot User OAuth Token from OAuth & Permissions of your app")
	case !strings.HasPrefix(c.BotToken, "xoxb-"):
		add("bot_token: is not a bot token; write the one that starts with xoxb-")
	}
	if c.AppToken != "" && !strings.HasPrefix(c.AppToken, "xapp-") {
		add("app_token: is not an app-level token; write the one that starts with xapp-")
	}
	if c.AppToken == "" && c.SigningSecret == "" {
		add("app_token: is missing; write it for Socket Mode, or signing_secret for HTTP mode")
	}
	if c.APIURL != "" {
		if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			add("api_url: %q is not an address; leave it out or write %s", c.APIURL, DefaultAPIURL)
		}
	}
	return problems
}

// complete fills in what was left out.
func (c Config) complete() (Config, error) {
	if problems := c.Problems(); len(problems) > 0 {
		return c, errors.New(strings.Join(problems, "; "))
	}
	if c.Now == nil {
		return c, errors.New("no clock")
	}
	if c.APIURL == "" {
		c.APIURL = DefaultAPIURL
	}
	c.APIURL = strings.TrimRight(c.APIURL, "/") + "/"
	if c.Command == "" {
		c.Command = "/incident"
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		}}
	}
	c.Timeout = orElse(c.Timeout, 10*time.Second)
	c.Silence = orElse(c.Silence, 30*time.Second)
	c.Recheck = orElse(c.Recheck, 2*time.Second)
	c.Backoff = orElse(c.Backoff, time.Second)
	return c, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
