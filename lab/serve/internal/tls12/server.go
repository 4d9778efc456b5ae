// Package tls12 is a minimal server side of TLS 1.2 (RFC 5246, section 7.3), for faults that crypto/tls does not
// support. It has one cipher suite per key exchange and kind of key, and no extensions but renegotiation_info. It
// completes the handshake and transfers application data, because only a request proves that a client accepts the
// fault.
package tls12

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/wire"
)

// Config configures a [Conn].
type Config struct {
	// Certificate returns the certificate to present, with its key. It is called after the ClientHello.
	Certificate func() (tls.Certificate, error)
	// KeyExchange is the key exchange. It must not be used for another connection.
	KeyExchange KeyExchange
	// OmitRenegotiationInfo omits the extension that announces support for RFC 5746.
	OmitRenegotiationInfo bool
}

// Conn is the server's side of a connection.
type Conn struct {
	records
	config Config

	suite      uint16
	transcript hash.Hash
	random     struct{ client, server []byte }
	master     []byte
	complete   bool
}

// Server returns the server's side of a connection. The caller must set deadlines.
func Server(conn net.Conn, c Config) *Conn { return &Conn{records: records{Conn: conn}, config: c} }

// KeyExchange is a key exchange with one client.
type KeyExchange interface {
	// suite returns the cipher suite for the type of the certificate's key.
	suite(certificate tls.Certificate) uint16
	// params returns the parameters in ServerKeyExchange, without the signature.
	params() ([]byte, error)
	// secret returns the premaster secret, given the body of ClientKeyExchange.
	secret(body cryptobyte.String) ([]byte, error)
}

// Errors about messages.
var (
	errUnexpectedMessage = errors.New("unexpected message")
	errDecode            = errors.New("malformed message")
	errFinished          = errors.New("the client's Finished does not match the handshake")
	errNothingInCommon   = errors.New("the client does not offer this server's only cipher suite")
	errVersion           = errors.New("the client does not offer TLS 1.2")
)

// Handshake does the handshake. If the client breaks it, Handshake sends the matching alert and returns an error.
func (c *Conn) Handshake() error {
	err := c.handshake()
	for _, a := range alerts {
		if errors.Is(err, a.err) {
			return errors.Join(err, c.refuse(a.code))
		}
	}
	c.complete = err == nil
	return err
}

// alerts maps errors to the alerts that are sent for them (RFC 5246, section 7.2.2).
var alerts = []struct {
	err  error
	code wire.AlertCode
}{
	{wire.ErrClientHello, wire.AlertDecodeError},
	{errUnexpectedMessage, wire.AlertUnexpectedMessage},
	{errDecode, wire.AlertDecodeError},
	{errFinished, wire.AlertDecryptError},
	{errNothingInCommon, wire.AlertHandshakeFailure},
	{errVersion, wire.AlertProtocolVersion},
	{errRecord, wire.AlertRecordOverflow},
	{errMAC, wire.AlertBadRecordMAC},
}

func (c *Conn) handshake() error {
	c.transcript = sha256.New()
	certificate, err := c.answer()
	if err != nil {
		return err
	}
	if err := c.sendServerFlight(certificate); err != nil {
		return err
	}
	return c.finish()
}

// answer reads the ClientHello and writes the ServerHello.
func (c *Conn) answer() (tls.Certificate, error) {
	message, err := c.readMessage(wire.MessageClientHello)
	if err != nil {
		return tls.Certificate{}, err
	}
	hello, err := wire.ParseClientHello(message)
	if err != nil {
		return tls.Certificate{}, err
	}
	certificate, err := c.config.Certificate()
	if err != nil {
		return tls.Certificate{}, err
	}
	suite := c.config.KeyExchange.suite(certificate)
	switch {
	case !slices.Contains(hello.Versions, wire.VersionName(tls.VersionTLS12)):
		return tls.Certificate{}, errVersion
	case !slices.Contains(hello.CipherSuites, wire.CipherSuiteName(suite)):
		return tls.Certificate{}, errNothingInCommon
	}
	c.suite = suite
	c.random.client = message[wire.MessageHeaderLen+2:][:wire.RandomLen] // ParseClientHello has checked the length
	c.random.server = make([]byte, wire.RandomLen)
	rand.Read(c.random.server)
	return certificate, c.sendMessage(wire.ServerHello{
		Version: tls.VersionTLS12, Random: c.random.server, CipherSuite: c.suite,
		SecureRenegotiation: hello.SecureRenegotiation && !c.config.OmitRenegotiationInfo,
	}.Marshal())
}

// sendServerFlight writes Certificate, ServerKeyExchange and ServerHelloDone (RFC 5246, sections 7.4.2 to 7.4.5), and
// sends them with the ServerHello.
func (c *Conn) sendServerFlight(certificate tls.Certificate) error {
	err := c.sendMessage(wire.Message(wire.MessageCertificate, func(b *cryptobyte.Builder) {
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, der := range certificate.Certificate {
				b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
			}
		})
	}))
	if err != nil {
		return err
	}
	params, err := c.config.KeyExchange.params()
	if err != nil {
		return err
	}
	scheme, signature, err := c.sign(certificate, params)
	if err != nil {
		return err
	}
	err = c.sendMessage(wire.Message(wire.MessageServerKeyExchange, func(b *cryptobyte.Builder) {
		b.AddBytes(params)
		b.AddUint16(uint16(scheme))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(signature) })
	}))
	if err != nil {
		return err
	}
	if err := c.sendMessage(wire.Message(wire.MessageServerHelloDone, func(*cryptobyte.Builder) {})); err != nil {
		return err
	}
	return c.flush()
}

// sign signs the parameters of the key exchange.
func (c *Conn) sign(certificate tls.Certificate, params []byte) (tls.SignatureScheme, []byte, error) {
	key, ok := certificate.PrivateKey.(crypto.Signer)
	if !ok {
		return 0, nil, fmt.Errorf("a %T cannot sign", certificate.PrivateKey)
	}
	scheme := tls.ECDSAWithP256AndSHA256
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		scheme = tls.PKCS1WithSHA256
	}
	digest := sha256.Sum256(slices.Concat(c.random.client, c.random.server, params))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	return scheme, signature, err
}

// finish reads ClientKeyExchange and ChangeCipherSpec, and exchanges Finished (RFC 5246, section 7.4.9).
func (c *Conn) finish() error {
	m, err := c.readMessage(wire.MessageClientKeyExchange)
	if err != nil {
		return err
	}
	secret, err := c.config.KeyExchange.secret(m[wire.MessageHeaderLen:])
	if err != nil {
		return err
	}
	c.master = prf(secret, "master secret", slices.Concat(c.random.client, c.random.server), 48)
	if err := c.setKeys(c.master, slices.Concat(c.random.server, c.random.client)); err != nil {
		return err
	}
	if err := c.readChangeCipherSpec(); err != nil {
		return err
	}
	want := prf(c.master, "client finished", c.transcript.Sum(nil), 12)
	if m, err = c.readMessage(wire.MessageFinished); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(m[wire.MessageHeaderLen:], want) != 1 {
		return errFinished
	}
	if err := c.sendChangeCipherSpec(); err != nil {
		return err
	}
	err = c.sendMessage(wire.Message(wire.MessageFinished, func(b *cryptobyte.Builder) {
		b.AddBytes(prf(c.master, "server finished", c.transcript.Sum(nil), 12))
	}))
	if err != nil {
		return err
	}
	return c.flush()
}

// readMessage reads the next handshake message, which must have that type.
func (c *Conn) readMessage(kind wire.MessageType) ([]byte, error) {
	m, err := c.nextMessage()
	if err != nil {
		return nil, err
	}
	if wire.MessageType(m[0]) != kind {
		return nil, errUnexpectedMessage
	}
	c.transcript.Write(m)
	return m, nil
}

func (c *Conn) sendMessage(m []byte) error {
	c.transcript.Write(m)
	return c.writeRecord(wire.RecordHandshake, m)
}

// Read implements net.Conn: it reads application data.
func (c *Conn) Read(p []byte) (int, error) {
	for len(c.data) == 0 {
		kind, body, err := c.readRecord()
		switch {
		case err != nil:
			return 0, err
		case kind == wire.RecordApplicationData:
			c.data = body
		case kind == wire.RecordAlert && len(body) == 2 && wire.AlertCode(body[1]) == wire.AlertCloseNotify:
			return 0, io.EOF
		default: // most likely a ClientHello: renegotiation is not supported
			return 0, errUnexpectedMessage
		}
	}
	n := copy(p, c.data)
	c.data = c.data[n:]
	return n, nil
}

// Write implements net.Conn: it writes application data.
func (c *Conn) Write(p []byte) (int, error) {
	for piece := range slices.Chunk(p, 1<<14) {
		if err := c.writeRecord(wire.RecordApplicationData, piece); err != nil {
			return 0, err
		}
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite sends close_notify.
func (c *Conn) CloseWrite() error {
	if err := c.writeRecord(wire.RecordAlert, []byte{wire.LevelWarning, byte(wire.AlertCloseNotify)}); err != nil {
		return err
	}
	return c.flush()
}

// ConnectionState returns what was negotiated so far.
func (c *Conn) ConnectionState() tls.ConnectionState {
	if c.suite == 0 {
		return tls.ConnectionState{}
	}
	return tls.ConnectionState{Version: tls.VersionTLS12, CipherSuite: c.suite, HandshakeComplete: c.complete}
}
