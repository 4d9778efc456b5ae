// Package postgres is the service postgres: PostgreSQL's protocol behind the lab's own TLS, for any scenario of the
// catalogue as pg-ID. Clients ask for TLS (SSLRequest) or begin it at once (sslnegotiation=direct, with postgresql in
// ALPN).
//
// It is no database: any user may connect without a password, and every query that returns rows returns one row with
// the number 1. That is enough for drivers to connect and to run a query.
//
// The protocol is described in PostgreSQL's manual, part "Frontend/Backend Protocol".
package postgres

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgproto3"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// Service returns the service postgres.
func Service() serve.Service {
	return serve.Service{
		Name: scenarios.Postgres, Scheme: "postgresql", Query: "sslmode=verify-full",
		Protocols: []string{"postgresql"}, Prologue: prologue, Direct: true,
		Serve: func(conn net.Conn, _ serve.Session) error { return newSession(conn).serve() },
	}
}

// The codes of the requests that can come before the startup message, instead of a protocol version.
const (
	cancelRequest = 80877102
	sslRequest    = 80877103
	gssEncRequest = 80877104
)

// Limits of what comes before the session.
const (
	maxStartup  = 10_000 // bytes of a startup message; the server's own limit
	maxRequests = 4      // requests for encryption: libpq sends one of each kind
)

// prologue answers requests for encryption. A client that goes on without is served in plaintext, or gets the error of a
// server whose pg_hba.conf has no line for it.
func prologue(conn net.Conn, _ serve.Session, p serve.Plain) (startTLS bool, err error) {
	for range maxRequests {
		var head [8]byte // the length, which counts itself, and a code
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return false, err
		}
		length, code := binary.BigEndian.Uint32(head[:]), binary.BigEndian.Uint32(head[4:])
		answer := byte('N')
		switch {
		case length < 8 || length > maxStartup:
			return false, misuse("invalid length of a startup message: %d", length)
		case code == cancelRequest:
			return false, misuse("a request to cancel: nothing is running")
		case code == sslRequest && !p.NoTLS:
			answer, startTLS = 'S', true
		case code == sslRequest || code == gssEncRequest:
		default:
			s := newSession(&again{Conn: conn, head: head[:]})
			if p.RequireTLS {
				return false, s.refuse()
			}
			return false, s.serve()
		}
		if _, err := conn.Write([]byte{answer}); err != nil || startTLS {
			return startTLS, err
		}
	}
	return false, misuse("more than %d requests for encryption", maxRequests)
}

func misuse(format string, args ...any) error {
	return serve.Misuse{Err: fmt.Errorf("postgres: "+format, args...)}
}

// again is a connection with bytes that are read again.
type again struct {
	net.Conn
	head []byte
}

// Read implements net.Conn.
func (a *again) Read(p []byte) (int, error) {
	if len(a.head) == 0 {
		return a.Conn.Read(p)
	}
	n := copy(p, a.head)
	a.head = a.head[n:]
	return n, nil
}

// refuse answers a client that does not use TLS.
func (s *session) refuse() error {
	startup, err := s.startup()
	if err != nil {
		return err
	}
	user := startup.Parameters["user"]
	s.Send(&pgproto3.ErrorResponse{
		Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: "28000", // invalid_authorization_specification
		Message: fmt.Sprintf("no pg_hba.conf entry for host \"%s\", user \"%s\", database \"%s\", no encryption",
			s.host(), user, cmp.Or(startup.Parameters["database"], user)),
	})
	return cmp.Or(s.Flush(), errPlaintext)
}

var errPlaintext = errors.New("postgres: the client does not use TLS, and the server requires it")
