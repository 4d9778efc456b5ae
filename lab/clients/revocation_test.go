package clients_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios"
)

// answerOf returns an OCSP response for a certificate, signed by a responder for its issuer. It is valid from
// an hour ago to an hour from now, unless change modifies it.
func answerOf(t *testing.T, leaf, issuer, responder *issued, change func(*ocsp.Response)) []byte {
	t.Helper()
	template := ocsp.Response{
		Status:       ocsp.Good,
		SerialNumber: leaf.cert.SerialNumber,
		ThisUpdate:   time.Now().Add(-time.Hour),
		NextUpdate:   time.Now().Add(time.Hour),
	}
	if responder != issuer {
		template.Certificate = responder.cert
	}
	if change != nil {
		change(&template)
	}
	der, err := ocsp.CreateResponse(issuer.cert, responder.cert, template, responder.key)
	require.NoError(t, err)
	return der
}

func revoked(r *ocsp.Response) {
	r.Status, r.RevokedAt, r.RevocationReason = ocsp.Revoked, time.Now().Add(-time.Hour), ocsp.KeyCompromise
}

func unknown(r *ocsp.Response) { r.Status = ocsp.Unknown }

func stale(r *ocsp.Response) {
	r.ThisUpdate, r.NextUpdate = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
}

// mustStaple is the TLS feature extension status_request (RFC 7633).
var mustStaple = pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24},
	Value: []byte{0x30, 0x03, 0x02, 0x01, 0x05}}

// responder answers OCSP requests with the current response, and returns its address.
func responder(t *testing.T, current func() []byte) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if r.Method == http.MethodGet {
			raw, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(r.URL.Path, "/"))
		}
		if err == nil {
			_, err = ocsp.ParseRequest(raw)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/ocsp-response")
		w.Write(current())
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestRevocation measures how the clients that declare a check of OCSP responses react to each kind, and
// checks that other clients ignore them.
func TestRevocation(t *testing.T) {
	set := brief(discoverAll(t))
	root := mintCA(t, nil, "test root")
	caFile := root.certFile(t)
	// curl looks for the issuer among the server's certificates.
	ca := mintCA(t, root, "test intermediate")
	delegate := func(usage ...x509.ExtKeyUsage) *issued {
		return mint(t, ca, "responder", func(c *x509.Certificate, _ *crypto.Signer) {
			c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, usage
		})
	}
	other := mintLeaf(t, ca, nil)
	otherCA := mintCA(t, nil, "another CA")
	// lists returns a file with the CRLs of both CAs, because curl and Node check the whole chain.
	lists := func(serial *big.Int) string {
		var file []byte
		for _, part := range []string{ca.crlFile(t, serial), root.crlFile(t)} {
			data, err := os.ReadFile(part)
			require.NoError(t, err)
			file = append(file, data...)
		}
		path := filepath.Join(t.TempDir(), "crls.pem")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		return path
	}
	// They ignore a response without a usable status.
	unknowing := []string{"gnutls-cli/default", "wget/default", "java/ocsp-soft-fail"}
	// MongoDB's OCSP specification makes drivers fail only if the status is revoked.
	pymongo := []string{"pymongo-ocsp/default", "pymongo-ocsp/tlsAllowInvalidHostnames",
		"pymongo-ocsp/tlsDisableOCSPEndpointCheck"}
	softly := slices.Concat(unknowing, pymongo, []string{"mongo-go/default", "mongo-go/tlsDisableOCSPEndpointCheck"})
	// IO::Socket::SSL respects a staple only if it is correctly signed and bad.
	perl := []string{"perl/default"}
	impostor := &issued{cert: ca.cert, key: otherCA.key}

	for _, test := range []struct {
		name    string
		feature string // clients with it must pass
		rejects bool
		exact   bool // clients without it accept
		answer  func(leaf *issued) []byte
		ask     bool // the responder answers, and nothing is stapled
		demand  bool // the leaf requires a staple
		crl     func(leaf *issued) string
		// otherwise lists clients that do the opposite, by stack and variant.
		otherwise []string
	}{
		{name: "good", feature: scenarios.FeatureStapling, exact: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, ca, nil) }},
		{name: "delegate", feature: scenarios.FeatureStapling, exact: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, delegate(x509.ExtKeyUsageOCSPSigning), nil) }},
		{name: "revoked", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			otherwise: perl, answer: func(l *issued) []byte { return answerOf(t, l, ca, ca, revoked) }},
		{name: "unknown", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			otherwise: slices.Concat(softly, perl),
			answer:    func(l *issued) []byte { return answerOf(t, l, ca, ca, unknown) }},
		{name: "stale", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, ca, stale) }},
		{name: "wrong signer", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			answer: func(l *issued) []byte {
				return answerOf(t, l, ca, impostor, func(r *ocsp.Response) { r.Certificate = nil })
			}},
		{name: "other certificate", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			otherwise: pymongo, answer: func(*issued) []byte { return answerOf(t, other, ca, ca, nil) }},
		{name: "unauthorized delegate", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, delegate(x509.ExtKeyUsageServerAuth), nil) }},
		{name: "malformed", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			otherwise: []string{"java/default", "java/http-client", "okhttp/default", "mongo-java/default",
				"mongo-java/invalidHostNameAllowed"},
			answer: func(*issued) []byte { return []byte("no OCSP response") }},
		{name: "try later", feature: scenarios.FeatureStapling, rejects: true, exact: true,
			otherwise: unknowing, answer: func(*issued) []byte { return ocsp.TryLaterErrorResponse }},
		{name: "demanded and there", feature: scenarios.FeatureMustStaple, exact: true, demand: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, ca, nil) }},
		{name: "demanded and missing", feature: scenarios.FeatureMustStaple, rejects: true, exact: true, demand: true},
		{name: "responder says good", feature: scenarios.FeatureOCSPEndpoint, ask: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, ca, nil) }},
		{name: "responder says revoked", feature: scenarios.FeatureOCSPEndpoint, rejects: true, ask: true,
			answer: func(l *issued) []byte { return answerOf(t, l, ca, ca, revoked) }},
		{name: "not listed", feature: scenarios.FeatureCRL, exact: true,
			crl: func(*issued) string { return lists(big.NewInt(1)) },
			// GnuTLS verifies CRLs when it loads them, against the trust anchors alone; Node reads
			// the first of a file, and its driver for MongoDB gives it the file.
			otherwise: []string{"gnutls-cli/default", "mongo-node/tlsCRLFile"}},
		{name: "listed", feature: scenarios.FeatureCRL, rejects: true, exact: true,
			crl: func(l *issued) string { return lists(l.cert.SerialNumber) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said []byte
			address := responder(t, func() []byte { return said })
			leaf := mintLeaf(t, ca, func(c *x509.Certificate, _ *crypto.Signer) {
				c.SerialNumber = new(big.Int).Add(c.SerialNumber, big.NewInt(7))
				if test.ask {
					c.OCSPServer = []string{address}
				}
				if test.demand {
					c.ExtraExtensions = append(c.ExtraExtensions, mustStaple)
				}
			})
			config := leaf.present(ca)
			if test.answer != nil {
				said = test.answer(leaf)
			}
			if !test.ask {
				config.Certificates[0].OCSPStaple = said
			}
			of, crl := serveBoth(t, config), ""
			if test.crl != nil {
				crl = test.crl(leaf)
			}
			for _, c := range set.Clients {
				if slices.Contains(c.Skips, clients.CheckChain) || c.Variant == "no-hostname" ||
					c.Variant == "cert-status" && (test.ask || test.crl != nil) {
					continue
				}
				has := slices.Contains(c.Features, test.feature)
				endpoint := of(c).as("localhost", caFile)
				endpoint.CRLFile = crl
				got := c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience})
				t.Logf("%s has it: %v: %s %s %q", c.ID(), has, got.Outcome, got.Code, got.Message)
				rejects := (has && test.rejects) != slices.Contains(test.otherwise, c.Stack+"/"+c.Variant)
				if has || test.exact && known(c, test.feature) && len(c.Demands) == 0 {
					assert.Equal(t, rejects, got.Outcome == clients.Rejected, "%s has it: %v: %s", c.ID(), has,
						got.Message)
				}
			}
		})
	}
}
