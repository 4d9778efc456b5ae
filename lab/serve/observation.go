package serve

import (
	"slices"
	"time"

	"example.com/tlslab/lab/wire"
)

// Observation is what the server saw of one connection. It explains a verdict, but never decides one alone: an OpenSSL
// client that refuses under TLS 1.3, for example, leaves nothing that crypto/tls could read.
type Observation struct {
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration_ns"`

	// Hello is what the client offered, parsed from the wire. Nil if no complete ClientHello arrived.
	Hello *wire.ClientHello `json:"hello,omitempty"`
	// HelloRetry says that the server requested another key share (RFC 8446, section 4.1.4).
	HelloRetry bool `json:"hello_retry,omitempty"`

	// Version, CipherSuite, Group and Protocol are what was negotiated, with the names in crypto/tls and IANA's
	// registries. What was not negotiated is empty.
	Version     string `json:"version,omitempty"`
	CipherSuite string `json:"cipher_suite,omitempty"`
	Group       string `json:"group,omitempty"`
	Protocol    string `json:"protocol,omitempty"`
	// HandshakeComplete says that the server completed the handshake.
	HandshakeComplete bool `json:"handshake_complete"`
	// ClientCertificate is the subject of the certificate that the client sent.
	ClientCertificate string `json:"client_certificate,omitempty"`
	// ApplicationData says that the client sent application data.
	ApplicationData bool `json:"application_data"`
	// BytesReceived and BytesSent count all bytes on the wire. They distinguish a client that connected and sent
	// nothing from one that sent part of a ClientHello.
	BytesReceived int64 `json:"bytes_received"`
	BytesSent     int64 `json:"bytes_sent"`

	// Plaintext is what passed before TLS, or instead of it. It is zero if TLS began at once. Application data without a
	// completed handshake means that the client was served in plaintext.
	Plaintext Plaintext `json:"plaintext,omitzero"`

	// AlertReceived and AlertSent are the alerts that ended the connection, or nil. At most one of them is set.
	// AlertReceived may be parsed from the wire where crypto/tls could not read it. crypto/tls would answer it with
	// bad_record_mac, which explains nothing; that alert is neither sent nor recorded.
	AlertReceived *wire.Alert `json:"alert_received,omitempty"`
	AlertSent     *wire.Alert `json:"alert_sent,omitempty"`
	// End is how the connection ended.
	End End `json:"end"`
	// Error is the error of crypto/tls or of the service, without addresses and ports. It is empty if the client was
	// served or closed the connection properly.
	Error string `json:"error,omitempty"`
}

// Telling returns the observation that says most about what a client did, and false if there are no observations. Most
// clients make one connection. Database drivers make several and break some of them off. Telling prefers, in this
// order: a connection on which the lab itself failed, one that ended with an alert, one that was served, any other. Of
// several that are alike it returns the last.
func Telling(list []Observation) (Observation, bool) {
	for _, tells := range []func(Observation) bool{
		func(o Observation) bool { return o.End == EndInternal },
		func(o Observation) bool { return o.AlertReceived != nil || o.AlertSent != nil },
		func(o Observation) bool { return o.End == EndServed || o.End == EndRelayed },
		func(Observation) bool { return true },
	} {
		for _, o := range slices.Backward(list) {
			if tells(o) {
				return o, true
			}
		}
	}
	return Observation{}, false
}

// End is how a connection ended.
type End string

// The ways a connection can end, as the server sees it.
const (
	EndServed        End = "served"         // the client sent a request and got an answer
	EndAlertReceived End = "alert-received" // the client sent a fatal alert
	EndAlertSent     End = "alert-sent"     // the server sent a fatal alert
	EndCloseNotify   End = "close-notify"   // the client sent close_notify, and no complete request before it
	EndEOF           End = "eof"            // the client closed the connection without an alert
	EndReset         End = "reset"          // the client reset the connection
	EndTimeout       End = "timeout"        // the client stopped sending
	EndNotTLS        End = "not-tls"        // the client did not speak TLS
	EndBrokenOff     End = "broken-off"     // the server broke it off, as the scenario demands; see Error
	EndRelayed       End = "relayed"        // relayed to a server that terminates TLS itself, so its content is unknown
	EndError         End = "error"          // something else; see Error
	EndInternal      End = "internal-error" // the lab itself failed, which says nothing about the client; see Error
)
