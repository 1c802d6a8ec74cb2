package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/sitrep-bot/sitrep/bot"
	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/playbook"
)

// records is where the command line reads the log from: a bot that runs, or its journal when it does not.
type records interface {
	// incidents yields the numbers of all incidents, oldest first.
	incidents(ctx context.Context) iter.Seq2[int, error]
	// events yields what was written down about an incident, and ends with the first damage.
	events(ctx context.Context, number int) iter.Seq2[store.Record, error]
	// verify checks every checksum, and tells how many records it read.
	verify(ctx context.Context) (int, error)
	// dead are the deliveries that were given up.
	dead(ctx context.Context) ([]bot.DeadItem, error)
	close() error
}

// openRecords finds the log that belongs to a folder.
func openRecords(ctx context.Context, f folder) (records, error) {
	b := reach(f)
	if err := b.greet(ctx); !errors.Is(err, errNotRunning) {
		return b, err
	}
	journal, err := f.read() //nolint:contextcheck // opening has no context, and what the journal mends belongs to nobody's request
	if err != nil {
		return nil, err
	}
	return stoppedBot{journal}, nil
}

// stoppedBot reads the journal itself.
type stoppedBot struct{ journal store.Journal }

func (b stoppedBot) incidents(ctx context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for s, err := range b.journal.Streams(ctx, "") {
			n, ok := bot.Number(s.Name)
			if (ok || err != nil) && !yield(n, err) {
				return
			}
		}
	}
}

func (b stoppedBot) events(ctx context.Context, number int) iter.Seq2[store.Record, error] {
	return b.journal.Events(ctx, bot.Stream(number), 0)
}

func (b stoppedBot) verify(ctx context.Context) (int, error) { return b.journal.Verify(ctx, "") }

func (b stoppedBot) dead(ctx context.Context) ([]bot.DeadItem, error) {
	cfg := bot.Config{Journal: b.journal, Playbook: &playbook.Playbook{}, Now: machineClock().Now}
	reader, err := bot.New(cfg) //nolint:contextcheck // a bot begins without a context
	if err != nil {
		return nil, err
	}
	return reader.Dead(ctx)
}

func (b stoppedBot) close() error { return b.journal.Close() }

// runningBot is the other end of the control socket.
type runningBot struct {
	folder folder
	http   *http.Client
}

// errNotRunning says that no bot answers on the socket of a folder.
var errNotRunning = errors.New("no bot is running on this data folder")

func reach(f folder) *runningBot {
	return &runningBot{folder: f, http: &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", shortest(f.socket()))
		},
	}}}
}

// greet tells with errNotRunning that nobody is there.
func (b *runningBot) greet(ctx context.Context) error {
	response, err := b.ask(ctx, http.MethodGet, controlHello, nil)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func (b *runningBot) ask(ctx context.Context, method, path string, query url.Values) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://sitrep"+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask the running bot: %w", err)
	}
	response, err := b.http.Do(request)
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return nil, fmt.Errorf("%s: %w", b.folder, errNotRunning)
	}
	if err != nil {
		return nil, fmt.Errorf("ask the running bot: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		words, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10)) // whatever came is better than nothing
		return nil, errors.Join(errors.New(strings.TrimSpace(string(words))), response.Body.Close())
	}
	return response, nil
}

func (b *runningBot) incidents(ctx context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		err := eachLine(ctx, b, controlIncidents, nil, func(i wireIncident) (bool, error) {
			if i.Error != "" {
				return false, errors.New(i.Error)
			}
			return yield(i.Number, nil), nil
		})
		if err != nil {
			yield(0, err)
		}
	}
}

func (b *runningBot) events(ctx context.Context, number int) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		query := url.Values{"stream": {bot.Stream(number)}}
		err := eachLine(ctx, b, controlEvents, query, func(r wireRecord) (bool, error) {
			switch {
			case r.Corrupt != nil:
				return false, &store.CorruptError{Stream: r.Corrupt.Stream, Seq: r.Corrupt.Seq, What: r.Corrupt.What}
			case r.Error != "":
				return false, errors.New(r.Error)
			}
			return yield(store.Record{Seq: r.Seq, Data: r.Data}, nil), nil
		})
		if err != nil {
			yield(store.Record{}, err)
		}
	}
}

// eachLine hands on every line of an answer until take has had enough.
func eachLine[T any](ctx context.Context, b *runningBot, path string, query url.Values, take func(T) (bool, error)) error {
	response, err := b.ask(ctx, http.MethodGet, path, query)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	in := json.NewDecoder(response.Body)
	for {
		var line T
		if err := in.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read what the running bot says: %w", err)
		}
		if more, err := take(line); err != nil || !more {
			return err
		}
	}
}

// verify checks a copy of the journal here, because damage can take a whole process down.
func (b *runningBot) verify(ctx context.Context) (checked int, err error) {
	dir, err := os.MkdirTemp("", "sitrep-verify-")
	if err != nil {
		return 0, fmt.Errorf("make room for a copy of the journal: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied := folder(dir)
	if err := b.copyTo(ctx, copied.journal()); err != nil {
		return 0, err
	}
	journal, err := copied.read() //nolint:contextcheck // opening has no context, and what the journal mends belongs to nobody's request
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	return journal.Verify(ctx, "")
}

// copyTo writes a copy of the journal into a new file.
func (b *runningBot) copyTo(ctx context.Context, name string) error {
	response, err := b.ask(ctx, http.MethodGet, controlSnapshot, nil)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	file, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	_, err = io.Copy(file, response.Body)
	if err == nil && response.Trailer.Get("X-Whole") != "yes" {
		err = errors.New("the copy is not whole")
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("copy the journal: %w", err)
	}
	return nil
}

func (b *runningBot) dead(ctx context.Context) ([]bot.DeadItem, error) {
	var all []bot.DeadItem
	err := eachLine(ctx, b, controlDead, nil, func(d bot.DeadItem) (bool, error) {
		all = append(all, d)
		return true, nil
	})
	return all, err
}

func (b *runningBot) close() error {
	b.http.CloseIdleConnections()
	return nil
}

// link asks for a personal link into the browser room.
func (b *runningBot) link(ctx context.Context, name string) (string, error) {
	response, err := b.ask(ctx, http.MethodPost, controlLink, url.Values{"name": {name}})
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	words, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return "", fmt.Errorf("read the link: %w", err)
	}
	return strings.TrimSpace(string(words)), nil
}
