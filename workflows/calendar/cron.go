package calendar

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// anyHour is the mark that robfig/cron sets in a field that was written as a star.
const anyHour = 1 << 63

// Next is the first instant after after at which a cron expression of five fields, or a word such as
// @daily, strikes by the clocks of a zone (IANA name; empty is UTC).
//
// When the clocks go back, what is set for a fixed hour strikes once, the first time. When they go forward,
// what is set for a time that is skipped does not strike that day. An expression that never strikes, such
// as the 31st of February, is an error.
func Next(expr, zone string, after time.Time) (time.Time, error) {
	schedule, err := parseCron(expr, zone)
	if err != nil {
		return time.Time{}, err
	}
	next := schedule.Next(after)
	for !next.IsZero() && schedule.Hour&anyHour == 0 && repeated(next.In(schedule.Location)) {
		next = schedule.Next(next)
	}
	if next.IsZero() {
		return time.Time{}, fmt.Errorf("cron expression %q: never strikes", expr)
	}
	return next, nil
}

// parseCron keeps away from the parser what makes it panic, and recovers from what else does.
func parseCron(expr, zone string) (schedule *cron.SpecSchedule, err error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("cron expression %q: unknown time zone %q", expr, zone)
	}
	if strings.Contains(expr, "=") {
		return nil, fmt.Errorf("cron expression %q: the time zone is given apart from it", expr)
	}
	defer func() {
		if r := recover(); r != nil {
			schedule, err = nil, fmt.Errorf("cron expression %q: %v", expr, r)
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
