package mattermosttest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Type has person type a line. A line without a slash is a message.
func (w *World) Type(t testing.TB, person, channel, line string) chattest.Private {
	t.Helper()
	if !strings.HasPrefix(line, "/") {
		w.Say(t, person, channel, line)
		return chattest.Private{}
	}
	p, room := w.Team.Person(person), w.channel(t, person, channel)
	heard, seen := w.platform.count(), p.see.count()
	answer := p.Type(room, line)
	post := &model.Post{Message: answer.Text}
	post.AddProp(model.PostPropsAttachments, answer.Attachments)
	if answer.Text == "" && len(answer.Attachments) == 0 {
		return w.private(t, p, room, heard, seen, chat.Typed)
	}
	// The client shows it when it comes over the WebSocket, with what its buttons need.
	shown := w.next(t, p, seen, "the answer", func(post *model.Post) bool { return post.ChannelId == room })
	return chattest.Private{Text: text(shown), Buttons: allButtons(shown)}
}

// Press has person press the newest button with this label.
func (w *World) Press(t testing.TB, person, channel, label string) chattest.Private {
	t.Helper()
	p, room := w.Team.Person(person), w.channel(t, person, channel)
	post := w.newest(t, p, room, label)
	heard, seen := w.platform.count(), p.see.count()
	p.Press(post, label)
	return w.private(t, p, room, heard, seen, chat.Pressed)
}

// newest is the newest post with a button of this label that p sees in a channel, private answers
// included.
func (w *World) newest(t testing.TB, p *Person, room, label string) *model.Post {
	t.Helper()
	list, _, err := p.Client.GetPostsForChannel(ctx(t), room, 0, 200, "", false, false)
	must(t, "read channel", err)
	posts := list.ToSlice()
	events, _ := p.see.since(0)
	for _, event := range events {
		if post := inner[model.Post](event, "post", model.WebsocketEventEphemeralMessage); post != nil && post.ChannelId == room {
			posts = append(posts, post)
		}
	}
	posts = slices.DeleteFunc(posts, func(post *model.Post) bool { return !slices.Contains(allButtons(post), label) })
	if len(posts) == 0 {
		t.Fatalf("%s sees no button %q", p.Name, label)
	}
	return slices.MaxFunc(posts, func(a, b *model.Post) int { return int(a.CreateAt - b.CreateAt) })
}

// private waits for what person gets to see as the answer to what they just did.
func (w *World) private(t testing.TB, p *Person, room string, heard, seen int, kind chat.RequestKind) chattest.Private {
	t.Helper()
	found, ok, _ := w.platform.after(heard, func(n note) bool {
		return n.request.Kind == kind && string(n.request.By.ID) == p.ID
	})
	switch {
	case !ok: // refused by the adapter itself
		post := w.next(t, p, seen, "a refusal", func(*model.Post) bool { return true })
		return chattest.Private{Text: text(post)}
	case found.answer.Form != nil:
		return chattest.Private{Form: w.opened(t, p, room, seen, found.answer.Form.Title)}
	case found.answer.Message.Empty():
		return chattest.Private{}
	}
	post := w.next(t, p, seen, "the answer", func(post *model.Post) bool {
		return post.UserId == w.Team.Bot.ID || post.ChannelId == room
	})
	return chattest.Private{Text: text(post), Buttons: allButtons(post)}
}

// next waits for the next private post that p sees: an ephemeral one, or one in the conversation with the
// bot.
func (w *World) next(t testing.TB, p *Person, seen int, what string, wanted func(*model.Post) bool) *model.Post {
	t.Helper()
	var found *model.Post
	p.await(t, seen, what, func(event *model.WebSocketEvent) bool {
		found = inner[model.Post](event, "post", model.WebsocketEventEphemeralMessage)
		if found == nil && event.GetData()["channel_type"] == string(model.ChannelTypeDirect) {
			found = inner[model.Post](event, "post", model.WebsocketEventPosted)
			if found != nil && found.UserId != w.Team.Bot.ID {
				found = nil
			}
		}
		return found != nil && !strings.HasPrefix(found.Message, notice) && wanted(found)
	})
	return found
}

// notice begins the words with which the adapter points to a private message; what it points to counts.
const notice = "Sitrep sent you a private message"

// opened waits for a form and keeps it open.
func (w *World) opened(t testing.TB, p *Person, room string, seen int, title string) *chattest.OpenForm {
	t.Helper()
	var dialog *model.OpenDialogRequest
	p.await(t, seen, "a form", func(event *model.WebSocketEvent) bool {
		dialog = inner[model.OpenDialogRequest](event, "dialog", model.WebsocketEventOpenDialog)
		return dialog != nil && dialog.Dialog.Title == title
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forms[p.Name] = opened{channel: room, dialog: *dialog}
	return w.form(dialog.Dialog)
}

func (w *World) form(d model.Dialog) *chattest.OpenForm {
	f := &chattest.OpenForm{Title: d.Title, Submit: d.SubmitLabel, Values: map[string]string{}, Labels: map[string]string{}}
	for _, e := range d.Elements {
		f.Values[e.Name], f.Labels[e.Name] = e.Default, e.DisplayName
		if e.DataSource == model.PostActionDataSourceUsers && e.Default != "" {
			f.Values[e.Name] = w.name(e.Default)
		}
	}
	return f
}

// Submit has person send the form that is open before them.
func (w *World) Submit(t testing.TB, person string, values map[string]string) chattest.Private {
	t.Helper()
	p := w.Team.Person(person)
	w.mu.Lock()
	form, ok := w.forms[person]
	w.mu.Unlock()
	if !ok {
		t.Fatalf("no form is open before %s", person)
	}
	heard, seen := w.platform.count(), p.see.count()
	answer := p.Submit(form.channel, form.dialog, w.filled(t, form.dialog.Dialog, values))
	if answer != nil && (answer.Error != "" || len(answer.Errors) > 0) {
		problems := maps.Clone(answer.Errors)
		if problems == nil {
			problems = map[string]string{}
		}
		if answer.Error != "" {
			problems[""] = answer.Error
		}
		return chattest.Private{Form: w.form(form.dialog.Dialog), Errors: problems}
	}
	w.mu.Lock()
	delete(w.forms, person)
	w.mu.Unlock()
	return w.private(t, p, form.channel, heard, seen, chat.Sent)
}

// filled is what a client sends: everything, null for what was left empty.
func (w *World) filled(t testing.TB, d model.Dialog, values map[string]string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, e := range d.Elements {
		value, given := values[e.Name]
		if !given {
			value = e.Default
		} else if e.DataSource == model.PostActionDataSourceUsers && value != "" {
			value = w.Team.Person(value).ID
		}
		all[e.Name] = value
		if value == "" {
			all[e.Name] = nil
		}
	}
	return all
}

// React has person react to the newest message with these words and waits until the bot heard it.
func (w *World) React(t testing.TB, person, channel, words, reaction string) {
	t.Helper()
	p := w.Team.Person(person)
	post := w.containing(t, p, channel, words)
	heard := w.platform.count()
	p.React(post.Id, reaction)
	w.until(t, heard, "a reaction", func(n note) bool {
		return n.request.Kind == chat.Reacted && n.request.On != nil && string(n.request.On.Message) == post.Id
	})
}

func (w *World) containing(t testing.TB, p *Person, channel, words string) *model.Post {
	t.Helper()
	list, _, err := p.Client.GetPostsForChannel(ctx(t), w.channel(t, p.Name, channel), 0, 200, "", false, false)
	must(t, "read channel", err)
	for _, post := range list.ToSlice() {
		if !post.IsSystemMessage() && strings.Contains(text(post), words) {
			return post
		}
	}
	t.Fatalf("no message with %q in %s", words, channel)
	return nil
}

// until waits until the bot heard something.
func (w *World) until(t testing.TB, from int, what string, wanted func(note) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sight)
	defer cancel()
	for {
		_, ok, more := w.platform.after(from, wanted)
		if ok {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("the bot never heard %s", what)
		}
	}
}

// Mark is not possible: Mattermost has message actions for plugins only.
func (w *World) Mark(testing.TB, string, string, string) (chattest.Private, bool) {
	return chattest.Private{}, false
}

// Say has person write a message.
func (w *World) Say(t testing.TB, person, channel, text string) {
	t.Helper()
	w.Team.Person(person).Say(w.channel(t, person, channel), text)
}

// Rewrite has person edit their newest message with these words.
func (w *World) Rewrite(t testing.TB, person, channel, words, text string) {
	t.Helper()
	p := w.Team.Person(person)
	post := w.containing(t, p, channel, words)
	_, _, err := p.Client.PatchPost(ctx(t), post.Id, &model.PostPatch{Message: &text})
	must(t, p.Name+" edits", err)
}

// Woken are the people a message of the bot notified since the last call, by what their clients were told.
func (w *World) Woken(t testing.TB) []string {
	t.Helper()
	woken := map[string]bool{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range worldPeople {
		p := w.Team.Person(name)
		p.settled(t)
		events, _ := p.see.since(0)
		for _, event := range events {
			post := inner[model.Post](event, "post", model.WebsocketEventPosted)
			if post == nil || post.UserId != w.Team.Bot.ID || w.counted[p.ID+post.Id] {
				continue
			}
			w.counted[p.ID+post.Id] = true
			for _, who := range w.wakes(t, p, event, post) {
				woken[who] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(woken))
}

// wakes is who or what was woken by a post, as far as p was told.
func (w *World) wakes(t testing.TB, p *Person, event *model.WebSocketEvent, post *model.Post) []string {
	t.Helper()
	if post.Type != model.PostTypeAddToChannel {
		return notified(p, event, post)
	}
	if w.awaited(t, p, post) {
		return []string{p.Name}
	}
	return nil
}

// awaited tells whether a message of the bot that names p was there when they were added to a channel. The
// server notifies everybody of being added; by that they find what was said to them a moment before.
func (w *World) awaited(t testing.TB, p *Person, added *model.Post) bool {
	t.Helper()
	if who, _ := added.GetProp(model.PostPropsAddedUserId).(string); who != p.ID {
		return false
	}
	list, _, err := w.Server.Admin.GetPostsForChannel(ctx(t), added.ChannelId, 0, 200, "", false, false)
	must(t, "read channel", err)
	return slices.ContainsFunc(list.ToSlice(), func(post *model.Post) bool {
		return post.UserId == w.Team.Bot.ID && !post.IsSystemMessage() && post.CreateAt <= added.CreateAt &&
			strings.Contains(strings.ToLower(marked(post)), "@"+p.Username)
	})
}

// notified is who or what a post woke, as far as p's client was told. A private message always notifies
// its reader; that is not a mention.
func notified(p *Person, event *model.WebSocketEvent, post *model.Post) []string {
	var ids []string
	mentions, _ := event.GetData()["mentions"].(string)
	if json.Unmarshal([]byte(mentions), &ids) != nil || !slices.Contains(ids, p.ID) {
		return nil
	}
	words := strings.ToLower(marked(post))
	if strings.Contains(words, "@"+p.Username) {
		return []string{p.Name}
	}
	if event.GetData()["channel_type"] == string(model.ChannelTypeDirect) {
		return nil
	}
	var all []string
	for _, broadcast := range []string{"channel", "here", "all"} {
		if strings.Contains(words, "@"+broadcast) {
			all = append(all, broadcast)
		}
	}
	if len(all) == 0 {
		return []string{p.Name} // by whatever means: it is not to be overlooked
	}
	return all
}

// settled waits until p's client was told everything that happened before. The server tells one person
// things in their order.
func (p *Person) settled(t testing.TB) {
	t.Helper()
	seen, mark := p.see.count(), model.NewId()
	_, _, err := p.team.Server.Admin.CreatePostEphemeral(ctx(t), &model.PostEphemeral{
		UserID: p.ID, Post: &model.Post{ChannelId: p.team.Square, Message: mark},
	})
	must(t, "reach "+p.Name, err)
	p.await(t, seen, "what was sent last", func(event *model.WebSocketEvent) bool {
		post := inner[model.Post](event, "post", model.WebsocketEventEphemeralMessage)
		return post != nil && post.Message == mark
	})
}
