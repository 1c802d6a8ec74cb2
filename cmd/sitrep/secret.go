package main

import (
	"fmt"
	"io"
)

// secret is a token or a key. However it is printed, encoded or logged, nobody can read it; Reveal is the only way
// to its words.
type secret string

const veiled = "(secret)"

// Reveal is the secret itself, for the one who must present it.
func (s secret) Reveal() string { return string(s) }

// Format implements fmt.Formatter for every verb.
func (s secret) Format(f fmt.State, _ rune) {
	if s != "" {
		_, _ = io.WriteString(f, veiled) // a printer's own errors are its own business
	}
}

// MarshalText implements encoding.TextMarshaler, which JSON, YAML and loggers use.
func (s secret) MarshalText() ([]byte, error) { //nolint:unparam // the interface asks for it
	if s == "" {
		return nil, nil
	}
	return []byte(veiled), nil
}
