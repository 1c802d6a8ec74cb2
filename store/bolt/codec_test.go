package bolt

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sitrep-bot/sitrep/store"
)

func TestTimesSortAsBytes(t *testing.T) {
	t.Parallel()
	draw := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		require.Equal(t, a, getTime(appendTime(nil, a)))
		require.Equal(t, a.Compare(b), bytes.Compare(appendTime(nil, a), appendTime(nil, b)))
	})
	require.True(t, getTime(appendTime(nil, time.Time{})).IsZero())
}

func TestRecordsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 20, 200)
		it := item{order: rapid.Uint64().Draw(t, "order"), Item: store.Item{
			Key: "k", Lane: text.Draw(t, "lane"), Replaces: text.Draw(t, "replaces"), Note: text.Draw(t, "note"),
			Rank: rapid.IntRange(0, 255).Draw(t, "rank"), Tries: rapid.IntRange(0, 1<<30).Draw(t, "tries"),
			Unsure: rapid.Bool().Draw(t, "unsure"), At: time.Unix(9, 9).UTC(),
			Payload: append([]byte(nil), rapid.SliceOf(rapid.Byte()).Draw(t, "payload")...),
			Needs:   append([]string(nil), rapid.SliceOf(text).Draw(t, "needs")...),
		}}
		got, err := decodeItem(bItems, []byte("k"), it.encode()[sumSize:])
		require.NoError(t, err)
		require.Equal(t, it, got)
		e := event{stream: text.Draw(t, "stream"), seq: rapid.Uint64().Draw(t, "seq"), prev: it.order, data: []byte(it.Note)}
		back, err := decodeEvent(nil, e.encode()[sumSize:])
		require.NoError(t, err)
		require.Equal(t, e, back)
		h := head{last: e.seq, position: e.prev, wake: it.At}
		top, err := decodeHead(nil, h.encode()[sumSize:])
		require.NoError(t, err)
		require.Equal(t, h, top)
	})
}

// FuzzDecode gives the decoders what no journal wrote: they must answer, with a value or with damage.
func FuzzDecode(f *testing.F) {
	full := item{Item: store.Item{Key: "k", Lane: "l", Needs: []string{"a", "b"}, Payload: []byte("p")}}
	f.Add(full.encode()[sumSize:])
	f.Add(event{stream: "s", seq: 1, data: []byte("d")}.encode()[sumSize:])
	f.Add(head{last: 1}.encode()[sumSize:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		if it, err := decodeItem(bItems, []byte("k"), body); err == nil {
			again, err := decodeItem(bItems, []byte("k"), it.encode()[sumSize:])
			require.NoError(t, err)
			require.Equal(t, it, again)
		} else {
			require.ErrorIs(t, err, store.ErrCorrupt)
		}
		if _, err := decodeEvent([]byte("k"), body); err != nil {
			require.ErrorIs(t, err, store.ErrCorrupt)
		}
		if _, err := decodeHead([]byte("k"), body); err != nil {
			require.ErrorIs(t, err, store.ErrCorrupt)
		}
	})
}
