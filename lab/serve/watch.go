package serve

import (
	"sync"
	"time"
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
	Hello *ClientHello
	// Record is a record that passed and Index its place among those of the connection, of an
	// [EventRecord]. The same index comes again when more of it is known.
	Record Record
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
	tell  func(Event)
	conn  uint64
	start time.Time

	mu      sync.Mutex
	records []Record
	changed []bool // since it was told
	in, out follower
	ended   bool
}

// maxWatchedRecords bounds the records of a connection that are told of: handshakes have fewer. Of
// what comes later the observation has the bytes.
const maxWatchedRecords = 64

// retellings is how many records of one direction, one after the other, are told of as they pass;
// of longer runs of them the sum is told when something else comes.
const retellings = 16

// newWatch returns what tells of a connection; nil if nobody wants to be told.
func (srv *Server) newWatch(conn uint64, start time.Time) *watch {
	if srv.options.Watch == nil {
		return nil
	}
	w := &watch{tell: srv.options.Watch, conn: conn, start: start}
	w.in.current, w.out.current = -1, -1
	w.in.fromClient = true
	return w
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
func (w *watch) feed(f *follower, p []byte) {
	if w == nil || len(p) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	f.feed(w, p)
	w.flush(false)
}

// flush tells of the records that have changed.
func (w *watch) flush(all bool) {
	for i := range w.records {
		if w.changed[i] && (all || w.records[i].Count <= retellings || i < len(w.records)-1) {
			w.changed[i] = false
			w.sayLocked(Event{Kind: EventRecord, Record: w.records[i], Index: i})
		}
	}
}

// add notes that a record begins, and returns its place; -1 if there have been too many. One that
// only says that something encrypted passes is added to the one before if that says the same.
func (w *watch) add(r Record) int {
	if last := len(w.records) - 1; last >= 0 && r.merges(w.records[last]) {
		w.records[last].Count++
		w.records[last].Length += r.Length
		w.changed[last] = true
		return last
	}
	if len(w.records) == maxWatchedRecords {
		return -1
	}
	r.Count, r.At = 1, time.Since(w.start)
	w.records, w.changed = append(w.records, r), append(w.changed, true)
	return len(w.records) - 1
}

// update changes what is known of a record.
func (w *watch) update(i int, change func(*Record)) {
	if i >= 0 {
		// What has been told is shared.
		w.records[i].Messages = append([]string(nil), w.records[i].Messages...)
		change(&w.records[i])
		w.changed[i] = true
	}
}
