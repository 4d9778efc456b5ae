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
var otherCA = pki.Certificate{Name: "other-ca", Profile: pki.ProfileRoot,
	CommonName: "tlslab other root CA (for tests, do not trust)"}

const (
	revokedFix = "Replace the certificate and its key, and find out how the old key was lost."
	crlFix     = "Have the CA publish a new CRL well before nextUpdate, monitor that date, and let clients " +
		"fetch it in time."
	distributionFix = "Publish CRLs where clients can reach them, from more than one place, and decide what " +
		"clients do without one."
)

// given returns a recipe that gives the client CRLs, which differ from good ones as r says.
func given(r pki.CRL) pki.Recipe { return pki.Recipe{Leaf: pointsToCRL, CRL: &r} }

// fetched returns a recipe whose client must fetch the CRLs.
func fetched(o pki.Outage) pki.Recipe { return given(pki.CRL{Fetch: true, Outage: o}) }

var revocationCRL = []Scenario{
	{
		ID: "revoked-crl", Port: 1, Title: "the client's CRL lists the leaf",
		Story: Story{
			What: "The leaf is good, except that the client's CRL lists its serial number. The CRL is current " +
				"and from the leaf's issuer.",
			Where: "A lost or stolen key; clients with PyMongo's tlsCRLFile or curl --crlfile, and services that " +
				"have their CA's CRL.",
			See: `OpenSSL, Python, curl, Node: "certificate revoked". A client without a CRL, or without CRL ` +
				`support (Go), accepts it.`,
		},
		Fix:     revokedFix,
		Recipe:  given(pki.CRL{Revoke: []string{"leaf"}}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL, failure.Revoked),
		Sources: []string{"D2", "D3", "RFC 5280"},
	},
	{
		ID: "revoked-intermediate-crl", Port: 4, Title: "the client's CRL lists the intermediate",
		Story: Story{
			What:  "The root's CRL lists the intermediate; the intermediate's own CRL is empty.",
			Where: "A compromised CA, such as DigiNotar in 2011. Clients that check only the leaf do not notice.",
			See: `curl, Node: "certificate revoked". Python with VERIFY_CRL_CHECK_LEAF and openssl with ` +
				`-crl_check check only the leaf's CRL, and accept it.`,
		},
		Fix: "Replace every certificate that the intermediate issued; make clients check the whole chain " +
			"(OpenSSL: X509_V_FLAG_CRL_CHECK_ALL).",
		Recipe:  given(pki.CRL{Revoke: []string{"intermediate"}}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRLChain, failure.Revoked),
		Sources: []string{"x509-limbo", "RFC 5280"},
	},
	{
		ID: "crl-expired", Port: 6, Title: "the client's CRL is past its nextUpdate",
		Story: Story{
			What: "The CRL that may list the leaf expired yesterday. It is empty, but a certificate revoked " +
				"since then would not be on it.",
			Where: "The payment gateway in source D3: the CRL server was down, the clients' CRLs expired, and " +
				"every payment was refused although no certificate was bad.",
			See: `OpenSSL, Python, curl, Node: "CRL has expired".`,
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
		ID: "crl-not-yet-valid", Port: 7, Title: "the client's CRL has a thisUpdate in the future",
		Story: Story{
			What:  "The CRL that may list the leaf is valid only from tomorrow on.",
			Where: "A CA, or a client, whose clock is wrong.",
			See:   `OpenSSL, Python, curl, Node: "CRL is not yet valid".`,
		},
		Fix:     "Correct the clocks: first the client's, then the CA's.",
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
			What:  "Instead of the issuer's CRL, the client has one from a CA that is unrelated to the chain.",
			Where: "A CRL file that was not replaced together with the CA, or a download of the wrong CRL.",
			See: `OpenSSL, Python, curl, Node: "unable to get certificate CRL": none of their CRLs ` +
				`is the right one.`,
		},
		Fix:     "Give clients the CRL of every CA on the path, and check its issuer when you fetch it.",
		Recipe:  pki.Recipe{Leaf: pointsToCRL, Others: []pki.Certificate{otherCA}, CRL: &pki.CRL{Issuer: "other-ca"}},
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL,
			failure.RevocationUnknown), Known: []Known{
			wgetCRL,
		},
		Sources: []string{"x509-limbo", "RFC 5280"},
	},
	{
		ID: "crl-bad-signature", Port: 9, Title: "the client's CRL has a bad signature",
		Story: Story{
			What:  "One bit of the CRL's signature is flipped.",
			Where: "A CRL that was damaged or modified in transit: CRLs are fetched over plain HTTP.",
			See: `OpenSSL, Python, Node: "CRL signature failure". curl with OpenSSL 3: "asn1 encoding ` +
				`routines::EVP lib".`,
		},
		Fix:     "Fetch the CRL again, and verify it before you replace the old one.",
		Recipe:  given(pki.CRL{Tamper: true}),
		Control: "good-crl", Defect: []string{"chain.crl"}, Expect: shouldReject(FeatureCRL,
			failure.RevocationUnknown), Known: []Known{
			perlCRLSignature,
			{Stack: "curl", Versions: "OpenSSL >=3", Failures: []failure.Class{failure.BadSignature}, Right: true,
				Why: "it reports the first error in OpenSSL's queue, which says that a signature did not verify but " +
					"not which one; measured with 7.88.1"},
			wgetCRL,
		},
		Sources: []string{"x509-limbo"},
	},
	{
		ID: "crl-unreachable", Port: 10, Title: "the CRL's distribution point refuses connections",
		Story: Story{
			What: "The client is given no CRL, and nothing listens at the address that the leaf names.",
			Where: "The payment gateway in source D3, when its CRL server stopped; firewalls that block outgoing " +
				"connections.",
			See: `Most clients never fetch a CRL and notice nothing. openssl 3.0 s_client -crl_check ` +
				`-crl_download retries forever; Java with com.sun.security.enableCRLDP turns to OCSP, and says ` +
				`"Certificate does not specify OCSP responder".`,
		},
		Fix:     distributionFix,
		Recipe:  fetched(pki.OutageRefused),
		Control: "good-crl-fetched", Defect: []string{"chain.crl"},
		Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "crl-unavailable", Port: 11, Title: "the CRL's distribution point answers 503",
		Story: Story{
			What:  "The client is given no CRL, and the CRL's server answers every request with HTTP status 503.",
			Where: "A CRL server that is overloaded, or behind a load balancer that cannot reach it.",
			See: `openssl s_client -crl_check -crl_download: "unable to get certificate CRL". Java as for ` +
				`crl-unreachable. Most clients notice nothing.`,
		},
		Fix:     distributionFix,
		Recipe:  fetched(pki.OutageUnavailable),
		Control: "good-crl-fetched", Defect: []string{"chain.crl"},
		Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "crl-timeout", Port: 12, Title: "the CRL's distribution point never answers",
		Story: Story{
			What:  "The client is given no CRL; the CRL's server accepts the request and never answers.",
			Where: "A CRL server that hangs: clients that wait for it hang in the handshake.",
			See: "A client that fetches CRLs waits until its time limit for that, and then fails or continues; " +
				"openssl s_client -crl_download has none.",
		},
		Fix:     "Give clients a short time limit for CRLs, fetch them in advance, and fix the server.",
		Recipe:  fetched(pki.OutageSilent),
		Control: "good-crl-fetched", Defect: []string{"chain.crl"},
		Expect: either(failure.RevocationUnknown, failure.Timeout), Sources: []string{"D3"},
	},
	{
		ID: "good-crl-fetched", Port: 25, Title: "the distribution point has a CRL that does not list the chain",
		Story: Story{
			What: "Nothing is wrong: the leaf names the lab's CRL distribution point, which answers; the client " +
				"is given no CRL.",
			Where: "Clients that fetch CRLs themselves: Windows, Java with com.sun.security.enableCRLDP. It is " +
				"the control of scenarios whose distribution point fails.",
			See: "The client gets a response.",
		},
		Fix: goodFix, Recipe: fetched(""), Control: "good-crl", Defect: []string{"chain.crl"}, Expect: accept,
		Sources: []string{"D3", "RFC 5280"},
	},
}
