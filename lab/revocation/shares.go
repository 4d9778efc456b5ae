package revocation

import "sync"

// shares limits how many requests a responder answers at once, for each scenario separately, so that requests that one
// scenario leaves unanswered do not block those of others. All unknown scenarios have one share together.
type shares struct {
	each int // the limit for each scenario

	mu    sync.Mutex
	taken map[string]int
}

// take takes a place in a scenario's share. It returns false if none is free. A place that was taken must be given
// back.
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
