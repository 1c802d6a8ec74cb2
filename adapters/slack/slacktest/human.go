package slacktest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Reply is what became of something a person did.
type Reply struct {
	// Failure is what Slack showed because the app did not take it in time; empty when all went well.
	Failure string
	// Body is the app's immediate answer as JSON.
	Body []byte

	delivery *Delivery
	after    func(*Reply)
	finished bool
}

// Wait blocks until the app has answered or Slack has given up.
func (r *Reply) Wait() *Reply {
	if r.delivery != nil {
		<-r.delivery.done
		r.Failure, r.Body = r.delivery.Failure, r.delivery.body
	}
	if r.after != nil && !r.finished {
		r.finished = true
		r.after(r)
	}
	return r
}

// deliver sends something a person did. It is never sent again.
func (s *Server) deliver(kind string, payload obj) *Reply {
	s.mu.Lock()
	d := &Delivery{Kind: kind, ID: s.id("In"), Payload: payload, State: Flying, sent: s.now(), done: make(chan struct{})}
	s.pending = append(s.pending, d)
	s.busy++
	s.attempts.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.attempts.Done()
		s.attempt(d)
	}()
	return &Reply{delivery: d}
}

// Type lets a person type a line into a channel: a slash command or a message. It waits for the answer.
func (s *Server) Type(user, channel, line string) *Reply {
	return s.TypeAsync(user, channel, line).Wait()
}

// TypeAsync is [Server.Type] without the waiting.
func (s *Server) TypeAsync(user, channel, line string) *Reply {
	if !strings.HasPrefix(line, "/") {
		s.Say(user, channel, line)
		return &Reply{}
	}
	name, text, _ := strings.Cut(line, " ")
	if name != s.opts.Command {
		return &Reply{Failure: name + " is not a valid command"}
	}
	s.mu.Lock()
	ch, u := s.channels[channel], s.users[user]
	payload := obj{
		"token": "deprecated", "team_id": s.TeamID, "team_domain": "ops", "channel_id": channel, "channel_name": nameFor(ch),
		"user_id": user, "user_name": u.Handle, "command": name, "text": s.escaped(strings.TrimSpace(text)),
		"api_app_id": s.AppID, "is_enterprise_install": "false", "trigger_id": s.newTrigger(user),
		"response_url": s.newHook(channel, user, ""),
	}
	s.mu.Unlock()
	reply := s.deliver("slash_commands", payload)
	reply.after = func(r *Reply) { s.showAnswer(channel, user, r) }
	return reply
}

func nameFor(ch *channel) string {
	switch {
	case ch.im:
		return "directmessage"
	case ch.private:
		return "privategroup" // The real service hides the name of private channels here (observed live).
	default:
		return ch.name
	}
}

var (
	typedName    = regexp.MustCompile(`(^|[\s(])@([a-z0-9][a-z0-9._-]*)`)
	typedChannel = regexp.MustCompile(`(^|[\s(])#([a-z0-9][a-z0-9_-]*)`)
	typedURL     = regexp.MustCompile(`https?://[^\s<>]+`)
	entities     = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// escaped is text as the app gets it when should_escape is on, and as messages are kept: entities, and
// people, channels and addresses as tokens (Slack docs).
func (s *Server) escaped(text string) string {
	text = entities.Replace(text)
	text = typedURL.ReplaceAllString(text, "<$0>")
	text = typedName.ReplaceAllStringFunc(text, func(found string) string {
		at := strings.Index(found, "@")
		for _, id := range s.order {
			if handle := s.users[id].Handle; handle == strings.TrimRight(found[at+1:], ".") {
				return found[:at] + "<@" + id + ">" + found[at+1+len(handle):]
			}
		}
		return found
	})
	return typedChannel.ReplaceAllStringFunc(text, func(found string) string {
		at := strings.Index(found, "#")
		for _, id := range s.rooms {
			if ch := s.channels[id]; ch.name == found[at+1:] {
				return found[:at] + "<#" + id + "|" + ch.name + ">"
			}
		}
		return found
	})
}

// showAnswer shows the immediate answer to a command: text or JSON, private unless it says otherwise.
func (s *Server) showAnswer(channel, user string, r *Reply) {
	if r.Failure != "" || len(r.Body) == 0 {
		return
	}
	defer s.flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	var body obj
	if json.Unmarshal(r.Body, &body) != nil {
		body = obj{"text": string(r.Body)}
	}
	if problem := s.speak(channel, user, body, "command"); problem != "" {
		s.broken("answer to a command: %s: %.200s", problem, r.Body)
	}
}

// Say posts a person's own message and gives its ts. Entities are encoded as Slack does.
func (s *Server) Say(user, channel, text string) string { return s.SayIn(user, channel, "", text) }

// SayIn says something in a thread.
func (s *Server) SayIn(user, channel, thread, text string) string {
	s.mu.Lock()
	ch := s.channels[channel]
	m := &message{ts: s.nextTS(ch), user: user, text: s.escaped(text), thread: thread}
	s.add(ch, m)
	s.mu.Unlock()
	s.flush()
	return m.ts
}

// Rewrite edits a person's message.
func (s *Server) Rewrite(channel, ts, text string) {
	s.mu.Lock()
	ch := s.channels[channel]
	m := ch.find(ts)
	before := m.json(s, true)
	m.text, m.edited = s.escaped(text), true
	s.emitChange(ch, m, before)
	s.mu.Unlock()
	s.flush()
}

// Erase deletes a message.
func (s *Server) Erase(channel, ts string) {
	s.mu.Lock()
	ch := s.channels[channel]
	s.erase(ch, ch.find(ts))
	s.mu.Unlock()
	s.flush()
}

// React puts a reaction on a message.
func (s *Server) React(user, channel, ts, name string) {
	s.mu.Lock()
	ch := s.channels[channel]
	if m := ch.find(ts); m != nil {
		s.addReaction(ch, m, user, name)
	}
	s.mu.Unlock()
	s.flush()
}

// ArchiveBy lets a person archive a channel: the bot is thrown out.
func (s *Server) ArchiveBy(user, channel string) {
	s.mu.Lock()
	ch := s.channels[channel]
	s.emit(ch, obj{"type": archiveEvent(ch), "channel": ch.id, "user": user})
	ch.archived = true
	ch.remove(s.BotUser)
	s.mu.Unlock()
	s.flush()
}

// Leave takes people, or the bot, out of a channel.
func (s *Server) Leave(channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[channel].remove(user)
}

// Join lets a person come into a channel by themselves.
func (s *Server) Join(channel, user string) {
	s.mu.Lock()
	s.join(s.channels[channel], user)
	s.mu.Unlock()
	s.flush()
}

// interaction is what all interactive payloads share.
func (s *Server) interaction(kind, user string) obj {
	u := s.users[user]
	return obj{
		"type": kind, "token": "deprecated", "api_app_id": s.AppID, "is_enterprise_install": false, "enterprise": nil,
		"team":       obj{"id": s.TeamID, "domain": "ops"},
		"user":       obj{"id": u.ID, "username": u.Handle, "name": u.Handle, "team_id": u.Team},
		"trigger_id": s.newTrigger(user), "action_ts": formatTS(s.now().UnixMicro()),
	}
}

// Press presses the first button with this label on a message that the person can see: a message of the
// channel, or a private one shown to them there. It waits for the acknowledgement.
func (s *Server) Press(user, channel, ts, label string) *Reply {
	s.mu.Lock()
	payload, err := s.pressed(user, channel, ts, label)
	s.mu.Unlock()
	if err != nil {
		s.t.Errorf("slacktest: press %q: %v", label, err)
		return &Reply{Failure: err.Error()}
	}
	reply := s.deliver("interactive", payload)
	reply.after = s.wantsEmpty("a press")
	return reply.Wait()
}

// wantsEmpty holds the app to an empty acknowledgement where a body means nothing (Slack docs).
func (s *Server) wantsEmpty(what string) func(*Reply) {
	return func(r *Reply) {
		if len(r.Body) > 0 {
			s.broken("the acknowledgement of %s has a body: %.80s", what, r.Body)
		}
	}
}

func (s *Server) pressed(user, channel, ts, label string) (obj, error) {
	payload := s.interaction("block_actions", user)
	ch := s.channels[channel]
	payload["channel"] = obj{"id": channel, "name": nameFor(ch)}
	container := obj{"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false}
	payload["container"] = container
	payload["state"] = obj{"values": obj{}}
	blocks := []any(nil)
	if m := ch.find(ts); m != nil {
		blocks = m.blocks
		payload["message"] = m.json(s, true)
		payload["response_url"] = s.newHook(channel, user, ts)
	} else if e := s.privateAt(user, ts); e != nil {
		blocks = e.Blocks
		container["is_ephemeral"] = true
		payload["response_url"] = s.newHook(channel, user, ts)
	}
	action := findButton(blocks, label)
	if action == nil {
		return nil, fmt.Errorf("no such button on %s", ts)
	}
	action["action_ts"] = payload["action_ts"]
	payload["actions"] = []any{action}
	return payload, nil
}

// findButton looks for a button by label or action_id and gives it as an action.
func findButton(blocks []any, label string) obj {
	for i, b := range blocks {
		block, _ := b.(obj)
		elements, _ := block["elements"].([]any)
		for _, e := range elements {
			el, _ := e.(obj)
			text, _ := el["text"].(obj)
			if el["type"] != "button" || (text["text"] != label && el["action_id"] != label) {
				continue
			}
			action := obj{"type": "button", "action_id": el["action_id"], "text": text, "block_id": block["block_id"]}
			if block["block_id"] == nil {
				action["block_id"] = fmt.Sprintf("made%d", i)
			}
			if value, ok := el["value"]; ok {
				action["value"] = value
			}
			return action
		}
	}
	return nil
}

// PressHome presses a button on the person's home tab.
func (s *Server) PressHome(user, label string) *Reply {
	s.mu.Lock()
	payload := s.interaction("block_actions", user)
	var action obj
	if home := s.homes[user]; home != nil {
		blocks, _ := home.spec["blocks"].([]any)
		action = findButton(blocks, label)
		payload["view"] = home.json(s)
		payload["container"] = obj{"type": "view", "view_id": home.id}
	}
	s.mu.Unlock()
	if action == nil {
		s.t.Errorf("slacktest: no button %q on the home of %s", label, user)
		return &Reply{Failure: "no such button"}
	}
	payload["actions"] = []any{action}
	reply := s.deliver("interactive", payload)
	reply.after = s.wantsEmpty("a press")
	return reply.Wait()
}

// Mark runs a message shortcut.
func (s *Server) Mark(user, channel, ts, callback string) *Reply {
	s.mu.Lock()
	payload := s.interaction("message_action", user)
	ch := s.channels[channel]
	payload["callback_id"], payload["message_ts"] = callback, ts
	payload["channel"] = obj{"id": channel, "name": nameFor(ch)}
	payload["message"] = ch.find(ts).json(s, true)
	payload["response_url"] = s.newHook(channel, user, "")
	s.mu.Unlock()
	reply := s.deliver("interactive", payload)
	reply.after = s.wantsEmpty("a shortcut")
	return reply.Wait()
}

// RunShortcut runs a global shortcut: no channel and no response_url come with it (Slack docs).
func (s *Server) RunShortcut(user, callback string) *Reply {
	s.mu.Lock()
	payload := s.interaction("shortcut", user)
	payload["callback_id"] = callback
	s.mu.Unlock()
	reply := s.deliver("interactive", payload)
	reply.after = s.wantsEmpty("a shortcut")
	return reply.Wait()
}

// OpenHome opens the app's home tab.
func (s *Server) OpenHome(user string) {
	s.mu.Lock()
	event := obj{"type": "app_home_opened", "user": user, "tab": "home", "channel": "D0HOME"}
	if home := s.homes[user]; home != nil {
		event["view"] = home.json(s)
	}
	s.emit(nil, event)
	s.mu.Unlock()
	s.Settle()
}

// Submit fills in the modal a person has open and submits it. The keys are block ids; what is not named
// keeps what stood there. It waits for the answer and applies it.
func (s *Server) Submit(user string, values map[string]string) *Reply {
	s.mu.Lock()
	v := s.top(user)
	if v == nil {
		s.mu.Unlock()
		s.t.Errorf("slacktest: %s has no form open", user)
		return &Reply{Failure: "no form open"}
	}
	problem := s.fillIn(v, values)
	payload := s.interaction("view_submission", user)
	payload["view"], payload["hash"], payload["response_urls"] = v.json(s), v.hash(), []any{}
	s.mu.Unlock()
	if problem != "" {
		return &Reply{Failure: problem}
	}
	reply := s.deliver("interactive", payload)
	reply.after = func(r *Reply) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.Failure == "" {
			r.Failure = s.submitted(v, r.Body)
		}
	}
	return reply.Wait()
}

// fillIn writes values into a view. The client itself refuses what is missing or too long (Slack docs).
func (s *Server) fillIn(v *view, values map[string]string) string {
	left := sortedKeys(values)
	for _, in := range v.inputs() {
		block := in["block_id"].(string)
		element := in["element"].(obj)
		action := element["action_id"].(string)
		if text, given := values[block]; given {
			left = slices.DeleteFunc(left, func(key string) bool { return key == block })
			v.values[block] = map[string]any{action: filled(element, text)}
		}
		value := v.values[block][action]
		if (value == nil || value == "") && in["optional"] != true {
			return "please fill in " + block
		}
		if most, ok := element["max_length"].(float64); ok && len([]rune(fmt.Sprint(value))) > int(most) && value != nil {
			return block + " is too long"
		}
	}
	if len(left) > 0 {
		s.t.Errorf("slacktest: the form has no input %v", left)
	}
	return ""
}

func filled(element obj, text string) any {
	if text == "" {
		return nil
	}
	if element["type"] != "static_select" {
		return text
	}
	options, _ := element["options"].([]any)
	for _, o := range options {
		if option, _ := o.(obj); option["value"] == text {
			return option
		}
	}
	return nil
}

// CloseForm closes the modal on top without submitting it.
func (s *Server) CloseForm(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeTop(user)
}
