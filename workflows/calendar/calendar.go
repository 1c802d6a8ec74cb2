// Package calendar is time as a team lives it: zones, business hours, holidays and cron's Next.
//
// It never asks what time it is; it is told.
package calendar

import "time"

// Calendar is when a team works. The zero value is always open.
type Calendar struct {
	Zone     string   `yaml:"zone"`     // IANA name; empty is UTC
	Days     []string `yaml:"days"`     // mon, tue, …; empty with Hours: mon to fri
	Hours    string   `yaml:"hours"`    // "09:00-18:00"; empty: always open
	Holidays []string `yaml:"holidays"` // dates as 2026-12-25
}

// Add is the instant that lies d of open time after t.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	return t.Add(d)
}
