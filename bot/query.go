package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/command"
	"github.com/sitrep-bot/sitrep/bot/compose"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// How far a search goes back, and how much it brings.
const (
	searchDepth = 10_000 // incidents that are over, newest first
	searchYield = 20
)

// summary is what a search needs to know of an incident that is over. It holds a few fields of the state,
// and reads back as one.
type summary struct {
	Number   int                   `json:"number"`
	Title    string                `json:"title"`
	Severity incident.SeverityInfo `json:"severity"`
	Status   incident.Labelled     `json:"status"`
	Phase    incident.Phase        `json:"phase"`
	Home     string                `json:"home"`
	Room     incident.RoomOpened   `json:"room"`
	Impact   string                `json:"impact,omitempty"`
	Facts    []incident.FactFound  `json:"facts,omitempty"`
	Cause    incident.CauseNamed   `json:"cause"`
	Declared time.Time             `json:"declared"`
	Resolved time.Time             `json:"resolved,omitzero"`
	Closed   time.Time             `json:"closed"`
}

func summarize(s incident.State) string {
	data, err := json.Marshal(summary{
		Number: s.Number, Title: s.Title, Severity: s.Severity, Status: s.Status, Phase: s.Phase, Home: s.Home,
		Room: s.Room, Impact: s.Impact, Facts: s.Facts, Cause: s.Cause,
		Declared: s.At.Declared, Resolved: s.At.Resolved, Closed: s.At.Closed,
	})
	if err != nil {
		panic(err) // plain data always encodes
	}
	return string(data)
}

func readSummary(value string) (incident.State, error) {
	var s summary
	if err := json.Unmarshal([]byte(value), &s); err != nil {
		return incident.State{}, fmt.Errorf("decode the summary of an incident: %w", err)
	}
	return incident.State{
		Number: s.Number, Title: s.Title, Severity: s.Severity, Status: s.Status, Phase: s.Phase, Home: s.Home,
		Room: s.Room, Impact: s.Impact, Facts: s.Facts, Cause: s.Cause,
		At: incident.Times{Declared: s.Declared, Resolved: s.Resolved, Closed: s.Closed},
	}, nil
}

// query answers a question. It changes nothing.
func (b *Bot) query(ctx context.Context, r compose.Reader, q command.Query) (chat.Message, error) {
	switch q.Kind {
	case command.List, command.HomePage:
		open, err := b.open.states(ctx, 0)
		if err != nil {
			return chat.Message{}, err
		}
		if q.Kind == command.HomePage {
			return compose.Home(r, open), nil
		}
		return compose.List(r, open), nil
	case command.Find:
		hits, err := b.find(ctx, q.Words)
		return compose.Found(r, q.Words, hits), err
	default:
		return b.queryOne(ctx, r, q)
	}
}

func (b *Bot) queryOne(ctx context.Context, r compose.Reader, q command.Query) (chat.Message, error) {
	f, err := b.open.read(ctx, b.open.incident(q.Incident))
	if err != nil {
		return chat.Message{}, err
	}
	switch q.Kind {
	case command.Roles:
		return compose.Roles(r, f.state), nil
	case command.Tasks:
		return compose.Tasks(r, f.state), nil
	case command.Timeline, command.Catchup:
		history, err := b.history(ctx, q.Incident)
		if err != nil {
			return chat.Message{}, err
		}
		if q.Kind == command.Catchup {
			return compose.Catchup(r, f.state, history), nil
		}
		return compose.Timeline(r, f.state, history), nil
	default:
		return compose.Show(r, f.state), nil
	}
}

// find searches the incidents for all of the words, the open ones first, each newest first.
func (b *Bot) find(ctx context.Context, words string) ([]incident.State, error) {
	wanted := strings.Fields(strings.ToLower(words))
	open, err := b.open.states(ctx, 0)
	if err != nil {
		return nil, err
	}
	hits := slices.DeleteFunc(open, func(s incident.State) bool { return !matches(s, wanted) })
	depth := 0
	for link, err := range b.journal.Scan(ctx, pastPrefix) {
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		if depth++; depth > searchDepth || len(hits) >= searchYield {
			break
		}
		s, err := readSummary(link.Value)
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		if matches(s, wanted) {
			hits = append(hits, s)
		}
	}
	return hits[:min(len(hits), searchYield)], nil
}

// matches tells whether an incident speaks of all the words, which are in lower case.
func matches(s incident.State, words []string) bool {
	parts := []string{
		fmt.Sprintf("inc-%d", s.Number), s.Title, string(s.Severity.ID), s.Status.Label,
		s.Impact, s.Action, s.Cause.Cause.Label, s.Cause.Text, s.Room.Name,
	}
	for _, f := range s.Facts {
		parts = append(parts, f.Text)
	}
	for _, n := range s.Notes { // an incident that is over has left them in its log
		if !n.Retracted {
			parts = append(parts, n.Text)
		}
	}
	text := strings.ToLower(strings.Join(parts, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
