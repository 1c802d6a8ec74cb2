package roomtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func living(zone string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
		return chromedp.Void{}, err
	}
}

func unmoved(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	return chromedp.Void{}, err
}

// A time stands as the incident has it, and as the reader's clock shows it where that differs.
func TestTimesOfReader(t *testing.T) {
	t.Parallel()
	in := chromium(t)
	d := newDesk(t)
	at := time.Date(2026, 3, 2, 23, 41, 0, 0, time.UTC)
	d.post(d.Room(t, "general"), chat.Message{Blocks: []chat.Block{{Kind: chat.Text, Spans: spans(chat.Span{Text: "by "}, chat.Span{Kind: chat.Clock, Text: "23:41", Time: at}, chat.Span{Text: " on 2 March"})}}})
	url := d.URL + "/room/?as=ana#" + string(d.Room(t, "general"))
	for zone, want := range map[string]string{"Europe/London": "by 23:41 on 2 March", "Asia/Tokyo": "by 23:41 (08:41 for you) on 2 March"} {
		p := open(in, t, url, living(zone))
		p.sees("#log", "on 2 March")
		require.Equal(t, want, p.text(`document.querySelector("#log .b-text").textContent`), zone)
	}
}

func TestNothingMovesUnasked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := open(chromium(t), t, d.URL+"/room/?as=ana", phone, unmoved)
	p.sees("#main", "sitrep and you")
	require.Equal(t, "0s", p.text(`getComputedStyle(document.querySelector("#side")).transitionDuration`))
	p.click("#open-rooms")
	p.sees("#rooms", "general")
	require.Equal(t, "0", p.text("document.getAnimations().length"))
}
