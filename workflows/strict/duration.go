package strict

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// MaxDuration is the longest limit a file may set.
const MaxDuration = 366 * 24 * time.Hour

var (
	durationShape = regexp.MustCompile(`^([0-9]{1,9}[smhd])+$`)
	durationPart  = regexp.MustCompile(`([0-9]+)([smhd])`)
	bareNumber    = regexp.MustCompile(`^[0-9]{1,9}$`)
	durationUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
)

// ParseDuration reads 90s, 15m, 2h, 1h30m, 48h, 7d. When the text is none of that, what and fix say so.
func ParseDuration(text string) (d time.Duration, what, fix string) {
	switch {
	case bareNumber.MatchString(text):
		return 0, fmt.Sprintf("%q has no unit", text), text + "m for minutes, " + text + "h for hours, " + text + "d for days"
	case !durationShape.MatchString(text):
		return 0, fmt.Sprintf("%q is no duration", text), "something like 90s, 15m, 2h, 1h30m or 7d"
	}
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.ParseInt(part[1], 10, 64)
		unit := durationUnits[part[2]]
		if n > math.MaxInt64/int64(unit) || time.Duration(n)*unit > MaxDuration-d {
			return 0, fmt.Sprintf("%q is longer than a year", text), "at most 366d"
		}
		d += time.Duration(n) * unit
	}
	return d, "", ""
}

// WriteDuration is a duration as it is written in a file: 1h30m, not 1h30m0s.
func WriteDuration(d time.Duration) string {
	var text strings.Builder
	for _, unit := range []string{"d", "h", "m", "s"} {
		size := durationUnits[unit]
		if n := int64(d / size); n > 0 {
			text.WriteString(strconv.FormatInt(n, 10) + unit)
			d %= size
		}
	}
	return text.String()
}
