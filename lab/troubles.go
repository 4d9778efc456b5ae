package lab

import "sync"

// troubles counts the lab's own failures that do not belong to one server: those of the responder, by the ID
// of the scenario in the request. Failures that concern all scenarios have the empty ID.
type troubles struct {
	mu    sync.Mutex
	count map[string]int
	last  map[string]error
}

// troubled records a failure of the responder and reports it.
func (l *Lab) troubled(scenario string, err error) {
	l.troubles.add(scenario, err)
	if tell := l.config.Trouble; tell != nil {
		tell(err)
	}
}

func (t *troubles) add(scenario string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count == nil {
		t.count, t.last = map[string]int{}, map[string]error{}
	}
	t.count[scenario]++
	t.last[scenario] = err
}

// counts returns the number of failures so far of the scenario, and of all scenarios together.
func (t *troubles) counts(scenario string) [2]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return [2]int{t.count[scenario], t.count[""]}
}

// since returns the last failure that concerns a scenario, if there was one after counts returned before.
func (t *troubles) since(scenario string, before [2]int) error {
	now := t.counts(scenario)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case now[0] > before[0]:
		return t.last[scenario]
	case now[1] > before[1]:
		return t.last[""]
	}
	return nil
}
