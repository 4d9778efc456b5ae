// Package smtp is the service smtp: mail submission behind the lab's own TLS, for any scenario of the catalogue as
// smtp-ID. Clients ask for TLS with STARTTLS (RFC 3207).
//
// It takes every message from anyone and throws it away.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// Service returns the service smtp.
func Service() serve.Service {
	return serve.Service{Name: scenarios.SMTP, Scheme: "smtp", Prologue: prologue, Serve: behindTLS}
}

// Limits of a session.
const (
	maxMessage    = 1 << 20 // bytes
	maxRecipients = 100
)

// The ends of sessions in which no client was served.
var (
	errLeft      = errors.New("smtp: the client asked neither for TLS nor for anything else")
	errPlaintext = errors.New("smtp: the client does not use TLS, and the server requires it")
)

// prologue is the session in plaintext, up to STARTTLS. A client that goes on without it is served.
func prologue(conn net.Conn, _ serve.Session, p serve.Plain) (startTLS bool, err error) {
	t := newTalk(conn)
	t.offers, t.requires = !p.NoTLS, p.RequireTLS
	err = run(t)
	switch {
	case t.startTLS:
		return true, nil
	case t.refused:
		return false, errPlaintext
	case t.asked:
		return false, nil
	case t.failure != io.EOF && t.failure != nil:
		return false, t.failure
	case err != nil:
		return false, err
	}
	return false, errLeft
}

// behindTLS is the session after STARTTLS, which begins without a greeting (RFC 3207, section 4.2). The client counts as
// served once it was answered.
func behindTLS(conn net.Conn, _ serve.Session) error {
	t := newTalk(conn)
	t.mute = true
	err := run(t)
	if t.answered {
		return nil
	}
	if t.failure != nil {
		return t.failure
	}
	return err
}

// run lets the library serve one connection, and returns when that has ended.
func run(t *talk) error {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return new(session), nil }))
	s.Domain, s.AllowInsecureAuth = "tlslab", true // the library does not know that TLS is there already
	s.MaxMessageBytes, s.MaxRecipients = maxMessage, maxRecipients
	s.ErrorLog = log.New(io.Discard, "", 0)
	if t.offers {
		s.TLSConfig = new(tls.Config) // only so that STARTTLS is offered: talk answers it
	}
	err := s.Serve(&once{conn: t})
	s.Shutdown(context.Background()) // waits: after QUIT the library closes the connection before it ends
	if errors.Is(err, errServed) {
		return nil
	}
	return err
}

// session takes every message.
type session struct{}

// Reset implements smtp.Session.
func (*session) Reset() {}

// Logout implements smtp.Session.
func (*session) Logout() error { return nil }

// Mail implements smtp.Session.
func (*session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (*session) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data implements smtp.Session.
func (*session) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// AuthMechanisms implements smtp.AuthSession.
func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession. Every password is right.
func (*session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(string, string, string) error { return nil }), nil
}
