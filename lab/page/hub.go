package page

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// Limits of what is remembered of connections.
const (
	maxConnections = 500 // in all
	maxOfScenario  = 50
	maxOffers      = 80      // entries of a list in a ClientHello
	maxWord        = 300     // bytes of a name from a client
	maxHeld        = 8 << 20 // bytes of all connections
)

// connection is what is known of one connection so far. The values that it points to do not change.
type connection struct {
	Number   uint64 // in the order of start, over all scenarios
	version  uint64 // of the hub, when it last changed
	conn     uint64 // on its server
	Scenario *scenarios.Scenario
	Start    time.Time
	Client   string
	Hello    *wire.ClientHello
	Records  []wire.Record
	Session  *serve.Session
	Seen     *serve.Observation // nil while it is open
	size     int64              // memory when it last changed, in bytes
}

// hub remembers connections and tells listeners when something has changed. It has no queue: listeners ask what has
// changed since a version, and get what is still remembered. So slow listeners cost nothing and delay no server.
type hub struct {
	mu          sync.Mutex
	version     uint64 // grows with every change
	started     uint64 // connections so far
	list        []*connection
	held        int64 // memory of the list, in bytes
	open        map[key]*connection
	of          map[string]int    // remembered, by the scenario's ID
	total       map[string]uint64 // started, by the scenario's ID
	changed     map[string]uint64 // version, by the scenario's ID
	news        chan struct{}     // closed at the next change
	subscribers int
}

// key names a connection.
type key struct {
	scenario string
	conn     uint64
}

func newHub() *hub {
	return &hub{
		open: map[key]*connection{}, of: map[string]int{}, total: map[string]uint64{}, changed: map[string]uint64{},
		news: make(chan struct{}),
	}
}

// watch records an event of a connection. It waits for nothing except the hub's lock.
func (h *hub) watch(s *scenarios.Scenario, e serve.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := key{s.ID, e.Conn}
	c := h.open[k]
	if e.Kind == serve.EventStart {
		h.started++
		h.total[s.ID]++
		c = &connection{Number: h.started, conn: e.Conn, Scenario: s, Start: e.At, Client: e.Client}
		h.open[k] = c
		h.remember(c)
	}
	if c == nil { // already forgotten
		return
	}
	switch e.Kind {
	case serve.EventHello:
		c.Hello = clip(e.Hello)
	case serve.EventRecord:
		c.Records = slices.Clone(c.Records) // copies that were handed out must not change
		if e.Index == len(c.Records) {
			c.Records = append(c.Records, e.Record)
		} else {
			c.Records[e.Index] = e.Record
		}
	case serve.EventHandshake:
		session := *e.Session
		session.Hello, session.ClientCertificate = nil, clipWord(session.ClientCertificate)
		c.Session = &session
	case serve.EventEnd:
		o := *e.Observation
		if c.Hello == nil {
			c.Hello = clip(o.Hello)
		}
		o.Hello, o.ClientCertificate, o.Error = c.Hello, clipWord(o.ClientCertificate), clipWord(o.Error)
		c.Seen = &o
		delete(h.open, k)
	}
	c.version = h.touch(s.ID)
	h.weigh(c)
}

// weigh updates the memory of a connection, and forgets the oldest connections while all together take too much.
func (h *hub) weigh(c *connection) {
	before := c.size
	c.size = c.takes()
	for h.held += c.size - before; h.held > maxHeld && len(h.list) > 1; {
		h.forget(0)
	}
}

// takes returns the memory of a connection in bytes, including what it points to.
func (c *connection) takes() int64 {
	n := int64(unsafe.Sizeof(*c)) + c.Hello.Bytes() + int64(cap(c.Records))*int64(unsafe.Sizeof(wire.Record{}))
	for _, r := range c.Records {
		n += int64(len(r.Text)) + int64(cap(r.Messages))*int64(unsafe.Sizeof(""))
	}
	if c.Session != nil {
		n += int64(unsafe.Sizeof(*c.Session)) + int64(len(c.Session.ClientCertificate))
	}
	if c.Seen != nil {
		n += int64(unsafe.Sizeof(*c.Seen)) + int64(len(c.Seen.ClientCertificate)+len(c.Seen.Error))
	}
	return n
}

// touch announces a change that concerns a scenario. The caller holds the lock.
func (h *hub) touch(id string) uint64 {
	h.version++
	h.changed[id] = h.version
	close(h.news)
	h.news = make(chan struct{})
	return h.version
}

// announce announces a change of a scenario itself.
func (h *hub) announce(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.touch(id)
}

// remember adds a connection, and forgets the oldest one if there are too many.
func (h *hub) remember(c *connection) {
	id := c.Scenario.ID
	h.list = append(h.list, c)
	h.of[id]++
	switch {
	case h.of[id] > maxOfScenario:
		h.forget(slices.IndexFunc(h.list, func(c *connection) bool { return c.Scenario.ID == id }))
	case len(h.list) > maxConnections:
		h.forget(0)
	}
}

func (h *hub) forget(i int) {
	c := h.list[i]
	h.list = slices.Delete(h.list, i, i+1)
	h.held -= c.size
	h.of[c.Scenario.ID]--
	delete(h.open, key{c.Scenario.ID, c.conn})
}

// batch is what has changed since a version.
type batch struct {
	Connections []connection // the newest first
	Version     uint64       // where to continue
	Total       uint64       // connections so far
	Kept        int          // connections that are still remembered
	Open        int
}

// since returns the connections of a scenario, or of all if id is empty, that have changed after a version. It returns
// at most that many, the newest.
func (h *hub) since(id string, version uint64, most int) batch {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := batch{Version: h.version, Total: h.started, Kept: len(h.list)}
	if id != "" {
		b.Total, b.Kept = h.total[id], h.of[id]
	}
	for _, c := range slices.Backward(h.list) {
		if id != "" && c.Scenario.ID != id {
			continue
		}
		if c.Seen == nil {
			b.Open++
		}
		if c.version > version && len(b.Connections) < most {
			b.Connections = append(b.Connections, *c)
		}
	}
	return b
}

// find returns a connection by its number, if it is remembered.
func (h *hub) find(number uint64) (connection, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.list {
		if c.Number == number {
			return *c, true
		}
	}
	return connection{}, false
}

// notice announces changes.
type notice struct {
	Version   uint64   `json:"version"`
	Scenarios []string `json:"scenarios"` // that have changed
}

// next returns what has changed since a version, and a channel that is closed when there is more.
func (h *hub) next(version uint64) (notice, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := notice{Version: h.version, Scenarios: []string{}}
	for id, changed := range h.changed {
		if changed > version {
			n.Scenarios = append(n.Scenarios, id)
		}
	}
	slices.Sort(n.Scenarios)
	return n, h.news
}

// subscribe adds a stream, and reports whether there is room for it.
func (h *hub) subscribe() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subscribers == maxStreams {
		return false
	}
	h.subscribers++
	return true
}

func (h *hub) unsubscribe() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subscribers--
}

// clip returns a copy of a ClientHello that is limited in size.
func clip(h *wire.ClientHello) *wire.ClientHello {
	if h == nil {
		return nil
	}
	out := *h
	out.ServerName = clipWord(h.ServerName)
	for _, list := range []*[]string{
		&out.Versions, &out.CipherSuites, &out.Groups, &out.KeyShares, &out.SignatureSchemes, &out.Protocols,
	} {
		all := *list
		*list = nil
		for _, word := range all[:min(len(all), maxOffers)] {
			*list = append(*list, clipWord(word))
		}
		if more := len(all) - maxOffers; more > 0 {
			*list = append(*list, "… +"+strconv.Itoa(more))
		}
	}
	return &out
}

// clipWord limits the length of a text that a client influenced.
func clipWord(s string) string {
	if len(s) <= maxWord {
		return s
	}
	return strings.ToValidUTF8(strings.Clone(s[:maxWord]), "") + "…" // cloned, so that the rest can be freed
}
