package ask_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/ask/flight"
	"example.com/tlslab/lab/wire"
)

// listen serves every connection with a function until the test ends, and returns the target.
func listen(t testing.TB, serve func(net.Conn)) ask.Target {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(time.Minute))
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	port := l.Addr().(*net.TCPAddr).Port
	return ask.Target{Host: "localhost", Connect: l.Addr().String(), Port: port, Timeout: 500 * time.Millisecond}
}

// hello is a ServerHello of TLS 1.2 that crypto/tls accepts.
var hello = wire.ServerHello{
	Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, SecureRenegotiation: true,
}.Marshal()

// records returns handshake messages in records.
func records(messages ...[]byte) []byte {
	var out []byte
	all := bytes.Join(messages, nil)
	for len(all) > 0 {
		n := min(len(all), 1<<14)
		out = wire.AppendRecord(out, wire.RecordHandshake, tls.VersionTLS12, all[:n])
		all = all[n:]
	}
	return out
}

// certificates returns a Certificate message with certificates of that size, in TLS 1.2.
func certificates(count, size int) []byte {
	return wire.Message(wire.MessageCertificate, func(b *cryptobyte.Builder) {
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for range count {
				b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(make([]byte, size)) })
			}
		})
	})
}

// request returns a CertificateRequest with as many names of CAs as fit, in TLS 1.2.
func request(names int) []byte {
	return wire.Message(wire.MessageCertificateRequest, func(b *cryptobyte.Builder) {
		b.AddBytes([]byte{1, 1, 0, 2, 4, 3})
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			for range names {
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte{0x30, 0}) })
			}
		})
	})
}

// forever writes the same bytes until the client closes the connection.
func forever(start, again []byte) func(net.Conn) {
	return func(c net.Conn) {
		_, err := c.Write(start)
		for err == nil {
			_, err = c.Write(again)
		}
	}
}

// once writes bytes, and reads until the client closes the connection.
func once(b []byte) func(net.Conn) {
	return func(c net.Conn) {
		c.Write(b)
		io.Copy(io.Discard, c)
	}
}

// drip writes one byte at each tick of a clock, until the client closes the connection.
func drip(b []byte) func(net.Conn) {
	return func(c net.Conn) {
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			io.Copy(io.Discard, c)
		}()
		clock := time.NewTicker(20 * time.Millisecond)
		defer clock.Stop()
		for i := range b {
			select {
			case <-closed:
				return
			case <-clock.C:
				if _, err := c.Write(b[i : i+1]); err != nil {
					return
				}
			}
		}
		<-closed
	}
}

// hostile are servers that want a client to hang, to crash, or to fill its memory.
// Those with a check must be given the time to do what they do, however slow the machine is, and do not hang.
var hostile = []struct {
	name  string
	serve func(net.Conn)
	check func(*testing.T, *ask.Seen)
}{
	{"endless text", forever(nil, bytes.Repeat([]byte("spam "), 1000)), func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, "garbage", s.Speaks)
		assert.LessOrEqual(t, len(s.Attempts[0].First), flight.MaxFirst)
	}},
	{"endless empty records", forever(nil, bytes.Repeat([]byte{22, 3, 3, 0, 0}, 1000)), nil},
	{"endless warnings", forever(nil, bytes.Repeat([]byte{21, 3, 3, 0, 2, 1, 0}, 1000)), nil},
	{"endless hello requests", forever(records(hello), bytes.Repeat(records(make([]byte, 4)), 1000)), nil},
	{"endless certificate", forever(records(hello, []byte{11, 0xff, 0xff, 0xff}), records(make([]byte, 1<<14))), nil},
	{"slow drip", drip(records(hello, certificates(2, 1000))), nil},
	{"slow drip of text", drip([]byte(strings.Repeat("x", 1000))), nil},
	{"a thousand certificates", once(records(hello, certificates(1000, 200), []byte{14, 0, 0, 0})),
		func(t *testing.T, s *ask.Seen) {
			a := attempt(t, s, "tls1.2")
			assert.Len(t, a.Certificates, flight.MaxCertificates)
			assert.Equal(t, 1000-flight.MaxCertificates, a.MoreCertificates)
		}},
	{"a certificate of 900 KiB", once(records(hello, certificates(1, 900<<10), []byte{14, 0, 0, 0})),
		func(t *testing.T, s *ask.Seen) {
			assert.Equal(t, 1, attempt(t, s, "tls1.2").MoreCertificates)
		}},
	{"10,000 names of CAs", once(records(hello, certificates(1, 100), request(10_000), []byte{14, 0, 0, 0})),
		func(t *testing.T, s *ask.Seen) {
			r := attempt(t, s, "tls1.2").Request
			require.NotNil(t, r)
			assert.Len(t, r.CANames, flight.MaxCANames)
			assert.Equal(t, 10_000-flight.MaxCANames, r.MoreCANames)
		}},
	{"a malformed ServerHello", once(records([]byte{2, 0, 0, 3, 3, 3, 3})), func(t *testing.T, s *ask.Seen) {
		assert.Equal(t, ask.EndInvalid, attempt(t, s, "tls1.2").End)
	}},
	{"TLS 1.3 with nonsense inside", once(append(records(wire.Message(wire.MessageServerHello,
		func(b *cryptobyte.Builder) {
			b.AddBytes(append([]byte{3, 3}, make([]byte, 32)...))
			b.AddBytes([]byte{0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4})
		})), 23, 3, 3, 0, 3, 1, 2, 3)), nil},
	{"a random reset", func(c net.Conn) {
		c.(*net.TCPConn).SetLinger(0)
	}, nil},
}

// TestHostile checks that no server makes a diagnosis hang or fail.
func TestHostile(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			target := listen(t, test.serve)
			if test.check != nil {
				target.Timeout = patience
			}
			begun := time.Now()
			s, err := ask.Server(t.Context(), target)
			require.NoError(t, err)
			assert.LessOrEqual(t, s.Connections, ask.MaxConnections)
			assert.Less(t, time.Since(begun), time.Minute)
			require.NotEmpty(t, s.Addresses)
			if test.check != nil {
				test.check(t, s)
			}
		})
	}
}

// TestHostileGreeting checks the same for what comes before TLS.
func TestHostileGreeting(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"endless line":  forever(nil, bytes.Repeat([]byte("220-"), 1000)),
		"endless lines": forever(nil, bytes.Repeat([]byte("220-x\r\n"), 1000)),
		"silence":       once(nil),
		"drip":          drip([]byte(strings.Repeat("220-x\r\n", 100))),
	} {
		for _, starttls := range []string{"smtp", "xmpp", "mysql", "ldap"} {
			t.Run(name+"/"+starttls, func(t *testing.T) {
				t.Parallel()
				target := listen(t, serve)
				target.STARTTLS = starttls
				s, err := ask.Server(t.Context(), target)
				require.NoError(t, err)
				assert.NotEqual(t, "tls", s.Speaks)
				assert.LessOrEqual(t, len(s.Greeting), 64<<10)
			})
		}
	}
}

// TestHostileAnswer checks that what follows the handshake is bounded, too.
func TestHostileAnswer(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{issue(t, nil)}}
	for name, answer := range map[string]func(net.Conn){
		"endless header": forever([]byte("HTTP/1.1 200 OK\r\n"), bytes.Repeat([]byte("A: b\r\n"), 1000)),
		"endless bytes":  forever(nil, make([]byte, 1<<14)),
		"silence":        once(nil),
		"drip":           drip([]byte(strings.Repeat("HTTP/1.1 200 OK\r\n", 100))),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := listen(t, func(c net.Conn) { answer(&unset{tls.Server(c, config)}) })
			target.Timeout = patience
			s, err := ask.Server(t.Context(), target)
			require.NoError(t, err)
			o := s.Attempts[0]
			assert.True(t, o.Complete)
			assert.False(t, o.Answered && name != "endless bytes")
			assert.LessOrEqual(t, len(o.Response), 4<<10)
		})
	}
}

// unset hides a connection's methods other than those of net.Conn.
type unset struct{ net.Conn }

// TestCancelled checks that the end of a context ends a diagnosis that waits for a silent server.
func TestCancelled(t *testing.T) {
	target := listen(t, once(nil))
	target.Timeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	s, err := ask.Server(ctx, target)
	require.NoError(t, err)
	assert.Equal(t, ask.EndTimeout, s.Attempts[0].End)
}
