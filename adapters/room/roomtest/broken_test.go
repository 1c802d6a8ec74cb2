package roomtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/adapters/room/roomtest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// liar is a world whose platform breaks a promise.
type liar struct {
	*roomtest.World
	platform chat.Platform
}

func (l liar) Platform() chat.Platform { return l.platform }

// bent is a platform that does or hears things a little differently.
type bent struct {
	chat.Platform
	do   func(p chat.Platform, a chat.Action, again bool) (chat.Result, error)
	hear func(h chat.Hearer, r chat.Request) chat.Answer
	run  func(p chat.Platform, h chat.Hearer, ready func()) error
}

func (b bent) Do(ctx context.Context, a chat.Action, again bool) (chat.Result, error) {
	if b.do != nil {
		return b.do(b.Platform, a, again)
	}
	return b.Platform.Do(ctx, a, again)
}

func (b bent) Run(ctx context.Context, h chat.Hearer, ready func()) error {
	if b.hear != nil {
		inner := h
		h = hearing(func(r chat.Request) chat.Answer { return b.hear(inner, r) })
	}
	err := b.Platform.Run(ctx, h, ready)
	if b.run != nil {
		return b.run(b.Platform, h, ready)
	}
	return err
}

type hearing func(chat.Request) chat.Answer

func (f hearing) Hear(_ context.Context, r chat.Request) chat.Answer { return f(r) }

// acting bends actions of one verb.
func acting(verb chat.Verb, change func(*chat.Action)) bent {
	return bent{do: func(p chat.Platform, a chat.Action, again bool) (chat.Result, error) {
		if a.Verb == verb {
			change(&a)
		}
		return p.Do(context.Background(), a, again)
	}}
}

// spanning bends the spans of what is posted.
func spanning(change func(chat.Span) chat.Span) bent {
	return acting(chat.Post, func(a *chat.Action) {
		a.Body.Blocks = slices.Clone(a.Body.Blocks)
		for i, b := range a.Body.Blocks {
			a.Body.Blocks[i].Spans = slices.Clone(b.Spans)
			for j, s := range b.Spans {
				a.Body.Blocks[i].Spans[j] = change(s)
			}
		}
	})
}

// mishearing bends requests.
func mishearing(change func(*chat.Request)) bent {
	return bent{hear: func(h chat.Hearer, r chat.Request) chat.Answer {
		change(&r)
		return h.Hear(context.Background(), r)
	}}
}

func forgetful(p chat.Platform, a chat.Action, _ bool) (chat.Result, error) {
	return p.Do(context.Background(), a, false)
}

func vague(p chat.Platform, a chat.Action, again bool) (chat.Result, error) {
	r, err := p.Do(context.Background(), a, again)
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return r, &chat.Error{Class: chat.Temporary, Op: e.Op}
	}
	return r, err
}

// The suite notices each of these.
func TestSuiteNotices(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]bent{
		"run":        {run: func(_ chat.Platform, _ chat.Hearer, _ func()) error { return context.Canceled }},
		"open":       acting(chat.OpenRoom, func(a *chat.Action) { a.Spec.Topic = "" }),
		"open taken": acting(chat.OpenRoom, func(a *chat.Action) { a.Spec.Name += "-copy" }),
		"invite":     acting(chat.Invite, func(a *chat.Action) { a.People = a.People[:1] }),
		"invite refused": acting(chat.Invite, func(a *chat.Action) {
			a.People = slices.DeleteFunc(slices.Clone(a.People), func(u chat.UserID) bool { return u == "outsider" })
		}),
		"remove":            acting(chat.Remove, func(a *chat.Action) { a.People = nil }),
		"archive":           acting(chat.Archive, func(a *chat.Action) { a.Verb = chat.Topic }),
		"edit":              acting(chat.Edit, func(a *chat.Action) { a.Verb = chat.Post }),
		"pin":               acting(chat.Pin, func(a *chat.Action) { a.Verb, a.Text = chat.Topic, "pinned" }),
		"thread":            acting(chat.Post, func(a *chat.Action) { a.Thread = "" }),
		"direct":            acting(chat.Direct, func(a *chat.Action) { a.People = []chat.UserID{"ana"} }),
		"upload":            acting(chat.Upload, func(a *chat.Action) { a.File.Data = a.File.Data[:5] }),
		"again done":        {do: forgetful},
		"lost post":         {do: forgetful},
		"lost room":         {do: forgetful},
		"lost upload":       {do: forgetful},
		"missing":           {do: vague},
		"server error":      {do: vague},
		"deliveries":        mishearing(func(r *chat.Request) { r.Delivery = "same" }),
		"redelivered":       mishearing(func(r *chat.Request) { r.Delivery = rand.Text() }),
		"typed":             mishearing(func(r *chat.Request) { r.RoomName = "" }),
		"typed as it is":    mishearing(func(r *chat.Request) { r.Text = "&lt;" + r.Text }),
		"typed in private":  mishearing(func(r *chat.Request) { r.Private = false }),
		"mentions":          mishearing(func(r *chat.Request) { r.People = nil }),
		"pressed":           mishearing(func(r *chat.Request) { r.Value = "" }),
		"form":              mishearing(func(r *chat.Request) { r.State = "" }),
		"form foreign":      mishearing(func(r *chat.Request) { delete(r.Values, "title") }),
		"reacted":           mishearing(func(r *chat.Request) { r.On.Author = r.By }),
		"marked":            mishearing(func(r *chat.Request) { r.On.Text = "" }),
		"original mentions": mishearing(func(r *chat.Request) { r.On.Text = "x" }),
		"form errors": {hear: func(h chat.Hearer, r chat.Request) chat.Answer {
			a := h.Hear(context.Background(), r)
			a.Errors = nil
			return a
		}},
		"private button":  {hear: func(h chat.Hearer, r chat.Request) chat.Answer { h.Hear(context.Background(), r); return chat.Answer{} }},
		"mention":         spanning(func(s chat.Span) chat.Span { return chat.Span{Text: s.Text} }),
		"mention unknown": spanning(func(s chat.Span) chat.Span { s.User = "ana"; return s }),
		"foreign text": spanning(func(s chat.Span) chat.Span {
			return chat.Span{Kind: chat.Link, Text: s.Text, URL: "http://evil.example"}
		}),
		"foreign pieces": spanning(func(s chat.Span) chat.Span { s.Text = "*" + s.Text; return s }),
		"link":           spanning(func(s chat.Span) chat.Span { s.URL = "https://elsewhere.example"; return s }),
		"spans":          spanning(func(s chat.Span) chat.Span { s.Text += "!"; return s }),
		"long message":   acting(chat.Post, func(a *chat.Action) { a.Body.Blocks = a.Body.Blocks[:20] }),
		"many buttons":   acting(chat.Post, func(a *chat.Action) { a.Body.Blocks = a.Body.Blocks[:2] }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := roomtest.New(t)
			b.Platform = w.Platform()
			p := &probe{TB: t}
			p.play(func() { chattest.Check(p, name, liar{World: w, platform: b}) })
			require.True(t, p.Failed(), "the suite does not notice that %q is broken", name)
			require.False(t, p.skipped, "the case was played")
		})
	}
}

// The names of the cases are unique, and each says what it promises.
func TestPromises(t *testing.T) {
	t.Parallel()
	all := chattest.Promises()
	require.Greater(t, len(all), 60)
	for name, says := range all {
		require.Greater(t, len(says), 20, name)
	}
}

// probe is a test that may fail without failing the one it is in.
type probe struct {
	testing.TB

	mu       sync.Mutex
	failed   bool
	skipped  bool
	cleanups []func()
}

// play runs a case to its end, cleaning up included.
func (p *probe) play(check func()) {
	p.apart(check)
	for _, f := range slices.Backward(p.cleanups) {
		p.apart(f)
	}
}

// apart runs f so that it may give up.
func (p *probe) apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (p *probe) fail() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = true
}

func (p *probe) Failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
}

func (p *probe) Cleanup(f func())         { p.cleanups = append(p.cleanups, f) }
func (p *probe) Error(...any)             { p.fail() }
func (p *probe) Errorf(string, ...any)    { p.fail() }
func (p *probe) Fail()                    { p.fail() }
func (p *probe) FailNow()                 { p.fail(); runtime.Goexit() }
func (p *probe) Fatal(...any)             { p.FailNow() }
func (p *probe) Fatalf(string, ...any)    { p.FailNow() }
func (p *probe) Skip(...any)              { p.skipped = true; runtime.Goexit() }
func (p *probe) Skipf(_ string, _ ...any) { p.Skip() }
func (p *probe) SkipNow()                 { p.Skip() }
func (p *probe) Log(...any)               {}
func (p *probe) Logf(string, ...any)      {}
