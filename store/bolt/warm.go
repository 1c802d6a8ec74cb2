package bolt

import (
	"context"
	"io"
	"os"
)

// warmSize is the size below which a file is not worth reading ahead.
const warmSize = 8 << 20

// warm reads the file through once, in order, so that what then goes through all pages finds them in memory. bbolt
// tells the kernel to expect random access, and a cold file read page by page takes ten times as long. It is a help
// only: whoever reads next meets any error of the disk again.
func (j *Journal) warm(ctx context.Context) {
	f, err := os.Open(j.path) //nolint:gosec // the operator names the file of the journal
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || info.Size() < warmSize {
		return
	}
	_, _ = io.CopyBuffer(onlyWriter{&tape{ctx: ctx, w: io.Discard}}, onlyReader{f}, make([]byte, 1<<20))
}

// onlyReader and onlyWriter keep io.CopyBuffer from finding a shorter way than through its buffer.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)
