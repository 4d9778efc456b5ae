package raw_test

import (
	"crypto/tls"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/raw"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEcho checks that what a client sends comes back, whatever it offers in ALPN.
func TestEcho(t *testing.T) {
	for offered, want := range map[string]string{"acme/1": "acme/1", "": ""} {
		srv := labtest.Start(t, "raw-good", raw.Service())
		config := &tls.Config{RootCAs: srv.CAs, ServerName: "localhost"}
		if offered != "" {
			config.NextProtos = []string{offered, "other"}
		}
		c, err := tls.Dial("tcp", srv.Endpoint.Connect, config)
		require.NoError(t, err)
		require.Equal(t, want, c.ConnectionState().NegotiatedProtocol)
		for _, said := range []string{"\x00\xff", "again"} {
			_, err = io.WriteString(c, said)
			require.NoError(t, err)
			got := make([]byte, len(said))
			_, err = io.ReadFull(c, got)
			require.NoError(t, err)
			require.Equal(t, said, string(got))
		}
		require.NoError(t, c.Close())
		list := srv.Observations()
		require.Len(t, list, 1)
		require.Equal(t, serve.EndServed, list[0].End, list[0].Error)
	}
}

// TestRefused checks that a client that sends nothing was not served, and that ALPN can still fail.
func TestRefused(t *testing.T) {
	srv := labtest.Start(t, "raw-good", raw.Service())
	c, err := tls.Dial("tcp", srv.Endpoint.Connect, &tls.Config{RootCAs: srv.CAs, ServerName: "localhost"})
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.Equal(t, serve.EndCloseNotify, srv.Observations()[0].End)

	refuses := labtest.Start(t, "raw-no-common-alpn", raw.Service())
	_, err = tls.Dial("tcp", refuses.Endpoint.Connect, &tls.Config{RootCAs: refuses.CAs, ServerName: "localhost",
		NextProtos: []string{"h2"}})
	require.ErrorContains(t, err, "no application protocol")
}
