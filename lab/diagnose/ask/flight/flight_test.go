package flight

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/wire"
)

// recorded is what passed in a handshake of crypto/tls with itself.
type recorded struct {
	sent, received, secret []byte
	leaf                   []byte
}

// tee keeps what passes through a connection.
type tee struct {
	net.Conn
	sent, received bytes.Buffer
}

func (c *tee) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Write(p[:n])
	return n, err
}

func (c *tee) Write(p []byte) (int, error) {
	c.sent.Write(p)
	return c.Conn.Write(p)
}

// record does a handshake with a staple, a CertificateRequest and ALPN.
func record(t testing.TB, client, server *tls.Config) recorded {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), RawSubject: name()}
	leaf, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(leaf)
	require.NoError(t, err)
	server.ClientCAs = x509.NewCertPool()
	server.ClientCAs.AddCert(parsed)
	server.ClientAuth, server.NextProtos = tls.RequestClientCert, []string{"h2"}
	server.Certificates = []tls.Certificate{{
		Certificate: [][]byte{leaf, leaf}, PrivateKey: key, OCSPStaple: []byte("staple"),
	}}
	var log bytes.Buffer
	client.InsecureSkipVerify, client.KeyLogWriter, client.NextProtos = true, &log, []string{"h2"}
	l, err := net.Listen("tcp4", "127.0.0.1:0") // in a pipe, both sides would wait for each other to read
	require.NoError(t, err)
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if there, err := l.Accept(); err == nil {
			defer there.Close()
			tls.Server(there, server).Handshake()
		}
	}()
	here, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer here.Close()
	tapped := &tee{Conn: here}
	here.SetDeadline(time.Now().Add(time.Minute))
	require.NoError(t, tls.Client(tapped, client).Handshake())
	here.Close()
	<-done
	r := recorded{sent: tapped.sent.Bytes(), received: tapped.received.Bytes(), leaf: leaf}
	for line := range strings.Lines(log.String()) {
		if fields := strings.Fields(line); fields[0] == "SERVER_HANDSHAKE_TRAFFIC_SECRET" {
			r.secret, err = hex.DecodeString(fields[2])
			require.NoError(t, err)
		}
	}
	return r
}

// name returns the RDNSequence CN=flight, in DER.
func name() []byte { return []byte("\x30\x11\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x0c\x06flight") }

var handshakes = map[string]func() (client, server *tls.Config){
	"TLS 1.2": func() (client, server *tls.Config) { return &tls.Config{MaxVersion: tls.VersionTLS12}, &tls.Config{} },
	"TLS 1.0": func() (client, server *tls.Config) {
		old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}
		return old, old.Clone()
	},
	"TLS 1.3": func() (client, server *tls.Config) { return &tls.Config{}, &tls.Config{} },
	"HelloRetryRequest": func() (client, server *tls.Config) {
		return &tls.Config{}, &tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP384}}
	},
}

// TestRead checks what is read of the flights of crypto/tls's server, fed at once and byte by byte.
func TestRead(t *testing.T) {
	for version, configs := range handshakes {
		t.Run(version, func(t *testing.T) {
			h := record(t, first(configs), second(configs))
			for _, step := range []int{len(h.received), 1} {
				r := New(h.sent, h.secret)
				for part := range chunks(h.received, step) {
					r.Feed(part)
				}
				require.NoError(t, r.Err)
				assert.True(t, r.Begun && r.Done)
				assert.Equal(t, [][]byte{h.leaf, h.leaf}, r.Certificates)
				assert.Equal(t, "staple", string(r.Staple))
				assert.Equal(t, "h2", r.Protocol)
				require.NotNil(t, r.Request)
				assert.Equal(t, [][]byte{name()}, r.Request.CANames)
				require.NotNil(t, r.Proven)
				assert.True(t, *r.Proven)
				assert.Equal(t, version == "HelloRetryRequest", r.Retry == tls.CurveP384)
				assert.NotZero(t, r.Group)
				assert.Nil(t, r.Partial)
			}
		})
	}
}

func first[A, B any](f func() (A, B)) A  { a, _ := f(); return a }
func second[A, B any](f func() (A, B)) B { _, b := f(); return b }

// chunks returns the parts of a slice.
func chunks(b []byte, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			n := min(size, len(b))
			if !yield(b[:n]) {
				return
			}
			b = b[n:]
		}
	}
}

// TestUnproven checks that a signature is not taken for proven if the hello or the parameters differ.
func TestUnproven(t *testing.T) {
	for _, version := range []string{"TLS 1.2", "TLS 1.3"} {
		h := record(t, first(handshakes[version]), second(handshakes[version]))
		h.sent[wire.RecordHeaderLen+wire.ServerHelloRandom-1] ^= 1
		r := New(h.sent, h.secret)
		r.Feed(h.received)
		require.NotNil(t, r.Proven, version)
		assert.False(t, *r.Proven, version)
	}
}

// TestEncrypted checks that without the secret, reading ends at TLS 1.3's ServerHello, and with a wrong one with an
// error.
func TestEncrypted(t *testing.T) {
	h := record(t, first(handshakes["TLS 1.3"]), second(handshakes["TLS 1.3"]))
	r := New(h.sent, nil)
	r.Feed(h.received)
	assert.True(t, r.Done)
	assert.Equal(t, uint16(tls.VersionTLS13), r.Flight.Hello.Version)
	assert.Empty(t, r.Certificates)
	require.NoError(t, r.Err)
	r = New(h.sent, make([]byte, 32))
	r.Feed(h.received)
	require.ErrorIs(t, r.Err, errDecrypt)
}

// TestOffer checks that what is built is what crypto/tls's server reads, and that it is as long as it should be.
func TestOffer(t *testing.T) {
	for _, o := range []Offer{
		{Version: tls.VersionTLS12, Suites: Suites, Groups: Groups, ServerName: "a.example", Protocols: []string{"h2"}},
		{Version: tls.VersionTLS13, Min: tls.VersionTLS12, Suites: Suites13, Groups: Groups, Size: 20_000},
		{Version: tls.VersionTLS13, Min: tls.VersionTLS13, Suites: Suites13, Groups: Groups, Retry: true},
		{Version: VersionSSL30, Suites: Suites},
	} {
		records, err := o.Records()
		require.NoError(t, err)
		h := Hello(records)
		require.NotNil(t, h)
		assert.Len(t, h.CipherSuites, len(o.Suites))
		assert.GreaterOrEqual(t, h.Size, o.Size)
		assert.Equal(t, o.ServerName, h.ServerName)
		assert.Equal(t, o.Protocols, h.Protocols)
		assert.Equal(t, wire.VersionName(o.Version), h.Versions[0])
		assert.Equal(t, o.Version == tls.VersionTLS13 && !o.Retry, len(h.KeyShares) == 1)
	}
}

// TestSuites checks that every suite that is offered has a name, from which its kind is read, and is offered once.
func TestSuites(t *testing.T) {
	seen := map[uint16]bool{}
	for _, s := range Suites {
		assert.NotContains(t, wire.CipherSuiteName(s), "0x")
		assert.False(t, seen[s], wire.CipherSuiteName(s))
		seen[s] = true
	}
	assert.True(t, KindRSA.Is(tls.TLS_RSA_WITH_AES_128_CBC_SHA))
	assert.False(t, KindRSA.Is(tls.TLS_RSA_WITH_RC4_128_SHA))
	assert.True(t, KindBroken.Is(tls.TLS_RSA_WITH_RC4_128_SHA))
	assert.True(t, KindBroken.Is(tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA))
	assert.False(t, KindBroken.Is(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256))
	assert.True(t, KindDHE.Is(0x009E))
}

// FuzzRead checks that a server that sends anything ends no reader with a panic, that cutting what it sends elsewhere
// changes nothing, and that what is kept is bounded.
func FuzzRead(f *testing.F) {
	for _, configs := range handshakes {
		h := record(f, first(configs), second(configs))
		f.Add(h.sent, h.received, h.secret)
	}
	f.Add([]byte(nil), []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), []byte(nil))
	f.Add([]byte(nil), []byte{21, 3, 3, 0, 2, 2, 40}, []byte(nil))
	f.Fuzz(func(t *testing.T, sent, received, secret []byte) {
		whole, cut := New(sent, secret), New(sent, secret)
		whole.Feed(received)
		for part := range chunks(received, 7) {
			cut.Feed(part)
		}
		assert.Equal(t, whole.Flight, cut.Flight)
		size := 0
		for _, c := range whole.Certificates {
			size += len(c)
		}
		assert.LessOrEqual(t, size, MaxCertificateBytes)
		assert.LessOrEqual(t, len(whole.First), MaxFirst)
		assert.LessOrEqual(t, len(whole.Messages), maxMessages)
	})
}
