package mongo_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/scenarios"
)

var update = flag.Bool("update", false, "update README's table of PyMongo's TLS page")

// page is PyMongo's TLS page, one entry per row: what it says, and scenarios that show whether it is true.
var page = []struct {
	name  string // of the row and its test
	says  string // what the page says
	shows []shown
	truth string // where the page is wrong or incomplete
}{
	{"tls", "tls=True turns TLS on and verifies the deployment's certificate and host name", []shown{
		{"mongo-good", "pymongo/default", "", "", ""},
		{"mongo-expired", "pymongo/default", "", "certificate has expired", ""},
		{"mongo-wrong-host", "pymongo/default", "", "certificate is not valid for 'localhost'", ""},
		{"mongo-good", "pymongo/no-tls", "", "connection closed", "something that is not TLS"},
	}, ""},
	{"tlsCAFile", "tlsCAFile makes it trust your own CA", []shown{
		{"mongo-good", "pymongo/default", "", "", ""},
		{"mongo-untrusted-root", "pymongo/default", "", "unable to get local issuer certificate", ""},
		{"mongo-ca-file-missing", "pymongo/default", "", "No such file or directory", ""},
	}, ""},
	{"ocsp-stapled",
		"with the extra ocsp, a staple is verified: if it says revoked or is invalid, the handshake fails", []shown{
			{"mongo-good-stapled", "pymongo-ocsp/default", "", "", ""},
			{"mongo-revoked-stapled", "pymongo-ocsp/default", "", "invalid status response", ""},
			{"mongo-staple-malformed", "pymongo-ocsp/default", "", "bad certificate status response", ""},
			{"mongo-revoked-stapled", "pymongo/default", "", "", ""},
		}, "Without the extra, staples are ignored."},
	{"ocsp-endpoint", "without a staple it queries the responder; an invalid or malformed answer is ignored", []shown{
		{"mongo-good-ocsp", "pymongo-ocsp/default", "", "", ""},
		{"mongo-revoked-ocsp", "pymongo-ocsp/default", "", "invalid status response", ""},
		{"mongo-ocsp-unreachable", "pymongo-ocsp/default", "", "", ""},
		{"mongo-ocsp-try-later", "pymongo-ocsp/default", "", "", ""},
		{"mongo-ocsp-malformed", "pymongo-ocsp/default", "", "error parsing asn1 value", ""},
	}, "An answer that is not an OCSP response is not ignored: the connection fails."},
	{"tlsDisableOCSPEndpointCheck",
		"tlsDisableOCSPEndpointCheck=True does not query the responder; a staple is still verified", []shown{
			{"mongo-revoked-ocsp", "pymongo-ocsp/tlsDisableOCSPEndpointCheck", "", "", ""},
			{"mongo-revoked-stapled", "pymongo-ocsp/tlsDisableOCSPEndpointCheck", "", "invalid status response", ""},
		}, ""},
	{"tlsCRLFile", "tlsCRLFile makes it check the certificate against a CRL", []shown{
		{"mongo-good-crl", "pymongo/tlsCRLFile", "", "", ""},
		{"mongo-revoked-crl", "pymongo/tlsCRLFile", "", "certificate revoked", ""},
	}, ""},
	{"crl-and-ocsp", "CRL and OCSP cannot be combined", []shown{
		{"mongo-good-crl", "pymongo-ocsp/crl-and-ocsp", "", "tlsCRLFile cannot be used with PyOpenSSL", ""},
	}, "With the extra ocsp installed, tlsCRLFile is refused, whatever else is set."},
	{"tlsCertificateKeyFile", "tlsCertificateKeyFile makes it present a certificate", []shown{
		{"mongo-good-client-certificate", "pymongo/default", "", "", ""},
		{"mongo-client-certificate-missing", "pymongo/default", "", "alert certificate required", ""},
	}, ""},
	{"two-files", "certificate and key must be in one file", []shown{
		{"mongo-good-client-certificate", "pymongo/two-files", "", "PEM lib", ""},
	}, ""},
	{"tlsCertificateKeyFilePassword", "tlsCertificateKeyFilePassword decrypts the key", []shown{
		{"mongo-client-key-encrypted", "pymongo/default", "", "", ""},
		{"mongo-client-key-wrong-passphrase", "pymongo/default", "", "Private key doesn't match certificate", ""},
	}, ""},
	{"tlsInsecure", "tlsInsecure=True accepts another host's certificate, an expired one, one without a trusted " +
		"root, and one for another purpose", []shown{
		{"mongo-wrong-host", "pymongo/tlsInsecure", "", "", ""},
		{"mongo-expired", "pymongo/tlsInsecure", "", "", ""},
		{"mongo-untrusted-root", "pymongo/tlsInsecure", "", "", ""},
		{"mongo-wrong-usage", "pymongo/tlsInsecure", "", "", ""},
	}, ""},
	{"tlsAllowInvalidCertificates",
		"tlsAllowInvalidCertificates=True turns off only the verification of the certificate", []shown{
			{"mongo-expired", "pymongo/tlsAllowInvalidCertificates", "", "", ""},
			{"mongo-untrusted-root", "pymongo/tlsAllowInvalidCertificates", "", "", ""},
			{"mongo-wrong-host", "pymongo/tlsAllowInvalidCertificates", "", "", ""},
		}, "It turns off the host name check as well."},
	{"tlsAllowInvalidHostnames", "tlsAllowInvalidHostnames=True turns off only the host name check", []shown{
		{"mongo-wrong-host", "pymongo/tlsAllowInvalidHostnames", "", "", ""},
		{"mongo-expired", "pymongo/tlsAllowInvalidHostnames", "", "certificate has expired", ""},
	}, ""},
	{"CERTIFICATE_VERIFY_FAILED",
		"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: OpenSSL cannot verify the server's certificate",
		[]shown{
			{
				"mongo-expired", "pymongo/default", "",
				"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired", "",
			},
			{"mongo-missing-intermediate", "pymongo/default", "",
				"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate",
				""},
		}, ""},
	{"TLSV1_ALERT_PROTOCOL_VERSION",
		"[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version: the client's OpenSSL is too old for " +
			"the server", []shown{
			{
				"mongo-tls10-only", "pymongo/default", "3.13",
				"[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version", "",
			},
		}, "It means that the two have no version in common: here the server is too old."},
	{"invalid-status-response", "invalid status response: the check of revocation failed", []shown{
		{"mongo-must-staple-missing", "pymongo-ocsp/default", "", "invalid status response", ""},
	}, ""},
	{"SSLV3_ALERT_HANDSHAKE_FAILURE", "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure: Python " +
		"3.10 and later cannot connect to a server before MongoDB 4.0, whose log says no shared cipher", []shown{
		{"mongo-rsa-key-exchange-only", "pymongo/default", "3.13",
			"[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure",
			"no cipher suite supported by both client and server"},
		{"mongo-rsa-key-exchange-only", "pymongo/default", "3.9", "", ""},
		{"mongo-rsa-key-exchange-only", "pymongo-ocsp/default", "", "", ""},
	}, "Two of the page's solutions help: Python 3.9, and the extra ocsp."},
	{"EOF", "EOF occurred in violation of protocol", []shown{
		{"mongo-close-after-hello", "pymongo/default", "3.13", "EOF occurred in violation of protocol", ""},
	}, ""},
}

// shown is a scenario and a client that demonstrate something.
type shown struct {
	scenario string
	client   string // a stack and a variant
	python   string // of these interpreters only; empty means all
	message  string // the message with which it refuses; empty means that it connects
	saw      string // what the server saw, if the page mentions it
}

// fits reports whether a client is one of these.
func (s shown) fits(c clients.Info) bool {
	return c.Stack+"/"+c.Variant == s.client && (s.python == "" || strings.HasSuffix(c.Version, "+python"+s.python))
}

// TestPyMongoPage runs the real PyMongo on each row of its TLS page.
func TestPyMongoPage(t *testing.T) {
	set, err := all.Discover(t.Context(), clients.Options{Services: []string{"mongodb"}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	l, err := lab.New(lab.Config{Seed: "page", Dir: t.TempDir(), Services: []serve.Service{mongodb.Embedded()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })

	for _, row := range page {
		t.Run(row.name, func(t *testing.T) {
			for _, s := range row.shows {
				stack, _, _ := strings.Cut(s.client, "/")
				found := slices.ContainsFunc(set.Clients, func(c *clients.Client) bool { return c.Stack == stack })
				needs.Stack(t, stack, found, "make clients installs it")
				checkShown(t, l, set, s)
			}
		})
	}
}

// checkShown runs the scenario on the clients and compares the results.
func checkShown(t *testing.T, l *lab.Lab, set *clients.Set, s shown) {
	t.Helper()
	scenario, ok := scenarios.Lookup(s.scenario)
	require.True(t, ok, s.scenario)
	some := &clients.Set{}
	for _, c := range set.Clients {
		if s.fits(c.Info) {
			some.Clients = append(some.Clients, c)
		}
	}
	if len(some.Clients) == 0 && s.python != "" {
		t.Logf("no %s on Python %s", s.client, s.python)
		return
	}
	require.NotEmpty(t, some.Clients, "there is no client %s", s.client)
	run, err := l.Run(t.Context(), []*scenarios.Scenario{scenario}, some, lab.RunOptions{})
	require.NoError(t, err)
	for _, c := range run.Scenarios[0].Cells {
		t.Logf("%s × %s: %s %s %s", s.scenario, c.Client, c.Outcome, c.Kind, c.Message)
		require.True(t, c.Documented, "%s × %s: %s: %s", s.scenario, c.Client, c.Kind, c.Why)
		if s.message == "" {
			require.Equal(t, clients.Accepted, c.Outcome)
			continue
		}
		require.Equal(t, clients.Rejected, c.Outcome)
		require.Contains(t, c.Message, s.message)
		require.Contains(t, report.Saw(c.Observed), s.saw)
	}
}

// TestReadmePage checks that README has the page as a table.
func TestReadmePage(t *testing.T) {
	const begin, end = "<!-- pymongo start -->\n", "<!-- pymongo end -->\n"
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n| row | the page says | command | what was seen |\n|---|---|---|---|\n")
	for _, row := range page {
		for i, s := range row.shows {
			name, says := "", ""
			if i == 0 {
				name, says = "`"+row.name+"`", strings.ReplaceAll(row.says, "|", `\|`)
				if row.truth != "" {
					says += ". **" + row.truth + "**"
				}
			}
			seen := "it connects"
			if s.message != "" {
				seen = "`" + s.message + "`"
			}
			if s.saw != "" {
				seen += "; the server saw `" + s.saw + "`"
			}
			if s.python != "" {
				seen = "Python " + s.python + ": " + seen
			}
			fmt.Fprintf(&b, "| %s | %s | `tlslab run %s --client %s` | %s |\n", name, says, s.scenario, s.client, seen)
		}
	}
	b.WriteString("\n")
	const path = "README.md"
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(data), begin)
	old, tail, ok2 := strings.Cut(rest, end)
	require.True(t, ok && ok2, "lab/mongo/README.md has no %q ... %q", begin, end)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(head+begin+b.String()+end+tail), 0o644))
		return
	}
	require.Equal(t, b.String(), old, "run go test ./lab/mongo -run Readme -update")
}
