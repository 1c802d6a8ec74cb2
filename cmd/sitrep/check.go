package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (p *program) checkCommand() *cobra.Command {
	file := ""
	c := &cobra.Command{
		Use:   "check",
		Short: "Check config and playbooks, without the network",
		Long: "Check reads config and playbooks as `run` does, and says what it found, or everything that is wrong with its\n" +
			"place and what to write instead.",
		Example: "  sitrep check --config config.yaml",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needFlag(c, "config", file); err != nil {
				return err
			}
			s, err := p.load(file)
			if err != nil {
				return err
			}
			return p.describe(s)
		},
	}
	c.Flags().StringVar(&file, "config", "", "the config file")
	return c
}

// describe says what a config comes to.
func (p *program) describe(s settings) error {
	out := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	line := func(label, format string, args ...any) { fmt.Fprintf(out, label+"\t"+format+"\n", args...) }
	line("config", "%s: all is well", s.file)
	line("data", "%s", s.Data)
	line("playbook", "%s (%s), speaks %s", s.playbook.Name, s.playbook.Title, s.playbook.Language)
	for _, severity := range s.playbook.Severities {
		team := make([]string, len(severity.Team))
		for i, role := range severity.Team {
			team[i] = string(role)
		}
		line("", "%s %s: %s", severity.ID, severity.Name, strings.Join(team, ", "))
	}
	label := "roles"
	for _, r := range s.playbook.Roles {
		line(label, "%s: %s", r.ID, orElse(strings.Join(s.Roles[string(r.ID)].People, ", "), "nobody"))
		label = ""
	}
	label = "platforms"
	for _, words := range s.describePlatforms() {
		line(label, "%s", words)
		label = ""
	}
	line("channels", "announce %s, stakeholders %s, status %s",
		dash(s.Channels.Announce), dash(s.Channels.Stakeholders), dash(s.Channels.Status))
	line("people", "%d, in %s unless they say otherwise, at %s", len(s.People), s.Language, s.TimeZone)
	line("http", "listens on %s, known as %s", s.HTTP.Listen, dash(s.HTTP.PublicURL))
	return out.Flush()
}

func (s settings) describePlatforms() []string {
	var all []string
	if s.Slack != nil {
		mode := "HTTP mode"
		if s.Slack.AppToken != "" {
			mode = "Socket Mode"
		}
		all = append(all, "slack, in "+mode)
	}
	if s.Mattermost != nil {
		all = append(all, fmt.Sprintf("mattermost, team %s on %s", s.Mattermost.Team, s.Mattermost.URL))
	}
	if s.Room.Enabled {
		all = append(all, fmt.Sprintf("room, in the browser, %d people", len(s.residents())))
	}
	return all
}
