package serve

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
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/wire"
)

// flight is the server's side of a TLS 1.2 handshake (RFC 5246, section 7.3) for faults that
// crypto/tls cannot be told to have. It knows one cipher suite for each of them and no option.
// It does finish the handshake, and carries what follows: that a client takes the fault is to
// be seen from its request and not from what it does not say.
type flight struct {
	records12
	certificate func(*tap) (tls.Certificate, error)
	exchange    keyExchange
	insecure    bool // leaves renegotiation_info out

	suite      uint16
	transcript hash.Hash
	random     struct{ client, server []byte }
	master     []byte
	complete   bool
}

// keyExchange is how a flight agrees on a secret with the client.
type keyExchange interface {
	// suite returns the cipher suite for the kind of the certificate's key.
	suite(certificate tls.Certificate) uint16
	// params returns the server's part of ServerKeyExchange, unsigned.
	params() ([]byte, error)
	// secret returns the premaster secret, given the body of ClientKeyExchange.
	secret(body cryptobyte.String) ([]byte, error)
}

// smallDH shakes hands over a group of 1,024 bits.
func smallDH(c *conn) error {
	return c.handshakeAndServe(&flight{records12: records12{tap: &c.tap}, certificate: c.srv.certificate, exchange: new(dhe)}, c.srv.options.Service.Serve)
}

// legacyRenegotiation shakes hands as servers did before RFC 5746.
func legacyRenegotiation(c *conn) error {
	f := &flight{records12: records12{tap: &c.tap}, certificate: c.srv.certificate, exchange: new(ecdhe), insecure: true}
	return c.handshakeAndServe(f, c.srv.options.Service.Serve)
}

// certificate returns what crypto/tls would present to a client.
func (srv *Server) certificate(t *tap) (tls.Certificate, error) {
	config, err := srv.config.GetConfigForClient(&tls.ClientHelloInfo{Conn: t})
	if err != nil {
		return tls.Certificate{}, err
	}
	if len(config.Certificates) == 0 {
		return tls.Certificate{}, errors.New("there is no certificate to present")
	}
	return config.Certificates[0], nil
}

// Errors of a flight.
var (
	errUnexpectedMessage = errors.New("unexpected message")
	errDecode            = errors.New("malformed message")
	errFinished          = errors.New("the client's Finished does not fit the handshake")
	errNothingInCommon   = errors.New("the client does not offer the one cipher suite of this server")
	errVersion           = errors.New("the client does not offer TLS 1.2")
)

// Handshake implements protocol.
func (f *flight) Handshake() error {
	err := f.handshake()
	for _, a := range flightAlerts {
		if errors.Is(err, a.err) {
			return errors.Join(err, f.refuse(a.code))
		}
	}
	f.complete = err == nil
	return err
}

// flightAlerts are the alerts with which errors are answered (RFC 5246, section 7.2.2).
var flightAlerts = []struct {
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

func (f *flight) handshake() error {
	f.transcript = sha256.New()
	certificate, err := f.answer()
	if err != nil {
		return err
	}
	if err := f.sendServerFlight(certificate); err != nil {
		return err
	}
	return f.finish()
}

// answer reads the ClientHello and writes the ServerHello.
func (f *flight) answer() (tls.Certificate, error) {
	message, err := f.readMessage(wire.MessageClientHello)
	if err != nil {
		return tls.Certificate{}, err
	}
	hello, err := wire.ParseClientHello(message)
	if err != nil {
		return tls.Certificate{}, err
	}
	certificate, err := f.certificate(f.tap)
	if err != nil {
		return tls.Certificate{}, err
	}
	suite := f.exchange.suite(certificate)
	switch {
	case !slices.Contains(hello.Versions, wire.VersionName(tls.VersionTLS12)):
		return tls.Certificate{}, errVersion
	case !slices.Contains(hello.CipherSuites, wire.CipherSuiteName(suite)):
		return tls.Certificate{}, errNothingInCommon
	}
	f.suite = suite
	f.random.client = message[6:38] // ParseClientHello has been there
	f.random.server = make([]byte, 32)
	rand.Read(f.random.server)
	return certificate, f.sendMessage(wire.ServerHello{
		Version: tls.VersionTLS12, Random: f.random.server, CipherSuite: f.suite,
		SecureRenegotiation: hello.SecureRenegotiation && !f.insecure,
	}.Marshal())
}

// sendServerFlight writes Certificate, ServerKeyExchange and ServerHelloDone (RFC 5246,
// sections 7.4.2 to 7.4.5).
func (f *flight) sendServerFlight(certificate tls.Certificate) error {
	err := f.sendMessage(wire.Message(wire.MessageCertificate, func(b *cryptobyte.Builder) {
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, der := range certificate.Certificate {
				b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
			}
		})
	}))
	if err != nil {
		return err
	}
	params, err := f.exchange.params()
	if err != nil {
		return err
	}
	scheme, signature, err := f.sign(certificate, params)
	if err != nil {
		return err
	}
	err = f.sendMessage(wire.Message(wire.MessageServerKeyExchange, func(b *cryptobyte.Builder) {
		b.AddBytes(params)
		b.AddUint16(uint16(scheme))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(signature) })
	}))
	if err != nil {
		return err
	}
	if err := f.sendMessage(wire.Message(wire.MessageServerHelloDone, func(*cryptobyte.Builder) {})); err != nil {
		return err
	}
	return f.flush()
}

// sign signs the parameters of the key exchange.
func (f *flight) sign(certificate tls.Certificate, params []byte) (tls.SignatureScheme, []byte, error) {
	key, ok := certificate.PrivateKey.(crypto.Signer)
	if !ok {
		return 0, nil, fmt.Errorf("a %T cannot sign", certificate.PrivateKey)
	}
	scheme := tls.ECDSAWithP256AndSHA256
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		scheme = tls.PKCS1WithSHA256
	}
	digest := sha256.Sum256(slices.Concat(f.random.client, f.random.server, params))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	return scheme, signature, err
}

// finish reads the client's part, and exchanges Finished (RFC 5246, section 7.4.9).
func (f *flight) finish() error {
	m, err := f.readMessage(wire.MessageClientKeyExchange)
	if err != nil {
		return err
	}
	secret, err := f.exchange.secret(m[wire.MessageHeaderLen:])
	if err != nil {
		return err
	}
	f.master = prf(secret, "master secret", slices.Concat(f.random.client, f.random.server), 48)
	if err := f.setKeys(f.master, slices.Concat(f.random.server, f.random.client)); err != nil {
		return err
	}
	if err := f.readChangeCipherSpec(); err != nil {
		return err
	}
	want := prf(f.master, "client finished", f.transcript.Sum(nil), 12)
	if m, err = f.readMessage(wire.MessageFinished); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(m[wire.MessageHeaderLen:], want) != 1 {
		return errFinished
	}
	if err := f.sendChangeCipherSpec(); err != nil {
		return err
	}
	err = f.sendMessage(wire.Message(wire.MessageFinished, func(b *cryptobyte.Builder) {
		b.AddBytes(prf(f.master, "server finished", f.transcript.Sum(nil), 12))
	}))
	if err != nil {
		return err
	}
	return f.flush()
}

// readMessage reads the next handshake message, which must be of that type.
func (f *flight) readMessage(kind wire.MessageType) ([]byte, error) {
	m, err := f.nextMessage()
	if err != nil {
		return nil, err
	}
	if wire.MessageType(m[0]) != kind {
		return nil, errUnexpectedMessage
	}
	f.transcript.Write(m)
	return m, nil
}

func (f *flight) sendMessage(m []byte) error {
	f.transcript.Write(m)
	return f.writeRecord(wire.RecordHandshake, m)
}

// Read implements net.Conn: it reads application data.
func (f *flight) Read(p []byte) (int, error) {
	for len(f.data) == 0 {
		kind, body, err := f.readRecord()
		switch {
		case err != nil:
			return 0, err
		case kind == wire.RecordApplicationData:
			f.data = body
		case kind == wire.RecordAlert && len(body) == 2 && wire.AlertCode(body[1]) == wire.AlertCloseNotify:
			return 0, io.EOF
		default: // above all a hello: there is no renegotiation
			return 0, errUnexpectedMessage
		}
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}

// Write implements net.Conn: it writes application data.
func (f *flight) Write(p []byte) (int, error) {
	for piece := range slices.Chunk(p, 1<<14) {
		if err := f.writeRecord(wire.RecordApplicationData, piece); err != nil {
			return 0, err
		}
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite implements protocol: it says close_notify.
func (f *flight) CloseWrite() error {
	if err := f.writeRecord(wire.RecordAlert, []byte{wire.LevelWarning, byte(wire.AlertCloseNotify)}); err != nil {
		return err
	}
	return f.flush()
}

// ConnectionState implements protocol.
func (f *flight) ConnectionState() tls.ConnectionState {
	if f.suite == 0 {
		return tls.ConnectionState{}
	}
	return tls.ConnectionState{Version: tls.VersionTLS12, CipherSuite: f.suite, HandshakeComplete: f.complete}
}
