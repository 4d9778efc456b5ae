package ask_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/diagnose/ask"
)

// issue returns a certificate that signs itself. If edit is not nil, it changes the DER, and so breaks the signature.
func issue(t testing.TB, edit func(der []byte) []byte) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x55), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	if edit != nil {
		der = edit(der)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serveTLS returns what a server does that speaks HTTP over TLS.
func serveTLS(config *tls.Config) func(net.Conn) {
	return func(raw net.Conn) {
		c := tls.Server(raw, config)
		defer c.Close()
		if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil && r.Method == http.MethodGet {
			io.WriteString(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
		}
	}
}

// TestTickets checks that session tickets are seen, in both versions.
func TestTickets(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		target := listen(t, serveTLS(&tls.Config{Certificates: []tls.Certificate{issue(t, nil)}, MaxVersion: version}))
		target.Timeout, target.Light = patience, true
		s, err := ask.Server(t.Context(), target)
		require.NoError(t, err)
		assert.True(t, s.Manners.Tickets, tls.VersionName(version))
		assert.LessOrEqual(t, s.Connections, 3)
	}
}

// TestRefusedCertificate checks that certificates that crypto/x509 refuses are read, and that their key is proven, in
// both versions.
func TestRefusedCertificate(t *testing.T) {
	const serial = 0x55
	negative := func(der []byte) []byte {
		for i := range der {
			if der[i] == 2 && der[i+1] == 1 && der[i+2] == serial {
				der[i+2] |= 0x80
				return der
			}
		}
		panic("there is no serial number")
	}
	cert := issue(t, negative)
	_, err := x509.ParseCertificate(cert.Certificate[0])
	require.Error(t, err)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		target := listen(t, serveTLS(&tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version}))
		target.Timeout = patience
		s, err := ask.Server(t.Context(), target)
		require.NoError(t, err)
		o := s.Attempts[0]
		assert.Equal(t, ask.EndInvalid, o.End)
		assert.Contains(t, o.Error, "failed to parse certificate")
		assert.Equal(t, cert.Certificate, o.Certificates)
		require.NotNil(t, o.KeyProven, tls.VersionName(version))
		assert.True(t, *o.KeyProven)
	}
}

// TestSTARTTLS checks that every attempt begins with the prologue, and what is seen if the server does not offer it.
func TestSTARTTLS(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{issue(t, nil)}}
	answer := func(with byte) func(net.Conn) {
		return func(c net.Conn) {
			request := make([]byte, 8)
			if _, err := io.ReadFull(c, request); err != nil || request[4] != 4 {
				return
			}
			if c.Write([]byte{with}); with == 'S' {
				tls.Server(c, config).Handshake()
			}
		}
	}
	target := listen(t, answer('S'))
	target.Timeout, target.STARTTLS = patience, "postgres"
	s, err := ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, "tls", s.Speaks)
	assert.Equal(t, "postgres", s.STARTTLS)
	assert.Equal(t, []byte("S"), s.Greeting)
	assert.Equal(t, []uint16{tls.VersionTLS12, tls.VersionTLS13}, s.Manners.Versions)

	target = listen(t, answer('N'))
	target.Timeout, target.STARTTLS = patience, "postgres"
	s, err = ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, "postgres", s.Speaks)
	assert.Equal(t, ask.EndNoSTARTTLS, s.Attempts[0].End)
	assert.Equal(t, 1, s.Connections)

	// Without the prologue, the server is recognized by the probe.
	target.STARTTLS = ask.NoSTARTTLS
	s, err = ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, "postgres", s.Speaks)
}

// TestGuessedSTARTTLS checks that a prologue that was guessed is dropped if the server speaks TLS at once.
func TestGuessedSTARTTLS(t *testing.T) {
	target := listen(t, serveTLS(&tls.Config{Certificates: []tls.Certificate{issue(t, nil)}}))
	target.Timeout, target.Service = patience, "postgres"
	s, err := ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, "tls", s.Speaks)
	assert.Empty(t, s.STARTTLS)
	assert.True(t, s.Attempts[0].Complete)
}

// TestProxy checks that a server is asked through an HTTP proxy, and what is seen if the proxy refuses.
func TestProxy(t *testing.T) {
	behind := listen(t, serveTLS(&tls.Config{Certificates: []tls.Certificate{issue(t, nil)}}))
	status := "200 OK"
	proxy := listen(t, func(c net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(&oneByte{c}))
		if err != nil || r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != "Basic dTpw" {
			return
		}
		io.WriteString(c, "HTTP/1.1 "+status+"\r\n\r\n")
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			return
		}
		defer there.Close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			io.Copy(there, c)
			there.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(c, there)
		c.(*net.TCPConn).CloseWrite()
		<-done
	})
	target := behind
	target.Timeout, target.Proxy = patience, "http://u:p@"+proxy.Connect
	s, err := ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, "tls", s.Speaks)
	assert.True(t, s.Attempts[0].Complete, "%+v", s.Attempts[0])

	status = "403 Forbidden"
	s, err = ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, ask.EndProxy, s.Attempts[0].End)
	assert.Contains(t, s.Attempts[0].Error, "403 Forbidden")
	assert.Equal(t, 1, s.Connections)
}

// oneByte reads a byte at a time.
type oneByte struct{ net.Conn }

func (o *oneByte) Read(p []byte) (int, error) { return o.Conn.Read(p[:min(len(p), 1)]) }

// TestHTTP2 checks the polite request over HTTP/2.
func TestHTTP2(t *testing.T) {
	l := newLab(t)
	_, target := serve(t, l, "good")
	target.Protocols = []string{"h2"}
	s, err := ask.Server(t.Context(), target)
	require.NoError(t, err)
	assert.Equal(t, "h2", s.Attempts[0].Protocol)
	assert.True(t, s.Attempts[0].Answered, "%+v", s.Attempts[0])
}

// TestClientCertificate checks that the certificate is presented, and that a server that requires it is known as such.
func TestClientCertificate(t *testing.T) {
	cert := issue(t, nil)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := &tls.Config{
			Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: version,
		}
		target := listen(t, serveTLS(config))
		target.Timeout, target.Certificate = patience, &cert
		s, err := ask.Server(t.Context(), target)
		require.NoError(t, err)
		assert.True(t, s.Attempts[0].Answered, "%+v", s.Attempts[0])
		assert.True(t, s.Attempts[0].Request.Required)
		assert.Equal(t, ask.EndAlert, attempt(t, s, "no-certificate").End)
		assert.Equal(t, tls.RequireAnyClientCert, s.Manners.ClientAuth)
	}
}
