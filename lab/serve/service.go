package serve

import (
	"context"
	"net"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// Service is what talks behind TLS. It has either Serve or Start.
type Service struct {
	// Name is the service's name: [Endpoint].Service.
	Name scenarios.Service
	// Scheme is that of its URLs.
	Scheme string
	// Query is what follows the question mark in its URLs, if anything does.
	Query string
	// Protocols are what it is called in ALPN (RFC 7301), by preference. For a client that offers
	// none of them nothing is selected.
	Protocols []string
	// Serve talks to a client whose handshake is complete, and returns nil if
	// the client was served. It leaves the closing of conn to its caller. The
	// connection has a deadline, see [Options].Timeout; a service whose clients
	// stay may move it.
	Serve func(conn net.Conn, s Session) error
	// Answer returns where in what Serve writes at once its answer starts and ends, for the fault that cuts
	// the answer in the middle; zeros if it is not there. Nil means that all of it is the answer.
	Answer func(s Session, written []byte) (start, end int)
	// Start starts a server of its own, which ends TLS by itself, for one scenario. The lab
	// relays to it, and reads the records along.
	Start func(ctx context.Context, s *scenarios.Scenario, chain *pki.Chain) (*Upstream, error)
	// Reserve, if set, waits until there is room for another server of Start's. It is called before
	// each Start; release is called when that server is closed, or could not be started.
	Reserve func(ctx context.Context) (release func(), err error)
	// Close ends what the service has started for all of its scenarios together; nil if
	// there is nothing to end.
	Close func() error
}

// answerIn is Answer, or what it means if it is nil.
func (s Service) answerIn(session Session, written []byte) (start, end int) {
	if s.Answer == nil {
		return 0, len(written)
	}
	return s.Answer(session, written)
}

// Session is what a server knows of a connection after the handshake. The fields are those of [Observation].
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

// Misuse is an error of a client that does not speak the service's protocol as it should. It says why a connection
// ended, whatever reading from it has ended with since.
type Misuse struct{ Err error }

// Error implements error.
func (m Misuse) Error() string { return m.Err.Error() }

// Unwrap returns what was wrong.
func (m Misuse) Unwrap() error { return m.Err }

// Upstream is a server that ends TLS by itself.
type Upstream struct {
	// Addr is its address:port, on this machine. Empty means that it does not listen: it has
	// refused to start, as its scenario wants.
	Addr string
	// Query is what clients have to add to the service's Query, if anything.
	Query string
	// Log returns what the server has logged of TLS since it was ready, a line each; of one that
	// has refused to start, why. It waits until the server has told of the end of that many
	// connections, as far as it tells, or until ctx ends. Nil if it keeps no log.
	Log func(ctx context.Context, ended int) []string
	// Fault says why it refused a client for what is no client's doing, as its log has it: a file of its own that is no
	// good. It returns nil if its log says nothing of the kind. Nil if it keeps no log.
	Fault func() error
	// Done is closed when it has ended, by itself or by Close. Nil if there is no telling.
	Done <-chan struct{}
	// Err says why it has ended though nobody closed it; nil as long as it runs. Nil if there is
	// no telling.
	Err func() error
	// Close ends it, and returns when nothing of it is left.
	Close func() error
}
