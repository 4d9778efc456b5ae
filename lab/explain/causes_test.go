package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/scenarios"
)

// TestCausesExplained checks that every cause that a code or a phrase points to is explained in every language.
func TestCausesExplained(t *testing.T) {
	causes := map[string]bool{"plain-client": true}
	for _, space := range codes.Spaces() {
		for _, c := range codes.All(space) {
			causes[c.Cause] = true
		}
	}
	for _, p := range phrases.All() {
		causes[p.Cause] = true
	}
	delete(causes, "")
	for _, l := range lang.All() {
		for cause := range causes {
			prose := explain.Finding{Class: "untrusted", Cause: cause}.Prose(l)
			plain := explain.Finding{Class: "untrusted"}.Prose(l)
			assert.NotEqual(t, plain.Means, prose.Means, "%s: no section for %s in explain/causes.txt", l, cause)
			assert.NotEmpty(t, prose.Causes, "%s: %s", l, cause)
			assert.NotEqual(t, plain.Fix, prose.Fix, "%s: %s has no fix", l, cause)
		}
	}
	t.Logf("%d causes", len(causes))
}

// TestCausesShown checks that the scenarios of causes exist, and that one is named first for a message that points to it.
func TestCausesShown(t *testing.T) {
	for cause, ids := range explain.ShowsCause {
		for _, id := range ids {
			_, ok := scenarios.Lookup(id)
			assert.True(t, ok, "%s: no scenario %s", cause, id)
		}
	}
	r := explain.Read("curl: (35) error:0A00010B:SSL routines::wrong version number … 2026/01/01 proxyconnect tcp: tls: " +
		"oversized record received with length 20527")
	if assert.NotEmpty(t, r.Findings) {
		assert.Equal(t, "plain-http", r.Findings[0].Scenarios[0])
	}
}

// TestCauseOfNumber checks that a message in a language that no rule knows is explained by its number, with the cause.
func TestCauseOfNumber(t *testing.T) {
	r := explain.Read("System.ComponentModel.Win32Exception (0x8009030E): Er zijn geen referenties beschikbaar")
	if assert.Len(t, r.Findings, 1) {
		f := r.Findings[0]
		assert.Equal(t, "ephemeral-key", f.Cause)
		assert.Empty(t, f.Scenarios, "no scenario shows this cause, and those of its class show others")
		assert.Contains(t, f.Prose(lang.English).Means, "private key")
		if assert.Len(t, f.Codes, 1) {
			assert.Equal(t, "SEC_E_NO_CREDENTIALS", f.Codes[0].Name)
		}
	}
}

// TestBytes checks that a size that spells TLS or HTTP is explained from the side that read it.
func TestBytes(t *testing.T) {
	for size, want := range map[string]string{
		"1213486160": "speaks another protocol than the client expects", // HTTP
		"369295616":  "A client began TLS on a port that speaks plain text",
		"352518912":  "A client spoke plain text to a port that speaks TLS", // the server's alert
		"1195725856": "speaks another protocol than the client expects",     // GET
	} {
		r := explain.Read("Invalid receive (size = " + size + " larger than 104857600)")
		if assert.Len(t, r.Findings, 1, size) {
			assert.Contains(t, r.Findings[0].Prose(lang.English).Means, want, size)
		}
	}
}

// TestSides checks pairs of messages that differ only in who wrote them.
func TestSides(t *testing.T) {
	for _, c := range []struct {
		message  string
		by       phrases.Writer
		objector explain.Side
		class    string
	}{
		{`Get "https://api.example.com/": remote error: tls: bad certificate`, phrases.Client, explain.Peer,
			"client-certificate-rejected"},
		{"http: TLS handshake error from 10.0.0.9:4242: remote error: tls: unknown certificate authority", phrases.Server,
			explain.Peer, "untrusted"},
		{"* TLSv1.2 (IN), TLS alert, protocol version (582):", phrases.Client, explain.Peer, "protocol-version"},
		{"* TLSv1.2 (OUT), TLS alert, certificate expired (557):", phrases.Client, explain.Writer, "expired"},
		{"SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) " +
			"while SSL handshaking to upstream, client: 10.0.0.9, upstream: \"https://10.0.0.1/\"", phrases.Upstream,
			explain.Peer, "handshake-failure"},
		{"Invalid receive (size = 1213486160 larger than 104857600)", phrases.Client, explain.Writer, "not-tls"},
		{"Invalid receive (size = 369295616 larger than 104857600)", phrases.Server, explain.Writer, "not-tls"},
		{"Invalid receive (size = 1195725856 larger than 104857600)", phrases.Server, explain.Writer, "not-tls"},
		{"SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, " +
			"client: 10.0.0.9, server: 0.0.0.0:443", phrases.Server, explain.Writer, "protocol-version"},
	} {
		r := explain.Read(c.message)
		if !assert.Len(t, r.Findings, 1, c.message) {
			continue
		}
		f := r.Findings[0]
		assert.Equal(t, c.by, f.WrittenBy, c.message)
		assert.Equal(t, c.objector, f.Objector, c.message)
		assert.Equal(t, c.class, string(f.Class), c.message)
	}
}
