// Package incident is the life of one incident, as a pure engine.
//
// [Decide] takes the state, a command and the moment, and answers with events or a [*Refusal]; [Apply]
// folds an event into the state; [State.NextWake] says when a [Tick] is due. Nothing here reads a clock,
// does I/O or remembers anything. What happens on top of a command (clocks that start, checklists that
// open, roles that are paged) follows from the playbook's triggers: see follow.go.
package incident
