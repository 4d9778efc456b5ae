package wire

import (
	"iter"
	"time"
)

// Record is a TLS record that passed on the wire (RFC 8446, section 5.1), or bytes that are not TLS. Several records of
// application data in a row, which under TLS 1.3 is the type of every encrypted record, are one Record.
type Record struct {
	FromClient bool
	At         time.Duration // since the connection began
	// Type is the record's content type. It is zero for bytes that are not TLS.
	Type RecordType
	// Count is the number of records in a row.
	Count int
	// Length is the length of their bodies in bytes, as announced in the headers.
	Length int
	// Missing is how many of those bytes have not arrived.
	Missing int
	// Encrypted says that the body is encrypted.
	Encrypted bool
	// Messages are the names of the handshake messages that begin in it.
	Messages []string
	// Alert is the alert in it, if that is in plaintext.
	Alert *Alert
	// Text is the start of bytes that are not TLS, in printable form.
	Text string
}

// merges reports whether a record is merged into the one before.
func (r Record) merges(before Record) bool {
	return r.Type == before.Type && r.FromClient == before.FromClient &&
		(r.Type == RecordApplicationData || r.Type == 0)
}

// MaxTraced is how many records of a connection a [Trace] keeps. Handshakes have fewer.
const MaxTraced = 64

// Limits of what is kept of one record.
const (
	maxMessages = 16 // names of messages
	maxForeign  = 64 // bytes that are not TLS
)

// maxUpdates is how many records in a row are reported as they pass. The sum of a longer run is reported when the run
// ends.
const maxUpdates = 16

// Trace follows both directions of a connection, and keeps a list of the records that pass. Unlike a [Stream], it goes
// on after the first encrypted record. Its methods must not be called concurrently.
type Trace struct {
	start   time.Time
	records []Record
	changed []bool // since [Trace.Changed]
	client  follower
	server  follower
}

// NewTrace returns the trace of a connection that began at start.
func NewTrace(start time.Time) *Trace {
	return &Trace{start: start, client: follower{fromClient: true, current: -1}, server: follower{current: -1}}
}

// Feed processes the next bytes of one direction, which can be cut anywhere.
func (t *Trace) Feed(fromClient bool, p []byte) {
	if fromClient {
		t.client.feed(t, p)
	} else {
		t.server.feed(t, p)
	}
}

// Changed returns the records that are new or have changed since they were last returned, each with its index. It omits
// the last one while that is a long run of records, unless the connection has ended.
func (t *Trace) Changed(ended bool) iter.Seq2[int, Record] {
	return func(yield func(int, Record) bool) {
		for i := range t.records {
			if !t.changed[i] || !ended && t.records[i].Count > maxUpdates && i == len(t.records)-1 {
				continue
			}
			t.changed[i] = false
			if !yield(i, t.records[i]) {
				return
			}
		}
	}
}

// add adds a record that begins, and returns its place, or -1 if there are too many. It merges records of application
// data, and bytes that are not TLS, into the record before if possible.
func (t *Trace) add(r Record) int {
	if last := len(t.records) - 1; last >= 0 && r.merges(t.records[last]) {
		t.records[last].Count++
		t.records[last].Length += r.Length
		t.changed[last] = true
		return last
	}
	if len(t.records) == MaxTraced {
		return -1
	}
	r.Count, r.At = 1, time.Since(t.start)
	t.records, t.changed = append(t.records, r), append(t.changed, true)
	return len(t.records) - 1
}

// update changes a record. It does nothing if i is -1.
func (t *Trace) update(i int, change func(*Record)) {
	if i >= 0 {
		// A copy, because Changed has returned the old slice.
		t.records[i].Messages = append([]string(nil), t.records[i].Messages...)
		change(&t.records[i])
		t.changed[i] = true
	}
}
