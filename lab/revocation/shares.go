package revocation

import "sync"

// shares counts the requests that a responder answers at once, for each scenario by itself: those that
// one scenario keeps waiting take nothing from another. All scenarios that there are not have one
// share together.
type shares struct {
	each int // how many a scenario may have

	mu    sync.Mutex
	taken map[string]int
}

// take takes a place in a scenario's share, and reports whether there was one. It is to be given back.
func (s *shares) take(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[id] >= s.each {
		return false
	}
	s.taken[id]++
	return true
}

// giveBack gives a place back.
func (s *shares) giveBack(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[id]--; s.taken[id] == 0 {
		delete(s.taken, id)
	}
}
