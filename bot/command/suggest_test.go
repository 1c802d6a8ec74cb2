package command_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/bot/words"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

func buttonsOf(m chat.Message) []chat.Button {
	var list []chat.Button
	for _, b := range m.Blocks {
		list = append(list, b.Buttons...)
	}
	return list
}

// linesOf are the commands that a message shows ready to paste, without the slash command.
func linesOf(m chat.Message) []string {
	var list []string
	for _, b := range m.Blocks {
		spans := b.Spans
		for _, item := range b.Items {
			spans = append(spans, item...)
		}
		for _, s := range spans {
			if line, ok := strings.CutPrefix(s.Text, "/incident"); ok && s.Kind == chat.Code {
				list = append(list, strings.TrimSpace(line))
			}
		}
	}
	return list
}

// helpful are lines that are not understood, with the first command that is offered for each.
var helpful = map[string]string{
	"akc":                            "ack",
	"mitigaet it held":               "mitigate it held",
	"sevrity P1":                     "severity P1",
	"esc legal":                      "escalate legal",
	"updaet Still down":              "update Still down",
	"checkout is slow again":         "log checkout is slow again",
	"xyzzy":                          "help",
	"severity P9 worse":              "severity P0 worse",
	"declare P9 Search is slow":      "declare P0 Search is slow",
	"escalate develper we need help": "escalate developer we need help",
	"role devl @ben":                 "role developer",
	"cause deploymnt":                "cause deployment",
	"flag api-relatd":                "flag api-related",
	"snooze soon":                    "snooze 10m",
	"task doen 3":                    "task done 1",
}

func TestMistypedLinesGetTheNearestCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for line, want := range helpful {
		i := command.Read(typed(line), w.inside())
		require.Equal(t, 1, one(i), line)
		lines := linesOf(i.Say)
		require.NotEmpty(t, lines, line)
		require.Equal(t, want, lines[0], line)
	}
	lines := linesOf(command.Read(typed("P0 checkout is down"), w.outside()).Say)
	require.Equal(t, "declare P0 checkout is down", lines[0], "outside, words are most likely a new incident")
}

// Whatever is offered is understood, as a line and as a button.
func TestWhatIsOfferedWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for line := range helpful {
		for _, c := range []command.Context{w.inside(), w.outside()} {
			m := command.Read(typed(line), c).Say
			for _, offered := range linesOf(m) {
				again := command.Read(typed(offered), c)
				require.NotContains(t, again.Say.Plain(), "is no command", "%q offers %q", line, offered)
			}
			for _, b := range buttonsOf(m) {
				require.Less(t, len(b.Action)+len(b.Value), 500)
				again := command.Read(pressed(b.Action, b.Value), c)
				require.NotContains(t, again.Say.Plain(), "older version", "%q offers %v", line, b)
			}
		}
	}
}

func TestCommandsElsewhereAskWhichIncident(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := command.Read(typed("log tables locked"), w.outside())
	require.Equal(t, []string{"log INC-7 tables locked"}, linesOf(i.Say))
	require.Equal(t, []chat.Button{{Action: "log", Value: "INC-7/tables locked", Label: "INC-7"}}, buttonsOf(i.Say))
	require.Contains(t, i.Say.Plain(), "Checkout down")
	mention := command.Read(typed("handoff @ben"), w.outside())
	require.Equal(t, []string{"handoff INC-7 @ben"}, linesOf(mention.Say))
	require.Empty(t, buttonsOf(mention.Say), "a mention means nothing in a button")
	c := w.outside()
	c.Open = nil
	none := command.Read(typed("ack"), c)
	require.Contains(t, none.Say.Plain(), "No incident is open")
	require.Equal(t, []string{"declare"}, linesOf(none.Say))
}

func TestAnUnknownIncidentIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range []chat.Request{typed("ack INC-99"), typed("show 99"), pressed("ack", "INC-99")} {
		for _, c := range []command.Context{w.inside(), w.outside()} {
			i := command.Read(r, c)
			require.Contains(t, i.Say.Plain(), "no incident INC-99")
			require.Contains(t, i.Say.Plain(), "INC-7 Checkout down")
		}
	}
}

func TestUnknownPeopleAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, line := range []string{"handoff @bne", "join @bne", "role support @bne", "escalate @bne help", "handoff bne"} {
		i := command.Read(typed(line), w.inside())
		require.Equal(t, 1, one(i), line)
		require.Contains(t, i.Say.Plain(), "bne", line)
		require.Contains(t, i.Say.Plain(), "In this incident: Ben, ", "%s: the nearest first", line)
	}
}

func TestLinesToPasteNameTheIncidentWhereTheyMust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, "ack", linesOf(command.Read(typed("akc"), w.inside()).Say)[0])
	away := w.inside()
	away.Place = "lobby"
	require.Equal(t, "ack INC-7", linesOf(command.Read(typed("akc INC-7"), away).Say)[0])
}

func TestHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, lang := range words.Languages() {
		c := w.outside()
		c.Lang = lang
		all := command.Read(typed("help"), c).Say.Plain()
		for _, known := range command.Completions(lang, w.playbook) {
			require.NotContains(t, known.Word, "command.", lang)
			require.NotContains(t, known.Hint+known.About, "command.", lang)
			require.Contains(t, all, strings.TrimSpace(known.Word+" "+known.Hint), lang)
			require.Contains(t, all, known.About, lang)
			one := command.Read(typed("help "+known.Word), c).Say.Plain()
			require.Contains(t, one, known.About, lang)
		}
	}
	require.Contains(t, command.Read(typed("help declare"), w.outside()).Say.Plain(), "[P0|P1|P2|P3] TITLE")
	require.Contains(t, command.Read(typed("help declair"), w.outside()).Say.Plain(), "declare")
	require.Contains(t, command.Read(typed("help qqqqqq"), w.outside()).Say.Plain(), "Commands")
	c := w.outside()
	c.Lang = "fr"
	require.Contains(t, command.Read(typed("help"), c).Say.Plain(), "déclarer [P0|P1|P2|P3] TITRE")
}

// Every example of the help works, in the language it is written in.
func TestExamplesWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, lang := range words.Languages() {
		for _, known := range command.Completions("en", nil) {
			c := w.inside()
			c.Lang = lang
			c.People["@kim"] = kim
			line := words.For(lang).Text("command." + known.Word + ".example")
			i := command.Read(typed(line), c)
			require.Equal(t, 1, one(i), "%s: %s", lang, line)
			if known.Word != "help" {
				require.True(t, i.Command != nil || i.Query.Kind != "", "%s: %s: %s", lang, line, i.Say.Plain())
			}
		}
	}
}

func TestNoTwoCommandsShareAWord(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages() {
		seen := map[string]string{}
		for _, known := range command.Completions("en", nil) {
			for word := range strings.FieldsSeq(words.For(lang).Text("command." + known.Word + ".words")) {
				other, taken := seen[words.Fold(word)]
				require.False(t, taken, "%s: %q means %s and %s", lang, word, other, known.Word)
				seen[words.Fold(word)] = known.Word
				got := command.Read(typed("help "+word), command.Context{Lang: "en", Slash: "/incident"})
				require.Contains(t, got.Say.Plain(), "/incident "+known.Word, "%s: %q", lang, word)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	w := newWorld(f)
	for line := range simple {
		f.Add(line)
	}
	for line := range asking {
		f.Add(line)
	}
	for line := range helpful {
		f.Add(line)
	}
	f.Add("declare \"\ue000 <@U3|kim>@ben«»")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []command.Context{w.inside(), w.outside(), {}, {Here: &incident.State{Number: 1, Phase: incident.PhaseDeclared}}} {
			require.Equal(t, 1, one(command.Read(typed(text), c)), "a line means one thing: %q", text)
			command.Read(pressed(text, text), c)
			require.Equal(t, 1, one(command.Read(pressed("task", "INC-7/"+text), c)))
			for _, form := range []string{"declare", "update", "taskdone", "amend", text} {
				i := command.Read(sent(form, "INC-7/"+text, map[string]string{"text": text, "title": text, "task": text, "entry": text}), c)
				require.Equal(t, 1, one(i))
			}
			command.Read(chat.Request{Kind: chat.Reacted, Text: "pushpin", On: &chat.Original{Text: text}}, c)
		}
		require.NotPanics(t, func() { command.Address(typed(text)) })
	})
}

func TestMentionsAreWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.inside()
	c.People = map[string]stream.Person{"@ben": ben, "@ben.ito": kim, "<@U2>": ana, "": ana}
	for line, want := range map[string]incident.Command{
		"handoff @ben.ito": incident.HandOff{To: kim},
		"handoff @ben":     incident.HandOff{To: ben},
		"handoff <@U2>":    incident.HandOff{To: ana},
		"join @ben,@ben":   incident.Join{People: []stream.Person{ben}},
		"log ask @ben!":    incident.Note{Text: "ask @Ben!"},
		"log @bench":       incident.Note{Text: "@bench"},
		"log a<@U2>b":      incident.Note{Text: "a<@U2>b"},
		"log (<@U2>)":      incident.Note{Text: "(@Ana)"},
	} {
		require.Equal(t, want, command.Read(typed(line), c).Command, line)
	}
}

// Asking what a command does must wake nobody.
func TestHelpBehindACommandIsHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, line := range []string{"declare --help", "declare help", "declare ?", "escalate -h"} {
		i := command.Read(typed(line), w.outside())
		require.Nil(t, i.Command, line)
		require.Contains(t, i.Say.Plain(), "/incident "+strings.Fields(line)[0], line)
	}
}
