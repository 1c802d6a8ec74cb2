package chat

import "strings"

// Plain is the message as plain text, a line for each line that people see: for notifications, logs,
// screen readers and transcripts. A mention is @name, a link "text (url)", a button "[label]".
func (m Message) Plain() string {
	var lines []string
	for _, b := range m.Blocks {
		lines = append(lines, b.lines()...)
	}
	return strings.Join(lines, "\n")
}

func (b Block) lines() []string {
	switch b.Kind {
	case Fields:
		lines := make([]string, 0, len(b.Fields))
		for _, f := range b.Fields {
			lines = append(lines, f.Label+": "+PlainSpans(f.Value))
		}
		return lines
	case List:
		lines := make([]string, 0, len(b.Items))
		for _, item := range b.Items {
			lines = append(lines, "• "+PlainSpans(item))
		}
		return lines
	case Buttons:
		labels := make([]string, 0, len(b.Buttons))
		for _, button := range b.Buttons {
			labels = append(labels, "["+button.Label+"]")
		}
		return []string{strings.Join(labels, " ")}
	case Quote:
		return strings.Split("> "+strings.ReplaceAll(PlainSpans(b.Spans), "\n", "\n> "), "\n")
	default:
		return strings.Split(PlainSpans(b.Spans), "\n")
	}
}

// PlainSpans is one run of spans as plain text.
func PlainSpans(spans []Span) string {
	var s strings.Builder
	for _, span := range spans {
		switch span.Kind {
		case Person, Group:
			s.WriteString("@" + span.Text)
		case Room:
			s.WriteString("#" + span.Text)
		case Link:
			s.WriteString(span.Text + " (" + span.URL + ")")
		default:
			s.WriteString(span.Text)
		}
	}
	return s.String()
}

// Empty tells whether the message says nothing.
func (m Message) Empty() bool { return len(m.Blocks) == 0 }
