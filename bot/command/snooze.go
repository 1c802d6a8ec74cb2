package command

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/workflows/incident"
)

var (
	lasting = regexp.MustCompile(`^(?:(\d{1,3})(?:h|hours?|heures?|horas?))?(?:(\d{1,4})(?:m|min|mins|minutes?|minutos?)?)?$`)
	oclock  = regexp.MustCompile(`^(\d{1,2})(?:[:h.](\d{2})|h|(am|pm))$`)
)

// duration reads "10m", "1h30", "90", "1 h 30 min". A bare number is minutes.
func duration(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	m := lasting.FindStringSubmatch(text)
	if m == nil || text == "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute, true
}

// clockTime reads "14:05", "14h05", "14h", "2pm" as the last such moment that is not after now.
func clockTime(word string, now time.Time, zone *time.Location) (time.Time, bool) {
	m := oclock.FindStringSubmatch(strings.ToLower(word))
	if m == nil {
		return time.Time{}, false
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	switch {
	case m[3] != "" && (hour < 1 || hour > 12), hour > 23, minute > 59:
		return time.Time{}, false
	case m[3] != "":
		hour %= 12
		if m[3] == "pm" {
			hour += 12
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, zone)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at, true
}

// snooze reads a duration.
func (a *asker) snooze(p phrase) Intent {
	if len(p) == 0 {
		list := make([]chat.Option, 0, 4)
		for _, d := range []time.Duration{10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour} {
			list = append(list, chat.Option{Value: strconv.Itoa(int(d/time.Minute)) + "m", Label: a.w.Duration(d)})
		}
		return a.open(a.newForm(wordSnooze, a.here.Number, ""), chat.Input{
			ID: "for", Kind: chat.Choice, Label: a.w.Text("input.snooze"), Value: "10m", Options: list,
		})
	}
	d, ok := duration(p.text())
	if !ok {
		return a.offer(a.here.Number, wordSnooze, "10m", a.w.Paragraph("which.duration", "given", short(p.text(), 60)))
	}
	return a.do(incident.Snooze{For: d})
}

func (a *asker) sentSnooze() Intent {
	d, ok := duration(a.value("for"))
	if !ok {
		return a.wrong("for", "wrong.choice")
	}
	return a.do(incident.Snooze{For: d})
}
