package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

func (p *program) setupSlackCommand() *cobra.Command {
	socket, public, slash := false, "", ""
	c := &cobra.Command{
		Use:   "slack",
		Short: "Print an app manifest to paste into Slack",
		Long: "The manifest asks for exactly the scopes and events that the bot uses, each with its reason.\n" +
			"With --socket Slack needs no way to reach you; otherwise say where it finds the bot.",
		Example: "  sitrep setup slack --socket\n  sitrep setup slack --public-url https://sitrep.example.org",
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			switch {
			case !socket && public == "":
				return misuse("sitrep setup slack --socket", "neither --socket nor --public-url is given")
			case socket && public != "":
				return misuse("sitrep setup slack --socket", "--socket and --public-url are both given; Socket Mode needs no public URL")
			case public != "" && !isURL(public, "https"):
				return misuse("sitrep setup slack --public-url https://sitrep.example.org", "%q is not an https address, which Slack insists on", public)
			case !slashShape.MatchString(slash):
				return misuse("sitrep setup slack --socket --command /incident", "%q is not a slash command", slash)
			}
			fmt.Fprint(p.out, slack.Manifest(socket, public, slash))
			p.note("paste this at https://api.slack.com/apps under Create New App, From a manifest; docs/slack.md has the next steps")
			return nil
		},
	}
	c.Flags().BoolVar(&socket, "socket", false, "for Socket Mode, which needs no public address")
	c.Flags().StringVar(&public, "public-url", "", "for HTTP mode: where Slack reaches the bot")
	c.Flags().StringVar(&slash, "command", "/incident", "the slash command")
	return c
}

func (p *program) setupMattermostCommand() *cobra.Command {
	o := mattermost.SetupOptions{}
	c := &cobra.Command{
		Use:   "mattermost",
		Short: "Create or repair bot account, token, membership and slash command, and print the config block",
		Long: "It needs a system administrator's token, once, and does not keep it. Running it twice changes nothing.\n" +
			"The token can be given as it is, as ${NAME} of an environment variable, or as file:PATH.",
		Example: "  sitrep setup mattermost --url https://chat.example.org --team ops \\\n" +
			"    --admin-token '${ADMIN_TOKEN}' --public-url https://sitrep.example.org",
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			for _, name := range []string{"url", "team", "admin-token", "public-url"} {
				if c.Flag(name).Value.String() == "" {
					return misuse(c.CommandPath()+" --help", "--%s is missing", name)
				}
			}
			return p.setupMattermost(c.Context(), o)
		},
	}
	c.Flags().StringVar(&o.URL, "url", "", "address of the Mattermost server")
	c.Flags().StringVar(&o.Team, "team", "", "the team, by the name in its address")
	c.Flags().StringVar(&o.AdminToken, "admin-token", "", "personal access token of a system administrator")
	c.Flags().StringVar(&o.PublicURL, "public-url", "", "where Mattermost reaches the bot")
	c.Flags().StringVar(&o.Command, "command", "/incident", "the slash command")
	c.Flags().StringVar(&o.Bot, "bot", "sitrep", "user name of the bot account")
	c.Flags().BoolVar(&o.NewToken, "new-token", false, "make another token, when the first was lost")
	return c
}

func (p *program) setupMattermost(ctx context.Context, o mattermost.SetupOptions) error {
	token, what, _ := p.reveal(o.AdminToken, "")
	if what != "" {
		return misuse("sitrep setup mattermost --help", "--admin-token: %s", what)
	}
	o.AdminToken = token
	result, err := mattermost.Setup(ctx, o)
	for _, done := range result.Changed {
		p.note("%s", done)
	}
	if err != nil {
		return withHint(err)
	}
	if len(result.Changed) == 0 {
		p.note("everything was there already; nothing was changed")
	}
	for _, n := range result.Notes {
		p.note("%s", n)
	}
	fmt.Fprint(p.out, result.Config)
	return nil
}

// withHint brings the hint of a platform's error to the terminal.
func withHint(err error) error {
	var e *chat.Error
	if errors.As(err, &e) && e.Hint != "" {
		return hinted(err, e.Hint)
	}
	return err
}
