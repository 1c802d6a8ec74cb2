package calendar

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// star is the mark that robfig/cron sets in a field that was written as a star.
const star = 1 << 63

// horizon is how far ahead a strike is looked for. The rarest there is, a 29th of February around a year
// such as 2100, is eight years away.
const horizon = 9

// Next is the first instant after after at which a cron expression of five fields, or a word such as
// @daily, strikes by the clocks of a zone (IANA name; empty is UTC).
//
// When the clocks go back, what is set for a fixed hour strikes once, the first time. When they go forward
// over it, it strikes as they do. What is set for every hour goes on by the clocks. An expression that never
// strikes, such as the 31st of February, is an error.
//
// The expression is read by robfig/cron; its own search for the next strike is not used, because it never
// ends in zones that skip midnight or a day.
func Next(expr, zone string, after time.Time) (time.Time, error) {
	spec, err := parseCron(expr, zone)
	if err != nil {
		return time.Time{}, err
	}
	s := schedule{spec}
	limit := after.AddDate(horizon, 0, 0)
	for at := after.Truncate(time.Second).Add(time.Second); at.Before(limit); {
		local := at.In(spec.Location)
		if s.skipped(local) {
			return at.In(after.Location()), nil
		}
		midnight, end := stretch(local)
		if strike := s.within(midnight, local, end); !strike.IsZero() {
			return strike.In(after.Location()), nil
		}
		at = end
	}
	return time.Time{}, fmt.Errorf("cron expression %q: never strikes", expr)
}

// schedule is a cron expression that was read.
type schedule struct{ *cron.SpecSchedule }

// within is the first strike from local until end, on a day that would have begun at midnight had the
// clocks not changed on it; zero when there is none.
func (s schedule) within(midnight, local, end time.Time) time.Time {
	if !s.onDay(local) {
		return time.Time{}
	}
	from := local.Sub(midnight)
	for m := int((from + time.Minute - 1) / time.Minute); m < 24*60; m++ {
		at := midnight.Add(time.Duration(m) * time.Minute)
		if !at.Before(end) {
			break
		}
		if s.onMinute(m) && (s.everyHour() || !repeated(at)) {
			return at
		}
	}
	return time.Time{}
}

func (s schedule) everyHour() bool { return s.Hour&star != 0 }

func (s schedule) onMinute(m int) bool {
	return s.Hour&(1<<uint(m/60)) != 0 && s.Minute&(1<<uint(m%60)) != 0
}

// onDay follows cron's habit: with both a day of the month and one of the week given, either will do.
func (s schedule) onDay(local time.Time) bool {
	ofMonth := s.Dom&(1<<uint(local.Day())) != 0
	ofWeek := s.Dow&(1<<uint(local.Weekday())) != 0
	if s.Month&(1<<uint(local.Month())) == 0 {
		return false
	}
	if s.Dom&star != 0 || s.Dow&star != 0 {
		return ofMonth && ofWeek
	}
	return ofMonth || ofWeek
}

// longestSkip is the longest jump of the clocks that is made up for. A longer one is a day left out of the
// calendar, and so is what was set for it.
const longestSkip = 3 * time.Hour

// skipped tells whether the clocks have just jumped, to this very second, over a fixed time that was due.
func (s schedule) skipped(local time.Time) bool {
	since, _ := local.ZoneBounds()
	if s.everyHour() || since.IsZero() || !since.Equal(local) {
		return false
	}
	_, now := local.Zone()
	_, before := since.Add(-time.Nanosecond).Zone()
	jump := time.Duration(now-before) * time.Second
	if jump > longestSkip {
		return false
	}
	old := local.In(time.FixedZone("", before))
	for over := time.Duration(0); over < jump; over += time.Minute {
		wall := old.Add(over)
		if s.onDay(wall) && s.onMinute(wall.Hour()*60+wall.Minute()) {
			return true
		}
	}
	return false
}

// parseCron keeps away from the parser what makes it panic, and recovers from what else does.
func parseCron(expr, zone string) (spec *cron.SpecSchedule, err error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("cron expression %q: unknown time zone %q", expr, zone)
	}
	if strings.Contains(expr, "=") {
		return nil, fmt.Errorf("cron expression %q: the time zone is given apart from it", expr)
	}
	defer func() {
		if r := recover(); r != nil {
			spec, err = nil, fmt.Errorf("cron expression %q: %v", expr, r)
		}
	}()
	parsed, err := cron.ParseStandard(expr)
	if err != nil {
		return nil, fmt.Errorf("cron expression %q: %w", expr, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("cron expression %q: an interval has no fixed times; write fields, such as 0 * * * *", expr)
	}
	spec.Location = location
	return spec, nil
}

// repeated tells whether the clocks show this time for the second time, because they were put back.
func repeated(local time.Time) bool {
	since, _ := local.ZoneBounds()
	if since.IsZero() {
		return false
	}
	_, now := local.Zone()
	_, before := since.Add(-time.Nanosecond).Zone()
	return local.Sub(since) < time.Duration(before-now)*time.Second
}
