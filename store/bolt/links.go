package bolt

import (
	"context"
	"fmt"
	"iter"

	"github.com/sitrep-bot/sitrep/store"
)

// Lookup implements store.Log.
func (j *Journal) Lookup(ctx context.Context, key string) (value string, ok bool, err error) {
	err = j.view(ctx, func(t *txn) error {
		body, found, err := t.get(bLinks, []byte(key))
		value, ok = string(body), found
		return err
	})
	if err != nil {
		return "", false, fmt.Errorf("look up %q: %w", key, err)
	}
	return value, ok, nil
}

// Scan implements store.Log.
func (j *Journal) Scan(ctx context.Context, prefix string) iter.Seq2[store.Link, error] {
	return paged(ctx, j, bLinks, prefix, fmt.Sprintf("scan %q", prefix), func(r record) (store.Link, error) {
		return store.Link{Key: string(r.key), Value: string(r.body)}, nil
	})
}

// Streams implements store.Log.
func (j *Journal) Streams(ctx context.Context, prefix string) iter.Seq2[store.Stream, error] {
	return paged(ctx, j, bStreams, prefix, "list streams", func(r record) (store.Stream, error) {
		h, err := decodeHead(r.key, r.body)
		return store.Stream{Name: string(r.key), Last: h.last, Wake: h.wake}, err
	})
}
