package serve

import (
	"sync"
	"time"

	"example.com/tlslab/lab/wire"
)

// Event is something that happened on a connection: what [Options].Watch is told, as it happens.
type Event struct {
	// Conn is the connection: its number on its server, from 1, in the order of start.
	Conn uint64
	Kind EventKind
	At   time.Time
	// Client is the client's address:port, of an [EventStart].
	Client string
	// Hello is what the client offers, of an [EventHello]; shared, as is what follows.
	Hello *wire.ClientHello
	// Record is a record that passed and Index its place among those of the connection, of an
	// [EventRecord]. The same index comes again when more of it is known.
	Record wire.Record
	Index  int
	// Session is what was agreed on, of an [EventHandshake].
	Session *Session
	// Observation is all that was seen, of an [EventEnd].
	Observation *Observation
}

// EventKind is what kind of thing happened.
type EventKind string

// The kinds of events. A connection begins with a start and ends with an end; nothing comes after
// that. The others come as far as it comes to them.
const (
	EventStart     EventKind = "start"     // a client has connected
	EventHello     EventKind = "hello"     // its whole ClientHello has come
	EventRecord    EventKind = "record"    // a record has passed, or a part of it
	EventHandshake EventKind = "handshake" // the server's side of the handshake has ended well
	EventEnd       EventKind = "end"       // the connection has ended
)

// watch tells of one connection. Both of its directions can be at work at once, in a relay; what is
// told is one after the other. A nil watch tells nothing, and costs nothing.
type watch struct {
	tell func(Event)
	conn uint64

	mu    sync.Mutex
	trace *wire.Trace
	ended bool
}

// newWatch returns what tells of a connection; nil if nobody wants to be told.
func (srv *Server) newWatch(conn uint64, start time.Time) *watch {
	if srv.options.Watch == nil {
		return nil
	}
	return &watch{tell: srv.options.Watch, conn: conn, trace: wire.NewTrace(start)}
}

// say tells of one event, unless the connection's end has been told of.
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

// feed reads along with one direction.
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

// flush tells of the records that have changed.
func (w *watch) flush(ended bool) {
	for i, r := range w.trace.Changed(ended) {
		w.sayLocked(Event{Kind: EventRecord, Record: r, Index: i})
	}
}
