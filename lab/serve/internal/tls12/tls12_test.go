package tls12

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/wire"
)

// certificates returns a certificate for each type of key.
func certificates(t testing.TB) map[string]tls.Certificate {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]tls.Certificate)
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey, "ECDSA": ecdsaKey} {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	}
	return all
}

// server returns the server's side of a connection, with a certificate.
func server(conn net.Conn, certificate tls.Certificate, exchange KeyExchange) *Conn {
	return Server(conn, Config{
		Certificate:           func() (tls.Certificate, error) { return certificate, nil },
		KeyExchange:           exchange,
		OmitRenegotiationInfo: true,
	})
}

func TestOakley2(t *testing.T) {
	if oakley2.BitLen() != 1024 || !oakley2.ProbablyPrime(20) {
		t.Errorf("%x is not a prime of 1,024 bits", oakley2)
	}
}

// TestPRF checks the pseudorandom function with the test vector that implementers of TLS 1.2 use (IETF TLS working
// group, "Test vectors for TLS 1.2 PRF", 2009).
func TestPRF(t *testing.T) {
	secret, _ := hex.DecodeString("9bbe436ba940f017b17652849a71db35")
	seed, _ := hex.DecodeString("a0ba9f936cda311827a6f796ffd5198c")
	const want = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a" +
		"6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab" +
		"4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
		"87347b66"
	if got := hex.EncodeToString(prf(secret, "test label", seed, 100)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestHandshake checks that crypto/tls's client completes the handshake, and that data of any size then comes back
// unchanged.
func TestHandshake(t *testing.T) {
	for name, certificate := range certificates(t) {
		t.Run(name, func(t *testing.T) {
			theirs, ours := net.Pipe()
			defer theirs.Close()
			echoed := make(chan error, 1)
			go func() {
				defer ours.Close()
				srv := server(ours, certificate, ECDHE())
				err := srv.Handshake()
				if err == nil {
					_, err = io.Copy(srv, srv)
				}
				if state := srv.ConnectionState(); state.Version != tls.VersionTLS12 || !state.HandshakeComplete {
					t.Errorf("state = %+v", state)
				}
				srv.CloseWrite()
				echoed <- err
			}()
			c := tls.Client(theirs, &tls.Config{InsecureSkipVerify: true})
			sent := bytes.Repeat([]byte("0123456789abcdef"), 5000)
			go func() {
				c.Write(sent)
				c.CloseWrite()
			}()
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d of %d bytes came back: %v", len(got), len(sent), err)
			}
			if err := <-echoed; err != nil {
				t.Error(err)
			}
		})
	}
}

func record(kind wire.RecordType, body ...byte) []byte {
	return wire.AppendRecord(nil, kind, tls.VersionTLS12, body)
}

// message returns a record with a handshake message.
func message(kind wire.MessageType, body ...byte) []byte {
	return record(wire.RecordHandshake, wire.Message(kind, func(b *cryptobyte.Builder) { b.AddBytes(body) })...)
}

// basePoint returns a ClientKeyExchange with the generator of P-256 as the point.
func basePoint() []byte {
	p := elliptic.P256().Params()
	x, y := p.Gx.FillBytes(make([]byte, 32)), p.Gy.FillBytes(make([]byte, 32))
	return message(wire.MessageClientKeyExchange, slices.Concat([]byte{65, 4}, x, y)...)
}

// TestRefuses checks that clients that break the handshake get the alert that RFC 5246 defines for it.
func TestRefuses(t *testing.T) {
	certificate := certificates(t)["ECDSA"]
	hello := hellos.Recorded()["openssl"]
	versions := []byte{0, 43, 0, 9, 8, 3, 4, 3, 3, 3, 2, 3, 1}
	tls13 := []byte{0, 43, 0, 9, 8, 3, 4, 3, 4, 3, 4, 3, 4}
	garbled := bytes.Replace(hello, []byte("\x00\x09localhost"), []byte("\x00\x10localhost"), 1)
	exchange, ccs := basePoint(), record(wire.RecordChangeCipherSpec, 1)
	finished := message(wire.MessageFinished)
	tests := []struct {
		name  string
		sends []byte
		alert wire.AlertCode
	}{
		{"no TLS 1.2", bytes.Replace(hello, versions, tls13, 1), wire.AlertProtocolVersion},
		{"no suite", bytes.Replace(hello, []byte{0xc0, 0x2b}, []byte{0xc0, 0xff}, 1), wire.AlertHandshakeFailure},
		{"garbled hello", garbled, wire.AlertDecodeError},
		{"another message", finished, wire.AlertUnexpectedMessage},
		{"endless message",
			record(wire.RecordHandshake, byte(wire.MessageClientHello), 0xff, 0xff, 0xff), wire.AlertDecodeError},
		{"empty records", bytes.Repeat(record(wire.RecordHandshake), maxIdleRecords), wire.AlertUnexpectedMessage},
		{"oversized record", []byte{byte(wire.RecordHandshake), 3, 3, 0xff, 0xff}, wire.AlertRecordOverflow},
		{"hello twice", slices.Concat(hello, hello), wire.AlertUnexpectedMessage},
		{"no point", slices.Concat(hello, message(wire.MessageClientKeyExchange, 1, 4)), wire.AlertDecodeError},
		{"no ChangeCipherSpec", slices.Concat(hello, exchange, finished), wire.AlertUnexpectedMessage},
		{"Finished in plaintext", slices.Concat(hello, exchange, ccs, finished), wire.AlertBadRecordMAC},
		{"Finished with another key",
			slices.Concat(hello, exchange, ccs, record(wire.RecordHandshake, make([]byte, 40)...)),
			wire.AlertBadRecordMAC},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if bytes.Equal(test.sends, hello) {
				t.Fatal("the recorded hello has changed: nothing in it was replaced")
			}
			client := &hellos.Client{Sends: test.sends}
			srv := server(client, certificate, ECDHE())
			if err := srv.Handshake(); err == nil {
				t.Error("the handshake was completed")
			}
			got := wire.Stream{Keep: wire.ServerHelloRandom}
			got.Feed(client.Received.Bytes())
			if got.Alert == nil || got.Alert.Code != test.alert || srv.ConnectionState().HandshakeComplete {
				t.Errorf("sent %v, want %s", got.Alert, test.alert)
			}
		})
	}
}

// FuzzHandshake checks that a handshake with a client that sends anything, once or forever, ends without a panic, and
// that the server reads no more than a handshake needs.
func FuzzHandshake(f *testing.F) {
	certificates := certificates(f)
	ccs, finished := record(wire.RecordChangeCipherSpec, 1), record(wire.RecordHandshake, make([]byte, 40)...)
	for _, hello := range hellos.Recorded() {
		f.Add(hello, false)
		f.Add(slices.Concat(hello, basePoint(), ccs, finished), true)
		f.Add(slices.Concat(hello, message(wire.MessageClientKeyExchange, 0, 1, 2), ccs, finished), false)
	}
	f.Add(record(wire.RecordHandshake), true)
	const enough = 4 << 20
	f.Fuzz(func(t *testing.T, sends []byte, again bool) {
		for key, exchange := range map[string]KeyExchange{"ECDSA": ECDHE(), "RSA": DHE1024()} {
			client := &hellos.Client{Sends: sends, Again: again}
			if err := server(client, certificates[key], exchange).Handshake(); err == nil {
				t.Error("completed a handshake with a client that does not know the keys")
			}
			if client.Sent > enough {
				t.Errorf("read %d bytes", client.Sent)
			}
		}
	})
}
