package pki_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/pki"
)

// delegate is an OCSP responder authorized by the intermediate.
var delegate = pki.Certificate{Name: "delegate", Profile: pki.ProfileOCSP, Issuer: "intermediate"}

func mint(t *testing.T, r pki.Recipe) *pki.Chain {
	t.Helper()
	c, err := newMinter(t, "x").Mint("row", r)
	require.NoError(t, err)
	return c
}

func TestRevocationRefuses(t *testing.T) {
	ocspURL := pki.Certificate{OCSP: true}
	for name, c := range map[string]struct {
		recipe pki.Recipe
		want   string
	}{
		"status": {pki.Recipe{Staple: &pki.OCSP{Status: "fine"}}, `unknown OCSP status "fine"`},
		"responder status": {pki.Recipe{Leaf: ocspURL, Responder: &pki.OCSP{Status: "fine"}},
			`responder: unknown OCSP status "fine"`},
		"no issuer": {pki.Recipe{Leaf: pki.Certificate{Issuer: "leaf"}, Staple: &pki.OCSP{}},
			"needs an issuer"},
		"about the root": {pki.Recipe{Staple: &pki.OCSP{For: "root"}}, "needs an issuer"},
		"about nobody":   {pki.Recipe{Staple: &pki.OCSP{For: "nobody"}}, `"nobody", which does not exist`},
		"signed by nobody": {pki.Recipe{Responder: &pki.OCSP{SignedBy: "nobody"}},
			`the responder refers to certificate "nobody"`},
		"staple's outage": {pki.Recipe{Staple: &pki.OCSP{Outage: pki.OutageSilent}},
			"a staple cannot have the outage"},
		"outage":       {pki.Recipe{Responder: &pki.OCSP{Outage: "sulks"}}, `unknown outage "sulks"`},
		"CRL's outage": {pki.Recipe{CRL: &pki.CRL{Outage: "sulks"}}, `unknown outage "sulks"`},
		"moment":       {pki.Recipe{Staple: &pki.OCSP{NextUpdate: "tomorrow"}}, `moment "tomorrow"`},
		"CRL's moment": {pki.Recipe{CRL: &pki.CRL{ThisUpdate: "yesterday"}}, `moment "yesterday"`},
		"revokes nobody": {pki.Recipe{CRL: &pki.CRL{Revoke: []string{"nobody"}}},
			`the CRL refers to certificate "nobody"`},
		"revokes the root": {pki.Recipe{CRL: &pki.CRL{Revoke: []string{"root"}}}, `"root" cannot be in a CRL`},
		"issued by nobody": {pki.Recipe{CRL: &pki.CRL{Issuer: "nobody"}}, `the CRL refers to certificate "nobody"`},
		"ends too early":   {pki.Recipe{CRL: &pki.CRL{NextUpdate: "-2h"}}, "signing it"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newMinter(t, "x").Mint("row", c.recipe)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestParseRevocation(t *testing.T) {
	r, err := pki.ParseRecipe([]byte(
		`{"staple": {}, "responder": {"outage": "refused"}, "crl": {"revoke": ["leaf"]}}`))
	require.NoError(t, err)
	assert.Equal(t, pki.Recipe{Staple: &pki.OCSP{}, Responder: &pki.OCSP{Outage: pki.OutageRefused},
		CRL: &pki.CRL{Revoke: []string{"leaf"}}}, r)
	for text, want := range map[string]string{
		`{"staple": "good"}`:             "cannot unmarshal string",
		`{"crl": true}`:                  "cannot unmarshal bool",
		`{"staple": {"state": "good"}}`:  `unknown field "state"`,
		`{"crl": {"revoked": ["leaf"]}}`: `unknown field "revoked"`,
	} {
		_, err := pki.ParseRecipe([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// TestStaple reads staples with another implementation, for every key type.
func TestStaple(t *testing.T) {
	for _, key := range []pki.KeyType{pki.ECDSAP256, pki.ECDSAP384, pki.RSA2048} {
		for status, want := range map[pki.Status]int{"": ocsp.Good, pki.StatusGood: ocsp.Good,
			pki.StatusRevoked: ocsp.Revoked, pki.StatusUnknown: ocsp.Unknown} {
			c := mint(t, pki.Recipe{Key: key, Staple: &pki.OCSP{Status: status}})
			r, err := ocsp.ParseResponseForCert(c.Staple, c.Leaf().Cert, c.Path[1].Cert)
			require.NoError(t, err, "%s %s", key, status)
			assert.Equal(t, want, r.Status)
			assert.True(t, r.ThisUpdate.Before(at) && r.NextUpdate.After(at))
			assert.Nil(t, r.Certificate, "the issuer needs no certificate in its response")
		}
	}
	mint(t, pki.Recipe{Key: pki.Ed25519, Staple: &pki.OCSP{}}) // golang.org/x/crypto/ocsp does not know Ed25519
}

func TestStapleByAnother(t *testing.T) {
	c := mint(t, pki.Recipe{Others: []pki.Certificate{delegate}, Staple: &pki.OCSP{SignedBy: "delegate"}})
	r, err := ocsp.ParseResponseForCert(c.Staple, c.Leaf().Cert, c.Path[1].Cert)
	require.NoError(t, err)
	require.NotNil(t, r.Certificate)
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, r.Certificate.ExtKeyUsage)
	assert.Contains(t, r.Certificate.Subject.String(), "tlslab OCSP responder")
	noCheck := false
	for _, e := range r.Certificate.Extensions {
		noCheck = noCheck || e.Id.String() == "1.3.6.1.5.5.7.48.1.5" && !e.Critical
	}
	assert.True(t, noCheck,
		"a delegate's certificate must say that it need not be checked itself (RFC 6960, section 4.2.2.2.1)")

	c = mint(t, pki.Recipe{Staple: &pki.OCSP{SignedBy: "root"}})
	_, err = ocsp.ParseResponseForCert(c.Staple, c.Leaf().Cert, c.Path[1].Cert)
	assert.ErrorContains(t, err, "bad OCSP signature")

	c = mint(t, pki.Recipe{Staple: &pki.OCSP{For: "intermediate"}})
	_, err = ocsp.ParseResponseForCert(c.Staple, c.Leaf().Cert, c.Path[1].Cert)
	assert.Error(t, err)
	_, err = ocsp.ParseResponseForCert(c.Staple, c.Path[1].Cert, c.Path[2].Cert)
	assert.NoError(t, err)

	c = mint(t, pki.Recipe{Staple: &pki.OCSP{Malformed: true}})
	_, err = ocsp.ParseResponse(c.Staple, nil)
	assert.Error(t, err)
	c = mint(t, pki.Recipe{Staple: &pki.OCSP{Status: pki.StatusTryLater}})
	assert.Equal(t, ocsp.TryLaterErrorResponse, c.Staple)
}

// TestOCSPResponse asks about every certificate of the path, with every hash.
func TestOCSPResponse(t *testing.T) {
	c := mint(t, pki.Recipe{Responder: &pki.OCSP{For: "intermediate", Status: pki.StatusRevoked}})
	for i, want := range []int{ocsp.Good, ocsp.Revoked} {
		cert, issuer := c.Path[i].Cert, c.Path[i+1].Cert
		for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			der, err := ocsp.CreateRequest(cert, issuer, &ocsp.RequestOptions{Hash: hash})
			require.NoError(t, err)
			request, err := ocsp.ParseRequest(der)
			require.NoError(t, err)
			response, err := c.OCSPResponse(request)
			require.NoError(t, err)
			parsed, err := ocsp.ParseResponseForCert(response, cert, issuer)
			require.NoError(t, err)
			assert.Equal(t, want, parsed.Status, "%s by %s", c.Path[i].Name, hash)
			assert.True(t, bytes.Contains(response, request.IssuerNameHash),
				"the response identifies the certificate differently from the request")

			request.SerialNumber = big.NewInt(1)
			response, err = c.OCSPResponse(request)
			require.NoError(t, err)
			assert.Equal(t, ocsp.UnauthorizedErrorResponse, response)
		}
	}
	der, err := ocsp.CreateRequest(c.Path[0].Cert, c.Path[2].Cert, nil) // the right serial number, but another issuer
	require.NoError(t, err)
	request, err := ocsp.ParseRequest(der)
	require.NoError(t, err)
	response, err := c.OCSPResponse(request)
	require.NoError(t, err)
	assert.Equal(t, ocsp.UnauthorizedErrorResponse, response)
}

func TestAddresses(t *testing.T) {
	both := pki.Certificate{OCSP: true, CRL: true}
	c := mint(t, pki.Recipe{Leaf: both, Intermediates: []pki.Certificate{both}})
	assert.Equal(t, []string{"http://127.0.0.1:10000/ocsp/row"}, c.Path[0].Cert.OCSPServer)
	assert.Equal(t, []string{"http://127.0.0.1:10000/crl/row"}, c.Path[0].Cert.CRLDistributionPoints)
	assert.Equal(t, []string{"http://127.0.0.1:10000/crl/row/intermediate"}, c.Path[1].Cert.CRLDistributionPoints)
	c = mint(t, pki.Recipe{Leaf: both, Responder: &pki.OCSP{Outage: pki.OutageRefused}})
	assert.Equal(t, []string{"http://127.0.0.1:10500/ocsp/row"}, c.Path[0].Cert.OCSPServer)
	assert.Equal(t, []string{"http://127.0.0.1:10000/crl/row"}, c.Path[0].Cert.CRLDistributionPoints)
	c = mint(t, pki.Recipe{Leaf: both, CRL: &pki.CRL{Outage: pki.OutageRefused}})
	assert.Equal(t, []string{"http://127.0.0.1:10500/crl/row"}, c.Path[0].Cert.CRLDistributionPoints)
}

// TestCRLs parses CRLs with crypto/x509.
func TestCRLs(t *testing.T) {
	point := pki.Certificate{CRL: true}
	other := pki.Certificate{Name: "other", Profile: pki.ProfileRoot, CommonName: "other CA"}
	published := func(r pki.Recipe, name string) *x509.RevocationList {
		der, ok := mint(t, r).PublishedCRL(name)
		require.True(t, ok)
		list, err := x509.ParseRevocationList(der)
		require.NoError(t, err)
		return list
	}

	c := mint(t, pki.Recipe{})
	assert.Empty(t, c.CRLs)
	_, ok := c.PublishedCRL("")
	assert.False(t, ok)

	c = mint(t, pki.Recipe{Leaf: point})
	assert.Empty(t, c.CRLs, "the recipe gives the client no CRLs")
	assert.Empty(t, published(pki.Recipe{Leaf: point}, "").RevokedCertificateEntries)
	assert.Empty(t, mint(t, pki.Recipe{CRL: &pki.CRL{Fetch: true}}).CRLs)

	r := pki.Recipe{CRL: &pki.CRL{Revoke: []string{"intermediate", "leaf", "client"}}, Client: &pki.Certificate{}}
	c = mint(t, r)
	require.Len(t, c.CRLs, 2)
	for i, want := range [][]*big.Int{{c.Path[0].Cert.SerialNumber, c.Client[0].Cert.SerialNumber},
		{c.Path[1].Cert.SerialNumber}} {
		list := published(r, c.Path[i].Name)
		assert.NoError(t, list.CheckSignatureFrom(c.Path[i+1].Cert))
		var got []*big.Int
		for _, e := range list.RevokedCertificateEntries {
			got = append(got, e.SerialNumber)
		}
		assert.Equal(t, want, got)
		der, _ := c.PublishedCRL(c.Path[i].Name)
		assert.Equal(t, der, c.CRLs[i])
	}

	issuer := c.Path[1].Cert
	for name, crl := range map[string]pki.CRL{"tampered": {Tamper: true}, "by another key": {SignedBy: "nobody's"}} {
		list := published(pki.Recipe{CRL: &crl}, "leaf")
		assert.Equal(t, issuer.RawSubject, list.RawIssuer, name)
		assert.Error(t, list.CheckSignatureFrom(issuer), name)
		assert.NoError(t, published(pki.Recipe{CRL: &crl}, "intermediate").CheckSignatureFrom(c.Path[2].Cert), name)
	}
	assert.Contains(t, published(pki.Recipe{CRL: &pki.CRL{Issuer: "other"}, Others: []pki.Certificate{other}},
		"leaf").Issuer.String(), "other CA")
	list := published(pki.Recipe{CRL: &pki.CRL{ThisUpdate: "24h", NextUpdate: "48h"}}, "leaf")
	assert.Equal(t, at.AddDate(0, 0, 1), list.ThisUpdate)
	assert.Equal(t, at.AddDate(0, 0, 2), list.NextUpdate)
}

// TestCompareRevocation checks that Compare distinguishes all kinds of revocation data.
func TestCompareRevocation(t *testing.T) {
	ca := pki.Certificate{Name: "other", Profile: pki.ProfileRoot, CommonName: "other CA"}
	server := pki.Certificate{Name: "server", Issuer: "intermediate"}
	point := pki.Certificate{OCSP: true, CRL: true}
	for want, r := range map[string]pki.Recipe{
		"staple: none":                         {},
		"staple: good, by the issuer, current": {Staple: &pki.OCSP{}},
		"staple: revoked, by the issuer, current": {
			Staple: &pki.OCSP{Status: pki.StatusRevoked},
		},
		"staple: good, by the issuer, expired": {
			Staple: &pki.OCSP{ThisUpdate: "-48h", NextUpdate: "-24h"},
		},
		"staple: good, by the issuer, not yet valid": {Staple: &pki.OCSP{ThisUpdate: "1h"}},
		"staple: good, by the issuer's delegate, current": {
			Staple: &pki.OCSP{SignedBy: "delegate"},
		},
		"staple: good, by server, which may not sign OCSP responses, current": {Staple: &pki.OCSP{SignedBy: "server"}},
		"staple: good, by other, which the issuer did not issue, current":     {Staple: &pki.OCSP{SignedBy: "other"}},
		"staple: of server: good, by the issuer, current":                     {Staple: &pki.OCSP{For: "server"}},
		"staple: not an OCSP response":                                        {Staple: &pki.OCSP{Malformed: true}},
		"responder: leaf: good, by the issuer, current":                       {Leaf: point},
		"responder: leaf: no answer yet: try later": {Leaf: point,
			Responder: &pki.OCSP{Status: pki.StatusTryLater}},
		"responder: never answers": {Leaf: point, Responder: &pki.OCSP{Outage: pki.OutageSilent}},
		"responder: leaf: good, by the issuer, current; intermediate: revoked, by the issuer, current": {
			Leaf: point, Intermediates: []pki.Certificate{point},
			Responder: &pki.OCSP{For: "intermediate", Status: pki.StatusRevoked}},
		"crl: published, lists nothing, by the issuer, current":            {Leaf: pki.Certificate{CRL: true}},
		"crl: given, lists leaf, by the issuer, current":                   {CRL: &pki.CRL{Revoke: []string{"leaf"}}},
		"crl: given, lists nothing, by the issuer, tampered with, current": {CRL: &pki.CRL{Tamper: true}},
		"crl: given, lists nothing, by other, another CA, current":         {CRL: &pki.CRL{Issuer: "other"}},
		"crl: given, lists nothing, by another key, not yet valid": {
			CRL: &pki.CRL{SignedBy: "other", ThisUpdate: "1h"},
		},
		"crl: to be fetched at a distribution point that answers 503": {
			CRL: &pki.CRL{Fetch: true, Outage: pki.OutageUnavailable},
		},
		"crl: to be fetched, lists nothing, by the issuer, current": {CRL: &pki.CRL{Fetch: true}},
	} {
		r.Others = []pki.Certificate{delegate, ca, server}
		control := pki.Recipe{Leaf: r.Leaf, Intermediates: r.Intermediates,
			Staple:    &pki.OCSP{Status: pki.StatusUnknown},
			Responder: &pki.OCSP{Outage: pki.OutageUnavailable},
			CRL:       &pki.CRL{Revoke: []string{"leaf", "intermediate"}}}
		var got []string
		for _, d := range pki.Compare(mint(t, r), mint(t, control)) {
			got = append(got, d.What+": "+d.Got)
			assert.Equal(t, "chain", d.Where, d)
		}
		assert.Contains(t, got, want)
	}
}
