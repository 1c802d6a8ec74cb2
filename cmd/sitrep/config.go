package main

import (
	"time"

	"github.com/rs/zerolog"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/room"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// config is what an admin writes. config.example.yaml shows every field.
type config struct {
	Data       string                  `yaml:"data"`
	Language   string                  `yaml:"language"`
	TimeZone   string                  `yaml:"time_zone"`
	Command    string                  `yaml:"command"`
	Playbook   string                  `yaml:"playbook"`
	Playbooks  []string                `yaml:"playbooks"`
	HTTP       httpConfig              `yaml:"http"`
	Slack      *slackConfig            `yaml:"slack"`
	Mattermost *mattermostConfig       `yaml:"mattermost"`
	Room       roomConfig              `yaml:"room"`
	Channels   channelsConfig          `yaml:"channels"`
	People     map[string]personConfig `yaml:"people"`
	Roles      map[string]roleConfig   `yaml:"roles"`
	Log        logConfig               `yaml:"log"`
}

type httpConfig struct {
	Listen    string `yaml:"listen"`
	PublicURL string `yaml:"public_url"`
}

type slackConfig struct {
	BotToken      secret `yaml:"bot_token"`
	AppToken      secret `yaml:"app_token"`
	SigningSecret secret `yaml:"signing_secret"`
	APIURL        string `yaml:"api_url"`
}

type mattermostConfig struct {
	URL          string `yaml:"url"`
	Token        secret `yaml:"token"`
	Team         string `yaml:"team"`
	CommandToken secret `yaml:"command_token"`
	Secret       secret `yaml:"secret"`
}

type roomConfig struct {
	Enabled bool `yaml:"enabled"`
}

type channelsConfig struct {
	Announce     string `yaml:"announce"`
	Stakeholders string `yaml:"stakeholders"`
	Status       string `yaml:"status"`
}

type personConfig struct {
	Name       string `yaml:"name"`
	Slack      string `yaml:"slack"`
	Mattermost string `yaml:"mattermost"`
	Room       string `yaml:"room"`
	Email      string `yaml:"email"`
	TimeZone   string `yaml:"time_zone"`
	Language   string `yaml:"language"`
}

type roleConfig struct {
	People []string `yaml:"people"`
}

type logConfig struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// defaultConfig is what holds where nothing is written.
func defaultConfig() config {
	return config{
		Data: "./data", Language: "en", TimeZone: "UTC", Command: "/incident", Playbook: "nexus-micro",
		HTTP: httpConfig{Listen: "127.0.0.1:8080"},
		Log:  logConfig{Level: "info", Format: "json"},
	}
}

// settings is a config that was checked, with everything that it names read.
type settings struct {
	config
	file      string
	zone      *time.Location
	playbook  *playbook.Playbook
	playbooks map[string]*playbook.Playbook
}

// platforms are the names of the platforms that are configured.
func (c config) platforms() []chat.Name {
	var names []chat.Name
	if c.Slack != nil {
		names = append(names, slack.Name)
	}
	if c.Mattermost != nil {
		names = append(names, mattermost.Name)
	}
	if c.Room.Enabled {
		names = append(names, room.Platform)
	}
	return names
}

// handle is a person's handle on a platform.
func (p personConfig) handle(platform chat.Name) string {
	return map[chat.Name]string{slack.Name: p.Slack, mattermost.Name: p.Mattermost, room.Platform: p.Room}[platform]
}

func (c slackConfig) adapter(command string) slack.Config {
	return slack.Config{
		BotToken: c.BotToken.Reveal(), AppToken: c.AppToken.Reveal(), SigningSecret: c.SigningSecret.Reveal(),
		APIURL: c.APIURL, Command: command,
	}
}

func (c mattermostConfig) adapter(command, publicURL string) mattermost.Config {
	return mattermost.Config{
		URL: c.URL, Token: c.Token.Reveal(), Team: c.Team, CommandToken: c.CommandToken.Reveal(),
		Secret: c.Secret.Reveal(), PublicURL: publicURL, Command: command,
	}
}

// residents are the config's people in the browser room.
func (s settings) residents() []room.Person {
	var all []room.Person
	for _, id := range sortedKeys(s.People) {
		p := s.People[id]
		if p.Room == "" {
			continue
		}
		all = append(all, room.Person{Handle: p.Room, Name: orElse(p.Name, id), Locale: p.Language, Zone: p.TimeZone})
	}
	return all
}

// bot is the config in the bot's own terms, without its platforms.
func (s settings) bot(c *clock, log zerolog.Logger) bot.Config {
	cfg := bot.Config{
		Playbook: s.playbook, Playbooks: s.playbooks, Roles: map[playbook.RoleID][]string{},
		Channels: map[chat.Name]bot.Channels{}, Slash: s.Command, Language: s.Language, Zone: s.zone,
		Now: c.Now, After: c.After, Log: log,
	}
	for _, id := range sortedKeys(s.People) {
		cfg.People = append(cfg.People, s.People[id].bot(id, s.platforms()))
	}
	for _, role := range sortedKeys(s.Roles) {
		cfg.Roles[playbook.RoleID(role)] = s.Roles[role].People
	}
	for _, name := range s.platforms() {
		cfg.Channels[name] = bot.Channels{
			Announce: s.Channels.Announce, Stakeholders: s.Channels.Stakeholders, Status: s.Channels.Status,
		}
	}
	return cfg
}

func (p personConfig) bot(id string, platforms []chat.Name) bot.Person {
	b := bot.Person{ID: id, Name: p.Name, Language: p.Language, Handles: map[chat.Name]string{}}
	if p.TimeZone != "" {
		b.Zone, _ = time.LoadLocation(p.TimeZone) // the check has found it
	}
	for _, name := range platforms {
		if handle := p.handle(name); handle != "" {
			b.Handles[name] = handle
		}
	}
	return b
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
