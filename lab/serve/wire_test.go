package serve

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// readSome waits for the server's next bytes.
func readSome(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// TestEnds checks how a connection ends if the client closes it, in all possible ways, during the handshake. The
// clients replay the ClientHello of OpenSSL 3.0.
func TestEnds(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	hello := hellos.Recorded()["openssl"]
	say := func(p []byte) func(*testing.T, *net.TCPConn) {
		return func(t *testing.T, c *net.TCPConn) { c.Write(p) }
	}
	helloThen := func(then func(*testing.T, *net.TCPConn)) func(*testing.T, *net.TCPConn) {
		return func(t *testing.T, c *net.TCPConn) {
			c.Write(hello)
			readSome(t, c) // the server has answered, and waits for the client
			then(t, c)
		}
	}
	reset := func(t *testing.T, c *net.TCPConn) { c.SetLinger(0) }
	ccs := record(wire.RecordChangeCipherSpec, 1)
	unknownCA := alert(wire.LevelFatal, wire.AlertUnknownCA)
	expiredAfterCCS := append(ccs, alert(wire.LevelFatal, wire.AlertCertificateExpired)...)
	garbled := bytes.Replace(hello, []byte("\x00\x09localhost"), []byte("\x00\x10localhost"), 1)
	rubbish := record(wire.RecordApplicationData, make([]byte, 40)...)

	tests := []struct {
		name     string
		client   func(*testing.T, *net.TCPConn)
		end      End
		received string
		sent     string
		hello    bool
	}{
		{"nothing", say(nil), EndEOF, "", "", false},
		{"half a hello", say(hello[:100]), EndEOF, "", "", false},
		{"eof", helloThen(say(nil)), EndEOF, "", "", true},
		{"reset", helloThen(reset), EndReset, "", "", true},
		// OpenSSL does this under TLS 1.3. crypto/tls expects ciphertext here, and fails with a bad record MAC.
		{"plaintext alert", helloThen(say(unknownCA)), EndAlertReceived, "unknown_ca (48)", "", true},
		{"plaintext alert after ccs", helloThen(say(expiredAfterCCS)),
			EndAlertReceived, "certificate_expired (45)", "", true},
		{"alert first", say(alert(wire.LevelFatal, wire.AlertInternalError)),
			EndAlertReceived, "internal_error (80)", "", false},
		{"close_notify first", say(alert(wire.LevelWarning, wire.AlertCloseNotify)), EndCloseNotify, "", "", false},
		{"http", say([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")), EndNotTLS, "", "", false},
		{"short of a header", say([]byte("GET")), EndNotTLS, "", "", false},
		{"ssh", say([]byte("SSH-2.0-OpenSSH_9.2\r\n")), EndNotTLS, "", "", false},
		{"ssl 2", say([]byte{0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10}),
			EndAlertSent, "", "protocol_version (70)", false},
		{"garbled hello", say(garbled), EndAlertSent, "", "decode_error (50)", false},
		{"rubbish after hello", helloThen(say(rubbish)), EndAlertSent, "", "bad_record_mac (20)", true},
		{"oversized record", say([]byte{byte(wire.RecordHandshake), 3, 1, 0xff, 0xff}),
			EndAlertSent, "", "record_overflow (22)", false},
		{"other message", say(record(wire.RecordHandshake, 20, 0, 0, 0)),
			EndAlertSent, "", "unexpected_message (10)", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), source, Options{})
			c := dial(t, srv)
			test.client(t, c)
			if test.end != EndReset {
				c.CloseWrite()
				if _, err := io.Copy(io.Discard, c); err != nil {
					t.Errorf("reading to the end: %v", err) // for example, a reset
				}
			}
			c.Close()
			checkEnd(t, one(t, srv), test.end, test.received, test.sent, test.hello)
		})
	}
}

// checkEnd checks how a connection ended before the handshake was complete.
func checkEnd(t *testing.T, o Observation, end End, received, sent string, hello bool) {
	t.Helper()
	if o.End != end || o.HandshakeComplete || (o.Hello != nil) != hello {
		t.Errorf("end %s, want %s; complete %v, hello %v, error %s", o.End, end, o.HandshakeComplete, o.Hello, o.Error)
	}
	for _, a := range []struct {
		name string
		got  *wire.Alert
		want string
	}{{"received", o.AlertReceived, received}, {"sent", o.AlertSent, sent}} {
		if a.got == nil && a.want != "" || a.got != nil && a.got.String() != a.want {
			t.Errorf("alert %s %v, want %s", a.name, a.got, a.want)
		}
	}
	if strings.Contains(o.Error, "127.0.0.1") {
		t.Errorf("the error is not the same in every run: %s", o.Error)
	}
}

// TestEndsAfterHandshake checks how a connection ends if the client closes it after the handshake.
func TestEndsAfterHandshake(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	tests := []struct {
		name  string
		leave func(c *tls.Conn, raw *net.TCPConn)
		end   End
	}{
		{"close_notify", func(c *tls.Conn, raw *net.TCPConn) { c.Close() }, EndCloseNotify},
		{"eof", func(c *tls.Conn, raw *net.TCPConn) { raw.Close() }, EndEOF},
		{"reset", func(c *tls.Conn, raw *net.TCPConn) { raw.SetLinger(0); raw.Close() }, EndReset},
		{"half a request", func(c *tls.Conn, raw *net.TCPConn) { io.WriteString(c, "GET / HT"); raw.Close() }, EndEOF},
		{"half a request, close_notify", func(c *tls.Conn, raw *net.TCPConn) {
			io.WriteString(c, "GET / HT")
			c.Close()
		}, EndCloseNotify},
		{"rubbish", func(c *tls.Conn, raw *net.TCPConn) {
			raw.Write(record(wire.RecordApplicationData, make([]byte, 40)...))
			io.Copy(io.Discard, raw)
		}, EndAlertSent},
		{"no http", func(c *tls.Conn, raw *net.TCPConn) {
			io.WriteString(c, "EHLO localhost\r\n\r\n")
			io.Copy(io.Discard, c)
		}, EndError},
	}
	for _, test := range tests {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(test.name+"/"+tls.VersionName(version), func(t *testing.T) {
				srv := start(t, scenario(scenarios.Server{}), source, Options{})
				raw := dial(t, srv)
				c := tls.Client(raw, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", MaxVersion: version})
				if err := c.Handshake(); err != nil {
					t.Fatal(err)
				}
				test.leave(c, raw)
				raw.Close()
				o := one(t, srv)
				if o.End != test.end || !o.HandshakeComplete {
					t.Errorf("end %s, want %s; complete %v: %s", o.End, test.end, o.HandshakeComplete, o.Error)
				}
			})
		}
	}
}

// segments is a connection that sends what is written to it in different pieces.
type segments struct {
	*net.TCPConn
	cut func(p []byte) [][]byte
}

func (s segments) Write(p []byte) (int, error) {
	for _, piece := range s.cut(p) {
		if _, err := s.TCPConn.Write(piece); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func TestSegments(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	first := true
	tests := map[string]func(p []byte) [][]byte{
		"bytes": func(p []byte) [][]byte {
			var all [][]byte
			for i := range p {
				all = append(all, p[i:i+1])
			}
			return all
		},
		"two records": func(p []byte) [][]byte {
			if !first {
				return [][]byte{p}
			}
			first = false
			hello := p[wire.RecordHeaderLen:]
			return [][]byte{record(wire.RecordHandshake, hello[:50]...), record(wire.RecordHandshake, hello[50:]...)}
		},
	}
	for name, cut := range tests {
		t.Run(name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), source, Options{})
			c := tls.Client(segments{dial(t, srv), cut}, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
			if err := c.Handshake(); err != nil {
				t.Fatal(err)
			}
			c.Close()
			if o := one(t, srv); o.End != EndCloseNotify || o.Hello == nil || o.Hello.ServerName != "localhost" {
				t.Errorf("end %s, hello %+v: %s", o.End, o.Hello, o.Error)
			}
		})
	}
}

// TestSilence checks that a client that stops sending is dropped, wherever it stops.
func TestSilence(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	hello := hellos.Recorded()["openssl"]
	for name, said := range map[string][]byte{"at once": nil, "in the hello": hello[:100], "after the hello": hello} {
		t.Run(name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), source, Options{Timeout: 100 * time.Millisecond})
			c := dial(t, srv)
			c.Write(said)
			io.Copy(io.Discard, c) // until the server closes the connection
			o := one(t, srv)
			if o.End != EndTimeout || o.BytesReceived != int64(len(said)) || o.Error != "read: i/o timeout" {
				t.Errorf("end %s after %d bytes: %s", o.End, o.BytesReceived, o.Error)
			}
		})
	}
	t.Run("after the handshake", func(t *testing.T) {
		srv := start(t, scenario(scenarios.Server{}), source, Options{Timeout: time.Second})
		c := tls.Client(dial(t, srv), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, c)
		if o := one(t, srv); o.End != EndTimeout || !o.HandshakeComplete {
			t.Errorf("end %s, complete %v: %s", o.End, o.HandshakeComplete, o.Error)
		}
	})
}

// TestFlood checks that a client that never stops sending is dropped.
func TestFlood(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	header := []byte{byte(wire.MessageClientHello), 0, 0xff, 0xff}
	tests := map[string][]byte{
		"zeros":    make([]byte, 1<<16),
		"hello":    record(wire.RecordHandshake, append(header, make([]byte, 1<<14-4)...)...),
		"warnings": bytes.Repeat(alert(wire.LevelWarning, wire.AlertUserCanceled), 1000),
		"empty":    bytes.Repeat(record(wire.RecordHandshake), 1000),
	}
	for name, chunk := range tests {
		t.Run(name, func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), source, Options{})
			c := dial(t, srv)
			var sent int64
			for {
				n, err := c.Write(chunk)
				sent += int64(n)
				if err != nil {
					break
				}
			}
			if o := one(t, srv); o.BytesReceived > 1<<18 {
				t.Errorf("the server read %d of %d bytes in %v", o.BytesReceived, sent, o.Duration)
			}
		})
	}
}

// TestBadNeighbours checks that bad clients do not disturb others.
func TestBadNeighbours(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	for range 50 {
		dial(t, srv).Write([]byte{byte(wire.RecordHandshake), 3, 1, 2}) // and silence
	}
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
		t.Error(err)
	}
}
