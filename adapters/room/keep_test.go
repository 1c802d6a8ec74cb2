package room_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/room"
)

func kept(k room.Keep, prefix string) map[string]string {
	all := map[string]string{}
	for key, data := range k.Load(prefix) {
		all[key] = string(data)
	}
	return all
}

func openFile(t *testing.T, path string) *room.File {
	t.Helper()
	f, err := room.OpenFile(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() }) // the test may have closed it before
	return f
}

func TestKeep(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) room.Keep{
		"memory": func(*testing.T) room.Keep { return room.NewMemory() },
		"file":   func(t *testing.T) room.Keep { t.Helper(); return openFile(t, filepath.Join(t.TempDir(), "room.jsonl")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := open(t)
			require.Empty(t, kept(k, ""))
			data := []byte(`{"a":1}`)
			require.NoError(t, k.Save("room/1", data))
			data[2] = 'x' // what was saved belongs to the keep
			require.NoError(t, k.Save("room/2", []byte(`"two\nlines"`)))
			require.NoError(t, k.Save("message/1", []byte(`3`)))
			require.NoError(t, k.Save("room/2", []byte(`"changed"`)))
			require.Equal(t, map[string]string{"room/1": `{"a":1}`, "room/2": `"changed"`}, kept(k, "room/"))
			require.Len(t, kept(k, ""), 3)
			var order []string
			for key := range k.Load("") {
				order = append(order, key)
			}
			require.Equal(t, []string{"message/1", "room/1", "room/2"}, order, "sorted by key")
			for range k.Load("") {
				break // whoever has seen enough may stop
			}
		})
	}
}

func TestFileOutlives(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "room.jsonl")
	f := openFile(t, path)
	want := map[string]string{}
	for i := range 50 {
		key := fmt.Sprintf("k/%02d", i%20)
		want[key] = fmt.Sprintf(`{"n":%d}`, i)
		require.NoError(t, f.Save(key, []byte(want[key])))
	}
	require.NoError(t, f.Close())
	require.Equal(t, want, kept(openFile(t, path), ""))
}

func TestFileCutShort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "room.jsonl")
	f := openFile(t, path)
	require.NoError(t, f.Save("a", []byte(`1`)))
	require.NoError(t, f.Save("b", []byte(`2`)))
	require.NoError(t, f.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	first := strings.IndexByte(string(whole), '\n') + 1
	for cut := first; cut < len(whole); cut++ {
		require.NoError(t, os.WriteFile(path, whole[:cut], 0o600))
		f := openFile(t, path)
		require.Equal(t, map[string]string{"a": "1"}, kept(f, ""), "cut at %d", cut)
		require.NoError(t, f.Save("c", []byte(`3`)))
		require.NoError(t, f.Close())
		require.Equal(t, map[string]string{"a": "1", "c": "3"}, kept(openFile(t, path), ""), "saved after a cut at %d", cut)
	}
}

func TestFileFlippedBits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "room.jsonl")
	f := openFile(t, path)
	for _, key := range []string{"a", "b", "c"} {
		require.NoError(t, f.Save(key, []byte(`"value"`)))
	}
	require.NoError(t, f.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	second := strings.IndexByte(string(whole), '\n') + 1
	for at := second; at < 2*second-1; at++ {
		bad := []byte(string(whole))
		bad[at] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		_, err := room.OpenFile(path)
		require.ErrorContains(t, err, "line 2", "a bit flipped at %d is named and never believed", at)
	}
}

func TestFileTidiesUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "room.jsonl")
	f := openFile(t, path)
	value := `"` + strings.Repeat("x", 200) + `"`
	for i := range 1500 {
		require.NoError(t, f.Save(fmt.Sprintf("k/%d", i%10), []byte(value)))
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(600*240), "what was replaced is thrown away")
	want := kept(f, "")
	require.NoError(t, f.Save("last", []byte(`1`)))
	want["last"] = "1"
	require.NoError(t, f.Close())
	require.Equal(t, want, kept(openFile(t, path), ""))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is left lying about")
}

func TestFileRefuses(t *testing.T) {
	t.Parallel()
	_, err := room.OpenFile(filepath.Join(t.TempDir(), "no", "such", "folder"))
	require.ErrorContains(t, err, "open the room's memory")
	f := openFile(t, filepath.Join(t.TempDir(), "room.jsonl"))
	require.Error(t, f.Save("a", []byte(`{not json`)))
	require.NoError(t, f.Save("a", []byte(`1`)), "a value that was refused does no harm")
	require.NoError(t, f.Close())
	require.Error(t, f.Save("a", []byte(`2`)))
	require.Equal(t, map[string]string{"a": "1"}, kept(f, ""), "what was not saved is not there")
}

func FuzzOpenFile(f *testing.F) {
	f.Add([]byte("00000000 {}\n"))
	f.Add([]byte("\n\n"))
	f.Add([]byte("8c8cb9e6 {\"key\":\"a\",\"data\":1}\n123"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "room.jsonl")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		k, err := room.OpenFile(path)
		if err != nil {
			return
		}
		before := kept(k, "")
		require.NoError(t, k.Save("new", []byte(`1`)))
		require.NoError(t, k.Close())
		after := kept(openFile(t, path), "")
		before["new"] = "1"
		require.True(t, maps.Equal(before, after), "%v is not %v", before, after)
	})
}
