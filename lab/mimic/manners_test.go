package mimic_test

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/fetch"
	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// TestRequest closes the loop for tickets and the names of CAs: a server is asked, copied, written, read
// and asked again.
func TestRequest(t *testing.T) {
	corp := []pki.Attribute{{Type: "O", Value: "Corp Secret AG"}, {Type: "CN", Value: "Corp Secret CA"}}
	neutral := []pki.Attribute{{Type: "O", Value: "tlslab O"}, {Type: "CN", Value: "tlslab CN"}}
	root := scenarios.CAName{Of: "root"}
	for name, test := range map[string]struct {
		names, want []scenarios.CAName
		notes       int
	}{
		"its own": {nil, nil, 0},
		"none":    {[]scenarios.CAName{}, []scenarios.CAName{}, 0},
		"more":    {[]scenarios.CAName{root, {Subject: corp}}, []scenarios.CAName{root, {Subject: neutral}}, 0},
		"foreign": {[]scenarios.CAName{{Subject: corp}}, nil, 1},
		"strange": {[]scenarios.CAName{{Subject: corp[:1]}, {Subject: corp}},
			[]scenarios.CAName{root, {Subject: neutral}}, 1},
		"repeated": {[]scenarios.CAName{root, root}, nil, 0},
	} {
		for _, tickets := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				l := newLab(t) // which mints a chain once for an ID
				s := &scenarios.Scenario{
					ID: "asks", Expect: scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must},
					Recipe: pki.Recipe{Client: new(pki.Certificate)},
					Server: scenarios.Server{ClientAuth: tls.RequireAndVerifyClientCert, CANames: test.names, Tickets: tickets},
				}
				_, err := scenarios.Own([]*scenarios.Scenario{s})
				require.NoError(t, err)
				original := look(t, l, s)
				c, err := mimic.Server(original.seen, original.roots, mimic.Options{ID: "copied"})
				require.NoError(t, err)
				read := again(t, c)[0]
				assert.Equal(t, test.want, read.Server.CANames)
				assert.Equal(t, tickets, read.Server.Tickets)
				notes := 0
				for _, n := range c.Notes {
					if n.What == "caNames" {
						notes++
					}
				}
				assert.Equal(t, test.notes, notes, "%v", c.Notes)
				copy := look(t, l, read)
				assert.Equal(t, tickets, copy.seen.Manners.Tickets)
				assert.True(t, copy.seen.Attempts[0].Answered, "the client's certificate is accepted")
				if test.want != nil {
					assert.Len(t, copy.seen.Attempts[0].Request.CANames, len(test.want))
				}
			})
		}
	}
}

// TestIssuerAddress checks that a missing intermediate whose address is in the leaf can be fetched, from the original
// and from its copy, and that it is still missing for clients that do not fetch.
func TestIssuerAddress(t *testing.T) {
	serve := func(list ...*scenarios.Scenario) served { // its responder must know the scenario
		own, err := scenarios.Own(slices.Clone(list))
		require.NoError(t, err)
		l, err := lab.New(lab.Config{Seed: "mimic", Timeout: time.Minute, Catalogue: own})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, l.Close()) })
		return look(t, l, list[0])
	}
	s := &scenarios.Scenario{
		ID: "fetchable", Recipe: pki.Recipe{Leaf: pki.Certificate{Access: []string{"ca-issuers"}}, Send: []string{"leaf"}},
		Expect: scenarios.Expectation{Verdict: scenarios.Reject, Level: scenarios.Must,
			Failures: []failure.Class{failure.Untrusted}},
	}
	original := serve(s)
	c, err := mimic.Server(original.seen, original.roots, mimic.Options{ID: "fetched"})
	require.NoError(t, err)
	list := again(t, c)
	assert.Equal(t, []string{"ca-issuers"}, list[0].Recipe.Leaf.Access)
	for _, seen := range []served{original, serve(list...)} {
		assert.Equal(t, []string{"missing-intermediate"}, codes(seen))
		roots := diagnose.Roots{Certificates: seen.roots}
		pointers := diagnose.Pointers(seen.seen, roots)
		require.Len(t, pointers, 1)
		got := fetch.All(t.Context(), pointers, time.Minute)
		require.Equal(t, 200, got[0].Status, "%+v", got[0])
		r := diagnose.Tell(seen.seen, roots, diagnose.Options{Fetched: got})
		require.Len(t, r.Failures(), 1)
		assert.Equal(t, "missing-intermediate", r.Failures()[0].Code, "what was fetched is still not sent")
		ca, err := x509.ParseCertificate(got[0].Body)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(pointers[0].Certificate)
		require.NoError(t, err)
		assert.NoError(t, leaf.CheckSignatureFrom(ca))
	}
}

// TestGoodSelfSigned checks that the control of a self-signed leaf is a leaf of the lab's CA, sent with its
// intermediate.
func TestGoodSelfSigned(t *testing.T) {
	sent, roots, at := chainOf(t, pki.Recipe{Leaf: pki.Certificate{Issuer: "leaf"}})
	c, err := mimic.Chain(sent, roots, "localhost", at, mimic.Options{})
	require.NoError(t, err)
	assert.NotNil(t, c.Scenario.Recipe.Intermediates, "the copy has no intermediate")
	for _, n := range c.Notes {
		assert.NotEqual(t, "good", n.What, "%s", n)
	}
	control, _, _ := chainOf(t, c.Good.Recipe)
	assert.Len(t, control, 2, "the leaf and its intermediate: %+v", c.Good.Recipe)
	assert.Nil(t, c.Good.Recipe.Trust)
}
