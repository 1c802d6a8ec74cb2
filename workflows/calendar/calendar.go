// Package calendar is time as a team lives it: zones, business hours, holidays and cron's Next.
//
// It never asks what time it is; it is told. Start with [Calendar]; [Next] is for what repeats.
package calendar

// Calendar is when a team works. The zero value is always open, and so is one whose Hours are empty and
// that lists neither Days nor Holidays.
//
// A calendar that [Calendar.Check] finds fault with is not to be used: its methods treat what they cannot
// read as if it was not there.
type Calendar struct {
	Zone     string   `yaml:"zone"`     // IANA name; empty is UTC
	Days     []string `yaml:"days"`     // mon, tue, …; empty with Hours: mon to fri; empty without: all
	Hours    string   `yaml:"hours"`    // "09:00-18:00", by the clock on the wall; empty: the whole day
	Holidays []string `yaml:"holidays"` // dates as 2026-12-25; closed all day

	ready *rules // what Check has read
}

// FieldError is one thing that is wrong with a calendar.
type FieldError struct {
	Field string // zone, days.2, hours, holidays.0: lists count from 0
	What  string
	Fix   string // what to write
}

func (e *FieldError) Error() string { return e.Field + ": " + e.What + "; write: " + e.Fix }
