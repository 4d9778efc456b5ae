package serve

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// TestFlight checks that crypto/tls's client completes the handshake with package tls12, and that data of any size then
// comes back unchanged.
func TestFlight(t *testing.T) {
	ca := newAuthority(t)
	echo := Service{Name: "echo", Scheme: "echo", Serve: func(c net.Conn, _ Session) error {
		_, err := io.Copy(c, c)
		return err
	}}
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, cert := range map[string]tls.Certificate{
		"ECDSA": ca.issue(t, newKey(t, elliptic.P256()), nil), "RSA": ca.issue(t, small, nil),
	} {
		t.Run(name, func(t *testing.T) {
			s := scenario(scenarios.Server{Fault: scenarios.FaultLegacyRenegotiation})
			srv := start(t, s, material(cert, nil), Options{Service: echo})
			c := tls.Client(dial(t, srv), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
			defer c.Close()
			sent := bytes.Repeat([]byte("0123456789abcdef"), 5000)
			go func() {
				c.Write(sent)
				c.CloseWrite()
			}()
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, sent) {
				t.Fatalf("%d of %d bytes came back: %v", len(got), len(sent), err)
			}
			o := one(t, srv)
			if o.Version != "TLS 1.2" || !o.HandshakeComplete || !o.ApplicationData ||
				!strings.HasSuffix(o.CipherSuite, "_WITH_AES_128_GCM_SHA256") {
				t.Errorf("observation = %+v", o)
			}
		})
	}
}

// TestSmallDH checks that the openssl command accepts a group of 1,024 bits if it is told to, and refuses it otherwise.
func TestSmallDH(t *testing.T) {
	_, err := exec.LookPath("openssl")
	needs.Stack(t, "openssl", err == nil, "no openssl on PATH")
	ca := newAuthority(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o644); err != nil {
		t.Fatal(err)
	}
	for ciphers, says := range map[string]string{
		"DHE-RSA-AES128-GCM-SHA256@SECLEVEL=1": "HTTP/1.1 200 OK",
		"DHE-RSA-AES128-GCM-SHA256@SECLEVEL=2": "dh key too small",
		"ECDHE-RSA-AES128-GCM-SHA256":          "handshake failure",
	} {
		t.Run(ciphers, func(t *testing.T) {
			s := scenario(scenarios.Server{Fault: scenarios.FaultSmallDH})
			srv := start(t, s, material(ca.issue(t, key, nil), nil), Options{})
			cmd := exec.Command("openssl", "s_client", "-connect", srv.Addr(), "-servername", "localhost",
				"-CAfile", file, "-verify_return_error", "-quiet", "-ign_eof", "-cipher", ciphers)
			cmd.Stdin = strings.NewReader("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
			out, _ := cmd.CombinedOutput()
			if !strings.Contains(string(out), says) {
				t.Errorf("openssl does not say %q: %s", says, out)
			}
			if o := one(t, srv); (o.End == EndServed) != strings.HasPrefix(says, "HTTP") {
				t.Errorf("end %s: %s", o.End, o.Error)
			}
		})
	}
}

// TestFlightSilence checks that a client that stops anywhere in a handshake with package tls12 is dropped.
func TestFlightSilence(t *testing.T) {
	ca := newAuthority(t)
	hello := hellos.Recorded()["openssl"]
	exchange := record(wire.RecordHandshake, byte(wire.MessageClientKeyExchange), 0, 0, 66)
	for name, said := range map[string][]byte{
		"after the hello":            hello,
		"in the ClientKeyExchange":   slices.Concat(hello, exchange),
		"at once":                    nil,
		"after half a record's head": hello[:3],
	} {
		t.Run(name, func(t *testing.T) {
			s := scenario(scenarios.Server{Fault: scenarios.FaultLegacyRenegotiation})
			srv := start(t, s, ca.source(t), Options{Timeout: 100 * time.Millisecond})
			c := dial(t, srv)
			c.Write(said)
			io.Copy(io.Discard, c)
			if o := one(t, srv); o.End != EndTimeout {
				t.Errorf("end %s: %s", o.End, o.Error)
			}
		})
	}
}
