package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// clock tells the time and waits. It is the only place that reads the clock of the machine: everything else is
// handed Now and After.
type clock struct {
	speed float64
	base  time.Time // what the clock showed …
	began time.Time // … when the machine showed this; both zero on a clock that keeps the machine's time
}

// machineClock keeps the machine's time.
func machineClock() *clock { return &clock{speed: 1} }

// fastClock runs so many times faster than the machine's, from the given moment or from now, whichever is later.
func fastClock(speed float64, from time.Time) *clock {
	now := time.Now()
	base := now
	if from.After(now) {
		base = from
	}
	return &clock{speed: speed, base: base, began: now}
}

// Now is what the clock shows.
func (c *clock) Now() time.Time {
	if c.began.IsZero() {
		return time.Now()
	}
	passed := time.Since(c.began)
	return c.base.Add(time.Duration(float64(passed) * c.speed))
}

// After sends once when so much time has passed on this clock.
func (c *clock) After(d time.Duration) <-chan time.Time {
	if c.began.IsZero() {
		return time.After(d)
	}
	// A nanosecond more, so that rounding never wakes anybody before the time.
	return time.After(time.Duration(float64(d)/c.speed) + time.Nanosecond)
}

// machineZone is the zone of the machine by its name, so that it can be written down; UTC where it has none.
func machineZone() *time.Location {
	name := os.Getenv("TZ")
	if name == "" {
		if path, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
			_, name, _ = strings.Cut(filepath.ToSlash(path), "zoneinfo/")
		}
	}
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}
