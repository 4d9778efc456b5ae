package diagnose_test

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// standIn makes what a server would be seen to do from what its scenario declares. It takes the place of a server and
// of package ask.
type standIn struct{ lab *lab.Lab }

func (in standIn) ask(t *testing.T, s *scenarios.Scenario) (*ask.Seen, diagnose.Roots, diagnose.Options) {
	chain, err := in.lab.Chain(s)
	require.NoError(t, err)
	now := time.Now()
	if due := chain.Due(); !due.IsZero() && now.Before(due) {
		now = due
	}
	b := &seenBuilder{s: s, chain: chain, seen: &ask.Seen{
		Target: ask.Target{Host: s.Host, Port: 443}, At: now, Speaks: "tls",
		Addresses: []ask.Address{{Address: "127.0.0.1:443", End: ask.EndOpen, Duration: time.Millisecond}},
	}}
	if c, ok := chain.ClientCertificate(); ok {
		b.seen.Target.Certificate = &c
	}
	b.build()
	roots := diagnose.Roots{Name: "root.pem"}
	for _, m := range chain.Trusted {
		roots.Certificates = append(roots.Certificates, m.DER)
	}
	options := diagnose.Options{CRLs: chain.CRLs}
	for _, p := range diagnose.Pointers(b.seen, roots) {
		options.Fetched = append(options.Fetched, fetch(t, s, chain, p))
	}
	return b.seen, roots, options
}

// fetch answers as the lab's responder and distribution point do.
func fetch(t *testing.T, s *scenarios.Scenario, chain *pki.Chain, p diagnose.Pointer) diagnose.Fetched {
	f := diagnose.Fetched{Pointer: p, Status: 200}
	var outage pki.Outage
	switch r := s.Recipe; {
	case p.Kind == diagnose.PointsToOCSP && r.Responder != nil:
		outage = r.Responder.Outage
	case p.Kind == diagnose.PointsToCRL && r.CRL != nil:
		outage = r.CRL.Outage
	}
	switch outage {
	case pki.OutageRefused:
		f.Status, f.End = 0, ask.EndRefused
		return f
	case pki.OutageSilent:
		f.Status, f.End = 0, ask.EndTimeout
		return f
	case pki.OutageUnavailable:
		f.Status = 503
		return f
	}
	c, err := x509.ParseCertificate(p.Certificate)
	require.NoError(t, err)
	switch p.Kind {
	case diagnose.PointsToOCSP:
		issuer, err := x509.ParseCertificate(p.Issuer)
		require.NoError(t, err)
		der, err := ocsp.CreateRequest(c, issuer, nil)
		require.NoError(t, err)
		request, err := ocsp.ParseRequest(der)
		require.NoError(t, err)
		f.Body, err = chain.OCSPResponse(request)
		require.NoError(t, err)
	case diagnose.PointsToCRL:
		for _, m := range chain.Path {
			if slices.Equal(m.DER, p.Certificate) {
				f.Body, _ = chain.PublishedCRL(m.Name)
			}
		}
		require.NotEmpty(t, f.Body)
	}
	return f
}

// seenBuilder builds what was seen of a scenario's server.
type seenBuilder struct {
	s     *scenarios.Scenario
	chain *pki.Chain
	seen  *ask.Seen
}

func (b *seenBuilder) build() {
	if spoil, ok := before[b.s.Server.Fault]; ok {
		spoil(b.seen)
		return
	}
	b.manners()
	a := b.good("ordinary", b.newest())
	b.seen.Attempts = []ask.Attempt{a}
	b.refuse()
	b.seen.Attempts = append(b.seen.Attempts, b.second())
	if slices.Equal(b.s.Server.Groups, []tls.CurveID{tls.X25519MLKEM768}) {
		hello := offer()
		hello.Groups, hello.KeyShares = hello.Groups[1:], hello.KeyShares[1:]
		b.seen.Attempts = append(b.seen.Attempts, ask.Attempt{
			Name: "small-hello", Hello: hello, Alert: wire.NewAlert(wire.AlertHandshakeFailure), End: ask.EndAlert,
		})
	}
	if spoil, ok := after[b.s.Server.Fault]; ok {
		spoil(b.seen, b)
	}
}

func (b *seenBuilder) oldest() uint16 { return cmp.Or(b.s.Server.MinVersion, tls.VersionTLS12) }
func (b *seenBuilder) newest() uint16 { return cmp.Or(b.s.Server.MaxVersion, tls.VersionTLS13) }

func (b *seenBuilder) manners() {
	m := &b.seen.Manners
	for v := b.oldest(); v <= b.newest(); v++ {
		m.Versions = append(m.Versions, v)
	}
	server := b.s.Server
	m.Suites = server.CipherSuites
	if m.Suites == nil && b.oldest() < tls.VersionTLS13 {
		m.Suites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	}
	m.Groups = server.Groups
	if m.Groups == nil {
		m.Groups = []tls.CurveID{tls.X25519MLKEM768, tls.X25519}
	}
	m.Protocols, m.RefusesOthers = server.Protocols, server.Protocols != nil
	m.RequiresSNI, m.ClientAuth, m.Tickets = server.RequireSNI, server.ClientAuth, true
	if name := server.DefaultCertificate; name != "" {
		if other, err := b.chain.CertificateOf(name); err == nil {
			m.OtherWithoutSNI = other.Certificate
		}
	}
}

// offer is what an ordinary client offers.
func offer() *wire.ClientHello {
	return &wire.ClientHello{
		Versions: []string{"TLS 1.3", "TLS 1.2"}, Groups: []string{"X25519MLKEM768", "x25519", "secp384r1"},
		KeyShares: []string{"X25519MLKEM768", "x25519"}, Protocols: []string{"h2", "http/1.1"}, Size: 1700,
	}
}

// good is a handshake that succeeds.
func (b *seenBuilder) good(name string, version uint16) ask.Attempt {
	sent := b.chain.TLSCertificate()
	if b.s.Host == "127.0.0.1" && len(b.seen.Manners.OtherWithoutSNI) > 0 {
		sent.Certificate = b.seen.Manners.OtherWithoutSNI
	}
	proven := b.chain.HoldsKey()
	a := ask.Attempt{
		Name: name, Hello: offer(), Version: version, Certificates: sent.Certificate, Staple: sent.OCSPStaple,
		KeyProven: &proven, Complete: true, Answered: true, End: ask.EndOpen, Duration: 10 * time.Millisecond,
		SecureRenegotiation: version <= tls.VersionTLS12, Response: []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
	}
	if version == tls.VersionTLS13 {
		a.Group = b.seen.Manners.Groups[0]
		a.HelloRetry = !slices.Contains(a.Hello.KeyShares, wire.GroupName(a.Group))
	} else if len(b.seen.Manners.Suites) > 0 {
		a.CipherSuite = b.seen.Manners.Suites[0]
	}
	if b.s.Server.ClientAuth != tls.NoClientCert {
		a.Request = &ask.Request{
			Required: b.s.Server.ClientAuth == tls.RequireAndVerifyClientCert,
			CANames:  [][]byte{b.chain.Trusted[0].Cert.RawSubject},
		}
	}
	return a
}

// refuse makes the first handshake fail, if an ordinary client's does.
func (b *seenBuilder) refuse() {
	a := &b.seen.Attempts[0]
	refused := func(code wire.AlertCode) {
		a.Alert, a.End, a.Complete, a.Answered, a.Response = wire.NewAlert(code), ask.EndAlert, false, false, nil
	}
	early := func(code wire.AlertCode) {
		refused(code)
		a.Version, a.Group, a.CipherSuite, a.Certificates, a.KeyProven = 0, 0, 0, nil, nil
	}
	server, own := b.s.Server, b.seen.Target.Certificate
	weak := slices.ContainsFunc(server.CipherSuites, func(id uint16) bool {
		return id == tls.TLS_RSA_WITH_AES_128_GCM_SHA256 || id == tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA ||
			id == tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA
	})
	byAddress := b.s.Host == "127.0.0.1"
	switch {
	case b.newest() < tls.VersionTLS12:
		early(wire.AlertProtocolVersion)
	case weak:
		early(wire.AlertHandshakeFailure)
	case server.Protocols != nil:
		early(wire.AlertNoApplicationProtocol)
	case server.RequireSNI && byAddress:
		early(wire.AlertUnrecognizedName)
	case server.ClientAuth == tls.RequireAndVerifyClientCert && own == nil && b.newest() == tls.VersionTLS12:
		refused(wire.AlertHandshakeFailure)
	case server.ClientAuth == tls.RequireAndVerifyClientCert && own == nil:
		refused(wire.AlertCertificateRequired)
	case own != nil && b.s.Expect.Verdict == scenarios.Reject && b.s.Setup == scenarios.Setup{}:
		refused(wire.AlertBadCertificate)
	}
}

// second is a handshake without TLS 1.3, and with all that the server wants. A server with nothing but TLS 1.3 refuses.
func (b *seenBuilder) second() ask.Attempt {
	if b.oldest() < tls.VersionTLS13 {
		a := b.good("tls1.2", min(tls.VersionTLS12, b.newest()))
		if b.s.Server.RequireSNI && b.s.Host == "127.0.0.1" {
			a.Certificates, a.Complete = nil, false
		}
		return a
	}
	hello := offer()
	hello.Versions, hello.Groups = []string{"TLS 1.2"}, []string{"x25519", "secp384r1"}
	return ask.Attempt{Name: "tls1.2", Hello: hello, Alert: wire.NewAlert(wire.AlertProtocolVersion), End: ask.EndAlert}
}

// silence is what a server speaks that says nothing, by how the connection ends.
var silence = map[ask.End]string{
	ask.EndTimeout: "silent", ask.EndClosed: "closes", ask.EndReset: "resets", ask.EndNotTLS: "garbage",
}

// failed is an attempt that came to nothing.
func failed(end ask.End, change func(*ask.Attempt)) func(*ask.Seen) {
	return func(s *ask.Seen) {
		a := ask.Attempt{Name: "ordinary", Hello: offer(), End: end, Duration: 20 * time.Millisecond}
		if change != nil {
			change(&a)
		}
		if spoken, ok := silence[end]; ok && a.Version == 0 {
			s.Speaks = spoken
		}
		s.Attempts = []ask.Attempt{a}
	}
}

func unconnected(end ask.End) func(*ask.Seen) {
	return func(s *ask.Seen) { s.Speaks, s.Addresses[0].End = "", end }
}

func speaks(what, greeting string) func(*ask.Seen) {
	return func(s *ask.Seen) { s.Speaks, s.Greeting = what, []byte(greeting) }
}

// before is what is seen of servers with whom no handshake is completed.
var before = map[scenarios.Fault]func(*ask.Seen){
	scenarios.FaultUnresolved: func(s *ask.Seen) {
		s.Resolved.Error, s.Addresses, s.Speaks = "no such host", nil, ""
	},
	scenarios.FaultRefused:         unconnected(ask.EndRefused),
	scenarios.FaultSYNDropped:      unconnected(ask.EndTimeout),
	scenarios.FaultResetOnAccept:   failed(ask.EndReset, nil),
	scenarios.FaultResetAfterHello: failed(ask.EndReset, nil),
	scenarios.FaultCloseAfterHello: failed(ask.EndClosed, nil),
	scenarios.FaultSilent:          failed(ask.EndTimeout, nil),
	scenarios.FaultStalledCertificate: failed(ask.EndTimeout, func(a *ask.Attempt) {
		a.Version = tls.VersionTLS12
	}),
	scenarios.FaultPlainHTTP:   speaks("http", "HTTP/1.1 400 Bad Request\r\n"),
	scenarios.FaultBannerSSH:   speaks("ssh", "SSH-2.0-OpenSSH_9.2p1\r\n"),
	scenarios.FaultBannerMySQL: speaks("mysql", "J\x00\x00\x00\x0a8.0.36\x00"),
	scenarios.FaultGarbage:     failed(ask.EndNotTLS, func(a *ask.Attempt) { a.First = []byte("\x9e\x8fxyz") }),
	scenarios.FaultOversizedRecord: failed(ask.EndInvalid, func(a *ask.Attempt) {
		a.Error = "a record of 65535 bytes: the maximum is 18432"
	}),
	scenarios.FaultShortRecord: func(s *ask.Seen) {
		failed(ask.EndClosed, nil)(s)
		s.Speaks = "tls"
	},
	scenarios.FaultSSL3: failed(ask.EndInvalid, func(a *ask.Attempt) { a.Version = 0x0300 }),
	scenarios.FaultInternalError: failed(ask.EndAlert, func(a *ask.Attempt) {
		a.Alert = wire.NewAlert(wire.AlertInternalError)
	}),
}

// after changes what is seen of a server that completes some handshakes.
var after = map[scenarios.Fault]func(*ask.Seen, *seenBuilder){
	scenarios.FaultResetAfterCertificate: func(s *ask.Seen, _ *seenBuilder) {
		for i := range s.Attempts {
			a := &s.Attempts[i]
			a.Complete, a.Answered, a.KeyProven, a.End, a.Response = false, false, nil, ask.EndReset, nil
		}
	},
	scenarios.FaultSlow: func(s *ask.Seen, _ *seenBuilder) {
		for i := range s.Attempts {
			s.Attempts[i].Duration = 700 * time.Millisecond
		}
	},
	scenarios.FaultTruncatedResponse: func(s *ask.Seen, _ *seenBuilder) {
		a := &s.Attempts[0]
		a.Response, a.Answered, a.End = []byte("HTTP/1.1 200 OK\r\nContent-"), false, ask.EndClosed
	},
	scenarios.FaultVersionIntolerant: func(s *ask.Seen, _ *seenBuilder) {
		s.Attempts[0] = ask.Attempt{Name: "ordinary", Hello: offer(), End: ask.EndClosed}
		s.Manners.Intolerant = []string{"tls1.3"}
	},
	scenarios.FaultOneSegment: func(s *ask.Seen, b *seenBuilder) {
		s.Attempts[0] = ask.Attempt{Name: "ordinary", Hello: offer(), End: ask.EndReset}
		s.Attempts = append(s.Attempts, b.good("small-hello", tls.VersionTLS13))
		s.Manners.Intolerant = []string{"big-hello", "post-quantum"}
	},
	scenarios.FaultSmallDH: func(s *ask.Seen, _ *seenBuilder) {
		s.Attempts[0] = ask.Attempt{
			Name: "ordinary", Hello: offer(), Alert: wire.NewAlert(wire.AlertHandshakeFailure), End: ask.EndAlert,
		}
		s.Attempts[1].DHBits, s.Attempts[1].CipherSuite = 1024, 0x009E
		s.Manners.Suites = []uint16{0x009E}
	},
	scenarios.FaultLegacyRenegotiation: func(s *ask.Seen, _ *seenBuilder) {
		for i := range s.Attempts {
			s.Attempts[i].SecureRenegotiation = false
		}
	},
}
