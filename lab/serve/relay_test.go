package serve

import (
	"context"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
)

// relayed starts a server that relays to one of crypto/tls's that behaves as config and serve say,
// and returns it.
func relayed(t *testing.T, config *tls.Config, answer func(*tls.Conn)) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conn := tls.Server(c, config)
			if conn.Handshake() == nil {
				answer(conn)
			}
			conn.Close()
		}
	}()
	s, ok := scenarios.Lookup("good")
	require.True(t, ok)
	srv, err := Start(s, nil, Options{
		Service: Service{Name: scenarios.Mongod, Scheme: "mongodb"},
		Upstream: &Upstream{
			Addr: l.Addr().String(), Log: func(context.Context, int) []string { return []string{"a line"} },
			Close: func() error { l.Close(); <-done; return nil },
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.Close()) })
	return srv
}

// echo answers what it is sent until the client has had enough.
func echo(c *tls.Conn) { io.Copy(c, c) }

// What passes a relay is read off the wire: the client's hello, what the server chose, how it ended.
func TestRelay(t *testing.T) {
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, newKey(t, elliptic.P256()), nil)}}
	for _, test := range []struct {
		name    string
		config  func(*tls.Config)
		client  *tls.Config
		version string
		end     End
		alert   string
	}{
		{"served under TLS 1.3", nil, &tls.Config{RootCAs: ca.pool()}, "TLS 1.3", EndRelayed, ""},
		{"served under TLS 1.2", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, &tls.Config{RootCAs: ca.pool()}, "TLS 1.2", EndRelayed, ""},
		{"refused by the client", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, &tls.Config{RootCAs: x509.NewCertPool()}, "TLS 1.2", EndAlertReceived, "bad_certificate"},
		{"refused by the server", func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, &tls.Config{MaxVersion: tls.VersionTLS12}, "", EndAlertSent, "protocol_version"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := config.Clone()
			if test.config != nil {
				test.config(config)
			}
			srv := relayed(t, config, echo)
			test.client.ServerName = "localhost"
			if conn, err := tls.Dial("tcp", srv.Addr(), test.client); err == nil {
				_, err = io.WriteString(conn, "hello")
				require.NoError(t, err)
				answer := make([]byte, 5)
				_, err = io.ReadFull(conn, answer)
				require.NoError(t, err)
				require.Equal(t, "hello", string(answer))
				conn.Close()
			}
			o := one(t, srv)
			assert.Equal(t, test.end, o.End, o.Error)
			assert.Equal(t, test.version, o.Version)
			assert.Equal(t, "localhost", o.Hello.ServerName)
			assert.Equal(t, test.alert, alertName(o))
			assert.Equal(t, test.alert == "", o.ApplicationData)
			assert.Equal(t, []string{"a line"}, srv.Log(t.Context()))
		})
	}
}

func alertName(o Observation) string {
	if a := firstAlert(o.AlertReceived, o.AlertSent); a != nil {
		return a.Name
	}
	return ""
}

// A server that closes first, as mongod does after it has judged a client's certificate, is told
// from a client that leaves.
func TestRelayClosedByServer(t *testing.T) {
	ca := newAuthority(t)
	srv := relayed(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, newKey(t, elliptic.P256()), nil)}},
		func(c *tls.Conn) { c.NetConn().Close() }) // without a close_notify, on which the client would leave
	conn, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	require.NoError(t, err)
	conn.Close()
	o := one(t, srv)
	require.Equal(t, EndRelayed, o.End)
	require.Equal(t, "closed by the server", o.Error)
}

// A client that does not speak TLS is relayed all the same: what to make of it is the server's part.
func TestRelayNotTLS(t *testing.T) {
	srv := relayed(t, &tls.Config{Certificates: []tls.Certificate{newAuthority(t).issue(t, newKey(t, elliptic.P256()), nil)}}, echo)
	conn, err := net.Dial("tcp", srv.Addr())
	require.NoError(t, err)
	_, err = io.WriteString(conn, "\x3a\x00\x00\x00 is no record")
	require.NoError(t, err)
	io.Copy(io.Discard, conn)
	conn.Close()
	require.Equal(t, EndNotTLS, one(t, srv).End)
}

// A server that is gone gives an end, and keeps nobody waiting.
func TestRelayServerGone(t *testing.T) {
	s, _ := scenarios.Lookup("good")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	srv, err := Start(s, nil, Options{Upstream: &Upstream{Addr: l.Addr().String()}})
	require.NoError(t, err)
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Addr())
	require.NoError(t, err)
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	conn.Close()
	o := one(t, srv)
	require.Equal(t, EndError, o.End)
	require.Contains(t, o.Error, "refused")
}

// A server that has refused to start leaves a port at which nothing listens.
func TestRelayRefusedToStart(t *testing.T) {
	s, _ := scenarios.Lookup("good")
	closed := errors.New("closed")
	srv, err := Start(s, nil, Options{Upstream: &Upstream{Close: func() error { return closed }}})
	require.NoError(t, err)
	_, err = net.Dial("tcp", srv.Addr())
	require.Error(t, err)
	require.NoError(t, srv.Drain(t.Context()))
	require.ErrorIs(t, srv.Close(), closed)
}
