package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/sitrep-bot/sitrep/store"
	"github.com/sitrep-bot/sitrep/workflows/incident"
	"github.com/sitrep-bot/sitrep/workflows/stream"
)

// errUnknown says that there is no incident of that number.
var errUnknown = errors.New("no such incident")

// BrokenError says that the log of an incident cannot be believed from some entry on. The incident can be
// read up to there, and nothing can be added to it.
type BrokenError struct {
	Number int
	Err    error // a *stream.ChainError, a *store.CorruptError, or why an entry could not be read
}

func (e *BrokenError) Error() string { return fmt.Sprintf("log of INC-%d: %v", e.Number, e.Err) }

func (e *BrokenError) Unwrap() error { return e.Err }

// folded is an incident as its log tells it.
type folded struct {
	state  incident.State
	head   stream.Head
	broken error // a *BrokenError when the log ends before its end
}

// hot is an incident that is kept in memory. Decisions about it are made one at a time; reading waits for
// nobody.
type hot struct {
	number int
	mu     sync.Mutex             // held from reading to committing
	now    atomic.Pointer[folded] // nil until it was read from the log
}

// register holds the incidents that are not over. It knows all their numbers from the start and reads each
// log when it is first needed. Incidents that are over are read when somebody asks and not kept.
type register struct {
	journal store.Journal
	mu      sync.RWMutex
	hots    map[int]*hot
}

func readRegister(ctx context.Context, journal store.Journal) (*register, error) {
	r := &register{journal: journal, hots: make(map[int]*hot)}
	for link, err := range journal.Scan(ctx, openPrefix) {
		if err != nil {
			return nil, fmt.Errorf("read the open incidents: %w", err)
		}
		number, err := strconv.Atoi(link.Value)
		if err != nil {
			return nil, fmt.Errorf("read the open incidents: link %q: %w", link.Key, err)
		}
		r.hots[number] = &hot{number: number}
	}
	return r, nil
}

// incident is the incident of a number, hot or not.
func (r *register) incident(number int) *hot {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if h := r.hots[number]; h != nil {
		return h
	}
	return &hot{number: number}
}

// read is the incident as it is now. The error is errUnknown when there is none, or says why the journal
// could not be read; a broken log is not an error here.
func (r *register) read(ctx context.Context, h *hot) (*folded, error) {
	if f := h.now.Load(); f != nil {
		return f, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return r.load(ctx, h)
}

// load is read for those who hold the incident.
func (r *register) load(ctx context.Context, h *hot) (*folded, error) {
	if f := h.now.Load(); f != nil {
		return f, nil
	}
	return r.refresh(ctx, h, folded{})
}

// refresh reads what the log holds after f.
func (r *register) refresh(ctx context.Context, h *hot, f folded) (*folded, error) {
	f, err := fold(ctx, r.journal, h.number, f)
	if err != nil {
		return nil, err
	}
	if f.head.Seq == 0 && f.broken == nil {
		return nil, fmt.Errorf("INC-%d: %w", h.number, errUnknown)
	}
	r.keep(h, &f)
	return &f, nil
}

// keep makes f what people see of the incident, and drops the incident from memory once it is over.
func (r *register) keep(h *hot, f *folded) {
	h.now.Store(f)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case f.state.Phase.Over():
		delete(r.hots, h.number)
	case r.hots[h.number] == nil:
		r.hots[h.number] = h
	}
}

// numbers are the numbers of the open incidents, newest first, at most limit of them (0: all).
func (r *register) numbers(limit int) []int {
	r.mu.RLock()
	numbers := make([]int, 0, len(r.hots))
	for n := range r.hots {
		numbers = append(numbers, n)
	}
	r.mu.RUnlock()
	slices.SortFunc(numbers, func(a, b int) int { return cmp.Compare(b, a) })
	if limit > 0 && len(numbers) > limit {
		return numbers[:limit]
	}
	return numbers
}

// states are the open incidents, newest first, at most limit of them (0: all). Those whose log cannot be
// read at all are left out.
func (r *register) states(ctx context.Context, limit int) ([]incident.State, error) {
	numbers := r.numbers(limit)
	states := make([]incident.State, 0, len(numbers))
	for _, n := range numbers {
		f, err := r.read(ctx, r.incident(n))
		if errors.Is(err, errUnknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if f.state.Phase != incident.PhaseNone && !f.state.Phase.Over() {
			states = append(states, f.state)
		}
	}
	return states, nil
}

// fold reads the log of an incident on from f, checking that every entry follows the one before it. An
// entry that does not ends the reading and is told in broken; an error means that the journal gave none.
func fold(ctx context.Context, journal store.Journal, number int, f folded) (folded, error) {
	for recorded, err := range entries(ctx, journal, number, f.head) {
		if broken, ok := errors.AsType[*BrokenError](err); ok {
			f.broken = broken
			return f, nil
		}
		if err != nil {
			return f, fmt.Errorf("read INC-%d: %w", number, err)
		}
		f.state = incident.Apply(f.state, recorded.Recorded)
		f.head = recorded.head
	}
	return f, nil
}
