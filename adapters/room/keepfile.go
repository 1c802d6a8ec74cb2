package room

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
)

// File is a [Keep] in one file that only grows until it is half waste, and is then written anew.
// A line holds one value: its checksum, a space, and {"key":…,"data":…}. It is safe for concurrent use.
//
// One process may have the file open at a time; the caller sees to that.
type File struct {
	mu      sync.Mutex
	path    string
	file    *os.File
	size    int64
	values  map[string][]byte
	lines   int
	damaged error // set when the end of the file is no longer known to be a whole line
}

// OpenFile opens the file or makes a new one. A last line that was cut short, as by a crash, is dropped: it was
// never said to be saved. Any other broken line is an error that names it.
func OpenFile(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the room's memory: %w", err)
	}
	f := &File{path: path, file: file, values: map[string][]byte{}}
	if err := f.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("read the room's memory: %w", err), file.Close())
	}
	if f.wasteful() {
		if err := f.compact(); err != nil {
			return nil, errors.Join(fmt.Errorf("tidy the room's memory: %w", err), f.file.Close())
		}
	}
	return f, nil
}

// record is one line, without its checksum.
type record struct {
	Key  string          `json:"key"`
	Data json.RawMessage `json:"data"`
}

// Save implements [Keep]. The data must be JSON.
func (f *File) Save(key string, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.damaged != nil {
		if err := f.mend(); err != nil {
			return err
		}
	}
	encoded, err := encode(key, data)
	if err != nil {
		return err
	}
	if err := f.append(encoded); err != nil {
		f.damaged = err
		return fmt.Errorf("save %s: %w", key, err)
	}
	f.values[key] = bytes.Clone(data)
	f.lines++
	if f.wasteful() {
		// What was to be saved is saved; when tidying up does not work it is tried with the next value.
		_ = f.compact()
	}
	return nil
}

func (f *File) append(line []byte) error {
	if _, err := f.file.WriteAt(line, f.size); err != nil {
		return err
	}
	if err := f.file.Sync(); err != nil {
		return err
	}
	f.size += int64(len(line))
	return nil
}

// mend cuts off what a write that went wrong may have left.
func (f *File) mend() error {
	if err := f.file.Truncate(f.size); err != nil {
		return fmt.Errorf("mend %s after %w: %w", f.path, f.damaged, err)
	}
	f.damaged = nil
	return nil
}

// Load implements [Keep].
func (f *File) Load(prefix string) iter.Seq2[string, []byte] {
	f.mu.Lock()
	defer f.mu.Unlock()
	return sorted(maps.Clone(f.values), prefix)
}

// Close lets the file go.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.Close()
}

func encode(key string, data []byte) ([]byte, error) {
	body, err := json.Marshal(record{Key: key, Data: data})
	if err != nil {
		return nil, fmt.Errorf("save %s: %w", key, err)
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(body), body), nil
}

func decode(line []byte) (record, error) {
	var r record
	sum, body, ok := bytes.Cut(line, []byte(" "))
	if !ok {
		return r, errors.New("no checksum")
	}
	want, err := strconv.ParseUint(string(sum), 16, 32)
	if err != nil {
		return r, errors.New("no checksum")
	}
	if crc32.ChecksumIEEE(body) != uint32(want) {
		return r, errors.New("the checksum does not fit")
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, err
	}
	return r, nil
}

func (f *File) read() error {
	in := bufio.NewReader(f.file)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return f.file.Truncate(f.size) // what follows the last line break was never said to be saved
		}
		if err != nil {
			return err
		}
		f.lines++
		r, err := decode(line[:len(line)-1])
		if err != nil {
			return fmt.Errorf("%s line %d: %w", f.path, f.lines, err)
		}
		f.values[r.Key] = r.Data
		f.size += int64(len(line))
	}
}

// wasteful tells whether more than half of the lines, and enough to matter, have been replaced since.
func (f *File) wasteful() bool { return f.lines > 1000 && f.lines > 2*len(f.values) }

// compact writes the values into a new file and puts it in place of the old one.
func (f *File) compact() error {
	fresh, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".new-*")
	if err != nil {
		return err
	}
	size, err := f.writeAll(fresh)
	if err == nil {
		err = os.Rename(fresh.Name(), f.path)
	}
	if err != nil {
		return errors.Join(err, fresh.Close(), os.Remove(fresh.Name()))
	}
	old := f.file
	f.file, f.size, f.lines = fresh, size, len(f.values)
	return old.Close()
}

func (f *File) writeAll(to *os.File) (int64, error) {
	var size int64
	out := bufio.NewWriter(to)
	for _, key := range slices.Sorted(maps.Keys(f.values)) {
		line, err := encode(key, f.values[key])
		if err != nil {
			return 0, err
		}
		n, err := out.Write(line)
		if err != nil {
			return 0, err
		}
		size += int64(n)
	}
	if err := out.Flush(); err != nil {
		return 0, err
	}
	return size, to.Sync()
}
