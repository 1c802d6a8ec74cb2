package bot

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestABudgetIsForAllAndForEachRoom(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	p := newPurse(Budget{PerSecond: 10, Burst: 3, RoomPerSecond: 1, RoomBurst: 1})
	_, ok := p.spend(now, chat.Post, "a")
	require.True(t, ok)
	until, ok := p.spend(now, chat.Post, "a")
	require.False(t, ok)
	require.WithinDuration(t, now.Add(time.Second), until, 2*time.Millisecond)
	_, ok = p.spend(now, chat.Topic, "a")
	require.True(t, ok, "what nobody sees appear does not count for the room")
	_, ok = p.spend(now, chat.Post, "b")
	require.True(t, ok)
	until, ok = p.spend(now, chat.Topic, "b")
	require.False(t, ok, "the platform as a whole has had enough")
	_, ok = p.spend(until, chat.Topic, "b")
	require.True(t, ok, "the moment it names is late enough")
}

func TestAPlatformIsHeldByVerb(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	p := newPurses(nil)
	require.Equal(t, time.Minute, p.hold(now, "slack", chat.Post, now.Add(time.Minute)))
	require.Zero(t, p.hold(now, "slack", chat.Post, now.Add(time.Second)))
	until, waited, ok := p.spend(now, "slack", chat.Post, "a")
	require.False(t, ok)
	require.Equal(t, now.Add(time.Minute), until, "the longest wait counts")
	require.Zero(t, waited, "the same minute is counted once")
	_, _, ok = p.spend(now, "slack", chat.Direct, "a")
	require.True(t, ok)
	_, _, ok = p.spend(now, "mattermost", chat.Post, "a")
	require.True(t, ok)
}

func TestDeadCredentialsAreNewsOnce(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	p := newPurses(nil)
	require.True(t, p.kill("slack", now.Add(time.Minute), errors.New("token revoked")))
	require.False(t, p.kill("slack", now.Add(time.Hour), errors.New("token revoked")))
	require.EqualError(t, p.dead("slack"), "token revoked")
	_, _, ok := p.spend(now, "slack", chat.Direct, "")
	require.False(t, ok)
	p.revive("slack")
	require.NoError(t, p.dead("slack"))
	_, _, ok = p.spend(now, "slack", chat.Direct, "")
	require.True(t, ok)
}

func TestAPurseForgetsRoomsThatAreQuiet(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	p := newPurse(Budget{PerSecond: 1e6, Burst: 1e6, RoomPerSecond: 1, RoomBurst: 1})
	for i := range 3 * idle {
		p.spend(now, chat.Post, chat.RoomID(fmt.Sprint(i)))
		now = now.Add(10 * time.Millisecond)
	}
	require.LessOrEqual(t, len(p.rooms), idle)
}
