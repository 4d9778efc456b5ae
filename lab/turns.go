package lab

import (
	"sync"

	"golang.org/x/sync/semaphore"

	"example.com/tlslab/lab/clients"
)

// turns limits the concurrent probes of each program. Programs are expensive: two concurrent probes may start
// two virtual machines.
type turns struct {
	atOnce int // for all programs together
	fixed  bool

	mu       sync.Mutex
	share    int // for each program that still has something to do
	programs map[string]*programTurns
}

type programTurns struct {
	// Probes in which time must pass run beside the working ones, and from the beginning; at the end of a
	// run, everything else would wait for them. For a program that must do one thing at a time, waits is
	// works.
	works, waits *semaphore.Weighted

	clients int // clients that still have something to do; variants share a program
}

// newTurns limits each program to a number of concurrent probes. Zero means an equal share of atOnce, which
// grows as programs finish.
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

// semaphore returns a semaphore with the size of a share, which can grow.
func (t *turns) semaphore() *semaphore.Weighted {
	most := int64(max(t.share, t.atOnce))
	s := semaphore.NewWeighted(most)
	s.TryAcquire(most - int64(t.share))
	return s
}

// forClient returns the turns of a client's program.
func (t *turns) forClient(c *clients.Client) *programTurns {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.programs[program(c)]
}

// done must be called when a client has been probed with everything.
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

// program identifies the program that a client runs in, which its variants share.
func program(c *clients.Client) string { return c.Stack + " " + c.Path }
