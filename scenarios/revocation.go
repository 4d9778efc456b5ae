package scenarios

import (
	"slices"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// revocation declares the family. Scenarios whose control is good-crl give the client CRLs in crl.pem.
// Everything that a client can fetch or query is served by the lab's responder, whose address is in the
// certificates.
var revocation = slices.Concat(revocationCRL, revocationOCSP, revocationStaple, mongoDBMatrix)

// pointsToCRL and namesResponder make a certificate name its CRL and its OCSP responder.
var (
	pointsToCRL    = pki.Certificate{CRL: true}
	namesResponder = pki.Certificate{OCSP: true}
)

// otherCA is a CA unrelated to the chain.
var otherCA = pki.Certificate{Name: "other-ca", Profile: pki.ProfileRoot, CommonName: "tlslab other root CA (for tests, do not trust)"}

const (
	revokedFix      = "Replace the certificate and its key, and find out how the old key was lost."
	crlFix          = "Have the CA publish a fresh CRL well before nextUpdate, watch that date, and let clients fetch it in time."
	distributionFix = "Publish CRLs where clients can reach them, from more than one place, and decide what clients do without one."
)

// given returns a recipe that gives the client CRLs, which differ from good ones as r says.
func given(r pki.CRL) pki.Recipe { return pki.Recipe{Leaf: pointsToCRL, CRL: &r} }

// fetched returns a recipe whose client must fetch the CRLs.
func fetched(o pki.Outage) pki.Recipe { return given(pki.CRL{Fetch: true, Outage: o}) }

var revocationCRL = []Scenario{
	{
		ID: "revoked-crl", Port: 1, Title: "the client's CRL lists the leaf",
		Story: Story{
			What:  "The leaf is good but for this: the CRL that the client is given, its issuer's and current, lists the leaf's serial number.",
			Where: "A key that was lost or stolen: PyMongo's tlsCRLFile, curl --crlfile, and services that are given their CA's CRL.",
			See:   `OpenSSL, Python, curl, Node: "certificate revoked". A client that is given no CRL, or cannot check any (Go), accepts it.`,
		},
		Fix:     revokedFix,
		Recipe:  given(pki.CRL{Revoke: []string{"leaf"}}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL, failure.Revoked), Sources: []string{"D2", "D3", "RFC 5280"},
	},
	{
		ID: "revoked-intermediate-crl", Port: 4, Title: "the client's CRL lists the intermediate",
		Story: Story{
			What:  "The root's CRL lists the intermediate; the intermediate's own lists nothing.",
			Where: "A CA that was broken into: DigiNotar in 2011. Clients that check the leaf alone do not see it.",
			See:   `curl, Node: "certificate revoked". Python with VERIFY_CRL_CHECK_LEAF and openssl with -crl_check look at the leaf's CRL alone, and accept it.`,
		},
		Fix:     "Replace every certificate that the intermediate issued; have clients check the whole chain (OpenSSL: X509_V_FLAG_CRL_CHECK_ALL).",
		Recipe:  given(pki.CRL{Revoke: []string{"intermediate"}}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRLChain, failure.Revoked), Sources: []string{"x509-limbo", "RFC 5280"},
	},
	{
		ID: "crl-expired", Port: 6, Title: "the client's CRL is past its nextUpdate",
		Story: Story{
			What:  "The CRL that may list the leaf ended yesterday. It lists nothing, but a certificate revoked since would not be on it.",
			Where: "The payment gateway of D3: the CRL server was down, the lists that clients held ran out, and every payment was refused though no certificate was bad.",
			See:   `OpenSSL, Python, curl, Node: "CRL has expired".`,
		},
		Fix:     crlFix,
		Recipe:  given(pki.CRL{ThisUpdate: "-192h", NextUpdate: "-24h"}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL, failure.RevocationUnknown), Known: []Known{
			reqwestCRLDates,
			wgetCRL,
		},
		Sources: []string{"D3", "x509-limbo"},
	},
	{
		ID: "crl-not-yet-valid", Port: 7, Title: "the client's CRL has a thisUpdate that is still to come",
		Story: Story{
			What:  "The CRL that may list the leaf begins tomorrow.",
			Where: "A CA, or a client, whose clock is wrong.",
			See:   `OpenSSL, Python, curl, Node: "CRL is not yet valid".`,
		},
		Fix:     "Set the clocks right: first the client's, then the CA's.",
		Recipe:  given(pki.CRL{ThisUpdate: "24h"}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL, failure.RevocationUnknown), Known: []Known{
			reqwestCRLDates,
			wgetCRL,
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "crl-wrong-issuer", Port: 8, Title: "the client's CRL is another CA's",
		Story: Story{
			What:  "In place of the issuer's CRL the client is given one of a CA that has nothing to do with the chain.",
			Where: "A CRL file that was not replaced when the CA was, or into which the wrong CRL was downloaded.",
			See:   `OpenSSL, Python, curl, Node: "unable to get certificate CRL": none of those that they have is the right one.`,
		},
		Fix:     "Give clients the CRL of every CA on the path, and check its issuer when it is fetched.",
		Recipe:  pki.Recipe{Leaf: pointsToCRL, Others: []pki.Certificate{otherCA}, CRL: &pki.CRL{Issuer: "other-ca"}},
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL, failure.RevocationUnknown), Known: []Known{
			wgetCRL,
		},
		Sources: []string{"x509-limbo", "RFC 5280"},
	},
	{
		ID: "crl-bad-signature", Port: 9, Title: "the client's CRL has a bad signature",
		Story: Story{
			What:  "One bit of the CRL's signature is flipped.",
			Where: "A CRL that was damaged or tampered with on its way: CRLs are fetched over plain HTTP.",
			See:   `OpenSSL, Python, Node: "CRL signature failure". curl with OpenSSL 3: "asn1 encoding routines::EVP lib".`,
		},
		Fix:     "Fetch the CRL again, and verify it before it takes the old one's place.",
		Recipe:  given(pki.CRL{Tamper: true}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL, failure.RevocationUnknown), Known: []Known{
			perlCRLSignature,
			{Stack: "curl", Versions: "OpenSSL >=3", Failures: []failure.Class{failure.BadSignature}, Right: true,
				Why: "it tells the first error of OpenSSL's queue, which is that a signature did not verify, and not whose: measured with 7.88.1"},
			wgetCRL,
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "crl-unreachable", Port: 10, Title: "the CRL's distribution point refuses connections",
		Story: Story{
			What:  "The client is given no CRL, and nothing listens at the address that the leaf names.",
			Where: "The payment gateway of D3, at the moment when its CRL server stopped; firewalls that let nothing out.",
			See:   `Most clients never fetch a CRL and notice nothing. openssl 3.0 s_client -crl_check -crl_download tries again without end; Java with com.sun.security.enableCRLDP turns to OCSP, and says "Certificate does not specify OCSP responder".`,
		},
		Fix:     distributionFix,
		Recipe:  fetched(pki.OutageRefused),
		Control: "good-crl-fetched", Defect: []string{"chain.crl"}, Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "crl-unavailable", Port: 11, Title: "the CRL's distribution point answers 503",
		Story: Story{
			What:  "The client is given no CRL, and the server that has it answers every request with the HTTP status 503.",
			Where: "A CRL server that is overloaded, or behind a load balancer that has lost it.",
			See:   `openssl s_client -crl_check -crl_download: "unable to get certificate CRL". Java as with crl-unreachable. Most clients notice nothing.`,
		},
		Fix:     distributionFix,
		Recipe:  fetched(pki.OutageUnavailable),
		Control: "good-crl-fetched", Defect: []string{"chain.crl"}, Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "crl-timeout", Port: 12, Title: "the CRL's distribution point never answers",
		Story: Story{
			What:  "The client is given no CRL; the server that has it takes the request and never answers.",
			Where: "A CRL server that hangs: the handshakes of clients that wait for it hang with it.",
			See:   "A client that fetches CRLs takes as long as its time limit for that, and then fails or goes on; openssl s_client -crl_download has none.",
		},
		Fix:     "Give clients a short time limit for CRLs, fetch them ahead of need, and fix the server.",
		Recipe:  fetched(pki.OutageSilent),
		Control: "good-crl-fetched", Defect: []string{"chain.crl"}, Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "good-crl-fetched", Port: 25, Title: "the distribution point has a CRL that does not list the chain",
		Story: Story{
			What:  "Nothing is wrong: the leaf names the lab's CRL distribution point, which answers; the client is given no CRL.",
			Where: "Clients that fetch CRLs by themselves: Windows, Java with com.sun.security.enableCRLDP. The control of rows whose distribution point fails.",
			See:   "The client gets an answer.",
		},
		Fix: goodFix, Recipe: fetched(""), Control: "good-crl", Defect: []string{"chain.crl"}, Expect: accept, Sources: []string{"D3", "RFC 5280"},
	},
}
