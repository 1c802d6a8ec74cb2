package slack

import (
	"context"
	"errors"

	"github.com/slack-go/slack"
)

// asked makes one call with a deadline of its own. The client library has none, and its own repeating is
// off: it would post again what only lost its answer.
func asked[T any](ctx context.Context, p *Platform, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	return call(ctx)
}

// tell makes one call that answers nothing but whether it worked.
func (p *Platform) tell(ctx context.Context, call func(context.Context) error) error {
	_, err := asked(ctx, p, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// code is Slack's own code in an error, empty when there is none.
func code(err error) string {
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return e.Err
	}
	return ""
}

// errSilent stands for an answer without a result: Slack says ok:false without a code at times, and the
// client library takes that for success.
var errSilent = errors.New("slack answered without a result")
