package chat

import (
	"errors"
	"fmt"
	"time"
)

// Class says what an error means for the one who must decide whether to try again.
type Class string

// The classes. The deliverer acts on the class, never on an error's text.
const (
	Temporary Class = "temporary" // nothing happened; worth another try
	Limited   Class = "limited"   // nothing happened; try after Wait
	Unsure    Class = "unsure"    // it may have happened; look before trying again
	Missing   Class = "missing"   // the room, message or person is not there
	Forbidden Class = "forbidden" // not allowed: scope, membership, policy; Hint says what to change
	Invalid   Class = "invalid"   // the platform will never take this action as it is
	Revoked   Class = "revoked"   // the credentials are dead; nothing will work until they are replaced
)

// Error is what went wrong with an action. It never contains a secret.
type Error struct {
	Class Class
	Op    string        // what was being done: `open room "inc-7"`
	Code  string        // the platform's own code, for the log
	Hint  string        // what an admin can do; empty when nothing
	Wait  time.Duration // with Limited: how long the platform asked to wait; 0 when it did not say
	Err   error         // the cause; may be nil
}

func (e *Error) Error() string {
	s := e.Op
	if s == "" {
		s = "chat"
	}
	switch {
	case e.Err != nil:
		s = fmt.Sprintf("%s: %v", s, e.Err)
	case e.Code != "":
		s = fmt.Sprintf("%s: %s", s, e.Code)
	default:
		s = fmt.Sprintf("%s: %s", s, e.Class)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// ClassOf is the class of err. An error that is not an [*Error] is [Unsure]: nobody knows what it did.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Unsure
}
