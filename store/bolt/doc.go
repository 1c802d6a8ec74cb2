// Package bolt keeps a journal in one file, with go.etcd.io/bbolt underneath. Start with [Open].
//
// # Layout
//
// Events of all streams lie in one bucket in the order of their commits, each with the position of the one before
// it in its stream, so that a thousand streams that grow together write a handful of pages and not a thousand. A
// stream's own record holds its last sequence number, the position of its last event and its alarm. Alarms and
// whatever is ready stand in buckets ordered by time and by rank: the next thing to do is the first key.
//
// # Commits
//
// One goroutine commits. It takes everything that waits, checks each commit against the state inside the
// transaction, and syncs once for all; meanwhile the next group forms. There is no timer: a lone commit begins at
// once. Refusals (conflict, seen, taken) are answered one by one and cost no sync.
//
// # Damage
//
// Every record carries a CRC-32C over its bucket, its key and its value, so a flipped bit in it is named and never
// believed. Damage to bbolt's own pages shows as a panic or a memory fault; both are caught and come back as a
// *store.CorruptError, for the one caller whose data it is. What cannot be caught inside the process: a branch page
// whose damage leads back to itself (the stack overflows), and a page that hides keys from a lookup without
// breaking anything (the record seems never to have been; Verify finds it by the gap). So verify in a process of
// its own, and keep snapshots.
//
// # A bad disk
//
// When there is no space, commits answer store.ErrReadOnly and change nothing, reads go on, and the next commit
// that finds space is taken. Until then Ping writes as much as was refused, since a few bytes always fit. After
// any other failed write or sync the file is closed, its cached pages are dropped, and it is opened and verified
// before anything is written again; what the journal says then is what the disk has.
package bolt
