package clients_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios"
)

// TestFeatures measures the declared features. A client with a feature must accept or reject as the feature
// says. If the feature is exact, a client without it must do the opposite.
func TestFeatures(t *testing.T) {
	set := brief(discoverAll(t))
	root := mintCA(t, nil, "test root")
	caFile := root.certFile(t)
	upper, revoked := mintCA(t, root, "upper"), mintLeaf(t, root, nil)
	lower := mintCA(t, upper, "lower")
	// Without the issuer's subject key identifier, crypto/x509 writes no authority key identifier.
	anonymous := *root.cert
	anonymous.SubjectKeyId = nil

	with := func(change func(*x509.Certificate, *crypto.Signer)) *issued { return mintLeaf(t, root, change) }
	for _, test := range []struct {
		feature string
		config  *tls.Config
		crl     string
		rejects bool          // what a client with the feature does; otherwise it accepts
		exact   bool          // clients without the feature do the opposite
		skip    clients.Check // variants that leave out this check are not measured
	}{{
		feature: scenarios.FeatureStrict,
		config:  mintLeaf(t, &issued{cert: &anonymous, key: root.key}, nil).present(),
		rejects: true,
		exact:   true,
	}, {
		feature: scenarios.FeatureCRL,
		config:  revoked.present(),
		crl:     root.crlFile(t, revoked.cert.SerialNumber),
		rejects: true,
		exact:   true,
	}, {
		feature: scenarios.FeatureSANOnly,
		config:  with(func(c *x509.Certificate, _ *crypto.Signer) { c.DNSNames, c.IPAddresses = nil, nil }).present(),
		rejects: true,
		exact:   true,
		skip:    clients.CheckHost,
	}, {
		feature: scenarios.FeatureKeyUsage,
		config:  with(func(c *x509.Certificate, _ *crypto.Signer) { c.KeyUsage = x509.KeyUsageKeyAgreement }).present(),
		rejects: true,
		exact:   true,
	}, {
		feature: scenarios.FeatureKeyPolicy, // not exact: curl and openssl can't tell, and do not claim it
		config: with(func(_ *x509.Certificate, key *crypto.Signer) {
			small, err := rsa.GenerateKey(rand.Reader, 1024)
			require.NoError(t, err)
			*key = small
		}).present(),
		rejects: true,
	}, {
		feature: scenarios.FeatureEd25519,
		config: with(func(_ *x509.Certificate, key *crypto.Signer) {
			_, edwards, err := ed25519.GenerateKey(rand.Reader)
			require.NoError(t, err)
			*key = edwards
		}).present(),
	}, {
		feature: scenarios.FeatureChainSort,
		config:  mintLeaf(t, lower, nil).present(upper, lower),
	}} {
		t.Run(test.feature, func(t *testing.T) {
			of := serveBoth(t, test.config)
			for _, c := range givenCRL(set) {
				if len(c.Demands) > 0 && test.crl == "" {
					continue
				}
				has := slices.Contains(c.Features, test.feature)
				if slices.Contains(c.Skips, clients.CheckChain) {
					assert.False(t, has, "%s does not verify the chain", c.ID())
					continue
				}
				endpoint := of(c).as("localhost", caFile)
				endpoint.CRLFile = test.crl
				got := c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience})
				t.Logf("%s has it: %v: %s %s %q", c.ID(), has, got.Outcome, got.Code, got.Message)
				require.NotEqual(t, clients.Failed, got.Outcome, got.Message)
				rejects := got.Outcome == clients.Rejected
				switch {
				case test.skip != "" && slices.Contains(c.Skips, test.skip):
				case has:
					assert.Equal(t, test.rejects, rejects, "%s declares it: %s", c.ID(), got.Message)
				case test.exact && known(c, test.feature):
					assert.Equal(t, !test.rejects, rejects, "%s does not declare it: %s", c.ID(), got.Message)
				}
			}
		})
	}
}

// known reports whether a client's behaviour without a feature is known. It is unknown for other libraries
// than these. Which names pyOpenSSL's users check depends on the version of another package.
func known(c *clients.Client, feature string) bool {
	library, version, _ := strings.Cut(c.Library, " ")
	if c.Stack == "pyopenssl" && feature == scenarios.FeatureSANOnly {
		return false
	}
	return c.Stack == "go" || c.Stack == "mongo-go" || library == "GnuTLS" || library == "SunJSSE" ||
		library == "rustls" || library == "OpenSSL" && version != ""
}

// TestCleanCRL checks that a CRL which lists nothing has no effect; otherwise the feature "crl" would prove
// nothing.
func TestCleanCRL(t *testing.T) {
	set := brief(discoverAll(t))
	root := mintCA(t, nil, "test root")
	of, caFile, crl := serveBoth(t, mintLeaf(t, root, nil).present()), root.certFile(t), root.crlFile(t, big.NewInt(1))
	for _, c := range givenCRL(set) {
		if c.Variant == "no-tls" {
			continue
		}
		endpoint := of(c).as("localhost", caFile)
		endpoint.CRLFile = crl
		check(t, c, c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience}), nil)
	}
}
