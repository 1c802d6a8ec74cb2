package roomtest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// unhurried bounds every wait for a browser on a busy machine.
const unhurried = 30 * time.Second

// browser is the one that all tests share; each page in it has a profile of its own.
var browser struct {
	start sync.Once
	ctx   context.Context
	err   error
	stop  func()
}

// pages is how many tests have pages open at once: more would only wait for each other.
var pages = make(chan struct{}, 2)

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
}

// chromium is a browser for this test. Without one the test is skipped, unless it has to run.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := chromiumPath()
	if path == "" {
		if os.Getenv("CI") == "true" || os.Getenv("SITREP_E2E") == "1" {
			require.FailNow(t, "no Chromium here", "install it: apt-get install chromium")
		}
		t.Skip("no Chromium here to walk through the page; install it: apt-get install chromium")
	}
	browser.start.Do(func() { launch(path) })
	require.NoError(t, browser.err, "start the browser")
	pages <- struct{}{}
	t.Cleanup(func() { <-pages })
	return browser.ctx
}

func chromiumPath() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

func launch(path string) {
	var profile string
	if profile, browser.err = os.MkdirTemp("", "sitrep-chromium-"); browser.err != nil {
		return
	}
	flags := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.UserDataDir(profile), chromedp.Flag("headless", "new"),
	}
	for _, flag := range []string{"disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		flags = append(flags, chromedp.Flag(flag, true))
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), flags...)
	browser.ctx, _ = chromedp.NewContext(allocator)
	browser.stop = func() {
		_ = chromedp.Cancel(browser.ctx)
		cancel()
		_ = os.RemoveAll(profile)
	}
	browser.err = chromedp.Do(browser.ctx)
}

// tab is a page in the browser. It fails the test when the console of the page has anything to complain about.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	expected []string // pieces of complaints that the test provokes
}

// open is a new tab with a profile of its own.
func open(in context.Context, t *testing.T, url string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(in, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*unhurried)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	p.do(chromedp.EmulateViewport(1280, 800))
	p.watch()
	p.do(before...)
	p.do(chromedp.Navigate(url))
	return p
}

// watch collects what the page complains about: exceptions, errors, violations of the content policy.
func (p *tab) watch() {
	messages := chromedp.Console(p.ctx)
	ended := make(chan struct{})
	var complaints []string
	go func() {
		defer close(ended)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				complaints = append(complaints, m.String())
			}
		}
	}()
	p.t.Cleanup(func() {
		_ = chromedp.Cancel(p.ctx)
		<-ended
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, c := range complaints {
			if !p.provoked(c) {
				p.t.Errorf("the page complains: %s", c)
			}
		}
	})
}

func (p *tab) provoked(complaint string) bool {
	for _, piece := range p.expected {
		if strings.Contains(complaint, piece) {
			return true
		}
	}
	return false
}

// expects allows the page to complain with these words.
func (p *tab) expects(piece string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, piece)
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, steps...))
}

// until waits for an expression to become true in the page, also when that takes a navigation.
func (p *tab) until(expression string) {
	p.t.Helper()
	var err error
	for range 5 {
		_, err = chromedp.Run(p.ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingTimeout(unhurried)))
		if err == nil || !(strings.Contains(err.Error(), "context") || strings.Contains(err.Error(), "navigated")) {
			break
		}
	}
	if err != nil {
		seen, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		require.NoError(p.t, err, "wait for %s; the page says:\n%s", expression, seen)
	}
}

// sees waits for words in the part of the page that a selector names.
func (p *tab) sees(selector, words string) {
	p.t.Helper()
	p.until(`[...document.querySelectorAll(` + quoted(selector) + `)].some((x) => x.checkVisibility() && x.innerText.includes(` + quoted(words) + `))`)
}

func (p *tab) misses(selector, words string) {
	p.t.Helper()
	p.until(`![...document.querySelectorAll(` + quoted(selector) + `)].some((x) => x.checkVisibility() && x.innerText.includes(` + quoted(words) + `))`)
}

// text is what an expression gives, as a string.
func (p *tab) text(expression string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	require.NoError(p.t, err, expression)
	return s
}

// click clicks on what a selector names, when it is there.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// clickOn clicks on the button with these words.
func (p *tab) clickOn(selector, words string) {
	p.t.Helper()
	find := `[...document.querySelectorAll(` + quoted(selector) + `)].filter((x) => x.checkVisibility() && x.innerText.trim() === ` + quoted(words) + `).at(-1)`
	p.until(find)
	p.do(chromedp.Click(chromedp.JSPath(find)))
}

// keys types where the focus is.
func (p *tab) keys(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys, options...))
}

// focused tells what has the focus: its id, or its name.
func (p *tab) focused() string {
	p.t.Helper()
	return p.text(`document.activeElement.id || document.activeElement.name || document.activeElement.tagName + " " + document.activeElement.className`)
}

func dark(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
	return chromedp.Void{}, err
}

func phone(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	return chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch)(ctx, target)
}

func speaking(language string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
		return chromedp.Void{}, err
	}
}
