// Package store is the contract of sitrep's journal: the one place where a decision, what must be said about it,
// the next alarm and the secondary keys become durable together.
//
// A journal knows nothing of incidents. Payloads are bytes, streams and keys are text, and every instant is handed
// in by the caller: a journal never reads a clock. Decisions compare-and-set on the sequence number that they were
// based on, so nothing above a journal has to assume that it is the only process.
//
// Start with [Commit], which is a decision, and [Journal], which is everything a store does. [NewMemory] is the
// reference: a full implementation that forgets at exit. Package store/bolt keeps the same promises on disk, and
// package store/storetest holds every implementation to them.
//
// The way of an item through the outbox:
//
//	            Commit                Ready               Start
//	decision ───────────▶ waiting ───────────▶ (offered) ───────▶ in flight
//	                         ▲ ▲                                   │ │ │
//	       superseded ◀──────┘ └──────────── Settle Retry ─────────┘ │ │
//	                                                                 │ │
//	                           gone ◀──────── Settle Done ───────────┘ │
//	                           dead ◀──────── Settle Dead ─────────────┘
//	                             └─▶ waiting again by Revive
package store
