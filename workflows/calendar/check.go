package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

const weekdayNames = "mon, tue, wed, thu, fri, sat or sun"

// Check reads the fields and returns a [*FieldError] for each that is wrong; none means that the calendar
// can be used. It keeps what it has read: call it once before the calendar is shared.
func (c *Calendar) Check() []error {
	r, wrong := c.read()
	c.ready = r
	errs := make([]error, 0, len(wrong))
	for _, e := range wrong {
		errs = append(errs, e)
	}
	return errs
}

// rules are the fields as [Calendar.Check] has read them, or read now.
func (c *Calendar) rules() *rules {
	switch {
	case c == nil:
		return &rules{always: true}
	case c.ready != nil:
		return c.ready
	}
	r, _ := c.read()
	return r
}

func (c *Calendar) read() (*rules, []*FieldError) {
	r := &rules{}
	var wrong []*FieldError
	wrong = append(wrong, r.readZone(c.Zone)...)
	wrong = append(wrong, r.readDays(c.Days, c.Hours != "")...)
	wrong = append(wrong, r.readHours(c.Hours)...)
	wrong = append(wrong, r.readHolidays(c.Holidays)...)
	r.always = r.from == 0 && r.to == wholeDay && len(r.days) == len(weekdays) && len(r.holidays) == 0
	return r, wrong
}

// readZone takes UTC for a zone it does not know. "Local" is a zone of the machine, not of the team.
func (r *rules) readZone(name string) []*FieldError {
	zone, err := time.LoadLocation(name)
	if err == nil && name != "Local" {
		r.zone = zone
		return nil
	}
	r.zone = time.UTC
	return []*FieldError{{"zone", fmt.Sprintf("%q is no time zone", name), "a name such as Europe/Paris or America/Sao_Paulo"}}
}

func (r *rules) readDays(names []string, hours bool) []*FieldError {
	var wrong []*FieldError
	for i, name := range names {
		day, ok := weekdays[name]
		field := fmt.Sprintf("days.%d", i)
		switch {
		case !ok:
			wrong = append(wrong, &FieldError{field, fmt.Sprintf("%q is no day of the week", name), nearestDay(name)})
		case slices.Contains(r.days, day):
			wrong = append(wrong, &FieldError{field, name + " is there already", "each day once"})
		default:
			r.days = append(r.days, day)
		}
	}
	if len(r.days) > 0 {
		return wrong
	}
	r.days = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	if !hours {
		r.days = append(r.days, time.Saturday, time.Sunday)
	}
	return wrong
}

// nearestDay is the short name when the long one was given.
func nearestDay(name string) string {
	if low := strings.ToLower(name); len(low) > 2 {
		if _, ok := weekdays[low[:3]]; ok {
			return low[:3]
		}
	}
	return weekdayNames
}

const wholeDay = 24 * time.Hour

// readHours takes the whole day for hours it does not understand.
func (r *rules) readHours(hours string) []*FieldError {
	r.from, r.to = 0, wholeDay
	if hours == "" {
		return nil
	}
	opens, closes, both := strings.Cut(hours, "-")
	from, okFrom := wallTime(opens)
	to, okTo := wallTime(closes)
	switch {
	case !both || !okFrom || !okTo:
		return []*FieldError{{"hours", fmt.Sprintf("%q are no hours", hours), `two times such as "09:00-18:00"`}}
	case from >= to:
		return []*FieldError{{"hours", "they end before they begin", `hours within one day, such as "09:00-18:00" or "00:00-24:00"`}}
	}
	r.from, r.to = from, to
	if to-from < time.Hour {
		return []*FieldError{{"hours", "they are shorter than an hour", "at least an hour"}}
	}
	return nil
}

// wallTime reads HH:MM from 00:00 to 24:00.
func wallTime(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return wholeDay, true
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

func (r *rules) readHolidays(dates []string) []*FieldError {
	var wrong []*FieldError
	for i, date := range dates {
		field := fmt.Sprintf("holidays.%d", i)
		_, err := time.Parse(time.DateOnly, date)
		switch {
		case err != nil:
			wrong = append(wrong, &FieldError{field, fmt.Sprintf("%q is no date", date), "a date such as 2026-12-25"})
		case slices.Contains(r.holidays, date):
			wrong = append(wrong, &FieldError{field, date + " is there already", "each holiday once"})
		default:
			r.holidays = append(r.holidays, date)
		}
	}
	return wrong
}
