package simulate_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/gohttp"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/simulate"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// patience bounds each connection, also on a busy machine.
const patience = 20 * time.Second

// TestRun has Go's client connect to servers, one of which wants a client certificate.
func TestRun(t *testing.T) {
	l, err := lab.New(lab.Config{ClientFiles: true})
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	set, err := clients.Discover(t.Context(), clients.Options{Stacks: []clients.Stack{gohttp.Stack()}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, set.Close()) }()
	for id, class := range map[string]failure.Class{
		"good": "", "expired": failure.Expired, "wrong-host": failure.HostnameMismatch, "good-client-certificate": "",
	} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		chain, err := l.Chain(s)
		require.NoError(t, err)
		in, err := l.Serve(t.Context(), s)
		require.NoError(t, err)
		target := ask.Target{Host: in.Endpoint.Host, Port: in.Endpoint.Port, Connect: in.Endpoint.Connect,
			Timeout: patience, Light: true}
		if own, ok := chain.ClientCertificate(); ok {
			target.Certificate = &own
		}
		seen, err := ask.Server(t.Context(), target)
		require.NoError(t, err)
		roots := diagnose.Roots{}
		for _, m := range chain.Trusted {
			roots.Certificates = append(roots.Certificates, m.DER)
		}
		list := simulate.Ordinary(set)
		require.Len(t, list, 1)
		last := 0
		got, err := simulate.Run(t.Context(), list, seen, roots, simulate.Options{
			Timeout: patience, Progress: func(done, _ int) { last = done },
		})
		require.NoError(t, err)
		require.Len(t, got, 1)
		assert.Equal(t, 1, last)
		assert.Equal(t, class == "", got[0].Accepts, "%s: %s", id, got[0].Message)
		assert.Equal(t, class, got[0].Class, "%s: %s", id, got[0].Message)
		require.NoError(t, in.Close())
	}
}

func TestCan(t *testing.T) {
	assert.NoError(t, simulate.Can(ask.Target{Host: "localhost", Port: 8443}))
	assert.NoError(t, simulate.Can(ask.Target{Host: "localhost", Port: 8443, Service: "mongodb"}))
	for _, cannot := range []ask.Target{
		{Host: "localhost", Port: 25}, {Host: "localhost", Port: 6379}, {Host: "localhost", Port: 443, SNI: "other.test"},
		{Host: "localhost", Port: 443, Proxy: "http://localhost:3128"},
	} {
		assert.Error(t, simulate.Can(cannot))
	}
}

// TestStatus checks that a client which reports an HTTP error has accepted the server.
func TestStatus(t *testing.T) {
	l, err := lab.New(lab.Config{ClientFiles: true})
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	s, _ := scenarios.Lookup("good")
	chain, err := l.Chain(s)
	require.NoError(t, err)
	forbids := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
	}))
	forbids.TLS = &tls.Config{Certificates: []tls.Certificate{chain.TLSCertificate()}}
	forbids.StartTLS()
	defer forbids.Close()
	set, err := clients.Discover(t.Context(), clients.Options{Stacks: []clients.Stack{gohttp.Stack()}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, set.Close()) }()
	address := forbids.Listener.Addr().(*net.TCPAddr)
	seen, err := ask.Server(t.Context(), ask.Target{Host: "localhost", Port: address.Port, Connect: address.String(),
		Timeout: patience, Light: true, STARTTLS: ask.NoSTARTTLS})
	require.NoError(t, err)
	got, err := simulate.Run(t.Context(), simulate.Ordinary(set), seen,
		diagnose.Roots{Certificates: [][]byte{chain.Trusted[0].DER}}, simulate.Options{Timeout: patience})
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.True(t, got[0].Accepts, got[0].Message)
}
