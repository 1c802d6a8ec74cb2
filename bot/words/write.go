package words

import (
	"strings"
	"time"

	"golang.org/x/text/number"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Number is a number with the language's separators.
func (c *Catalogue) Number(v any) string {
	switch v := v.(type) {
	case float64, float32:
		return c.printer.Sprint(number.Decimal(v, number.MaxFractionDigits(2)))
	default:
		return c.printer.Sprint(v)
	}
}

// Duration is a span of time in its two largest units, to the second below a minute and to the minute
// above: "45 s", "1 h 5 min", "2 d 3 h".
func (c *Catalogue) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	if d < time.Minute {
		return c.Text("unit.seconds", "n", int(d/time.Second))
	}
	d = d.Round(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	var parts []string
	add := func(key string, n int) {
		if n > 0 && len(parts) < 2 {
			parts = append(parts, c.Text(key, "n", n))
		}
	}
	add("unit.days", days)
	add("unit.hours", hours)
	if days == 0 {
		add("unit.minutes", minutes)
	}
	return strings.Join(parts, " ")
}

// Time is a time of day in a zone; nil is UTC.
func (c *Catalogue) Time(t time.Time, zone *time.Location) string {
	return in(t, zone).Format(c.Text("format.time"))
}

// Day is a day without its year, in a zone.
func (c *Catalogue) Day(t time.Time, zone *time.Location) string {
	return c.day("format.day", in(t, zone))
}

// Date is a day with its year, in a zone.
func (c *Catalogue) Date(t time.Time, zone *time.Location) string {
	return c.day("format.date", in(t, zone))
}

func (c *Catalogue) day(key string, t time.Time) string {
	months := strings.Fields(c.Text("format.months"))
	return c.Text(key, "day", t.Day(), "month", months[int(t.Month())-1], "year", t.Format("2006"))
}

// Clock is a time of day as a span: shown in the reader's zone where the platform can, else in this one.
func (c *Catalogue) Clock(t time.Time, zone *time.Location) chat.Span {
	return chat.Span{Kind: chat.Clock, Text: c.Time(t, zone), Time: t.UTC()}
}

// When is a time, with its day and zone when that is not the day of ref.
func (c *Catalogue) When(t, ref time.Time, zone *time.Location) []chat.Span {
	a, b := in(t, zone), in(ref, zone)
	if ref.IsZero() || (a.YearDay() == b.YearDay() && a.Year() == b.Year()) {
		return []chat.Span{c.Clock(t, zone)}
	}
	return c.Dated(t, zone)
}

// Dated is a time with its day and zone. It is words, not a clock: a platform that turned the time into the
// reader's zone would leave the day behind, and around midnight the two would not fit.
func (c *Catalogue) Dated(t time.Time, zone *time.Location) []chat.Span {
	return c.Spans("format.when", "day", c.Day(t, zone), "time", c.Time(t, zone)+" "+zoneName(t, zone))
}

// zoneName is the short name of a zone at a moment. Zones without letters are told by their distance.
func zoneName(t time.Time, zone *time.Location) string {
	name, _ := in(t, zone).Zone()
	if name == "" || name[0] == '+' || name[0] == '-' {
		return "UTC" + name
	}
	return name
}

// Join is a list of things in a sentence: "a, b and c". Each item is what fills a placeholder.
func (c *Catalogue) Join(items ...any) []chat.Span {
	var out []chat.Span
	for i, item := range items {
		switch {
		case i > 0 && i == len(items)-1:
			out = appendWords(out, c.Text("format.and"))
		case i > 0:
			out = appendWords(out, ", ")
		}
		for _, span := range c.spansOf(item) {
			out = appendSpan(out, span)
		}
	}
	return out
}

// JoinTexts is a list of plain texts in a sentence.
func (c *Catalogue) JoinTexts(texts []string) string {
	items := make([]any, len(texts))
	for i, t := range texts {
		items[i] = t
	}
	return chat.PlainSpans(c.Join(items...))
}

func in(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone)
}
