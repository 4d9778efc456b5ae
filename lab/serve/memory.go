package serve

import (
	"cmp"
	"container/list"
	"slices"
	"sync"
	"unsafe"

	"example.com/tlslab/lab/wire"
)

// Limits of what is remembered: the number of observations per server, and the bytes of the observations of all servers
// that share a [Memory].
//
// The garbage collector lets the heap grow to twice what is in use, and a whole lab must fit into 150 MiB.
const (
	maxObservations = 2048
	maxMemory       = 32 << 20
)

// Memory holds the observations of several servers in limited space: see [Options].Memory. When they exceed the limit,
// it drops the oldest, no matter which server they belong to. So a client that floods one server cannot make it exceed
// the limit.
type Memory struct {
	limit int64

	mu    sync.Mutex
	held  int64     // bytes of everything in the list
	order list.List // of *seen, the oldest first
}

// NewMemory returns a memory with a limit in bytes. Zero means 32 MiB. The limit covers the observations and what they
// point to, except what they share.
func NewMemory(limit int64) *Memory { return &Memory{limit: cmp.Or(limit, maxMemory)} }

// Held returns how many bytes the observations take.
func (m *Memory) Held() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held
}

// remembered are the observations of one server in a memory. The memory's lock guards it.
type remembered struct {
	memory    *Memory
	seen      []*seen // in the order in which connections ended, as in the memory
	forgotten uint64
}

// seen is an observation, with its connection's number in the order of start.
type seen struct {
	Observation
	place   uint64
	of      *remembered
	size    int64
	element *list.Element // in the memory's list; nil after release
}

// add remembers an observation, and drops the oldest ones to make room. The newest is always kept.
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
	r.seen[0] = nil // otherwise the array would keep it alive
	r.seen = r.seen[1:]
	r.forgotten++
}

// release removes an observation from the memory's list. The memory is locked.
func (r *remembered) release(s *seen) {
	if s.element != nil {
		r.memory.order.Remove(s.element)
		r.memory.held -= s.size
		s.element = nil
	}
}

// end makes room for other servers. This server has ended; its observations can be read for as long as it is
// referenced.
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

// lost returns how many observations were dropped.
func (r *remembered) lost() uint64 {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	return r.forgotten
}

// observationSize is the size of an observation with two alerts, without its ClientHello and strings, in bytes.
const observationSize = int64(unsafe.Sizeof(seen{}) + unsafe.Sizeof(list.Element{}) + 2*unsafe.Sizeof(wire.Alert{}))

// size returns the size of an observation and of what it points to, in bytes.
func (o *Observation) size() int64 {
	n := observationSize + o.Hello.Bytes()
	for _, s := range []string{o.Version, o.CipherSuite, o.Group, o.Protocol, o.ClientCertificate, o.Error} {
		n += int64(len(s))
	}
	return n
}
