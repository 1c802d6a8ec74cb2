package mattermost

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Config is what an admin writes under `mattermost:`, and what the program adds to it.
type Config struct {
	URL          string `yaml:"url"`           // of the server, as the bot reaches it
	Token        string `yaml:"token"`         // of the bot account
	Team         string `yaml:"team"`          // by the name in its address
	CommandToken string `yaml:"command_token"` // of the slash command; shown when it is made
	// Secret signs buttons and forms. Empty means one derived from Token: then a new token makes the
	// buttons on old cards answer that they are too old.
	Secret string `yaml:"secret"`

	// PublicURL is where Mattermost reaches Platform.Handler, without the path.
	PublicURL string `yaml:"-"`
	// Command is the slash command with its slash; it is named in hints.
	Command string `yaml:"-"`
	// Now is the clock. It must be near the server's, because callbacks carry the server's time.
	Now func() time.Time `yaml:"-"`
	// Log tells an operator about refused callbacks and lost connections. The zero value is silent.
	Log zerolog.Logger `yaml:"-"`
	// HTTP carries all calls; nil means one with the system's proxy settings.
	HTTP *http.Client `yaml:"-"`
	// Timeout is how long one call may take; zero means 10 seconds.
	Timeout time.Duration `yaml:"-"`
	// Heartbeat is how often a silent WebSocket is asked whether it is alive; zero means 20 seconds. One
	// without an answer for two beats is given up.
	Heartbeat time.Duration `yaml:"-"`
	// Lookback is how much of the past Run reads when it starts, for what people did while the bot was
	// away; zero means 10 minutes.
	Lookback time.Duration `yaml:"-"`
	// FormLife is how long an open form can be sent; zero means an hour.
	FormLife time.Duration `yaml:"-"`
}

var teamNames = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// Problems are all mistakes an admin made, one sentence each, without a network.
func (c Config) Problems() []string {
	var problems []string
	if err := httpURL(c.URL); err != nil {
		problems = append(problems, fmt.Sprintf("url: %v", err))
	}
	if c.Token == "" {
		problems = append(problems, "token: is missing; `sitrep setup mattermost` makes one")
	}
	if c.CommandToken == "" {
		problems = append(problems, "command_token: is missing; `sitrep setup mattermost` shows it")
	}
	if !teamNames.MatchString(c.Team) {
		problems = append(problems, fmt.Sprintf("team: %q is not a team's name; write the one in its address, such as ops", c.Team))
	}
	return problems
}

func httpURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%q is not an address; write one such as https://chat.example.org", s)
	}
	return nil
}

// complete fills in what was left out.
func (c Config) complete() (Config, error) {
	if problems := c.Problems(); len(problems) > 0 {
		return c, errors.New(strings.Join(problems, "; "))
	}
	if err := httpURL(c.PublicURL); err != nil {
		return c, fmt.Errorf("public_url: %w", err)
	}
	if c.Now == nil {
		return c, errors.New("no clock")
	}
	c.URL = strings.TrimRight(c.URL, "/")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.Command == "" {
		c.Command = "/incident"
	}
	if c.Secret == "" {
		c.Secret = c.Token
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second, // every call has a deadline of its own
		}}
	}
	c.Timeout = orElse(c.Timeout, 10*time.Second)
	c.Heartbeat = orElse(c.Heartbeat, 20*time.Second)
	c.Lookback = orElse(c.Lookback, 10*time.Minute)
	c.FormLife = orElse(c.FormLife, time.Hour)
	return c, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
