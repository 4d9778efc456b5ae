package gohttp

import (
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
)

func TestStack(t *testing.T) {
	s := Stack()
	places, err := s.Find(t.Context())
	require.NoError(t, err)
	require.Len(t, places, 1)
	in, err := s.Open(t.Context(), places[0])
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(runtime.Version(), in.Version), in.Version)
	assert.Regexp(t, `^\d`, in.Version)
}

// TestConn checks that closing a connection signals it, and only once.
func TestConn(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c := &conn{Conn: ours, closed: make(chan struct{})}
	go c.Close()
	c.wait(true)
	c.Close()
	<-c.closed
}

// TestRefused checks that the dialler's errors are the client's, even without a server.
func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	r := clients.Request{Timeout: 10 * time.Second}
	r.Endpoint.URL, r.Endpoint.Connect = "https://localhost/", addr
	err = get(context.Background(), nil, r)
	require.ErrorContains(t, err, `Get "https://localhost/": dial tcp `+addr)
}
