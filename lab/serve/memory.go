package serve

import (
	"cmp"
	"container/list"
	"slices"
	"sync"
	"unsafe"

	"example.com/tlslab/lab/wire"
)

// Bounds of what is remembered of connections: how many observations a server remembers at most, and
// how many bytes those of all servers that share a [Memory] take together.
//
// The garbage collector lets the heap grow to twice what is in use, and a lab is to fit 150 MiB with all else
// that it has.
const (
	maxObservations = 2048
	maxMemory       = 32 << 20
)

// Memory holds the observations of several servers in bounded space: see [Options].Memory. When they take
// more than its limit together, it forgets the oldest of all of them, whosever they are, so that a client
// that floods one server costs no more than that.
type Memory struct {
	limit int64

	mu    sync.Mutex
	held  int64     // bytes, of what is in the list
	order list.List // of *seen, the oldest first
}

// NewMemory returns a memory of so many bytes; zero means 32 MiB. What is counted is the observations
// themselves with all that they point to, as far as they do not share it.
func NewMemory(limit int64) *Memory { return &Memory{limit: cmp.Or(limit, maxMemory)} }

// Held returns how many bytes the observations take that are remembered.
func (m *Memory) Held() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

// remembered is what a memory has of one server. It is locked by the memory.
type remembered struct {
	memory    *Memory
	seen      []*seen // in the order of end, which is that of the memory
	forgotten uint64
}

// seen is an observation with its connection's place in the order of start.
type seen struct {
	Observation
	place   uint64
	of      *remembered
	size    int64
	element *list.Element // in the memory's list; nil if the server has ended
}

// add remembers an observation, and forgets as many of the oldest as it takes. The newest is always kept.
func (r *remembered) add(place uint64, o Observation) {
	m := r.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(r.seen) == maxObservations {
		r.forget()
	}
	s := &seen{Observation: o, place: place, of: r, size: o.size()}
	s.element = m.order.PushBack(s)
	r.seen = append(r.seen, s)
	for m.held += s.size; m.held > m.limit && m.order.Len() > 1; {
		m.order.Front().Value.(*seen).of.forget()
	}
}

// forget drops the server's oldest observation. The memory is locked.
func (r *remembered) forget() {
	r.release(r.seen[0])
	r.seen[0] = nil // or the array would keep it alive
	r.seen = r.seen[1:]
	r.forgotten++
}

// release takes an observation off the memory's list. The memory is locked.
func (r *remembered) release(s *seen) {
	if s.element != nil {
		r.memory.order.Remove(s.element)
		r.memory.held -= s.size
		s.element = nil
	}
}

// end makes room for other servers. The observations of this one, which has ended, are there for as long
// as somebody holds the server.
func (r *remembered) end() {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	for _, s := range r.seen {
		r.release(s)
	}
}

// all returns the observations in the order in which their connections started.
func (r *remembered) all() []Observation {
	r.memory.mu.Lock()
	entries := slices.Clone(r.seen)
	r.memory.mu.Unlock()
	slices.SortFunc(entries, func(a, b *seen) int { return cmp.Compare(a.place, b.place) })
	out := make([]Observation, len(entries))
	for i, s := range entries {
		out[i] = s.Observation
	}
	return out
}

// lost returns how many observations were forgotten.
func (r *remembered) lost() uint64 {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	return r.forgotten
}

// observationSize is what an observation takes without what it points to.
const observationSize = int64(unsafe.Sizeof(seen{})+unsafe.Sizeof(list.Element{})) + 2*int64(unsafe.Sizeof(wire.Alert{}))

// size returns how many bytes an observation takes, with what it points to.
func (o *Observation) size() int64 {
	n := observationSize + o.Hello.Bytes()
	for _, s := range []string{o.Version, o.CipherSuite, o.Group, o.Protocol, o.ClientCertificate, o.Error} {
		n += int64(len(s))
	}
	return n
}
