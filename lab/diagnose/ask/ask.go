// Package ask connects to a server from outside and writes down what it did. It draws no conclusions: package
// diagnose does that, and package mimic makes a scenario of it.
//
// The number of connections is bounded, and nothing is sent but handshakes, a STARTTLS prologue and one polite
// request. Whatever the server sends is bounded in size and time.
package ask

import (
	"crypto/tls"
	"time"

	"example.com/tlslab/lab/wire"
)

// Target is the server to ask, and how.
type Target struct {
	// Host is the name or address to ask for: it is sent as SNI, if it is a name, and the certificate is checked
	// against it.
	Host string `json:"host"`
	// Port is the TCP port.
	Port int `json:"port"`
	// Service is what the server is expected to speak: "https", "mongodb", "postgres" … Empty guesses it from the port.
	Service string `json:"service,omitempty"`
	// Connect is the address:port to dial in place of Host and Port. Empty means to resolve Host.
	Connect string `json:"connect,omitempty"`
	// SNI replaces the server name that is sent. Empty means Host; "-" sends none.
	SNI string `json:"sni,omitempty"`
	// STARTTLS is the prologue that turns TLS on: "smtp", "imap", "pop3", "ldap", "postgres", "mysql" … Empty guesses it
	// from the port; "none" speaks TLS at once.
	STARTTLS string `json:"starttls,omitempty"`
	// Protocols are the protocols to offer in ALPN, the preferred one first (RFC 7301). Nil means those of the
	// service at the port, "h2" and "http/1.1" for HTTPS.
	Protocols []string `json:"protocols,omitempty"`
	// Certificate is the client's, if the server may ask for one.
	Certificate *tls.Certificate `json:"-"`
	// Proxy is the URL of an HTTP proxy to ask through with CONNECT. Empty means none.
	Proxy string `json:"proxy,omitempty"`
	// Timeout bounds each connection. Zero means 5 s.
	Timeout time.Duration `json:"timeout_ns,omitempty"`
	// Light makes 3 connections at most, in place of [MaxConnections].
	Light bool `json:"light,omitempty"`
}

// MaxConnections is the largest number of connections that one call of [Server] makes, and MaxAtOnce how many of them
// are open at the same time.
const (
	MaxConnections = 30
	MaxAtOnce      = 5
)

// Seen is what a server did.
type Seen struct {
	Target Target    `json:"target"`
	At     time.Time `json:"at"` // when it was asked
	// Resolved is what the resolver said. It is zero if nothing had to be resolved.
	Resolved Resolved `json:"resolved,omitzero"`
	// Addresses has each address with the result of connecting to it, in the resolver's order.
	Addresses []Address `json:"addresses"`
	// Speaks is what the server speaks at the address that was asked: "tls", or else "http", "http-proxy", "ssh",
	// "smtp", "mysql", "postgres", "ftp", "silent" (it accepts and says nothing), "closes", "resets", "garbage" … Empty
	// if no address accepts. If there is a prologue, it is what follows that; a server that refuses the prologue speaks
	// the prologue's protocol.
	Speaks string `json:"speaks,omitempty"`
	// STARTTLS is the prologue that was used, if any, and Greeting the first bytes that the server sent in plaintext.
	STARTTLS string `json:"starttls,omitempty"`
	Greeting []byte `json:"greeting,omitempty"`
	// Attempts are the handshakes, in the order in which they were begun. The first one is that of an ordinary client.
	Attempts []Attempt `json:"attempts"`
	// Connections is how many TCP connections were begun, those that were refused included.
	Connections int `json:"connections"`
	// Manners sums the attempts up.
	Manners Manners `json:"manners,omitzero"`
}

// Resolved is what the resolver said of a name.
type Resolved struct {
	IPv4  []string `json:"ipv4,omitempty"`
	IPv6  []string `json:"ipv6,omitempty"`
	Error string   `json:"error,omitempty"` // such as "no such host"; empty if there was none
}

// Address is the result of a TCP connection to one address.
type Address struct {
	Address  string        `json:"address"` // address:port
	End      End           `json:"end,omitempty"`
	Error    string        `json:"error,omitempty"`
	Duration time.Duration `json:"duration_ns"`
}

// Attempt is one connection: what was offered, and what came of it.
type Attempt struct {
	// Name says what the attempt is for: "ordinary", "small-hello", "tls1.2", "no-sni", "tls1.3", "tls1.1", "tls1.0",
	// "ssl3", "big-hello", "post-quantum", "no-alpn", "foreign-alpn", "other-alpn", "no-certificate",
	// "rsa-key-exchange", "dhe", "broken", "suites", "suites-2" …, "groups", "groups-2" … [Plan] says what each is.
	Name string `json:"name"`
	// Hello is what was offered.
	Hello *wire.ClientHello `json:"hello,omitempty"`
	// Version, CipherSuite, Group and Protocol are what the server chose: numbers as in crypto/tls, zero or empty if it
	// chose none.
	Version     uint16      `json:"version,omitempty"`
	CipherSuite uint16      `json:"cipher_suite,omitempty"`
	Group       tls.CurveID `json:"group,omitempty"`
	DHBits      int         `json:"dh_bits,omitempty"` // size of the prime of a finite-field Diffie-Hellman exchange
	Protocol    string      `json:"protocol,omitempty"`
	// Signature is the scheme of the server's signature. It is zero for TLS 1.1 and below, which have no choice.
	Signature tls.SignatureScheme `json:"signature,omitempty"`
	// HelloRetry says that the server asked for another key share first (RFC 8446, section 4.1.4).
	HelloRetry bool `json:"hello_retry,omitempty"`
	// Messages are the handshake messages that arrived completely, as "ServerHello", and Partial is the one of which
	// only a part arrived.
	Messages []string `json:"messages,omitempty"`
	Partial  string   `json:"partial,omitempty"`
	// SecureRenegotiation says that a ServerHello of TLS 1.2 or below had renegotiation_info (RFC 5746).
	SecureRenegotiation bool `json:"secure_renegotiation,omitempty"`
	// Certificates are what the server sent, in its order, in DER, whether they can be parsed or not. At most 64, of
	// 256 KiB together.
	Certificates [][]byte `json:"certificates,omitempty"`
	// MoreCertificates is how many the server sent beyond that.
	MoreCertificates int `json:"more_certificates,omitempty"`
	// Staple is the stapled OCSP response, in DER.
	Staple []byte `json:"staple,omitempty"`
	// KeyProven says that the server's signature in the handshake was made with the leaf's key. Nil if the handshake did
	// not come that far, or if the signature is of a kind that this package cannot check.
	KeyProven *bool `json:"key_proven,omitempty"`
	// Request is the server's CertificateRequest, if it sent one.
	Request *Request `json:"request,omitempty"`
	// Tickets says that the server sent a session ticket.
	Tickets bool `json:"tickets,omitempty"`
	// Complete says that the handshake was completed. The certificate was not checked: see package diagnose.
	Complete bool `json:"complete,omitempty"`
	// Answered says that the server answered the polite request after it, and Response has the first bytes.
	Answered bool   `json:"answered,omitempty"`
	Response []byte `json:"response,omitempty"`
	// Alert is the alert that the server sent, and End how the connection ended.
	Alert *wire.Alert `json:"alert,omitempty"`
	End   End         `json:"end,omitempty"`
	Error string      `json:"error,omitempty"`
	// First are the first bytes that came where TLS was expected, if they are not TLS. At most 512.
	First    []byte        `json:"first,omitempty"`
	Duration time.Duration `json:"duration_ns"`

	tls             bool // a record of TLS began to arrive
	completing      bool // the handshake was meant to be completed
	withCertificate bool // a client certificate was at hand
}

// Request is a server's request for a client certificate.
type Request struct {
	CANames     [][]byte `json:"ca_names,omitempty"`      // DER: RDNSequence of each CA (RFC 5280, section 4.1.2.4)
	MoreCANames int      `json:"more_ca_names,omitempty"` // names beyond the first 1,024
	Algorithms  []uint16 `json:"algorithms,omitempty"`
	Required    bool     `json:"required,omitempty"` // the server refuses clients that send none
}

// End is how a connection ended.
type End string

// The ways a connection can end, as the client sees it.
const (
	EndOpen        End = "open"         // it was open until this side closed it
	EndRefused     End = "refused"      // nothing listens
	EndUnreachable End = "unreachable"  // no route
	EndTimeout     End = "timeout"      // nothing came in time
	EndReset       End = "reset"        // the server reset it
	EndClosed      End = "closed"       // the server closed it without close_notify
	EndCloseNotify End = "close-notify" // the server closed it properly
	EndAlert       End = "alert"        // the server sent a fatal alert
	EndNotTLS      End = "not-tls"      // what came is not TLS; see First
	EndInvalid     End = "invalid"      // what came is TLS that this side refuses; see Error
	EndNoSTARTTLS  End = "no-starttls"  // the server speaks the prologue's protocol, and does not offer TLS
	EndProxy       End = "proxy"        // the proxy did not connect; see Error
)

// Manners is how a server behaves, put together from all attempts.
type Manners struct {
	Versions []uint16      `json:"versions,omitempty"` // accepted, ascending
	Suites   []uint16      `json:"suites,omitempty"`   // of TLS 1.2 and below, that it was seen to choose
	Groups   []tls.CurveID `json:"groups,omitempty"`   // that it was seen to choose
	// Protocols are those that it was seen to choose in ALPN; RefusesOthers says that it refuses a client that offers
	// only protocols that it does not have.
	Protocols     []string `json:"protocols,omitempty"`
	RefusesOthers bool     `json:"refuses_others,omitempty"`
	// RequiresSNI says that it refuses clients without SNI, and OtherWithoutSNI has what it sends them, if that is
	// another chain than with SNI.
	RequiresSNI     bool     `json:"requires_sni,omitempty"`
	OtherWithoutSNI [][]byte `json:"other_without_sni,omitempty"`
	// ClientAuth says whether a client certificate is requested or required.
	ClientAuth tls.ClientAuthType `json:"client_auth,omitempty"`
	Tickets    bool               `json:"tickets,omitempty"`
	// Intolerant names the attempts that differ from the ordinary one in what they offer, and failed although the
	// server chooses what both offer: "tls1.3", "big-hello", "post-quantum".
	Intolerant []string `json:"intolerant,omitempty"`
}
