package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMachineClockKeepsTheMachinesTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := machineClock()
		began := time.Now()
		require.Equal(t, began, c.Now())
		<-c.After(90 * time.Second)
		require.Equal(t, 90*time.Second, time.Since(began))
		require.Equal(t, time.Now(), c.Now())
	})
}

func TestFastClockMakesAMinuteASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := fastClock(60, time.Time{})
		began := c.Now()
		require.Equal(t, time.Now(), began)
		time.Sleep(time.Second) // in a bubble, this is how its time goes on
		require.Equal(t, began.Add(time.Minute), c.Now())
	})
}

func TestFastClockNeverWakesBeforeTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := fastClock(7, time.Time{})
		for _, d := range []time.Duration{time.Nanosecond, time.Millisecond, 15 * time.Minute, 48 * time.Hour} {
			due := c.Now().Add(d)
			<-c.After(d)
			require.False(t, c.Now().Before(due), "woken %s before the time", due.Sub(c.Now()))
			require.Less(t, c.Now().Sub(due), time.Second)
		}
	})
}

func TestFastClockGoesOnFromALaterMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		later := time.Now().Add(3 * time.Hour)
		require.Equal(t, later, fastClock(60, later).Now(), "what was written down must not lie in the future")
		require.Equal(t, time.Now(), fastClock(60, time.Now().Add(-time.Hour)).Now())
	})
}
