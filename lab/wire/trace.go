package wire

import (
	"iter"
	"time"
)

// Record is a TLS record as it passed on the wire (RFC 8446, section 5.1), or bytes that are none.
type Record struct {
	FromClient bool
	At         time.Duration // since the connection began
	// Type is the record's content type; zero for bytes that are no TLS.
	Type RecordType
	// Count is how many there were of it one after the other: records of application data, which
	// under TLS 1.3 is every encrypted one, are told of together.
	Count int
	// Length is the bytes of their bodies; what a header announces may not all have come.
	Length int
	// Missing is how many of those bytes have not come.
	Missing int
	// Encrypted says that only the ends know what is in it.
	Encrypted bool
	// Messages are the names of the handshake messages that begin in it.
	Messages []string
	// Alert is the alert in it, if that is in plaintext.
	Alert *Alert
	// Text is how it begins if it is no TLS, fit to print.
	Text string
}

// merges reports whether a record adds nothing but its length to the one before.
func (r Record) merges(before Record) bool {
	return r.Type == before.Type && r.FromClient == before.FromClient &&
		(r.Type == RecordApplicationData || r.Type == 0)
}

// MaxTraced bounds the records of a connection that a [Trace] keeps: handshakes have fewer.
const MaxTraced = 64

// Bounds of what is kept of one record.
const (
	maxMessages = 16 // names
	maxForeign  = 64 // bytes that are no TLS
)

// retellings is how many records of one direction, one after the other, are told of as they pass;
// of longer runs of them the sum is told when something else comes.
const retellings = 16

// Trace reads along with both directions of a connection, and keeps the records that pass. It differs from [Stream]
// in what it is for: that keeps what judges a client and stops at what is encrypted, this one counts on. The
// directions must not be fed at once.
type Trace struct {
	start   time.Time
	records []Record
	changed []bool // since [Trace.Changed]
	client  follower
	server  follower
}

// NewTrace returns a trace of a connection that began at a time.
func NewTrace(start time.Time) *Trace {
	return &Trace{start: start, client: follower{fromClient: true, current: -1}, server: follower{current: -1}}
}

// Feed reads the next bytes of one direction, whatever part of a record they are.
func (t *Trace) Feed(fromClient bool, p []byte) {
	if fromClient {
		t.client.feed(t, p)
	} else {
		t.server.feed(t, p)
	}
}

// Changed returns the records that are new or have changed since they were last returned, each with its place. It
// leaves out the last one if that is of many, unless the connection has ended: the sum of them is told at once.
func (t *Trace) Changed(ended bool) iter.Seq2[int, Record] {
	return func(yield func(int, Record) bool) {
		for i := range t.records {
			if !t.changed[i] || !ended && t.records[i].Count > retellings && i == len(t.records)-1 {
				continue
			}
			t.changed[i] = false
			if !yield(i, t.records[i]) {
				return
			}
		}
	}
}

// add notes that a record begins, and returns its place; -1 if there have been too many. One that
// only says that something encrypted passes is added to the one before if that says the same.
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

// update changes what is known of a record.
func (t *Trace) update(i int, change func(*Record)) {
	if i >= 0 {
		// What has been told is shared.
		t.records[i].Messages = append([]string(nil), t.records[i].Messages...)
		change(&t.records[i])
		t.changed[i] = true
	}
}
