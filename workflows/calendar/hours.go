package calendar

import (
	"slices"
	"time"
)

// Open tells whether the team works at t: whether the clock on its wall shows a time within the hours of
// a day that is neither off nor a holiday.
func (c *Calendar) Open(t time.Time) bool {
	r := c.rules()
	if r.always {
		return true
	}
	local := t.In(r.zone)
	h, m, s := local.Clock()
	wall := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	return r.works(local) && r.from <= wall && wall < r.to
}

// Add is the first instant before which d of open time has passed since t. With d of zero or less it is t.
// An hour that the clocks repeat in autumn counts twice, one that they skip in spring not at all.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	r := c.rules()
	if r.always || d <= 0 {
		return t.Add(max(d, 0))
	}
	for at := t; ; {
		piece := r.next(at)
		if open := piece.to.Sub(piece.from); open < d {
			d -= open
			at = piece.to
			continue
		}
		return piece.from.Add(d).In(t.Location())
	}
}

// Between is the open time from a to b; negative when b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	r := c.rules()
	if r.always {
		return b.Sub(a)
	}
	var sum time.Duration
	for at := a; at.Before(b); {
		piece := r.next(at)
		if piece.to.After(b) {
			piece.to = b
		}
		if piece.from.Before(piece.to) {
			sum += piece.to.Sub(piece.from)
		}
		at = piece.to
	}
	return sum
}

// span is a stretch of open time.
type span struct{ from, to time.Time }

// rules are a calendar's fields, read.
type rules struct {
	always   bool
	zone     *time.Location
	days     []time.Weekday
	from, to time.Duration // since midnight, on the wall
	holidays []string
}

func (r *rules) works(local time.Time) bool {
	return slices.Contains(r.days, local.Weekday()) && !slices.Contains(r.holidays, local.Format(time.DateOnly))
}

// next is the first stretch of open time that ends after t, from t at the earliest. It goes from day to
// day and from one change of the clocks to the next; between those the wall runs as time does.
func (r *rules) next(t time.Time) span {
	for at := t; ; {
		local := at.In(r.zone)
		midnight, end := stretch(local)
		if r.works(local) {
			open := span{latest(at, midnight.Add(r.from)), earliest(end, midnight.Add(r.to))}
			if open.from.Before(open.to) {
				return open
			}
		}
		at = end
	}
}

// stretch is the day of local as a line without jumps: where its midnight would be if the clocks had never
// changed on it, and the instant at which the day or that line ends.
func stretch(local time.Time) (midnight, end time.Time) {
	h, m, s := local.Clock()
	wall := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(local.Nanosecond())
	midnight = local.Add(-wall)
	end = midnight.Add(24 * time.Hour)
	if _, change := local.ZoneBounds(); !change.IsZero() {
		end = earliest(end, change)
	}
	return midnight, end
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
