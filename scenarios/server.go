package scenarios

import "crypto/tls"

// Server says how a scenario's server behaves, as far as it differs from a good
// one: TLS 1.2 and 1.3 with crypto/tls's defaults, and no client certificate. The
// zero Server is the good one. Values are those of crypto/tls.
type Server struct {
	MinVersion   uint16             `json:"min_version,omitempty"`   // tls.VersionTLS12 if zero
	MaxVersion   uint16             `json:"max_version,omitempty"`   // tls.VersionTLS13 if zero
	CipherSuites []uint16           `json:"cipher_suites,omitempty"` // of TLS 1.2 and below; crypto/tls's own if nil
	Groups       []tls.CurveID      `json:"groups,omitempty"`        // key exchange groups; crypto/tls's own if nil
	ClientAuth   tls.ClientAuthType `json:"client_auth,omitempty"`   // whether a client certificate is asked for or demanded
	// CheckRevocation has the server look client certificates up in the CRL of the CA that
	// issued its own.
	CheckRevocation bool `json:"check_revocation,omitempty"`
	// Protocols are what it offers in ALPN (RFC 7301), and it refuses clients that offer only others.
	// If nil they are those of the service behind it, and nobody is refused.
	Protocols []string `json:"protocols,omitempty"`
	// RequireSNI has it refuse, with alert unrecognized_name (RFC 6066, section 3), who does
	// not name in SNI a host that the leaf is for.
	RequireSNI bool `json:"require_sni,omitempty"`
	// DefaultCertificate names the certificate, one of Recipe.Others, that it presents to who
	// sends no SNI; the leaf if empty.
	DefaultCertificate string `json:"default_certificate,omitempty"`
	// Fault is what it does that crypto/tls cannot or will not do.
	Fault Fault `json:"fault,omitempty"`
}

// Fault is something that a server does wrong, below or beside TLS.
type Fault string

// Faults of the address: no connection is ever accepted.
const (
	// FaultUnresolved leaves the client to look the host up by itself, in vain.
	FaultUnresolved Fault = "unresolved"
	// FaultRefused holds the port and does not listen on it.
	FaultRefused Fault = "refused"
	// FaultSYNDropped listens with an accept queue that is full, so that the system drops
	// every further SYN, as a firewall does. Only some systems can be made to: see
	// serve.Start.
	FaultSYNDropped Fault = "syn-dropped"
)

// Faults of the TCP connection.
const (
	// FaultResetOnAccept resets every connection at the first byte that comes.
	FaultResetOnAccept Fault = "reset-on-accept"
	// FaultResetAfterHello reads the whole ClientHello and resets the connection.
	FaultResetAfterHello Fault = "reset-after-hello"
	// FaultResetAfterCertificate sends its ServerHello and Certificate, and resets the
	// connection. It needs TLS 1.2: later versions encrypt what is to be told apart.
	FaultResetAfterCertificate Fault = "reset-after-certificate"
	// FaultCloseAfterHello reads the whole ClientHello and closes the connection.
	FaultCloseAfterHello Fault = "close-after-hello"
	// FaultSilent accepts, reads and never answers.
	FaultSilent Fault = "silent"
	// FaultStalledCertificate stops in the middle of the Certificate message and leaves the
	// connection open. It needs TLS 1.2, as FaultResetAfterCertificate does.
	FaultStalledCertificate Fault = "stalled-certificate"
	// FaultSlow sends every record a tenth of a second late.
	FaultSlow Fault = "slow"
	// FaultTruncatedResponse closes the connection in the middle of the answer, without
	// close_notify (RFC 8446, section 6.1).
	FaultTruncatedResponse Fault = "truncated-response"
)

// Faults of what is said: bytes that are not TLS, or not a record.
const (
	// FaultPlainHTTP answers the ClientHello with an HTTP error in plaintext, as a web
	// server does on a port without TLS.
	FaultPlainHTTP Fault = "plain-http"
	// FaultBannerSSH speaks first, as an SSH server does (RFC 4253, section 4.2).
	FaultBannerSSH Fault = "banner-ssh"
	// FaultBannerMySQL speaks first, as a MySQL server does.
	FaultBannerMySQL Fault = "banner-mysql"
	// FaultGarbage answers the ClientHello with bytes that mean nothing.
	FaultGarbage Fault = "garbage"
	// FaultOversizedRecord answers with a record longer than any may be (RFC 8446,
	// section 5.2).
	FaultOversizedRecord Fault = "oversized-record"
	// FaultShortRecord closes the connection in the middle of its first record.
	FaultShortRecord Fault = "short-record"
)

// Faults of the handshake.
const (
	// FaultSSL3 answers the ClientHello with a ServerHello of SSL 3.0 (RFC 6101).
	FaultSSL3 Fault = "ssl3"
	// FaultInternalError answers the ClientHello with alert internal_error (RFC 8446,
	// section 6.2).
	FaultInternalError Fault = "internal-error"
	// FaultVersionIntolerant closes the connection on a ClientHello that offers TLS 1.3,
	// and serves others.
	FaultVersionIntolerant Fault = "version-intolerant"
	// FaultOneSegment resets the connection on a ClientHello that does not fit one TCP
	// segment on Ethernet, of 1,460 bytes, and serves others.
	FaultOneSegment Fault = "one-segment"
	// FaultSmallDH offers TLS 1.2 with DHE alone, in a group of 1,024 bits. The leaf's key
	// must be RSA.
	FaultSmallDH Fault = "small-dh"
	// FaultLegacyRenegotiation answers without renegotiation_info (RFC 5746, section 3.6),
	// under TLS 1.2.
	FaultLegacyRenegotiation Fault = "legacy-renegotiation"
)
