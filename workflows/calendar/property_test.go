package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// slow is the second implementation: it looks at the clock on the wall once a minute, and knows nothing of
// days, zones that change or jumps.
type slow struct {
	*Calendar
	zone *time.Location
}

func (s slow) open(t time.Time) bool {
	local := t.In(s.zone)
	day := strings.ToLower(local.Format("Mon"))
	if slices.Contains(s.Holidays, local.Format("2006-01-02")) {
		return false
	}
	switch {
	case len(s.Days) > 0 && !slices.Contains(s.Days, day):
		return false
	case len(s.Days) == 0 && s.Hours != "" && (day == "sat" || day == "sun"):
		return false
	case s.Hours == "":
		return true
	}
	wall := local.Format("15:04")
	return wall >= s.Hours[:5] && wall < s.Hours[6:]
}

func (s slow) add(t time.Time, d time.Duration) time.Time {
	for d > 0 {
		if s.open(t) {
			d -= time.Minute
		}
		t = t.Add(time.Minute)
	}
	return t
}

func (s slow) between(a, b time.Time) time.Duration {
	var sum time.Duration
	for ; a.Before(b); a = a.Add(time.Minute) {
		if s.open(a) {
			sum += time.Minute
		}
	}
	return sum
}

// changes are days around which the clocks of a zone jump: forward and back, at night, at midnight (Brazil,
// while it had summer time), and where a whole day was left out.
var changes = []struct{ zone, day string }{
	{"Europe/Paris", "2026-03-29"},
	{"Europe/Paris", "2026-10-25"},
	{"America/New_York", "2026-03-08"},
	{"America/New_York", "2026-11-01"},
	{"America/Sao_Paulo", "2018-11-04"},
	{"America/Sao_Paulo", "2019-02-17"},
	{"America/Sao_Paulo", "2026-03-29"},
	{"Australia/Lord_Howe", "2026-04-05"}, // half an hour
	{"Pacific/Apia", "2011-12-30"},        // the day that was not
	{"Asia/Kathmandu", "2026-05-01"},
	{"UTC", "2026-02-28"},
}

func drawCalendar(t *rapid.T) (slow, time.Time) {
	change := rapid.SampledFrom(changes).Draw(t, "change")
	zone, err := time.LoadLocation(change.zone)
	require.NoError(t, err)
	day, err := time.Parse(time.DateOnly, change.day)
	require.NoError(t, err)
	c := &Calendar{Zone: change.zone}
	if rapid.Bool().Draw(t, "with hours") {
		from := rapid.IntRange(0, 24*60-1).Draw(t, "from")
		to := rapid.IntRange(from+1, 24*60).Draw(t, "to")
		c.Hours = wallText(from) + "-" + wallText(to)
	}
	all := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	c.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 7, rapid.ID[string]).Draw(t, "days")
	for _, off := range rapid.SliceOfNDistinct(rapid.IntRange(-2, 4), 0, 3, rapid.ID[int]).Draw(t, "holidays") {
		c.Holidays = append(c.Holidays, day.AddDate(0, 0, off).Format(time.DateOnly))
	}
	start := day.Add(time.Duration(rapid.IntRange(-3*24*60, 2*24*60).Draw(t, "start")) * time.Minute)
	return slow{c, zone}, start
}

func wallText(minutes int) string {
	return twoDigits(minutes/60) + ":" + twoDigits(minutes%60)
}

func twoDigits(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

func TestCalendarAgreesWithTheSlowOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, start := drawCalendar(t)
		require.Equal(t, s.open(start), s.Open(start))
		end := start.Add(time.Duration(rapid.IntRange(0, 6*24*60).Draw(t, "span")) * time.Minute)
		require.Equal(t, s.between(start, end), s.Between(start, end))
		most := min(600, int(s.Between(start, start.Add(10*24*time.Hour))/time.Minute)) // the slow one walks there
		d := time.Duration(rapid.IntRange(0, most).Draw(t, "d")) * time.Minute
		want, got := s.add(start, d), s.Add(start, d)
		require.True(t, want.Equal(got), "want %s, got %s", want, got)
	})
}

func TestAddAndBetweenBelongTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, start := drawCalendar(t)
		most := min(14*24*time.Hour, s.Between(start, start.Add(60*24*time.Hour)))
		d := time.Duration(rapid.Int64Range(1, int64(most)).Draw(t, "d"))
		end := s.Add(start, d)
		require.Equal(t, d, s.Between(start, end))
		require.Equal(t, -d, s.Between(end, start))
		require.Equal(t, d-1, s.Between(start, end.Add(-1)), "one moment earlier it is not over")
		require.True(t, s.Add(s.Add(start, d/2), d-d/2).Equal(end) || d/2 == 0, "in two steps as in one")
	})
}
