package scenarios_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestScenarios reproduces every scenario with two judges that share no code: Go's crypto/tls and
// crypto/x509, and the openssl command. Both must accept the control and report the class in the catalogue.
// If one does not, the scenario must say which feature the judge lacks, or why it deviates.
//
// To run one scenario: go test ./scenarios -run '/^expired$'
func TestScenarios(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "scenarios", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"go", "openssl"}})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool { return c.Variant == "insecure" })
	openssl := slices.ContainsFunc(set.Clients, func(c *clients.Client) bool { return c.Stack == "openssl" })

	for _, s := range scenarios.All() {
		t.Run(s.ID, func(t *testing.T) {
			run, err := l.Run(context.Background(), []*scenarios.Scenario{s}, set, lab.RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			cells := run.Scenarios[0].Cells
			for _, c := range cells {
				if !c.Documented {
					t.Errorf("%s: %s %s: %s\nmessage: %s\nthe server saw: %s", c.Client, c.Kind, c.Class, c.Why,
						c.Message, report.Saw(c.Observed))
				}
				if !c.Disagreement.IsZero() && c.Kind == verdict.OK {
					t.Errorf("%s: %s", c.Client, c.Disagreement)
				}
			}
			if openssl {
				checkSeen(t, s, cells)
			}
		})
	}
	labtest.Require(t, "openssl", openssl, "the openssl command is the second judge")
}

// unseen are the scenarios whose defect neither judge can see, however it is configured.
var unseen = map[string]string{
	"too-long-validity":              "a policy of browsers",
	"key-usage-no-digital-signature": "checked by Java and GnuTLS",
	"no-common-alpn":                 "neither judge offers anything in ALPN: curl does",
}

// judgedApart are the features that neither judge has as a TLS client. TestRevocation tests their scenarios
// by other means.
var judgedApart = map[string]bool{
	scenarios.FeatureCRLChain: true, scenarios.FeatureStapling: true, scenarios.FeatureMustStaple: true,
	scenarios.FeatureOCSPEndpoint: true,
}

// checkSeen checks that at least one judge rejects a scenario, and that one of them reports the canonical
// class.
func checkSeen(t *testing.T, s *scenarios.Scenario, cells []result.Cell) {
	if s.Expect.Verdict != scenarios.Reject || unseen[s.ID] != "" || judgedApart[s.Expect.Feature] {
		return
	}
	if !slices.ContainsFunc(cells, func(c result.Cell) bool {
		return c.Kind == verdict.OK && c.Class == s.Expect.Failures[0]
	}) {
		t.Errorf("no judge rejected it as %s", s.Expect.Failures[0])
	}
}

// TestVerify checks that crypto/x509's verifier agrees with the catalogue on the chain alone, without a
// connection and at the time of minting: a broken chain is visible without a server.
func TestVerify(t *testing.T) {
	m := minter()
	for _, s := range scenarios.All() {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			host := s.Host
			handshake := s.Family == scenarios.Protocol || s.Family == scenarios.Wire // the chain itself is good
			if handshake {
				host = scenarios.ControlOf(s).Host
			}
			err := mint(t, m, s).Verify(host, m.Config().Soon.Add(1e9))
			class := ""
			if err != nil {
				class = string(verdict.Classify("go", err.Error()))
			}
			switch e := s.Expect; {
			case (e.Verdict == scenarios.Accept || handshake) && err != nil:
				t.Errorf("crypto/x509 refuses a good chain: %v", err)
			case err != nil && !slices.Contains(words(e), class):
				t.Errorf("crypto/x509 refuses it as %q (%v), the catalogue names %v", class, err, e.Failures)
			case e.Verdict == scenarios.Reject && e.Level == scenarios.Must && err == nil && inChain(s) && !handshake:
				t.Errorf("crypto/x509 accepts it")
			}
		})
	}
}

// elsewhere lists the places of defects that a chain verifier cannot see.
var elsewhere = []string{"server.", "setup.", "client.", "chain.key", "chain.staple", "chain.crl", "chain.responder"}

// inChain reports whether a scenario's defect is in the chain.
func inChain(s *scenarios.Scenario) bool {
	return slices.ContainsFunc(s.Defect, func(d string) bool {
		return !slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(d, prefix) })
	})
}

func words(e scenarios.Expectation) []string {
	var list []string
	for _, c := range e.Failures {
		list = append(list, string(c))
	}
	return list
}

// TestRecipesAreData checks that every recipe survives a round trip through JSON: what tlslab list --json
// prints can be minted with tlslab mint --recipe.
func TestRecipesAreData(t *testing.T) {
	m := minter()
	for _, s := range scenarios.All() {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			checkRoundTrip(t, m, s)
		})
	}
}

// TestStoriesNameRealMessages checks that quotations in stories occur in a recorded message, so that a search for a
// message finds the story.
func TestStoriesNameRealMessages(t *testing.T) {
	entries, err := os.ReadDir("../lab/messages/testdata")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		data, err := os.ReadFile("../lab/messages/testdata/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	recorded := strings.ToLower(all.String())
	for _, s := range scenarios.All() {
		for i, quoted := range strings.Split(s.Story.See, `"`) {
			if i%2 == 1 && !strings.Contains(recorded, strings.ToLower(quoted)) && !notRecorded[quoted] {
				t.Errorf("%s: no recorded message says %q", s.ID, quoted)
			}
		}
	}
}

// notRecorded are words of stacks whose messages are not recorded here, with their source.
var notRecorded = map[string]bool{
	"PKIX path building failed": true, // Java 17, observed
	// Java 17 with a PKIXRevocationChecker, observed.
	"Certificate has been revoked":                                     true,
	"Certificate does not specify OCSP responder":                      true,
	"Unable to determine revocation status due to network error":       true,
	"OCSP response error: TRY_LATER":                                   true,
	"revocation status is unknown":                                     true,
	"Response is unreliable: its validity interval is out-of-date":     true,
	"Responder's certificate is not authorized to sign OCSP responses": true,
	"Responder's certificate not valid for signing OCSP responses":     true,
	// curl 7.88.1 --cert-status over OpenSSL 3.0.19, observed.
	"SSL certificate revocation reason":              true,
	"Invalid OCSP response":                          true,
	"OCSP response has expired":                      true,
	"OCSP response verification failed":              true,
	"Could not find certificate ID in OCSP response": true,
	"No OCSP response received":                      true,
	// mbedTLS 2.28 through python-mbedtls 2.10.1, and BoringSSL through Bun 1.4.5 and curl_cffi 0.17.0, observed.
	"The extension tag or value is invalid": true,
	"unsupported name constraint type":      true,
	// OpenSSL 3.0.19, s_client -status, and PyOpenSSL 26 whose callback says no, observed.
	"invalid status response": true,
	// gnutls-cli 3.7.9, observed.
	"The received OCSP status response is invalid":                                  true,
	"Got OCSP response with an unrelated certificate":                               true,
	"The certificate requires the server to include an OCSP status in its response": true,
}
