package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func (p *program) roomLinkCommand() *cobra.Command {
	from := dataFlags{}
	c := &cobra.Command{
		Use:   "link NAME",
		Short: "Make a personal link into the browser room, valid for a day",
		Long: "The link lets whoever has it act as that person, so give it to nobody else.\n" +
			"It works while the bot is running.",
		Example: "  sitrep room link ana --config config.yaml",
		Args:    takes("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := from.folder(p, c)
			if err != nil {
				return err
			}
			link, err := reach(f).link(c.Context(), args[0])
			if errors.Is(err, errNotRunning) {
				return hinted(err, "sitrep run --config config.yaml")
			}
			if err != nil {
				return err
			}
			p.print("%s", link)
			return nil
		},
	}
	from.add(c)
	return c
}
