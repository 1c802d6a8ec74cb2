package incident

// record writes down what happened outside. What is written down already changes nothing.
func (t *turn) record(c Command) *Refusal {
	switch c := c.(type) {
	case RecordRoom:
		if t.s.Room.Room != c.Room {
			t.emit(RoomOpened{Room: c.Room, Name: c.Name, URL: c.URL})
		}
	case RecordNoRoom:
		if !t.s.RoomLost && t.s.Room.Room == "" {
			t.emit(RoomFailed{Why: c.Why})
		}
	case RecordFailure:
		t.emit(DeliveryFailed{What: c.What, Why: c.Why})
	case RecordNotReached:
		t.emit(NotReached{Who: c.Who, Why: c.Why})
	}
	return nil
}
