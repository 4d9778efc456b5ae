package serve

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/hex"
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
	"example.com/tlslab/lab/internal/require"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// TestFlight holds the lab's own handshake to be one: crypto/tls's client finishes it, and what
// goes over it comes back whole, in records of any size.
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
			srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultLegacyRenegotiation}), material(cert, nil), Options{Service: echo})
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
			if o.Version != "TLS 1.2" || !o.HandshakeComplete || !o.ApplicationData || !strings.HasSuffix(o.CipherSuite, "_WITH_AES_128_GCM_SHA256") {
				t.Errorf("observation = %+v", o)
			}
		})
	}
}

// TestSmallDH has the openssl command take a group of 1,024 bits where it is told that it may,
// and refuse it where it is not.
func TestSmallDH(t *testing.T) {
	_, err := exec.LookPath("openssl")
	require.Stack(t, "openssl", err == nil, "no openssl on PATH")
	ca := newAuthority(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw}), 0o644); err != nil {
		t.Fatal(err)
	}
	for ciphers, says := range map[string]string{
		"DHE-RSA-AES128-GCM-SHA256@SECLEVEL=1": "HTTP/1.1 200 OK",
		"DHE-RSA-AES128-GCM-SHA256@SECLEVEL=2": "dh key too small",
		"ECDHE-RSA-AES128-GCM-SHA256":          "handshake failure",
	} {
		t.Run(ciphers, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultSmallDH}), material(ca.issue(t, key, nil), nil), Options{})
			cmd := exec.Command("openssl", "s_client", "-connect", srv.Addr(), "-servername", "localhost", "-CAfile", file,
				"-verify_return_error", "-quiet", "-ign_eof", "-cipher", ciphers)
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

func TestOakley2(t *testing.T) {
	if oakley2.BitLen() != 1024 || !oakley2.ProbablyPrime(20) {
		t.Errorf("%x is no prime of 1,024 bits", oakley2)
	}
}

// TestPRF holds the pseudorandom function to the test vector that implementers of TLS 1.2 share
// (IETF TLS working group, "Test vectors for TLS 1.2 PRF", 2009).
func TestPRF(t *testing.T) {
	secret, _ := hex.DecodeString("9bbe436ba940f017b17652849a71db35")
	seed, _ := hex.DecodeString("a0ba9f936cda311827a6f796ffd5198c")
	const want = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a" +
		"6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab" +
		"4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
		"87347b66"
	if got := hex.EncodeToString(prf(secret, "test label", seed, 100)); got != want {
		t.Errorf("got %s", got)
	}
}

// A client that stops anywhere in a flight is dropped.
func TestFlightSilence(t *testing.T) {
	ca := newAuthority(t)
	for name, said := range map[string][]byte{
		"after the hello":            hellos.Recorded()["openssl"],
		"in the ClientKeyExchange":   append(slices.Clone(hellos.Recorded()["openssl"]), record(wire.RecordHandshake, byte(wire.MessageClientKeyExchange), 0, 0, 66)...),
		"at once":                    nil,
		"after half a record's head": hellos.Recorded()["openssl"][:3],
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultLegacyRenegotiation}), ca.source(t), Options{Timeout: 100 * time.Millisecond})
			c := dial(t, srv)
			c.Write(said)
			io.Copy(io.Discard, c)
			if o := one(t, srv); o.End != EndTimeout {
				t.Errorf("end %s: %s", o.End, o.Error)
			}
		})
	}
}

// basePoint returns a ClientKeyExchange with a point that is on P-256: its generator.
func basePoint() []byte {
	p := elliptic.P256().Params()
	return slices.Concat([]byte{byte(wire.MessageClientKeyExchange), 0, 0, 66, 65, 4}, p.Gx.FillBytes(make([]byte, 32)), p.Gy.FillBytes(make([]byte, 32)))
}

// Clients that break the handshake get the alert that RFC 5246 has for it.
func TestFlightRefuses(t *testing.T) {
	source := newAuthority(t).source(t)
	hello := hellos.Recorded()["openssl"]
	tls13only := bytes.Replace(hello, []byte{0, 43, 0, 9, 8, 3, 4, 3, 3, 3, 2, 3, 1}, []byte{0, 43, 0, 9, 8, 3, 4, 3, 4, 3, 4, 3, 4}, 1)
	suite := bytes.Replace(hello, []byte{0xc0, 0x2b}, []byte{0xc0, 0xff}, 1)
	exchange := record(wire.RecordHandshake, basePoint()...)
	ccs := record(wire.RecordChangeCipherSpec, 1)
	tests := []struct {
		name  string
		says  []byte
		alert string
	}{
		{"no TLS 1.2", tls13only, "protocol_version (70)"},
		{"no suite", suite, "handshake_failure (40)"},
		{"garbled hello", bytes.Replace(hello, []byte("\x00\x09localhost"), []byte("\x00\x10localhost"), 1), "decode_error (50)"},
		{"another message", record(wire.RecordHandshake, byte(wire.MessageFinished), 0, 0, 0), "unexpected_message (10)"},
		{"endless message", record(wire.RecordHandshake, byte(wire.MessageClientHello), 0xff, 0xff, 0xff), "decode_error (50)"},
		{"empty records", bytes.Repeat(record(wire.RecordHandshake), maxIdleRecords), "unexpected_message (10)"},
		{"oversized record", []byte{byte(wire.RecordHandshake), 3, 3, 0xff, 0xff}, "record_overflow (22)"},
		{"hello twice", slices.Concat(hello, hello), "unexpected_message (10)"},
		{"no point", slices.Concat(hello, record(wire.RecordHandshake, byte(wire.MessageClientKeyExchange), 0, 0, 2, 1, 4)), "decode_error (50)"},
		{"no ChangeCipherSpec", slices.Concat(hello, exchange, record(wire.RecordHandshake, byte(wire.MessageFinished), 0, 0, 0)), "unexpected_message (10)"},
		{"Finished in plaintext", slices.Concat(hello, exchange, ccs, record(wire.RecordHandshake, byte(wire.MessageFinished), 0, 0, 0)), "bad_record_mac (20)"},
		{"Finished of another key", slices.Concat(hello, exchange, ccs, record(wire.RecordHandshake, make([]byte, 40)...)), "bad_record_mac (20)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if bytes.Equal(test.says, hello) {
				t.Fatal("the recorded hello is not what it was: nothing in it was replaced")
			}
			srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultLegacyRenegotiation}), source, Options{})
			c := dial(t, srv)
			c.Write(test.says)
			c.CloseWrite()
			io.Copy(io.Discard, c)
			if o := one(t, srv); o.AlertSent == nil || o.AlertSent.String() != test.alert || o.HandshakeComplete {
				t.Errorf("end %s, sent %v, want %s: %s", o.End, o.AlertSent, test.alert, o.Error)
			}
		})
	}
}

// endless is a connection to a client that says the same again and again, or, if it does not,
// leaves.
type endless struct {
	net.Conn
	says  []byte
	again bool
	at    int
	total int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.at == len(e.says) {
		if !e.again || len(e.says) == 0 {
			return 0, io.EOF
		}
		e.at = 0
	}
	n := copy(p, e.says[e.at:])
	e.at += n
	e.total += int64(n)
	return n, nil
}

func (e *endless) Write(p []byte) (int, error) { return len(p), nil }
func (e *endless) SetDeadline(time.Time) error { return nil }

// FuzzFlight has a flight answer whatever a client may send, once and for ever: it ends, without
// a panic, and reads no more than a handshake needs.
func FuzzFlight(f *testing.F) {
	ca := newAuthority(f)
	ecdsaCert := ca.issue(f, newKey(f, elliptic.P256()), nil)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	rsaCert := ca.issue(f, key, nil)
	for _, hello := range hellos.Recorded() {
		f.Add(hello, false)
		f.Add(slices.Concat(hello, record(wire.RecordHandshake, basePoint()...), record(wire.RecordChangeCipherSpec, 1), record(wire.RecordHandshake, make([]byte, 40)...)), true)
		f.Add(slices.Concat(hello, record(wire.RecordHandshake, byte(wire.MessageClientKeyExchange), 0, 0, 3, 0, 1, 2), record(wire.RecordChangeCipherSpec, 1), record(wire.RecordHandshake, make([]byte, 40)...)), false)
	}
	f.Add(record(wire.RecordHandshake), true)
	const enough = 4 << 20
	f.Fuzz(func(t *testing.T, says []byte, again bool) {
		for _, kind := range []struct {
			certificate tls.Certificate
			exchange    keyExchange
		}{{ecdsaCert, new(ecdhe)}, {rsaCert, new(dhe)}} {
			client := &endless{says: says, again: again}
			tapped := newTap(client)
			flight := &flight{
				records12: records12{tap: &tapped}, exchange: kind.exchange,
				certificate: func(*tap) (tls.Certificate, error) { return kind.certificate, nil },
			}
			if err := flight.Handshake(); err == nil {
				t.Error("shook hands with somebody who does not know the keys")
			}
			if client.total > enough {
				t.Errorf("read %d bytes", client.total)
			}
		}
	})
}

// FuzzAwait has every other fault wait for the ClientHello, with whatever comes in its place.
func FuzzAwait(f *testing.F) {
	for _, hello := range hellos.Recorded() {
		f.Add(hello, false)
		f.Add(hello[:len(hello)-1], true)
	}
	f.Add(record(wire.RecordHandshake), true)
	f.Add([]byte{0x80, 0x2e, 1, 0, 2}, true)
	f.Fuzz(func(t *testing.T, says []byte, again bool) {
		client := &endless{says: says, again: again}
		tapped := newTap(client)
		err := tapped.await()
		if client.total > 2*maxAhead {
			t.Errorf("read %d bytes", client.total)
		}
		// What has been read is still there for crypto/tls.
		ahead := len(tapped.ahead)
		if int64(ahead) != client.total {
			t.Errorf("read %d bytes and kept %d: %v", client.total, ahead, err)
		}
		tapped.hello()
	})
}
