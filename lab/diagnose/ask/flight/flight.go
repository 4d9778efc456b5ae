// Package flight reads what a TLS server sends in a handshake: its certificates, its choices, and its alert. It works
// from bytes that were recorded, so it also reads what a client library has refused. For TLS 1.3 it needs the secret
// that encrypts the server's part of the handshake, as in a key log.
//
// It also builds ClientHellos that offer what client libraries no longer do. It opens no sockets, and what it keeps is
// bounded.
package flight

import (
	"crypto/tls"

	"example.com/tlslab/lab/wire"
)

// Limits of what is kept of a flight. A real one has fewer than 64 KiB.
const (
	MaxMessage          = 1 << 20   // bytes of a handshake message
	MaxCertificates     = 64        // certificates
	MaxCertificateBytes = 256 << 10 // bytes of all certificates
	MaxCANames          = 1024      // names of CAs in a CertificateRequest
	MaxCANameBytes      = 256 << 10 // bytes of all of them
	MaxFirst            = 512       // bytes of something that is not TLS
	maxMessages         = 64        // names of messages
)

// Flight is what a server sent. Fields stay empty if their message did not arrive.
type Flight struct {
	// Begun says that at least one record of TLS began to arrive.
	Begun bool
	// First has the first bytes, if they are not TLS.
	First []byte
	// Hello is the ServerHello. Retry is the group that a HelloRetryRequest before it asked for.
	Hello *wire.ServerHello
	Retry tls.CurveID
	// Messages are the types of the messages that arrived completely, at most 64, and Partial the type of the one that
	// did not, or nil.
	Messages []wire.MessageType
	Partial  *wire.MessageType
	// Protocol is what ALPN chose.
	Protocol string
	// Certificates are in DER, as sent. More is how many were not kept.
	Certificates [][]byte
	More         int
	// Staple is the stapled OCSP response, in DER (RFC 6066, section 8).
	Staple []byte
	// Group is the group of the key exchange, and DHBits the size of its prime if it is a finite field.
	Group  tls.CurveID
	DHBits int
	// Scheme is the signature's scheme. It is zero for TLS 1.1 and below, which have no choice.
	Scheme tls.SignatureScheme
	// Proven says that the signature was made with the leaf's key. It is nil if no signature arrived, or if it is of a
	// kind that this package cannot check.
	Proven *bool
	// Request is the server's CertificateRequest.
	Request *Request
	// Alert is the first alert that is a refusal, and Fatal says that it ended the connection.
	Alert *wire.Alert
	Fatal bool
	// Err is the first rule of TLS that the server broke.
	Err error
	// Done says that nothing more can be read: the flight has ended, or the rest is encrypted or unreadable.
	Done bool
}

// Request is a request for a client certificate.
type Request struct {
	CANames    [][]byte // RDNSequences in DER, at most MaxCANames
	More       int      // names that were not kept
	Algorithms []uint16 // signature schemes
}

// Reader reads a server's flight. Feed it with what the server sent; the results are in Flight.
type Reader struct {
	Flight

	hellos [][]byte // the client's hellos, with their headers
	secret []byte   // of TLS 1.3: server_handshake_traffic_secret
	keys   *keys

	buffer     []byte // of the stream
	pending    []byte // of handshake messages
	transcript []byte
	stopped    bool
}

// New returns a reader for the answer to what a client sent, in records. secret is TLS 1.3's
// server_handshake_traffic_secret (RFC 8446, section 7.1). Without it, reading ends at the ServerHello of TLS 1.3.
func New(sent, secret []byte) *Reader {
	return &Reader{hellos: helloMessages(sent), secret: secret}
}

// helloMessages returns the ClientHellos in what a client sent.
func helloMessages(sent []byte) [][]byte {
	var all [][]byte
	var pending []byte
	for len(sent) >= wire.RecordHeaderLen {
		kind, n := wire.RecordType(sent[0]), wire.RecordHeaderLen+wire.RecordLen(sent)
		if n > len(sent) || kind == wire.RecordApplicationData {
			break
		}
		if kind == wire.RecordHandshake {
			pending = append(pending, sent[wire.RecordHeaderLen:n]...)
		}
		sent = sent[n:]
		for len(pending) >= wire.MessageHeaderLen && len(pending) >= wire.MessageLen(pending) {
			end := wire.MessageLen(pending)
			if wire.MessageType(pending[0]) != wire.MessageClientHello {
				return all
			}
			all = append(all, pending[:end:end])
			pending = pending[end:]
		}
	}
	return all
}

// Hello returns the first ClientHello in what a client sent, or nil.
func Hello(sent []byte) *wire.ClientHello {
	all := helloMessages(sent)
	if len(all) == 0 {
		return nil
	}
	hello, err := wire.ParseClientHello(all[0])
	if err != nil {
		return nil
	}
	return hello
}
