package calendar

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNext(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ expr, zone, after, want string }{
		{"0 9 * * MON", "Europe/Paris", "2026-11-21T12:00:00Z", "2026-11-23T09:00:00+01:00"},
		{"0 9 * * MON", "America/Sao_Paulo", "2026-11-21T12:00:00Z", "2026-11-23T09:00:00-03:00"},
		{"0 9 * * MON", "", "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"}, // after, not at
		{"@daily", "UTC", "2026-11-21T12:00:00Z", "2026-11-22T00:00:00Z"},
		{"*/15 * * * *", "UTC", "2026-11-21T12:07:30Z", "2026-11-21T12:15:00Z"},
		{"0 0 29 2 *", "UTC", "2026-11-21T12:00:00Z", "2028-02-29T00:00:00Z"},
		// The clocks go back: half past two comes twice and strikes once, every quarter of an hour goes on.
		{"30 2 * * *", "Europe/Paris", "2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"30 2 * * *", "Europe/Paris", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		{"*/15 * * * *", "Europe/Paris", "2026-10-25T02:45:00+02:00", "2026-10-25T02:00:00+01:00"},
		// They go forward: half past two does not come, and what was set for it strikes as they do.
		{"30 2 * * *", "Europe/Paris", "2026-03-29T00:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"30 2 * * *", "Europe/Paris", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"},
		{"30 2 29 3 *", "Europe/Paris", "2026-03-01T00:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"*/20 * * * *", "Europe/Paris", "2026-03-29T01:50:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"5 * * * *", "Europe/Paris", "2026-03-29T01:50:00+01:00", "2026-03-29T03:05:00+02:00"},
		// Where midnight is skipped, and where a whole day is.
		{"0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T09:00:00+14:00"},
		{"0 9 13 * FRI", "UTC", "2026-11-01T00:00:00Z", "2026-11-06T09:00:00Z"},
		{"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"30 3 * * *", "Europe/Paris", "2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"30 1 * * *", "America/New_York", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"},
	} {
		got, err := Next(row.expr, row.zone, at(t, row.after))
		require.NoError(t, err, row.expr)
		require.True(t, got.Equal(at(t, row.want)), "%s in %s after %s: want %s, got %s", row.expr, row.zone, row.after, row.want, got)
	}
}

func TestNextRefusesWhatNeverStrikesOrCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ expr, zone, says string }{
		{"0 0 31 2 *", "", "never strikes"},
		{"TZ=", "", "apart from it"},
		{"TZ=0", "", "apart from it"},
		{"CRON_TZ=Europe/Paris", "", "apart from it"},
		{"0 9 * * *", "Europe/Pariss", "unknown time zone"},
		{"0 9 * * *", "Local", "unknown time zone"},
		{"@every 1h", "", "no fixed times"},
		{"@never", "", "@never"},
		{"", "", "empty"},
		{"61 * * * *", "", "61"},
		{"* * * * * *", "", "expected exactly 5 fields"},
	} {
		got, err := Next(row.expr, row.zone, time.Unix(0, 0))
		require.ErrorContains(t, err, row.says, row.expr)
		require.Zero(t, got)
	}
}

func TestNextIsAlwaysLaterAndOnTheExpression(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		change := rapid.SampledFrom(changes).Draw(t, "change")
		day, err := time.Parse(time.DateOnly, change.day)
		require.NoError(t, err)
		after := day.Add(time.Duration(rapid.IntRange(-48*60, 48*60).Draw(t, "after")) * time.Minute)
		expr := rapid.SampledFrom([]string{"30 2 * * *", "0 0 * * *", "15 * * * *", "0 9 * * 1-5", "30 1 * * 0"}).Draw(t, "expr")
		next, err := Next(expr, change.zone, after)
		require.NoError(t, err)
		require.True(t, next.After(after))
		again, err := Next(expr, change.zone, next.Add(-time.Second))
		require.NoError(t, err)
		require.True(t, again.Equal(next), "asked a second before, it is the same")
	})
}

func FuzzNext(f *testing.F) {
	for _, expr := range []string{"0 9 * * MON", "@daily", "*/5 0-3,7 1 */2 ?", "TZ=", "CRON_TZ=x y", "0 0 31 2 *", "@every 1s", "99999999999999999999 * * * *"} {
		f.Add(expr, "Europe/Paris")
	}
	after := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr, zone string) {
		next, err := Next(expr, zone, after)
		require.Equal(t, err != nil, next.IsZero())
		require.True(t, err != nil || next.After(after))
	})
}

// On ordinary days the search agrees with looking at every minute.
func TestNextAgreesWithLookingAtEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		change := rapid.SampledFrom(changes).Draw(t, "change")
		zone, err := time.LoadLocation(change.zone)
		require.NoError(t, err)
		day, err := time.Parse(time.DateOnly, change.day)
		require.NoError(t, err)
		minute, weekday := rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 6).Draw(t, "weekday")
		want := day.Add(time.Duration(rapid.IntRange(-48*60, 48*60).Draw(t, "after")) * time.Minute)
		after := want
		for {
			want = want.Add(time.Minute)
			local := want.In(zone)
			if local.Minute() == minute && int(local.Weekday()) == weekday {
				break
			}
		}
		got, err := Next(fmt.Sprintf("%d * * * %d", minute, weekday), change.zone, after)
		require.NoError(t, err)
		require.True(t, want.Equal(got), "want %s, got %s", want.In(zone), got.In(zone))
	})
}
