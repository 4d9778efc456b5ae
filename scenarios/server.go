package scenarios

import (
	"crypto/tls"

	"example.com/tlslab/pki"
)

// Server says how a scenario's server differs from a good one. A good server speaks TLS 1.2 and 1.3 with
// crypto/tls's defaults and asks for no client certificate. Its zero value is the good server. Numbers
// are as in crypto/tls.
type Server struct {
	MinVersion uint16 `json:"min_version,omitempty"` // zero means tls.VersionTLS12
	MaxVersion uint16 `json:"max_version,omitempty"` // zero means tls.VersionTLS13
	// of TLS 1.2 and below; nil means crypto/tls's defaults
	CipherSuites []uint16      `json:"cipher_suites,omitempty"`
	Groups       []tls.CurveID `json:"groups,omitempty"` // key exchange groups; nil means crypto/tls's defaults
	// ClientAuth says whether a client certificate is requested or required.
	ClientAuth tls.ClientAuthType `json:"client_auth,omitempty"`
	// CANames are the names of CAs in the request for a client certificate (RFC 8446, section 4.2.4; RFC 5246,
	// section 7.4.4). Nil means those of the CAs that the server trusts. Empty but not nil means no names, which
	// lets clients send any certificate. What the server accepts does not depend on them, but if the CAs that it
	// trusts are not among them, it refuses every bad certificate with alert bad_certificate.
	CANames []CAName `json:"ca_names,omitzero"`
	// CheckRevocation makes the server check client certificates against the CRL of the CA that issued its
	// own certificate.
	CheckRevocation bool `json:"check_revocation,omitempty"`
	// Protocols are the protocols that the server offers in ALPN (RFC 7301). It refuses clients that offer
	// only others. Nil means the service's protocols, and refuses no client.
	Protocols []string `json:"protocols,omitempty"`
	// RequireSNI makes the server refuse clients whose SNI does not name a host in the leaf, with alert
	// unrecognized_name (RFC 6066, section 3).
	RequireSNI bool `json:"require_sni,omitempty"`
	// DefaultCertificate names the certificate in Recipe.Others that the server presents to clients that send
	// no SNI. Empty means the leaf.
	DefaultCertificate string `json:"default_certificate,omitempty"`
	// Tickets makes the server send session tickets and resume sessions (RFC 8446, section 4.6.1; RFC 5077). A
	// client that resumes a session does not verify the certificate again. Without it, every handshake is a full
	// one.
	Tickets bool `json:"tickets,omitempty"`
	// Fault is a behaviour that crypto/tls cannot or will not produce.
	Fault Fault `json:"fault,omitempty"`
}

// CAName is the name of a CA in a request for a client certificate.
type CAName struct {
	// Of names a certificate of the recipe, such as "root", whose subject it is.
	Of string `json:"of,omitzero"`
	// Subject is the name of any other CA, if Of is empty.
	Subject []pki.Attribute `json:"subject,omitzero"`
}

// Fault is something that a server does wrong, below TLS or in the handshake.
type Fault string

// Address faults: no connection is ever accepted.
const (
	// FaultUnresolved makes the client look up the host, which does not resolve.
	FaultUnresolved Fault = "unresolved"
	// FaultRefused reserves the port without listening on it.
	FaultRefused Fault = "refused"
	// FaultSYNDropped listens with a full accept queue, so that the system drops further SYNs, as a firewall
	// does. Not all systems support this: see serve.Start.
	FaultSYNDropped Fault = "syn-dropped"
)

// TCP faults.
const (
	// FaultResetOnAccept resets every connection at the first byte it receives.
	FaultResetOnAccept Fault = "reset-on-accept"
	// FaultResetAfterHello reads the whole ClientHello and resets the connection.
	FaultResetAfterHello Fault = "reset-after-hello"
	// FaultResetAfterCertificate sends ServerHello and Certificate and then resets the connection. It needs
	// TLS 1.2, because later versions encrypt the Certificate message.
	FaultResetAfterCertificate Fault = "reset-after-certificate"
	// FaultCloseAfterHello reads the whole ClientHello and closes the connection.
	FaultCloseAfterHello Fault = "close-after-hello"
	// FaultSilent accepts, reads and never answers.
	FaultSilent Fault = "silent"
	// FaultStalledCertificate stops in the middle of the Certificate message and leaves the connection open.
	// It needs TLS 1.2, for the same reason as FaultResetAfterCertificate.
	FaultStalledCertificate Fault = "stalled-certificate"
	// FaultSlow delays every record by a tenth of a second.
	FaultSlow Fault = "slow"
	// FaultTruncatedResponse closes the connection in the middle of the response, without close_notify (RFC
	// 8446, section 6.1).
	FaultTruncatedResponse Fault = "truncated-response"
)

// Data faults: bytes that are not TLS, or are not a valid record.
const (
	// FaultPlainHTTP answers the ClientHello with an HTTP error in plaintext, as a web server does on a port
	// without TLS.
	FaultPlainHTTP Fault = "plain-http"
	// FaultBannerSSH sends a banner before the client sends anything, as an SSH server does (RFC 4253,
	// section 4.2).
	FaultBannerSSH Fault = "banner-ssh"
	// FaultBannerMySQL sends a greeting before the client sends anything, as a MySQL server does.
	FaultBannerMySQL Fault = "banner-mysql"
	// FaultGarbage answers the ClientHello with meaningless bytes.
	FaultGarbage Fault = "garbage"
	// FaultOversizedRecord answers with a record that exceeds the maximum length (RFC 8446, section 5.2).
	FaultOversizedRecord Fault = "oversized-record"
	// FaultShortRecord closes the connection in the middle of its first record.
	FaultShortRecord Fault = "short-record"
)

// Faults in the step from plaintext to TLS. All but FaultPlainService need a service in which clients ask for TLS in
// plaintext: STARTTLS, or its counterpart in a database.
const (
	// FaultSTARTTLSNotOffered offers no TLS, and serves clients in plaintext.
	FaultSTARTTLSNotOffered Fault = "starttls-not-offered"
	// FaultTLSRequired offers TLS, and refuses clients that go on without it. Other servers of such services serve
	// clients in plaintext, too.
	FaultTLSRequired Fault = "tls-required"
	// FaultTLSAtOnce waits for a ClientHello and does not speak the service's protocol in plaintext.
	FaultTLSAtOnce Fault = "tls-at-once"
	// FaultNoDirectTLS refuses clients that begin TLS without asking for it, although the service allows that.
	FaultNoDirectTLS Fault = "no-direct-tls"
	// FaultPlainService speaks the service's protocol without TLS, although its clients begin TLS at once.
	FaultPlainService Fault = "plain-service"
)

// Handshake faults.
const (
	// FaultSSL3 answers the ClientHello with an SSL 3.0 ServerHello (RFC 6101).
	FaultSSL3 Fault = "ssl3"
	// FaultInternalError answers the ClientHello with alert internal_error (RFC 8446,
	// section 6.2).
	FaultInternalError Fault = "internal-error"
	// FaultVersionIntolerant closes the connection if the ClientHello offers TLS 1.3, and serves other
	// clients.
	FaultVersionIntolerant Fault = "version-intolerant"
	// FaultOneSegment resets the connection if the ClientHello does not fit into one TCP segment on Ethernet
	// (1,460 bytes), and serves other clients.
	FaultOneSegment Fault = "one-segment"
	// FaultSmallDH offers only TLS 1.2 with DHE in a group of 1,024 bits. The leaf's key must be RSA.
	FaultSmallDH Fault = "small-dh"
	// FaultLegacyRenegotiation speaks TLS 1.2 and answers without renegotiation_info (RFC 5746, section 3.6).
	FaultLegacyRenegotiation Fault = "legacy-renegotiation"
)
