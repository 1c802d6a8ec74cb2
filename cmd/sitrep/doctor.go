package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// symptom is one thing that the doctor looked at.
type symptom struct {
	where   string // "slack", "data"
	what    string // "scopes"
	problem string // empty when all is well
	hint    string
	detail  string // what was found when all is well
}

func (p *program) doctorCommand() *cobra.Command {
	file := ""
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Try everything for real: tokens, scopes, rooms, people, clock, disk, deliveries",
		Long: "The doctor tries what the bot will need and posts nothing. It can look at a bot that is running, too.\n" +
			"It exits with 1 when there is something to mend, and says how.",
		Example: "  sitrep doctor --config config.yaml",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := needFlag(c, "config", file); err != nil {
				return err
			}
			s, err := p.load(file)
			if err != nil {
				return err
			}
			return p.report(examine(c.Context(), s))
		},
	}
	c.Flags().StringVar(&file, "config", "", "the config file")
	return c
}

// report prints what was found, and ends with errFindings when something has to be mended.
func (p *program) report(all []symptom) error {
	bad := 0
	for _, s := range all {
		if s.problem == "" {
			p.print("ok   %s: %s: %s", s.where, s.what, oneLine(s.detail))
			continue
		}
		bad++
		p.print("BAD  %s: %s: %s", s.where, s.what, oneLine(s.problem))
		if s.hint != "" {
			p.print("     %s", oneLine(s.hint))
		}
	}
	if bad > 0 {
		p.say("error", fmt.Sprintf("%d of %d checks found something to mend", bad, len(all)))
		return errFindings
	}
	return nil
}

// examine looks at everything.
func examine(ctx context.Context, s settings) []symptom {
	all := examineRoles(s)
	all = append(all, examineSlack(ctx, s)...)
	all = append(all, examineMattermost(ctx, s)...)
	return append(all, examineData(ctx, folder(s.Data))...)
}

// examineRoles looks for roles that nobody holds.
func examineRoles(s settings) []symptom {
	var all []symptom
	for _, r := range s.playbook.Roles {
		if len(s.Roles[string(r.ID)].People) == 0 {
			all = append(all, symptom{
				where: "roles", what: string(r.ID), problem: "nobody holds it at the start of an incident",
				hint: fmt.Sprintf("write under roles: %s: {people: [NAME]}", r.ID),
			})
		}
	}
	if len(all) == 0 {
		all = append(all, symptom{where: "roles", what: "holders", detail: fmt.Sprintf("all %d roles are held", len(s.playbook.Roles))})
	}
	return all
}

func examineSlack(ctx context.Context, s settings) []symptom {
	if s.Slack == nil {
		return nil
	}
	cfg := s.Slack.adapter(s.Command)
	cfg.Now = machineClock().Now
	platform, err := slack.New(cfg)
	if err != nil {
		return []symptom{{where: "slack", what: "config", problem: err.Error()}}
	}
	var all []symptom
	for _, f := range platform.Check(ctx) {
		all = append(all, symptom{"slack", f.What, f.Problem, f.Hint, f.Detail})
	}
	return append(all, examineChat(ctx, s, platform, all)...)
}

func examineMattermost(ctx context.Context, s settings) []symptom {
	if s.Mattermost == nil {
		return nil
	}
	cfg := s.Mattermost.adapter(s.Command, s.HTTP.PublicURL)
	cfg.Now = machineClock().Now
	platform, err := mattermost.New(cfg)
	if err != nil {
		return []symptom{{where: "mattermost", what: "config", problem: err.Error()}}
	}
	var all []symptom
	for _, f := range platform.Check(ctx) {
		all = append(all, symptom{"mattermost", f.What, f.Problem, f.Hint, f.Detail})
	}
	return append(all, examineChat(ctx, s, platform, all)...)
}

// examineChat looks for the channels and people of the config on a platform. Where the platform does not let the
// bot in, there is nothing more to learn.
func examineChat(ctx context.Context, s settings, platform chat.Platform, sofar []symptom) []symptom {
	if len(sofar) > 0 && len(sofar) < 2 && sofar[0].problem != "" {
		return nil
	}
	where := string(platform.Name())
	var all []symptom
	for _, channel := range s.channels() {
		_, err := platform.Place(ctx, channel)
		all = append(all, tried(where, "channel "+channel, "found", err))
	}
	for _, id := range sortedKeys(s.People) {
		handle := s.People[id].handle(platform.Name())
		if handle == "" {
			continue
		}
		user, err := platform.Person(ctx, handle)
		all = append(all, tried(where, "person "+id, user.Name, err))
	}
	return all
}

// tried is what came of asking a platform for something.
func tried(where, what, detail string, err error) symptom {
	s := symptom{where: where, what: what, detail: orElse(detail, "found")}
	if err != nil {
		s.problem = err.Error()
		if e, ok := errors.AsType[*chat.Error](err); ok {
			s.hint = e.Hint
		}
	}
	return s
}

// Below this much free space the doctor warns: a year of incidents needs less, and a full disk stops the bot.
const spareSpace = 256 << 20

// examineData looks at the data folder: can it be written, is there space, and what could not be delivered.
func examineData(ctx context.Context, f folder) []symptom {
	if err := f.make(); err != nil {
		return []symptom{{where: "data", what: string(f), problem: err.Error(), hint: "name a folder that this user may write to"}}
	}
	all := []symptom{examineWriting(f)}
	if free, ok := freeSpace(string(f)); ok {
		s := symptom{where: "data", what: "space", detail: fmt.Sprintf("%d MB free", free>>20)}
		if free < spareSpace {
			s.problem, s.hint = s.detail, "make room: without space nothing can be written down, and the bot takes no commands"
		}
		all = append(all, s)
	}
	return append(all, examineOutbox(ctx, f)...)
}

func examineWriting(f folder) symptom {
	s := symptom{where: "data", what: "folder", detail: string(f) + " can be written"}
	probe, err := os.CreateTemp(string(f), ".doctor-")
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		s.problem, s.hint = err.Error(), "let the bot's user write to this folder"
	}
	return s
}

// examineOutbox names the deliveries that were given up.
func examineOutbox(ctx context.Context, f folder) []symptom {
	if _, err := os.Stat(f.journal()); err != nil {
		return []symptom{{where: "deliveries", what: "outbox", detail: "no journal yet"}}
	}
	log, err := openRecords(ctx, f)
	if err != nil {
		return []symptom{{where: "deliveries", what: "outbox", problem: err.Error()}}
	}
	defer func() { _ = log.close() }() // it was only read
	dead, err := log.dead(ctx)
	if err != nil {
		return []symptom{{where: "deliveries", what: "outbox", problem: err.Error()}}
	}
	if len(dead) == 0 {
		return []symptom{{where: "deliveries", what: "outbox", detail: "nothing was given up"}}
	}
	all := make([]symptom, len(dead))
	for i, d := range dead {
		all[i] = symptom{
			where: "deliveries", what: strings.TrimSpace(fmt.Sprintf("INC-%d %s %s", d.Incident, d.Verb, d.What)),
			problem: fmt.Sprintf("given up on %s after %d tries, from %s: %s", d.Platform, d.Tries, d.At.UTC().Format(time.DateTime), d.Why),
			hint:    "mend the cause, and say it again in the incident's room by hand",
		}
	}
	return all
}
