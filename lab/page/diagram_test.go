package page

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// line writes a step as one line: "> ClientHello", "< alert certificate_expired (45)!".
func (s step) line() string {
	out := map[bool]string{true: "> ", false: "< "}[s.FromClient]
	if s.Remark {
		out = "- "
	}
	if s.Encrypted {
		out += "*"
	}
	words := slices.Clone(s.Messages)
	if s.Word != "" {
		words = append(words, "("+s.Word+")")
	}
	if s.Alert != nil {
		words = append(words, s.Alert.String())
	}
	out += strings.Join(words, " ")
	if s.Missing > 0 {
		out += " ..."
	}
	if s.Broken {
		out += "!"
	}
	return out
}

func lines(steps []step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, s.line())
	}
	return list
}

// client connects with crypto/tls, as changed by set, and asks for a page.
func (r *running) client(id string, set func(*tls.Config)) error {
	r.Helper()
	e := r.endpoint(id)
	pem, err := os.ReadFile(e.CAFile)
	require.NoError(r, err)
	roots := x509.NewCertPool()
	require.True(r, roots.AppendCertsFromPEM(pem))
	c := &tls.Config{RootCAs: roots, ServerName: e.Host}
	if set != nil {
		set(c)
	}
	conn, err := tls.Dial("tcp", e.Connect, c)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.0\r\n\r\n")
	_, err = conn.Read(make([]byte, 100))
	return err
}

// alertsInPlaintext is a connection on which all that a client sends after its ClientHello is an alert in
// plaintext, certificate_expired, as OpenSSL sends it.
type alertsInPlaintext struct {
	net.Conn
	alerted bool
}

func (c *alertsInPlaintext) Write(p []byte) (int, error) {
	if wire.RecordType(p[0]) == wire.RecordHandshake || c.alerted {
		return c.Conn.Write(p)
	}
	c.alerted = true
	_, err := c.Conn.Write(wire.AppendAlert(nil, tls.VersionTLS12, wire.AlertCertificateExpired))
	return len(p), err
}

// handshake returns a connection of Go's client, whose configuration set may change.
func handshake(set func(*tls.Config)) func(*running, string) {
	return func(r *running, id string) { r.client(id, set) }
}

// sends returns a connection that sends bytes, ends its side, and reads until the server ends its own.
func sends(text string) func(*running, string) {
	return func(r *running, id string) {
		c, err := net.Dial("tcp", r.endpoint(id).Connect)
		require.NoError(r, err)
		_, err = c.Write([]byte(text))
		require.NoError(r, err)
		require.NoError(r, c.(*net.TCPConn).CloseWrite())
		for err == nil {
			_, err = c.Read(make([]byte, 1000))
		}
		c.Close()
	}
}

// plaintextAlert connects with [alertsInPlaintext].
func plaintextAlert(r *running, id string) {
	e := r.endpoint(id)
	c, err := net.Dial("tcp", e.Connect)
	require.NoError(r, err)
	defer c.Close()
	assert.Error(r, tls.Client(&alertsInPlaintext{Conn: c}, &tls.Config{ServerName: e.Host}).Handshake())
	for err == nil { // the server's answer is on its way
		_, err = c.Read(make([]byte, 1000))
	}
}

// old limits a client to TLS 1.2.
func old(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }

// TestDiagram draws real connections of Go's client, and a few of bytes.
func TestDiagram(t *testing.T) {
	const (
		tcp    = "> (connect)"
		hi     = "> ClientHello"
		flight = "< *EncryptedExtensions Certificate CertificateVerify Finished"
		asks   = "< *EncryptedExtensions CertificateRequest Certificate CertificateVerify Finished"
	)
	cases := []struct {
		id   string
		do   func(*running, string)
		want []string
	}{
		{"good", handshake(nil), []string{tcp, hi, "< ServerHello", flight, "> *Finished (finished-data)", "< *(data)",
			"< (served)"}},
		{"good", handshake(old), []string{tcp, hi, "< ServerHello Certificate ServerKeyExchange ServerHelloDone",
			"> ClientKeyExchange ChangeCipherSpec", "> *Finished", "< ChangeCipherSpec", "< *Finished", "> *(data)",
			"< *(data)", "< (served)"}},
		{"expired", handshake(nil), []string{tcp, hi, "< ServerHello", flight, "> *bad_certificate (42)!",
			"< (closed)"}},
		{"expired", handshake(old), []string{tcp, hi, "< ServerHello Certificate ServerKeyExchange ServerHelloDone",
			"> bad_certificate (42)!", "< (closed)"}},
		{"expired", plaintextAlert, []string{tcp, hi, "< ServerHello", flight, "> certificate_expired (45)!",
			"< (closed)"}},
		{"good-hello-retry", handshake(func(c *tls.Config) {
			c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
		}), []string{tcp, hi, "< HelloRetryRequest", hi, "< ServerHello", flight, "> *Finished (finished-data)",
			"< *(data)", "< (served)"}},
		{"client-certificate-missing", handshake(nil), []string{tcp, hi, "< ServerHello", asks,
			"> *Certificate (empty) Finished", "< *certificate_required (116)!", "< (closed)"}},
		{"tls10-only", handshake(nil), []string{tcp, hi, "< protocol_version (70)!", "< (closed)"}},
		{"plain-http", handshake(nil), []string{tcp, hi, "< (foreign)", "> (gone)!"}},
		{"banner", handshake(nil), []string{tcp, "< (foreign)", hi, "> (gone)!"}},
		{"garbage-short-record", handshake(nil), nil},
		{"reset-after-hello", handshake(nil), []string{tcp, hi, "< (cut)!"}},
		{"stalled-certificate", sends(""), []string{tcp, "> (gone)!"}},
		{"good", sends("GET / HTTP/1.1\r\n\r\n"), []string{tcp, "> (foreign)", "< (closed)!"}},
		{"good", sends("\x16\x03\x01\x02\x00\x01"), []string{tcp, "> (fragment) ...!", "> (gone)!"}},
	}
	var ids []string
	for _, c := range cases {
		ids = append(ids, c.id)
	}
	slices.Sort(ids)
	r := bringUp(t, slices.Compact(ids)...)
	count := map[string]int{}
	for _, c := range cases {
		c.do(r, c.id)
		count[c.id]++
		seen := r.waitFor(c.id, ended(count[c.id]))
		got := lines(diagram(&seen[0]))
		if c.want != nil {
			assert.Equal(t, c.want, got, c.id)
		}
		t.Log(c.id, strings.Join(got, " | "))
		said := slices.ContainsFunc(diagram(&seen[0]), func(s step) bool { return s.Unread })
		assert.Equal(t, slices.Contains(c.want, "> certificate_expired (45)!"), said,
			"an alert that the server's TLS could not read: %v", got)
	}
}

// TestDiagramOfWhatIsOpen draws a connection that waits.
func TestDiagramOfWhatIsOpen(t *testing.T) {
	r := bringUp(t, "silent")
	c, err := net.Dial("tcp", r.endpoint("silent").Connect)
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Write(hellos.Hello{ServerName: "localhost", Protocols: []string{"http/1.1"}}.Records())
	require.NoError(t, err)
	seen := r.waitFor("silent", func(list []connection) bool { return len(list) > 0 && list[0].Hello != nil })
	assert.Equal(t, []string{"> (connect)", "> ClientHello", "- (waiting)"}, lines(diagram(&seen[0])))
	assert.Equal(t, []string{"http/1.1"}, seen[0].Hello.Protocols)
}

// TestDiagramOfARelay names nothing that the lab cannot know.
func TestDiagramOfARelay(t *testing.T) {
	s, ok := scenarios.Lookup("mongod-good")
	require.True(t, ok)
	c := connection{Scenario: s, Seen: &serve.Observation{Version: "TLS 1.3", End: serve.EndRelayed},
		Records: []wire.Record{
			{FromClient: true, Type: wire.RecordHandshake, Messages: []string{"ClientHello"}},
			{Type: wire.RecordHandshake, Messages: []string{"ServerHello"}},
			{Type: wire.RecordApplicationData, Encrypted: true, Count: 4},
			{FromClient: true, Type: wire.RecordApplicationData, Encrypted: true, Count: 1},
		}}
	assert.Equal(t, []string{"> (connect)", "> ClientHello", "< ServerHello", "< *(encrypted)", "> *(encrypted)",
		"- (served)"}, lines(diagram(&c)))
}
