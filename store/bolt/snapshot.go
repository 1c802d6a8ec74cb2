package bolt

import (
	"cmp"
	"context"
	"fmt"
	"io"
)

// Snapshot implements store.Journal. The copy is a journal file. A slow writer costs space: what commits free
// meanwhile is used again only afterwards.
func (j *Journal) Snapshot(ctx context.Context, w io.Writer) error {
	j.mu.RLock()
	defer j.mu.RUnlock()
	if err := j.reachable(); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	tx, err := j.db.Begin(false)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	out := &tape{ctx: ctx, w: w}
	if _, err := tx.WriteTo(out); err != nil {
		return fmt.Errorf("snapshot: %w", cmp.Or(out.err, err))
	}
	return nil
}

// tape stops writing when its context ends, and keeps the error, which bbolt passes on as text only.
type tape struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (t *tape) Write(b []byte) (n int, err error) {
	if err = t.ctx.Err(); err == nil {
		n, err = t.w.Write(b)
	}
	t.err = err
	return n, err
}
