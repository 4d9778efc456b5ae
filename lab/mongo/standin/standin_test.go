package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/crypto/ocsp"

	responding "example.com/tlslab/lab/revocation"
	"example.com/tlslab/pki"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// both is a certificate with the usages that a mongod needs.
var both = pki.Certificate{Usages: []string{"digital signature", "server auth", "client auth"}}

// lab mints chains and serves their OCSP responses.
type lab struct {
	*pki.Minter
	chains chan *pki.Chain // the chain that the responder answers for
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{chains: make(chan *pki.Chain, 1)}
	responder, err := responding.Start("", 0, func(string) (*pki.Chain, error) {
		c := <-l.chains
		l.chains <- c
		return c, nil
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, responder.Close()) })
	l.Minter, err = pki.New(pki.Config{Seed: "standin", At: time.Now().UTC().Truncate(24 * time.Hour),
		Responder: responder.URL(), Refused: responder.RefusedURL()})
	require.NoError(t, err)
	return l
}

func (l *lab) mint(t *testing.T, r pki.Recipe) *pki.Chain {
	t.Helper()
	c, err := l.Mint("standin", r)
	require.NoError(t, err)
	return c
}

// write writes a chain's files and returns the options that name them.
func write(t *testing.T, c *pki.Chain) (dir string, args []string) {
	t.Helper()
	dir = t.TempDir()
	files, err := c.Files()
	require.NoError(t, err)
	for _, f := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	return dir, []string{"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", filepath.Join(dir, pki.FileCombined),
		"--tlsCAFile=" + filepath.Join(dir, pki.FileRoot), "--port", "0"}
}

// TestOptions checks that the known options are accepted in each of mongod's notations, and no others.
func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"--port=1", "--bind_ip", "127.0.0.1, ::1", "--ipv6", "--tlsMode", "preferTLS",
		"--tlsDisabledProtocols", "none,TLS1_2", "--setParameter", "ocspEnabled=false"})
	require.NoError(t, err)
	assert.Equal(t, 1, o.port)
	assert.Equal(t, []string{"127.0.0.1", "::1"}, o.bindIP)
	assert.Equal(t, modePrefer, o.tlsMode)
	assert.Equal(t, []string{"TLS1_2"}, o.disabledProtocols)
	assert.True(t, o.ipv6)
	assert.False(t, o.ocspEnabled)
	for args, want := range map[string]string{
		"--replSet rs0":                      "unrecognised option '--replSet'",
		"-f mongod.conf":                     "unrecognised option '-f'",
		"--port":                             "the required argument for option '--port' is missing",
		"--port x":                           `"x" is not a port`,
		"--bind_ip_all=yes":                  "does not take any arguments",
		"--tlsMode sometimes":                "unsupported value for tlsMode sometimes",
		"--tlsDisabledProtocols SSL3":        `unrecognized disabledProtocols "SSL3"`,
		"--setParameter ocspEnabled=perhaps": `invalid value "perhaps"`,
		"--setParameter logLevel=5":          `unknown --setParameter "logLevel"`,
	} {
		_, err := parseOptions(strings.Fields(args))
		require.ErrorContains(t, err, want, args)
		var out strings.Builder
		assert.Equal(t, exitBadOptions, run(t.Context(), strings.Fields(args), &out), args)
		assert.Contains(t, out.String(), "Error parsing command line")
	}
	var out strings.Builder
	assert.Equal(t, exitClean, run(t.Context(), []string{"--version"}, &out))
	assert.Contains(t, out.String(), "not MongoDB's own server")
}

// TestRefuses checks that it refuses to start with what mongod refuses, with mongod's messages and exit
// status.
func TestRefuses(t *testing.T) {
	l := newLab(t)
	good, goodArgs := write(t, l.mint(t, pki.Recipe{Leaf: both}))
	expired := both
	expired.NotAfter = "-24h"
	_, expiredArgs := write(t, l.mint(t, pki.Recipe{Leaf: expired}))
	_, otherKey := write(t, l.mint(t, pki.Recipe{Leaf: both, ServeKey: "another"}))
	key := filepath.Join(good, pki.FileCombined)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for name, test := range map[string]struct {
		args []string
		want string
		id   int
		code int
	}{
		"expired":     {expiredArgs, "The provided SSL certificate is expired or not yet valid", 20574, exitFail},
		"another key": {otherKey, "Can not set up PEM key file.", 23252, exitFail},
		"no key file": {[]string{"--tlsMode", "requireTLS"}, "need tlsCertificateKeyFile", 20574, exitFail},
		"no CA file": {[]string{"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", key},
			"without specifying a chain of trust is no longer supported", 20574, exitFail},
		"missing file": {[]string{"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", key + "-not", "--tlsCAFile",
			key}, "Can not set up PEM key file.", 23248, exitFail},
		"no CRL in it":  {append(goodArgs, "--tlsCRLFile", key), "Can not set up CRL file.", 23254, exitFail},
		"port is taken": {append(goodArgs, "--port", port), "Address already in use", 20568, exitNet},
		"encrypted key": {[]string{"--tlsMode", "requireTLS", "--tlsCertificateKeyFile",
			filepath.Join(good, "both.pem"), "--tlsCAFile", key, "--tlsCertificateKeyFilePassword", "wrong"},
			"Can not set up PEM key file.", 23252, exitFail},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "encrypted key" {
				var joined []byte
				for _, part := range []string{pki.FileEncryptedKey, pki.FileChain} {
					data, err := os.ReadFile(filepath.Join(good, part))
					require.NoError(t, err)
					joined = append(joined, data...)
				}
				require.NoError(t, os.WriteFile(filepath.Join(good, "both.pem"), joined, 0o600))
			}
			var out strings.Builder
			assert.Equal(t, test.code, run(t.Context(), test.args, &out))
			assert.Contains(t, out.String(), test.want)
			ids := map[int]bool{}
			for line := range strings.Lines(out.String()) {
				var entry struct{ ID int }
				require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
				ids[entry.ID] = true
			}
			assert.True(t, ids[test.id], out.String())
		})
	}
}

// running is a running server.
type running struct {
	addr  string
	lines chan string
}

// start starts a server on its own port until the test ends.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, w)
		w.Close()
	}()
	s := &running{lines: make(chan string, 1000)}
	read := make(chan struct{})
	ready := make(chan struct{})
	go func() {
		defer close(read)
		defer close(s.lines)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			line := lines.Text()
			if _, after, ok := strings.Cut(line, `"address":"`); ok {
				s.addr, _, _ = strings.Cut(after, `"`)
			}
			if strings.Contains(line, "Waiting for connections") {
				close(ready)
			}
			s.lines <- line
		}
	}()
	t.Cleanup(func() {
		cancel()
		assert.Equal(t, exitClean, <-ended)
		<-read
	})
	select {
	case <-ready:
	case code := <-ended:
		ended <- code
		require.Fail(t, "it ended before it was ready", "status %d", code)
	}
	return s
}

// await returns the first line that contains the words.
func (r *running) await(t *testing.T, words string) string {
	t.Helper()
	for {
		select {
		case line := <-r.lines:
			if strings.Contains(line, words) {
				return line
			}
		case <-time.After(30 * time.Second):
			require.Fail(t, "the log does not contain the words", "%q", words)
		}
	}
}

// TestJudgesAfterTheHandshake checks that every handshake is completed, and that clients whose certificate is
// missing or invalid are then dropped without an alert.
func TestJudgesAfterTheHandshake(t *testing.T) {
	l := newLab(t)
	crl := &pki.CRL{Revoke: []string{"client"}, Fetch: true}
	chain := l.mint(t, pki.Recipe{Leaf: both, Client: &pki.Certificate{}, CRL: crl})
	dir, args := write(t, chain)
	listsNobody := l.mint(t, pki.Recipe{Leaf: both, Client: &pki.Certificate{}, CRL: &pki.CRL{Fetch: true}})
	goodDir, goodArgs := write(t, listsNobody)
	goodClient, ok := listsNobody.ClientCertificate()
	require.True(t, ok)
	der, ok := listsNobody.PublishedCRL("leaf")
	require.True(t, ok)
	issuersAlone := filepath.Join(dir, "issuers-alone.pem")
	require.NoError(t, os.WriteFile(issuersAlone, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), 0o600))
	client, ok := chain.ClientCertificate()
	require.True(t, ok)
	for name, test := range map[string]struct {
		more    []string
		present *tls.Certificate
		says    string
		dropped bool
	}{
		"none": {nil, nil, "No SSL certificate provided by peer; connection rejected", true},
		"none, and none asked for": {[]string{"--tlsAllowConnectionsWithoutCertificates"}, nil,
			"Accepted TLS connection from peer", false},
		"good": {nil, &client, `"peerSubject":"CN=tlslab client`, false},
		"revoked": {[]string{"--tlsCRLFile", filepath.Join(dir, pki.FileCRL)}, &client, "certificate revoked",
			true},
		"a CRL is missing": {[]string{"--tlsCRLFile", issuersAlone}, &goodClient, "unable to get certificate CRL",
			true},
		"in no CRL": {[]string{"--tlsCRLFile", filepath.Join(goodDir, pki.FileCRL)}, &goodClient,
			`"peerSubject":"CN=tlslab client`, false},
	} {
		t.Run(name, func(t *testing.T) {
			args, chain := args, chain
			if test.present == &goodClient {
				args, chain = goodArgs, listsNobody
			}
			server := start(t, append(args, test.more...)...)
			config := &tls.Config{RootCAs: chain.Anchors(), ServerName: "localhost"}
			if test.present != nil {
				config.Certificates = []tls.Certificate{*test.present}
			}
			conn, err := tls.Dial("tcp", server.addr, config)
			require.NoError(t, err, "the handshake is always completed")
			defer conn.Close()
			server.await(t, test.says)
			if test.dropped {
				_, err = io.ReadAll(conn)
				assert.NotErrorAs(t, err, new(tls.AlertError))
				server.await(t, "Connection ended")
			}
		})
	}
}

// TestFailsHandshakesInSilence checks that a failed handshake is reported neither to the client nor in the
// log. It also checks that the server starts with a certificate that has one of the two extended key usages,
// and with every version disabled.
func TestFailsHandshakesInSilence(t *testing.T) {
	l := newLab(t)
	chain := l.mint(t, pki.Recipe{})
	_, args := write(t, chain)
	for name, test := range map[string]struct {
		disabled string
		newest   uint16
		works    bool
	}{
		"new enough":   {"TLS1_0,TLS1_1,TLS1_2", tls.VersionTLS13, true},
		"too old":      {"TLS1_0,TLS1_1,TLS1_2", tls.VersionTLS12, false},
		"all disabled": {"TLS1_0,TLS1_1,TLS1_2,TLS1_3", tls.VersionTLS13, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, append(args, "--tlsAllowConnectionsWithoutCertificates", "--tlsDisabledProtocols",
				test.disabled)...)
			conn, err := tls.Dial("tcp", server.addr, &tls.Config{RootCAs: chain.Anchors(), ServerName: "localhost",
				MaxVersion: test.newest})
			if test.works {
				require.NoError(t, err)
				require.NoError(t, conn.Close())
				return
			}
			require.ErrorIs(t, err, io.EOF)
			server.await(t, "Connection accepted")
			assert.Contains(t, <-server.lines, "Connection ended")
		})
	}
}

// TestStaples checks that it staples the responder's answer, good or not, and queries it again.
func TestStaples(t *testing.T) {
	l := newLab(t)
	leaf := both
	leaf.OCSP = true
	chain := l.mint(t, pki.Recipe{Leaf: leaf})
	revoked := l.mint(t, pki.Recipe{Leaf: leaf, Responder: &pki.OCSP{Status: pki.StatusRevoked}})
	_, args := write(t, chain)
	status := func(t *testing.T, addr string) int {
		t.Helper()
		conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: chain.Anchors(), ServerName: "localhost"})
		require.NoError(t, err)
		defer conn.Close()
		staple := conn.ConnectionState().OCSPResponse
		if staple == nil {
			return -1
		}
		r, err := ocsp.ParseResponse(staple, chain.Path[1].Cert)
		require.NoError(t, err)
		return r.Status
	}
	l.chains <- chain
	server := start(t, append(args, "--setParameter", "ocspStaplingRefreshPeriodSecs=1")...)
	assert.Equal(t, ocsp.Good, status(t, server.addr))
	<-l.chains
	l.chains <- revoked
	require.Eventually(t, func() bool { return status(t, server.addr) == ocsp.Revoked }, 30*time.Second,
		50*time.Millisecond, "the response is not refreshed")

	off := start(t, append(args, "--setParameter", "ocspEnabled=false")...)
	assert.Equal(t, -1, status(t, off.addr))

	dead := l.mint(t, pki.Recipe{Leaf: leaf, Responder: &pki.OCSP{Outage: pki.OutageRefused}})
	_, args = write(t, dead)
	soft := start(t, args...)
	soft.await(t, "unable to staple")
	assert.Equal(t, -1, status(t, soft.addr), "it starts without a responder")
}

// TestModes checks each --tlsMode with clients with and without TLS.
func TestModes(t *testing.T) {
	l := newLab(t)
	chain := l.mint(t, pki.Recipe{Leaf: both})
	_, args := write(t, chain)
	for mode, test := range map[string]struct{ plain, secure bool }{
		modeRequire: {false, true}, modeAllow: {true, true}, modePrefer: {true, true}, modeDisabled: {true, false},
	} {
		t.Run(mode, func(t *testing.T) {
			server := start(t, append(args, "--tlsAllowConnectionsWithoutCertificates", "--tlsMode", mode)...)
			conn, err := tls.Dial("tcp", server.addr, &tls.Config{RootCAs: chain.Anchors(), ServerName: "localhost"})
			if assert.Equal(t, test.secure, err == nil, err) && err == nil {
				conn.Close()
			}
			plain, err := net.Dial("tcp", server.addr)
			require.NoError(t, err)
			defer plain.Close()
			_, err = plain.Write([]byte{16, 0, 0, 0}) // a truncated header
			require.NoError(t, err)
			if !test.plain {
				server.await(t, "The server is configured to only allow SSL connections")
			}
		})
	}
}
