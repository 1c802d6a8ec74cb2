package bolt

import "context"

// Rest gives the memory back that reading has filled with pages of the file. What is read next comes from the
// kernel's cache or from disk. Call it after much was read that will not be needed again soon, such as all open
// incidents at a start; calling it at any other time costs a little speed and nothing else.
func (j *Journal) Rest() {
	// While a transaction is open the file's pages stay where they are mapped.
	_ = j.view(context.Background(), func(t *txn) error {
		release(t.tx.DB().Info().Data, t.tx.Size())
		return nil
	})
}
