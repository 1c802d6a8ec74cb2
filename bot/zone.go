package bot

import (
	"sync"
	"time"
)

// zones keeps the time zones that were read, because reading one opens a file.
type zones struct{ known sync.Map }

// load is the zone of a name; false when the name is empty or unknown.
func (z *zones) load(name string) (*time.Location, bool) {
	if name == "" {
		return nil, false
	}
	if zone, ok := z.known.Load(name); ok {
		location, known := zone.(*time.Location)
		return location, known
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	z.known.Store(name, location)
	return location, true
}
