package diagnose_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/internal/realserver"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// atOnce is the name of the chain with three faults.
const atOnce = "three-at-once"

// realFaults are the chains that each real server is given, by the rows that must be named, in their order.
var realFaults = []struct {
	id   string
	rows []string // of the failures; empty if nothing is wrong
}{
	{"good", nil},
	{"expired", []string{"expired"}},
	{"missing-intermediate", []string{"missing-intermediate"}},
	{"wrong-host", []string{"wrong-host"}},
	{atOnce, []string{"missing-intermediate", "expired", "wrong-host"}},
}

// realChain mints the chain of a row, or the one with three faults.
func realChain(t *testing.T, l *lab.Lab, id string) *pki.Chain {
	t.Helper()
	for _, s := range letters() {
		if s.ID == id {
			chain, err := l.Chain(s)
			require.NoError(t, err)
			return chain
		}
	}
	s, ok := scenarios.Lookup(id)
	require.True(t, ok, id)
	chain, err := l.Chain(s)
	require.NoError(t, err)
	return chain
}

// diagnoseReal asks a real server, and diagnoses it with the chain's roots.
func diagnoseReal(t *testing.T, h *realserver.Host, chain *pki.Chain, m realserver.Manner,
	o diagnose.Options) *diagnose.Report {
	t.Helper()
	begin := time.Now()
	target, stop := h.Start(t, chain, m)
	ready := time.Since(begin)
	seen, err := ask.Server(t.Context(), target)
	asked := time.Since(begin) - ready
	require.NoError(t, err)
	roots := diagnose.Roots{Name: "root.pem"}
	for _, c := range chain.Trusted {
		roots.Certificates = append(roots.Certificates, c.DER)
	}
	r := diagnose.Tell(seen, roots, o)
	stop()
	t.Logf("rows %v, ready after %s, asked in %s, ended in %s; findings:\n%s", r.Rows, ready.Round(time.Millisecond),
		asked.Round(time.Millisecond), (time.Since(begin) - ready - asked).Round(time.Millisecond), codesOf(r))
	return r
}

// TestRealServers diagnoses servers that this project did not write, each good and with faults.
func TestRealServers(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "real", ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	for _, s := range realserver.All() {
		t.Run(s.Name, func(t *testing.T) {
			h := s.Open(t)
			for _, fault := range realFaults {
				if fault.id == atOnce && s.Name != "nginx" {
					continue // once is enough: the servers send what they are given
				}
				t.Run(fault.id, func(t *testing.T) {
					chain, o := realChain(t, l, fault.id), diagnose.Options{}
					if fault.id == "expired" && s.Name == "mongod" {
						_, _, err := h.Try(t, chain, realserver.Manner{})
						require.ErrorContains(t, err, "expired", "mongod starts with no expired certificate")
						chain = realChain(t, l, "good")
						o.At = chain.Leaf().Cert.NotAfter.Add(24 * time.Hour) // it expires while mongod runs
					}
					r := diagnoseReal(t, h, chain, realserver.Manner{}, o)
					checkFailures(t, r, fault.rows)
				})
			}
		})
	}
}

// checkFailures checks that a report has these failures, and no others: each with a fix of its own, and its row first.
func checkFailures(t *testing.T, r *diagnose.Report, rows []string) {
	t.Helper()
	var got []string
	fixes := map[string]bool{}
	for _, f := range r.Failures() {
		require.NotEmpty(t, f.Rows, f.Code)
		got = append(got, f.Rows[0])
		assert.NotEmpty(t, f.Fix, f.Code)
		fixes[f.Fix] = true
	}
	assert.Equal(t, rows, got)
	assert.Len(t, fixes, len(rows))
	assert.Equal(t, len(rows) > 0, r.Wrong())
	require.NotEmpty(t, r.Rows)
	if len(rows) > 0 {
		assert.Equal(t, rows, r.Rows)
	}
}

// realManners are manners of real servers, with the rows that must be named: of the failures, and of the report.
var realManners = []struct {
	server, name string
	manner       realserver.Manner
	code         string // of a finding
	failures     []string
	row          string // the report's first
}{
	{"nginx", "tls12", realserver.Manner{Extra: "ssl_protocols TLSv1.2;"}, "tls12-only", nil, "good-tls12"},
	{"nginx", "tls13", realserver.Manner{Extra: "ssl_protocols TLSv1.3;"}, "tls13-only", nil, "good-tls13"},
	{"nginx", "verify-client", realserver.Manner{Extra: "ssl_verify_client on; ssl_client_certificate {{.Root}}; " +
		"ssl_protocols TLSv1.2 TLSv1.3;"}, "client-certificate-missing", []string{"client-certificate-missing"},
		"client-certificate-missing"},
	{"nginx", "verify-client-http2", realserver.Manner{Listen: "http2", Extra: "ssl_verify_client on; ssl_client_certificate {{.Root}}; ssl_protocols TLSv1.2 TLSv1.3;"},
		"client-certificate-missing", []string{"client-certificate-missing"}, "client-certificate-missing"},
	{"apache", "verify-client", realserver.Manner{Extra: "SSLVerifyClient require\nSSLCACertificateFile {{.Root}}"},
		"client-certificate-missing", []string{"client-certificate-missing"}, "client-certificate-missing"},
	{"haproxy", "verify-client", realserver.Manner{Extra: "verify required ca-file {{.Root}}"},
		"client-certificate-missing", []string{"client-certificate-missing"}, "client-certificate-missing"},
	{"nginx", "plain", realserver.Manner{Plain: true}, "speaks-http", []string{"plain-http"}, "plain-http"},
	{"postgres-server", "plain", realserver.Manner{Plain: true}, "starttls-refused", nil, ""},
	{"mariadb-server", "plain", realserver.Manner{Plain: true}, "starttls-refused", nil, ""},
	{"slapd", "plain", realserver.Manner{Plain: true}, "starttls-refused", nil, ""},
	{"exim", "plain", realserver.Manner{Plain: true}, "starttls-refused", nil, ""},
}

// TestRealManners diagnoses real servers with other settings.
func TestRealManners(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "real", ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	chain := realChain(t, l, "good")
	for _, test := range realManners {
		t.Run(test.server+"/"+test.name, func(t *testing.T) {
			h := realserver.ByName(t, test.server).Open(t)
			r := diagnoseReal(t, h, chain, test.manner, diagnose.Options{})
			assert.Contains(t, codesOf(r), " "+test.code+" ")
			if test.code == "starttls-refused" {
				require.Len(t, r.Failures(), 1, "%s", codesOf(r))
				assert.Equal(t, test.code, r.Failures()[0].Code)
				assert.NotEmpty(t, r.Failures()[0].Fix)
				return
			}
			checkFailures(t, r, test.failures)
			assert.Equal(t, test.row, r.Rows[0])
		})
	}
}
