package roomtest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Everything can be done with keys alone.
func TestReachByKeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at, _ := d.incident()
	p := open(chromium(t), t, d.URL+"/room/?as=ana#"+string(at))
	p.sees("#log", "A status update is due")
	p.text("document.body.tabIndex = -1, document.body.focus()")
	p.keys(kb.Tab)
	require.Contains(t, p.focused(), "skip", "the first stop leads over the rooms")
	p.keys(kb.Enter)
	require.Equal(t, "composer", p.focused())
	p.keys(kb.Escape)
	p.until(`document.activeElement.matches("#log article:last-child")`)
	p.keys(kb.ArrowUp)
	p.until(`document.activeElement.innerText.includes("Watching")`)
	p.keys("m")
	p.until(`document.activeElement.closest("#menu")`)
	p.keys(kb.End + kb.ArrowUp)
	p.until(`document.activeElement.innerText === "Reply"`)
	p.keys(kb.Escape)
	p.until(`document.activeElement.matches(".menu-button")`)
	p.keys(kb.ArrowUp)
	p.text(`document.activeElement.closest("article").focus()`)
	p.keys("r")
	p.sees("#about", "Replying to Chloe")
	require.Equal(t, "composer", p.focused())
	p.keys(kb.Escape)
	p.misses("#about", "Replying")
	p.text("document.activeElement.blur()")
	p.keys("?")
	p.sees("#keys", "begin a command")
	p.keys(kb.Escape)
	p.until(`!document.querySelector("#keys").open`)
	p.text("document.activeElement.blur()")
	p.keys("/")
	p.until(`document.activeElement.id === "composer" && document.activeElement.value.startsWith("/")`)
	p.keys(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierAlt))
	p.sees("#room-name", "sitrep and you")
}

func TestReachByName(t *testing.T) {
	t.Parallel()
	in := chromium(t)
	d := newDesk(t)
	at, _ := d.incident()
	d.do(chat.Action{Verb: chat.Upload, Room: at, Body: plain("The report."), File: chat.File{Name: "inc-7.md", Data: []byte("#")}})
	d.answers(func(chat.Request) chat.Answer {
		form := updateForm()
		return chat.Answer{Form: &form}
	})
	p := open(in, t, d.URL+"/room/")
	p.sees("#choose", "Ana")
	p.named()
	p = open(in, t, d.URL+"/room/?as=ana#"+string(at))
	p.sees("#log", "The report.")
	p.named()
	require.Equal(t, []string{"banner", "main", "navigation"}, p.landmarks())
	p.click("#pinned summary")
	p.text(`document.querySelector("#log article:last-child .menu-button").click()`)
	p.sees("#menu", "Reply")
	p.named()
	p.keys(kb.Escape)
	p.clickOn("#log button", "Write it")
	p.sees("#form", "Status")
	p.named()
}

// controls are the roles of what people operate.
var controls = []string{
	"button", "link", "textbox", "combobox", "listbox", "option", "radio", "checkbox", "menuitem", "menuitemcheckbox",
	"menu", "dialog", "navigation", "region", "article", "log", "DisclosureTriangle", "image",
}

// tree is what a screen reader gets to see: role and name of everything.
func (p *tab) tree() (nodes [][2]string) {
	p.t.Helper()
	got, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	require.NoError(p.t, err)
	value := func(v *accessibility.Value) string {
		var s string
		if v != nil {
			_ = json.Unmarshal(v.Value, &s)
		}
		return s
	}
	for _, n := range got.Nodes {
		if !n.Ignored {
			nodes = append(nodes, [2]string{value(n.Role), strings.TrimSpace(value(n.Name))})
		}
	}
	return nodes
}

// named holds every control to have a name.
func (p *tab) named() {
	p.t.Helper()
	seen := 0
	for _, n := range p.tree() {
		for _, role := range controls {
			if n[0] == role {
				seen++
				require.NotEmpty(p.t, n[1], "a %s without a name among %v", role, p.tree())
			}
		}
	}
	require.Greater(p.t, seen, 5, "the tree was read")
}

func (p *tab) landmarks() []string {
	p.t.Helper()
	found := p.text(`[...document.querySelectorAll("nav, main, .head")].filter((x) => x.checkVisibility()).map((x) => ({ NAV: "navigation", MAIN: "main", HEADER: "banner" })[x.tagName]).sort().join()`)
	return strings.Split(found, ",")
}

// A phone of 360 pixels shows everything without scrolling sideways, and big enough for a thumb.
func TestReachByThumb(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at, _ := d.incident()
	d.do(chat.Action{Verb: chat.Post, Room: at, Body: plain(strings.Repeat("long", 80))})
	p := open(chromium(t), t, d.URL+"/room/?as=ana#"+string(at), chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.sees("#log", "longlong")
	fits := `document.documentElement.scrollWidth <= 360 && document.querySelector("#scroll").scrollWidth <= 360`
	p.until(fits)
	require.Empty(t, p.text(`[...document.querySelectorAll("#main button, #main textarea")].filter((x) => x.checkVisibility() && x.getBoundingClientRect().height < 36).map((x) => x.id || x.className).join()`), "too small for a thumb")
	p.click("#open-rooms")
	p.sees("#rooms", "incidents")
	p.still()
	p.until(`document.querySelector("#main").inert && !document.querySelector("#side").inert`)
	p.keys(kb.Escape)
	p.until(`document.querySelector("#side").inert && document.activeElement.id === "open-rooms"`)
	p.click("#open-rooms")
	p.still()
	p.clickOn("#rooms a .rooms-name", "general")
	p.sees("#room-name", "general")
	p.until(fits)
}

func TestReachInOwnLanguage(t *testing.T) {
	t.Parallel()
	in := chromium(t)
	d := newDesk(t)
	for language, words := range map[string][3]string{
		"fr-CA,fr;q=0.9": {"fr", "Déclarer un incident", "Canaux"}, "pt": {"pt-BR", "Declarar um incidente", "Canais"}, "de": {"en", "Declare an incident", "Channels"},
	} {
		p := open(in, t, d.URL+"/room/?as=ana", speaking(language))
		p.sees("#declare", words[1])
		p.sees("#rooms", words[2])
		require.Equal(t, words[0], p.text("document.documentElement.lang"))
	}
}

// Foreign text stays text in the page, too: it reads as written, and makes no element.
func TestReachForeignText(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	pieces := []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "&amp; &lt;", "*bold* `code`", "[x](http://evil.example)",
		"http://evil.example", "@ana", "javascript:alert(1)", "</p></article>", "😀👩‍🚀", `"quoted" 'single'`,
	}
	var m chat.Message
	for _, piece := range pieces {
		m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Text, Spans: spans(chat.Span{Text: piece})}, chat.Block{Kind: chat.Fields, Fields: []chat.Field{{Label: piece, Value: spans(chat.Span{Kind: chat.Bold, Text: piece})}}})
	}
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.Buttons, Buttons: []chat.Button{{Action: "a", Label: pieces[1]}}})
	d.post(d.Room(t, "general"), m)
	p := open(chromium(t), t, d.URL+"/room/?as=ana#"+string(d.Room(t, "general")))
	p.sees("#log", "single")
	require.Equal(t, "0", p.text(`document.querySelectorAll("#log script, #log .card img, #log b, #log .card a, #log .person").length`))
	require.Equal(t, strings.Join(pieces, "\n"), p.text(`[...document.querySelectorAll("#log .b-text")].map((x) => x.textContent).join("\n")`))
	require.Equal(t, strings.Join(pieces, "\n"), p.text(`[...document.querySelectorAll("#log dd")].map((x) => x.textContent).join("\n")`))
	require.Equal(t, pieces[1], p.text(`document.querySelector("#log .b-buttons button").textContent`))
}
