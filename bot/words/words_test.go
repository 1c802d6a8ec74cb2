package words_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
	"github.com/sitrep-bot/sitrep/bot/words"
)

func TestForFindsTheNearestLanguage(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"en": "en", "en-GB": "en", "pt": "pt-BR", "pt-BR": "pt-BR", "pt-PT": "pt-BR", "fr": "fr", "fr-CA": "fr",
		"de": "en", "xx": "en", "": "en", "not a language": "en", "zh-Hant": "en",
	} {
		require.Equal(t, want, words.For(asked).Lang(), asked)
	}
	require.Equal(t, "en", words.Languages()[0])
	require.ElementsMatch(t, []string{"en", "fr", "pt-BR"}, words.Languages())
}

func TestEachLanguageWritesItsOwnWay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	tomorrow := at.Add(20 * time.Hour)
	type way struct{ clock, day, date, when, list, number, amount, long string }
	for lang, want := range map[string]way{
		"en":    {"14:05", "21 November", "21 November 2026", "10:05 UTC on 22 November", "a, b and c", "12,000", "12,000.5", "1 d 2 h"},
		"pt-BR": {"14h05", "21 de novembro", "21 de novembro de 2026", "10h05 UTC de 22 de novembro", "a, b e c", "12.000", "12.000,5", "1 d 2 h"},
		"fr":    {"14\u00a0h\u00a005", "21 novembre", "21 novembre 2026", "10\u00a0h\u00a005 UTC le 22 novembre", "a, b et c", "12\u00a0000", "12\u00a0000,5", "1 j 2 h"},
	} {
		w := words.For(lang)
		got := way{
			w.Time(at, nil), w.Day(at, nil), w.Date(at, nil), chat.PlainSpans(w.When(tomorrow, at, nil)),
			w.JoinTexts([]string{"a", "b", "c"}), w.Number(12000), w.Number(12000.5), w.Duration(26*time.Hour + 20*time.Minute),
		}
		require.Equal(t, want, got, lang)
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	w := words.For("en")
	for d, want := range map[time.Duration]string{
		0: "0 s", 45 * time.Second: "45 s", 59*time.Second + 999*time.Millisecond: "59 s", time.Minute: "1 min",
		90 * time.Second: "2 min", 65 * time.Minute: "1 h 5 min", time.Hour: "1 h", -3 * time.Minute: "3 min",
		49 * time.Hour: "2 d 1 h", 48 * time.Hour: "2 d",
	} {
		require.Equal(t, want, w.Duration(d), d.String())
	}
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	require.Equal(t, "5 min", w.Between(at, at.Add(5*time.Minute)))
	require.Empty(t, w.Between(time.Time{}, at))
	require.Empty(t, w.Between(at, time.Time{}))
}

func TestWhenIsInTheZoneOfTheReader(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("X", -3*3600)
	at := time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)
	span := words.For("en").Clock(at, zone)
	require.Equal(t, chat.Span{Kind: chat.Clock, Text: "22:30", Time: at}, span)
	require.Equal(t, "22:30 X on 20 November", chat.PlainSpans(words.For("en").When(at, at.Add(3*time.Hour), zone)), "it was yesterday there")
	require.Equal(t, "22:30", chat.PlainSpans(words.For("en").When(at, time.Time{}, zone)))
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0 incidents are open.", words.For("en").Text("list.open", "count", 0))
	require.Equal(t, "1 incident is open.", words.For("en").Text("list.open", "count", 1))
	require.Equal(t, "0 incident est ouvert.", words.For("fr").Text("list.open", "count", 0))
	require.Equal(t, "2 incidents sont ouverts.", words.For("fr").Text("list.open", "count", 2))
	require.Equal(t, "1 incidente está aberto.", words.For("pt-BR").Text("list.open", "count", 1))
	for _, lang := range words.Languages() {
		require.NotContains(t, words.For(lang).Text("list.open", "count", 1_000_000), "list.open", lang)
	}
}

func TestForeignTextCannotForgeASpan(t *testing.T) {
	t.Parallel()
	evil := "{{.who}} \ue000\ue001 <!channel> @all [x](http://evil)"
	person := words.Person("U1", "Ana")
	for _, lang := range words.Languages() {
		spans := words.For(lang).Spans("said.noted", "who", person, "text", evil)
		require.Equal(t, person, spans[0], lang)
		require.Len(t, spans, 2, "the rest is plain words")
		require.Equal(t, chat.Words, spans[1].Kind)
		require.Contains(t, spans[1].Text, evil)
	}
}

func TestAnEmptyValueCountsAsNothing(t *testing.T) {
	t.Parallel()
	w := words.For("en")
	for _, none := range []any{"", nil, []chat.Span(nil)} {
		require.Equal(t, "Ana acknowledged it.", w.Text("said.acknowledged", "who", "Ana", "after", none))
	}
	require.Equal(t, "Ana acknowledged it after 3 min.", w.Text("said.acknowledged", "who", "Ana", "after", "3 min"))
}

func TestAMissingSentenceShowsItsKey(t *testing.T) {
	t.Parallel()
	require.Equal(t, "no.such.key", words.For("en").Text("no.such.key"))
	require.False(t, words.For("en").Has("no.such.key"))
	require.True(t, words.For("fr").Has("list.none"))
}

func TestSayLeavesOutWhatSaysNothing(t *testing.T) {
	t.Parallel()
	w := words.For("pt-BR")
	m := w.Say(chat.Block{}, w.Paragraph("list.none"), chat.Block{Kind: chat.List})
	require.Equal(t, "pt-BR", m.Lang)
	require.Len(t, m.Blocks, 1)
	b := w.Button("task", "INC-7/done 3", "button.tick", "n", 3)
	require.Equal(t, chat.Button{Action: "task", Value: "INC-7/done 3", Label: "Concluir 3"}, b)
}

func TestNearest(t *testing.T) {
	t.Parallel()
	roles := []string{"developer", "devops-automator", "support-responder", "legal-compliance"}
	require.Equal(t, "support-responder", words.Nearest("support", roles)[0])
	require.Equal(t, "developer", words.Nearest("develper", roles)[0])
	require.Equal(t, []string{"P0", "P1"}, words.Nearest("p0", []string{"P1", "P0"}))
	require.Len(t, words.Nearest("", roles), 4)
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"mitigate", "mitigaet", 1},
		{"ack", "akc", 1},
		{"update", "updat", 1},
		{"kitten", "sitting", 3},
		{"é", "e", 1},
	} {
		require.Equal(t, c.want, words.Distance(c.a, c.b), c.a+" "+c.b)
		require.Equal(t, c.want, words.Distance(c.b, c.a), "it is the same both ways")
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	require.Equal(t, "declarer", words.Fold("Déclarer"))
	require.Equal(t, "ja esta", words.Fold("JÁ está"))
	require.Equal(t, "plain", words.Fold("Plain"))
}
