package ask

import (
	"crypto/tls"
	"net"
	"slices"

	"example.com/tlslab/lab/diagnose/ask/flight"
)

// planned is an entry of the table of attempts.
type planned struct {
	name string
	what string // for people: what the attempt finds out
	// light says that it is made for Target.Light, too.
	light bool
	// identifies says that it is made early if nothing answers the ordinary hello.
	identifies bool
	// times is how often it is repeated at most, with what next changes. Zero means once.
	times int
	next  func(a *asker, p *planned, before []Attempt) bool
	// when says whether it is worth making. Nil means always.
	when func(*asker) bool
	// One of these says what is done: a probe in plaintext, a hello of our own that is not completed, or changes to the
	// configuration of a whole handshake.
	probe     func(*asker, net.Conn)
	offer     *flight.Offer
	configure func(Target, *tls.Config)
}

// Names of attempts that others refer to.
const (
	nameOrdinary    = "ordinary"
	nameNoSNI       = "no-sni"
	nameTLS12       = "tls1.2"
	nameTLS13       = "tls1.3"
	nameSmall       = "small-hello"
	nameBig         = "big-hello"
	namePostQuantum = "post-quantum"
	nameNoALPN      = "no-alpn"
	nameForeignALPN = "foreign-alpn"
	nameAnonymous   = "no-certificate"
)

// foreignProtocol is a protocol that no server has.
const foreignProtocol = "tlslab-no-such-protocol"

// bigHello is more than a TCP segment on Ethernet holds.
const bigHello = 1800

// classical are the groups without post-quantum ones, whose key shares fill a segment.
var classical = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// table lists the attempts, in the order in which they are reported. The first one is that of an ordinary client: TLS
// 1.2 and 1.3 as crypto/tls offers them, with SNI and ALPN. The others have no ALPN unless that is their point, so that
// a server that refuses a protocol still shows the rest.
var table = []planned{
	{name: nameOrdinary, what: "the handshake of a current client, and one polite request", light: true,
		configure: func(t Target, c *tls.Config) { c.NextProtos = t.protocols() }},
	{name: nameSmall, what: "the same in a hello that fits into one packet", identifies: true,
		configure: func(_ Target, c *tls.Config) { c.CurvePreferences = classical }},
	{name: nameTLS12, what: "TLS 1.2 alone, with every cipher suite", light: true, identifies: true,
		offer: &flight.Offer{Version: tls.VersionTLS12, Suites: flight.Suites, Groups: classical}},
	{name: "http", what: "does it speak HTTP without TLS", identifies: true, probe: (*asker).probeHTTP},
	{name: "postgres", what: "does it speak PostgreSQL", identifies: true, probe: (*asker).probePostgres},
	{name: nameNoSNI, what: "without a server name", light: true,
		when:      func(a *asker) bool { return a.target.serverName() != "" },
		configure: func(_ Target, c *tls.Config) { c.ServerName = "" }},
	{name: nameTLS13, what: "TLS 1.3 alone",
		configure: func(_ Target, c *tls.Config) { c.MinVersion, c.CurvePreferences = tls.VersionTLS13, classical }},
	{name: "tls1.1", what: "TLS 1.1 alone",
		offer: &flight.Offer{Version: tls.VersionTLS11, Suites: flight.Suites, Groups: classical}},
	{name: "tls1.0", what: "TLS 1.0 alone",
		offer: &flight.Offer{Version: tls.VersionTLS10, Suites: flight.Suites, Groups: classical}},
	{name: "ssl3", what: "SSL 3.0 alone",
		offer: &flight.Offer{Version: flight.VersionSSL30, Suites: flight.Suites}},
	{name: nameBig, what: "a hello of more than one packet", offer: &flight.Offer{
		Version: tls.VersionTLS13, Min: tls.VersionTLS12, Size: bigHello,
		Suites: slices.Concat(flight.Suites13, flight.Suites), Groups: classical,
	}},
	{name: namePostQuantum, what: "X25519MLKEM768 and no other group", configure: func(_ Target, c *tls.Config) {
		c.MinVersion, c.CurvePreferences = tls.VersionTLS13, []tls.CurveID{tls.X25519MLKEM768}
	}},
	{name: nameNoALPN, what: "without ALPN", configure: func(Target, *tls.Config) {},
		when: func(a *asker) bool { return len(a.target.protocols()) > 0 }},
	{name: nameForeignALPN, what: "with a protocol in ALPN that no server has",
		configure: func(_ Target, c *tls.Config) { c.NextProtos = []string{foreignProtocol} }},
	{name: "other-alpn", what: "with the protocols that it has not chosen", next: otherProtocols},
	{name: nameAnonymous, what: "without the client certificate",
		when: func(a *asker) bool {
			ordinary := a.named(nameOrdinary)
			return a.target.Certificate != nil || ordinary.dropped()
		},
		configure: func(_ Target, c *tls.Config) { c.GetClientCertificate = noCertificate }},
	{name: "rsa-key-exchange", when: hasTLS12, what: "suites without forward secrecy",
		configure: func(_ Target, c *tls.Config) {
			c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS12
			c.CipherSuites = flight.KindRSA.Of(cryptoTLS())
		}},
	{name: "dhe", when: hasTLS12, what: "suites with DHE, and the size of its group", offer: &flight.Offer{
		Version: tls.VersionTLS12, Groups: classical, Suites: flight.KindDHE.Of(flight.Suites)}},
	{name: "broken", when: hasTLS12, what: "suites that are broken: RC4, 3DES, DES, export, anonymous",
		offer: &flight.Offer{Version: tls.VersionTLS12, Groups: classical, Suites: flight.KindBroken.Of(flight.Suites)}},
	{name: "suites", what: "which suites of TLS 1.2 it has besides the one it prefers", times: 5, next: otherSuites},
	{name: "groups", what: "which groups of TLS 1.3 it has", times: 3, when: hasTLS13,
		next: otherGroups},
}

// cryptoTLS returns all cipher suites of crypto/tls.
func cryptoTLS() []uint16 {
	var all []uint16
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		all = append(all, suite.ID)
	}
	return all
}

func noCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return &tls.Certificate{}, nil
}

// otherProtocols offers the protocols without the one that the ordinary attempt got.
func otherProtocols(a *asker, p *planned, _ []Attempt) bool {
	chosen := a.named(nameOrdinary).Protocol
	rest := slices.DeleteFunc(slices.Clone(a.target.protocols()), func(s string) bool { return s == chosen })
	p.configure = func(_ Target, c *tls.Config) { c.NextProtos = rest }
	return chosen != "" && len(rest) > 0
}

// otherSuites offers the suites of TLS 1.2 that were not chosen yet.
func otherSuites(a *asker, p *planned, before []Attempt) bool {
	chosen := func(s uint16) bool {
		return slices.ContainsFunc(append(before, a.named(nameOrdinary), a.named(nameTLS12)), func(t Attempt) bool {
			return t.CipherSuite == s
		})
	}
	rest := slices.DeleteFunc(slices.Clone(flight.Suites), chosen)
	p.offer = &flight.Offer{Version: tls.VersionTLS12, Groups: classical, Suites: rest}
	return hasTLS12(a)
}

// hasTLS12 reports whether the server answered a hello of TLS 1.2, in that version or an older one.
func hasTLS12(a *asker) bool { return a.named(nameTLS12).Version != 0 }

// hasTLS13 reports whether the server chose TLS 1.3, with what it prefers.
func hasTLS13(a *asker) bool {
	return a.named(nameOrdinary).Version == tls.VersionTLS13 || a.named(nameSmall).Version == tls.VersionTLS13
}

// otherGroups offers groups that were not chosen yet, without a key share, so that the server names one.
func otherGroups(a *asker, p *planned, before []Attempt) bool {
	rest := slices.DeleteFunc(slices.Clone(flight.Groups), func(g tls.CurveID) bool {
		return a.named(nameOrdinary).Group == g || slices.ContainsFunc(before, func(t Attempt) bool { return t.Group == g })
	})
	p.offer = &flight.Offer{Version: tls.VersionTLS13, Min: tls.VersionTLS13, Retry: true, Groups: rest,
		Suites: flight.Suites13}
	return len(rest) > 0
}

// named returns the attempt with a name, or nothing.
func (a *asker) named(name string) Attempt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return named(a.seen.Attempts, name)
}

func named(all []Attempt, name string) Attempt {
	if i := slices.IndexFunc(all, func(t Attempt) bool { return t.Name == name }); i >= 0 {
		return all[i]
	}
	return Attempt{}
}

// Step is a part of what [Server] will do.
type Step struct {
	Name        string `json:"name"`
	What        string `json:"what"`
	Connections int    `json:"connections"` // at most
}

// Plan returns what [Server] would do with a target, and with how many connections at most. Their sum can be above what
// [Server] makes: it never makes more than [MaxConnections], or 3 if the target is to be asked lightly.
func Plan(t Target) []Step {
	a := &asker{target: t, seen: &Seen{Attempts: []Attempt{
		{Name: nameOrdinary, Version: tls.VersionTLS13}, {Name: nameTLS12, Version: tls.VersionTLS12},
	}}}
	more := maxAddresses - 1
	if t.Light {
		more = lightAddresses - 1
	}
	steps := []Step{{"connect", "TCP connections to the name's further addresses", more}}
	for i := range table {
		p := &table[i]
		if t.Light && !p.light || p.when != nil && !p.when(a) {
			continue
		}
		steps = append(steps, Step{p.name, p.what, max(1, p.times)})
	}
	return steps
}

// Most returns the largest number of connections that [Server] makes to a target.
func Most(t Target) int {
	if t.Light {
		return lightConnections
	}
	return MaxConnections
}
