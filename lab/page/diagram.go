package page

import (
	"crypto/tls"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// step is one arrow of a sequence diagram, or a remark between two arrows.
type step struct {
	// FromClient is the arrow's direction. Remark means that it is not an arrow.
	FromClient, Remark bool
	// Messages are the names of the messages that it carries.
	Messages []string
	// Word names what is not a TLS message: "data", "closed". It is empty for messages.
	Word string
	// Text is the beginning of bytes that are not TLS.
	Text string
	// Alert is the alert that it carries.
	Alert *wire.Alert
	// Encrypted means that only the two ends can read it, Inferred that the lab knows what it is from what its own
	// server did.
	Encrypted, Inferred bool
	Bytes               int
	Missing             int // bytes that were announced and never came
	At                  time.Duration
	// Broken means that the connection failed here.
	Broken bool
	// Unread means an alert that the server's TLS library could not read, because it is in plaintext where TLS 1.3
	// requires encryption (RFC 8446, section 6). OpenSSL sends its first alert like this.
	Unread bool
}

// Words for steps that are not TLS messages. In the page's words, their keys begin with "step.".
const (
	wordData         = "data"          // application data
	wordFinishedData = "finished-data" // the client's Finished and application data, sent together
	wordEncrypted    = "encrypted"     // something encrypted
	wordForeign      = "foreign"       // bytes that are not TLS
	wordFragment     = "fragment"      // the beginning of a record, or the middle of a message
	wordConnect      = "connect"
	wordWaiting      = "waiting"      // nothing since, and the connection is open
	wordGone         = "gone"         // the client closed the TCP connection
	wordReset        = "reset"        // the client reset it
	wordCloseNotify  = "close-notify" // the client sent close_notify
	wordServed       = "served"       // the server closes normally
	wordCut          = "cut"          // the server broke off the connection on purpose
	wordTimeout      = "timeout"      // the server timed out
	wordClosed       = "closed"       // the server closes after an alert
	wordFailed       = "failed"
	wordInternal     = "internal" // the lab itself failed
)

// drawing draws one connection.
type drawing struct {
	*connection
	tls13   bool
	relayed bool
	steps   []step
	clients int // encrypted records from the client so far, in TLS 1.3
	servers int // the same from the server
}

// diagram returns what client and server exchanged, in order, and how it ended. Encrypted records are named as far as
// the lab's own server knows them: it sent some of them and decrypted the others.
func diagram(c *connection) []step {
	d := &drawing{connection: c, tls13: c.version13(), relayed: c.Scenario.Service == scenarios.Mongod}
	d.steps = []step{{FromClient: true, Word: wordConnect}}
	for i := range c.Records {
		d.record(c.Records[i], i)
	}
	if c.Seen == nil {
		d.add(step{Remark: true, Word: wordWaiting})
	} else {
		d.end(c.Seen)
	}
	return d.steps
}

// version13 reports whether this is a TLS 1.3 handshake.
func (c *connection) version13() bool {
	switch name := wire.VersionName(tls.VersionTLS13); {
	case c.Session != nil:
		return c.Session.Version == name
	case c.Seen != nil && c.Seen.Version != "":
		return c.Seen.Version == name
	}
	// An application data record before the end of the handshake is an encrypted message, which exists only in TLS 1.3.
	return slices.ContainsFunc(c.Records, func(r wire.Record) bool { return r.Type == wire.RecordApplicationData })
}

func (d *drawing) add(s step) { d.steps = append(d.steps, s) }

// record draws a record. Messages sent together are one arrow.
func (d *drawing) record(r wire.Record, i int) {
	s := step{
		FromClient: r.FromClient, Bytes: r.Length, Missing: r.Missing, At: r.At,
		Encrypted: r.Encrypted, Messages: r.Messages, Alert: r.Alert,
	}
	switch {
	case r.Type == 0:
		s.Word, s.Text = wordForeign, r.Text
	case r.Type == wire.RecordChangeCipherSpec && d.tls13:
		return // without meaning, for old middleboxes (RFC 8446, appendix D.4)
	case r.Type == wire.RecordChangeCipherSpec:
		s.Messages = []string{"ChangeCipherSpec"}
	case r.Type == wire.RecordApplicationData && d.tls13:
		d.encrypted13(&s, r, i)
	case r.Type == wire.RecordApplicationData:
		s.Word = wordData
	case r.Type == wire.RecordHandshake && r.Encrypted: // the only message after ChangeCipherSpec
		s.Messages, s.Inferred = []string{"Finished"}, true
	case r.Type == wire.RecordAlert && r.Encrypted:
		d.alert12(&s)
	case r.Type == wire.RecordAlert:
		s.Unread = d.tls13 && d.servers > 0 && r.FromClient
	}
	if s.Word == "" && s.Alert == nil && len(s.Messages) == 0 {
		s.Word = wordFragment
	}
	last := &d.steps[len(d.steps)-1]
	if last.FromClient == s.FromClient && last.plain() && s.plain() && last.Missing == 0 {
		last.Messages = append(slices.Clone(last.Messages), s.Messages...)
		last.Bytes += s.Bytes
		last.Missing = s.Missing
		return
	}
	d.add(s)
}

// plain reports whether a step is handshake messages in plaintext.
func (s step) plain() bool {
	return s.Word == "" && s.Alert == nil && len(s.Messages) > 0 && !s.Encrypted
}

// alert12 names an encrypted alert in TLS 1.2: the one that ended the connection, or close_notify.
func (d *drawing) alert12(s *step) {
	s.Inferred = true
	if a := d.fatal(s.FromClient); a != nil {
		s.Alert = a
		return
	}
	s.Messages = []string{wire.AlertCloseNotify.String()}
}

// fatal returns the alert from one side that ended the connection.
func (d *drawing) fatal(fromClient bool) *wire.Alert {
	switch {
	case d.Seen == nil:
		return nil
	case fromClient:
		return d.Seen.AlertReceived
	}
	return d.Seen.AlertSent
}

// encrypted13 names an encrypted record of TLS 1.3 by its position (RFC 8446, section 2).
func (d *drawing) encrypted13(s *step, r wire.Record, i int) {
	alert := d.encryptedAlert(r.FromClient)
	more := true // whether the record may contain an alert
	switch {
	case d.relayed: // the lab did not decrypt it
		alert = nil
	case r.FromClient:
		d.clients++
		s.Messages, s.Word = d.fromClient13(r, alert != nil)
	default:
		d.servers++
		s.Messages, s.Word = d.fromServer13(r, alert != nil)
		more = len(s.Messages) == 0 || r.Count > len(s.Messages)
	}
	if more && d.lastOfSide(i) {
		s.Alert = alert
	}
	if s.Inferred = s.Word != "" || s.Alert != nil || len(s.Messages) > 0; !s.Inferred {
		s.Word = wordEncrypted
	}
}

// fromClient13 returns what the client sent, as messages or as a word, or neither if that is unknown. alert is whether
// the client's last record is an encrypted alert.
func (d *drawing) fromClient13(r wire.Record, alert bool) (messages []string, word string) {
	complete := d.Session != nil
	switch {
	case d.clients > 1 && alert:
		return nil, ""
	case d.clients > 1:
		return nil, wordData
	case d.asks() && (complete || !alert && d.judged()):
		messages = []string{"Certificate", "CertificateVerify", "Finished"}
		if d.clientCertificate() == "" {
			messages = []string{"Certificate (empty)", "Finished"}
		}
	case complete:
		messages = []string{"Finished"}
	}
	if complete && r.Count > len(messages) && d.Seen != nil && d.Seen.ApplicationData {
		word = wordFinishedData
	}
	return messages, word
}

// fromServer13 is fromClient13 for the server. Its messages are a complete flight.
func (d *drawing) fromServer13(r wire.Record, alert bool) (messages []string, word string) {
	flight := []string{"EncryptedExtensions", "Certificate", "CertificateVerify", "Finished"}
	if d.asks() {
		flight = slices.Insert(flight, 1, "CertificateRequest")
	}
	switch {
	case d.servers == 1 && r.Count >= len(flight):
		return flight, ""
	case d.servers > 1 && !alert:
		return nil, wordData
	}
	return nil, ""
}

// encryptedAlert returns the last alert of one side, unless it was sent in plaintext.
func (d *drawing) encryptedAlert(fromClient bool) *wire.Alert {
	plaintext := func(r wire.Record) bool { return r.FromClient == fromClient && r.Alert != nil }
	if slices.ContainsFunc(d.Records, plaintext) {
		return nil
	}
	return d.fatal(fromClient)
}

// lastOfSide reports whether a record is the last that its side sent.
func (d *drawing) lastOfSide(i int) bool {
	return !slices.ContainsFunc(d.Records[i+1:], func(later wire.Record) bool {
		return later.FromClient == d.Records[i].FromClient
	})
}

// asks reports whether the server asks for a certificate.
func (d *drawing) asks() bool { return d.Scenario.Server.ClientAuth != tls.NoClientCert }

// judged reports whether the server refused the client's answer to its flight.
func (d *drawing) judged() bool { return d.Seen != nil && d.Seen.AlertSent != nil }

// clientCertificate returns the subject of the client's certificate; empty if it sent none.
func (d *drawing) clientCertificate() string {
	if d.Seen != nil {
		return d.Seen.ClientCertificate
	}
	return d.Session.ClientCertificate
}

// endings says how an end is drawn.
var endings = map[serve.End]step{
	serve.EndServed:        {Word: wordServed},
	serve.EndAlertReceived: {Word: wordClosed},
	serve.EndAlertSent:     {Word: wordClosed},
	serve.EndCloseNotify:   {FromClient: true, Word: wordCloseNotify},
	serve.EndEOF:           {FromClient: true, Word: wordGone},
	serve.EndReset:         {FromClient: true, Word: wordReset, Broken: true},
	serve.EndTimeout:       {Remark: true, Word: wordTimeout, Broken: true},
	serve.EndNotTLS:        {Word: wordClosed, Broken: true},
	serve.EndBrokenOff:     {Word: wordCut, Broken: true},
	serve.EndRelayed:       {Remark: true, Word: wordServed},
	serve.EndError:         {Remark: true, Word: wordFailed, Broken: true},
	serve.EndInternal:      {Remark: true, Word: wordInternal, Broken: true},
}

// end draws the end of a connection, and marks the step that failed.
func (d *drawing) end(o *serve.Observation) {
	for i := range d.steps {
		d.steps[i].Broken = d.steps[i].Alert != nil || d.steps[i].Missing > 0
	}
	for _, side := range []struct {
		alert      *wire.Alert
		fromClient bool
	}{{o.AlertReceived, true}, {o.AlertSent, false}} {
		drawn := slices.ContainsFunc(d.steps, func(s step) bool {
			return s.Alert != nil && s.FromClient == side.fromClient
		})
		if side.alert != nil && !drawn { // it was in the same record as something else
			d.add(step{FromClient: side.fromClient, Alert: side.alert, Encrypted: true, Inferred: true, Broken: true,
				At: o.Duration})
		}
	}
	ending := endings[o.End]
	ending.At = o.Duration
	if o.End == serve.EndEOF && !o.HandshakeComplete {
		ending.Broken = true
	}
	if o.End == serve.EndBrokenOff || o.End == serve.EndError || o.End == serve.EndInternal {
		ending.Text = strings.TrimSpace(o.Error)
	}
	d.add(ending)
}
