package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// at reads a wall time with its offset: 2026-03-29T03:00:00+02:00.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return when
}

func paris() *Calendar {
	return &Calendar{Zone: "Europe/Paris", Hours: "09:00-18:00", Holidays: []string{"2026-12-25", "2027-01-01"}}
}

func TestTheZeroCalendarIsAlwaysOpen(t *testing.T) {
	t.Parallel()
	var none *Calendar
	now := at(t, "2026-12-25T03:00:00+01:00")
	for _, c := range []*Calendar{none, {}, {Zone: "Europe/Paris"}, {Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}}, {Hours: "00:00-24:00", Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}}} {
		require.True(t, c.Open(now))
		require.Equal(t, now.Add(50*time.Hour), c.Add(now, 50*time.Hour))
		require.Equal(t, 50*time.Hour, c.Between(now, now.Add(50*time.Hour)))
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2026-12-24T08:59:59+01:00": false,
		"2026-12-24T09:00:00+01:00": true,
		"2026-12-24T17:59:59+01:00": true,
		"2026-12-24T18:00:00+01:00": false,
		"2026-12-24T08:00:00Z":      true,  // nine in Paris
		"2026-12-25T12:00:00+01:00": false, // a holiday
		"2026-12-26T12:00:00+01:00": false, // a Saturday
		"2026-12-28T12:00:00+01:00": true,
	} {
		require.Equal(t, want, paris().Open(at(t, text)), text)
	}
}

func TestAddSkipsNightsWeekendsAndHolidays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		from string
		d    time.Duration
		want string
	}{
		{"2026-12-22T10:00:00+01:00", 4 * time.Hour, "2026-12-22T14:00:00+01:00"},
		{"2026-12-22T16:00:00+01:00", 4 * time.Hour, "2026-12-23T11:00:00+01:00"},
		{"2026-12-24T16:00:00+01:00", 4 * time.Hour, "2026-12-28T11:00:00+01:00"}, // Christmas is a Friday
		{"2026-12-26T12:00:00+01:00", time.Minute, "2026-12-28T09:01:00+01:00"},
		{"2026-12-22T10:00:00+01:00", 8 * time.Hour, "2026-12-22T18:00:00+01:00"}, // to the very end of the day
		{"2026-12-22T10:00:00+01:00", 24 * time.Hour, "2026-12-24T16:00:00+01:00"},
		{"2026-12-26T12:00:00+01:00", 0, "2026-12-26T12:00:00+01:00"},
		{"2026-12-26T12:00:00+01:00", -time.Hour, "2026-12-26T12:00:00+01:00"},
	} {
		got := paris().Add(at(t, row.from), row.d)
		require.True(t, got.Equal(at(t, row.want)), "%s + %s: want %s, got %s", row.from, row.d, row.want, got)
	}
}

func TestAddKeepsTheLocationItWasGiven(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.UTC, paris().Add(time.Date(2026, 12, 22, 9, 0, 0, 0, time.UTC), 90*time.Hour).Location())
}

// On the day the clocks go forward, two hours of a night shift are one; on the day they go back, three.
func TestAddOverAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	night := &Calendar{Zone: "Europe/Paris", Hours: "01:30-05:00", Days: []string{"sun"}}
	spring, autumn := at(t, "2026-03-29T01:30:00+01:00"), at(t, "2026-10-25T01:30:00+02:00")
	require.True(t, night.Add(spring, time.Hour).Equal(at(t, "2026-03-29T03:30:00+02:00")))
	require.True(t, night.Add(autumn, time.Hour).Equal(at(t, "2026-10-25T02:30:00+02:00")))
	require.True(t, night.Add(autumn, 2*time.Hour).Equal(at(t, "2026-10-25T02:30:00+01:00")))
	require.Equal(t, 2*time.Hour+30*time.Minute, night.Between(spring, spring.Add(24*time.Hour)))
	require.Equal(t, 4*time.Hour+30*time.Minute, night.Between(autumn, autumn.Add(24*time.Hour)))
}

// Hours that begin inside the hour that comes twice are open twice.
func TestHoursThatBeginInARepeatedHour(t *testing.T) {
	t.Parallel()
	early := &Calendar{Zone: "Europe/Paris", Hours: "02:30-02:45", Days: []string{"sun"}}
	first := at(t, "2026-10-25T02:30:00+02:00")
	require.True(t, early.Open(first))
	require.False(t, early.Open(first.Add(15*time.Minute)))
	require.True(t, early.Open(first.Add(time.Hour)))
	require.True(t, early.Add(first, 20*time.Minute).Equal(first.Add(65*time.Minute)))
	gap := at(t, "2026-03-29T00:00:00+01:00")
	require.Equal(t, 15*time.Minute, early.Between(gap, gap.Add(8*24*time.Hour)), "that hour did not exist on the day of the change")
}

func TestCheckFindsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	require.Empty(t, (&Calendar{}).Check())
	require.Empty(t, paris().Check())
	bad := &Calendar{
		Zone: "Local", Days: []string{"mon", "Friday", "mon", ""}, Hours: "18:00-09:00",
		Holidays: []string{"2026-02-30", "2026-12-25", "2026-12-25", "25/12/2026"},
	}
	var fields []string
	for _, err := range bad.Check() {
		var field *FieldError
		require.ErrorAs(t, err, &field)
		require.NotEmpty(t, field.What)
		require.NotEmpty(t, field.Fix)
		require.Contains(t, err.Error(), "; write: ")
		fields = append(fields, field.Field)
	}
	require.Equal(t, []string{"zone", "days.1", "days.2", "days.3", "hours", "holidays.0", "holidays.2", "holidays.3"}, fields)
}

func TestHoursAreReadStrictly(t *testing.T) {
	t.Parallel()
	for hours, fine := range map[string]bool{
		"09:00-18:00": true, "00:00-24:00": true, "09:00 - 18:00": true,
		"9:00-18:00": false, "09:00": false, "09:00-25:00": false, "09:00-09:00": false, "24:00-24:00": false, "-": false, "09:60-10:00": false, "09:00-09:59": false, "09:00-10:00": true,
	} {
		require.Equal(t, fine, len((&Calendar{Hours: hours}).Check()) == 0, hours)
	}
}
