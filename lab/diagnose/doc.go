// Package diagnose draws conclusions from what a server did, as package ask wrote it down: what is wrong, where, how
// to fix it, which scenario of the catalogue is the same, and which client stacks are on record as refusing that.
//
// [Tell] sends nothing. Whatever the server sent, its work is bounded: see the limits in paths.go.
package diagnose
