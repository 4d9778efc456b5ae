package messages_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/messages"
)

func TestSteady(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{
			" curl: (7) Failed to connect to localhost port 4711 after 3 ms\n",
			"curl: (7) Failed to connect to localhost port PORT after N ms",
		},
		{
			"read tcp 127.0.0.1:55012->127.0.0.1:4711: connection reset by peer",
			"read tcp 127.0.0.1:PORT->127.0.0.1:PORT: connection reset by peer",
		},
		{
			"dial tcp: lookup does-not-exist.invalid on 127.0.0.11:53: no such host",
			"dial tcp: lookup does-not-exist.invalid on RESOLVER: no such host",
		},
		{"current time 2026-11-22T05:05:04Z is after 2026-11-21T00:00:00Z", "current time TIME is after TIME"},
		{"40E7A6B1C27F0000:error:0A00010B:SSL routines", "ADDRESS:error:0A00010B:SSL routines"},
		{
			"certificate verify failed: certificate has expired (_ssl.c:1129)",
			"certificate verify failed: certificate has expired (_ssl.c:LINE)",
		},
		{"tls13_process:wrong curve:../ssl/t1_lib.c:1545:", "tls13_process:wrong curve:../ssl/t1_lib.c:LINE:"},
		{
			"unable to set private key file: '/tmp/tlslab-1/client-key-mismatch/key.pem' type PEM",
			"unable to set private key file: 'DIR/client-key-mismatch/key.pem' type PEM",
		},
		{`open C:\Users\me\tlslab-1\expired\root.pem: denied`, `open DIR/expired/root.pem: denied`},
		{
			"Connecting to localhost (localhost)|127.0.0.1|:48423... failed: Connection refused.",
			"Connecting to localhost (localhost)|127.0.0.1|:PORT... failed: Connection refused.",
		},
		{"47% 70.4M=0s\n(70.4 MB/s) - Read error at byte 1114/2321", "N% SPEED=TIME\n(SPEED) - Read error at byte N/N"},
		{"NotAfter: Sat Nov 21 00:00:00 UTC 2026", "NotAfter: TIME"},
		{"IncompleteRead(0 bytes read, 1207 more expected)", "IncompleteRead(N bytes read, N more expected)"},
		{
			"certificate is valid for other.tlslab.test, not localhost; TLS 1.3, alert 42, error:0A000086:",
			"certificate is valid for other.tlslab.test, not localhost; TLS 1.3, alert 42, error:0A000086:",
		},
	} {
		assert.Equal(t, c.want, messages.Steady(c.in))
		assert.Equal(t, c.want, messages.Steady(c.want), "again")
	}
}
