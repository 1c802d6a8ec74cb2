package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

// Metrics counts what the bot does, for Prometheus. Use [NewMetrics].
type Metrics struct {
	registry  prometheus.Registerer
	commands  *prometheus.CounterVec
	decisions *prometheus.CounterVec
	sent      *prometheus.CounterVec
	waits     *prometheus.CounterVec
	hearing   *prometheus.HistogramVec
	lateness  prometheus.Histogram
}

// NewMetrics registers the bot's metrics. A nil registry keeps them unseen.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		registry: registry,
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sitrep_commands_total", Help: "Commands of people, by what came of them.",
		}, []string{"command", "outcome"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sitrep_decisions_total", Help: "Decisions written to the journal, by who caused them.",
		}, []string{"cause"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sitrep_deliveries_total", Help: "Tries of actions on chat platforms, by how they ended.",
		}, []string{"platform", "verb", "outcome"}),
		waits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sitrep_rate_limit_wait_seconds_total", Help: "Time that actions were held back by a rate budget or a platform.",
		}, []string{"platform"}),
		hearing: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sitrep_hear_seconds", Help: "Time from a request to its durable answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 13),
		}, []string{"platform"}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sitrep_reminder_lateness_seconds", Help: "How late the clocks of incidents struck.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10),
		}),
	}
	if registry != nil {
		registry.MustRegister(m.commands, m.decisions, m.sent, m.waits, m.hearing, m.lateness)
	}
	return m
}

// watch adds what is read from a bot when somebody asks.
func (m *Metrics) watch(b *Bot) {
	if m.registry != nil {
		m.registry.MustRegister(gauges{b})
	}
}

func (m *Metrics) heard(r chat.Request, took time.Duration) {
	m.hearing.WithLabelValues(string(r.Platform)).Observe(took.Seconds())
}

// commanded counts a command under its name in the engine: "declare", "setseverity".
func (m *Metrics) commanded(c incident.Command, outcome string) {
	name := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", c), "incident."))
	m.commands.WithLabelValues(name, outcome).Inc()
}

func (m *Metrics) decided(d decision, cause matter) {
	if len(d.events) == 0 {
		return
	}
	m.decisions.WithLabelValues(cause.cause()).Inc()
}

// cause says who brought a decision about: a person, a bot, a machine, a clock or a delivery.
func (m matter) cause() string {
	switch {
	case m.account:
		return "delivery"
	case wakes(m):
		return "clock"
	}
	return m.from
}

func (m *Metrics) delivered(p parcel, err error) {
	outcome := "done"
	if err != nil {
		outcome = string(chat.ClassOf(err))
	}
	m.sent.WithLabelValues(string(p.Platform), string(p.Action.Verb), outcome).Inc()
}

func (m *Metrics) limited(p parcel, wait time.Duration) {
	m.waits.WithLabelValues(string(p.Platform)).Add(wait.Seconds())
}

func (m *Metrics) late(d time.Duration) { m.lateness.Observe(d.Seconds()) }

// gauges reads a bot's journal and open incidents whenever Prometheus comes by.
type gauges struct{ b *Bot }

var (
	outboxItems  = prometheus.NewDesc("sitrep_outbox_items", "Actions in the outbox.", []string{"state"}, nil)
	outboxOldest = prometheus.NewDesc("sitrep_outbox_oldest_seconds", "Age of the oldest action that waits.", nil, nil)
	openNow      = prometheus.NewDesc("sitrep_open_incidents", "Incidents that are not over.", []string{"severity"}, nil)
)

// Describe implements prometheus.Collector.
func (gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outboxItems, outboxOldest, openNow} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	ctx := context.Background()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if depth, err := g.b.journal.Depth(ctx); err == nil {
		gauge(outboxItems, float64(depth.Waiting), "waiting")
		gauge(outboxItems, float64(depth.Dead), "dead")
		age := time.Duration(0)
		if !depth.Oldest.IsZero() {
			age = g.b.cfg.Now().Sub(depth.Oldest)
		}
		gauge(outboxOldest, age.Seconds())
	}
	if open, err := g.b.open.states(ctx, 0); err == nil {
		by := make(map[string]int)
		for _, s := range open {
			by[string(s.Severity.ID)]++
		}
		for severity, n := range by {
			gauge(openNow, float64(n), severity)
		}
	}
}
