package playbook

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const manual = "../../docs/playbooks.md"

type block struct{ info, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z ]+)\n(.*?)^```$")

// manualBlocks are the fenced blocks of the manual, in order.
func manualBlocks(t *testing.T) []block {
	t.Helper()
	data, err := os.ReadFile(manual)
	require.NoError(t, err)
	var blocks []block
	for _, m := range fence.FindAllStringSubmatch(string(data), -1) {
		blocks = append(blocks, block{m[1], m[2]})
	}
	require.Greater(t, len(blocks), 8)
	return blocks
}

// The manual's first example is a whole playbook. The others replace parts of it; each must load.
func TestTheExamplesOfTheManualLoad(t *testing.T) {
	t.Parallel()
	blocks := manualBlocks(t)
	for i, b := range blocks {
		if b.info == "yaml" {
			_, err := Parse("playbooks.md", []byte(completeWith(blocks[0].text, b.text)))
			require.NoError(t, err, "example %d:\n%s", i+1, b.text)
		}
	}
}

// What the manual says that the loader says, it says.
func TestTheMistakesOfTheManualAreAnsweredAsItSays(t *testing.T) {
	t.Parallel()
	blocks := manualBlocks(t)
	i := slices.IndexFunc(blocks, func(b block) bool { return b.info == "yaml wrong" })
	require.Positive(t, i)
	require.Equal(t, "text", blocks[i+1].info)
	_, err := Parse("mine.yaml", []byte(completeWith(blocks[0].text, blocks[i].text)))
	require.Error(t, err)
	require.Equal(t, blocks[i+1].text, err.Error()+"\n", "docs/playbooks.md shows what the loader used to say")
}

// The closed lists stand in the manual, whole.
func TestTheManualKnowsEveryKeyAndWord(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(manual)
	require.NoError(t, err)
	text := string(data)
	for _, word := range slices.Concat(words(fixed, triggerWord), sources, stepKinds, Languages, origins) {
		explained(t, text, "`"+word+"`")
	}
	for _, kind := range namedKinds {
		explained(t, text, "`"+kind+":ID`")
	}
	for _, key := range allKeys() {
		explained(t, text, "\\b"+key+"(:|`)")
	}
}

// explained looks for a pattern without printing the whole manual when it is not there.
func explained(t *testing.T, text, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		require.Failf(t, "docs/playbooks.md does not explain everything", "nothing matches %s", pattern)
	}
}

// Every row of the four processes has its line, once.
func TestTheManualAnswersForEveryRow(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(manual)
	require.NoError(t, err)
	var rows []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([WNSK]\d\d) \| [^|]+ \| (yes|part|no) \| [^|]+ \|$`).FindAllStringSubmatch(string(data), -1) {
		rows = append(rows, m[1])
	}
	var want []string
	for _, series := range []struct {
		letter string
		n      int
	}{{"W", 20}, {"N", 13}, {"S", 18}, {"K", 13}} {
		for i := 1; i <= series.n; i++ {
			want = append(want, series.letter+twoDigits(i))
		}
	}
	require.Equal(t, want, rows)
}

func twoDigits(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

// allKeys are the keys that a playbook may have, at any depth.
func allKeys() []string {
	var keys []string
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return
		}
		for f := range t.Fields() {
			if key := yamlKey(f); key != "" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
			if yamlKey(f) != "" {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Playbook]())
	return keys
}

// The sketches say in YAML what the manual claims can be said today of the processes that are not shipped
// yet.
func TestTheSketchesLoad(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/sketches/*.yaml")
	require.NoError(t, err)
	require.Len(t, names, 3)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		book, err := Parse(filepath.Base(name), data)
		require.NoError(t, err)
		require.Equal(t, book.Name+".yaml", filepath.Base(name))
	}
}

// yamlKey is the key of a field in a file.
func yamlKey(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}
