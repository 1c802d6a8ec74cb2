package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// mishaps are the ways in which a call goes wrong for a while.
var mishaps = []*fault{
	nil,
	{err: &chat.Error{Class: chat.Temporary, Op: "call", Code: "internal_error"}},
	{err: &chat.Error{Class: chat.Limited, Op: "call", Wait: 7 * time.Second}},
	{err: &chat.Error{Class: chat.Limited, Op: "call"}},
	{err: &chat.Error{Class: chat.Revoked, Op: "call"}},
	{err: errors.New("connection reset before it was done")},
	{err: errors.New("connection reset after it was done"), effect: true},
}

func TestWhateverGoesWrongEverythingIsSeenOnceAndInOrder(t *testing.T) {
	t.Parallel()
	want := play(t, -1)
	rapid.Check(t, func(rt *rapid.T) {
		luck := rapid.SliceOfN(rapid.IntRange(0, len(mishaps)-1), 0, 60).Draw(rt, "luck")
		w := newWorld(t, func(c *Config) { c.Log = zerolog.Nop() })
		w.chat.fault = func(_ chat.Action, call int) *fault {
			if call > len(luck) {
				return nil
			}
			return mishaps[luck[call-1]]
		}
		for _, s := range story {
			w.tell(s)
		}
		w.after(3 * time.Hour)
		require.Subset(rt, w.kinds(1), want.log, "nothing of the story is missing")
		for key, times := range w.chat.keys() {
			require.Equal(rt, 1, times, "%s is seen once", key)
		}
		depth, err := w.journal.Depth(t.Context())
		require.NoError(rt, err)
		require.Zero(rt, depth.Waiting+depth.Dead)
		r := w.chat.find(t, w.state(1).RoomName)
		news := slices.DeleteFunc(r.said, func(s said) bool { return s.pinned }) // the card has a lane of its own
		require.True(rt, slices.IsSortedFunc(news, func(a, b said) int { return a.seq() - b.seq() }),
			"what was decided first is said first")
	})
}

// tell has somebody type where the incident can hear it, whatever has become of its room, and lets time pass.
func (w *world) tell(s scene) {
	w.t.Helper()
	verb, rest, _ := strings.Cut(s.line, " ")
	if verb != "declare" {
		verb += " INC-1"
	}
	w.Hear(w.t.Context(), w.request(s.who, "general", verb+" "+rest))
	w.after(s.then)
}

// seq is the entry of the log behind a message.
func (s said) seq() int {
	var number, seq, n int
	if _, err := fmt.Sscanf(s.key, streamPrefix+"%d/%d/%d", &number, &seq, &n); err != nil {
		return 0
	}
	return seq
}
