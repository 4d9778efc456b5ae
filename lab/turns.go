package lab

import (
	"sync"

	"golang.org/x/sync/semaphore"

	"example.com/tlslab/lab/clients"
)

// turns says how many probes a program is given at the same time. Programs are dear: what is started
// for two probes at once may be two virtual machines.
type turns struct {
	atOnce int // of all programs together
	fixed  bool

	mu       sync.Mutex
	share    int // of each program that has something left to do
	programs map[string]*programTurns
}

type programTurns struct {
	// Probes in which time has to pass are asked beside those that work, and from the beginning:
	// at the end of a run they would keep everybody waiting. The two are the same for a program that
	// is to do one thing at a time.
	works, waits *semaphore.Weighted

	clients int // that have something left to do: variants share a program
}

// newTurns gives each program as many probes at once as it is told to. Zero means an equal share of
// atOnce, which grows as programs come to their end.
func newTurns(set *clients.Set, parallel, atOnce int) *turns {
	t := &turns{atOnce: atOnce, fixed: parallel != 0, share: parallel, programs: map[string]*programTurns{}}
	for _, c := range set.Clients {
		p := t.programs[program(c)]
		if p == nil {
			p = new(programTurns)
			t.programs[program(c)] = p
		}
		p.clients++
	}
	if !t.fixed {
		t.share = t.equal()
	}
	for _, p := range t.programs {
		p.works = t.semaphore()
		if p.waits = p.works; parallel != 1 {
			p.waits = t.semaphore()
		}
	}
	return t
}

// equal returns an equal share for each program.
func (t *turns) equal() int { return max(1, t.atOnce/max(1, len(t.programs))) }

// semaphore returns one of the size of a share, which can grow.
func (t *turns) semaphore() *semaphore.Weighted {
	most := int64(max(t.share, t.atOnce))
	s := semaphore.NewWeighted(most)
	s.TryAcquire(most - int64(t.share))
	return s
}

// of returns the turns of a client's program.
func (t *turns) of(c *clients.Client) *programTurns {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.programs[program(c)]
}

// done is told that a client has been asked everything.
func (t *turns) done(c *clients.Client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := program(c)
	if t.programs[name].clients--; t.programs[name].clients > 0 {
		return
	}
	delete(t.programs, name)
	more := int64(t.equal() - t.share)
	if t.fixed || more <= 0 {
		return
	}
	t.share += int(more)
	for _, p := range t.programs {
		p.works.Release(more)
		p.waits.Release(more)
	}
}

// program names what a client runs in, which its variants share.
func program(c *clients.Client) string { return c.Stack + " " + c.Path }
