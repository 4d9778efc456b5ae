package ask

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"example.com/tlslab/lab/diagnose/ask/flight"
	"example.com/tlslab/lab/wire"
)

// config returns the configuration of a client that accepts every certificate: nothing is sent that would need a
// server that is known to be the right one.
func (a *asker) config(p *planned, log *bytes.Buffer, tickets *tickets) *tls.Config {
	c := &tls.Config{
		ServerName:         a.target.serverName(),
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS12,
		KeyLogWriter:       log,
		ClientSessionCache: tickets,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if a.target.Certificate != nil {
				return a.target.Certificate, nil
			}
			return &tls.Certificate{}, nil
		},
	}
	p.configure(a.target, c)
	if c.CurvePreferences == nil && p.name != nameOrdinary && a.named(nameOrdinary).Version == 0 {
		c.CurvePreferences = classical // in case the ordinary hello was too big
	}
	return c
}

// tickets is a cache of sessions that has none, and notes whether it was given one.
type tickets struct{ seen atomic.Bool }

// Get implements tls.ClientSessionCache.
func (t *tickets) Get(string) (*tls.ClientSessionState, bool) { return nil, false }

// Put implements tls.ClientSessionCache.
func (t *tickets) Put(_ string, s *tls.ClientSessionState) { t.seen.Store(t.seen.Load() || s != nil) }

// complete does a whole handshake with crypto/tls. What crypto/tls does not tell, or refuses, is read from the bytes
// that passed.
func (a *asker) complete(raw net.Conn, p *planned, attempt *Attempt) {
	var log bytes.Buffer
	var session tickets
	tapped := &tap{Conn: raw}
	c := tls.Client(tapped, a.config(p, &log, &session))
	begun := time.Now()
	err := c.Handshake() // the connection ends with the context
	took := time.Since(begun)
	r := flight.New(tapped.sent, serverSecret(log.String()))
	r.Feed(tapped.received)
	if err != nil && remoteAlert(err) == nil {
		tapped.drain(r, true) // what crypto/tls did not read because it refused what came before
	}
	tapped.off = true
	attempt.fill(&r.Flight)
	attempt.Hello = flight.Hello(tapped.sent)
	attempt.completing = true
	attempt.withCertificate = a.target.Certificate != nil && p.name != nameAnonymous
	if err != nil {
		attempt.ended(&r.Flight, tapped, err)
		return
	}
	state := c.ConnectionState()
	proven := true // crypto/tls has checked the signature, or that the server can decrypt
	attempt.Complete, attempt.KeyProven = true, &proven
	attempt.Protocol, attempt.Group, attempt.HelloRetry = state.NegotiatedProtocol, state.CurveID, state.HelloRetryRequest
	attempt.End = EndOpen
	a.after(raw, c, tapped, p, attempt, took)
	attempt.Tickets = session.seen.Load()
}

// serverSecret returns the secret of the server's part of the handshake in a key log, or nil.
func serverSecret(log string) []byte {
	for line := range strings.Lines(log) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "SERVER_HANDSHAKE_TRAFFIC_SECRET" {
			if secret, err := hex.DecodeString(fields[2]); err == nil {
				return secret
			}
		}
	}
	return nil
}

// raw sends a hello of our own and reads the answer. The handshake is not completed.
func (a *asker) raw(c net.Conn, p *planned, attempt *Attempt) {
	offer := *p.offer
	offer.ServerName = a.target.serverName()
	hello, err := offer.Records()
	if err != nil {
		attempt.End, attempt.Error = EndInvalid, err.Error()
		return
	}
	attempt.Hello = flight.Hello(hello)
	tapped := &tap{Conn: c, off: true}
	r := flight.New(hello, nil)
	if _, err = tapped.Write(hello); err == nil || tapped.err == nil {
		tapped.drain(r, false)
	}
	if r.Done && !r.Fatal && r.Begun { // a polite end (RFC 8446, section 6.1)
		var end []byte
		for _, code := range []wire.AlertCode{wire.AlertUserCanceled, wire.AlertCloseNotify} {
			end = wire.AppendRecord(end, wire.RecordAlert, min(offer.Version, tls.VersionTLS12),
				[]byte{wire.LevelWarning, byte(code)})
		}
		c.Write(end)
	}
	attempt.fill(&r.Flight)
	attempt.ended(&r.Flight, tapped, nil)
}

// fill sets what a flight tells.
func (t *Attempt) fill(f *flight.Flight) {
	if f.Hello != nil {
		t.Version, t.CipherSuite = f.Hello.Version, f.Hello.CipherSuite
		t.SecureRenegotiation = f.Hello.SecureRenegotiation
	}
	for _, m := range f.Messages {
		t.Messages = append(t.Messages, m.String())
	}
	if f.Partial != nil {
		t.Partial = f.Partial.String()
	}
	t.Group, t.DHBits, t.Protocol, t.Signature = f.Group, f.DHBits, f.Protocol, f.Scheme
	t.HelloRetry = f.Retry != 0
	t.Certificates, t.MoreCertificates, t.Staple = f.Certificates, f.More, f.Staple
	t.KeyProven = f.Proven
	if f.Request != nil {
		t.Request = &Request{CANames: f.Request.CANames, MoreCANames: f.Request.More, Algorithms: f.Request.Algorithms}
	}
	t.First, t.tls = f.First, f.Begun
}

// ended sets how a handshake ended that was not completed. err is crypto/tls's error, or nil.
func (t *Attempt) ended(f *flight.Flight, tapped *tap, err error) {
	t.Alert = f.Alert
	if t.Alert == nil {
		t.Alert = remoteAlert(err)
	}
	switch {
	case len(f.First) > 0:
		t.End, t.Error = EndNotTLS, ""
	case t.Alert != nil && (f.Fatal || err != nil || tapped.err != nil):
		t.End, t.Error = EndAlert, ""
		if err != nil {
			t.Error = err.Error()
		}
	case f.Err != nil:
		t.End, t.Error = EndInvalid, f.Err.Error()
	case errors.Is(tapped.err, errTooMuch):
		t.End, t.Error = EndInvalid, errTooMuch.Error()
	case err != nil && !isTransport(err): // crypto/tls refused something
		t.End, t.Error = EndInvalid, err.Error()
	case tapped.err != nil && !f.Done:
		t.End, t.Error = endOf(tapped.err), tapped.err.Error()
	case err != nil:
		t.End, t.Error = endOf(err), err.Error()
	default:
		t.End = EndOpen
	}
}

// isTransport reports whether an error is about the connection, and not about what came over it.
func isTransport(err error) bool {
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// remoteAlert returns the server's alert that crypto/tls reports in err, or nil. The alert's type is not exported, but
// its text is the same as that of the exported tls.AlertError.
func remoteAlert(err error) *wire.Alert {
	e, ok := errors.AsType[*net.OpError](err)
	if !ok || e.Op != "remote error" {
		return nil
	}
	text := e.Err.Error()
	for code := range 256 {
		if tls.AlertError(code).Error() == text {
			return wire.NewAlert(wire.AlertCode(code))
		}
	}
	return nil
}
