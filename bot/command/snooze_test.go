package command

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDurationsAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"10m": 10 * time.Minute, "10": 10 * time.Minute, "1h": time.Hour, "1h30": 90 * time.Minute, "1 h 30 min": 90 * time.Minute,
		"2 hours": 2 * time.Hour, "1heure": time.Hour, "3horas": 3 * time.Hour, "15 MINUTES": 15 * time.Minute, "45minutos": 45 * time.Minute,
	} {
		got, ok := duration(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "soon", "-5m", "10s", "1d", "99999m", "m", "10m later"} {
		d, ok := duration(text)
		require.False(t, ok && d > 0, text)
	}
}

func TestClockTimesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"11:40": "21 11:40", "11h40": "21 11:40", "11h": "21 11:00", "9.05": "21 09:05", "12:00": "21 12:00", "12:01": "20 12:01",
		"11am": "21 11:00", "11PM": "20 23:00", "12am": "21 00:00", "12pm": "21 12:00", "0:30": "21 00:30",
	} {
		got, ok := clockTime(text, now, nil)
		require.True(t, ok, text)
		require.Equal(t, want, got.Format("02 15:04"), text)
	}
	for _, text := range []string{"", "24:00", "11:60", "13pm", "0am", "11", "11:4", "noon"} {
		_, ok := clockTime(text, now, nil)
		require.False(t, ok, text)
	}
}

func TestTheLastSuchMomentAcrossAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	now := time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC) // 02:30 for the second time that night
	at, ok := clockTime("23:50", now, paris)
	require.True(t, ok)
	require.Equal(t, "2026-10-24 23:50", at.Format("2006-01-02 15:04"))
}

func TestChoicesByIDLabelOrBeginning(t *testing.T) {
	t.Parallel()
	roles := []choice{{"developer", "Developer"}, {"devops-automator", "DevOps automator"}, {"studio-producer", "Studio producer"}, {"qa", "Qualité"}}
	for text, want := range map[string]struct {
		id   string
		took int
		near int
	}{
		"developer x": {"developer", 1, 0}, "DevOps Automator x": {"devops-automator", 2, 0}, "devo x": {"devops-automator", 1, 0},
		"producer": {"studio-producer", 1, 0}, "dev": {"", 0, 2}, "qualite": {"qa", 1, 0}, "zz": {"", 0, 0}, "d": {"", 0, 0}, "": {"", 0, 0},
		"studio-producer, now": {"studio-producer", 1, 0},
	} {
		found, took, near := choose(split(text, nil), roles)
		require.Equal(t, want.id, found.id, text)
		require.Equal(t, want.took, took, text)
		require.Len(t, near, want.near, text)
	}
}

func TestUnquote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a b"`: "a b", "“a b”": "a b", "« a b »": "a b", "‘a’": "a", `"a" and "b"`: `"a" and "b"`, `"`: `"`, `""`: `""`, "it's": "it's",
		" plain ": "plain", `"open`: `"open`, "„a“": "a",
	} {
		require.Equal(t, want, unquote(text), text)
	}
}

func TestShortAndClipCutAtRunes(t *testing.T) {
	t.Parallel()
	require.Equal(t, "éé…", short("éééé", 3))
	require.Equal(t, "a b", short("a\n b", 24))
	require.Equal(t, "a\nb", clip("a\nb", 3))
	require.Equal(t, "日本…", clip("日本語日本語", 3))
}
