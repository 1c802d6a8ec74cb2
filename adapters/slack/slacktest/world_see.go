package slacktest

import (
	"slices"
	"testing"

	"github.com/sitrep-bot/sitrep/adapters/chattest"
	"github.com/sitrep-bot/sitrep/bot/chat"
)

// Messages implements [chattest.World].
func (w *World) Messages(t testing.TB, channel string) []chattest.Seen {
	t.Helper()
	return w.in(w.room(t, "", channel), func(m Message) bool { return m.System == "" })
}

// Directs implements [chattest.World]. Answers that had no other way than a direct message are not among
// them: they belong to what was asked.
func (w *World) Directs(t testing.TB, person string) []chattest.Seen {
	t.Helper()
	return w.in(w.Direct(string(w.User(t, person))), func(m Message) bool { return m.Bot && m.Metadata != nil })
}

func (w *World) in(room string, wanted func(Message) bool) []chattest.Seen {
	w.quiet()
	links := w.Links()
	var seen []chattest.Seen
	for _, m := range w.Server.Messages(room) {
		if wanted(m) {
			seen = append(seen, w.shown(room, m, links))
		}
	}
	return seen
}

func (w *World) shown(room string, m Message, links []LinkSeen) chattest.Seen {
	s := chattest.Seen{
		ID: chat.MessageID(m.TS), By: w.nameOf(m.User), Text: decorated(m.Lines), Buttons: labels(m.Blocks), Pinned: m.Pinned,
	}
	if m.Thread != m.TS {
		s.Thread = chat.MessageID(m.Thread)
	}
	for _, l := range links {
		if l.Channel == room && l.TS == m.TS && !slices.Contains(s.Links, l.URL) {
			s.Links = append(s.Links, l.URL)
		}
	}
	if len(m.Files) > 0 {
		s.File, s.FileText = w.FileName(m.Files[0]), string(w.FileData(m.Files[0]))
	}
	return s
}

// methodOf is the call that does what a verb says.
var methodOf = map[chat.Verb]string{
	chat.OpenRoom: "conversations.create", chat.Invite: "conversations.invite", chat.Remove: "conversations.kick",
	chat.Topic: "conversations.setTopic", chat.Post: "chat.postMessage", chat.Edit: "chat.update", chat.Pin: "pins.add",
	chat.Bookmark: "bookmarks.add", chat.Direct: "chat.postMessage", chat.Upload: "files.completeUploadExternal",
	chat.Archive: "conversations.archive", chat.Home: "views.publish",
}

// Fault implements [chattest.World].
func (w *World) Fault(t testing.TB, f chattest.Fault) bool {
	t.Helper()
	method, times := methodOf[f.Verb], max(f.Count, 1)
	switch f.Kind {
	case chattest.LostAnswer:
		w.Fail(method, DropAfter, times)
	case chattest.NotReached:
		w.Fail(method, DropBefore, times)
	case chattest.ServerError:
		w.Fail(method, Internal, times)
	case chattest.Limit:
		w.Limit(method, f.Wait, times)
	case chattest.NoRight:
		w.Refuse(method, "restricted_action", times)
	case chattest.Dead:
		w.Refuse("*", "token_revoked", times)
	case chattest.Hang:
		w.Fail(method, Silent, times)
	default:
		return false
	}
	return true
}
