package roomtest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// shoot writes a picture of the page when somebody wants to look: SITREP_SHOTS=DIR.
func (p *tab) shoot(name string) {
	p.t.Helper()
	data, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p.t, err)
	require.Greater(p.t, len(data), 5000, "the picture shows something")
	if dir := os.Getenv("SITREP_SHOTS"); dir != "" {
		require.NoError(p.t, os.WriteFile(filepath.Join(dir, name+".png"), data, 0o600))
	}
}

// still waits until nothing moves any more.
func (p *tab) still() {
	p.t.Helper()
	p.until("document.getAnimations().length === 0")
}

func TestLooks(t *testing.T) {
	t.Parallel()
	in := chromium(t)
	d := newDesk(t)
	at, _ := d.incident()
	d.answers(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Pressed {
			form := updateForm()
			return chat.Answer{Form: &form}
		}
		return chat.Answer{Message: plain("There is no command akc. Did you mean ack?")}
	})
	url := d.URL + "/room/?as=ana#" + string(at)

	p := open(in, t, d.URL+"/room/")
	p.sees("#choose", "Chloe")
	p.shoot("choose")

	p = open(in, t, url)
	p.sees("#log", "A status update is due")
	p.shoot("desktop")
	p.click("#composer")
	p.keys("/incident akc\r")
	p.sees("#log", "Did you mean ack?")
	p.keys("/incident e")
	p.sees("#options", "escalate")
	p.shoot("complete")
	p.keys("\u001b")
	p.click("#pinned summary")
	p.sees("#pinned", "Nobody can pay")
	p.shoot("pinned")
	p.clickOn("#pinned button", "Post update")
	p.sees("#form", "What people should know")
	p.shoot("form")

	p = open(in, t, url, dark)
	p.sees("#log", "A status update is due")
	p.shoot("dark")

	p = open(in, t, url, phone)
	p.sees("#log", "A status update is due")
	p.shoot("phone")
	p.click("#open-rooms")
	p.sees("#rooms", "incidents")
	p.still()
	p.shoot("phone-rooms")
	p.click("#close-rooms")
	p.still()
	p.text("document.querySelector('#scroll').scrollTop = 0")
	p.shoot("phone-card")
	p.clickOn("#log button", "Post update")
	p.sees("#form", "What people should know")
	p.shoot("phone-form")
	p = open(in, t, url, phone, dark)
	p.sees("#log", "A status update is due")
	p.shoot("phone-dark")
}
