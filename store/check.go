package store

import (
	"fmt"
	"strings"
)

// Check answers ErrInvalid when the commit contradicts itself or a limit: names that are empty, too long or hold a
// zero byte, a key or claim twice, a rank outside 0 to 255, more than MaxCommit. Every implementation of Commit
// begins with it.
func (c Commit) Check() error {
	if err := CheckName("stream", c.Stream); err != nil {
		return err
	}
	if strings.ContainsRune(c.Seen, 0) || len(c.Seen) > MaxName {
		return fmt.Errorf("commit to %q: request id of %d bytes: %w", c.Stream, len(c.Seen), ErrInvalid)
	}
	for _, check := range []func() error{c.checkItems, c.checkLinks, c.checkWeight} {
		if err := check(); err != nil {
			return fmt.Errorf("commit to %q: %w", c.Stream, err)
		}
	}
	return CheckSettlements(c.Settle)
}

// CheckSettlements answers ErrInvalid when a settlement has an unknown outcome or a link that cannot be stored.
// Every implementation of Settle begins with it.
func CheckSettlements(settlements []Settlement) error {
	for _, s := range settlements {
		if s.Outcome < Done || s.Outcome > Dead {
			return fmt.Errorf("settle %q: outcome %d: %w", s.Key, s.Outcome, ErrInvalid)
		}
		for _, l := range s.Links {
			if err := CheckName("link", l.Key); err != nil {
				return fmt.Errorf("settle %q: %w", s.Key, err)
			}
		}
	}
	return nil
}

// CheckName answers ErrInvalid when text cannot be a key: empty, longer than MaxName, or with a zero byte. kind
// names it in the error.
func CheckName(kind, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%s without a name: %w", kind, ErrInvalid)
	case len(name) > MaxName:
		return fmt.Errorf("%s %.40q… of %d bytes: %w", kind, name, len(name), ErrInvalid)
	case strings.IndexByte(name, 0) >= 0:
		return fmt.Errorf("%s %q with a zero byte: %w", kind, name, ErrInvalid)
	}
	return nil
}

func (c Commit) checkItems() error {
	seen := make(map[string]bool, len(c.Outbox))
	for _, it := range c.Outbox {
		if err := it.check(); err != nil {
			return err
		}
		if seen[it.Key] {
			return fmt.Errorf("item %q twice: %w", it.Key, ErrInvalid)
		}
		seen[it.Key] = true
	}
	return nil
}

func (it Item) check() error {
	if err := CheckName("item", it.Key); err != nil {
		return err
	}
	if it.Rank < 0 || it.Rank > 255 {
		return fmt.Errorf("item %q: rank %d: %w", it.Key, it.Rank, ErrInvalid)
	}
	if it.Lane != "" {
		if err := CheckName("lane", it.Lane); err != nil {
			return fmt.Errorf("item %q: %w", it.Key, err)
		}
	}
	if it.Replaces != "" {
		if err := CheckName("replaces", it.Replaces); err != nil {
			return fmt.Errorf("item %q: %w", it.Key, err)
		}
	}
	for _, need := range it.Needs {
		if err := CheckName("need", need); err != nil {
			return fmt.Errorf("item %q: %w", it.Key, err)
		}
	}
	return nil
}

func (c Commit) checkLinks() error {
	for _, l := range c.Links {
		if err := CheckName("link", l.Key); err != nil {
			return err
		}
	}
	claimed := make(map[string]bool, len(c.Claims))
	for _, l := range c.Claims {
		if err := CheckName("claim", l.Key); err != nil {
			return err
		}
		if l.Value == "" || claimed[l.Key] {
			return fmt.Errorf("claim %q without a value or twice: %w", l.Key, ErrInvalid)
		}
		claimed[l.Key] = true
	}
	return nil
}

func (c Commit) checkWeight() error {
	weight := 0
	for _, e := range c.Events {
		weight += len(e)
	}
	for _, it := range c.Outbox {
		weight += len(it.Payload)
	}
	for _, links := range [][]Link{c.Links, c.Claims} {
		for _, l := range links {
			weight += len(l.Value)
		}
	}
	if weight > MaxCommit {
		return fmt.Errorf("%d bytes, %d at most: %w", weight, MaxCommit, ErrInvalid)
	}
	return nil
}
