package incident

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

func (t *turn) facts(c Command) *Refusal {
	if t.s.Phase.Over() {
		return t.active()
	}
	switch c := c.(type) {
	case SetImpact:
		return t.setImpact(c)
	case NameCause:
		return t.nameCause(c)
	case RaiseFlag:
		return t.raiseFlag(c)
	case ClearFlag:
		return t.clearFlag(c)
	}
	return refuse("unknown")
}

func (t *turn) setImpact(c SetImpact) *Refusal {
	text := strings.TrimSpace(c.Text)
	if r := tooLong(text); r != nil {
		return r
	}
	if r := t.checkFacts(c.Facts); r != nil {
		return r
	}
	before := len(t.events)
	if text != "" && text != t.s.Impact {
		t.emit(ImpactSet{Text: text})
	}
	t.findFacts(c.Facts)
	if len(t.events) == before {
		return refuse("impact.empty")
	}
	return nil
}

func (t *turn) checkFacts(given map[string]string) *Refusal {
	for _, id := range slices.Sorted(maps.Keys(given)) {
		f, ok := t.fact(id)
		if !ok {
			return refuse("fact.unknown", "given", id, "known", t.factIDs())
		}
		if r := tooLong(given[id]); r != nil {
			return r
		}
		if value := strings.TrimSpace(given[id]); value != "" && len(f.Options) > 0 {
			if _, ok := option(f, value); !ok {
				return refuse("fact.option", "given", value, "fact", f.Label, "known", optionIDs(f))
			}
		}
	}
	return nil
}

// findFacts records the answers that are new, in the playbook's order.
func (t *turn) findFacts(given map[string]string) {
	for _, f := range t.m.Playbook.Facts {
		text := ""
		for id, value := range given {
			if strings.EqualFold(id, f.ID) {
				text = strings.TrimSpace(value)
			}
		}
		if o, ok := option(f, text); ok {
			text = o.Label
		}
		if text != "" && text != t.s.Fact(f.ID) {
			t.emit(FactFound{Fact: Labelled{ID: f.ID, Label: f.Label}, Text: text})
		}
	}
}

func (t *turn) fact(id string) (playbook.Fact, bool) {
	for _, f := range t.m.Playbook.Facts {
		if strings.EqualFold(f.ID, id) {
			return f, true
		}
	}
	return playbook.Fact{}, false
}

func (t *turn) factIDs() []string {
	ids := make([]string, 0, len(t.m.Playbook.Facts))
	for _, f := range t.m.Playbook.Facts {
		ids = append(ids, f.ID)
	}
	return ids
}

func option(f playbook.Fact, given string) (playbook.Option, bool) {
	for _, o := range f.Options {
		if matches(given, o.ID, o.Label) {
			return o, true
		}
	}
	return playbook.Option{}, false
}

func optionIDs(f playbook.Fact) []string {
	ids := make([]string, 0, len(f.Options))
	for _, o := range f.Options {
		ids = append(ids, o.ID)
	}
	return ids
}

// Fact is the answer to one of the playbook's questions; empty while it is open.
func (s State) Fact(id string) string {
	for _, f := range s.Facts {
		if f.Fact.ID == id {
			return f.Text
		}
	}
	return ""
}

// nameCause takes a branch of the decision tree. A cause that is named is also identified.
func (t *turn) nameCause(c NameCause) *Refusal {
	if r := t.active(); r != nil {
		return r
	}
	if r := tooLong(c.Text); r != nil {
		return r
	}
	known := make([]string, 0, len(t.m.Playbook.Causes))
	for _, cause := range t.m.Playbook.Causes {
		known = append(known, cause.ID)
		if !matches(c.Cause, cause.ID, cause.Label) && !begins(cause.ID, c.Cause) {
			continue
		}
		text := strings.TrimSpace(c.Text)
		t.engage()
		t.emit(CauseNamed{Cause: Labelled{ID: cause.ID, Label: cause.Label}, Text: text})
		if !t.holds(playbook.Identified) {
			t.emit(Identified{Text: first(text, cause.Label)})
		}
		return nil
	}
	return refuse("cause.unknown", "given", c.Cause, "known", known)
}

func (t *turn) raiseFlag(c RaiseFlag) *Refusal {
	flag, r := t.flag(c.Flag)
	if r != nil {
		return r
	}
	e := FlagRaised{Flag: Labelled{ID: flag.ID, Label: flag.Label}, Fires: true}
	if flag.Above != nil {
		amount, currency, ok := ParseAmount(c.Value)
		switch {
		case !ok:
			return refuse("flag.amount", "flag", flag.Label, "given", c.Value).way("flag " + flag.ID + " 12000 " + flag.Above.Currency)
		case currency != "" && currency != flag.Above.Currency:
			return refuse("flag.currency", "flag", flag.Label, "given", currency, "currency", flag.Above.Currency)
		}
		e.Amount, e.Currency, e.Fires = amount, flag.Above.Currency, amount > flag.Above.Value
	}
	if slices.Contains(t.s.Flags, e) {
		return refuse("flag.raised", "flag", flag.Label)
	}
	t.emit(e)
	return nil
}

func (t *turn) clearFlag(c ClearFlag) *Refusal {
	flag, r := t.flag(c.Flag)
	if r != nil {
		return r
	}
	why, r := clean(c.Why)
	if r != nil {
		return r
	}
	if !slices.ContainsFunc(t.s.Flags, func(f FlagRaised) bool { return f.Flag.ID == flag.ID }) {
		return refuse("flag.notraised", "flag", flag.Label)
	}
	t.emit(FlagCleared{Flag: Labelled{ID: flag.ID, Label: flag.Label}, Why: why})
	return nil
}

func (t *turn) flag(given string) (playbook.Flag, *Refusal) {
	known := make([]string, 0, len(t.m.Playbook.Flags))
	for _, f := range t.m.Playbook.Flags {
		if matches(given, f.ID, f.Label) {
			return f, nil
		}
		known = append(known, f.ID)
	}
	return playbook.Flag{}, refuse("flag.unknown", "given", given, "known", known)
}

// ParseAmount reads "12000", "12,000.50 EUR", "12.000,50" and "EUR 12 000". The currency is empty when it
// is not named. A lone separator before exactly three digits groups thousands; else it is the decimal one.
func ParseAmount(text string) (amount float64, currency string, ok bool) {
	symbols := strings.NewReplacer("€", " EUR ", "$", " USD ", "£", " GBP ", "R$", " BRL ")
	var digits strings.Builder
	for word := range strings.FieldsSeq(symbols.Replace(text)) {
		switch {
		case strings.ContainsAny(word, "0123456789"):
			digits.WriteString(word)
		case currency == "" && len(word) == 3:
			currency = strings.ToUpper(word)
		default:
			return 0, "", false
		}
	}
	amount, err := strconv.ParseFloat(plainNumber(digits.String()), 64)
	return amount, currency, err == nil && amount >= 0 && amount < 1e15
}

func plainNumber(s string) string {
	point := strings.LastIndexAny(s, ".,")
	if point < 0 {
		return s
	}
	whole, rest := s[:point], s[point+1:]
	grouping := len(rest) == 3 && !strings.ContainsAny(whole, strings.Trim(".,", s[point:point+1]))
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	if grouping {
		return whole + rest
	}
	return whole + "." + rest
}
