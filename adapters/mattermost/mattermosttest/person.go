package mattermosttest

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Person is somebody with a client of their own, which shows them what a real client would.
type Person struct {
	ID       string
	Name     string // short, as the test knows them
	Username string // what one types after @
	Token    string
	Client   *model.Client4

	t    testing.TB
	team *Team
	see  *window
}

func newPerson(team *Team, name string, user *model.User, token string) *Person {
	client := model.NewAPIv4Client(team.Server.URL)
	client.SetToken(token)
	return &Person{
		ID: user.Id, Name: name, Username: user.Username, Token: token, Client: client,
		t: team.t, team: team, see: &window{},
	}
}

// Type runs a slash command in a channel and returns the answer as the REST API gives it.
func (p *Person) Type(channel, text string) *model.CommandResponse {
	p.t.Helper()
	p.Look()
	answer, _, err := p.Client.ExecuteCommandWithTeam(p.t.Context(), channel, p.team.ID, text)
	must(p.t, p.Name+" types "+text, err)
	return answer
}

// Say posts a message in a channel.
func (p *Person) Say(channel, text string) *model.Post {
	p.t.Helper()
	post, _, err := p.Client.CreatePost(p.t.Context(), &model.Post{ChannelId: channel, Message: text})
	must(p.t, p.Name+" says "+text, err)
	return post
}

// Press presses the button of a post that carries this label.
func (p *Person) Press(post *model.Post, label string) {
	p.t.Helper()
	must(p.t, p.Name+" presses "+label, p.TryPress(post, label))
}

// TryPress is Press for when the server's answer matters.
func (p *Person) TryPress(post *model.Post, label string) error {
	p.t.Helper()
	p.Look()
	id, cookie := button(post, label)
	if id == "" {
		p.t.Fatalf("no button %q in %q", label, post.Message)
	}
	_, err := p.Client.DoPostActionWithCookie(p.t.Context(), post.Id, id, "", cookie)
	return err
}

// button finds a button's id by its label, and the cookie by which an ephemeral post carries it.
func button(post *model.Post, label string) (id, cookie string) {
	for _, attachment := range post.Attachments() {
		for _, action := range attachment.Actions {
			if strings.EqualFold(action.Name, label) {
				return action.Id, action.Cookie
			}
		}
	}
	return "", ""
}

// Submit sends a dialog that was opened for this person.
func (p *Person) Submit(channel string, dialog model.OpenDialogRequest, values map[string]any) *model.SubmitDialogResponse {
	p.t.Helper()
	answer, _, err := p.Client.SubmitInteractiveDialog(p.t.Context(), model.SubmitDialogRequest{
		URL: dialog.URL, CallbackId: dialog.Dialog.CallbackId, State: dialog.Dialog.State,
		ChannelId: channel, TeamId: p.team.ID, Submission: values,
	})
	must(p.t, p.Name+" submits "+dialog.Dialog.Title, err)
	return answer
}

// React puts an emoji, named without colons, on a post.
func (p *Person) React(post, emoji string) {
	p.t.Helper()
	_, _, err := p.Client.SaveReaction(p.t.Context(), &model.Reaction{UserId: p.ID, PostId: post, EmojiName: emoji})
	must(p.t, p.Name+" reacts with "+emoji, err)
}
