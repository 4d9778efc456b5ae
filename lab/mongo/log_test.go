package mongo

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/mongolog"
)

// TestServerLog checks which lines are about clients and TLS: only lines after the one that says that mongod is ready.
func TestServerLog(t *testing.T) {
	const (
		early = `{"s":"E","c":"NETWORK","id":23254,"msg":"before it was ready"}`
		ready = `{"s":"I","c":"NETWORK","id":23016,"msg":"Waiting for connections"}`
		talk  = `{"s":"I","c":"NETWORK","id":22943,"msg":"Connection accepted"}`
		none  = `{"s":"E","c":"NETWORK","id":23255,"msg":"No SSL certificate provided by peer; connection rejected"}`
		bad   = `{"s":"E","c":"NETWORK","id":23256,"msg":"SSL peer certificate validation failed",` +
			`"attr":{"reason":"expired"}}`
		noCRL = `{"s":"E","c":"NETWORK","id":23256,"msg":"SSL peer certificate validation failed",` +
			`"attr":{"reason":"unable to get certificate CRL"}}`
		ended = `{"s":"I","c":"NETWORK","id":22944,"msg":"Connection ended"}`
	)
	l := &serverLog{done: make(chan struct{}), changed: make(chan struct{})}
	for _, text := range []string{early, ready, talk, none, bad, ended} {
		l.add(mongolog.Parse(text))
	}
	is, err := l.await(t.Context())
	require.NoError(t, err)
	assert.True(t, is)
	assert.Equal(t, []string{none, bad}, l.tls(t.Context(), 1))
	assert.NoError(t, l.fault(), "the client is at fault")
	l.add(mongolog.Parse(noCRL))
	assert.ErrorContains(t, l.fault(), noCRL)

	old := &serverLog{done: make(chan struct{}), changed: make(chan struct{})}
	old.add(mongolog.Parse("2017-11-22 I NETWORK [thread1] waiting for connections on port 27017"))
	assert.True(t, old.ready)
	old.add(mongolog.Parse("2017-11-22 E NETWORK [conn1] SSL: error:14094418"))
	old.add(mongolog.Parse("2017-11-22 I NETWORK [conn1] end connection 127.0.0.1:1"))
	assert.Len(t, old.tls(t.Context(), 1), 1)
}
