package phrases

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/scenarios/failure"
)

// TestTables reads all tables: every row is well formed, its classes exist, and it stands there once.
func TestTables(t *testing.T) {
	require.NoError(t, eachRow("sides", 2, func([]string) error { return nil }))
	seen := map[string]bool{}
	for _, name := range names() {
		list, err := read(name)
		require.NoError(t, err)
		for _, p := range list {
			text := strings.Join(p.Text, gap)
			assert.False(t, seen[text], "%s: %q stands there twice", name, text)
			seen[text] = true
			assert.GreaterOrEqual(t, len(text), 8, "%s: %q is too short to be sure", name, text)
			for _, c := range p.Classes {
				_, ok := failure.Lookup(c)
				assert.True(t, ok || c == codes.Untold, "%s: %q: no class %q", name, text, c)
			}
			assert.Contains(t, []Writer{"", Client, Server, Upstream, Cluster, Own}, p.Writer, text)
			assert.Contains(t, []Refuser{"", ByWriter, ByPeer, ByNobody}, p.Refuser, text)
		}
	}
	for _, s := range sides() {
		assert.Contains(t, []Writer{Client, Server, Upstream, Cluster, Own}, s.writer, s.text)
	}
}

// TestFind holds the parts of a phrase to their order.
func TestFind(t *testing.T) {
	classes := func(text string) (list []failure.Class) {
		for _, h := range Find(text) {
			list = append(list, h.Classes[0])
		}
		return list
	}
	assert.Equal(t, []failure.Class{failure.NotTLS},
		classes("proxyconnect tcp: tls: first record does not look like a TLS handshake"))
	assert.Empty(t, classes("tls: first record does not look like a TLS handshake, proxyconnect tcp: "))
	assert.Equal(t, []failure.Class{failure.UnexpectedEOF}, classes("身份验证: 由于远程方已关闭传输流，身份验证失败。"))
	assert.Empty(t, Find(""))
	assert.Equal(t, []failure.Class{failure.RevocationUnknown},
		classes("invalid peer certificate: ExpiredRevocationList"), "Expired is only a part of it")
	far := "proxyconnect tcp: " + strings.Repeat("x", widestGap+1) + " server gave HTTP response to HTTPS client"
	for _, h := range Find(far) {
		assert.NotEqual(t, "plain-proxy", h.Cause, "the parts are too far apart")
	}
}

// TestWrittenBy holds the first row that fits to count.
func TestWrittenBy(t *testing.T) {
	assert.Equal(t, Server, WrittenBy("http: TLS handshake error from 10.0.0.1:1234: EOF"))
	assert.Equal(t, Upstream, WrittenBy("SSL_do_handshake() failed while SSL handshaking to upstream, client: 10.0.0.1"))
	assert.Empty(t, WrittenBy("curl: (60) SSL certificate problem"))
}
