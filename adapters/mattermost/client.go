package mattermost

import (
	"context"
	"io"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// call makes one call with a deadline of its own and says in chat's words what went wrong. op names what
// is being done and to what.
func call[T any](ctx context.Context, p *Platform, op string, do func(context.Context) (T, *model.Response, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	value, resp, err := do(ctx)
	if err != nil {
		var none T
		return none, classify(op, resp, err)
	}
	return value, nil
}

// exec is call for what answers nothing.
func exec(ctx context.Context, p *Platform, op string, do func(context.Context) (*model.Response, error)) error {
	_, err := call(ctx, p, op, func(ctx context.Context) (struct{}, *model.Response, error) {
		resp, err := do(ctx)
		return struct{}{}, resp, err
	})
	return err
}

// none ends the body of a raw answer.
func none(resp *http.Response, err error) (*model.Response, error) {
	if resp != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection can be used again
		_ = resp.Body.Close()
	}
	return model.BuildResponse(resp), err
}
