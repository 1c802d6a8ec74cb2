package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/mattermost"
	"github.com/sitrep-bot/sitrep/adapters/mattermost/mattermosttest"
	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/store"
)

// distance is how much longer each call to a chat platform takes than on this machine.
const distance = 150 * time.Millisecond

// BenchmarkDeclare measures a declaration with a team of six, from the moment the command is heard: when the
// declarer is in the room, when everything is done, with how many calls, and how many of them one after the other.
// x-call is the whole in calls: what everything took by what a single call takes on the same way.
func BenchmarkDeclare(b *testing.B) {
	b.Run("slack", declareOnSlack)
	b.Run("mattermost", declareOnMattermost)
}

func declareOnSlack(b *testing.B) {
	var all declarations
	for b.Loop() {
		b.StopTimer()
		s := slacktest.NewWorld(b, slacktest.Setup{Now: time.Now, Server: slacktest.Options{Rates: true}})
		w := &way{next: &http.Transport{}}
		p, err := slack.New(slack.Config{
			BotToken: s.BotToken, SigningSecret: s.SigningSecret, APIURL: s.APIURL(), Now: time.Now, HTTP: &http.Client{Transport: w},
		})
		require.NoError(b, err)
		front := httptest.NewServer(p.Handler())
		s.DeliverTo(front.URL)
		e := &ear{Platform: p}
		journal := boltIn(b, b.TempDir())
		_, stop := live(b, usualBot(b, journal, e, func(who string) string { return string(s.User(b, who)) }))
		b.StartTimer()
		all = append(all, declare(b, journal, w, e, "conversations.invite", func() {
			s.Type(b, "ana", "general", "/incident declare P0 Checkout is down")
		}, p.Quiesce))
		b.StopTimer()
		for _, c := range s.Calls() {
			require.Equal(b, "ok", c.Outcome, "%s", c.Method)
		}
		stop()
		front.Close()
		s.Close()
		b.StartTimer()
	}
	all.report(b)
}

func declareOnMattermost(b *testing.B) {
	w := &way{next: &http.Transport{MaxIdleConnsPerHost: 16}}
	world := mattermosttest.NewWorldWith(b, nil, func(c *mattermost.Config) { c.HTTP = &http.Client{Transport: w} })
	e := &ear{Platform: world.Platform()}
	journal := boltIn(b, b.TempDir())
	_, stop := live(b, usualBot(b, journal, e, func(who string) string { return string(world.User(b, who)) }))
	defer stop()
	var all declarations
	for n := 0; b.Loop(); n++ {
		all = append(all, declare(b, journal, w, e, "/members", func() {
			world.Type(b, "ana", "general", fmt.Sprintf("/incident declare P0 Checkout is down in shop %d", n))
		}, func() {}))
	}
	all.report(b)
}

// declaration is what one took.
type declaration struct {
	in, all, call time.Duration
	calls         []call
}

// declare has ana declare, and waits until everything is done that follows. invite is part of the name of the calls
// that bring people in.
func declare(b *testing.B, journal store.Journal, w *way, e *ear, invite string, act, quiesce func()) declaration {
	b.Helper()
	w.stretch(distance)
	defer w.stretch(0)
	e.listen()
	w.forget()
	act()
	until(b, "the declaration to be delivered", func() bool {
		quiesce()
		return w.quiet() && delivered(b, journal)
	})
	began, calls := e.heard(), w.made()
	require.NotEmpty(b, calls)
	d := declaration{calls: calls}
	var one spread
	for _, c := range calls {
		one = append(one, c.ended.Sub(c.began))
		d.all = max(d.all, c.ended.Sub(began))
		if strings.Contains(c.name, invite) {
			d.in = max(d.in, c.ended.Sub(began))
		}
	}
	require.NotZero(b, d.in, "nobody was brought in: %v", calls)
	d.call = one.middle()
	return d
}

type declarations []declaration

func (all declarations) report(b *testing.B) {
	b.Helper()
	var in, whole, one spread
	calls, deep := 0, 0
	for _, d := range all {
		in, whole, one = append(in, d.in), append(whole, d.all), append(one, d.call)
		calls, deep = max(calls, len(d.calls)), max(deep, depth(d.calls))
	}
	report(b, in.middle(), "in-ms")
	report(b, whole.middle(), "all-ms")
	b.ReportMetric(float64(calls), "calls")
	b.ReportMetric(float64(deep), "deep")
	b.ReportMetric(ratio(in.middle(), one.middle()), "in-x-call")
	b.ReportMetric(ratio(whole.middle(), one.middle()), "all-x-call")
	b.Log(story(all[len(all)-1].calls))
}

// story is who was called when, in one line.
func story(calls []call) string {
	var parts []string
	for _, c := range calls {
		method, path, _ := strings.Cut(c.name, " ")
		steps := strings.Split(strings.Trim(path, "/"), "/")
		steps = slices.DeleteFunc(steps, func(s string) bool { return s == "api" || s == "v4" || len(s) == 26 }) // ids say nothing
		parts = append(parts, fmt.Sprintf("%d–%d %s %s", c.began.Sub(calls[0].began).Milliseconds(), c.ended.Sub(calls[0].began).Milliseconds(),
			method, strings.Join(steps, "/")))
	}
	return strings.Join(parts, "; ")
}

// call is one call to a chat platform.
type call struct {
	name         string
	began, ended time.Time
}

// depth is the longest row of calls of which each began after the one before it had ended.
func depth(calls []call) int {
	calls = slices.Clone(calls)
	slices.SortFunc(calls, func(a, b call) int { return a.ended.Compare(b.ended) })
	n, last := 0, time.Time{}
	for _, c := range calls {
		if !c.began.Before(last) {
			n, last = n+1, c.ended
		}
	}
	return n
}

// way carries calls to a chat platform, takes its time, and remembers them.
type way struct {
	next http.RoundTripper

	mu      sync.Mutex
	longer  time.Duration
	closed  chan struct{} // nothing passes before it is closed; nil: everything passes
	calls   []call
	passing int
}

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	longer, closed := w.longer, w.closed
	w.passing++
	w.mu.Unlock()
	c := call{name: r.Method + " " + r.URL.Path, began: time.Now()}
	if closed != nil {
		<-closed
	}
	if longer > 0 {
		<-time.After(longer)
	}
	answer, err := w.next.RoundTrip(r)
	c.ended = time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, c)
	w.passing--
	return answer, err
}

func (w *way) stretch(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.longer = d
}

// close lets no call pass until the function that it returns is called.
func (w *way) close() (open func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	closed := make(chan struct{})
	w.closed = closed
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.closed = nil
		close(closed)
	}
}

func (w *way) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = nil
}

// made are the calls that have ended, in the order of their beginnings.
func (w *way) made() []call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.SortedFunc(slices.Values(w.calls), func(a, b call) int { return a.began.Compare(b.began) })
}

// quiet tells whether no call is under way.
func (w *way) quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.passing == 0
}

// ear is a platform whose requests are noted as they are heard.
type ear struct {
	chat.Platform
	mu sync.Mutex
	at time.Time
}

// Run implements chat.Platform.
func (e *ear) Run(ctx context.Context, hearer chat.Hearer, ready func()) error {
	return e.Platform.Run(ctx, eared{hearer, e}, ready)
}

type eared struct {
	chat.Hearer
	ear *ear
}

// Hear implements chat.Hearer.
func (h eared) Hear(ctx context.Context, r chat.Request) chat.Answer {
	h.ear.mu.Lock()
	if h.ear.at.IsZero() {
		h.ear.at = time.Now()
	}
	h.ear.mu.Unlock()
	return h.Hearer.Hear(ctx, r)
}

// listen forgets what was heard.
func (e *ear) listen() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at = time.Time{}
}

// heard is when the first request since listen was heard.
func (e *ear) heard() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.at
}
