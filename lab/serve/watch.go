package serve

import (
	"sync"
	"time"

	"example.com/tlslab/lab/wire"
)

// Event is something that happened on a connection: see [Options].Watch.
type Event struct {
	// Conn is the connection's number on its server. Connections are numbered from 1 in the order of start.
	Conn uint64
	Kind EventKind
	At   time.Time
	// Client is the client's address:port, in an [EventStart].
	Client string
	// Hello is what the client offers, in an [EventHello]. It must not be modified, nor must anything that the
	// following fields point to.
	Hello *wire.ClientHello
	// Record is a record that passed, and Index its place among the connection's records, in an [EventRecord]. Further
	// events with the same index replace it when more of the record has passed.
	Record wire.Record
	Index  int
	// Session is what was negotiated, in an [EventHandshake].
	Session *Session
	// Observation is everything that was seen, in an [EventEnd].
	Observation *Observation
}

// EventKind is the kind of an [Event].
type EventKind string

// The kinds of events. The first event of a connection is a start, and the last one is an end. The others occur only on
// connections that get that far.
const (
	EventStart     EventKind = "start"     // a client has connected
	EventHello     EventKind = "hello"     // the whole ClientHello has arrived
	EventRecord    EventKind = "record"    // a record, or a part of it, has passed
	EventHandshake EventKind = "handshake" // the server has completed the handshake
	EventEnd       EventKind = "end"       // the connection has ended
)

// watch reports the events of one connection. In a relay, both directions can be active at once; the events are still
// reported one at a time. A nil watch does nothing.
type watch struct {
	tell func(Event)
	conn uint64

	mu    sync.Mutex
	trace *wire.Trace
	ended bool
}

// newWatch returns the watch of a connection, or nil without [Options].Watch.
func (srv *Server) newWatch(conn uint64, start time.Time) *watch {
	if srv.options.Watch == nil {
		return nil
	}
	return &watch{tell: srv.options.Watch, conn: conn, trace: wire.NewTrace(start)}
}

// say reports an event, unless the end of the connection has been reported.
func (w *watch) say(e Event) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sayLocked(e)
}

func (w *watch) sayLocked(e Event) {
	if w.ended {
		return
	}
	e.Conn = w.conn
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if e.Kind == EventEnd {
		w.flush(true)
		w.ended = true
	}
	w.tell(e)
}

// feed parses the next bytes of one direction.
func (w *watch) feed(fromClient bool, p []byte) {
	if w == nil || len(p) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.trace.Feed(fromClient, p)
	w.flush(false)
}

// flush reports the records that have changed.
func (w *watch) flush(ended bool) {
	for i, r := range w.trace.Changed(ended) {
		w.sayLocked(Event{Kind: EventRecord, Record: r, Index: i})
	}
}
