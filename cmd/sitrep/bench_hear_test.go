package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/slack"
	"github.com/sitrep-bot/sitrep/adapters/slack/slacktest"
	"github.com/sitrep-bot/sitrep/store"
)

const (
	hearOpen  = 1000                   // incidents that are open
	hearCount = 1000                   // commands of one run …
	hearEvery = 5 * time.Millisecond   // … 200 of them a second, whether the bot keeps up or not
	hearWarm  = 200                    // commands before the run that do not count
	hearAway  = 150 * time.Millisecond // what a call to Slack takes
)

// BenchmarkHear measures a signed Slack command over loopback, from the moment it should be sent to its
// acknowledgement on the wire, at 200 commands a second with 1,000 open incidents on a disk. One operation is a run
// of 1,000 commands. The floor is the same traffic to a server that does nothing, and one sync of the disk.
//
// With slack=silent no call to Slack is ever answered while commands come: nobody waits for one before the
// acknowledgement. With slack=150ms what was decided is delivered beside the hearing.
func BenchmarkHear(b *testing.B) {
	h := newHearing(b)
	for _, c := range []struct {
		name   string
		silent bool
	}{{"slack=150ms", false}, {"slack=silent", true}} {
		b.Run(c.name, func(b *testing.B) { h.measure(b, c.silent) })
	}
}

// hearing is a bot on Slack with many open incidents.
type hearing struct {
	s       *slacktest.World
	journal store.Journal
	way     *way
	front   *httptest.Server
	bare    *httptest.Server
	asked   atomic.Int64
}

func newHearing(b *testing.B) *hearing {
	b.Helper()
	h := &hearing{s: slacktest.NewWorld(b, slacktest.Setup{Now: time.Now}), way: &way{next: &http.Transport{MaxIdleConnsPerHost: 64}}}
	p, err := slack.New(slack.Config{
		BotToken: h.s.BotToken, SigningSecret: h.s.SigningSecret, APIURL: h.s.APIURL(), Now: time.Now, HTTP: &http.Client{Transport: h.way},
		Timeout: time.Minute,
	})
	require.NoError(b, err)
	journal := boltIn(b, b.TempDir())
	h.journal = journal
	user := func(who string) string { return string(h.s.User(b, who)) }
	cfg := usualBot(b, journal, p, user)
	declared(b, cfg, hearOpen, nil)
	_, stop := live(b, cfg)
	h.front, h.bare = httptest.NewServer(p.Handler()), httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	b.Cleanup(func() {
		h.front.Close()
		h.bare.Close()
		stop()
	})
	return h
}

func (h *hearing) measure(b *testing.B, silent bool) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	defer client.CloseIdleConnections()
	h.run(b, client, h.front.URL, hearWarm)
	h.run(b, client, h.bare.URL, hearWarm)
	release := func() {}
	if silent {
		release = h.way.close()
	} else {
		h.way.stretch(hearAway)
	}
	var took, bare spread
	synced := syncTime(b)
	for b.Loop() {
		b.StopTimer()
		bare = append(bare, h.run(b, client, h.bare.URL, hearCount)...)
		b.StartTimer()
		before := h.entries(b)
		took = append(took, h.run(b, client, h.front.URL, hearCount)...)
		require.GreaterOrEqual(b, h.entries(b), before+hearCount, "what was acknowledged is in the log")
	}
	release()
	h.way.stretch(0)
	report(b, took.middle(), "p50-ms")
	report(b, took.at(0.99), "p99-ms")
	report(b, bare.at(0.99), "bare-p99-ms")
	report(b, synced, "sync-ms")
	b.ReportMetric(ratio(took.middle(), bare.middle()+synced), "p50-x-bare-and-sync")
	b.ReportMetric(ratio(took.at(0.99), bare.at(0.99)+synced), "p99-x-bare-and-sync")
}

// run sends so many commands, one every hearEvery, and tells how long each took from the moment it was due.
func (h *hearing) run(b *testing.B, client *http.Client, base string, n int) spread {
	b.Helper()
	took := make(spread, n)
	var all sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * hearEvery)
		<-time.After(time.Until(due))
		r := h.request(b, base)
		all.Go(func() {
			answer, err := client.Do(r)
			took[i] = time.Since(due)
			if err != nil {
				b.Errorf("a command was not acknowledged: %v", err)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				b.Errorf("a command was not acknowledged: %s", answer.Status)
			}
		})
	}
	all.Wait()
	return took
}

// entries is how many the log holds.
func (h *hearing) entries(b *testing.B) uint64 {
	b.Helper()
	var n uint64
	for s, err := range h.journal.Streams(b.Context(), "") {
		require.NoError(b, err)
		n += s.Last
	}
	return n
}

// request is a command of ana's about one of the incidents, signed.
func (h *hearing) request(b *testing.B, base string) *http.Request {
	b.Helper()
	n := h.asked.Add(1)
	words := []string{"log INC-%d graph %d looks better", "decision INC-%d roll back, because of %d", "impact INC-%d %d shops cannot sell"}
	text := fmt.Sprintf(words[n%3], n*7%hearOpen+1, n)
	body := url.Values{
		"command": {"/incident"}, "text": {text}, "user_id": {string(h.s.User(b, "ana"))}, "user_name": {"ana"},
		"channel_id": {string(h.s.Room(b, "general"))}, "channel_name": {"general"}, "team_id": {h.s.TeamID},
		"trigger_id": {fmt.Sprintf("bench.%d", n)}, "response_url": {h.s.APIURL()},
	}.Encode()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, base+"/slack/command", strings.NewReader(body))
	require.NoError(b, err)
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(h.s.SigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}
