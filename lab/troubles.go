package lab

import "sync"

// troubles counts failures of the lab's own that do not belong to one server: those of the responder,
// by the scenario that it was asked about; under the empty ID those that concern all.
type troubles struct {
	mu    sync.Mutex
	count map[string]int
	last  map[string]error
}

// troubled takes note of a failure of the responder, and tells of it.
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

// of returns how many failures there were so far that concern a scenario.
func (t *troubles) of(scenario string) [2]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return [2]int{t.count[scenario], t.count[""]}
}

// since returns the last failure that concerns a scenario, if there was one after of returned that.
func (t *troubles) since(scenario string, before [2]int) error {
	now := t.of(scenario)
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
