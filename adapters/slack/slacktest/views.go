package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// view is a modal or a home tab, as one person sees it.
type view struct {
	id, user       string
	spec           obj // what the app sent
	version        int
	root, previous string
	external       string
	values         map[string]map[string]any // block_id, action_id, what was filled in
	errors         map[string]string         // shown under the inputs after a refused submission
}

func (v *view) hash() string { return fmt.Sprintf("%s.v%d", v.id, v.version) }

func (v *view) json(s *Server) obj {
	o := maps.Clone(v.spec)
	o["id"], o["hash"], o["team_id"] = v.id, v.hash(), s.TeamID
	o["app_id"], o["bot_id"], o["root_view_id"], o["previous_view_id"] = s.AppID, s.BotID, v.root, v.previous
	o["state"] = obj{"values": v.state()}
	for _, key := range []string{"private_metadata", "callback_id", "external_id"} {
		if o[key] == nil {
			o[key] = ""
		}
	}
	return o
}

// state is what is filled in, every input present (Slack docs).
func (v *view) state() obj {
	values := obj{}
	for _, in := range v.inputs() {
		element, _ := in["element"].(obj)
		block, action := in["block_id"].(string), element["action_id"].(string)
		filled := obj{"type": element["type"]}
		value := v.values[block][action]
		switch element["type"] {
		case "plain_text_input":
			filled["value"] = value
		case "static_select":
			filled["selected_option"] = value
		case "users_select":
			filled["selected_user"] = value
		}
		values[block] = obj{action: filled}
	}
	return values
}

func (v *view) inputs() []obj {
	var found []obj
	blocks, _ := v.spec["blocks"].([]any)
	for _, b := range blocks {
		if isInput(b) {
			found = append(found, b.(obj))
		}
	}
	return found
}

// fill takes prefilled values where nothing was typed under the same block_id and action_id (Slack docs).
func (v *view) fill(old map[string]map[string]any) {
	v.values = map[string]map[string]any{}
	for _, in := range v.inputs() {
		element, _ := in["element"].(obj)
		block, action := in["block_id"].(string), element["action_id"].(string)
		value, kept := old[block][action]
		if !kept {
			value = initial(element)
		}
		v.values[block] = map[string]any{action: value}
	}
}

func initial(element obj) any {
	for _, key := range []string{"initial_value", "initial_option", "initial_user"} {
		if value, ok := element[key]; ok {
			return value
		}
	}
	return nil
}

// maxView is the size of a view as JSON (Slack docs).
const maxView = 250_000

// parseView checks a view. What is wrong with it is said in response_metadata only (observed live).
func (c *call) parseView(kind string) (obj, obj) {
	raw := c.str("view")
	spec, ok := decode(raw).(obj)
	if !ok {
		return nil, no("invalid_arguments")
	}
	if len(raw) > maxView {
		return nil, no("view_too_large")
	}
	found := CheckView(spec)
	if spec["type"] != kind {
		found = append(found, "unsupported type: "+fmt.Sprint(spec["type"])+" [json-pointer:/view]")
	}
	if len(found) > 0 {
		refusal := details("invalid_arguments", found)
		delete(refusal, "errors")
		return nil, refusal
	}
	nameInputs(spec)
	return spec, nil
}

// nameInputs gives ids to inputs that came without (Slack docs).
func nameInputs(spec obj) {
	blocks, _ := spec["blocks"].([]any)
	for i, b := range blocks {
		o := b.(obj)
		if o["block_id"] == nil {
			o["block_id"] = fmt.Sprintf("made%d", i)
		}
		if element, ok := o["element"].(obj); ok && element["action_id"] == nil {
			element["action_id"] = fmt.Sprintf("made%d", i)
		}
	}
}

// trigger lets the app open a view in answer to something a person did.
type trigger struct {
	user string
	at   time.Time
	used bool
}

func (s *Server) newTrigger(user string) string {
	s.seq++
	id := fmt.Sprintf("%d.%d.%x", s.now().UnixMilli(), s.seq, s.seq*7919)
	s.triggers[id] = &trigger{user: user, at: s.now()}
	return id
}

// pull uses a trigger: once, within three seconds (Slack docs).
func (c *call) pull() (*trigger, obj) {
	t := c.s.triggers[c.str("trigger_id")]
	switch {
	case t == nil:
		return nil, no("invalid_trigger_id")
	case t.used:
		return nil, no("exchanged_trigger_id")
	case c.s.now().Sub(t.at) > 3*time.Second:
		return nil, no("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

func viewsOpen(c *call) obj {
	return openView(c, false)
}

// viewsPush puts a view on top of the open ones; three is the most (Slack docs).
func viewsPush(c *call) obj {
	return openView(c, true)
}

func openView(c *call, push bool) obj {
	s := c.s
	spec, refusal := c.parseView("modal")
	if refusal != nil {
		return refusal
	}
	if taken(s, spec, "") {
		return no("duplicate_external_id")
	}
	t, refusal := c.pull()
	if refusal != nil {
		return refusal
	}
	if push && (len(s.stacks[t.user]) == 0 || len(s.stacks[t.user]) >= 3) {
		return no("push_limit_reached")
	}
	v := s.show(t.user, spec, push)
	return yes(obj{"view": v.json(s)})
}

func (s *Server) show(user string, spec obj, push bool) *view {
	v := &view{id: s.id("V"), user: user, spec: spec, version: 1}
	v.external, _ = spec["external_id"].(string)
	v.root = v.id
	if push && len(s.stacks[user]) > 0 {
		v.previous = s.stacks[user][len(s.stacks[user])-1]
		v.root = s.views[v.previous].root
	} else {
		s.stacks[user] = nil
	}
	v.fill(nil)
	s.views[v.id] = v
	s.stacks[user] = append(s.stacks[user], v.id)
	return v
}

// taken tells whether an external id is in use by another view (Slack docs).
func taken(s *Server, spec obj, except string) bool {
	external, _ := spec["external_id"].(string)
	if external == "" {
		return false
	}
	for id, v := range s.views {
		if v.external == external && id != except {
			return true
		}
	}
	return false
}

func viewsUpdate(c *call) obj {
	s := c.s
	spec, refusal := c.parseView("modal")
	if refusal != nil {
		return refusal
	}
	v := s.views[c.str("view_id")]
	if external := c.str("external_id"); external != "" && v == nil {
		for _, candidate := range s.views {
			if candidate.external == external {
				v = candidate
			}
		}
	}
	switch {
	case v == nil || !slices.Contains(s.stacks[v.user], v.id):
		return no("not_found")
	case c.str("hash") != "" && c.str("hash") != v.hash():
		return no("hash_conflict")
	case taken(s, spec, v.id):
		return no("duplicate_external_id")
	}
	s.replaceView(v, spec)
	return yes(obj{"view": v.json(s)})
}

func (s *Server) replaceView(v *view, spec obj) {
	v.spec, v.errors = spec, nil
	v.version++
	v.external, _ = spec["external_id"].(string)
	v.fill(v.values)
}

func viewsPublish(c *call) obj {
	s, user := c.s, c.str("user_id")
	spec, refusal := c.parseView("home")
	switch {
	case refusal != nil:
		return refusal
	case s.users[user] == nil:
		return no("invalid_arguments")
	}
	v := s.homes[user]
	if v == nil {
		v = &view{id: s.id("V"), user: user}
		v.root = v.id
		s.homes[user], s.views[v.id] = v, v
	}
	if h := c.str("hash"); h != "" && v.version > 0 && h != v.hash() {
		return no("hash_conflict")
	}
	v.spec = spec
	v.version++
	return yes(obj{"view": v.json(s)})
}

// top is the modal a person sees.
func (s *Server) top(user string) *view {
	stack := s.stacks[user]
	if len(stack) == 0 {
		return nil
	}
	return s.views[stack[len(stack)-1]]
}

// closeTop closes the modal on top and shows the one beneath.
func (s *Server) closeTop(user string) {
	if stack := s.stacks[user]; len(stack) > 0 {
		delete(s.views, stack[len(stack)-1])
		s.stacks[user] = stack[:len(stack)-1]
	}
}

// submitted applies the app's answer to a submission (Slack docs). A wrong key among the errors shows a
// general failure to the person.
func (s *Server) submitted(v *view, body []byte) string {
	if len(body) == 0 {
		s.closeTop(v.user)
		return ""
	}
	var answer obj
	if json.Unmarshal(body, &answer) != nil {
		s.broken("answer to a submission is no JSON: %.80s", body)
		return "trouble_connecting"
	}
	next, _ := answer["view"].(obj)
	switch answer["response_action"] {
	case "clear":
		s.stacks[v.user] = nil
	case "errors":
		return s.showErrors(v, answer)
	case "update", "push":
		if found := CheckView(next); len(found) > 0 {
			s.broken("view in the answer to a submission: %v", found)
			return "trouble_connecting"
		}
		nameInputs(next)
		if answer["response_action"] == "push" {
			s.show(v.user, next, true)
			return ""
		}
		s.replaceView(v, next)
	default:
		s.broken("unknown response_action in %s", body)
		return "trouble_connecting"
	}
	return ""
}

func (s *Server) showErrors(v *view, answer obj) string {
	errors, _ := answer["errors"].(obj)
	v.errors = map[string]string{}
	for key, text := range errors {
		if !slices.ContainsFunc(v.inputs(), func(in obj) bool { return in["block_id"] == key }) {
			s.broken("error for %q, which is not the block_id of an input", key)
			return "trouble_connecting"
		}
		v.errors[key] = fmt.Sprint(text)
	}
	return ""
}
