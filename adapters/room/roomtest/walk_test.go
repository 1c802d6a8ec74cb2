package roomtest_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

func TestWalkCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answers(func(r chat.Request) chat.Answer {
		return chat.Answer{Message: plain("INC-7 is declared. Heard: " + r.Text)}
	})
	p := open(chromium(t), t, d.URL+"/room/")
	p.clickOn("#choose a strong", "Ben")
	p.sees("#rooms", "general")
	p.until(`document.activeElement.id === "composer"`)
	p.keys("/inc" + kb.Tab)
	p.keys("dec")
	p.sees("#options", "Open an incident")
	p.keys(kb.Tab + kb.ArrowDown)
	p.sees("#hint", "/incident declare [SEVERITY] TITLE")
	p.sees(`#options [aria-selected="true"]`, "P1")
	p.keys(kb.Enter + "Checkout down @ch")
	p.sees("#options", "Chloe")
	p.keys(kb.Tab)
	require.Equal(t, "/incident declare P1 Checkout down @chloe ", p.text(`document.querySelector("#composer").value`))
	p.keys(kb.Enter)
	p.sees("#log .private", "Heard: declare P1 Checkout down @chloe")
	p.sees("#log .private", "Only you can see this")
	r := d.last()
	require.Equal(t, chat.UserID("ben"), r.By.ID)
	require.Equal(t, chat.UserID("chloe"), r.People[0].User.ID)
	p.expects("400")
	p.keys("/nothing" + kb.Enter)
	p.sees("#composer-problem", "no such command")
	require.Equal(t, "/nothing", p.text(`document.querySelector("#composer").value`), "what was not taken is given back")
}

func TestWalkForm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at, _ := d.incident()
	d.answers(func(r chat.Request) chat.Answer {
		form := updateForm()
		switch {
		case r.Kind == chat.Pressed:
			return chat.Answer{Form: &form}
		case r.Values["text"] == "short":
			return chat.Answer{Errors: map[string]string{"text": "Say a little more."}}
		}
		return chat.Answer{Message: plain("It is on the status page.")}
	})
	p := open(chromium(t), t, d.URL+"/room/?as=ana#"+string(at))
	p.clickOn("#log button", "Write it")
	p.sees("#form", "What people should know")
	require.Equal(t, "We are investigating failing payments.", p.text(`document.querySelector("[name=text]").value`))
	p.text(`document.querySelector("[name=text]").select()`)
	p.keys(kb.Delete)
	p.clickOn("#form button", "Post update")
	p.sees("#form .input-error", "This is needed.")
	require.Equal(t, "text", p.text("document.activeElement.name"), "the focus goes to what is wrong")
	p.keys("short")
	p.clickOn("#form button", "Post update")
	p.sees("#form .input-error", "Say a little more.")
	p.keys(" and then some")
	p.click("#form .choice:nth-child(2)")
	p.clickOn("#form button", "Post update")
	p.sees("#log .private", "It is on the status page.")
	p.until(`!document.querySelector("#form").open`)
	require.Equal(t, map[string]string{"status": "Identified", "text": "short and then some", "next": "30", "who": ""}, d.last().Values)
}

func TestWalkLeaveForm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.answers(func(chat.Request) chat.Answer {
		form := updateForm()
		return chat.Answer{Form: &form}
	})
	p := open(chromium(t), t, d.URL+"/room/?as=ana")
	p.click("#declare")
	p.sees("#form", "What people should know")
	p.keys(kb.Escape)
	p.until(`!document.querySelector("#form").open`)
	p.click("#declare")
	p.until(`document.querySelector("#form").open`)
	p.click("[name=text]")
	p.keys("something worth keeping")
	p.keys(kb.Escape)
	p.sees("#form-discard", "would be lost")
	p.clickOn("#form button", "Keep writing")
	p.misses("#form-discard", "would be lost")
	p.keys(kb.Escape)
	p.clickOn("#form button", "Discard it")
	p.until(`!document.querySelector("#form").open`)
	require.Equal(t, "composer", p.focused())
}

func TestWalkMenu(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at, _ := d.incident()
	d.answers(func(r chat.Request) chat.Answer {
		if r.Kind == chat.Marked {
			return chat.Answer{Message: plain("It is in the log: " + r.On.Text)}
		}
		return chat.Answer{}
	})
	p := open(chromium(t), t, d.URL+"/room/?as=emil#"+string(at))
	menuOf := `[...document.querySelectorAll("#log article")].find((x) => x.innerText.includes("Watching. 5xx"))?.querySelector(".menu-button")`
	p.until(menuOf)
	p.text(menuOf + `.click()`)
	p.clickOn("#menu button", "Add to timeline")
	p.sees("#log .private", "It is in the log: Watching. 5xx is at 61 % and falling.")
	p.sees("#log article", "On the timeline")
	p.text(menuOf + `.click()`)
	p.click(`#menu [aria-label="Pin to the timeline"]`)
	p.until(`document.querySelector('#log [aria-label="Pin to the timeline: Emil"][aria-pressed="true"]')`)
	require.Equal(t, "pushpin", d.last().Text)
	p.text(menuOf + `.click()`)
	p.clickOn("#menu button", "Reply")
	p.sees("#about", "Replying to Chloe")
	p.keys("thank you" + kb.Enter)
	p.sees("#log .reply-to", "Watching. 5xx")
}

func TestWalkLive(t *testing.T) {
	t.Parallel()
	in := chromium(t)
	d := newDesk(t)
	at, card := d.incident()
	ana := open(in, t, d.URL+"/room/?as=ana#"+string(at))
	ana.sees("#log", "A status update is due")
	ben := open(in, t, d.URL+"/room/?as=ben#"+string(at))
	ben.sees("#log", "A status update is due")
	ben.click("#composer")
	ben.keys("rolled back" + kb.Enter)
	ana.sees("#log", "rolled back")
	d.do(chat.Action{Verb: chat.Edit, Room: at, Message: card, Body: plain("INC-7 is resolved")})
	ana.sees("#log", "INC-7 is resolved")
	ana.sees("#pinned", "INC-7 is resolved")
	ben.text(`location.hash = "` + string(d.Room(t, "general")) + `"`)
	ben.sees("#room-name", "general")
	ana.click("#composer")
	ana.keys("@ben can you confirm?" + kb.Enter)
	ben.sees("#toasts", "Ana named you in #inc-7-checkout-down")
	ben.sees("#rooms .called", "1")
	d.do(chat.Action{Verb: chat.Direct, People: []chat.UserID{"ben"}, Body: plain("You are paged: INC-8")})
	ben.sees("#toasts", "sitrep wrote to you")
	ben.clickOn("#toasts strong", "sitrep wrote to you")
	ben.sees("#log", "You are paged: INC-8")
	ben.misses("#rooms .called", "2")
	require.Equal(t, "1", ana.text(`[...document.querySelectorAll("#log article")].filter((x) => x.innerText.includes("rolled back")).length`), "nothing is there twice")
}

func TestWalkRooms(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at, _ := d.incident()
	p := open(chromium(t), t, d.URL+"/room/?as=hugo#"+string(at))
	p.sees("#outside", "You are reading along")
	p.sees("#rooms", "Other incidents")
	p.clickOn("#outside button", "Join the room")
	p.until(`document.activeElement.id === "composer"`)
	p.sees("#rooms", "Incident rooms")
	p.click("#show-people")
	p.sees("#people", "@hugo")
	p.clickOn("#people button", "Close")
	d.do(chat.Action{Verb: chat.Remove, Room: at, People: []chat.UserID{"hugo"}})
	p.sees("#outside", "You are reading along")
	d.do(chat.Action{Verb: chat.Upload, Room: d.Room(t, "general"), Body: plain("The report."), File: chat.File{Name: "inc-7.md", Data: []byte("# INC-7\n")}})
	p.clickOn("#rooms a .rooms-name", "general")
	p.sees("#log .file", "inc-7.md")
	require.Contains(t, p.text(`document.querySelector("#log .file a[download]").href`), "/room/file/")
	d.do(chat.Action{Verb: chat.Archive, Room: at})
	p.sees("#rooms", "Archived")
}

func TestWalkStale(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := open(chromium(t), t, "about:blank")
	p.expects("401")
	p.text(`location.href = "` + d.URL + `/room/?as=zoe"`)
	p.sees("#choose", "not in this room any more")
	p.text(`location.href = "` + d.URL + `/room/?as=ana#RNOWHERE"`)
	p.sees("#toasts", "no such room")
	p.sees("#room-name", "sitrep and you")
}
