package serve

import (
	"slices"
	"time"

	"example.com/tlslab/lab/wire"
)

// Observation is what the server saw of one connection. It explains a verdict;
// alone it never decides one (an OpenSSL client under TLS 1.3 leaves without a
// word that crypto/tls could read).
type Observation struct {
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration_ns"`

	// Hello is what the client offered, read off the wire; nil if no complete
	// ClientHello came.
	Hello *wire.ClientHello `json:"hello,omitempty"`
	// HelloRetry says that the server asked for another key share (RFC 8446,
	// section 4.1.4).
	HelloRetry bool `json:"hello_retry,omitempty"`

	// Version, CipherSuite, Group and Protocol were negotiated, by their names
	// in crypto/tls and IANA's registries; empty as far as it did not come to that.
	Version     string `json:"version,omitempty"`
	CipherSuite string `json:"cipher_suite,omitempty"`
	Group       string `json:"group,omitempty"`
	Protocol    string `json:"protocol,omitempty"`
	// HandshakeComplete says that the server's side of the handshake ended well.
	HandshakeComplete bool `json:"handshake_complete"`
	// ClientCertificate is the subject of the certificate that the client sent.
	ClientCertificate string `json:"client_certificate,omitempty"`
	// ApplicationData says that the client sent a request.
	ApplicationData bool `json:"application_data"`
	// BytesReceived and BytesSent count what passed on the wire, of any kind: a
	// client that connected and said nothing is told from one that said half a hello.
	BytesReceived int64 `json:"bytes_received"`
	BytesSent     int64 `json:"bytes_sent"`

	// AlertReceived and AlertSent are the alerts that ended the connection, or nil:
	// at most one of them is set. AlertReceived may have been read off the wire where
	// crypto/tls could not; the alert with which crypto/tls would answer such a one
	// (bad_record_mac) explains nothing, is left out, and is not sent.
	AlertReceived *wire.Alert `json:"alert_received,omitempty"`
	AlertSent     *wire.Alert `json:"alert_sent,omitempty"`
	// End is how the connection ended.
	End End `json:"end"`
	// Error is crypto/tls's own word, or the service's, if the client was not served
	// and did not say goodbye; without addresses and ports.
	Error string `json:"error,omitempty"`
}

// Telling returns the observation that tells what became of a client, and false if there is none.
// Most clients make one connection. Drivers of databases make several, and break some of them off:
// one in which the lab itself failed tells, or else the last that ended with an alert, or else the last that was served, or else the last.
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
	EndServed        End = "served"         // a request came and was answered
	EndAlertReceived End = "alert-received" // the client sent a fatal alert
	EndAlertSent     End = "alert-sent"     // the server sent a fatal alert
	EndCloseNotify   End = "close-notify"   // the client said goodbye without a request
	EndEOF           End = "eof"            // the client closed the connection without an alert
	EndReset         End = "reset"          // the client reset the connection
	EndTimeout       End = "timeout"        // the client fell silent
	EndNotTLS        End = "not-tls"        // the client did not speak TLS
	EndBrokenOff     End = "broken-off"     // the server broke it off, as its scenario has it; see Error
	EndRelayed       End = "relayed"        // it was served by a server that ends TLS by itself: what was said inside cannot be seen
	EndError         End = "error"          // something else; see Error
	EndInternal      End = "internal-error" // the lab itself failed, and nothing follows from it for the client; see Error
)
