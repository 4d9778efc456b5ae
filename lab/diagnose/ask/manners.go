package ask

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"slices"

	"example.com/tlslab/lab/wire"
)

// manners sums up the attempts.
func manners(s *Seen) Manners {
	var m Manners
	for i := range s.Attempts {
		t := &s.Attempts[i]
		if t.Version == 0 {
			continue
		}
		add(&m.Versions, t.Version)
		if t.Version < tls.VersionTLS13 {
			add(&m.Suites, t.CipherSuite)
		}
		if t.Group != 0 {
			add(&m.Groups, t.Group)
		}
		if t.Protocol != "" && t.Protocol != foreignProtocol {
			add(&m.Protocols, t.Protocol)
		}
		m.Tickets = m.Tickets || t.Tickets
		judgeRequest(t)
	}
	slices.Sort(m.Versions)
	ordinary, noSNI := named(s.Attempts, nameOrdinary), named(s.Attempts, nameNoSNI)
	m.ClientAuth = clientAuth(s.Attempts)
	for _, t := range s.Attempts { // one attempt shows it, and it holds for all
		if t.Request != nil {
			t.Request.Required = m.ClientAuth == tls.RequireAnyClientCert
		}
	}
	m.RefusesOthers = refusesOthers(s.Attempts)
	m.RequiresSNI = ordinary.Version != 0 && noSNI.Name != "" && noSNI.Version == 0 && noSNI.answered()
	if noSNI.Version != 0 && len(noSNI.Certificates) > 0 {
		if with := certificates(s.Attempts); len(with) > 0 && !slices.EqualFunc(with, noSNI.Certificates, bytes.Equal) {
			m.OtherWithoutSNI = noSNI.Certificates
		}
	}
	m.Intolerant = intolerant(s.Attempts)
	return m
}

func add[T comparable](list *[]T, v T) {
	if !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}

// answered reports whether a handshake ended by the server's doing.
func (t *Attempt) answered() bool {
	return t.End == EndAlert || t.End == EndClosed || t.End == EndReset
}

// certificates returns the chain of the first attempt that names the server and got one.
func certificates(all []Attempt) [][]byte {
	for _, t := range all {
		if t.Name != nameNoSNI && len(t.Certificates) > 0 && t.Hello != nil && t.Hello.ServerName != "" {
			return t.Certificates
		}
	}
	return nil
}

// refusals are the alerts by which servers refuse clients without a certificate: TLS 1.3's own, and those of TLS 1.2,
// which has none for it (RFC 5246, section 7.4.6).
var refusals = []wire.AlertCode{
	wire.AlertCertificateRequired, wire.AlertBadCertificate, wire.AlertHandshakeFailure, wire.AlertNoCertificate,
	wire.AlertCertificateUnknown, wire.AlertUnknownCA, wire.AlertAccessDenied,
}

// judgeRequest sets whether the server requires a certificate: it asked for one, got none, and ended the connection, or
// answered the request with status 400, as nginx does (ngx_http_ssl_module, "Error Processing").
func judgeRequest(t *Attempt) {
	if t.Request == nil || t.withCertificate {
		return
	}
	refused := t.Alert != nil && slices.Contains(refusals, t.Alert.Code)
	t.Request.Required = refused || t.dropped() || t.status() == http.StatusBadRequest
}

// dropped reports whether the server asked for a certificate, got none, and ended the connection without an alert. A
// TLS 1.2 handshake that is complete has been accepted; one of TLS 1.3 may still be refused.
func (t *Attempt) dropped() bool {
	accepted := t.Complete && t.Version < tls.VersionTLS13
	return t.Request != nil && !t.withCertificate && t.completing && !accepted && !t.Answered &&
		(t.End == EndClosed || t.End == EndReset)
}

// clientAuth returns whether the server asks for a client certificate, and whether it insists.
func clientAuth(all []Attempt) tls.ClientAuthType {
	auth := tls.NoClientCert
	// A server that does not speak HTTP may end the connection because of the request. One that waits when it is sent
	// nothing does not insist on a certificate: mongod 6.0.
	quiet := named(all, nameAnonymous)
	waits := quiet.Complete && quiet.Request != nil && !quiet.Request.Required
	for _, t := range all {
		switch {
		case t.Request == nil:
		case t.Name == nameOrdinary && waits && t.dropped():
			auth = tls.RequestClientCert
		case t.Request.Required:
			return tls.RequireAnyClientCert
		default:
			auth = tls.RequestClientCert
		}
	}
	return auth
}

// refusesOthers reports whether the server refuses clients that offer only protocols that it does not have.
func refusesOthers(all []Attempt) bool {
	foreign := named(all, nameForeignALPN)
	return foreign.Version == 0 && foreign.Alert != nil && foreign.Alert.Code == wire.AlertNoApplicationProtocol
}

// intolerant returns what in the ordinary hello the server cannot stand, as names of attempts.
func intolerant(all []Attempt) []string {
	ordinary, small := named(all, nameOrdinary), named(all, nameSmall)
	tls12, big := named(all, nameTLS12), named(all, nameBig)
	var found []string
	fails := func(t Attempt) bool { return t.Name != "" && t.Version == 0 && t.ends() }
	if fails(small) && tls12.Version == tls.VersionTLS12 && offers(small, tls12.CipherSuite) {
		found = append(found, nameTLS13)
	}
	switch {
	case small.Version == 0:
	case fails(big):
		found = append(found, nameBig)
	case fails(ordinary) && big.Version != 0 &&
		(ordinary.Alert == nil || ordinary.Alert.Code != wire.AlertNoApplicationProtocol):
		found = append(found, namePostQuantum)
	}
	return found
}

// ends reports whether the server, and not this side, ended a handshake, or let it hang.
func (t *Attempt) ends() bool { return t.answered() || t.End == EndTimeout }

// offers reports whether an attempt offered a cipher suite.
func offers(t Attempt, suite uint16) bool {
	return t.Hello != nil && slices.Contains(t.Hello.CipherSuites, wire.CipherSuiteName(suite))
}
