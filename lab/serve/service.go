package serve

import (
	"context"
	"net"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// Service is the protocol behind TLS. Either Serve or Start is set.
type Service struct {
	// Name is the service's name: [Endpoint].Service.
	Name scenarios.Service
	// Scheme is the scheme of its URLs.
	Scheme string
	// Query is the query of its URLs, without the question mark. It can be empty.
	Query string
	// Protocols are its names in ALPN (RFC 7301), in order of preference. If a client offers none of them, none is
	// selected.
	Protocols []string
	// AnyProtocol selects the first protocol that the client offers, whatever it is. Protocols is then empty.
	AnyProtocol bool
	// Serve serves a client after the handshake, and returns nil if the client was served. It does not close conn. The
	// connection has a deadline, see [Options].Timeout; a service whose clients stay longer can move it.
	Serve func(conn net.Conn, s Session) error
	// Prologue, if set, is what client and server say in plaintext before TLS: STARTTLS or its counterpart. It returns
	// true when the next byte from the client is to be TLS; it must not have read any of it. If p allows clients to go on
	// without TLS, Prologue serves them itself, and returns false and what [Service].Serve would return. It does not
	// close conn. What it reads is limited.
	Prologue func(conn net.Conn, s Session, p Plain) (startTLS bool, err error)
	// Direct says that clients may also begin TLS at once instead of the prologue, in which they speak first.
	Direct bool
	// Answer returns where the answer starts and ends in one write of Serve, or zeros if it is not in there. The fault
	// that truncates answers needs it. Nil means that everything written is the answer.
	Answer func(s Session, written []byte) (start, end int)
	// Start starts a server that terminates TLS itself, for one scenario. The lab relays to it and parses the records
	// that pass.
	Start func(ctx context.Context, s *scenarios.Scenario, chain *pki.Chain) (*Upstream, error)
	// Reserve, if set, is called before each Start, and waits until there is room for another server. The returned
	// release is called when that server is closed or could not be started.
	Reserve func(ctx context.Context) (release func(), err error)
	// Close, if set, ends what the service started for all of its scenarios together.
	Close func() error
}

// answerIn calls Answer, if it is set.
func (s Service) answerIn(session Session, written []byte) (start, end int) {
	if s.Answer == nil {
		return 0, len(written)
	}
	return s.Answer(session, written)
}

// Session is what a server knows about a connection after the handshake. The fields are those of [Observation].
type Session struct {
	Scenario          string            `json:"scenario"` // its ID
	Version           string            `json:"version"`
	CipherSuite       string            `json:"cipher_suite"`
	Group             string            `json:"group,omitempty"`
	HelloRetry        bool              `json:"hello_retry,omitempty"`
	Protocol          string            `json:"protocol,omitempty"`
	ClientCertificate string            `json:"client_certificate,omitempty"`
	Hello             *wire.ClientHello `json:"hello,omitempty"`
}

// Misuse is the error of a service whose client broke the rules of its protocol. It says why a connection ended,
// whatever errors reading from it returned since.
type Misuse struct{ Err error }

// Error implements error.
func (m Misuse) Error() string { return m.Err.Error() }

// Unwrap returns the error about the protocol.
func (m Misuse) Unwrap() error { return m.Err }

// Upstream is a server that terminates TLS itself.
type Upstream struct {
	// Addr is its address:port on this machine. Empty means that it does not listen, because it refused to start as
	// its scenario demands.
	Addr string
	// Query is what clients must append to the service's Query. It can be empty.
	Query string
	// Log returns the lines about TLS that the server has logged since it was ready. If it refused to start, they say
	// why. Log waits until the server has logged the end of that many connections, or until ctx ends. Nil if the
	// server has no log.
	Log func(ctx context.Context, ended int) []string
	// Fault returns an error if the log says that the server refused a client that did nothing wrong, for example
	// because of a bad file of its own. Nil if the server has no log.
	Fault func() error
	// Done is closed when the server has ended, by itself or by Close. Nil if that is unknown.
	Done <-chan struct{}
	// Err returns the reason if the server has ended without being closed, and nil while it runs. Nil if that is
	// unknown.
	Err func() error
	// Close ends the server, and returns when nothing of it is left.
	Close func() error
}
