package words

import (
	"fmt"
	"strings"
	"text/template/parse"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// sentence is one sentence in the forms that its plural has; most have only the other.
//
// Only the parser of text/template is used: its way of running templates finds methods by name, which makes the linker
// keep every method of every type in the program, nine megabytes of them.
type sentence map[plural.Form]*parse.ListNode

// pluralForms are the names of the forms in a catalogue.
var pluralForms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// readSentences reads a catalogue: a key with a text, or with a text for each form of the plural.
func readSentences(data []byte) (map[string]sentence, error) {
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	all := make(map[string]sentence, len(raw))
	for key, value := range raw {
		s, err := readSentence(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		all[key] = s
	}
	return all, nil
}

func readSentence(value any) (sentence, error) {
	texts, ok := value.(map[string]any)
	if !ok {
		texts = map[string]any{"other": value}
	}
	s := make(sentence, len(texts))
	for name, text := range texts {
		form, known := pluralForms[name]
		words, isText := text.(string)
		if !known || !isText {
			return nil, fmt.Errorf("%s is no form of a sentence", name)
		}
		trees, err := parse.Parse("sentence", words, "", "")
		if err != nil {
			return nil, err
		}
		list := &parse.ListNode{}
		if tree := trees["sentence"]; tree != nil { // nil: there are no words
			list = tree.Root
		}
		if err := checkSentence(list); err != nil {
			return nil, err
		}
		s[form] = list
	}
	if s[plural.Other] == nil {
		return nil, fmt.Errorf("the form %q is missing", "other")
	}
	return s, nil
}

// checkSentence finds what a sentence cannot say.
func checkSentence(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.TextNode:
		case *parse.ActionNode:
			if placeholder(node.Pipe) == "" {
				return fmt.Errorf("%s is no placeholder such as {{.name}}", node)
			}
		case *parse.IfNode:
			if placeholder(node.Pipe) == "" {
				return fmt.Errorf("%s is no condition such as {{if .name}}", node.Pipe)
			}
			if err := checkSentence(node.List); err != nil {
				return err
			}
			if err := checkSentence(node.ElseList); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is neither a placeholder nor a condition", node)
		}
	}
	return nil
}

// placeholder is the name in {{.name}}, empty when there is more or something else.
func placeholder(pipe *parse.PipeNode) string {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return ""
	}
	field, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok || len(field.Ident) != 1 {
		return ""
	}
	return field.Ident[0]
}

// form chooses the form for so many of something. Without a number, and where a language makes no difference, it is
// the other.
func (s sentence) form(tag language.Tag, count any) *parse.ListNode {
	if n, ok := count.(int); ok && n >= 0 {
		if list := s[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]; list != nil {
			return list
		}
	}
	return s[plural.Other]
}

// write puts a sentence together. A placeholder that nothing fills shows itself, so that somebody notices.
func write(b *strings.Builder, list *parse.ListNode, data map[string]string) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.TextNode:
			b.Write(node.Text)
		case *parse.ActionNode:
			value, ok := data[placeholder(node.Pipe)]
			if !ok {
				value = "<no value>"
			}
			b.WriteString(value)
		case *parse.IfNode:
			if data[placeholder(node.Pipe)] != "" {
				write(b, node.List, data)
			} else {
				write(b, node.ElseList, data)
			}
		}
	}
}
